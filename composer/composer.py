"""The composing stage: emissions in, edits and a transcript out."""

import math
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import chain

from jihwa.composer.alignment import Reading, Step
from jihwa.composer.beam import TokenModel
from jihwa.composer.candidates import WordReader
from jihwa.composer.commands import Commands
from jihwa.composer.decoder import Decoded, Decoder, Ending, Snapshot
from jihwa.composer.edits import TextEdit
from jihwa.composer.jamo import decode
from jihwa.composer.modes import Mode
from jihwa.composer.options import DecoderOptions
from jihwa.composer.record import Record
from jihwa.composer.transcript import Candidate, Transcript, Update, Word
from jihwa.data.alphabet import COMMANDS, Alphabet, Control
from jihwa.data.messages import UsageError
from jihwa.recognizer.events import Decision, Emission, readings

UNDOABLE = 16
"""Emissions that a backspace can take back one sign at a time; further back it takes back whole
syllables. Bounds the memory: a snapshot holds up to 0.3 MB."""


@dataclass(frozen=True, slots=True)
class _Before:
    """What was known before an emission, and the signs that were decided because of it."""

    decoder: Snapshot
    pieces: int
    preedit: str
    decided: list[Decision] = field(default_factory=list)


class Composer:
    """Turns emissions into text; knows what is shown, what is final and where it was signed.

    Applying the edits of all updates and of the transcript in order reproduces the text. Open text
    and time per emission stay bounded; the words and signs of a text are kept until it ends.

    Commands that are among the wearer's own signs are obeyed as soon as they are shown;
    `backspace`, `clear` and `complete` do the same for a keyboard.

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
        self._alphabet = alphabet
        self._options = options or DecoderOptions()
        self._labels = readings(alphabet)
        self._written = {i for sign, i in alphabet.index.items() if sign not in COMMANDS}
        self._commands = Commands(alphabet, self._options.temperature)
        self._obey = {
            Control.BACKSPACE: self.backspace,
            Control.CLEAR: self.clear,
            Control.ENTER: self.complete,
            Control.SPEAK: self.complete,
        }
        self._expect(model, mode)
        self.reset()

    def _expect(self, model: TokenModel, mode: Mode) -> None:
        expecting = model.in_mode(mode)
        self._decoder = Decoder(self._alphabet, expecting, self._options, mode)
        self._word_reader = WordReader(self._alphabet, expecting, self._options)

    def reset(self, before: str = "") -> None:
        """Forget the text.

        Args:
            before: What stands before the cursor and is none of the composer's business, but says
                what to expect.
        """
        self._before_cursor = before
        self._decoder.reset(before)
        self._record = Record(self._labels)
        self._preedit = ""
        self._undo: deque[_Before] = deque()

    def feed(self, *emissions: Emission) -> Update:
        """Take in one emission, or alternatives that end at the same boundary of the signal.

        Raises:
            UsageError: There is none, or one has likelihoods for another alphabet, or spans more
                boundaries than the options allow.
        """
        self._decoder.check(*emissions)
        found = self._commands.find(emissions[0]) if len(emissions) == 1 else None
        if found:
            command, reading = found
            update = self._obey[command]()
            self._record.add_command(reading)
            return replace(update, command=command)
        self._undo.append(_Before(self._decoder.snapshot(), len(self._record), self._preedit))
        final = self._undo.popleft().decided if len(self._undo) > UNDOABLE else ()
        return self._update(self._decoder.feed(*emissions), final)

    def commit(self) -> Update:
        """Make the whole syllables of the preedit final, and go on in the same text."""
        return self._update(self._decoder.commit())

    def complete(self) -> Update:
        """Make all of the preedit final as if the text ended here, and go on behind it."""
        committed, preedit = self._record.text, self._preedit
        word_is_over = self._decoder.word_is_over
        _, decided = self._finish()
        self._go_on(word_is_over=word_is_over)
        return self._changed(committed, preedit, decided)

    def type(self, text: str) -> Update:
        """Write characters as they are, behind what is spelled; the preedit becomes final.

        A space that the hand has shown is written before a letter or digit.
        """
        committed, preedit = self._record.text, self._preedit
        word_is_over = self._decoder.word_is_over
        _, decided = self._finish()
        self._record.type(" " * (word_is_over and text[:1].isalnum()) + text)
        self._go_on(word_is_over=word_is_over and not text)
        return self._changed(committed, preedit, decided)

    def expect(self, model: TokenModel, mode: Mode) -> Update:
        """Go on with a model that has learned or in another mode; the preedit becomes final."""
        word_is_over = self._decoder.word_is_over
        update = self.complete()
        self._expect(model, mode)
        self._go_on(word_is_over=word_is_over)
        return update

    def words(self) -> tuple[Word, ...]:
        """The words of the text shown, the preedit's as they are read now."""
        return self._shown().words()

    def candidates(self, word: int) -> tuple[Candidate, ...]:
        """What a word may be, the word as it is shown first, then the likeliest.

        Only the last words can be read again; an earlier one, or one that was typed, has no
        other candidates.

        Args:
            word: Its place among `words`.

        Raises:
            IndexError: There is no such word.
        """
        shown = self._shown()
        now = shown.words()[word]
        read = {decode(e.tokens): e.log_prob for e in self._read_again(shown, shown.place(word))}
        first = Candidate(now.text, read.pop(now.text, math.log(max(now.confidence, 1e-9))))
        read.pop("", None)  # that the hand wrote nothing there is no word to choose
        return (first, *(Candidate(text, log_prob) for text, log_prob in read.items()))

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
        committed, preedit = self._record.text, self._preedit
        shown = self._shown()
        place = shown.place(word)
        endings = self._read_again(shown, place)
        steps = next((e.steps for e in endings if decode(e.tokens) == text), ())
        decided: list[Decision] = []
        in_preedit = place.stop > len(self._record)
        if in_preedit:
            word_is_over = self._decoder.word_is_over
            settled = self._decoder.settle()
            self._record.add(settled)
            decided += self._decisions(settled)
        while self._undo and (in_preedit or self._undo[0].pieces < place.stop):
            decided += self._undo.popleft().decided
        before = len(self._record)
        self._record.rewrite(place, steps, text)
        grown = len(self._record) - before
        self._undo = deque(replace(each, pieces=each.pieces + grown) for each in self._undo)
        if in_preedit:
            self._go_on(word_is_over=word_is_over)
        read = {id(reading.emission) for reading in shown.readings(place)}
        decided = [each for each in decided if id(each.emission) not in read]
        decided += [reading.for_certain() for reading in self._decisions(steps)]
        return self._changed(committed, preedit, tuple(decided))

    def _shown(self) -> Record:
        """The record as it would be if what is open were decided as it is read now."""
        return self._record.with_steps(self._decoder.open_steps)

    def _read_again(self, shown: Record, place: slice) -> tuple[Ending, ...]:
        """The ways to read the emissions of a word; none where they are not remembered."""
        emissions = [reading.emission for reading in shown.readings(place)]
        before, after = shown.around(place)
        if not emissions:
            return ()
        return self._word_reader.read(emissions, self._before_cursor + before, after)

    def backspace(self) -> Update:
        """Take back the last sign as if its segment and those behind it had never come.

        What was committed because of them is open again. Beyond the last `UNDOABLE` emissions, and
        behind a text that was completed, the last syllable goes as a whole.
        """
        committed, preedit = self._record.text, self._preedit
        boundaries = self._shown().boundaries_since(self._written)
        if 0 < boundaries <= len(self._undo):
            before = [self._undo.pop() for _ in range(boundaries)][-1]
            self._decoder.restore(before.decoder)
            self._record.cut(before.pieces)
            self._preedit = before.preedit
        else:
            self._finish()  # nothing is learned from signs next to one that was wrong
            self._go_on(word_is_over=self._record.cut_character())
        return self._changed(committed, preedit)

    def clear(self) -> Update:
        """Take back the whole text."""
        committed, preedit = self._record.text, self._preedit
        self.reset()
        return self._changed(committed, preedit)

    def flush(self) -> Transcript:
        """End the text: everything becomes final. The next emission begins a new text."""
        committed, preedit = self._record.text, self._preedit
        endings, decided = self._finish()
        text = self._record.text
        transcript = Transcript(
            text=text,
            candidates=tuple(Candidate(committed + decode(e.tokens), e.log_prob) for e in endings),
            words=self._record.words(),
            signs=self._record.signs(),
            edit=TextEdit.between(committed + preedit, text),
            decided=decided,
        )
        self.reset()
        return transcript

    def _update(self, decoded: Decoded, final: Iterable[Decision] = ()) -> Update:
        """Note what the decoder has decided; `final` are decisions that waited until now."""
        committed = self._record.add(decoded.committed)
        decided = self._decisions(decoded.committed)
        if self._undo:
            self._undo[-1].decided.extend(decided)
            decided = ()
        shown, self._preedit = self._preedit, decode(decoded.preedit)
        edit = TextEdit.between(shown, committed + self._preedit)
        return Update(edit, committed, self._preedit, decided=(*final, *decided))

    def _changed(self, committed: str, preedit: str, decided: tuple[Decision, ...] = ()) -> Update:
        """What changed since this was committed and this shown behind it."""
        text = self._record.text
        commit = TextEdit.between(committed, text)
        edit = TextEdit.between(committed + preedit, text + self._preedit)
        return Update(edit, commit.insert, self._preedit, commit.delete, decided=decided)

    def _finish(self) -> tuple[tuple[Ending, ...], tuple[Decision, ...]]:
        """Decide everything that is open: the ways to do so, and all decisions that waited."""
        endings = self._decoder.flush()
        steps = endings[0].steps
        self._record.add(steps)
        waiting = chain.from_iterable(before.decided for before in self._undo)
        return endings, (*waiting, *self._decisions(steps))

    def _decisions(self, steps: Iterable[Step]) -> tuple[Reading, ...]:
        """How emissions were read that show letters and spaces."""
        every = (reading for step in steps for reading in step.readings)
        return tuple(reading for reading in every if reading.sign in self._written)

    def _go_on(self, *, word_is_over: bool) -> None:
        """Begin behind what is final."""
        behind = self._before_cursor + self._record.text
        self._decoder.reset(behind, word_is_over=word_is_over)
        self._preedit = ""
        self._undo.clear()
