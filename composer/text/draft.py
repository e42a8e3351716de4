"""The text as it is being written: what is known of it now, and how it goes on.

It knows no past to go back to; what may be done to a text, and undone, is the composer's.
"""

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain

from jihwa.composer.decoding.alignment import AlignedToken, Reading
from jihwa.composer.decoding.decoder import Decoder, Ending
from jihwa.composer.decoding.hypotheses import Hypothesis
from jihwa.composer.language.jamo import MEMORY_CHARACTERS
from jihwa.composer.text.record import Record
from jihwa.composer.text.snapshot import Decisions, Snapshot
from jihwa.composer.text.transcript import Sign
from jihwa.composer.text.undo import EXACT_STEPS, ToldDecisions, UndoStep
from jihwa.recognizer.events import Decision, Emission


class Draft:
    """The decided text, what is open behind it, and which decisions were told.

    Args:
        decoder: Reads the emissions.
        empty: The record of a text in which nothing is decided.
        writing: The signs that write letters and spaces.
        before: What stands before the text.

    Attributes:
        decoder: The one that reads.
        now: All that is known.
        before_cursor: The end of what stands before the text; it only says what to expect.
    """

    def __init__(
        self, decoder: Decoder, empty: Record, writing: Container[int], before: str
    ) -> None:
        self.decoder, self._writing = decoder, writing
        self._told = ToldDecisions()
        self.before_cursor = before[-MEMORY_CHARACTERS:]
        self.now: Snapshot
        self._shown: tuple[Snapshot | None, Record] = None, empty  # what was shown when last asked
        self.begin(empty)

    def begin(self, record: Record, *, word_is_over: bool = False) -> None:
        """Go on behind what is final."""
        behind = self.before_cursor + record.text
        decoder = self.decoder.begin(behind, word_is_over=word_is_over)
        self.now = Snapshot(decoder, record.with_final_end())

    def read_with(self, decoder: Decoder, *, word_is_over: bool) -> None:
        """Go on behind what is final with another decoder."""
        self.decoder = decoder
        self.begin(self.now.record, word_is_over=word_is_over)

    def go_to(self, step: UndoStep) -> None:
        """Be as it was at a snapshot; of a text alone, go on behind it as what is final."""
        if isinstance(step, Snapshot):
            self.now = step
        else:
            self.begin(self.shown().with_text(step))

    def note_command(self, reading: Reading) -> None:
        """Remember a sign that wrote nothing and was obeyed."""
        self.now = replace(self.now, record=self.now.record.with_command(reading))

    def keep(self, shown: Record, length: int) -> None:
        """Go on behind the first characters of what is shown; a space at their end is not kept."""
        text = shown.text[: max(length, 0)]
        kept = text.rstrip(" ")
        self.begin(shown.with_text(kept), word_is_over=kept != text)

    def release(self, length: int) -> str:
        """Forget the first characters of what is final; returns them."""
        released = self.now.record.text[:length]
        self.now = self.now.without_first(length)
        self.before_cursor = (self.before_cursor + released)[-MEMORY_CHARACTERS:]
        return released

    def shown(self, at: Snapshot | None = None) -> Record:
        """The record as it would be if what is open were decided as it is read then, or now."""
        at = at or self.now
        if self._shown[0] is not at:
            self._shown = at, at.record.with_aligned(self.decoder.open_alignment(at.decoder))
        return self._shown[1]

    def ahead(self, holds: Iterable[Emission]) -> Snapshot:
        """As it would be if these holds were over."""
        ahead = self.now
        for hold in holds:
            ahead = ahead.following(self.decoder.step(ahead.decoder, (hold.alone,)))
        return ahead

    def feed(self, emissions: Sequence[Emission]) -> Decisions:
        """Take in emissions that end together; gives the decisions that are final now."""
        now = self.now
        known = (*now.before, replace(now, before=()))
        final = known[0].decided if len(known) > EXACT_STEPS else ()
        decoder = self.decoder.step(now.decoder, emissions)
        self.now = replace(now, before=known[-EXACT_STEPS:]).following(decoder)
        return self._told.new((*final, *self._note()))

    def commit(self) -> Decisions:
        """Decide for the whole syllables of what is open."""
        self.now = self.now.following(self.decoder.commit(self.now.decoder))
        return self._told.new(self._note())

    def finish(self) -> tuple[Record, tuple[Ending, ...], Decisions]:
        """The whole record as if the text ended, the ways to end it, and all decisions that wait.

        `begin` has to follow, or another draft.
        """
        endings = self.decoder.endings(self.now.decoder)
        record, decided = self._final(endings[0].alignment)
        return record, endings, decided

    def rewrite(self, place: slice, alignment: Sequence[AlignedToken], text: str) -> Decisions:
        """Write another text in the place of some entries, in every snapshot that has them.

        Args:
            place: The entries of a word that is shown.
            alignment: How the hand spelled the text; none where that is not known.
            text: The text.
        """
        now, shown = self.now, self.shown()
        if place.stop > len(now.record.entries):  # the word is in the preedit
            final = self.decoder.commit_all(now.decoder).committed
            record = now.record.with_aligned(final).rewritten(place, alignment, text)
            self.begin(record, word_is_over=now.decoder.word_is_over)
        else:
            final = ()
            self.now = now.rewritten(place, alignment, text)
        gone = now.before[: len(now.before) - len(self.now.before)]
        decided = chain(*(before.decided for before in gone), self._decisions(final))
        others = self._told.new(_but_of(shown, place, decided))
        return (*others, *(reading.for_certain() for reading in self._decisions(alignment)))

    def complete_word(self, text: str, begun: Hypothesis | None) -> Decisions:
        """Write the rest of the last word, which is over then.

        Args:
            text: What the word becomes.
            begun: The hypothesis whose last word begins so; None if none does: then nothing is
                decided about what the hand has shown of it.
        """
        shown = self.shown()
        alignment = self.decoder.open_alignment(self.now.decoder, begun)
        record, decided = self._final(alignment)
        self.begin(record.completed(text), word_is_over=True)
        return decided if begun else tuple(_but_of(shown, shown.place(-1), decided))

    def add_word(self, text: str) -> Decisions:
        """Write a word behind the last one, which stands as it is shown; the new one is over."""
        record, decided = self._final(self.decoder.open_alignment(self.now.decoder))
        behind = self.before_cursor + record.text
        space = " " * (bool(behind) and not behind[-1].isspace())
        self.begin(record.with_typed(space + text), word_is_over=True)
        return decided

    def add_word_sign(self, word: Sign) -> Decisions:
        """Write a word that was shown by one sign, as if the text had ended before and after it."""
        now = self.now
        record, _, decided = self.finish()
        behind = self.before_cursor + record.text
        space = " " * (bool(behind) and not behind[-1].isspace())
        self.begin(record.with_typed(space).with_word_sign(word), word_is_over=True)
        self.now = replace(self.now, before=(*now.before, replace(now, before=()))[-EXACT_STEPS:])
        return decided

    def _note(self) -> Decisions:
        """Gives the decisions that cannot be taken back of what the decoder just committed."""
        decided = tuple(self._decisions(self.now.decoder.committed))
        if not self.now.before:
            return decided
        self.now = self.now.with_decided(decided)
        return ()

    def _final(self, alignment: Sequence[AlignedToken]) -> tuple[Record, Decisions]:
        """The whole record if what is open is read so, and all decisions that wait."""
        waiting = chain.from_iterable(each.decided for each in self.now.before)
        decided = self._told.new((*waiting, *self._decisions(alignment)))
        return self.now.record.with_aligned(alignment), decided

    def _decisions(self, alignment: Iterable[AlignedToken]) -> Iterator[Reading]:
        """How emissions were read that show letters and spaces."""
        read = (each for token in alignment for each in token.readings)
        return (each for each in read if each.sign in self._writing)


def _but_of(shown: Record, place: slice, decided: Iterable[Decision]) -> Iterator[Decision]:
    """The decisions about other emissions than those of some entries."""
    read = {id(reading.emission) for reading in shown.readings(place)}
    return (each for each in decided if id(each.emission) not in read)
