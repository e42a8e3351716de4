"""Undo and redo: the snapshots of a text that one can go back to, and forth again.

All that the decoder knew is large, so only the latest steps have it; of earlier ones the text is
left.
"""

import re
from collections import deque
from collections.abc import Iterable
from itertools import chain

from jihwa.composer.text.snapshot import Decisions, Snapshot
from jihwa.composer.text.transcript import TextEdit
from jihwa.recognizer.events import Decision, Emission

EXACT_STEPS = 16
"""Emissions that a backspace takes back one sign at a time, and steps that an undo restores
exactly; further back they restore text. Bounds the memory: a snapshot holds up to 0.3 MB."""
MOST_STEPS = 200
"""Steps that can be undone at all."""
_TOLD_DECISIONS = 256
"""More than there can be between a snapshot that can be gone back to and now."""


UndoStep = Snapshot | str
"""Where an undo or a redo leads: a snapshot, or the text alone that was shown then."""


class UndoSteps:
    """Every change of a text in order: those that can be undone, and those that were."""

    def __init__(self) -> None:
        self._past: list[UndoStep] = []
        self._future: list[UndoStep] = []

    def add(self, before: Snapshot) -> None:
        """Note a step: the text is no longer as it was; what was undone is gone for good."""
        self._past.append(before)
        self._future.clear()
        _fade(self._past)

    def undo(self, now: Snapshot) -> UndoStep | None:
        """Where the latest step began; None if there is none."""
        return _exchange(self._past, self._future, now)

    def redo(self, now: Snapshot) -> UndoStep | None:
        """Where the step led that was undone last; None if there is none."""
        return _exchange(self._future, self._past, now)

    def forget_details(self) -> None:
        """Keep no more than the text of every snapshot."""
        for steps in (self._past, self._future):
            steps[:] = map(_shown, steps)

    def lasting(self, now: Snapshot) -> str:
        """The beginning of the text that no undo, redo or backspace by signs can alter."""
        steps = chain([now], self._past, self._future)
        texts = [step if isinstance(step, str) else step.lasting for step in steps]
        first, last = min(texts), max(texts)  # what these share, those between them share too
        return first[: len(first) - TextEdit.between(first, last).delete]

    def releasable(self, now: Snapshot, keep_words: int) -> int:
        """How many of the first characters, whole words, nothing needs but the last words."""
        text = now.record.text
        begins = [found.start() for found in re.finditer(r"\S+", text)]
        most = begins[-keep_words] if 0 < keep_words <= len(begins) else 0
        most = min(most, len(self.lasting(now))) if most else 0
        return max(begin for begin in (0, *begins) if begin <= most)

    def release(self, length: int) -> None:
        """Forget the first characters of the text, which must be among what is `lasting`."""
        for steps in (self._past, self._future):
            steps[:] = [
                step[length:] if isinstance(step, str) else step.without_first(length)
                for step in steps
            ]


def _shown(step: UndoStep) -> str:
    return step if isinstance(step, str) else step.text


def _fade(steps: list[UndoStep]) -> None:
    """Forget what is too far away, the first steps."""
    del steps[:-MOST_STEPS]
    for at in range(len(steps) - EXACT_STEPS - 1, -1, -1):
        if isinstance(steps[at], str):  # so are all before it
            break
        steps[at] = _shown(steps[at])


def _exchange(source: list[UndoStep], target: list[UndoStep], now: Snapshot) -> UndoStep | None:
    """Leave now for the last step that is another."""
    while source and source[-1] == now.text:  # the rest of the snapshot is forgotten
        source.pop()
    if not source:
        return None
    target.append(now)
    _fade(target)
    return source.pop()


class ToldDecisions:
    """Remembers which decisions were told, so that none is told again after an undo and a redo."""

    def __init__(self) -> None:
        self._emissions: deque[Emission] = deque(maxlen=_TOLD_DECISIONS)

    def new(self, decided: Iterable[Decision]) -> Decisions:
        """Those that were not told before; now they are."""
        new = tuple(d for d in decided if not any(d.emission is each for each in self._emissions))
        self._emissions.extend(decision.emission for decision in new)
        return new
