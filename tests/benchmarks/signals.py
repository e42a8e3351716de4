"""What other gloves would have sent of the same movement: broken sensors, and other rates."""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.random import Generator

from jihwa.data.signal.frames import N_FINGERS, Array, Frames
from jihwa.data.signal.sensors import ACCELERATION, ANGLES, SENSOR_NOISE, FaultKind

Readings = Callable[[Array, Generator], Array]
"""Makes (n, k) readings of a broken sensor from those of a working one."""

FLEX_FAULTS: Mapping[str, tuple[FaultKind, Readings]] = {
    "stuck": (FaultKind.STUCK, lambda x, rng: x[:1] + 0 * x),
    "stuck, flickering by a count": (
        FaultKind.STUCK,
        lambda x, rng: x[:1] + rng.integers(2, size=x.shape),
    ),
    "dead (0)": (FaultKind.DEAD, lambda x, rng: 0 * x),
    "dead (510)": (FaultKind.DEAD, lambda x, rng: 510 + rng.integers(-9, 10, x.shape)),
    "saturated": (FaultKind.SATURATED, lambda x, rng: 1023 + 0 * x),
    "loose contact": (
        FaultKind.NOISY,
        lambda x, rng: x - (rng.random(x.shape) < 0.4) * rng.integers(70, 300, x.shape),
    ),
    "noise of 100 counts": (
        FaultKind.NOISY,
        lambda x, rng: np.round(rng.normal(x, 100)),
    ),
}
"""How a flex sensor breaks: a loose contact drops 40 % of the readings by 70-300 counts."""

IMU_FAULTS: Mapping[str, tuple[FaultKind, Readings]] = {
    "stuck": (FaultKind.STUCK, lambda x, rng: x[:1] + 0 * x),
    "zero": (FaultKind.DEAD, lambda x, rng: 0 * x),
    "full scale": (FaultKind.SATURATED, lambda x, rng: 16 + 0 * x),
}
"""How the accelerometer breaks; angles only get stuck."""


def broken(
    frames: Frames,
    sensor: int,
    readings: Readings,
    rng: Generator,
    since_s: float = -np.inf,
    until_s: float = np.inf,
) -> Frames:
    """The frames with a sensor (by its place in `SENSORS`) that is broken for a while."""
    channels = np.hstack([frames.flex_adc, frames.accel_g, frames.orientation_deg])  # (n, 11)
    first = {ACCELERATION: N_FINGERS, ANGLES: N_FINGERS + 3}.get(sensor, sensor)
    columns = slice(first, first + (1 if sensor < N_FINGERS else 3))
    rows = (frames.time_s >= since_s) & (frames.time_s < until_s)
    channels[rows, columns] = readings(channels[rows, columns], rng)
    return Frames(frames.time_s, *np.split(channels, [N_FINGERS, N_FINGERS + 3], axis=1))


def resampled(frames: Frames, rate_hz: float, rng: Generator) -> Frames:
    """The same movement at another rate: smoothed, interpolated, with new sensor noise."""
    time_s = np.arange(frames.time_s[0], frames.time_s[-1], 1 / rate_hz)
    angles = np.unwrap(frames.orientation_deg, period=360, axis=0)
    channels = np.hstack([frames.flex_adc, frames.accel_g, angles])  # (n, 11)
    padded = np.pad(channels, ((1, 1), (0, 0)), mode="edge")
    smooth = (padded[:-2] + 2 * padded[1:-1] + padded[2:]) / 4
    moved = np.column_stack([np.interp(time_s, frames.time_s, x) for x in smooth.T])
    flex, accel, angles = np.split(
        moved + rng.normal(0, SENSOR_NOISE, moved.shape), [N_FINGERS, N_FINGERS + 3], axis=1
    )
    return Frames(time_s, np.round(flex), np.round(accel, 3), (angles + 180) % 360 - 180)
