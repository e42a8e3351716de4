"""Which sensors fail, sample by sample: by what they read, and by how they change."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from jihwa.data.signal.frames import N_FINGERS, Array, Frames
from jihwa.data.signal.sensors import (
    ACCELERATION,
    ANGLES,
    SENSORS,
    USABLE_FLEX_ADC,
    FaultKind,
    is_dead,
)

PLAUSIBLE_ACCEL_G = (0.5, 2.0)
"""Length of an acceleration that is mostly gravity; a broken sensor sends 0 or full scale."""

DEAD_S = 0.3
"""A sensor that reads the impossible for so long is reported; single readings are only dropped."""

STUCK_S, STUCK_STEPS = 0.45, 8
"""One that changes over neither a step nor a stride for so long, and so often, is stuck; so it is
found when it has repeated its value for 0.75 s. In the recordings a working flex sensor does so for
0.25 s at most, and acceleration for 0.5 s."""

SAME = np.array([2.0] * N_FINGERS + [0.0] * 5)
"""(10,) steps up to this are none: ADC counts, g, degrees."""

FINE = 0.25
"""The same for a reading between two counts: it was taken with finer ones, such as a 12-bit
converter's, or is of a finger that a camera sees, which may be very still."""
_SAME_OF_FINE = np.minimum(SAME, FINE)

TILT_G, TILTED_S = 0.1, 0.5
"""A finger that does not change while gravity does by this over strides, for so long in all, is
stuck, though all may be: no hand spells by its direction alone."""

NOISY_S, NOISY_TURNS = 1.0, np.array([4.0] * N_FINGERS + [7.0] * 2)
"""A sensor that turns round so often in this time is noisy. A finger that spells fast turns 3
times; a hand that spells six letters a second tips over 6 times."""

TURN = np.array([70.0] * N_FINGERS + [0.5] * 3 + [np.inf] * 2)
"""(10,) what counts as a turn: steps of at least this in both directions. Angles wrap."""

_STEP_S, STRIDE_S = 0.025, 0.3
"""Readings are compared over these times, so that a faster glove shows the same steps: a short one
for noise, a long one for drift."""

_FIRST_CHANNEL = [0, 1, 2, 3, 4, 5, 8]
"""Where the channels of each sensor begin."""


def impossible(frames: Frames) -> NDArray[np.int8]:
    """(n, 7) `DEAD`, `SATURATED` or `ABSENT` where a sensor reads what it never can, 0 elsewhere.

    Acceleration that was not sent is no fault.
    """
    accel_g, flex_adc = frames.accel_g, frames.flex_adc
    length_g = np.sqrt(np.add.reduce(accel_g * accel_g, axis=1))  # (n,)
    low_g, high_g = PLAUSIBLE_ACCEL_G
    odd = np.zeros((len(frames), len(SENSORS)), np.int8)
    finger, acceleration = odd[:, :N_FINGERS], odd[:, ACCELERATION]
    finger[is_dead(flex_adc)] = acceleration[length_g <= low_g] = FaultKind.DEAD
    finger[flex_adc > USABLE_FLEX_ADC[1]] = FaultKind.SATURATED
    acceleration[length_g >= high_g] = FaultKind.SATURATED
    finger[np.isnan(flex_adc)] = FaultKind.ABSENT
    return odd


class Latest:
    """What stood in the last row in which a condition held, column by column and chunk by chunk.

    Args:
        standing: (k,) each, what stands there before anything came.

    Attributes:
        standing: What stands there by now.
    """

    def __init__(self, *standing: NDArray[Any]) -> None:
        self.standing = standing

    def feed(self, holds: NDArray[np.bool_], *values: NDArray[Any]) -> tuple[NDArray[Any], ...]:
        """(n, k) of every value what stood there up to each row.

        Args:
            holds: (n, k) where the condition held.
            values: (n,) or (n, k) each, what came.
        """
        n, k = holds.shape
        if not holds.any():
            return tuple(np.broadcast_to(old, holds.shape) for old in self.standing)
        last = np.maximum.accumulate(np.where(holds, np.arange(n)[:, None], -1), axis=0)
        found = tuple(
            np.where(last >= 0, value[last] if value.ndim == 1 else value[last, np.arange(k)], old)
            for value, old in zip(values, self.standing, strict=True)
        )
        self.standing = tuple(value[-1] for value in found)
        return found


