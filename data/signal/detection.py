"""Which sensors fail, at every sample of the signal.

A working sensor has noise of a few counts, stays within its range, and turns round no faster than
a finger does.
"""

import numpy as np
from numpy.typing import NDArray

from jihwa.data.signal.frames import N_FINGERS, Array, Frames
from jihwa.data.signal.sensors import USABLE_FLEX_ADC, FaultKind, is_dead

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

NOISY_S, NOISY_TURNS = 1.0, 4
"""One that turns round so often in this time is noisy; a finger that spells fast turns 3 times."""

TURN = np.array([70.0] * N_FINGERS + [0.5] * 3 + [np.inf] * 2)
"""(10,) what counts as a turn: steps of at least this in both directions. Angles wrap."""

STEP_S, STRIDE_S = 0.025, 0.3
"""Readings are compared over these times, so that a faster glove shows the same steps: a short one
for noise, a long one for drift."""

MEMORY_S = 2.5
"""How far back a verdict can depend on the signal: over two windows for turns."""

_FIRST_CHANNEL = [0, 1, 2, 3, 4, 5, 8]
"""Where the channels of each sensor begin."""

NOTICED_S = {
    FaultKind.DEAD: DEAD_S,
    FaultKind.SATURATED: DEAD_S,
    FaultKind.STUCK: STUCK_S + STRIDE_S,
    FaultKind.NOISY: NOISY_S / 2,
}
"""How long after its beginning a fault is noticed, about."""


def impossible(frames: Frames) -> NDArray[np.int8]:
    """(n, 7) `DEAD` or `SATURATED` where a sensor reads what it never can, 0 elsewhere.

    Acceleration that was not sent is absent, not dead.
    """
    length_g = np.linalg.norm(frames.accel_g, axis=1, keepdims=True)  # (n, 1)
    low_g, high_g = PLAUSIBLE_ACCEL_G
    angles = np.zeros_like(length_g, dtype=np.bool_)
    dead = np.hstack([is_dead(frames.flex_adc), length_g <= low_g, angles])
    high = np.hstack([frames.flex_adc > USABLE_FLEX_ADC[1], length_g >= high_g, angles])
    return np.where(high, FaultKind.SATURATED, np.where(dead, FaultKind.DEAD, 0)).astype(np.int8)


def failing(signal: Frames, odd: NDArray[np.int8]) -> NDArray[np.int8]:
    """(m, 7) the `FaultKind` of every sensor at every sample, 0 for none.

    It depends on the `remembered` samples alone. A sensor is stuck only while more sensors change
    than not: some gloves have no noise.

    Args:
        signal: The samples so far, in their order.
        odd: (m, 7) which of them are impossible by themselves, and how.
    """
    time_s = signal.time_s
    reading = np.hstack([signal.flex_adc, signal.accel_g, signal.orientation_deg[:, :2]])  # (m, 10)
    step, stride = (_change(time_s, reading, over_s) for over_s in (STEP_S, STRIDE_S))  # (m, 10)

    lasts_s, n = _lasting(time_s, (np.abs(step) <= SAME) & (np.abs(stride) <= SAME))
    frozen = (lasts_s >= STUCK_S) & (n >= STUCK_STEPS)  # (m, 10)
    frozen = np.logical_and.reduceat(frozen, _FIRST_CHANNEL, axis=1)  # (m, 7)
    present = np.logical_and.reduceat(np.isfinite(reading), _FIRST_CHANNEL, axis=1)
    frozen &= odd == 0
    alive = present & ~frozen & (odd == 0)
    stuck = frozen & (alive.sum(axis=1) > frozen.sum(axis=1))[:, None]

    turns = _turns(time_s, step)  # (m, 10)
    noisy = np.maximum.reduceat(turns, _FIRST_CHANNEL, axis=1) >= NOISY_TURNS  # (m, 7)

    lasts_s, _ = _lasting(time_s, odd > 0)
    dead = lasts_s >= DEAD_S
    other = np.where(noisy, FaultKind.NOISY, np.where(stuck, FaultKind.STUCK, 0))
    return np.where(dead, odd, other).astype(np.int8)


def remembered(signal: Frames) -> Frames:
    """The samples that a later verdict can depend on."""
    needed = signal.time_s >= signal.time_s[-1] - MEMORY_S
    needed[-3 * STUCK_STEPS :] = True  # of a slow glove
    return signal[needed]


def _change(time_s: Array, reading: Array, over_s: float) -> Array:
    """(m, k) how far readings are from those so long before them, at least from the last ones."""
    before = np.searchsorted(time_s, time_s - over_s, side="right") - 1
    before = np.clip(before, 0, np.maximum(np.arange(len(time_s)) - 1, 0))
    with np.errstate(invalid="ignore"):  # nobody knows how far it is from infinity to infinity
        return reading - reading[before]


def _turns(time_s: Array, step: Array) -> NDArray[np.int64]:
    """(m, k) how often every channel turned round lately, from its (m, k) steps."""
    large = np.abs(step) >= TURN
    never = np.full((1, step.shape[1]), -1)
    last = np.vstack([never, last_row(large)[:-1]])  # (m, k) the large step before
    other_way = np.take_along_axis(step, last, axis=0) * step < 0
    recent = time_s[:, None] - time_s[last] <= NOISY_S
    turned = large & (last >= 0) & other_way & recent
    so_far = np.vstack([never + 1, np.cumsum(turned, axis=0)])  # (m + 1, k)
    first = np.searchsorted(time_s, time_s - NOISY_S)
    return np.asarray(so_far[1:] - so_far[first])


def last_row(holds: NDArray[np.bool_]) -> NDArray[np.int64]:
    """(m, k) the last row up to each in which a condition held; -1 for none."""
    row = np.arange(len(holds))[:, None]
    return np.asarray(np.maximum.accumulate(np.where(holds, row, -1), axis=0))


def _lasting(time_s: Array, holds: NDArray[np.bool_]) -> tuple[Array, NDArray[np.int64]]:
    """How long a condition has held: (m, k) in, seconds and number of steps of (m, k) out."""
    last = np.maximum(last_row(~holds), 0)  # the first sample is where knowledge begins
    return time_s[:, None] - time_s[last], np.arange(len(holds))[:, None] - last
