"""The composing stage: emissions in, edits and a transcript out."""

import math
from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from jihwa.composer.alignment import Reading, Step
from jihwa.composer.arcs import SegmentationRates
from jihwa.composer.beam import TokenModel
from jihwa.composer.decoder import Decoded, Decoder
from jihwa.composer.edits import TextEdit
from jihwa.composer.jamo import SPACE, decode
from jihwa.composer.options import DecoderOptions
from jihwa.composer.transcript import Candidate, Sign, Transcript, Update, Word
from jihwa.data.alphabet import Alphabet
from jihwa.data.frames import Frames
from jihwa.recognizer.events import NO_SIGN, REST, Emission, Segment, readings

_SIGN_CANDIDATES = 5
_CERTAIN_LOG_LIKELIHOOD = -1e3
"""Of every reading but the one that was typed."""
_PATIENCE = 50.0
"""Beam window for certain letters: a lone letter costs much before it turns out to be one."""


class Composer:
    """Turns emissions into text; knows what is shown, what is final and where it was signed.

    Applying the edits of all updates and of the transcript in order reproduces the text. Open text
    and time per emission stay bounded; the words and signs of a text are kept until it ends.

    Args:
        alphabet: The signs whose likelihoods the emissions carry.
        model: The language model.
        options: How the decoder weighs evidence.
    """

    def __init__(
        self, alphabet: Alphabet, model: TokenModel, options: DecoderOptions | None = None
    ) -> None:
        self._labels = readings(alphabet)
        self._decoder = Decoder(alphabet, model, options)
        self.reset()

    def reset(self) -> None:
        """Forget the text."""
        self._decoder.reset()
        self._committed: list[str] = []
        self._preedit = ""
        self._word: list[Step] = []
        self._words: list[Word] = []
        self._signs: list[Sign] = []

    def feed(self, emission: Emission) -> Update:
        """Take in one emission.

        Raises:
            UsageError: The emission has likelihoods for another alphabet.
        """
        return self._update(self._decoder.feed(emission))

    def commit(self) -> Update:
        """Make the whole syllables of the preedit final, and go on in the same text."""
        return self._update(self._decoder.commit())

    def flush(self) -> Transcript:
        """End the text: everything becomes final. The next emission begins a new text."""
        before = "".join(self._committed)
        steps, endings = self._decoder.flush()
        last = self._take(steps)
        self._end_word()
        transcript = Transcript(
            text=before + last,
            candidates=tuple(Candidate(before + decode(e.tokens), e.log_prob) for e in endings),
            words=tuple(self._words),
            signs=tuple(self._signs),
            edit=TextEdit.between(self._preedit, last),
        )
        self.reset()
        return transcript

    def _update(self, decoded: Decoded) -> Update:
        committed = self._take(decoded.committed)
        shown, self._preedit = self._preedit, decode(decoded.preedit)
        edit = TextEdit.between(shown, committed + self._preedit)
        return Update(edit, committed, self._preedit)

    def _take(self, steps: Iterable[Step]) -> str:
        """Note decided steps; returns their text."""
        tokens: list[int] = []
        for step in steps:
            for reading in step.readings:
                if reading.resumes:
                    end_s = reading.emission.segment.end_s
                    self._signs[-1] = replace(self._signs[-1], end_s=end_s)
                else:
                    self._signs.append(self._sign(reading))
            if step.token is None:
                continue
            tokens.append(step.token)
            if step.token == SPACE:
                self._end_word()
            else:
                self._word.append(step)
        text = decode(tokens)
        self._committed.append(text)
        return text

    def _end_word(self) -> None:
        if not self._word:
            return
        # Every word was shown by a segment: no more than one letter in a row is missed.
        segments = [r.emission.segment for step in self._word for r in step.readings]
        word = Word(
            text=decode(step.token for step in self._word if step.token is not None),
            start_s=segments[0].start_s,
            end_s=segments[-1].end_s,
            confidence=min(step.confidence for step in self._word),
        )
        self._words.append(word)
        self._word = []

    def _sign(self, reading: Reading) -> Sign:
        best = np.argsort(-reading.posterior, kind="stable")[:_SIGN_CANDIDATES].tolist()
        segment = reading.emission.segment
        return Sign(
            start_s=segment.start_s,
            end_s=segment.end_s,
            sign=self._labels[reading.sign],
            candidates=tuple(
                (self._labels[i], float(reading.posterior[i]))
                for i in best
                if reading.posterior[i] > 0
            ),
        )


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
