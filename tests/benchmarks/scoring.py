"""What benchmarks count: character errors, found letters, and the texts that they use."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from itertools import accumulate
from pathlib import Path
from typing import Self

from rapidfuzz.distance import Levenshtein

from jihwa.composer.transcript import Sign
from jihwa.data.alphabet import Alphabet
from jihwa.data.spelling import SpelledSign

SHARED = Path(__file__).parents[3] / "shared" / "data"
TRAINING_TEXTS = (
    "train_open.txt.gz",
    "train_sharealike.txt.gz",
    "lexicon_sharealike.txt",
    "titles_open.txt.gz",
    "addresses.txt",
)
"""What plain models are built from, to compare with."""
PERSONS = 75
"""dev_names.txt holds this many persons, then places."""


def dev_texts(kind: str) -> list[str]:
    """The development texts of one kind: sentences, words, persons or places."""
    name = "names" if kind in ("persons", "places") else kind
    lines = (SHARED / "text" / f"dev_{name}.txt").read_text(encoding="utf-8").splitlines()
    return {"persons": lines[:PERSONS], "places": lines[PERSONS:]}.get(kind, lines)


@dataclass
class Tally:
    """Counts that add up over texts."""

    def __add__(self, other: Self) -> Self:
        return type(self)(
            *(getattr(self, field.name) + getattr(other, field.name) for field in fields(self))
        )


@dataclass
class TextErrors(Tally):
    """Character and jamo errors of texts.

    Attributes:
        texts: How many texts.
        exact: Texts without an error, spaces aside.
        chars: True characters with spaces.
        errors: Edits between them.
        tight_chars: True characters without spaces.
        tight_errors: Edits between them.
        jamo: True signs.
        jamo_errors: Edits between them.
    """

    texts: int = 0
    exact: int = 0
    chars: int = 0
    errors: int = 0
    tight_chars: int = 0
    tight_errors: int = 0
    jamo: int = 0
    jamo_errors: int = 0

    @classmethod
    def of(cls, truth: str, text: str, alphabet: Alphabet) -> Self:
        """Compare one text with the truth."""
        tight_truth, tight = truth.replace(" ", ""), text.replace(" ", "")
        jamo_truth, jamo = alphabet.spell(tight_truth), alphabet.spell(tight)
        return cls(
            texts=1,
            exact=int(tight == tight_truth),
            chars=len(truth),
            errors=Levenshtein.distance(truth, text),
            tight_chars=len(tight_truth),
            tight_errors=Levenshtein.distance(tight_truth, tight),
            jamo=len(jamo_truth),
            jamo_errors=Levenshtein.distance(jamo_truth, jamo),
        )

    @property
    def cer(self) -> float:
        """Character error rate without spaces, %."""
        return 100 * self.tight_errors / self.tight_chars

    @property
    def cer_spaces(self) -> float:
        """Character error rate with spaces, %."""
        return 100 * self.errors / self.chars

    @property
    def jamo_error_rate(self) -> float:
        """Edits a true sign, %."""
        return 100 * self.jamo_errors / self.jamo

    @property
    def exact_share(self) -> float:
        """Texts without an error, spaces aside, %."""
        return 100 * self.exact / self.texts


@dataclass
class Spaces(Tally):
    """How many spaces were found, by the syllables between which they stand.

    Attributes:
        true: Spaces of the true texts.
        found: Those that a text has between the same two syllables.
        written: Spaces of the texts.
    """

    true: int = 0
    found: int = 0
    written: int = 0

    @classmethod
    def of(cls, truth: str, text: str) -> Self:
        """Compare one text with the truth; where their syllables differ no space is found."""
        true, written = _spaces(truth), _spaces(text)
        same = truth.replace(" ", "") == text.replace(" ", "")
        return cls(len(true), len(true & written) if same else 0, len(written))

    @property
    def f1(self) -> float:
        """Harmonic mean of the shares of true spaces found and of written ones true, %."""
        return 100 * 2 * self.found / max(self.true + self.written, 1)


@dataclass
class Letters(Tally):
    """How many letters were found.

    Attributes:
        true: Letters that were held.
        found: Those with a segment of their own.
        spurious: Segments read as letters that are none.
        repeated: Letters equal to the one before them in their word.
        repeated_found: Those of them that were found.
    """

    true: int = 0
    found: int = 0
    spurious: int = 0
    repeated: int = 0
    repeated_found: int = 0

    @classmethod
    def of(cls, truth: Sequence[SpelledSign], signs: Sequence[Sign]) -> Self:
        """Match held letters with segments that overlap them, each with one, in their order."""
        free = list(signs)
        tally = cls(true=len(truth))
        for i, held in enumerate(truth):
            match = next(
                (s for s in free if s.start_s < held.end_s and s.end_s > held.start_s), None
            )
            repeated = i > 0 and truth[i - 1].sign == held.sign
            tally.repeated += repeated
            if match is not None:
                free.remove(match)
                tally.found += 1
                tally.repeated_found += repeated
        tally.spurious = len(free)
        return tally


def _spaces(text: str) -> set[int]:
    """How many syllables stand before each space."""
    words = text.split()
    return set(accumulate(len(word) for word in words[:-1]))
