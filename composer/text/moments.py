"""Moments of a text that one can go back to, and forth again.

Backspace goes back by signs, undo by whatever changed the text. A moment is remembered with all
that the decoder knew, which is large, so only the latest are; of earlier ones the text is left.
"""

from dataclasses import dataclass, replace
from itertools import chain

from jihwa.composer.decoding.decoded import Snapshot
from jihwa.composer.text.edits import TextEdit
from jihwa.composer.text.record import Record
from jihwa.recognizer.events import Decision

EXACT = 16
"""Emissions that a backspace takes back one sign at a time, and steps that an undo restores
exactly; further back they restore text. Bounds the memory: a snapshot holds up to 0.3 MB."""
STEPS = 200
"""Steps that can be undone at all."""


@dataclass(frozen=True, slots=True)
class Before:
    """What was known before an emission that can be taken back by itself.

    Attributes:
        decoder: What the decoder knew.
        pieces: How many pieces the record had.
        length: How many characters they wrote.
        preedit: What was shown behind them.
        decided: The signs that were decided because of the emission.
    """

    decoder: Snapshot
    pieces: int
    length: int
    preedit: str
    decided: tuple[Decision, ...] = ()

    def moved(self, pieces: int, length: int) -> "Before":
        """The same once as many pieces and characters more, or fewer, come before it."""
        return replace(self, pieces=self.pieces + pieces, length=self.length + length)


@dataclass(frozen=True, slots=True)
class Moment:
    """All that is known of a text at one moment.

    Attributes:
        decoder: What the decoder knows.
        record: What is decided.
        preedit: What is shown behind it.
        emissions: What was known before each of the last emissions, the latest last.
    """

    decoder: Snapshot
    record: Record
    preedit: str
    emissions: tuple[Before, ...]

    @property
    def text(self) -> str:
        """What is shown."""
        return self.record.text + self.preedit

    @property
    def lasting(self) -> str:
        """What no backspace by signs can alter."""
        return self.record.text[: self.emissions[0].length if self.emissions else None]

    def released(self, length: int) -> "Moment":
        """Without the first characters, which must be among what is `lasting`."""
        record = self.record.copy()
        gone = record.release(length)
        emissions = tuple(each.moved(-gone, -length) for each in self.emissions)
        return replace(self, record=record, emissions=emissions)


Point = Moment | str
"""Where one can go: a moment, or the text that was shown at one."""


class Timeline:
    """Every change of a text in order: those that can be undone, and those that were."""

    def __init__(self) -> None:
        self._past: list[Point] = []
        self._future: list[Point] = []

    def changed(self, before: Moment) -> None:
        """Note a step: the text is no longer as it was; what was undone is gone for good."""
        self._past.append(before)
        self._future.clear()
        _fade(self._past)

    def back(self, now: Moment) -> Point | None:
        """Where the latest step began; None if there is none."""
        return _exchange(self._past, self._future, now)

    def forth(self, now: Moment) -> Point | None:
        """Where the step led that was undone last; None if there is none."""
        return _exchange(self._future, self._past, now)

    def forget_details(self) -> None:
        """Keep no more than the text of every moment."""
        for points in (self._past, self._future):
            points[:] = map(_shown, points)

    def lasting(self, now: Moment) -> str:
        """The beginning of the text that no step back or forth can alter."""
        points = chain([now], self._past, self._future)
        texts = [point if isinstance(point, str) else point.lasting for point in points]
        first, last = min(texts), max(texts)  # what these share, those between them share too
        return first[: len(first) - TextEdit.between(first, last).delete]

    def release(self, length: int) -> None:
        """Forget the first characters of the text, which must be among what is `lasting`."""
        for points in (self._past, self._future):
            points[:] = [p[length:] if isinstance(p, str) else p.released(length) for p in points]


def _shown(point: Point) -> str:
    return point if isinstance(point, str) else point.text


def _fade(points: list[Point]) -> None:
    """Forget what is too far away, the first points."""
    del points[:-STEPS]
    points[:-EXACT] = map(_shown, points[:-EXACT])


def _exchange(source: list[Point], target: list[Point], now: Moment) -> Point | None:
    """Leave now for the last point that is another."""
    while source and source[-1] == now.text:  # the rest of the moment is forgotten
        source.pop()
    if not source:
        return None
    target.append(now)
    _fade(target)
    return source.pop()
