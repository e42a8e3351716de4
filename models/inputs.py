"""What a network sees: which channels, standardised, and how many frames of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from jihwa.data.signal.frames import Array, Frames
from jihwa.models.features import FeatureExtractor

LONGEST_HOLD, LONGEST_SEQUENCE = 20, 160
"""Frames that a network sees at most, evenly drawn: of a hold, which hardly moves, and of a
sequence from a `.npy` file."""


class Channels(StrEnum):
    """Which channels of a hold a network sees."""

    ANGLES = "angles"
    """Flex and pitch, roll, yaw: the eight that published networks use. Yaw drifts."""
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
        n = len(sequence)
        longest = LONGEST_SEQUENCE if self.channels == Channels.GIVEN else LONGEST_HOLD
        seen = np.linspace(0, n - 1, min(n, longest)).round().astype(np.int64)
        scaled = (sequence[seen] - self.mean) / self.sd
        return np.nan_to_num(scaled, nan=0.0).astype(np.float32)


def channels_of(frames: Frames, channels: Channels) -> Array:
    """(T, F) channels of a hold, NaN where one is absent or dead.

    Raises:
        ValueError: `GIVEN`: the glove has no such channels.
    """
    return _OF_FRAMES[channels](frames)


def _angles(frames: Frames) -> Array:
    return np.hstack([frames.flex_adc, frames.orientation_deg])


def _all(frames: Frames) -> Array:
    return np.hstack([_angles(frames), frames.accel_g])


def _given(frames: Frames) -> Array:
    raise ValueError("the channels of a .npy file are not those of the glove")


_OF_FRAMES: Mapping[Channels, Callable[[Frames], Array]] = {
    Channels.ANGLES: _angles,
    Channels.ALL: _all,
    Channels.POSE: FeatureExtractor().of_frames,
    Channels.GIVEN: _given,
}
