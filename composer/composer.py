"""The composing stage: emissions in, edits and a transcript out."""

import math
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import chain

import numpy as np

from jihwa.composer.alignment import Step
from jihwa.composer.arcs import SegmentationRates
from jihwa.composer.beam import TokenModel
from jihwa.composer.commands import Commands
from jihwa.composer.decoder import Decoded, Decoder, Ending, Snapshot
from jihwa.composer.edits import TextEdit
from jihwa.composer.jamo import decode
from jihwa.composer.options import DecoderOptions
from jihwa.composer.record import Record
from jihwa.composer.transcript import Candidate, Transcript, Update
from jihwa.data.alphabet import COMMANDS, Alphabet, Control
from jihwa.data.frames import Frames
from jihwa.recognizer.events import NO_SIGN, REST, Decision, Emission, Segment, readings

UNDOABLE = 16
"""Emissions that a backspace can take back one sign at a time; further back it takes back whole
syllables. Bounds the memory: a snapshot holds up to 0.3 MB."""
_CERTAIN_LOG_LIKELIHOOD = -1e3
"""Of every reading but the one that was typed."""
_PATIENCE = 50.0
"""Beam window for certain letters: a lone letter costs much before it turns out to be one."""


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
    """

    def __init__(
        self, alphabet: Alphabet, model: TokenModel, options: DecoderOptions | None = None
    ) -> None:
        options = options or DecoderOptions()
        self._labels = readings(alphabet)
        self._written = {i for sign, i in alphabet.index.items() if sign not in COMMANDS}
        self._decoder = Decoder(alphabet, model, options)
        self._commands = Commands(alphabet, options.temperature)
        self._obey = {
            Control.BACKSPACE: self.backspace,
            Control.CLEAR: self.clear,
            Control.ENTER: self.complete,
            Control.SPEAK: self.complete,
        }
        self.reset()

    def reset(self) -> None:
        """Forget the text."""
        self._decoder.reset()
        self._record = Record(self._labels)
        self._preedit = ""
        self._undo: deque[_Before] = deque()

    def feed(self, emission: Emission) -> Update:
        """Take in one emission.

        Raises:
            UsageError: The emission has likelihoods for another alphabet.
        """
        self._decoder.check(emission)
        found = self._commands.find(emission)
        if found:
            command, reading = found
            update = self._obey[command]()
            self._record.add_command(reading)
            return replace(update, command=command)
        self._undo.append(_Before(self._decoder.snapshot(), len(self._record), self._preedit))
        final = self._undo.popleft().decided if len(self._undo) > UNDOABLE else ()
        return self._update(self._decoder.feed(emission), final)

    def commit(self) -> Update:
        """Make the whole syllables of the preedit final, and go on in the same text."""
        return self._update(self._decoder.commit())

    def complete(self) -> Update:
        """Make all of the preedit final as if the text ended here, and go on behind it."""
        committed, preedit = self._record.text, self._preedit
        word_is_over = self._decoder.word_is_over
        _, decided = self._finish()
        self._go_on(word_is_over)
        return self._changed(committed, preedit, decided)

    def backspace(self) -> Update:
        """Take back the last sign as if its segment and those behind it had never come.

        What was committed because of them is open again. Beyond the last `UNDOABLE` emissions, and
        behind a text that was completed, the last syllable goes as a whole.
        """
        committed, preedit = self._record.text, self._preedit
        read = chain(reversed(self._decoder.read()), self._record.read())
        emissions = next((n for n, sign in enumerate(read, start=1) if sign in self._written), 0)
        if 0 < emissions <= len(self._undo):
            before = [self._undo.pop() for _ in range(emissions)][-1]
            self._decoder.restore(before.decoder)
            self._record.cut(before.pieces)
            self._preedit = before.preedit
        else:
            self._finish()  # nothing is learned from signs next to one that was wrong
            self._go_on(self._record.cut_character())
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
        steps, endings = self._decoder.flush()
        self._record.add(steps)
        waiting = chain.from_iterable(before.decided for before in self._undo)
        return endings, (*waiting, *self._decisions(steps))

    def _decisions(self, steps: Iterable[Step]) -> tuple[Decision, ...]:
        """How emissions were read that show letters and spaces."""
        every = (reading for step in steps for reading in step.readings)
        return tuple(reading for reading in every if reading.sign in self._written)

    def _go_on(self, word_is_over: bool) -> None:
        """Begin behind what is final."""
        self._decoder.reset(self._record.text, word_is_over=word_is_over)
        self._preedit = ""
        self._undo.clear()


def compose(
    letters: str, alphabet: Alphabet, model: TokenModel, options: DecoderOptions | None = None
) -> Transcript:
    """The text that letters spell when every one of them is certain: ㅎㅏㄱㄱㅛ is 학교.

    Args:
        letters: Letters (compatibility jamo) or syllables; those without a sign of their own are
            spelled in sequence. A space is a certain word end; more may be found.
        alphabet: The signs.
        model: The language model.
        options: How the decoder weighs evidence; nothing is missed or spurious here.

    Returns:
        The transcript; its times count signs.

    Raises:
        UsageError: A character cannot be spelled.
    """
    certain = SegmentationRates(missed=0.0, spurious=0.0, split=0.0, rest=1.0)
    patient = replace(options or DecoderOptions(), rates=certain, beam_window=_PATIENCE)
    composer = Composer(alphabet, model, patient)
    shown: list[str] = []
    for word in letters.split():
        shown += [REST] * bool(shown)
        shown += alphabet.spell(word)
    for place, label in enumerate(shown):
        composer.feed(_certain(label, float(place), alphabet))
    return composer.flush()


def _certain(label: str, time_s: float, alphabet: Alphabet) -> Emission:
    def likelihood(other: str) -> float:
        return 0.0 if other == label else _CERTAIN_LOG_LIKELIHOOD

    return Emission(
        segment=Segment(time_s, time_s, gap_s=math.nan, frames=Frames.empty()),
        log_likelihood=np.array([likelihood(sign) for sign in alphabet.signs]),
        rest=likelihood(REST),
        no_sign=likelihood(NO_SIGN),
    )
