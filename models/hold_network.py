"""A small causal network that sees the hand hold still and begin a new hold.

At every even step of time it says, of steps a little ago, how likely the hand held still then, and
how likely a new hold had just begun. It sees movement only and no pose: what a hand does
between two letters is much the same for all letters and all wearers.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import numpy as np

from jihwa.data.files import FileKind, write_whole
from jihwa.data.messages import Message
from jihwa.data.signal.frames import N_FINGERS, Array, Floats
from jihwa.models.archive import Archive
from jihwa.models.features import N_FEATURES, FeatureExtractor

FORMAT_VERSION = 1
_WEIGHTS = resources.files("jihwa.models") / "weights"
_KIND = FileKind(
    unopened=Message(
        ko="{file}: 구간 모델을 열 수 없습니다 ({error.strerror}). 경로를 확인하세요.",
        en="{file}: the segmenter's network cannot be opened ({error.strerror}). Check the path.",
    ),
    other_kind=Message(
        ko="{file}: jihwa 구간 모델이 아닙니다. `jihwa train --model segmenter`가 만든 파일을 "
        "주세요.",
        en="{file}: not a segmenter's network. Give a file that `jihwa train --model segmenter` "
        "wrote.",
    ),
    other_version=Message(
        ko="{file}: 구간 모델 형식이 버전 {error.found}인데 이 프로그램은 {error.expected}을 "
        "읽습니다. jihwa를 맞는 버전으로 바꾸거나 모델을 다시 만드세요.",
        en="{file}: a segmenter's network of format version {error.found}; this program reads "
        "{error.expected}. Install the matching jihwa, or train it again.",
    ),
    damaged=Message(
        ko="{file}: 구간 모델 파일이 잘렸거나 바뀌었습니다. 다시 받거나 다시 만드세요.",
        en="{file}: the segmenter's network is cut short or was changed. Fetch or train it again.",
    ),
)

HELD, BEGINS = 0, 1
"""What a head says, in the last axis of its probabilities."""

STEP_S = 0.02
"""An even step: a glove samples every 10 to 60 ms."""

MOVEMENT_SCALE = np.array([0.35] * N_FINGERS + [0.05] * 3)
"""(8,) warped bends and gravity in g: movement in a step while the hand is on its way."""

LARGEST_MOVEMENT = 8.0
"""Larger ones are cut, in units of `MOVEMENT_SCALE`."""

N_INPUTS = 2 * N_FEATURES + 2
N_TAPS = 3
"""Steps that a layer looks at: the present one and two earlier ones."""


def movement(poses: Array) -> Floats:
    """What the network sees of the steps between poses.

    Args:
        poses: (n + 1, 8) features at even steps, NaN where a sensor is absent or dead.

    Returns:
        (n, 18) movement of every channel, 0 where it is not known; which channels are known; and
        how much fingers and gravity move together.
    """
    return inputs((poses[1:] - poses[:-1]) / MOVEMENT_SCALE)


def inputs(moved: Array) -> Floats:
    """(n, 18) what the network sees of (n, 8) movements in their scale, NaN where unknown."""
    known = np.isfinite(moved)
    cut = np.minimum(np.maximum(moved, -LARGEST_MOVEMENT), LARGEST_MOVEMENT)
    moved = np.where(known, cut, 0.0)
    amounts = np.log1p(np.add.reduceat(moved * moved, (0, N_FINGERS), axis=1))  # (n, 2)
    seen = np.empty((len(moved), N_INPUTS), np.float32)
    seen[:, :N_FEATURES], seen[:, N_FEATURES:-2], seen[:, -2:] = moved, known, amounts
    return seen


@dataclass(frozen=True)
class HoldNetwork:
    """A fitted network: dilated causal convolutions with a head for every look-ahead.

    Every layer adds to its input what it makes of the present and two earlier steps, further
    apart from layer to layer (a WaveNet without gates: van den Oord et al. 2016).

    Attributes:
        extractor: Turns frames into poses.
        look_ahead: (K,) steps by which each head lags behind what it speaks of.
        dilations: How many steps apart those are that each layer looks at.
        weights: `input` (18, C), `layer<i>` (3 C, C), `heads` (C, 2 K), each with a `…_bias`.
        provenance: What it was fitted on, and how.
        metrics: What was measured when it was fitted.
    """

    extractor: FeatureExtractor
    look_ahead: tuple[int, ...]
    dilations: tuple[int, ...]
    weights: Mapping[str, Floats] = field(repr=False)
    provenance: Mapping[str, Any] = field(repr=False, default_factory=dict)
    metrics: Mapping[str, Any] = field(repr=False, default_factory=dict)

    def head(self, look_ahead_s: float) -> int:
        """The head that looks furthest, but not further than this if there is one."""
        near = [i for i, n in enumerate(self.look_ahead) if n * STEP_S <= look_ahead_s]
        return max(near, default=0)

    def stream(self) -> "HoldStream":
        """Follow a signal with it."""
        return HoldStream(self)

    def save(self, path: Path) -> None:
        """Write the network; a file that is there is replaced only when all is written."""
        write_whole(path, self.to_bytes())

    def to_bytes(self) -> bytes:
        """The content of the network's file."""
        metadata = {
            "features": asdict(self.extractor),
            "look_ahead": list(self.look_ahead),
            "dilations": list(self.dilations),
            "provenance": dict(self.provenance),
            "metrics": dict(self.metrics),
        }
        return Archive(FORMAT_VERSION, metadata, dict(self.weights)).to_bytes()

    @classmethod
    def load(cls, path: Path | None = None) -> "HoldNetwork":
        """Read a network; without a path the one that ships for gloves.

        Raises:
            UsageError: There is no such file.
            DataError: It is no such network, or one of another version, damaged or cut short.
        """
        return cls._read(_WEIGHTS / "segmenter.bundle" if path is None else path)

    @classmethod
    def of_landmarks(cls) -> "HoldNetwork":
        """The one that ships for hands that a camera sees."""
        return cls._read(_WEIGHTS / "landmarks_segmenter.bundle")

    @classmethod
    def _read(cls, file: Path | Traversable) -> "HoldNetwork":
        with _KIND.reading(file):
            archive = Archive.from_bytes(file.read_bytes(), FORMAT_VERSION)
            metadata = archive.metadata
            return cls(
                extractor=FeatureExtractor(**metadata["features"]),
                look_ahead=tuple(metadata["look_ahead"]),
                dilations=tuple(metadata["dilations"]),
                weights=archive.arrays,
                provenance=metadata["provenance"],
                metrics=metadata["metrics"],
            )