class FaultDetector:
    """Says how sensors fail; carries on what it needs of the samples before, in running form."""

    def __init__(self) -> None:
        each, channel = np.zeros(len(SAME) + len(SENSORS)), np.zeros(len(SAME))
        # When a channel moved or a sensor read what it can; the sample; how long gravity had moved.
        self._well = Latest(each, each, each)
        self._swung = Latest(channel - np.inf, channel)  # when by a turn's height, and how far
        self._n = 0  # samples so far
        self._tilted_s = 0.0  # how long gravity has moved so far
        self._time_s: Array = np.empty(0)  # of the samples that later ones are compared with
        self._reading: Array = np.empty((0, len(SAME)))
        self._gravity_g: Array = np.empty((0, 3))
        self._turned = np.empty((0, len(SAME)), np.bool_)  # where they turned round

    def feed(self, frames: Frames, gravity_g: Array, odd: NDArray[np.int8]) -> NDArray[np.int8]:
        """(n, 7) the `FaultKind` of every sensor at every sample, 0 for none.

        A sensor is stuck only while more sensors change than not, or the hand has turned
        meanwhile: some gloves have no noise.

        Args:
            frames: The next samples.
            gravity_g: (n, 3) their gravity.
            odd: (n, 7) which of them are impossible by themselves, and how.
        """
        time_s, reading = frames.time_s, frames.channels[:, : len(SAME)]  # (n,), (n, 10)
        last_s = self._time_s[-1:] if self._n else time_s[:1]
        passed_s = time_s - np.concatenate([last_s, time_s[:-1]])  # (n,)
        self._time_s = np.concatenate([self._time_s, time_s])  # (m,)
        self._reading = np.concatenate([self._reading, reading])  # (m, 10)
        self._gravity_g = np.concatenate([self._gravity_g, gravity_g])  # (m, 3)
        row = np.arange(self._n, self._n + len(time_s))  # (n,)
        step, stride, tilt_g = self._change(time_s, reading, gravity_g)  # (n, 10), (n, 3)
        tilts = (np.abs(tilt_g).max(axis=1) > TILT_G) & (odd[:, ACCELERATION] == 0)  # (n,)
        moved_s = np.minimum(passed_s, STRIDE_S) * tilts
        moved_s[0] += self._tilted_s
        tilted_s = moved_s.cumsum()  # (n,)
        self._tilted_s = float(tilted_s[-1])
        none = np.where(reading == np.rint(reading), SAME, _SAME_OF_FINE)
        same = (np.abs(step) <= none) & (np.abs(stride) <= none)
        possible = odd == 0
        well = np.concatenate([~same, possible], axis=1)  # (n, 17)
        if not self._n:
            well[0] = True  # knowledge begins here
        self._n += len(time_s)
        well_s, well_row, well_tilted_s = self._well.feed(well, time_s, row, tilted_s)
        lasts_s, lasts = time_s[:, None] - well_s, row[:, None] - well_row
        frozen = ((lasts_s >= STUCK_S) & (lasts >= STUCK_STEPS))[:, : len(SAME)]  # (n, 10)
        frozen = np.logical_and.reduceat(frozen, _FIRST_CHANNEL, axis=1) & possible  # (n, 7)
        kind = np.zeros(odd.shape, np.int8)
        if frozen.any():
            present = np.logical_and.reduceat(np.isfinite(reading), _FIRST_CHANNEL, axis=1)
            alive = present & ~frozen & possible
            has_turned = tilted_s[:, None] - well_tilted_s[:, _FIRST_CHANNEL] >= TILTED_S  # (n, 7)
            most_change = alive.sum(axis=1, keepdims=True) > frozen.sum(axis=1, keepdims=True)
            angles = reading[:, 8:]  # (n, 2); of whole degrees, a still hand repeats them
            coarse = (angles == np.rint(angles)).all(axis=1) & (angles != 0).any(axis=1)  # (n,)
            has_changed = np.broadcast_to(most_change, frozen.shape).copy()
            has_changed[coarse, ANGLES] = False
            kind[frozen & (has_changed | has_turned)] = FaultKind.STUCK
        turns = self._turns(time_s, step)  # (n, 10)
        noisy = np.maximum.reduceat(turns, _FIRST_CHANNEL, axis=1) >= NOISY_TURNS  # (n, 7)
        kind[noisy] = FaultKind.NOISY
        self._forget()
        dead = lasts_s[:, len(SAME) :] >= DEAD_S  # (n, 7)
        return np.where(dead, odd, kind)

    def _change(
        self, time_s: Array, reading: Array, gravity_g: Array
    ) -> tuple[Array, Array, Array]:
        """How far (n, 10) readings are from those a step before them, and from those a stride.

        Then how far (n, 3) gravity is from that a stride before. Where there is nothing since then,
        from the last.
        """
        m = len(self._time_s)
        latest = np.maximum(np.arange(m - len(time_s), m) - 1, 0)
        spans_s = np.array([[_STEP_S], [STRIDE_S]])
        before = self._time_s.searchsorted(time_s - spans_s, side="right") - 1  # (2, n)
        before = np.maximum(np.minimum(before, latest), 0)
        with np.errstate(invalid="ignore"):  # nobody knows how far it is from infinity to infinity
            step, stride = reading - self._reading[before]
            return step, stride, gravity_g - self._gravity_g[before[1]]

    def _turns(self, time_s: Array, step: Array) -> NDArray[np.int64]:
        """(n, 10) how often every channel turned round lately, from its (n, 10) steps."""
        large = np.abs(step) >= TURN
        if not (large.any() or self._turned.any()):  # no finger was fast
            self._turned = np.concatenate([self._turned, large])
            return np.zeros(step.shape, np.int64)
        standing = self._swung.standing
        up_to_here = self._swung.feed(large, time_s, step)
        swung_s, swing = (
            np.concatenate([old[None], values[:-1]])
            for old, values in zip(standing, up_to_here, strict=True)
        )  # (n, 10) the large step before
        other_way = np.signbit(swing) != np.signbit(step)
        turned = large & other_way & (time_s[:, None] - swung_s <= NOISY_S)
        self._turned = np.concatenate([self._turned, turned])  # (m, 10)
        so_far = self._turned.cumsum(axis=0)
        first = self._time_s.searchsorted(time_s - NOISY_S)  # (n,)
        return np.asarray(so_far[-len(time_s) :] - so_far[first] + self._turned[first])

    def _forget(self) -> None:
        """Drop the samples that no later one is compared with."""
        needed = self._time_s.searchsorted(self._time_s[-1] - NOISY_S, side="right") - 1
        first = max(int(needed), 0)
        self._time_s, self._reading = self._time_s[first:], self._reading[first:]
        self._gravity_g, self._turned = self._gravity_g[first:], self._turned[first:]
