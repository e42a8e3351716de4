"""The composing stage: emissions in, edits and a transcript out."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import replace

from jihwa.composer.decoding.decoder import Decoder
from jihwa.composer.decoding.options import DecoderOptions
from jihwa.composer.language.jamo import decode
from jihwa.composer.language.token_model import Mode, TokenModel
from jihwa.composer.text.candidates import AbbreviationReader, WordReader
from jihwa.composer.text.completions import CompletionReader
from jihwa.composer.text.draft import Draft
from jihwa.composer.text.record import WORD_SIGN, Record
from jihwa.composer.text.snapshot import Decisions, Snapshot
from jihwa.composer.text.transcript import (
    Candidate,
    Completion,
    Sign,
    TextEdit,
    Transcript,
    Update,
    Word,
)
from jihwa.composer.text.undo import UndoStep, UndoSteps
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
        phrases: Their stored phrases, which are found by their initials.
    """

    def __init__(
        self,
        alphabet: Alphabet,
        model: TokenModel,
        options: DecoderOptions | None = None,
        mode: Mode = Mode.FREE,
        abbreviations: Mapping[str, str] | None = None,
        phrases: Sequence[str] = (),
    ) -> None:
        self._alphabet, self._phrases = alphabet, phrases
        self._options = options or DecoderOptions()
        self._abbreviations = AbbreviationReader(alphabet, self._options, abbreviations or {})
        letters = {i for sign, i in alphabet.index.items() if sign not in COMMANDS}
        self._writing = letters | {WORD_SIGN}
        self._commands = {alphabet.index[c]: c for c in COMMANDS if c in alphabet.index}
        self._obey = {
            Control.BACKSPACE: self.backspace,
            Control.CLEAR: self.clear,
            Control.ACCEPT: self.accept,
            Control.ENTER: self.complete,
            Control.SPEAK: self.complete,
        }
        self._read_with(model, mode)
        self.reset()

    def _read_with(self, model: TokenModel, mode: Mode) -> None:
        expecting = model.in_mode(mode)
        self._decoder = Decoder(self._alphabet, expecting, self._options, mode)
        short = self._abbreviations
        self._words = WordReader(self._alphabet, expecting, self._options, short)
        self._completing = CompletionReader(self._alphabet, expecting, mode, short, self._phrases)

    @property
    def text(self) -> str:
        """What is final; without what was released."""
        return self._draft.now.record.text

    @property
    def preedit(self) -> str:
        """What is shown behind it and may still change."""
        return self._draft.now.preedit

    def reset(self, before: str = "") -> None:
        """Forget the text; what stands before the cursor only says what to expect."""
        empty = Record(readings(self._alphabet))
        self._draft = Draft(self._decoder, empty, self._writing, before)
        self._undo_steps = UndoSteps()

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
            self._draft.note_command(reading)
            return replace(update, command=control)
        return self._changed(self._draft.now, self._draft.feed(emissions))

    def preview(self, holds: Sequence[Emission]) -> str:
        """What would be shown behind `text` if these holds were over; nothing follows from it."""
        return self._draft.ahead(holds).text[len(self.text) :]

    def completions(self, holds: Sequence[Emission] = ()) -> tuple[Completion, ...]:
        """What the last word may become and the next one may be, the likeliest first.

        Args:
            holds: Are taken for over, as by `preview`.
        """
        ahead = self._draft.ahead(holds)
        final, shown, stack = ahead.record, self._draft.shown(ahead), ahead.decoder.last
        return self._completing.read(stack, final, shown, self._draft.before_cursor)

    def commit(self) -> Update:
        """Make the whole syllables of the preedit final, and go on in the same text."""
        return self._changed(self._draft.now, self._draft.commit())

    def complete(self) -> Update:
        """Make all of the preedit final as if the text ended here, and go on behind it."""
        before = self._draft.now
        record, _, decided = self._draft.finish()
        self._draft.begin(record, word_is_over=before.decoder.word_is_over)
        return self._changed(before, decided, complete=True)

    def type(self, text: str) -> Update:
        """Write characters as they are, behind what is spelled; the preedit becomes final.

        A space that the hand has shown is written before a letter or digit.
        """
        before = self._draft.now
        text = unicodedata.normalize("NFC", text)
        word_is_over = before.decoder.word_is_over
        record, _, decided = self._draft.finish()
        record = record.with_typed(" " * (word_is_over and text[:1].isalnum()) + text)
        self._draft.begin(record, word_is_over=word_is_over and not text)
        return self._changed(before, decided)

    def show(self, word: Sign) -> Update:
        """Write a word that was shown by one sign; a backspace takes all of it back."""
        before = self._draft.now
        return self._changed(before, self._draft.add_word_sign(word))

    def expect(self, model: TokenModel, mode: Mode) -> Update:
        """Go on with a model that has learned or in another mode; the preedit becomes final.

        That cannot be undone; what came before it can, as text.
        """
        word_is_over = self._draft.now.decoder.word_is_over
        update = self.complete()
        self._read_with(model, mode)
        self._draft.read_with(self._decoder, word_is_over=word_is_over)
        self._undo_steps.forget_details()
        return update

    def words(self) -> tuple[Word, ...]:
        """The words of the text shown, the preedit's as they are read now."""
        return self._draft.shown().words()

    def signs(self) -> tuple[Sign, ...]:
        """Every segment of what is final, in order; without what was released."""
        return self._draft.now.record.signs()

    def candidates(self, word: int) -> tuple[Candidate, ...]:
        """What a word may be: as it is shown, then what it abbreviates, then the likeliest others.

        Only the last words can be read again; an earlier one, or one that was typed, has no other
        candidates. An abbreviation that was read as several words is not found.

        Raises:
            IndexError: There is no such word among `words`.
        """
        return self._words.candidates(self._draft.shown(), word, self._draft.before_cursor)

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
        before, shown = self._draft.now, self._draft.shown()
        place = shown.place(word)
        alignment = self._words.spelling(shown, place, text, self._draft.before_cursor)
        return self._changed(before, self._draft.rewrite(place, alignment, text))

    def accept(self, completion: Completion | None = None) -> Update:
        """Write a completion, or the first of those that there are now; its word is over then.

        The update's decisions say how the hand spelled the beginning of the word, but nothing of a
        word that begins otherwise.

        Raises:
            IndexError: It is of a word before the last one, or behind the next one.
        """
        before = self._draft.now
        taken = completion or next(iter(self.completions()), None)
        if taken is None:
            return self._changed(before)
        n_words, text = len(self.words()), taken.text
        if taken.word not in (n_words - 1, n_words):
            raise IndexError(taken.word)
        if taken.word == n_words:
            return self._changed(before, self._draft.add_word(text))
        begun = self._completing.begun(before.decoder.last, before.record, text)
        return self._changed(before, self._draft.complete_word(text, begun))

    def backspace(self) -> Update:
        """Take back the last sign as if its segment and those behind it had never come.

        What was committed because of them is open again. Beyond the last `EXACT_STEPS` emissions,
        and behind a text that was completed, the last syllable goes as a whole.
        """
        before, shown = self._draft.now, self._draft.shown()
        boundaries = shown.boundaries_since(self._writing)
        if 0 < boundaries <= len(before.before):
            self._draft.go_to(before.back(boundaries))
        else:  # nothing is learned from signs next to one that was wrong
            self._draft.keep(shown, len(shown.text) - 1)
        return self._changed(before)

    def backspace_word(self) -> Update:
        """Take back the last word and the space before it; the rest is final as it is shown."""
        before, shown = self._draft.now, self._draft.shown()
        words = list(re.finditer(r"\S+", shown.text))
        self._draft.keep(shown, words[-1].start() if words else 0)
        return self._changed(before)

    def clear(self) -> Update:
        """Take back the whole text."""
        before = self._draft.now
        self._draft.begin(Record(before.record.labels))
        return self._changed(before)

    def forget(self, boundaries: int) -> int:
        """As if the emissions of the last boundaries had never come; none changed the text.

        Returns:
            At how many boundaries that was possible.
        """
        possible = min(boundaries, len(self._draft.now.before))
        if possible:
            self._draft.go_to(self._draft.now.back(possible))
        return possible

    def withdraw(self, since_s: float) -> Update:
        """Take back what was signed since a moment, as if nobody had spelled any more.

        Args:
            since_s: Device time; signs that begin then or later go, and what was typed among them.
        """
        before, shown = self._draft.now, self._draft.shown()
        if (kept := shown.until(since_s)) is not shown:
            self._draft.begin(kept)
        return self._changed(before)

    def undo(self) -> Update | None:
        """Take back the latest change of the text; None if there is none.

        An emission that changed the text is a step, and so is every call that did. The latest
        `EXACT_STEPS` are taken back as if they had never been; of `MOST_STEPS` in all the text
        alone comes back, and is final.
        """
        return self._go_to(self._undo_steps.undo(self._draft.now))

    def redo(self) -> Update | None:
        """Take back the latest `undo`; None if there is none, or the text has changed since."""
        return self._go_to(self._undo_steps.redo(self._draft.now))

    def release(self, keep_words: int) -> str:
        """Forget the first words of what is final, so that memory and time stay bounded.

        They still stand before the cursor, but can no longer be changed. What an undo, a redo or a
        backspace by signs could still alter is kept, and so are the last `keep_words` (1 or more).

        Returns:
            The text that was forgotten; the numbers of all `words` are lower by its words.
        """
        length = self._undo_steps.releasable(self._draft.now, keep_words)
        self._undo_steps.release(length)
        return self._draft.release(length)

    def flush(self) -> Transcript:
        """End the text: everything becomes final. The next emission begins a new text."""
        before, final = self._draft.now, self.text
        record, endings, decided = self._draft.finish()
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

    def _go_to(self, step: UndoStep | None) -> Update | None:
        if step is None:
            return None
        before = self._draft.now
        self._draft.go_to(step)
        return self._draft.now.update_since(before)

    def _changed(
        self, before: Snapshot, decided: Decisions = (), *, complete: bool = False
    ) -> Update:
        """What changed since a snapshot; an undo step, if that can be seen."""
        update = replace(self._draft.now.update_since(before), decided=decided, complete=complete)
        if update.edit or (complete and before.preedit):
            self._undo_steps.add(before)
        return update