class HoldStream:
    """A network that follows a signal; the result does not depend on how the input was cut."""

    def __init__(self, network: HoldNetwork) -> None:
        self._network = network
        self.reset()

    def reset(self) -> None:
        """Forget everything, as before the first step."""
        width = self._network.weights["input"].shape[1]
        reach = (N_TAPS - 1) * np.array(self._network.dilations)
        self._earlier = [np.zeros((n, width), np.float32) for n in reach]
        self._pose: Array | None = None

    def feed(self, poses: Array) -> Floats:
        """Probabilities at every step.

        Args:
            poses: (n, 8) features at even steps; NaN where a sensor is absent or dead.

        Returns:
            (n, K, 2) of `HELD` and `BEGINS`; head k speaks of the step `look_ahead[k]` steps
            before each.
        """
        if not len(poses):
            return np.empty((0, len(self._network.look_ahead), 2), np.float32)
        before = poses[:1] if self._pose is None else self._pose
        self._pose = poses[-1:]
        moved = movement(np.concatenate([before, poses]))
        x = np.maximum(self._linear("input", moved), 0)  # (n, C)
        for i, dilation in enumerate(self._network.dilations):
            n, history = len(x), np.concatenate([self._earlier[i], x])
            self._earlier[i] = history[n:]
            taps = [history[j * dilation : j * dilation + n] for j in range(N_TAPS)]
            x = x + np.maximum(self._linear(f"layer{i}", np.concatenate(taps, axis=1)), 0)
        logits = self._linear("heads", x).reshape(len(x), -1, 2)
        return np.asarray(1 / (1 + np.exp(-logits)))

    def _linear(self, name: str, x: Floats) -> Floats:
        """(n, out) of (n, in), row by row: a product of matrices would round each cut its way."""
        weights = self._network.weights
        return np.asarray((x[:, None] @ weights[name])[:, 0] + weights[f"{name}_bias"])
