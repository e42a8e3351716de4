"""What only benchmarks count, and the texts that they use."""

from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Self

from jihwa.io.evaluation.errors import Tally

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


def _spaces(text: str) -> set[int]:
    """How many syllables stand before each space."""
    words = text.split()
    return set(accumulate(len(word) for word in words[:-1]))
