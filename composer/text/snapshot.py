"""A text at one moment: what the decoder knows, and what of it has become text.

A `Snapshot` never changes. Backspace goes back by emissions, undo by whatever changed the text, and
both do it by taking an earlier snapshot for the present one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from jihwa.composer.decoding.alignment import AlignedToken
from jihwa.composer.decoding.decoder import DecoderState
from jihwa.composer.language.jamo import decode
from jihwa.composer.text.record import Record
from jihwa.composer.text.transcript import TextEdit, Update
from jihwa.recognizer.events import Decision

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
