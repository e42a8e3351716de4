"""What a segmenter sees of a recorded signal, for those who want to look at it."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from jihwa.data.signal.frames import Array, Frames
from jihwa.models.hold_network import BEGINS, HELD, Floats
from jihwa.recognizer.events import Boundary, Segment
from jihwa.recognizer.segmenter import Segmenter

_CHUNK = 1000
"""So many samples at once: what a segmenter keeps stays small."""


@dataclass(frozen=True, slots=True)
class SegmentationTrace:
    """How a signal was cut, and what told so.

    Attributes:
        time_s: (n,) when each even step began; none where the signal is missing.
        held: (n,) probability that the hand was held then.
        begins: (n,) probability that a hold had just begun.
        boundaries: All ways to cut the signal.
    """

    time_s: Array
    held: Array
    begins: Array
    boundaries: tuple[Boundary, ...]

    @classmethod
    def of(cls, frames: Frames) -> Self:
        """Cut a whole signal as the shipped segmenter does."""
        times_s, said = [np.empty(0)], [np.empty((0, 2), np.float32)]

        def observe(time_s: Array, of_steps: Floats) -> None:
            times_s.append(time_s)
            said.append(of_steps)

        segmenter = Segmenter(observe=observe)
        boundaries: list[Boundary] = []
        for start in range(0, len(frames), _CHUNK):
            boundaries += segmenter.feed(frames[start : start + _CHUNK])
        boundaries += segmenter.flush()
        probabilities = np.concatenate(said).astype(float)  # (n, 2)
        return cls(
            np.concatenate(times_s),
            probabilities[:, HELD],
            probabilities[:, BEGINS],
            tuple(boundaries),
        )

    @property
    def rivals(self) -> list[Segment]:
        """The segments that compete with another one for the same time, in the order of ends."""
        placed = [
            (end - way.spans, end, way) for end, ways in enumerate(self.boundaries) for way in ways
        ]
        longer = [(begin, end) for begin, end, way in placed if way.spans > 1]
        contested = {piece for begin, end in longer for piece in range(begin, end)}
        return [way for begin, end, way in placed if not contested.isdisjoint(range(begin, end))]
