"""Where the hand holds still: a causal segmenter with hysteresis on movement energy."""

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from jihwa.data.clock import GAP_S
from jihwa.data.frames import Frames
from jihwa.recognizer.energy import EnergyOptions, MovementEnergy
from jihwa.recognizer.events import Segment

KEPT_S = 3.0
"""Samples of a longer hold are not kept: they add nothing, and memory stays bounded."""


@dataclass(frozen=True, slots=True)
class SegmenterOptions:
    """How still is still.

    Attributes:
        still: Movement energy at which a hold begins.
        moving: Movement energy at which it ends.
        weak_move_s: How long the hand has to be not quite still to have moved: one finger alone
            may not get above `moving`.
        energy: How movement is measured.
    """

    still: float = 6.0
    moving: float = 8.0
    weak_move_s: float = 0.18
    energy: EnergyOptions = field(default_factory=EnergyOptions)


@dataclass(frozen=True, slots=True)
class OpenHold:
    """A hold that has not ended yet.

    Attributes:
        segment: What there is of it so far.
        duration_s: How long it has lasted.
        acceptance: 0 to 1, how far the hand has moved on; at 1 it ends.
    """

    segment: Segment
    duration_s: float
    acceptance: float


class Segmenter:
    """Frames in, held segments out; the result does not depend on how the input was cut.

    A hold is reported when it ends; lost signal (`GAP_S`) ends it too. A jolt of the hand or of a
    sensor may cut one in two: the decoder mends that, while nobody could mend a missed letter.
    """

    def __init__(self, options: SegmenterOptions | None = None) -> None:
        self._options = options or SegmenterOptions()
        self._energy = MovementEnergy(self._options.energy)
        self.reset()

    def reset(self) -> None:
        """Forget everything, as before the first frame."""
        self._energy.reset()
        self._last_end_s = -np.inf
        self._interrupt()

    def feed(self, frames: Frames) -> list[Segment]:
        """The segments that end in these frames."""
        segments: list[Segment] = []
        known_s = self._recent.time_s[-1:]
        steps_s = np.diff(np.concatenate([known_s, frames.time_s]))
        breaks = np.flatnonzero(steps_s > GAP_S) + 1 - len(known_s)
        edges = [0, *breaks.tolist(), len(frames)]
        for i, (start, end) in enumerate(pairwise(edges)):
            if i:
                segments += self.flush()
            segments += self._follow(frames[start:end])
        return segments

    @property
    def hold(self) -> OpenHold | None:
        """The hold that goes on; None while the hand moves."""
        if not self._held_s:
            return None
        options, now_s = self._options, float(self._recent.time_s[-1])
        segment = self._segment(*self._held_s)
        louder = (self._last_energy - options.still) / (options.moving - options.still)
        restless = (now_s - self._held_s[1]) / options.weak_move_s
        acceptance = min(max(louder, restless, 0.0), 1.0)
        return OpenHold(segment, now_s - segment.start_s, acceptance)

    def flush(self) -> list[Segment]:
        """The segment that was still held when the signal ended."""
        segments = [self._end_hold(*self._held_s)] if self._held_s else []
        self._interrupt()
        return segments

    def _interrupt(self) -> None:
        self._energy.interrupt()
        self._recent = Frames.empty()
        self._last_energy = np.inf
        self._began_s = -np.inf  # first sample without a gap behind it
        self._held_s: tuple[float, float] | None = None  # first and last still sample

    def _follow(self, frames: Frames) -> list[Segment]:
        """The segments that end in frames without a gap."""
        segments: list[Segment] = []
        if len(frames) and not len(self._recent):
            self._began_s = float(frames.time_s[0])
        energy = self._energy.feed(frames)
        self._recent = Frames.concatenate([self._recent, frames])
        for time_s, e in zip(frames.time_s.tolist(), energy.tolist(), strict=True):
            if e <= self._options.still:
                self._held_s = (self._held_s[0] if self._held_s else time_s, time_s)
            elif self._held_s:
                restless_s = time_s - self._held_s[1]
                if e > self._options.moving or restless_s >= self._options.weak_move_s:
                    segments.append(self._end_hold(*self._held_s))
            self._last_energy = e
        self._forget()
        return segments

    def _end_hold(self, first_s: float, last_s: float) -> Segment:
        """Close the hold between two still samples."""
        segment = self._segment(first_s, last_s)
        self._last_end_s = segment.end_s
        self._held_s = None
        return segment

    def _segment(self, first_s: float, last_s: float) -> Segment:
        """The hold between two still samples.

        A still sample speaks for the window before it; the outer quarters of the first and the
        last window may belong to the movements around the hold.
        """
        window_s = self._options.energy.window_s
        time_s = self._recent.time_s
        start_s = max(first_s - 0.75 * window_s, self._began_s)
        end_s = max(last_s - 0.25 * window_s, start_s)
        rows = (time_s >= start_s) & (time_s <= min(end_s, start_s + KEPT_S))
        if not rows.any():
            rows = (time_s >= first_s - window_s) & (time_s <= last_s)
        gap_s = max(start_s - self._last_end_s, 0.0)
        return Segment(start_s, end_s, gap_s, self._recent[rows])

    def _forget(self) -> None:
        """Drop the samples that no segment can need any more."""
        if len(self._recent):
            time_s = self._recent.time_s
            needed = time_s >= time_s[-1] - 2 * self._options.energy.window_s
            if self._held_s:
                start_s = self._held_s[0] - self._options.energy.window_s
                needed |= (time_s >= start_s) & (time_s <= start_s + KEPT_S)
            self._recent = self._recent[needed]
