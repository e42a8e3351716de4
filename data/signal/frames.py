"""The one in-memory form of the glove signal."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

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

    @classmethod
    def empty(cls) -> "Frames":
        """No samples."""
        return cls(np.empty(0), np.empty((0, N_FINGERS)), np.empty((0, 3)), np.empty((0, 3)))

    @classmethod
    def concatenate(cls, chunks: Sequence["Frames"]) -> "Frames":
        """Join chunks that follow each other."""
        if not chunks:
            return cls.empty()
        return cls(
            *(np.concatenate([getattr(c, field.name) for c in chunks]) for field in fields(cls))
        )
