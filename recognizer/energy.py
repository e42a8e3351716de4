"""How much the hand moves, in units of the sensors' own noise."""

from collections import deque
from dataclasses import dataclass

import numpy as np

from jihwa.data import gravity
from jihwa.data.frames import N_FINGERS, Array, Frames
from jihwa.data.sensors import usable


@dataclass(frozen=True, slots=True)
class EnergyOptions:
    """How movement is measured.

    Attributes:
        window_s: Length of the window in which the slopes are fitted.
        least_samples: Samples in a window at least, however slow the glove.
        noise_time_s: How fast the noise level follows the sensors.
        flex_noise_adc: Least and initial noise of a flex sensor.
        gravity_noise_g: The same for gravity.
        quiet: Energy below which the noise level is learned.
        loudest: Most that one channel can contribute: a loose contact alone is no movement.
    """

    window_s: float = 0.11
    least_samples: int = 3
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
    moves. σ is learned from the steps between samples while little moves.
    """

    def __init__(self, options: EnergyOptions) -> None:
        self._options = options
        noise = [options.flex_noise_adc] * N_FINGERS + [options.gravity_noise_g] * 3
        self._least_variance, self._first_variance = np.array(noise).T ** 2  # (8,), (8,)
        self.reset()

    def reset(self) -> None:
        """Forget the window and the noise level."""
        self._variance = self._first_variance
        self.interrupt()

    def interrupt(self) -> None:
        """Forget the window: the next frame does not follow the last."""
        self._window: deque[tuple[float, Array]] = deque()

    def feed(self, frames: Frames) -> Array:
        """(n,) the energy of every frame; infinite while the window is too short to tell."""
        poses = np.hstack([usable(frames.flex_adc), gravity.of(frames)])  # (n, 8)
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
        spread = float(centred_s @ centred_s) or np.inf
        steps = centred_s @ np.array([p for _, p in window])  # (8,) slope × spread
        absent = np.isnan(steps)
        if absent.all():  # nothing is seen, not even stillness
            return np.inf
        steps[absent] = 0.0
        squares = np.minimum(steps**2 / (self._variance * spread), options.loudest**2)  # (8,)
        energy = float(np.sqrt(squares.sum()))
        if energy < options.quiet:
            (before_s, before), (_, now) = window[-2], window[-1]
            rate = 1 - np.exp((before_s - time_s) / options.noise_time_s)
            step_variance = np.minimum((now - before) ** 2 / 2, 9 * self._variance)
            step_variance[absent] = self._variance[absent]
            learned = self._variance + rate * (step_variance - self._variance)
            self._variance = np.maximum(learned, self._least_variance)
        return energy
