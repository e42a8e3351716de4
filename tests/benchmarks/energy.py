"""Hysteresis on movement energy: a segmenter of the usual kind, to compare with.

Movement is measured in units of the sensors' own noise; a hold begins where there is little of it.
"""

from collections import deque
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from jihwa.data.signal.clock import GAP_S
from jihwa.data.signal.frames import N_FINGERS, Array, Frames
from jihwa.recognizer.events import Segment
from jihwa.recognizer.segmenter import KEPT_OF_HOLD_S


@dataclass(frozen=True, slots=True)
class EnergyOptions:
    """How movement is measured.

    Attributes:
        window_s: Length of the window in which the slopes are fitted.
        least_samples: Samples in a window at least, however slow the glove.
        noise_step_s: Samples that are further apart than this share no noise.
        noise_time_s: How fast the noise level follows the sensors.
        flex_noise_adc: Least and initial noise of a flex sensor.
        gravity_noise_g: The same for gravity.
        quiet: Energy below which the noise level is learned.
        loudest: Most that one channel can contribute: a loose contact alone is no movement.
    """

    window_s: float = 0.11
    least_samples: int = 3
    noise_step_s: float = 0.025
    noise_time_s: float = 1.5
    flex_noise_adc: tuple[float, float] = (3.0, 5.0)
    gravity_noise_g: tuple[float, float] = (0.003, 0.006)
    quiet: float = 9.0
    loudest: float = 6.5


class MovementEnergy:
    """Movement energy of every frame, causal and independent of the sampling rate.

    Over the last `window_s` the slope b of every channel is fitted by least squares. With noise σ
    its standard error is σ / √S for S = Σ (t - t̄)², so E² = Σ b² S / σ² is χ²-distributed with one
    degree of freedom a channel while the hand is still: E is about 2.7 then, and tens when it
    moves. σ² is learned from the steps between samples while little moves.

    A fast glove sees the hand's tremor several times over, and its own noise may be smoothed. What
    noise has in steps over `noise_step_s` beyond that in steps to the next sample is taken to be
    shared by samples that near, which leaves fewer of them in S.
    """

    def __init__(self, options: EnergyOptions) -> None:
        self._options = options
        noise = [options.flex_noise_adc] * N_FINGERS + [options.gravity_noise_g] * 3
        self._least_variance, self._first_variance = np.array(noise).T ** 2  # (8,), (8,)
        self.reset()

    def reset(self) -> None:
        """Forget the window and the noise level."""
        self._variance = self._white = self._first_variance
        self.interrupt()

    def interrupt(self) -> None:
        """Forget the window: the next frame does not follow the last."""
        self._window: deque[tuple[float, Array]] = deque()

    def feed(self, frames: Frames) -> Array:
        """(n,) the energy of every frame; infinite while the window is too short to tell."""
        poses = np.hstack([frames.flex_adc, frames.gravity_g])  # (n, 8)
        return np.array(
            [self._energy(t, pose) for t, pose in zip(frames.time_s.tolist(), poses, strict=True)]
        )

    def _energy(self, time_s: float, pose: Array) -> float:
        options, window = self._options, self._window
        window.append((time_s, pose))
        while len(window) > options.least_samples and window[0][0] < time_s - options.window_s:
            window.popleft()
        if len(window) < options.least_samples:
            return np.inf
        times_s = np.array([t for t, _ in window])
        centred_s = times_s - times_s.mean()
        spread = float(centred_s @ centred_s)  # S of all samples
        rises = centred_s @ np.array([p for _, p in window])  # (8,) slope × S
        absent = np.isnan(rises)
        if absent.all() or not spread:  # nothing is seen, not even stillness
            return np.inf
        rises[absent] = 0.0
        apart = min(len(window), 1 + (time_s - window[0][0]) / options.noise_step_s)
        variance = self._white + (self._variance - self._white) * len(window) / apart
        squares = np.minimum(rises**2 / (variance * spread), options.loudest**2)  # (8,)
        energy = float(np.sqrt(squares.sum()))
        if energy < options.quiet:
            self._learn(absent)
        return energy

    def _learn(self, absent: NDArray[np.bool_]) -> None:
        """Let the noise level follow the last steps of all channels that are there."""
        options, window = self._options, self._window
        (before_s, before), (time_s, pose) = window[-2], window[-1]
        apart_s = time_s - options.noise_step_s
        apart = next((p for t, p in reversed(window) if t <= apart_s), window[0][1])
        rate = 1 - np.exp((before_s - time_s) / options.noise_time_s)

        def follow(variance: Array, earlier: Array) -> Array:
            step_variance = np.minimum((pose - earlier) ** 2 / 2, 9 * variance)
            return np.where(absent, variance, variance + rate * (step_variance - variance))

        self._variance = np.maximum(follow(self._variance, apart), self._least_variance)
        self._white = np.minimum(follow(self._white, before), self._variance)


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
