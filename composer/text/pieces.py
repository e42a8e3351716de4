"""The pieces of a text: what was written at once, and what of the signal it came from."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from jihwa.composer.decoding.alignment import Reading, Taken
from jihwa.composer.language.jamo import SPACE, decode
from jihwa.composer.text.transcript import Sign
from jihwa.recognizer.events import REST


@dataclass(frozen=True, slots=True)
class Piece:
    """A decided step.

    Attributes:
        written: A token, or a character that was typed or must not change; None for rest and no
            sign.
        signs: The signs that spelled it.
        taken: What each emission was taken for.
        confidence: Probability that it is right.
        readings: Its emissions, of the last pieces only.
    """

    written: int | str | None
    signs: tuple[Sign, ...] = ()
    taken: tuple[Taken, ...] = ()
    confidence: float = 1.0
    readings: tuple[Reading, ...] = ()

    @property
    def n_tokens(self) -> int:
        """How many tokens write it; what was typed counts as if it had been spelled."""
        if isinstance(self.written, str):
            return n_tokens(self.written)
        return 0 if self.written is None else 1

    @property
    def separates(self) -> bool:
        """Whether it stands between words."""
        return self.written == SPACE or (isinstance(self.written, str) and self.written.isspace())

    @property
    def is_false_start(self) -> bool:
        """Whether it is the trace of a hold that was neither sign nor rest."""
        return self.written is None and all(sign.sign != REST for sign in self.signs)


def n_tokens(text: str) -> int:
    """How many tokens spell a text."""
    return len(unicodedata.normalize("NFD", text))


def typed(text: str) -> list[Piece]:
    """Characters as they were typed; a space is the one that the hand writes."""
    return [Piece(SPACE if char == " " else char) for char in text]


def text_of(pieces: Iterable[Piece]) -> str:
    """What pieces write: tokens side by side make syllables; what was typed stands as it is."""
    written = (piece.written for piece in pieces if piece.written is not None)
    parts: list[str] = []
    for _, run in groupby(written, key=type):
        each = list(run)
        tokens = [token for token in each if isinstance(token, int)]
        parts.append(decode(tokens) if tokens else "".join(map(str, each)))
    return "".join(parts)
