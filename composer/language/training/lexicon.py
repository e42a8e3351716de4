"""How the lexicon is learned: persons, places, frequent words, what is said, and profanity."""

import logging
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from importlib import resources
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from jihwa.composer.language.files import write_lexicon
from jihwa.composer.language.jamo import BOUNDARY, Tokens, encode
from jihwa.composer.language.lexicon import Lexicon
from jihwa.composer.language.profanity import CLEAN, PROFANE, Profanity
from jihwa.composer.language.training.personal_names import NAME_LENGTH, learn_names, persons
from jihwa.composer.language.training.spoken import BOUND, spoken
from jihwa.data.files import read_text
from jihwa.data.messages import Message, UsageError

_ROUNDS = 12
_SHARE = 0.2
"""How many titles are thought to be foreign, to begin with."""
_CERTAIN = 0.95
"""Least probability of a title that is known to be foreign."""
_UNSEEN = 0.1
"""How often every syllable is thought to occur, beside those seen."""


def foreign_first(titles: Iterable[str], known: Collection[str]) -> list[str]:
    """The titles, those first that are most likely foreign.

    Expectation-maximisation with two kinds of titles, each with syllable frequencies of its own; it
    starts from what is known to be foreign.
    """
    texts = sorted(set(titles))
    syllables = sorted(set("".join(texts)))
    number = {syllable: i for i, syllable in enumerate(syllables)}
    syllable = np.array([number[s] for text in texts for s in text])
    text = np.repeat(np.arange(len(texts)), [len(text) for text in texts])
    is_known = np.isin(texts, list(known))
    probability = np.where(is_known, _CERTAIN, _SHARE)
    log_odds: NDArray[np.float64] = np.zeros(len(texts))
    for _ in range(_ROUNDS):
        foreign, other = (
            np.bincount(syllable, p[text], len(syllables)) + _UNSEEN
            for p in (probability, 1 - probability)
        )
        ratio = np.log(foreign / foreign.sum()) - np.log(other / other.sum())
        evidence = np.bincount(text, ratio[syllable], len(texts))
        log_odds = evidence + np.log(probability.mean() / (1 - probability.mean()))
        probability = 1 / (1 + np.exp(-log_odds))
        probability = np.where(is_known, np.maximum(probability, _CERTAIN), probability)
    return [texts[i] for i in np.argsort(-log_odds, kind="stable")]


_PARTICLES = ("", *"이가은는을를아야도의로에", "들", "들이", "들은", "같은", "놈", "년", "새끼")
"""What may stand between a word of its own and the end of the word."""
_EDGE = np.array([BOUNDARY], np.uint8)


def profane_patterns(profane: Iterable[str], clean: Collection[str]) -> Lexicon:
    """The roots `profane` and `clean` for `Profanity`.

    A profane word counts anywhere, as 씨발 does, unless a clean one goes on behind it: 시발점. Then
    it counts only where it is a word of its own, or has a particle. Clean words that end in one
    that counts anywhere are told: 미들섹스.

    Args:
        profane: Words; those that contain another one of them in full are no news.
        clean: Words of any kind; those that contain two profane ones, one within the other, are not
            taken for clean.
    """
    words = sorted(set(profane))
    within = {word: sorted(c for c in clean if word in c and c not in words) for word in words}
    found_in: dict[str, int] = {}
    for holders in within.values():
        for holder in holders:
            found_in[holder] = found_in.get(holder, 0) + 1
    patterns: list[Tokens] = []
    exceptions: list[Tokens] = []
    for word, holders in within.items():
        innocent = [holder for holder in holders if found_in[holder] == 1]
        if any(word in holder[:-1] for holder in innocent):
            own = (np.concatenate([_EDGE, encode(word + p), _EDGE]) for p in _PARTICLES)
            patterns.extend(own)
        else:
            patterns.append(encode(word))
            exceptions.extend(encode(holder) for holder in innocent)
    return Lexicon.of_patterns(PROFANE, patterns) | Lexicon.of_patterns(CLEAN, exceptions)


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
        frequent: Words as they are said, the most frequent first.
        spoken: Sentences as they are said.
    """

    texts: tuple[Path, ...]
    titles: Path
    families: Path
    given: Path
    addresses: Path
    profane: Path
    frequent: Path
    spoken: Path


def build_lexicon(sources: LexiconSources, output: Path) -> None:
    """Learn a lexicon and write its file. The same sources give the same file.

    Raises:
        UsageError: A file cannot be read, or no title can be the name of a person.
        OSError: The file cannot be written.
    """
    counts = Counter(word for path in sources.texts for word in read_text(path).split())
    titles, families = set(_words(sources.titles)), _words(sources.families)
    addresses = read_text(sources.addresses).splitlines()
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
    sentences = [s for s in read_text(sources.spoken).splitlines() if _is_hangul(s)]
    lexicon |= spoken(_words(sources.frequent), sentences, lambda text: not indecent.is_in(text))
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
    parts = [a.split() for a in addresses if _is_hangul(a)]
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
        if count >= _LEAST_COUNT
        and len(word) <= _LONGEST_WORD
        and _HANGUL.fullmatch(word)
        and word not in BOUND
    }


def _is_hangul(sentence: str) -> bool:
    """Whether a sentence has syllables and spaces only."""
    return _HANGUL.fullmatch("".join(sentence.split())) is not None


def _words(path: Path) -> list[str]:
    """The words of a list that are Hangul."""
    return [word for word in read_text(path).split() if _HANGUL.fullmatch(word)]


def _own_words(name: str) -> list[str]:
    """The words of a list that ships beside the lexicon; lines with `#` are comments."""
    lines = (resources.files("jihwa.composer.language") / name).read_text(encoding="utf-8")
    return [w for line in lines.splitlines() if not line.startswith("#") for w in line.split()]
