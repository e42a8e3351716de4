"""A model in one file: weights, alphabet, preprocessing, provenance and metrics, with a hash."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np

from jihwa.data.alphabet import Alphabet
from jihwa.data.files import FileKind, write_whole
from jihwa.data.messages import Message, UsageError
from jihwa.data.signal.frames import Array, Frames
from jihwa.models.archive import Archive
from jihwa.models.features import N_FEATURES, FeatureExtractor
from jihwa.models.gaussian import HierarchicalGaussian
from jihwa.models.network import Channels, Inputs, Network

FORMAT_VERSION = 3
_GRAPH = "network.onnx"
GLOVE, LANDMARKS = SHIPPED = ("gaussian24", "landmarks31")
"""The models that ship with jihwa: of the glove, and of hands that a camera sees."""
_KIND = FileKind(
    unopened=Message(
        ko="{file}: 모델을 열 수 없습니다 ({error.strerror}). 경로를 확인하세요.",
        en="{file}: the model cannot be opened ({error.strerror}). Check the path.",
    ),
    other_kind=Message(
        ko="{file}: jihwa 모델 파일이 아닙니다. `jihwa train`이 만든 파일을 주세요.",
        en="{file}: not a model of jihwa. Give a file that `jihwa train` wrote.",
    ),
    other_version=Message(
        ko="{file}: 모델 형식이 버전 {error.found}인데 이 프로그램은 {error.expected}을 읽습니다. "
        "jihwa를 맞는 버전으로 바꾸거나 모델을 다시 만드세요.",
        en="{file}: a model of format version {error.found}; this program reads {error.expected}. "
        "Install the matching jihwa, or fit the model again.",
    ),
    damaged=Message(
        ko="{file}: 모델 파일이 잘렸거나 바뀌었습니다. 다시 받거나 다시 만드세요.",
        en="{file}: the model file is cut short or was changed. Fetch or fit it again.",
    ),
)


@dataclass(frozen=True)
class Bundle:
    """A classifier with everything that it takes to use it.

    A network says which sign a hold is, if it is one; only the Gaussian knows how likely the pose
    is, and so whether it is a sign at all. A bundle for the glove therefore always has a Gaussian,
    and what a network says is scaled to the Gaussian's evidence for any sign.

    Attributes:
        alphabet: Its signs, in the order of the log-likelihoods.
        extractor: Turns frames into the features that the Gaussian was fitted on.
        gaussian: Log-likelihoods of features; None where the data are not the glove's.
        network: A network that was trained on the same takes, if any.
        network_weight: Its share in the log-posterior, 0 to 1; the Gaussian has the rest.
        provenance: What it was fitted on, and how.
        metrics: What was measured when it was fitted.
    """

    alphabet: Alphabet
    extractor: FeatureExtractor
    gaussian: HierarchicalGaussian | None
    network: Network | None
    network_weight: float
    provenance: Mapping[str, Any]
    metrics: Mapping[str, Any]

    def __post_init__(self) -> None:
        if self.gaussian is None and self.network is None:
            raise ValueError("a bundle without a model")

    def log_likelihood(self, holds: Sequence[Frames]) -> Array:
        """(n, S) log-likelihood of every sign for the poses held in n holds.

        Raises:
            UsageError: The model does not read the glove.
        """
        features = np.array([self.extractor.of_hold(hold) for hold in holds])
        features = features.reshape(-1, N_FEATURES)
        gaussian = self.of_glove().log_likelihood(features)  # (n, S)
        return self.with_network(gaussian, holds)

    def with_network(self, gaussian: Array, holds: Sequence[Frames]) -> Array:
        """(n, S) what Gaussian and network say together, given what the Gaussian says.

        Holds that miss a channel are left to the Gaussian, which can do without it.
        """
        if self.network is None or not len(holds):
            return gaussian
        inputs, weight = self.network.inputs, self.network_weight
        channels = [inputs.of_hold(hold) for hold in holds]
        of_network = self.network.log_posterior(channels)  # (n, S)
        evidence = np.logaddexp.reduce(gaussian, axis=1, keepdims=True)  # (n, 1)
        if weight == 1.0:
            return np.asarray(evidence + of_network)
        mixed = (1 - weight) * (gaussian - evidence) + weight * of_network
        mixed -= np.logaddexp.reduce(mixed, axis=1, keepdims=True)
        complete = np.array([np.isfinite(c).any(axis=0).all() for c in channels])  # (n,)
        return np.where(complete[:, None], evidence + mixed, gaussian)

    def of_sequences(self, sequences: Sequence[Array]) -> Array:
        """(n, S) log-posterior of every class for (T, F) sequences of a `.npy` data set.

        Raises:
            UsageError: The model reads the glove, or other features.
        """
        if self.network is None or self.network.inputs.channels != Channels.GIVEN:
            raise UsageError(
                ko="이 모델은 장갑 신호를 읽습니다. .npy 데이터로 배운 모델을 주세요.",
                en="This model reads the glove. Give one that was fitted to .npy data.",
            )
        return self.network.log_posterior(sequences)

    @property
    def features(self) -> tuple[str, ...]:
        """What was made of the points of a hand, by name; nothing where features are as given."""
        return tuple(self.provenance.get("features", ()))

    def of_glove(self) -> HierarchicalGaussian:
        """The Gaussian of a model that reads the glove.

        Raises:
            UsageError: It reads something else.
        """
        if self.gaussian is None:
            raise UsageError(
                ko="이 모델은 장갑이 아니라 .npy 데이터를 읽습니다. 장갑 모델을 주세요.",
                en="This model reads .npy data, not the glove. Give a model of the glove.",
            )
        return self.gaussian

    def save(self, path: Path) -> None:
        """Write the bundle; a file that is there is replaced only when all is written."""
        write_whole(path, self.to_bytes())

    def to_bytes(self) -> bytes:
        """The content of the bundle's file."""
        parts = {"gaussian": self.gaussian, "network": self.network}
        taken = {name: _take_apart(part) for name, part in parts.items() if part is not None}
        metadata = {
            "alphabet": dataclasses.asdict(self.alphabet),
            "features": dataclasses.asdict(self.extractor),
            "models": {name: settings for name, (_, settings) in taken.items()},
            "network_weight": self.network_weight,
            "provenance": dict(self.provenance),
            "metrics": dict(self.metrics),
        }
        arrays = {f"{p}/{k}": v for p, (weights, _) in taken.items() for k, v in weights.items()}
        files = {_GRAPH: self.network.graph} if self.network else {}
        return Archive(FORMAT_VERSION, metadata, arrays, files).to_bytes()

    @classmethod
    def load(cls, path: Path) -> "Bundle":
        """Read a bundle.

        Raises:
            UsageError: There is no such file.
            DataError: It is no bundle, or one of another version, damaged or cut short.
        """
        with _KIND.reading(path):
            return cls._assemble(Archive.from_bytes(path.read_bytes(), FORMAT_VERSION))

    @classmethod
    def from_bytes(cls, data: bytes, source: str) -> "Bundle":
        """Read a bundle from the content of its file; `source` names it in messages.

        Raises:
            DataError: It is no bundle, or one of another version, damaged or cut short.
        """
        with _KIND.reading(source):
            return cls._assemble(Archive.from_bytes(data, FORMAT_VERSION))

    @classmethod
    def _assemble(cls, archive: Archive) -> "Bundle":
        metadata, models = archive.metadata, archive.metadata["models"]
        alphabet = metadata["alphabet"]
        gaussian = network = None
        if "gaussian" in models:
            fields: dict[str, Any] = archive.part("gaussian") | models["gaussian"]
            gaussian = HierarchicalGaussian(**fields)
        if "network" in models:
            settings = models["network"]
            channels = Channels(settings.pop("channels"))
            inputs = Inputs(channels, **archive.part("network"))
            network = Network(inputs=inputs, graph=archive.files[_GRAPH], **settings)
        return cls(
            alphabet=Alphabet(
                name=alphabet["name"],
                signs=tuple(alphabet["signs"]),
                sequences={k: tuple(v) for k, v in alphabet["sequences"].items()},
            ),
            extractor=FeatureExtractor(**metadata["features"]),
            gaussian=gaussian,
            network=network,
            network_weight=metadata["network_weight"],
            provenance=metadata["provenance"],
            metrics=metadata["metrics"],
        )


def load_shipped(name: str = GLOVE) -> Bundle:
    """Load one of the models that ship with jihwa.

    Raises:
        DataError: The installed file is damaged.
    """
    file = resources.files("jihwa.models") / "weights" / f"{name}.bundle"
    return Bundle.from_bytes(file.read_bytes(), str(file))


def _take_apart(model: HierarchicalGaussian | Network) -> tuple[dict[str, Array], dict[str, Any]]:
    """The arrays of a model, and its settings; a network's graph is a file of its own."""
    fields = {f.name: getattr(model, f.name) for f in dataclasses.fields(model) if f.init}
    if isinstance(model, Network):
        del fields["graph"]
        fields |= vars(fields.pop("inputs"))
    weights = {k: v for k, v in fields.items() if isinstance(v, np.ndarray)}
    return weights, {k: v for k, v in fields.items() if k not in weights}
