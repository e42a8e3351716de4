"""The composing stage: emissions in, edits and a transcript out."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain

from jihwa.composer.decoding.alignment import Reading, Step, written
from jihwa.composer.decoding.decoder import Decoder, Ending
from jihwa.composer.decoding.options import DecoderOptions
from jihwa.composer.decoding.search import MEMORY_CHARACTERS
from jihwa.composer.language.jamo import decode
from jihwa.composer.language.token_model import Mode, TokenModel
from jihwa.composer.text.record import Record
from jihwa.composer.text.transcript import Candidate, Sign, TextEdit, Transcript, Update, Word
from jihwa.composer.text.undo import (
    EXACT_STEPS,
    Decisions,
    Point,
    Snapshot,
    ToldDecisions,
    UndoSteps,
)
from jihwa.composer.text.words import WordReader
from jihwa.data.alphabet import COMMANDS, Alphabet, Control
from jihwa.data.messages import UsageError
from jihwa.recognizer.events import Emission, likeliest, readings


class Composer:
    """Turns emissions into text; knows what is shown, what is final and where it was signed.

    Applying the edits of all updates and of the transcript in order reproduces the text. Open text
    and time per emission stay bounded; the words and signs of a text are kept until it ends or they
    are released.

    Commands that are among the wearer's own signs are obeyed as soon as they are shown;
    `backspace`, `clear` and `complete` do the same for a keyboard.

    Whatever changed the text can be undone, but not the decisions that it told.

    Args:
        alphabet: The signs whose likelihoods the emissions carry.
        model: The language model.
        options: How the decoder weighs evidence.
        mode: What the text may be.
        abbreviations: The wearer's own, of Hangul letters, and the candidate that each stands for.
    """

    def __init__(
        self,
        alphabet: Alphabet,
        model: TokenModel,
        options: DecoderOptions | None = None,
        mode: Mode = Mode.FREE,
        abbreviations: Mapping[str, str] | None = None,
    ) -> None:
        self._alphabet = alphabet
        self._options = options or DecoderOptions()
        self._abbreviations = abbreviations or {}
        self._writing = {i for sign, i in alphabet.index.items() if sign not in COMMANDS}
        self._commands = {alphabet.index[c]: c for c in COMMANDS if c in alphabet.index}
        self._obey = {
            Control.BACKSPACE: self.backspace,
            Control.CLEAR: self.clear,
            Control.ENTER: self.complete,
            Control.SPEAK: self.complete,
        }
        self._read_with(model, mode)
        self._now: Snapshot
        self.reset()

    def _read_with(self, model: TokenModel, mode: Mode) -> None:
        expecting = model.in_mode(mode)
        self._decoder = Decoder(self._alphabet, expecting, self._options, mode)
        self._words = WordReader(self._alphabet, expecting, self._options, self._abbreviations)

    @property
    def text(self) -> str:
        """What is final; without what was released."""
        return self._now.record.text

    @property
    def preedit(self) -> str:
        """What is shown behind it and may still change."""
        return self._now.preedit

    def reset(self, before: str = "") -> None:
        """Forget the text; what stands before the cursor only says what to expect."""
        self._before_cursor = before[-MEMORY_CHARACTERS:]
        self._told = ToldDecisions()
        self._undo_steps = UndoSteps()
        self._begin(Record(readings(self._alphabet)))

    def feed(self, *emissions: Emission) -> Update:
        """Take in one emission, or alternatives that end at the same boundary of the signal.

        Raises:
            UsageError: There is none, or one has likelihoods for another alphabet, or spans more
                boundaries than the options allow.
        """
        self._decoder.check(emissions)
        if reading := self._decoder.certain_reading(likeliest(emissions), self._commands):
            control = self._commands[reading.sign]
            update = self._obey[control]()
            self._now = replace(self._now, record=self._now.record.with_command(reading))
            return replace(update, command=control)
        before = self._now
        known = (*before.before, replace(before, before=()))
        final = known[0].decided if len(known) > EXACT_STEPS else ()
        decoder = self._decoder.step(before.decoder, emissions)
        self._now = replace(before, decoder=decoder, before=known[-EXACT_STEPS:])
        return self._changed(before, self._told.new((*final, *self._note())))

    def preview(self, holds: Sequence[Emission]) -> str:
        """What would be shown behind `text` if these holds were over; nothing follows from it."""
        state, text, preedit = self._now.decoder, "", self._now.preedit
        for hold in holds:
            state = self._decoder.step(state, (hold.alone,))
            text += decode(written(state.committed))
            preedit = decode(state.preedit)
        return text + preedit

    def commit(self) -> Update:
        """Make the whole syllables of the preedit final, and go on in the same text."""
        before = self._now
        self._now = replace(before, decoder=self._decoder.commit(before.decoder))
        return self._changed(before, self._told.new(self._note()))

    def complete(self) -> Update:
        """Make all of the preedit final as if the text ended here, and go on behind it."""
        before = self._now
        record, _, decided = self._finish()
        self._begin(record, word_is_over=before.decoder.word_is_over)
        return self._changed(before, decided, complete=True)

    def type(self, text: str) -> Update:
        """Write characters as they are, behind what is spelled; the preedit becomes final.

        A space that the hand has shown is written before a letter or digit.
        """
        before = self._now
        text = unicodedata.normalize("NFC", text)
        word_is_over = before.decoder.word_is_over
        record, _, decided = self._finish()
        record = record.with_typed(" " * (word_is_over and text[:1].isalnum()) + text)
        self._begin(record, word_is_over=word_is_over and not text)
        return self._changed(before, decided)

    def expect(self, model: TokenModel, mode: Mode) -> Update:
        """Go on with a model that has learned or in another mode; the preedit becomes final.

        That cannot be undone; what came before it can, as text.
        """
        word_is_over = self._now.decoder.word_is_over
        update = self.complete()
        self._read_with(model, mode)
        self._begin(self._now.record, word_is_over=word_is_over)
        self._undo_steps.forget_details()
        return update

    def words(self) -> tuple[Word, ...]:
        """The words of the text shown, the preedit's as they are read now."""
        return self._shown().words()

    def signs(self) -> tuple[Sign, ...]:
        """Every segment of what is final, in order; without what was released."""
        return self._now.record.signs()

    def candidates(self, word: int) -> tuple[Candidate, ...]:
        """What a word may be: as it is shown, then what it abbreviates, then the likeliest others.

        Only the last words can be read again; an earlier one, or one that was typed, has no other
        candidates. An abbreviation that was read as several words is not found.

        Raises:
            IndexError: There is no such word among `words`.
        """
        return self._words.candidates(self._shown(), word, self._before_cursor)

    def choose(self, word: int, text: str) -> Update:
        """Rewrite a word as one of its candidates, or as anything; what stands behind it stays.

        The preedit becomes final if the word is in it. The update's decisions say how the hand
        spelled the word, for certain if it is one of the candidates.

        Raises:
            IndexError: There is no such word among `words`.
            UsageError: The text is empty.
        """
        if not text.strip():
            raise UsageError(
                ko="바꿀 낱말이 비어 있습니다. 한 글자 이상 주세요.",
                en="The word to put there is empty. Give one letter at least.",
            )
        before = self._now
        return self._changed(before, self._rewrite(word, text))

    def backspace(self) -> Update:
        """Take back the last sign as if its segment and those behind it had never come.

        What was committed because of them is open again. Beyond the last `EXACT_STEPS` emissions,
        and behind a text that was completed, the last syllable goes as a whole.
        """
        before, shown = self._now, self._shown()
        boundaries = shown.boundaries_since(self._writing)
        if 0 < boundaries <= len(before.before):
            self._now = before.back(boundaries)
        else:  # nothing is learned from signs next to one that was wrong
            self._keep(shown, len(shown.text) - 1)
        return self._changed(before)

    def backspace_word(self) -> Update:
        """Take back the last word and the space before it; the rest is final as it is shown."""
        before, shown = self._now, self._shown()
        words = list(re.finditer(r"\S+", shown.text))
        self._keep(shown, words[-1].start() if words else 0)
        return self._changed(before)

    def clear(self) -> Update:
        """Take back the whole text."""
        before = self._now
        self._begin(Record(before.record.labels))
        return self._changed(before)

    def undo(self) -> Update | None:
        """Take back the latest change of the text; None if there is none.

        An emission that changed the text is a step, and so is every call that did. The latest
        `EXACT_STEPS` are taken back as if they had never been; of `MOST_STEPS` in all the text
        alone comes back, and is final.
        """
        return self._go_to(self._undo_steps.undo(self._now))

    def redo(self) -> Update | None:
        """Take back the latest `undo`; None if there is none, or the text has changed since."""
        return self._go_to(self._undo_steps.redo(self._now))

    def release(self, keep_words: int) -> str:
        """Forget the first words of what is final, so that memory and time stay bounded.

        They still stand before the cursor, but can no longer be changed. What an undo, a redo or a
        backspace by signs could still alter is kept, and so are the last `keep_words` (1 or more).

        Returns:
            The text that was forgotten; the numbers of all `words` are lower by its words.
        """
        length = self._undo_steps.releasable(self._now, keep_words)
        released = self.text[:length]
        self._undo_steps.release(length)
        self._now = self._now.without_first(length)
        self._before_cursor = (self._before_cursor + released)[-MEMORY_CHARACTERS:]
        return released

    def flush(self) -> Transcript:
        """End the text: everything becomes final. The next emission begins a new text."""
        before, final = self._now, self.text
        record, endings, decided = self._finish()
        transcript = Transcript(
            text=record.text,
            candidates=tuple(Candidate(final + decode(e.tokens), e.log_prob) for e in endings),
            words=record.words(),
            signs=record.signs(),
            edit=TextEdit.between(before.text, record.text),
            decided=decided,
        )
        self.reset()
        return transcript

    def _begin(self, record: Record, *, word_is_over: bool = False) -> None:
        """Go on behind what is final."""
        behind = self._before_cursor + record.text
        decoder = self._decoder.begin(behind, word_is_over=word_is_over)
        self._now = Snapshot(decoder, record.with_final_end())

    def _keep(self, shown: Record, length: int) -> None:
        """Go on behind the first characters of what is shown; a space at their end is not kept."""
        text = shown.text[: max(length, 0)]
        kept = text.rstrip(" ")
        self._begin(shown.with_text(kept), word_is_over=kept != text)

    def _go_to(self, point: Point | None) -> Update | None:
        if point is None:
            return None
        before = self._now
        if isinstance(point, Snapshot):
            self._now = point
        else:
            self._begin(self._shown().with_text(point))
        return self._now.update_since(before)

    def _shown(self) -> Record:
        """The record as it would be if what is open were decided as it is read now."""
        return self._now.record.with_steps(self._decoder.open_steps(self._now.decoder))

    def _note(self) -> Decisions:
        """Write what the decoder just committed; gives the decisions that cannot be taken back."""
        steps = self._now.decoder.committed
        record, preedit = self._now.record.with_steps(steps), decode(self._now.decoder.preedit)
        record = record if preedit else record.with_final_end()
        self._now = replace(self._now, record=record, preedit=preedit)
        decided = tuple(self._decisions(steps))
        if not self._now.before:
            return decided
        self._now = self._now.with_decided(decided)
        return ()

    def _finish(self) -> tuple[Record, tuple[Ending, ...], Decisions]:
        """The whole record as if the text ended, the ways to end it, and all decisions that wait.

        `_begin` or `reset` has to follow.
        """
        endings = self._decoder.endings(self._now.decoder)
        steps = endings[0].steps
        waiting = chain.from_iterable(each.decided for each in self._now.before)
        decided = self._told.new((*waiting, *self._decisions(steps)))
        return self._now.record.with_steps(steps), endings, decided

    def _rewrite(self, word: int, text: str) -> Decisions:
        """Write another text in the place of a word, in every snapshot that has the word."""
        now, shown = self._now, self._shown()
        place = shown.place(word)
        steps = self._words.spelling(shown, place, text, self._before_cursor)
        if place.stop > len(now.record.entries):  # the word is in the preedit
            settled = self._decoder.commit_all(now.decoder).committed
            record = now.record.with_steps(settled).rewritten(place, steps, text)
            self._begin(record, word_is_over=now.decoder.word_is_over)
        else:
            settled = ()
            self._now = now.rewritten(place, steps, text)
        gone = now.before[: len(now.before) - len(self._now.before)]
        decided = chain(*(before.decided for before in gone), self._decisions(settled))
        read = {id(reading.emission) for reading in shown.readings(place)}
        others = self._told.new(each for each in decided if id(each.emission) not in read)
        return (*others, *(reading.for_certain() for reading in self._decisions(steps)))

    def _decisions(self, steps: Iterable[Step]) -> Iterator[Reading]:
        """How emissions were read that show letters and spaces."""
        return (each for step in steps for each in step.readings if each.sign in self._writing)

    def _changed(
        self, before: Snapshot, decided: Decisions = (), *, complete: bool = False
    ) -> Update:
        """What changed since a snapshot; an undo step, if that can be seen."""
        update = replace(self._now.update_since(before), decided=decided, complete=complete)
        if update.edit or (complete and before.preedit):
            self._undo_steps.add(before)
        return update
