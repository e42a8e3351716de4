"""One file of many members with a hash: a zip archive that the same content gives the same bytes.

The members are `metadata.json`, arrays as `.npy`, other bytes under their own names, and `sha256`,
the hash of all other members' names and bytes. Nothing is pickled.
"""

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jihwa.data.files import DamagedError, OtherVersionError
from jihwa.data.signal.frames import Array

_METADATA, _HASH, _ARRAY = "metadata.json", "sha256", ".npy"
_VERSION = "format_version"
_EPOCH = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Archive:
    """What the file holds.

    Attributes:
        format_version: What the content means.
        metadata: Anything that JSON can say.
        arrays: Arrays by name.
        files: Other bytes by name.
    """

    format_version: int
    metadata: Mapping[str, Any]
    arrays: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    files: Mapping[str, bytes] = field(default_factory=dict)

    def to_bytes(self) -> bytes:
        """The content of the file."""
        metadata = {_VERSION: self.format_version, **self.metadata}
        text = json.dumps(metadata, ensure_ascii=False, indent=1, sort_keys=True)
        members = {_METADATA: text.encode()}
        for name, array in sorted(self.arrays.items()):
            buffer = io.BytesIO()
            np.save(buffer, array, allow_pickle=False)
            members[name + _ARRAY] = buffer.getvalue()
        members |= dict(sorted(self.files.items()))
        members[_HASH] = _digest(members).encode()
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as file:
            for name, content in members.items():
                info = zipfile.ZipInfo(name, _EPOCH)
                info.create_system = 3  # the same bytes on every platform
                file.writestr(info, content)
        return archive.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes, format_version: int) -> "Archive":
        """Read the content of a file.

        Raises:
            OtherVersionError: Its format has another version.
            DamagedError: It is cut short or was changed.
            ValueError: It is something else.
        """
        members = _members(data)
        try:
            metadata: dict[str, Any] = json.loads(members[_METADATA])
            version = metadata.pop(_VERSION)
            stored = members.pop(_HASH).decode()
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise ValueError("no archive of jihwa") from error
        if version != format_version:
            raise OtherVersionError(version, format_version)
        if stored != _digest(members):
            raise DamagedError("the hash does not fit")
        arrays = {
            name.removesuffix(_ARRAY): np.load(io.BytesIO(content), allow_pickle=False)
            for name, content in members.items()
            if name.endswith(_ARRAY)
        }
        others = members.keys() - {_METADATA} - {name + _ARRAY for name in arrays}
        return cls(format_version, metadata, arrays, {name: members[name] for name in others})

    def part(self, name: str) -> dict[str, Array]:
        """The arrays whose names begin with `name/`, without that beginning."""
        head = f"{name}/"
        return {k.removeprefix(head): v for k, v in self.arrays.items() if k.startswith(head)}


def _members(data: bytes) -> dict[str, bytes]:
    """The members of a zip archive, in their order."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return {name: archive.read(name) for name in archive.namelist()}
    except (zipfile.BadZipFile, EOFError, OSError, NotImplementedError) as error:
        cut_short = data.startswith(b"PK\x03\x04")
        raise (DamagedError if cut_short else ValueError)(str(error)) from error


def _digest(members: Mapping[str, bytes]) -> str:
    """SHA-256 over names, lengths and bytes of the members, by name."""
    digest = hashlib.sha256()
    for name in sorted(members):
        digest.update(f"{name}\n{len(members[name])}\n".encode())
        digest.update(members[name])
    return digest.hexdigest()
