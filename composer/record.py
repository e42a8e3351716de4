"""What of a text is decided: its letters in order, without the signal that they came from."""

import heapq
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter

import numpy as np

from jihwa.composer.alignment import RESUMED, Reading, Step
from jihwa.composer.jamo import SPACE, decode
from jihwa.composer.transcript import Sign, Word

_SIGN_CANDIDATES = 5


@dataclass(frozen=True, slots=True)
class _Piece:
    """A decided step: a token, the signs that spelled it, and what each emission was taken for."""

    token: int | None
    signs: tuple[Sign, ...]
    read: tuple[int, ...]
    confidence: float


class Record:
    """The decided part of a text, which grows and can be taken back from its end.

    Args:
        labels: The names of the readings.

    Attributes:
        text: The text.
    """

    def __init__(self, labels: Sequence[str]) -> None:
        self._labels = labels
        self._pieces: list[_Piece] = []
        self._commands: list[Sign] = []
        self.text = ""

    def __len__(self) -> int:
        return len(self._pieces)

    def add(self, steps: Iterable[Step]) -> str:
        """Note decided steps; returns their text."""
        before = len(self._pieces)
        for step in steps:
            read = tuple(RESUMED if r.resumes else r.sign for r in step.readings)
            self._pieces.append(_Piece(step.token, self._signs(step), read, step.confidence))
        added = _text(self._pieces[before:])
        self.text += added
        return added

    def add_command(self, reading: Reading) -> None:
        """Note a sign that wrote nothing and was obeyed."""
        self._commands.append(self._sign(reading))

    def cut(self, length: int) -> None:
        """Take back all but the first steps."""
        self.text = self.text.removesuffix(_text(self._pieces[length:]))
        del self._pieces[length:]

    def cut_character(self) -> bool:
        """Take back the last syllable or letter and the space before it; whether there was one."""
        left = len(unicodedata.normalize("NFD", self.text[-1:]))
        before = self.text[:-1]
        self.text = before.rstrip()
        while left:
            left -= self._pieces.pop().token is not None
        while self._pieces and self._pieces[-1].token in (None, SPACE):
            self._pieces.pop()
        return self.text != before

    def read(self) -> Iterator[int]:
        """What every emission was taken for, the newest first; `RESUMED` where it went on."""
        for piece in reversed(self._pieces):
            yield from reversed(piece.read)

    def signs(self) -> tuple[Sign, ...]:
        """Every segment in order."""
        written = (sign for piece in self._pieces for sign in piece.signs)
        return tuple(heapq.merge(written, self._commands, key=attrgetter("start_s")))

    def words(self) -> tuple[Word, ...]:
        """The words of the text."""
        words: list[list[_Piece]] = [[]]
        for piece in self._pieces:
            if piece.token == SPACE:
                words.append([])
            elif piece.token is not None:
                words[-1].append(piece)
        return tuple(_word(pieces) for pieces in words if pieces)

    def _signs(self, step: Step) -> tuple[Sign, ...]:
        signs: list[Sign] = []
        for reading in step.readings:
            if reading.resumes:
                signs[-1] = replace(signs[-1], end_s=reading.emission.segment.end_s)
            else:
                signs.append(self._sign(reading))
        return tuple(signs)

    def _sign(self, reading: Reading) -> Sign:
        best = np.argsort(-reading.posterior, kind="stable")[:_SIGN_CANDIDATES].tolist()
        segment = reading.emission.segment
        return Sign(
            start_s=segment.start_s,
            end_s=segment.end_s,
            sign=self._labels[reading.sign],
            candidates=tuple(
                (self._labels[i], float(reading.posterior[i]))
                for i in best
                if reading.posterior[i] > 0
            ),
        )


def _text(pieces: Iterable[_Piece]) -> str:
    return decode(piece.token for piece in pieces if piece.token is not None)


def _word(pieces: Sequence[_Piece]) -> Word:
    # Every word was shown by a segment: no more than one letter in a row is missed.
    signs = [sign for piece in pieces for sign in piece.signs]
    return Word(
        text=_text(pieces),
        start_s=signs[0].start_s,
        end_s=signs[-1].end_s,
        confidence=min(piece.confidence for piece in pieces),
    )
