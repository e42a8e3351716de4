"""A model in one file: weights, alphabet, preprocessing, provenance and metrics, with a hash.

The file is a zip archive of `metadata.json`, one `.npy` array for every weight, and `sha256`, the
hash of the other members' names and bytes. Nothing is pickled, and the same model gives the same
bytes.
"""

import dataclasses
import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np

from jihwa.data.alphabet import Alphabet
from jihwa.data.files import write_whole
from jihwa.data.frames import Array, Frames
from jihwa.data.messages import DataError, JihwaError, UsageError
from jihwa.models.features import FeatureExtractor
from jihwa.models.gaussian import HierarchicalGaussian

FORMAT_VERSION = 2
_MODEL = "hierarchical-gaussian"
_METADATA, _HASH = "metadata.json", "sha256"
_EPOCH = (1980, 1, 1, 0, 0, 0)
_SHIPPED = resources.files("jihwa.models") / "weights" / "gaussian24.bundle"


@dataclass(frozen=True)
class Bundle:
    """A classifier with everything that it takes to use it.

    Attributes:
        classifier: Gives log-likelihoods of features.
        alphabet: Its signs, in the order of the log-likelihoods.
        extractor: Turns frames into the features that it was fitted on.
        provenance: What it was fitted on, and how.
        metrics: What was measured when it was fitted.
    """

    classifier: HierarchicalGaussian
    alphabet: Alphabet
    extractor: FeatureExtractor
    provenance: Mapping[str, Any]
    metrics: Mapping[str, Any]

    def log_likelihood(self, frames: Frames) -> Array:
        """(S,) log-likelihood of every sign for the pose held in these frames."""
        x = self.extractor.of_hold(frames)[None]  # (1, 8)
        return np.asarray(self.classifier.log_likelihood(x)[0])

    def save(self, path: Path) -> None:
        """Write the bundle; a file that is there is replaced only when all is written."""
        write_whole(path, self.to_bytes())

    def to_bytes(self) -> bytes:
        """The content of the bundle's file."""
        weights, settings = _take_apart(self.classifier)
        metadata = {
            "format_version": FORMAT_VERSION,
            "model": _MODEL,
            "settings": settings,
            "alphabet": dataclasses.asdict(self.alphabet),
            "features": dataclasses.asdict(self.extractor),
            "provenance": dict(self.provenance),
            "metrics": dict(self.metrics),
        }
        text = json.dumps(metadata, ensure_ascii=False, indent=1, sort_keys=True)
        members = {_METADATA: text.encode()}
        for name, array in sorted(weights.items()):
            buffer = io.BytesIO()
            np.save(buffer, array, allow_pickle=False)
            members[f"{name}.npy"] = buffer.getvalue()
        members[_HASH] = _digest(members).encode()
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as file:
            for name, content in members.items():
                info = zipfile.ZipInfo(name, _EPOCH)
                info.create_system = 3  # the same bytes on every platform
                file.writestr(info, content)
        return archive.getvalue()

    @classmethod
    def load(cls, path: Path) -> "Bundle":
        """Read a bundle.

        Raises:
            UsageError: There is no such file.
            DataError: It is no bundle, or one of another version, damaged or cut short.
        """
        try:
            data = path.read_bytes()
        except OSError as error:
            raise UsageError(
                ko=f"{path}: 모델을 열 수 없습니다 ({error.strerror}). 경로를 확인하세요.",
                en=f"{path}: the model cannot be opened ({error.strerror}). Check the path.",
            ) from error
        return cls.from_bytes(data, str(path))

    @classmethod
    def from_bytes(cls, data: bytes, source: str) -> "Bundle":
        """Read a bundle from the content of its file; `source` names it in messages.

        Raises:
            DataError: It is no bundle, or one of another version, damaged or cut short.
        """
        members = _members(data, source)
        try:
            metadata: dict[str, Any] = json.loads(members[_METADATA])
            version = metadata["format_version"]
            stored = members.pop(_HASH).decode()
        except (KeyError, TypeError, ValueError) as error:
            raise _not_a_bundle(source) from error
        if version != FORMAT_VERSION:
            raise DataError(
                ko=f"{source}: 모델 형식이 버전 {version}인데 이 프로그램은 {FORMAT_VERSION}을 "
                "읽습니다. jihwa를 맞는 버전으로 바꾸거나 모델을 다시 만드세요.",
                en=f"{source}: a model of format version {version}; this program reads "
                f"{FORMAT_VERSION}. Install the matching jihwa, or fit the model again.",
            )
        if stored != _digest(members):
            raise _damaged(source)
        try:
            if metadata["model"] != _MODEL:
                raise ValueError(metadata["model"])
            weights = {
                name.removesuffix(".npy"): np.load(io.BytesIO(content), allow_pickle=False)
                for name, content in members.items()
                if name.endswith(".npy")
            }
            alphabet = metadata["alphabet"]
            return cls(
                classifier=HierarchicalGaussian(**weights, **metadata["settings"]),
                alphabet=Alphabet(
                    name=alphabet["name"],
                    signs=tuple(alphabet["signs"]),
                    sequences={k: tuple(v) for k, v in alphabet["sequences"].items()},
                ),
                extractor=FeatureExtractor(**metadata["features"]),
                provenance=metadata["provenance"],
                metrics=metadata["metrics"],
            )
        except (KeyError, TypeError, ValueError) as error:
            raise _not_a_bundle(source) from error


def load_shipped() -> Bundle:
    """Load the model that ships with jihwa.

    Raises:
        DataError: The installed file is damaged.
    """
    return Bundle.from_bytes(_SHIPPED.read_bytes(), str(_SHIPPED))


def _take_apart(classifier: HierarchicalGaussian) -> tuple[dict[str, Array], dict[str, float]]:
    """The arrays of a classifier, and its numbers."""
    fields = {f.name: getattr(classifier, f.name) for f in dataclasses.fields(classifier) if f.init}
    weights = {k: v for k, v in fields.items() if isinstance(v, np.ndarray)}
    return weights, {k: v for k, v in fields.items() if k not in weights}


def _members(data: bytes, source: str) -> dict[str, bytes]:
    """The members of a zip archive, in their order."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return {name: archive.read(name) for name in archive.namelist()}
    except (zipfile.BadZipFile, EOFError, OSError, NotImplementedError) as error:
        cut_short = data.startswith(b"PK\x03\x04")
        raise (_damaged(source) if cut_short else _not_a_bundle(source)) from error


def _digest(members: Mapping[str, bytes]) -> str:
    """SHA-256 over names, lengths and bytes of the members, by name."""
    digest = hashlib.sha256()
    for name in sorted(members):
        digest.update(f"{name}\n{len(members[name])}\n".encode())
        digest.update(members[name])
    return digest.hexdigest()


def _not_a_bundle(source: str) -> JihwaError:
    return DataError(
        ko=f"{source}: jihwa 모델 파일이 아닙니다. `jihwa train`이 만든 파일을 주세요.",
        en=f"{source}: not a model of jihwa. Give a file that `jihwa train` wrote.",
    )


def _damaged(source: str) -> JihwaError:
    return DataError(
        ko=f"{source}: 모델 파일이 잘렸거나 바뀌었습니다. 다시 받거나 다시 만드세요.",
        en=f"{source}: the model file is cut short or was changed. Fetch or fit it again.",
    )
