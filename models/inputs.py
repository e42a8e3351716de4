"""What a network sees: which channels, standardised, and how many frames of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from jihwa.data import gravity
from jihwa.data.frames import Array, Frames
from jihwa.data.sensors import usable
from jihwa.models.features import FeatureExtractor

LONGEST = 160
"""Frames of a sequence that a network sees at most, its last ones."""


class Channels(StrEnum):
    """Which channels of a hold a network sees."""

    ANGLES = "angles"
    """Flex and pitch, roll, yaw: the eight that published networks use, block by block biased."""
    ALL = "all"
    """The same and acceleration: eleven."""
    POSE = "pose"
    """Warped flex and gravity: the eight of the hierarchical Gaussian."""
    GIVEN = "given"
    """Whatever the sequences of a `.npy` file hold."""


@dataclass(frozen=True)
class Inputs:
    """Turns holds into what a network was trained on; travels with it.

    Attributes:
        channels: Which channels.
        mean: (F,) mean of every channel in the training data.
        sd: (F,) its standard deviation.
    """

    channels: Channels
    mean: Array
    sd: Array

    @classmethod
    def fit(cls, channels: Channels, sequences: Sequence[Array]) -> "Inputs":
        """Standardise by these (T, F) sequences; a channel that is never there gets 0 and 1."""
        frames = np.ma.masked_invalid(np.concatenate(sequences))  # (all frames, F)
        sd = frames.std(axis=0).filled(1.0)
        return cls(channels, frames.mean(axis=0).filled(0.0), np.where(sd > 0, sd, 1.0))

    def of_hold(self, frames: Frames) -> Array:
        """(T, F) the channels of a hold, NaN where one is absent or dead."""
        return channels_of(frames, self.channels)

    def scale(self, sequence: Array) -> NDArray[np.float32]:
        """(T, F) standardised, the mean where a channel is absent: what the network reads."""
        scaled = (sequence[-LONGEST:] - self.mean) / self.sd
        return np.nan_to_num(scaled, nan=0.0).astype(np.float32)


def channels_of(frames: Frames, channels: Channels) -> Array:
    """(T, F) channels of a hold, NaN where one is absent or dead.

    Raises:
        ValueError: `GIVEN`: the glove has no such channels.
    """
    return _OF_FRAMES[channels](frames)


def _angles(frames: Frames) -> Array:
    return np.hstack([usable(frames.flex_adc), frames.orientation_deg])


def _all(frames: Frames) -> Array:
    measured = gravity.measured(frames.accel_g)[:, None]  # (T, 1)
    return np.hstack([_angles(frames), np.where(measured, frames.accel_g, np.nan)])


def _given(frames: Frames) -> Array:
    raise ValueError("the channels of a .npy file are not those of the glove")


_OF_FRAMES: Mapping[Channels, Callable[[Frames], Array]] = {
    Channels.ANGLES: _angles,
    Channels.ALL: _all,
    Channels.POSE: FeatureExtractor().of_frames,
    Channels.GIVEN: _given,
}
