"""The one in-memory form of the glove signal, and where gravity points in it.

In the glove's frame a still accelerometer reads (-sin p, cos p sin r, cos p cos r) g for pitch p
and roll r; the recordings agree with this convention. A hand that hangs down has pitch -90°, and
gravity (1, 0, 0).
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Floats = NDArray[np.float32]

Interval = tuple[float, float]
"""From when to when, in seconds."""

N_FINGERS = 5


@dataclass(frozen=True, slots=True)
class Frames:
    """A chunk of samples at any rate; NaN where a channel is absent.

    Attributes:
        time_s: (n,) device time in seconds, never decreasing.
        flex_adc: (n, 5) ADC counts, thumb to little finger, 0-1023.
        accel_g: (n, 3) acceleration in g.
        orientation_deg: (n, 3) pitch, roll and yaw in degrees.
    """

    time_s: Array
    flex_adc: Array
    accel_g: Array
    orientation_deg: Array

    def __post_init__(self) -> None:
        n = len(self.time_s)
        shapes = (self.flex_adc.shape, self.accel_g.shape, self.orientation_deg.shape)
        if shapes != ((n, N_FINGERS), (n, 3), (n, 3)):
            raise ValueError(f"{n} times do not fit channels of shapes {shapes}")

    def __len__(self) -> int:
        return len(self.time_s)

    def __getitem__(self, rows: slice | NDArray[np.bool_] | NDArray[np.int64]) -> "Frames":
        return Frames(
            self.time_s[rows], self.flex_adc[rows], self.accel_g[rows], self.orientation_deg[rows]
        )

    @property
    def duration_s(self) -> float:
        """Time from the first to the last sample; 0 when there are fewer than two."""
        return float(self.time_s[-1] - self.time_s[0]) if len(self) else 0.0

    @property
    def channels(self) -> Array:
        """(n, 11) flex, acceleration, orientation."""
        return np.concatenate([self.flex_adc, self.accel_g, self.orientation_deg], axis=1)

    @property
    def gravity_g(self) -> Array:
        """(n, 3) gravity: acceleration where there is one, else from pitch and roll."""
        missing = ~np.isfinite(self.accel_g).all(axis=1)  # (n,)
        gravity_g = self.accel_g
        if missing.any():
            gravity_g = gravity_g.copy()
            gravity_g[missing] = gravity_of_angles(self.orientation_deg[missing])
        return gravity_g

    def digest(self) -> bytes:
        """Tells signals apart, to the digits that every format has."""
        channels = [1000 * self.time_s, self.flex_adc, 100 * self.orientation_deg]  # (n, 9)
        whole = np.round(np.nan_to_num(np.column_stack(channels), nan=-1e6)).astype("<i8")
        return hashlib.sha256(whole.tobytes()).digest()

    @classmethod
    def of_channels(cls, time_s: Array, channels: Array) -> "Frames":
        """Samples at (n,) times, of (n, 11) channels as `channels` has them."""
        return cls(time_s, *np.split(channels, [N_FINGERS, N_FINGERS + 3], axis=1))

    @classmethod
    def empty(cls) -> "Frames":
        """Frames that hold no sample."""
        return cls(np.empty(0), np.empty((0, N_FINGERS)), np.empty((0, 3)), np.empty((0, 3)))

    @classmethod
    def concatenate(cls, chunks: Sequence["Frames"]) -> "Frames":
        """Join chunks that follow each other."""
        if not chunks:
            return cls.empty()
        return cls(
            np.concatenate([chunk.time_s for chunk in chunks]),
            np.concatenate([chunk.flex_adc for chunk in chunks]),
            np.concatenate([chunk.accel_g for chunk in chunks]),
            np.concatenate([chunk.orientation_deg for chunk in chunks]),
        )


def gravity_of_angles(orientation_deg: Array) -> Array:
    """(n, 3) unit gravity from (n, 3) pitch, roll and yaw."""
    pitch, roll, _ = np.radians(orientation_deg).T
    components = (-np.sin(pitch), np.cos(pitch) * np.sin(roll), np.cos(pitch) * np.cos(roll))
    return np.asarray(np.stack(components, axis=1))


def angles_of_gravity(accel_g: Array) -> Array:
    """(n, 3) pitch, roll and yaw in degrees from (n, 3) acceleration at rest; yaw is 0."""
    x, y, z = accel_g.T
    pitch, roll = np.arctan2(-x, np.hypot(y, z)), np.arctan2(y, z)
    return np.asarray(np.degrees(np.column_stack([pitch, roll, np.zeros(len(accel_g))])))
