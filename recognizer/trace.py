"""What the segmenter saw of a whole recording, for those who want to look at it."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from jihwa.data.signal.frames import Array, Frames
from jihwa.models.hold_network import BEGINS, HELD
from jihwa.recognizer.events import Boundary, Segment
from jihwa.recognizer.segmenter import Segmenter

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
