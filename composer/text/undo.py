"""Snapshots of a text that one can go back to, and forth again.

A text at one moment is a `Snapshot`, which never changes. Backspace goes back by emissions, undo
by whatever changed the text, and both do it by taking an earlier snapshot for the present one. All
that the decoder knew is large, so only the latest steps have it; of earlier ones the text is left.
"""

import re
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from jihwa.composer.decoding.alignment import AlignedToken
from jihwa.composer.decoding.decoder import DecoderState
from jihwa.composer.language.jamo import decode
from jihwa.composer.text.record import Record
from jihwa.composer.text.transcript import TextEdit, Update
from jihwa.recognizer.events import Decision, Emission

EXACT_STEPS = 16
"""Emissions that a backspace takes back one sign at a time, and steps that an undo restores
exactly; further back they restore text. Bounds the memory: a snapshot holds up to 0.3 MB."""
MOST_STEPS = 200
"""Steps that can be undone at all."""
_TOLD_DECISIONS = 256
"""More than there can be between a snapshot that can be gone back to and now."""

Decisions = tuple[Decision, ...]
"""How emissions were read whose signs are in the text for good."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All that is known of a text at one moment.

    Attributes:
        decoder: What the decoder knows.
        record: What is decided.
        preedit: What is shown behind it.
        before: What was known before each of the last emissions that can be taken back by
            themselves, the latest last; these know nothing of what was before them.
        decided: The signs that were decided because of the emission that followed, for a snapshot
            among those.
    """

    decoder: DecoderState
    record: Record
    preedit: str = ""
    before: tuple["Snapshot", ...] = ()
    decided: Decisions = ()

    @property
    def text(self) -> str:
        """What is shown."""
        return self.record.text + self.preedit

    def following(self, decoder: DecoderState) -> "Snapshot":
        """As it is once the decoder knows this, with what that has just committed."""
        record, preedit = self.record.with_aligned(decoder.committed), decode(decoder.preedit)
        record = record if preedit else record.with_final_end()
        return replace(self, decoder=decoder, record=record, preedit=preedit)

    @property
    def lasting(self) -> str:
        """What no backspace by signs can alter."""
        return self.record.text[: len(self.before[0].record.text) if self.before else None]

    def without_first(self, length: int) -> "Snapshot":
        """Without the first characters, which must be among what is `lasting`."""
        before = tuple(each.without_first(length) for each in self.before)
        return replace(self, record=self.record.without_first(length), before=before)

    def update_since(self, before: "Snapshot") -> Update:
        """What of the text has changed since another snapshot."""
        commit = TextEdit.between(before.record.text, self.record.text)
        edit = TextEdit.between(before.text, self.text)
        return Update(edit, commit.insert, self.preedit, commit.delete)

    def with_decided(self, decided: Decisions) -> "Snapshot":
        """With signs that the last emission decided; they go with it if it is taken back."""
        last = self.before[-1]
        last = replace(last, decided=(*last.decided, *decided))
        return replace(self, before=(*self.before[:-1], last))

    def rewritten(self, place: slice, alignment: Sequence[AlignedToken], text: str) -> "Snapshot":
        """With a text in the place of some entries, here and in every snapshot that has them all.

        Emissions behind which some were yet to come can no longer be taken back by themselves.
        """
        kept = (each for each in self.before if len(each.record.entries) >= place.stop)
        before = tuple(
            replace(each, record=each.record.rewritten(place, alignment, text)) for each in kept
        )
        return replace(self, record=self.record.rewritten(place, alignment, text), before=before)

    def back(self, boundaries: int) -> "Snapshot":
        """As it was before the emissions since so many boundaries, which must be remembered."""
        return replace(self.before[-boundaries], before=self.before[:-boundaries], decided=())


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
