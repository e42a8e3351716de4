"""What there is to look at in a recorded session besides its text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import exp
from typing import NamedTuple, Self

import numpy as np

from jihwa.composer.text.transcript import Sign
from jihwa.data.alphabet import Alphabet
from jihwa.data.signal.clock import GAP_S
from jihwa.data.signal.frames import Array, Frames, Interval
from jihwa.data.signal.monitor import SensorMonitor
from jihwa.data.synthesis.spelling import SpelledSign
from jihwa.io.writers.document import Document, Signal
from jihwa.models.hold_network import BEGINS, HELD
from jihwa.recognizer.events import Boundary, Emission, Segment, readings
from jihwa.recognizer.segmenter import Segmenter

_N_READINGS = 5
"""So many readings of a hold are shown."""
UNSURE_LETTER = 0.5
"""A letter of less confidence is marked."""
_CHUNK_SAMPLES = 1000
"""A recording is fed in such chunks: what a segmenter keeps stays small."""


@dataclass(frozen=True, slots=True)
class SegmentationTrace:
    """What a segmenter sees of a whole recording, for those who want to look at it.

    Attributes:
        time_s: (n,) when each even step began; none where the signal is missing.
        held: (n,) probability that the hand was held then.
        begins: (n,) probability that a hold had just begun.
        boundaries: All that it reports.
    """

    time_s: Array
    held: Array
    begins: Array
    boundaries: tuple[Boundary, ...]

    @classmethod
    def of(cls, frames: Frames) -> Self:
        """What the shipped segmenter sees of a recording."""
        seen = [(np.empty(0), np.empty((0, 2), np.float32))]
        segmenter = Segmenter(observe=lambda time_s, said: seen.append((time_s, said)))
        boundaries: list[Boundary] = []
        for start in range(0, len(frames), _CHUNK_SAMPLES):
            boundaries += segmenter.feed(frames[start : start + _CHUNK_SAMPLES])
        boundaries += segmenter.flush()
        times_s, said = zip(*seen, strict=True)
        probabilities = np.concatenate(said).astype(float)  # (n, 2)
        held, begins = probabilities[:, HELD], probabilities[:, BEGINS]
        return cls(np.concatenate(times_s), held, begins, tuple(boundaries))

    @property
    def rivals(self) -> list[Segment]:
        """The segments that compete with another one for the same time, in the order of ends."""
        placed = [
            (range(end - segment.spans, end), segment)
            for end, boundary in enumerate(self.boundaries)
            for segment in boundary
        ]
        contested = {span for spans, _ in placed if len(spans) > 1 for span in spans}
        return [segment for spans, segment in placed if not contested.isdisjoint(spans)]


class Rival(NamedTuple):
    """One of the segments that a stretch of signal may be, where there is more than one.

    Attributes:
        start_s: When the segment begins.
        end_s: When it ends.
        share: Probability that this is the segment, 0 to 1.
        chosen: Whether the text was made of it.
        lane: Where it is drawn, from 0 on, so that it covers no other.
    """

    start_s: float
    end_s: float
    share: float
    chosen: bool
    lane: int


class SessionView:
    """A document, and what can be seen in its signal; without one there is nothing to see.

    Args:
        document: What to look at.

    Attributes:
        document: As given.
        frames: The signal as it was recorded.
    """

    def __init__(self, document: Document) -> None:
        signal = document.signal or Signal(Frames.empty(), (), Alphabet("none", ()))
        self.document = document
        self.frames = signal.frames
        self._emissions, self._alphabet = signal.emissions, signal.alphabet

    @cached_property
    def believed(self) -> Frames:
        """The signal as the recogniser saw it: NaN where a sensor was left out."""
        return SensorMonitor().feed(self.frames)

    @cached_property
    def gravity_g(self) -> Array:
        """(n, 3) the direction of gravity, from acceleration or else from angles."""
        return self.believed.gravity_g

    @cached_property
    def trace(self) -> SegmentationTrace:
        """How the signal was segmented, and how else it might have been."""
        return SegmentationTrace.of(self.believed)

    @cached_property
    def rivals(self) -> Sequence[Rival]:
        """The segments that competed for the same time, and those that the text passed over."""
        chosen = {(sign.start_s, sign.end_s) for sign in self.document.transcript.signs}
        rivals = self.trace.rivals
        known = {id(each) for each in rivals}
        alone = [ends[0] for ends in self.trace.boundaries if id(ends[0]) not in known]
        passed = [each for each in alone if (each.start_s, each.end_s) not in chosen]
        ends_s: list[float] = []  # of every lane
        found = []
        for each in sorted([*rivals, *passed], key=lambda each: (each.spans, each.start_s)):
            free = (lane for lane, end_s in enumerate(ends_s) if each.start_s >= end_s)
            lane = next(free, len(ends_s))
            ends_s[lane : lane + 1] = [each.end_s]
            is_chosen = (each.start_s, each.end_s) in chosen
            found.append(Rival(each.start_s, each.end_s, exp(each.log_prob), is_chosen, lane))
        return found

    @property
    def gaps(self) -> list[Interval]:
        """Where the signal is missing, in seconds."""
        time_s = self.frames.time_s
        before = np.flatnonzero(np.diff(time_s) > GAP_S)
        return list(zip(time_s[before].tolist(), time_s[before + 1].tolist(), strict=True))

    @property
    def held(self) -> Sequence[SpelledSign]:
        """The letters that were really held, where that is known."""
        compared = self.document.comparison
        return (compared.truth.signs or ()) if compared else ()

    def seen(self, sign: Sign) -> Sequence[tuple[str, float]]:
        """What the hand looked like where a sign was read, text aside: the likeliest readings."""
        emission = self._by_time.get((sign.start_s, sign.end_s))
        if emission is None:
            return ()
        share = emission.posterior  # (S + 2,)
        names = readings(self._alphabet)
        best = np.argsort(-share, kind="stable")[:_N_READINGS].tolist()
        return [(names[i], float(share[i])) for i in best]

    @cached_property
    def _by_time(self) -> Mapping[Interval, Emission]:
        emissions = ((each.segment, each) for each in self._emissions)
        return {(segment.start_s, segment.end_s): each for segment, each in emissions}
