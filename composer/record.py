"""What of a text is decided: its letters in order, and what of the signal they came from."""

import heapq
import math
import unicodedata
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from operator import attrgetter

import numpy as np

from jihwa.composer.alignment import Reading, Step, Taken
from jihwa.composer.jamo import SPACE, decode
from jihwa.composer.transcript import Sign, Word

_SIGN_CANDIDATES = 5
_READABLE = 128
"""Pieces at the end whose emissions are kept, so that their words can be read again."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """A decided step.

    Attributes:
        written: A token, or a character that was typed; None for rest and no sign.
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
        return self._append([self._piece(step) for step in steps])

    def type(self, text: str) -> None:
        """Note characters that were typed."""
        self._append(_typed(text))

    def _append(self, pieces: Sequence[_Piece]) -> str:
        unreadable = len(self._pieces) - _READABLE
        self._pieces += pieces
        for place in range(max(unreadable, 0), max(len(self._pieces) - _READABLE, 0)):
            self._pieces[place] = replace(self._pieces[place], readings=())
        added = _text(pieces)
        self.text += added
        return added

    def add_command(self, reading: Reading) -> None:
        """Note a sign that wrote nothing and was obeyed."""
        self._commands.append(self._sign(reading))

    def cut(self, length: int) -> None:
        """Take back all but the first pieces."""
        self.text = self.text.removesuffix(_text(self._pieces[length:]))
        del self._pieces[length:]

    def cut_character(self) -> bool:
        """Take back the last character and the space before it; whether there was one."""
        left = len(unicodedata.normalize("NFD", self.text[-1:]))
        before = self.text[:-1]
        self.text = before.rstrip()
        while left > 0:
            written = self._pieces.pop().written
            typed = unicodedata.normalize("NFD", written) if isinstance(written, str) else "-"
            left -= len(typed) if written is not None else 0
        while self._pieces and self._pieces[-1].written in (None, SPACE):
            self._pieces.pop()
        return self.text != before

    def boundaries_since(self, signs: Container[int]) -> int:
        """Boundaries of the signal from where one of these signs began last; 0 for none."""
        boundaries = 0
        for piece in reversed(self._pieces):
            for taken in reversed(piece.taken):
                boundaries += taken.span
                if taken.sign in signs:
                    return boundaries
        return 0

    def signs(self) -> tuple[Sign, ...]:
        """Every segment in order."""
        written = (sign for piece in self._pieces for sign in piece.signs)
        return tuple(heapq.merge(written, self._commands, key=attrgetter("start_s")))

    def words(self) -> tuple[Word, ...]:
        """The words of the text."""
        return tuple(_word(self._pieces[place]) for place in self._places())

    def with_steps(self, steps: Iterable[Step]) -> "Record":
        """A copy that goes on with steps which are not decided."""
        copy = Record(self._labels)
        copy._pieces, copy.text = list(self._pieces), self.text
        copy.add(steps)
        return copy

    def place(self, word: int) -> slice:
        """The pieces of a word.

        Raises:
            IndexError: There is no such word.
        """
        return self._places()[word]

    def around(self, place: slice) -> tuple[str, str]:
        """The text before some pieces, and the text behind them."""
        return _text(self._pieces[: place.start]), _text(self._pieces[place.stop :])

    def readings(self, place: slice) -> tuple[Reading, ...]:
        """How the emissions of some pieces were read; none where that is not remembered."""
        pieces = self._pieces[place]
        if any(piece.taken and not piece.readings for piece in pieces):
            return ()
        return tuple(reading for piece in pieces for reading in piece.readings)

    def rewrite(self, place: slice, steps: Sequence[Step], text: str) -> None:
        """Put a text in the place of some pieces; what comes behind them stands.

        Args:
            place: Which pieces.
            steps: How the hand spelled the text; none where that is not known.
            text: The text.
        """
        pieces = [replace(self._piece(step), confidence=1.0) for step in steps]
        if not pieces:
            signs = tuple(sign for piece in self._pieces[place] for sign in piece.signs)
            first, *others = _typed(text)
            pieces = [replace(first, signs=signs), *others]
        self._pieces[place] = pieces
        self.text = _text(self._pieces)

    def _places(self) -> list[slice]:
        """Where the words stand: from the first piece that writes to the last one."""
        places: list[slice] = []
        within = False
        for at, piece in enumerate(self._pieces):
            if piece.written == SPACE:
                within = False
            elif piece.written is not None:
                start = places.pop().start if within else at
                places.append(slice(start, at + 1))
                within = True
        return places

    def _piece(self, step: Step) -> _Piece:
        taken = tuple(reading.taken for reading in step.readings)
        return _Piece(step.token, self._signs(step), taken, step.confidence, step.readings)

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


def _typed(text: str) -> list[_Piece]:
    return [_Piece(SPACE if char == " " else char) for char in text]


def _text(pieces: Iterable[_Piece]) -> str:
    """Tokens side by side make syllables; what was typed stands as it is."""
    written = (piece.written for piece in pieces if piece.written is not None)
    parts: list[str] = []
    for _, run in groupby(written, key=type):
        each = list(run)
        tokens = [token for token in each if isinstance(token, int)]
        parts.append(decode(tokens) if tokens else "".join(map(str, each)))
    return "".join(parts)


def _word(pieces: Sequence[_Piece]) -> Word:
    # No more than one letter in a row is missed: only a typed word has no sign.
    signs = [sign for piece in pieces if piece.written is not None for sign in piece.signs]
    return Word(
        text=_text(pieces),
        start_s=signs[0].start_s if signs else math.nan,
        end_s=signs[-1].end_s if signs else math.nan,
        confidence=min(piece.confidence for piece in pieces if piece.written is not None),
    )
