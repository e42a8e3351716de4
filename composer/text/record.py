"""What of a text is decided: its letters in order, and what of the signal they came from."""

import heapq
import math
import re
from collections.abc import Container, Iterable, Sequence
from dataclasses import replace
from operator import attrgetter

import numpy as np

from jihwa.composer.decoding.alignment import Reading, Step
from jihwa.composer.language.jamo import KINDS, LETTER_OF, Kind
from jihwa.composer.text.edits import TextEdit
from jihwa.composer.text.pieces import Piece, n_tokens, text_of, typed
from jihwa.composer.text.transcript import Sign, Word

_SIGN_CANDIDATES = 5
_READABLE = 128
"""Pieces at the end whose emissions are kept, so that their words can be read again."""


class Record:
    """The decided part of a text, which grows and can be taken back from its end.

    Args:
        labels: The names of the readings.

    Attributes:
        text: The text.
    """

    def __init__(self, labels: Sequence[str]) -> None:
        self._labels = labels
        self._pieces: list[Piece] = []
        self._commands: list[Sign] = []
        self.text = ""

    def __len__(self) -> int:
        return len(self._pieces)

    def add(self, steps: Iterable[Step]) -> str:
        """Note decided steps; returns their text."""
        return self._append([self._piece(step) for step in steps])

    def type(self, text: str) -> None:
        """Note characters that were typed."""
        self._append(typed(text))

    def _append(self, pieces: Sequence[Piece]) -> str:
        unreadable = len(self._pieces) - _READABLE
        self._pieces += pieces
        for place in range(max(unreadable, 0), max(len(self._pieces) - _READABLE, 0)):
            self._pieces[place] = replace(self._pieces[place], readings=())
        added = text_of(pieces)
        self.text += added
        return added

    def add_command(self, reading: Reading) -> None:
        """Note a sign that wrote nothing and was obeyed."""
        self._commands.append(self._sign(reading))

    def cut(self, length: int) -> None:
        """Take back all but the first pieces."""
        self.text = self.text.removesuffix(text_of(self._pieces[length:]))
        del self._pieces[length:]

    def cut_character(self) -> bool:
        """Take back the last character and the space before it; whether there was one."""
        return self._keep(self.text[:-1])

    def cut_word(self) -> bool:
        """Take back the last word and the space before it; whether there was one."""
        return self._keep(self.text[: _last_word(self.text)])

    def _keep(self, text: str) -> bool:
        """Take back all behind this beginning, spaces at its end too; whether there were any."""
        kept = text.rstrip(" ")
        self.become(kept)
        return kept != text

    def become(self, text: str) -> None:
        """Write another text; the characters that it begins with alike stay as they are."""
        edit = TextEdit.between(self.text, text)
        if edit.delete:
            del self._pieces[self._covering(len(self.text) - edit.delete) :]
        self.text = self.text[: len(self.text) - edit.delete]
        self.type(edit.insert)

    def close(self) -> None:
        """See to it that a lone consonant at the end stays one if a vowel is written behind it."""
        places = reversed(range(len(self._pieces)))
        last = next((at for at in places if self._pieces[at].written is not None), None)
        token = None if last is None else self._pieces[last].written
        if last is not None and isinstance(token, int) and KINDS[token] == Kind.ONSET:
            self._pieces[last] = replace(self._pieces[last], written=LETTER_OF[token])

    def release(self, length: int) -> int:
        """Forget the first characters, and the signs that spelled them.

        Returns:
            How many pieces they were.
        """
        n_pieces = self._covering(length)
        signs = [sign for piece in self._pieces[:n_pieces] for sign in piece.signs]
        if signs:
            self._commands = [c for c in self._commands if c.start_s > signs[-1].start_s]
        del self._pieces[:n_pieces]
        self.text = self.text[length:]
        return n_pieces

    def _covering(self, length: int) -> int:
        """How many of the first pieces write the first characters."""
        left = n_tokens(self.text[:length])
        for at, piece in enumerate(self._pieces):
            if left == 0:
                return at
            left -= piece.n_tokens
        return len(self._pieces)

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

    def copy(self) -> "Record":
        """The same, which goes its own way."""
        copy = Record(self._labels)
        copy._pieces, copy._commands = list(self._pieces), list(self._commands)
        copy.text = self.text
        return copy

    def with_steps(self, steps: Iterable[Step]) -> "Record":
        """A copy that goes on with steps which are not decided."""
        copy = self.copy()
        copy.add(steps)
        return copy

    def place(self, word: int) -> slice:
        """The pieces of a word.

        Raises:
            IndexError: There is no such word.
        """
        return self._places()[word]

    def holds_of(self, place: slice) -> slice:
        """The pieces of a word with those around it that write nothing and are not rest."""
        start, stop = place.start, place.stop
        while start > 0 and self._pieces[start - 1].is_false_start:
            start -= 1
        while stop < len(self._pieces) and self._pieces[stop].is_false_start:
            stop += 1
        return slice(start, stop)

    def around(self, place: slice) -> tuple[str, str]:
        """The text before some pieces, and the text behind them."""
        return text_of(self._pieces[: place.start]), text_of(self._pieces[place.stop :])

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
            first, *others = typed(text)
            pieces = [replace(first, signs=signs), *others]
        self._pieces[place] = pieces
        self.text = text_of(self._pieces)

    def _places(self) -> list[slice]:
        """Where the words stand: from the first piece that writes to the last one."""
        places: list[slice] = []
        within = False
        for at, piece in enumerate(self._pieces):
            if piece.separates:
                within = False
            elif piece.written is not None:
                start = places.pop().start if within else at
                places.append(slice(start, at + 1))
                within = True
        return places

    def _piece(self, step: Step) -> Piece:
        taken = tuple(reading.taken for reading in step.readings)
        signs = tuple(map(self._sign, step.readings))
        return Piece(step.token, signs, taken, step.confidence, step.readings)

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


def _last_word(text: str) -> int:
    """Where the last word begins."""
    words = list(re.finditer(r"\S+", text))
    return words[-1].start() if words else 0


def _word(pieces: Sequence[Piece]) -> Word:
    # No more than one letter in a row is missed: only a typed word has no sign.
    signs = [sign for piece in pieces if piece.written is not None for sign in piece.signs]
    return Word(
        text=text_of(pieces),
        start_s=signs[0].start_s if signs else math.nan,
        end_s=signs[-1].end_s if signs else math.nan,
        confidence=min(piece.confidence for piece in pieces if piece.written is not None),
    )
