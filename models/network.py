"""A fitted network: which channels of a hold it sees, and its graph, run without torch."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jihwa.data.messages import UsageError
from jihwa.data.signal.frames import Array, Frames
from jihwa.models.features import FeatureExtractor

LONGEST_HOLD, LONGEST_SEQUENCE = 20, 160
"""Frames that a network sees at most, evenly drawn: of a hold, which hardly moves, and of a
sequence from a `.npy` file."""


_ROUNDING = 1e-5
"""A channel that varies so much less than others do says nothing."""


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
        """Standardise by these (T, F) sequences; a channel that is never there gets 0 and 1.

        One that does not vary but by rounding stays as it is too.
        """
        frames = np.ma.masked_invalid(np.concatenate(sequences))  # (all frames, F)
        sd = frames.std(axis=0).filled(0.0)
        varies = sd > _ROUNDING * np.median(sd)
        return cls(channels, frames.mean(axis=0).filled(0.0), np.where(varies, sd, 1.0))

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
    if channels == Channels.GIVEN:
        raise ValueError("the channels of a .npy file are not those of the glove")
    if channels == Channels.POSE:
        return FeatureExtractor().of_frames(frames)
    angles = [frames.flex_adc, frames.orientation_deg]
    return np.hstack(angles if channels == Channels.ANGLES else [*angles, frames.accel_g])


@dataclass(frozen=True)
class Network:
    """A network and its preprocessing.

    Attributes:
        architecture: Its name in the zoo.
        inputs: What it sees of a hold.
        graph: ONNX: (1, T, F) float32 in, (1, S) logits out.
        n_parameters: How many numbers were fitted.
        temperature: Divides the logits.
    """

    architecture: str
    inputs: Inputs
    graph: bytes
    n_parameters: int
    temperature: float = 1.0

    def log_posterior(self, sequences: Sequence[Array]) -> Array:
        """(n, S) natural log-probability of every sign under a flat prior.

        Args:
            sequences: n of (T, F) channels, not standardised; T may differ.

        Raises:
            UsageError: onnxruntime is not installed, or a sequence has other channels.
        """
        n_channels = len(self.inputs.mean)
        for sequence in sequences:
            if sequence.shape[1] != n_channels:
                raise UsageError(
                    ko=f"모델은 채널 {n_channels}개를 읽는데 데이터에는 {sequence.shape[1]}개가 "
                    "있습니다. 모델이 배운 것과 같은 데이터를 주세요.",
                    en=f"The model reads {n_channels} channels but the data have "
                    f"{sequence.shape[1]}. Give data like those it was fitted to.",
                )
        logits = np.array(
            [self._run(self.inputs.scale(s)[None]) for s in sequences], dtype=np.float64
        )  # (n, S)
        logits /= self.temperature
        return np.asarray(logits - np.logaddexp.reduce(logits, axis=1, keepdims=True))

    def _run(self, x: Any) -> Any:  # noqa: ANN401  # onnxruntime has no types
        (logits,) = self._session.run(None, {self._session.get_inputs()[0].name: x})
        return logits[0]

    @cached_property
    def _session(self) -> Any:  # noqa: ANN401
        try:
            import onnxruntime  # 0.3 s, and only networks need it
        except ImportError as error:
            raise UsageError(
                ko=f"신경망 모델({self.architecture})을 쓰려면 onnxruntime이 필요합니다. "
                "설치: pip install 'jihwa[network]'",
                en=f"The network {self.architecture} needs onnxruntime. Install it with: "
                "pip install 'jihwa[network]'",
            ) from error
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        return onnxruntime.InferenceSession(self.graph, options, providers=["CPUExecutionProvider"])
