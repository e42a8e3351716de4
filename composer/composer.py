"""The composing stage: emissions in, edits and a transcript out."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace

from jihwa.composer.decoding.options import DecoderOptions
from jihwa.composer.language.jamo import decode
from jihwa.composer.language.modes import Mode
from jihwa.composer.language.token_model import TokenModel
from jihwa.composer.text.commands import Commands
from jihwa.composer.text.draft import Decisions, Draft
from jihwa.composer.text.edits import TextEdit
from jihwa.composer.text.moments import Moment, Point, Timeline
from jihwa.composer.text.transcript import Candidate, Sign, Transcript, Update, Word
from jihwa.data.alphabet import Alphabet, Control
from jihwa.data.messages import UsageError
from jihwa.recognizer.events import Emission, likeliest


class Composer:
    """Turns emissions into text; knows what is shown, what is final and where it was signed.

    Applying the edits of all updates and of the transcript in order reproduces the text. Open text
    and time per emission stay bounded; the words and signs of a text are kept until it ends or they
    are released.

    Commands that are among the wearer's own signs are obeyed as soon as they are shown;
    `backspace`, `clear` and `complete` do the same for a keyboard.

    Whatever changed the text can be undone. The decisions that it told are not taken back, and are
    not told again.

    Args:
        alphabet: The signs whose likelihoods the emissions carry.
        model: The language model.
        options: How the decoder weighs evidence.
        mode: What the text may be.
    """

    def __init__(
        self,
        alphabet: Alphabet,
        model: TokenModel,
        options: DecoderOptions | None = None,
        mode: Mode = Mode.FREE,
    ) -> None:
        options = options or DecoderOptions()
        self._commands = Commands(alphabet, options.temperature)
        self._obey = {
            Control.BACKSPACE: self.backspace,
            Control.CLEAR: self.clear,
            Control.ENTER: self.complete,
            Control.SPEAK: self.complete,
        }
        self._draft = Draft(alphabet, model, options, mode)
        self._timeline = Timeline()

    @property
    def text(self) -> str:
        """What is final; without what was released."""
        return self._draft.record.text

    @property
    def preedit(self) -> str:
        """What is shown behind it and may still change."""
        return self._draft.preedit

    def reset(self, before: str = "") -> None:
        """Forget the text.

        Args:
            before: What stands before the cursor and is none of the composer's business, but says
                what to expect.
        """
        self._draft.reset(before)
        self._timeline = Timeline()

    def feed(self, *emissions: Emission) -> Update:
        """Take in one emission, or alternatives that end at the same boundary of the signal.

        Raises:
            UsageError: There is none, or one has likelihoods for another alphabet, or spans more
                boundaries than the options allow.
        """
        self._draft.decoder.check(*emissions)
        seen = likeliest(emissions)
        found = self._commands.find(seen) if seen.segment.spans == 1 else None
        if found:
            command, reading = found
            update = self._obey[command]()
            self._draft.record.add_command(reading)
            return replace(update, command=command)
        before = self._draft.moment()
        return self._changed(before, self._draft.feed(*emissions))

    def preview(self, holds: Sequence[Emission]) -> str:
        """What would be shown behind `text` if these holds were over; nothing follows from it."""
        return self._draft.preview(holds)

    def commit(self) -> Update:
        """Make the whole syllables of the preedit final, and go on in the same text."""
        before = self._draft.moment()
        return self._changed(before, self._draft.commit())

    def complete(self) -> Update:
        """Make all of the preedit final as if the text ended here, and go on behind it."""
        before = self._draft.moment()
        word_is_over = self._draft.decoder.word_is_over
        _, decided = self._draft.finish()
        self._draft.begin(word_is_over=word_is_over)
        return self._changed(before, decided, complete=True)

    def type(self, text: str) -> Update:
        """Write characters as they are, behind what is spelled; the preedit becomes final.

        A space that the hand has shown is written before a letter or digit.
        """
        before = self._draft.moment()
        text = unicodedata.normalize("NFC", text)
        word_is_over = self._draft.decoder.word_is_over
        _, decided = self._draft.finish()
        self._draft.record.type(" " * (word_is_over and text[:1].isalnum()) + text)
        self._draft.begin(word_is_over=word_is_over and not text)
        return self._changed(before, decided)

    def expect(self, model: TokenModel, mode: Mode) -> Update:
        """Go on with a model that has learned or in another mode; the preedit becomes final.

        That cannot be undone; what came before it can, as text.
        """
        word_is_over = self._draft.decoder.word_is_over
        update = self.complete()
        self._draft.expect(model, mode)
        self._draft.begin(word_is_over=word_is_over)
        self._timeline.forget_details()
        return update

    def words(self) -> tuple[Word, ...]:
        """The words of the text shown, the preedit's as they are read now."""
        return self._draft.shown().words()

    def signs(self) -> tuple[Sign, ...]:
        """Every segment of what is final, in order; without what was released."""
        return self._draft.record.signs()

    def candidates(self, word: int) -> tuple[Candidate, ...]:
        """What a word may be, the word as it is shown first, then the likeliest.

        Only the last words can be read again; an earlier one, or one that was typed, has no
        other candidates.

        Args:
            word: Its place among `words`.

        Raises:
            IndexError: There is no such word.
        """
        return self._draft.candidates(word)

    def abbreviations(self, word: int, known: Sequence[str]) -> tuple[Candidate, ...]:
        """Which abbreviations the hand may have spelled as a word, the likeliest first.

        Args:
            word: Its place among `words`.
            known: The wearer's abbreviations: Hangul syllables or letters.

        Returns:
            The plausible ones, with their log-probabilities among all of them and the word as it is
            read; none where the word cannot be read again. An abbreviation that was read as several
            words is not found.

        Raises:
            IndexError: There is no such word.
            UsageError: An abbreviation cannot be spelled with the alphabet.
        """
        return self._draft.abbreviations(word, known)

    def choose(self, word: int, text: str) -> Update:
        """Rewrite a word as one of its candidates, or as anything; what stands behind it stays.

        The preedit becomes final if the word is in it. The update's decisions say how the hand
        spelled the word, for certain if it is one of the candidates.

        Args:
            word: Its place among `words`.
            text: What it shall be; a word at least.

        Raises:
            IndexError: There is no such word.
            UsageError: The text is empty.
        """
        if not text.strip():
            raise UsageError(
                ko="바꿀 낱말이 비어 있습니다. 한 글자 이상 주세요.",
                en="The word to put there is empty. Give one letter at least.",
            )
        before = self._draft.moment()
        return self._changed(before, self._draft.rewrite(word, text))

    def backspace(self) -> Update:
        """Take back the last sign as if its segment and those behind it had never come.

        What was committed because of them is open again. Beyond the last `moments.EXACT`
        emissions, and behind a text that was completed, the last syllable goes as a whole.
        """
        before = self._draft.moment()
        self._draft.take_back()
        return self._changed(before)

    def backspace_word(self) -> Update:
        """Take back the last word and the space before it; the rest is final as it is shown."""
        before = self._draft.moment()
        self._draft.take_back_word()
        return self._changed(before)

    def clear(self) -> Update:
        """Take back the whole text."""
        before = self._draft.moment()
        self._draft.empty()
        return self._changed(before)

    def undo(self) -> Update | None:
        """Take back the latest change of the text; None if there is none.

        An emission that changed the text is a step, and so is every call that did. The latest
        `moments.EXACT` steps are taken back as if they had never been; of `moments.STEPS` in all
        the text alone comes back, and is final.
        """
        now = self._draft.moment()
        return self._go(now, self._timeline.back(now))

    def redo(self) -> Update | None:
        """Take back the latest `undo`; None if there is none, or the text has changed since."""
        now = self._draft.moment()
        return self._go(now, self._timeline.forth(now))

    def release(self, keep_words: int) -> str:
        """Forget the first words of what is final, so that memory and time stay bounded.

        They are still what stands before the cursor, but can no longer be changed. What an undo, a
        redo or a backspace by signs could still alter is kept, and so are the last words.

        Args:
            keep_words: How many words at least are kept.

        Returns:
            The text that was forgotten; the numbers of all `words` are lower by its words.
        """
        begins = [found.start() for found in re.finditer(r"\S+", self.text)]
        most = begins[-keep_words] if 0 < keep_words <= len(begins) else 0
        if not most:
            return ""
        most = min(most, len(self._timeline.lasting(self._draft.moment())))
        length = max(begin for begin in (0, *begins) if begin <= most)
        self._timeline.release(length)
        return self._draft.release(length)

    def flush(self) -> Transcript:
        """End the text: everything becomes final. The next emission begins a new text."""
        before = self._draft.moment()
        endings, decided = self._draft.finish()
        record = self._draft.record
        committed = before.record.text
        transcript = Transcript(
            text=record.text,
            candidates=tuple(Candidate(committed + decode(e.tokens), e.log_prob) for e in endings),
            words=record.words(),
            signs=record.signs(),
            edit=TextEdit.between(before.text, record.text),
            decided=decided,
        )
        self.reset()
        return transcript

    def _go(self, now: Moment, point: Point | None) -> Update | None:
        if point is None:
            return None
        self._draft.go_to(point)
        return self._draft.update_since(now)

    def _changed(
        self, before: Moment, decided: Decisions = (), *, complete: bool = False
    ) -> Update:
        """What changed since a moment; a step, if that can be seen."""
        update = replace(self._draft.update_since(before), decided=decided, complete=complete)
        if update.edit or (complete and before.preedit):
            self._timeline.changed(before)
        return update
