"""The segmenter that the project began with: hysteresis on movement energy."""

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from energy import EnergyOptions, MovementEnergy

from jihwa.data.signal.clock import GAP_S
from jihwa.data.signal.frames import Frames
from jihwa.recognizer.events import Segment
from jihwa.recognizer.segmenter import KEPT_OF_HOLD_S


@dataclass(frozen=True, slots=True)
class EnergySegmenterOptions:
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


class EnergySegmenter:
    """Frames in, held segments out; a hold is reported when it ends, and lost signal ends it."""

    def __init__(self, options: EnergySegmenterOptions | None = None) -> None:
        self._options = options or EnergySegmenterOptions()
        self._energy = MovementEnergy(self._options.energy)
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

    def flush(self) -> list[Segment]:
        """The segment that was still held when the signal ended."""
        segments = [self._end_hold(*self._held_s)] if self._held_s else []
        self._interrupt()
        return segments

    def _interrupt(self) -> None:
        self._energy.interrupt()
        self._recent = Frames.empty()
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
        return segments

    def _end_hold(self, first_s: float, last_s: float) -> Segment:
        """Close the hold between two still samples.

        A still sample speaks for the window before it; the outer quarters of the first and the
        last window may belong to the movements around the hold.
        """
        window_s = self._options.energy.window_s
        time_s = self._recent.time_s
        start_s = max(first_s - 0.75 * window_s, self._began_s)
        end_s = max(last_s - 0.25 * window_s, start_s)
        rows = (time_s >= start_s) & (time_s <= min(end_s, start_s + KEPT_OF_HOLD_S))
        if not rows.any():
            rows = (time_s >= first_s - window_s) & (time_s <= last_s)
        gap_s = max(start_s - self._last_end_s, 0.0)
        self._last_end_s, self._held_s = end_s, None
        return Segment(start_s, end_s, gap_s, self._recent[rows])
