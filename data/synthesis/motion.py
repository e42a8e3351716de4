"""From poses and the movements between them to what a glove's sensors read."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from jihwa.data.signal.frames import N_FINGERS, Array, Frames
from jihwa.data.signal.sensors import SENSOR_NOISE, is_dead
from jihwa.data.synthesis.hands import Hand
from jihwa.data.synthesis.pace import Range, Trouble
from jihwa.data.takes.augment import rotations

if TYPE_CHECKING:
    from numpy.random import Generator

N_CHANNELS = len(SENSOR_NOISE)
_FLEX, _ACCEL, _ANGLES = slice(0, 5), slice(5, 8), slice(8, 11)

JITTER_S = 0.002
"""Standard deviation of the device's sampling times."""

SETTLING_S = 0.02
"""In this time what a pose falls short by shrinks to 1/e; after 60 ms a twentieth is left."""

WOBBLE_AT_S, WOBBLE_S = (0.04, 0.06), 0.06
"""How long after its arrival a hand is furthest from the pose in a wobble, and how long that
lasts."""

TREMOR_HZ = (4.0, 9.0)
TREMOR = np.array([2.0] * N_FINGERS + [0.015] * 3 + [0.3] * 3)
"""Standard deviation of a tremor: ADC counts, g and degrees."""

DRIFT_HZ = (0.05, 0.15)
DRIFT = np.array([3.0] * N_FINGERS + [0.02] * 3 + [1.0] * 3)
"""Standard deviation of a drift, in the same units."""

STRETCH_S = (1.0, 4.0)
"""How long a glove that changes its rate keeps one."""

BURST_S = (0.06, 0.2)
"""How long a burst of lost samples lasts."""


@dataclass(frozen=True, slots=True)
class Hold:
    """A pose kept for a while.

    Attributes:
        duration_s: How long; 0 for one that is only passed through.
        samples: (n, 11) what sensors read of it, at the hand's rate.
        sign: The letter that it shows; None for rest, and for any other pose.
        undershoot: How far it falls short towards the pose before it, when it is reached.
        wobble: How far the hand springs back towards that pose after its arrival.
        wobble_at_s: When it is furthest back.
    """

    duration_s: float
    samples: Array
    sign: str | None
    undershoot: float = 0.0
    wobble: float = 0.0
    wobble_at_s: float = 0.0

    def short_by(self, since_s: Array) -> Array:
        """(n,) how far the hand falls short of the pose (n,) seconds after it arrived."""
        settling = self.undershoot * np.exp(-since_s / SETTLING_S)
        phase = np.clip((since_s - self.wobble_at_s) / WOBBLE_S, -0.5, 0.5)
        return np.asarray(settling + self.wobble * np.cos(np.pi * phase) ** 2)


@dataclass(frozen=True, slots=True)
class Movement:
    """A movement, which lets go by a share of the way to rest at its middle."""

    duration_s: float
    release: float = 0.0


@dataclass(frozen=True, slots=True)
class Motion:
    """Poses, and the movements between them.

    Attributes:
        holds: N poses.
        moves: The N - 1 movements from each to the next.
    """

    holds: Sequence[Hold]
    moves: Sequence[Movement]

    @property
    def edges_s(self) -> Array:
        """(2 N,) when each hold begins and ends."""
        durations_s = np.empty(len(self.holds) + len(self.moves))
        durations_s[0::2] = [hold.duration_s for hold in self.holds]
        durations_s[1::2] = [move.duration_s for move in self.moves]
        return np.concatenate([[0.0], np.cumsum(durations_s)])

    def read_at(self, time_s: Array, hand: Hand, rng: "Generator") -> Array:
        """(n, 11) what sensors read at (n,) times, which ascend."""
        edges_s = self.edges_s
        bounds = np.searchsorted(time_s, edges_s)
        signal = np.empty((len(time_s), N_CHANNELS))
        start = self.holds[0].samples[0]  # the pose before
        for i, hold in enumerate(self.holds):
            if i:
                move, began_s = self.moves[i - 1], edges_s[2 * i - 1]
                rows = slice(bounds[2 * i - 1], bounds[2 * i])
                phase = (time_s[rows] - began_s) / move.duration_s
                end = _held(hold, np.zeros(1), start, hand.rate_hz)[0]
                path = blend(start, end, phase**3 * (10 - 15 * phase + 6 * phase**2))
                if move.release:
                    away = hand.rest(1, rng)[0]
                    path = blend(path, away, move.release * np.sin(np.pi * phase) ** 2)
                signal[rows] = path + rng.normal(0, SENSOR_NOISE, path.shape)
            rows = slice(bounds[2 * i], bounds[2 * i + 1])
            since_s = time_s[rows] - edges_s[2 * i]
            signal[rows] = _held(hold, since_s, start, hand.rate_hz)
            start = _short(hold, np.array([hold.duration_s]), hold.samples[-1:], start)[0]
        return signal


