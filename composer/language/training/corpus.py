"""Training texts of the language model: reading, choosing and turning them into tokens."""

import logging
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from jihwa.composer.language.jamo import BOUNDARY, CODAS, ONSETS, SPACE, VOWELS, Tokens
from jihwa.data.files import read_text
from jihwa.data.messages import Message, UsageError

_LOG = logging.getLogger(__name__)

_FIRST_SYLLABLE = ord("가")
_N_SYLLABLES = len(ONSETS) * len(VOWELS) * (len(CODAS) + 1)
_FIRST_ONSET = SPACE + 1
_FIRST_VOWEL = _FIRST_ONSET + len(ONSETS)
_BEFORE_CODAS = _FIRST_VOWEL + len(VOWELS) - 1


MAX_WEIGHT = 255


@dataclass(frozen=True, slots=True)
class TextSource:
    """A file of text, and how much it counts.

    Attributes:
        path: The file.
        weight: 1 to 255; only the ratios to other texts matter. A text of weight 3 counts as if
            everything in it stood three times as often; it does not seem the better attested.
    """

    path: Path
    weight: int = 1

    def __post_init__(self) -> None:
        if not 1 <= self.weight <= MAX_WEIGHT:
            raise UsageError(
                ko=f"{self.path}: 가중치 {self.weight}: 1부터 {MAX_WEIGHT}까지 쓸 수 있습니다.",
                en=f"{self.path}: weight {self.weight}: give 1 to {MAX_WEIGHT}.",
            )

    @classmethod
    def parse(cls, argument: str) -> "TextSource":
        """Read `FILE` or `FILE:WEIGHT`.

        Raises:
            UsageError: The weight is out of range.
        """
        path, colon, weight = argument.rpartition(":")
        if colon and weight.isdecimal():
            return cls(Path(path), int(weight))
        return cls(Path(argument))


@dataclass(frozen=True, slots=True)
class Text:
    """Lines to learn from; every line is a text of its own.

    Attributes:
        name: Where they come from, for messages.
        lines: The lines, joined by newlines.
        weight: As that of a `TextSource`.
    """

    name: str
    lines: str
    weight: int = 1


@dataclass(frozen=True, slots=True)
class Corpus:
    """All texts as one sequence.

    Attributes:
        tokens: (T,) the tokens of all lines, with a boundary before, between and after them.
        weights: (T,) the weight of the text that each token stands in.
    """

    tokens: Tokens
    weights: NDArray[np.uint8]


def training_texts(
    sources: Iterable[TextSource], names: tuple[Path, Path] | None = None
) -> list[Text]:
    """Everything that a model learns from: sentences, single words, personal names.

    Args:
        sources: Texts, running or lists, a sentence, word or name a line.
        names: Lists of family names and of given names, to be combined.

    Raises:
        UsageError: A file cannot be read.
    """
    texts = [Text(str(each.path), read_text(each.path), each.weight) for each in sources]
    weight = min((text.weight for text in texts), default=1)
    words = _single_words(texts, weight)
    extras = [words] if words.lines else []
    if names:
        extras.append(_personal_names(*names, texts, weight))
    return texts + extras


