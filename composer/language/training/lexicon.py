"""How the lexicon is learned: persons, places and other proper names, frequent words."""

import logging
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from importlib import resources
from itertools import chain
from pathlib import Path

from jihwa.composer.language.lexicon import Lexicon
from jihwa.composer.language.lexicon_file import write_lexicon
from jihwa.composer.language.profanity import Profanity
from jihwa.composer.language.training.corpus import read_text
from jihwa.composer.language.training.loanwords import foreign_first
from jihwa.composer.language.training.personal_names import NAME_LENGTH, learn_names, persons
from jihwa.composer.language.training.profane_patterns import profane_patterns
from jihwa.data.messages import Message, UsageError

_LOG = logging.getLogger(__name__)

_HANGUL = re.compile("[가-힣]+")

_LEAST_COUNT = 10
"""Occurrences that a word needs."""
_LONGEST_WORD = 8
"""Syllables, of a word or a title."""
_LONGEST_CLEAN = 6
"""Syllables of a title that tells what is no profane word; among longer ones there are insults."""
_COUNT_EXPONENT = 0.7
"""Words are spelled alone less unevenly than they occur in texts."""
_MAX_LOANWORDS = 45_000

_DISTRICTS = tuple("시군구읍면동")
_GEOGRAPHY = tuple("역산강섬도로리주국항만현성")
"""What names of places end in."""
_OWN, _PART, _DISTRICT, _STEM, _PATH, _FEATURE, _LOANWORD = 8.0, 3.0, 1.0, 0.6, 0.3, 0.1, 0.05
"""Weights: a place of our list, a part of an address, a title that ends like a district, one that
becomes a district by such an ending, the end of an address, a title that ends like another place,
and one that may be foreign."""


@dataclass(frozen=True, slots=True)
class LexiconSources:
    """Files to learn from, one text, word or name a line.

    Attributes:
        texts: Running texts, for the frequencies of words.
        titles: Names and words of any kind.
        families: Family names.
        given: Given names.
        addresses: Province, city and district, with spaces.
        profane: Words that correction must not introduce.
    """

    texts: tuple[Path, ...]
    titles: Path
    families: Path
    given: Path
    addresses: Path
    profane: Path


def build_lexicon(sources: LexiconSources, output: Path) -> None:
    """Learn a lexicon and write its file. The same sources give the same file.

    Raises:
        UsageError: A file cannot be read, or no title can be the name of a person.
        OSError: The file cannot be written.
    """
    counts = Counter(word for path in sources.texts for word in read_text(path).lines.split())
    titles, families = set(_words(sources.titles)), _words(sources.families)
    addresses = read_text(sources.addresses).lines.splitlines()
    profane = {*_words(sources.profane), *_own_words("profane.txt")}
    if all(len(title) != NAME_LENGTH for title in titles):
        raise UsageError(
            ko=f"{sources.titles}: {NAME_LENGTH}음절 한글 제목이 없어 이름을 배울 수 없습니다. "
            "한 줄에 하나씩 제목을 넣으세요.",
            en=f"{sources.titles}: no Hangul title of {NAME_LENGTH} syllables, so no names can be "
            "learned. Give one title a line.",
        )
    statistics = learn_names(titles, families, _words(sources.given))
    words = frequent_words(counts)
    inner = {word for word in words if not word.startswith(tuple(profane))}
    patterns = profane_patterns(profane, inner.union(t for t in titles if len(t) <= _LONGEST_CLEAN))
    indecent = Profanity(patterns)
    others = {title for title in titles - statistics.names if not indecent.is_in(title)}
    lexicon = persons(statistics, families)
    lexicon |= Lexicon.of_words("places", places(others, addresses))
    lexicon |= Lexicon.of_words("words", words) | patterns
    write_lexicon(lexicon, output)
    n_nodes, size = len(lexicon.tokens), output.stat().st_size
    _LOG.info(
        Message(
            ko=f"{output}: 노드 {n_nodes}개, {size}바이트",
            en=f"{output}: {n_nodes} nodes, {size} bytes",
        )
    )


def places(titles: Collection[str], addresses: Iterable[str]) -> dict[str, float]:
    """Places and other proper names with weights, from titles that are no personal names."""
    own = set(_own_words("places.txt"))
    titles = [title for title in titles if 2 <= len(title) <= _LONGEST_WORD]
    districts = {title for title in titles if title.endswith(_DISTRICTS)}
    stems = {title[:-1] for title in districts if len(title) > 2}
    stems |= {title[:-1] for title in titles if title.endswith("역") and len(title) > 2}
    weights = dict.fromkeys(foreign_first(titles, own)[:_MAX_LOANWORDS], _LOANWORD)
    weights |= dict.fromkeys((t for t in titles if t.endswith(_GEOGRAPHY)), _FEATURE)
    parts = [a.split() for a in addresses if _HANGUL.fullmatch("".join(a.split()))]
    ends = (" ".join(address[i:]) for address in parts for i in range(len(address) - 1))
    weights |= dict.fromkeys(ends, _PATH)
    weights |= dict.fromkeys(stems.intersection(titles), _STEM)
    weights |= dict.fromkeys(districts, _DISTRICT)
    weights |= dict.fromkeys(chain.from_iterable(parts), _PART)
    return weights | dict.fromkeys(own, _OWN)


def frequent_words(counts: Mapping[str, int]) -> dict[str, float]:
    """Words that occur often, with weights."""
    return {
        word: count**_COUNT_EXPONENT
        for word, count in sorted(counts.items())
        if count >= _LEAST_COUNT and len(word) <= _LONGEST_WORD and _HANGUL.fullmatch(word)
    }


def _words(path: Path) -> list[str]:
    """The words of a list that are Hangul."""
    return [word for word in read_text(path).lines.split() if _HANGUL.fullmatch(word)]


def _own_words(name: str) -> list[str]:
    """The words of a list that ships beside the lexicon; lines with `#` are comments."""
    lines = (resources.files("jihwa.composer.language") / name).read_text(encoding="utf-8")
    return [w for line in lines.splitlines() if not line.startswith("#") for w in line.split()]