def _held(hold: Hold, since_s: Array, before: Array, rate_hz: float) -> Array:
    """(n, 11) what sensors read of a hold, (n,) seconds after it began."""
    at = np.rint((since_s - since_s[:1]) * rate_hz).astype(int)  # whatever the jitter
    samples: Array = hold.samples[np.minimum(at, len(hold.samples) - 1)]
    return _short(hold, since_s, samples, before)


def _short(hold: Hold, since_s: Array, samples: Array, before: Array) -> Array:
    """(n, 11) samples of a pose as far as the hand has reached it (n,) seconds after it began."""
    if not (hold.undershoot or hold.wobble):
        return samples
    return blend(samples, before, hold.short_by(since_s))


def blend(start: Array, end: Array, share: Array) -> Array:
    """Poses on the way from `start` to `end`.

    A movement's share of the way over its time is minimum jerk (Flash & Hogan 1985), as in the
    recordings of moving fingers. Gravity turns without changing its length, angles take the short
    way round, and a dead sensor jumps.

    Args:
        start: (11,) or (n, 11) pose before.
        end: (11,) pose after.
        share: (n,) share of the way, 0-1.
    """
    share = share[:, None]  # (n, 1)
    step = end - start
    step[..., _ANGLES] = (step[..., _ANGLES] + 180) % 360 - 180
    path: Array = start + share * step
    length_g = np.linalg.norm(start[..., _ACCEL], axis=-1, keepdims=True)
    turned = path[:, _ACCEL]
    path[:, _ACCEL] = turned / np.linalg.norm(turned, axis=1, keepdims=True) * length_g
    broken = is_dead(start[..., _FLEX]) | is_dead(end[_FLEX])
    jump = np.where(share < 0.5, start[..., _FLEX], end[_FLEX])
    path[:, _FLEX] = np.where(broken, jump, path[:, _FLEX])
    return path


def reshaped(samples: Array, offset_adc: Array, turn_rad: Array) -> Array:
    """Samples (n, 11) of a pose with fingers bent by (5,) counts and turned by (3,) radians."""
    flex, accel, angles = np.split(samples, [N_FINGERS, N_FINGERS + 3], axis=1)
    (rotation,) = rotations(turn_rad[None])
    flex = np.where(is_dead(flex), flex, flex + offset_adc)
    return np.hstack([flex, accel @ rotation.T, angles])


def sway(time_s: Array, range_hz: Range, strength: Array, rng: "Generator") -> Array:
    """(n, 11) an oscillation of all channels with one frequency, each with a phase of its own.

    Args:
        time_s: (n,) times.
        range_hz: From which the frequency is drawn.
        strength: (11,) standard deviations.
        rng: Draws frequency and phases.
    """
    phase = 2 * np.pi * (rng.uniform(*range_hz) * time_s[:, None] + rng.random(N_CHANNELS))
    return np.asarray(np.sqrt(2) * strength * np.sin(phase))


def ticks_s(duration_s: float, rate_hz: float, trouble: Trouble, rng: "Generator") -> Array:
    """When a glove samples: whole milliseconds from 0 on, those that are lost left out."""
    if trouble.rates_hz is None:
        ticks = np.arange(0, duration_s, 1 / rate_hz)
    else:
        stretches, begin_s = [], 0.0
        while begin_s < duration_s:
            end_s = min(begin_s + rng.uniform(*STRETCH_S), duration_s)
            stretches.append(np.arange(begin_s, end_s, 1 / rng.uniform(*trouble.rates_hz)))
            begin_s = end_s
        ticks = np.concatenate(stretches)
    jitter_s = rng.normal(0, JITTER_S, len(ticks))
    times_s = np.round(np.sort(np.maximum(ticks + jitter_s, 0)), 3)
    times_s = times_s[times_s < duration_s]
    if trouble.lost:
        kept = rng.random(len(times_s)) >= trouble.lost
        n_bursts = rng.poisson(trouble.lost * duration_s / np.mean(BURST_S))
        for begin_s in rng.uniform(0, duration_s, n_bursts):
            kept &= (times_s < begin_s) | (times_s > begin_s + rng.uniform(*BURST_S))
        times_s = times_s[kept]
    return times_s


def sensed(time_s: Array, signal: Array, trouble: Trouble, rng: "Generator") -> Frames:
    """What arrives of (n, 11) readings: whole counts, without what a dead sensor would read."""
    signal[:, _FLEX] = np.clip(np.round(signal[:, _FLEX]), 0, 1023)
    if trouble.dead_finger:
        died = time_s >= rng.uniform(0, 0.5 * time_s[-1])
        signal[died, rng.integers(N_FINGERS)] = 0.0
    return Frames.of_channels(time_s - time_s[0], signal)