def _single_words(texts: Iterable[Text], weight: int) -> Text:
    """Every word as a line of its own, a sixth as often as it occurs in the texts.

    Words are spelled alone as often as in sentences, but few texts hold a word between boundaries.
    Words rarer than that are left out: many of them are misspelled.
    """
    counts: Counter[str] = Counter()
    for text in texts:
        for word, n in Counter(text.lines.split()).items():
            counts[word] += n * text.weight
    lines = chain.from_iterable([word] * (n // weight // 6) for word, n in sorted(counts.items()))
    return Text("single words", "\n".join(lines), weight)


def _personal_names(families: Path, given: Path, texts: Iterable[Text], weight: int) -> Text:
    """Every family name before every given name, ten times on average.

    A family name counts in proportion to how many of its full names stand in the texts.
    """
    family_names, given_names = read_text(families).split(), read_text(given).split()
    words = set(chain.from_iterable(text.lines.split() for text in texts))
    n_known = [1 + sum(f + g in words for g in given_names) for f in family_names]
    scale = 10 * len(n_known) / max(sum(n_known), 1)
    lines = (
        family + name
        for family, n in zip(family_names, n_known, strict=True)
        for name in given_names
        for _ in range(max(1, round(n * scale)))
    )
    return Text(f"{families} x {given}", "\n".join(lines), weight)


def corpus_of(texts: Sequence[Text]) -> Corpus:
    """The tokens of all lines of all texts.

    Runs of spaces count as one. Lines with anything else than syllables and spaces are left out,
    and their number is logged.

    Raises:
        UsageError: There is no text, or one without a line to learn from.
    """
    if not texts:
        raise UsageError(
            ko="배울 글이 없습니다. 글 파일을 하나 이상 주세요.",
            en="Nothing to learn from. Give one text file at least.",
        )
    opening = np.array([BOUNDARY], dtype=np.uint8)
    parts = [opening, *(_tokens_of_text(text) for text in texts)]
    weights = np.array([text.weight for text in (texts[0], *texts)], dtype=np.uint8)
    tokens = np.concatenate(parts)
    _LOG.info(Message(ko=f"토큰 모두 {tokens.size}개", en=f"{tokens.size} tokens in all"))
    return Corpus(tokens, weights.repeat([part.size for part in parts]))


def _tokens_of_text(text: Text) -> Tokens:
    tokens, n_lines, n_skipped = _tokens_of_lines(text.lines)
    if not n_lines:
        raise UsageError(
            ko=f"{text.name}: 배울 글이 없습니다(한글이 아닌 줄 {n_skipped}개). "
            "한 줄에 한 문장씩 한글 음절과 빈칸만 넣으세요.",
            en=f"{text.name}: nothing to learn from ({n_skipped} lines that are not Hangul). "
            "Give one sentence a line, Hangul syllables and spaces only.",
        )
    _LOG.info(
        Message(
            ko=f"{text.name}: 가중치 {text.weight}, {n_lines}줄, 토큰 {tokens.size}개; "
            f"한글이 아니어서 뺀 줄 {n_skipped}개",
            en=f"{text.name}: weight {text.weight}, {n_lines} lines, {tokens.size} tokens; "
            f"{n_skipped} lines that are not Hangul left out",
        )
    )
    return tokens


def _tokens_of_lines(text: str) -> tuple[Tokens, int, int]:
    """Tokens with a boundary after every line, lines used, lines left out."""
    words = (line.split() for line in unicodedata.normalize("NFC", text).splitlines())
    lines = "".join(" ".join(line) + "\n" for line in words if line)
    code = np.frombuffer(lines.encode("utf-32-le"), dtype=np.uint32)  # (C,)
    is_end, is_space = code == ord("\n"), code == ord(" ")
    syllable = code - np.uint32(_FIRST_SYLLABLE)  # (C,), wraps below 가: one bound is enough
    is_foreign = (syllable >= _N_SYLLABLES) & ~is_space & ~is_end
    line = np.cumsum(is_end) - is_end  # (C,)
    is_foreign_line = np.zeros(int(is_end.sum()), dtype=np.bool_)
    is_foreign_line[line[is_foreign]] = True

    kept = ~is_foreign_line[line]
    syllable, is_end, is_space = syllable[kept], is_end[kept], is_space[kept]
    vowel, coda = np.divmod(syllable, len(CODAS) + 1)
    onset, vowel = np.divmod(vowel, len(VOWELS))
    first = np.where(is_end, BOUNDARY, np.where(is_space, SPACE, _FIRST_ONSET + onset))
    tokens = np.stack([first, _FIRST_VOWEL + vowel, _BEFORE_CODAS + coda], axis=1)  # (C, 3)
    is_syllable = ~is_end & ~is_space
    used = np.stack([np.ones_like(is_end), is_syllable, is_syllable & (coda > 0)], axis=1)
    n_skipped = int(is_foreign_line.sum())
    return tokens.astype(np.uint8)[used], is_foreign_line.size - n_skipped, n_skipped
