"""A text while it is spelled: what is decided, what is open, what can be taken back by itself."""

import math
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain

from jihwa.composer.decoding.abbreviations import AbbreviationReader
from jihwa.composer.decoding.alignment import Reading, Step
from jihwa.composer.decoding.candidates import WordReader
from jihwa.composer.decoding.decoded import Decoded, Ending, written
from jihwa.composer.decoding.decoder import Decoder
from jihwa.composer.decoding.options import DecoderOptions
from jihwa.composer.decoding.search import MEMORY
from jihwa.composer.language.jamo import decode
from jihwa.composer.language.modes import Mode
from jihwa.composer.language.token_model import TokenModel
from jihwa.composer.text.edits import TextEdit
from jihwa.composer.text.moments import EXACT, Before, Moment, Point
from jihwa.composer.text.record import Record
from jihwa.composer.text.transcript import Candidate, Update
from jihwa.data.alphabet import COMMANDS, Alphabet
from jihwa.recognizer.events import Decision, Emission, readings

_TOLD = 256
"""Decisions that are remembered, so that none is told again after it was undone and redone; more
than there can be between a moment that can be gone back to and now."""

Decisions = tuple[Decision, ...]


class Draft:
    """What a decoder makes of emissions, and what was typed between them.

    Every method that makes something final returns the decisions that can now be told.

    Args:
        alphabet: The signs whose likelihoods the emissions carry.
        model: The language model.
        options: How the decoder weighs evidence.
        mode: What the text may be.

    Attributes:
        decoder: Reads the emissions.
        record: What is decided.
        preedit: What is shown behind it.
    """

    def __init__(
        self, alphabet: Alphabet, model: TokenModel, options: DecoderOptions, mode: Mode
    ) -> None:
        self._alphabet = alphabet
        self._options = options
        self._abbreviations = AbbreviationReader(alphabet, options)
        self._written = {i for sign, i in alphabet.index.items() if sign not in COMMANDS}
        self.expect(model, mode)
        self.reset()

    def expect(self, model: TokenModel, mode: Mode) -> None:
        """Read with this model and in this mode; `begin` or `reset` has to follow."""
        expecting = model.in_mode(mode)
        self.decoder = Decoder(self._alphabet, expecting, self._options, mode)
        self._word_reader = WordReader(self._alphabet, expecting, self._options)

    def reset(self, before: str = "") -> None:
        """Forget the text; another one stands before the cursor."""
        self._before_cursor = before[-MEMORY:]
        self._told: deque[Emission] = deque(maxlen=_TOLD)
        self.empty()

    def empty(self) -> None:
        """Take all of the text back."""
        self.record = Record(readings(self._alphabet))
        self.begin()

    def begin(self, *, word_is_over: bool = False) -> None:
        """Go on behind what is final."""
        self.record.close()
        behind = self._before_cursor + self.record.text
        self.decoder.reset(behind, word_is_over=word_is_over)
        self.preedit = ""
        self._emissions: tuple[Before, ...] = ()

    def moment(self) -> Moment:
        """All that is known now."""
        return Moment(self.decoder.snapshot(), self.record.copy(), self.preedit, self._emissions)

    def update_since(self, before: Moment) -> Update:
        """What of the text has changed since a moment."""
        commit = TextEdit.between(before.record.text, self.record.text)
        edit = TextEdit.between(before.text, self.record.text + self.preedit)
        return Update(edit, commit.insert, self.preedit, commit.delete)

    def go_to(self, point: Point) -> None:
        """Be as it was at a moment, or write the text that was shown then."""
        if isinstance(point, Moment):
            self.decoder.restore(point.decoder)
            self.record, self.preedit = point.record.copy(), point.preedit
            self._emissions = point.emissions
        else:
            self.record = self.shown()
            self.record.become(point)
            self.begin()

    def feed(self, *emissions: Emission) -> Decisions:
        """Take in the emissions that end at the next boundary."""
        length = len(self.record.text)
        before = Before(self.decoder.snapshot(), len(self.record), length, self.preedit)
        self._emissions += (before,)
        final = self._emissions[0].decided if len(self._emissions) > EXACT else ()
        self._emissions = self._emissions[-EXACT:]
        return self._tell((*final, *self._note(self.decoder.feed(*emissions))))

    def preview(self, holds: Iterable[Emission]) -> str:
        """What would be shown behind the record if these holds were over."""
        now, text, preedit = self.decoder.snapshot(), "", self.preedit
        for hold in holds:
            decoded = self.decoder.feed(hold.alone)
            text += decode(written(decoded.committed))
            preedit = decode(decoded.preedit)
        self.decoder.restore(now)
        return text + preedit

    def commit(self) -> Decisions:
        """Make the whole syllables of the preedit final."""
        return self._tell(self._note(self.decoder.commit()))

    def _note(self, decoded: Decoded) -> Decisions:
        """Write what was decided; its decisions wait while its emission can be taken back."""
        self.record.add(decoded.committed)
        self.preedit = decode(decoded.preedit)
        if not self.preedit:
            self.record.close()
        decided = tuple(self._decisions(decoded.committed))
        if not self._emissions:
            return decided
        last = self._emissions[-1]
        last = replace(last, decided=(*last.decided, *decided))
        self._emissions = (*self._emissions[:-1], last)
        return ()

    def finish(self) -> tuple[tuple[Ending, ...], Decisions]:
        """Decide everything that is open as if the text ended; `begin` has to follow.

        Returns:
            The ways to do so, the one that was taken first, and all decisions that waited.
        """
        endings = self.decoder.flush()
        steps = endings[0].steps
        self.record.add(steps)
        waiting = chain.from_iterable(each.decided for each in self._emissions)
        return endings, self._tell((*waiting, *self._decisions(steps)))

    def take_back(self) -> None:
        """Take back the last sign; where that is no longer possible, the last character."""
        boundaries = self.shown().boundaries_since(self._written)
        if 0 < boundaries <= len(self._emissions):
            before = self._emissions[-boundaries]
            self.decoder.restore(before.decoder)
            self.record.cut(before.pieces)
            self.preedit = before.preedit
            self._emissions = self._emissions[:-boundaries]
        else:  # nothing is learned from signs next to one that was wrong
            self.record = self.shown()
            self.begin(word_is_over=self.record.cut_character())

    def take_back_word(self) -> None:
        """Take back the last word; what stands before it is final as it is shown."""
        self.record = self.shown()
        self.begin(word_is_over=self.record.cut_word())

    def release(self, length: int) -> str:
        """Let the first characters of what is decided be text before the cursor."""
        released = self.record.text[:length]
        gone = self.record.release(length)
        self._emissions = tuple(each.moved(-gone, -length) for each in self._emissions)
        self._before_cursor = (self._before_cursor + released)[-MEMORY:]
        return released

    def shown(self) -> Record:
        """The record as it would be if what is open were decided as it is read now."""
        return self.record.with_steps(self.decoder.open_steps)

    def candidates(self, word: int) -> tuple[Candidate, ...]:
        """What a word may be, the word as it is shown first.

        Raises:
            IndexError: There is no such word.
        """
        shown = self.shown()
        now = shown.words()[word]
        endings = self._read_again(shown, shown.place(word))
        read = {decode(ending.tokens): ending.log_prob for ending in endings}
        first = Candidate(now.text, read.pop(now.text, math.log(max(now.confidence, 1e-9))))
        read.pop("", None)  # that the hand wrote nothing there is no word to choose
        return (first, *(Candidate(text, log_prob) for text, log_prob in read.items()))

    def abbreviations(self, word: int, known: Sequence[str]) -> tuple[Candidate, ...]:
        """Which abbreviations the hand may have spelled as a word.

        Raises:
            IndexError: There is no such word.
            UsageError: An abbreviation cannot be spelled.
        """
        shown = self.shown()
        holds = shown.readings(shown.holds_of(shown.place(word)))
        text = shown.words()[word].text
        return self._abbreviations.read([hold.emission for hold in holds], text, known)

    def _read_again(self, shown: Record, place: slice) -> tuple[Ending, ...]:
        """The ways to read the emissions of a word; none where they are not remembered."""
        emissions = [reading.emission for reading in shown.readings(place)]
        before, after = shown.around(place)
        if not emissions:
            return ()
        return self._word_reader.read(emissions, self._before_cursor + before, after)

    def rewrite(self, word: int, text: str) -> Decisions:
        """Write another text in the place of a word; what stands behind it stays.

        Raises:
            IndexError: There is no such word.
        """
        shown = self.shown()
        place = shown.place(word)
        endings = self._read_again(shown, place)
        steps = next((e.steps for e in endings if decode(e.tokens) == text), ())
        in_preedit = place.stop > len(self.record)
        word_is_over = self.decoder.word_is_over
        kept = () if in_preedit else [e for e in self._emissions if e.pieces >= place.stop]
        gone = self._emissions[: len(self._emissions) - len(kept)]
        decided = [decision for before in gone for decision in before.decided]
        if in_preedit:
            settled = self.decoder.settle()
            self.record.add(settled)
            decided += self._decisions(settled)
        n_pieces, length = len(self.record), len(self.record.text)
        self.record.rewrite(place, steps, text)
        grown = len(self.record) - n_pieces, len(self.record.text) - length
        self._emissions = tuple(each.moved(*grown) for each in kept)
        if in_preedit:
            self.begin(word_is_over=word_is_over)
        read = {id(reading.emission) for reading in shown.readings(place)}
        others = self._tell(each for each in decided if id(each.emission) not in read)
        return (*others, *(reading.for_certain() for reading in self._decisions(steps)))

    def _decisions(self, steps: Iterable[Step]) -> Iterator[Reading]:
        """How emissions were read that show letters and spaces."""
        every = (reading for step in steps for reading in step.readings)
        return (reading for reading in every if reading.sign in self._written)

    def _tell(self, decided: Iterable[Decision]) -> Decisions:
        """Those that were not told before."""
        new = tuple(d for d in decided if not any(d.emission is each for each in self._told))
        self._told.extend(decision.emission for decision in new)
        return new
