"""What the fitted files of the language have in common: a header, a checksum, and being mapped."""

import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from jihwa.composer.language.jamo import N_TOKENS
from jihwa.data.files import write_whole
from jihwa.data.messages import DataError, Message

Bytes = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class FileFormat:
    """A header, then a body that is mapped as it is.

    Attributes:
        magic: The first bytes.
        version: What this program reads and writes.
        header: The bytes of magic, version, number of tokens, sizes, CRC-32 of the body.
        body_size: The bytes of a body with these sizes.
        name: What a file is called, for messages.
        command: What makes one.
    """

    magic: bytes
    version: int
    header: struct.Struct
    body_size: Callable[..., int]
    name: Message
    command: str

    def write(self, path: Path, sizes: tuple[int, ...], body: bytes) -> None:
        """Write a file at once: readers find the old file or the whole new one.

        Raises:
            OSError: It cannot be written.
        """
        header = self.header.pack(self.magic, self.version, N_TOKENS, *sizes, zlib.crc32(body))
        write_whole(path, header + body)

    def read(self, path: Path | Traversable) -> tuple[tuple[int, ...], Bytes]:
        """Map a file, or read it where it cannot be mapped (in an archive).

        Returns:
            The sizes and the body.

        Raises:
            DataError: It is missing, of another kind or version, cut short or damaged.
        """
        name, command = self.name, self.command
        content = self._content(path)
        if content[: len(self.magic)].tobytes() != self.magic:
            raise DataError(
                ko=f"{path}: jihwa {name.ko}이 아닙니다. {command} 명령으로 만든 파일을 주세요.",
                en=f"{path}: not a jihwa {name.en}. Give a file made by {command}.",
            )
        header, body = content[: self.header.size].tobytes(), content[self.header.size :]
        if len(header) < self.header.size:
            raise self._damaged(path)
        _, version, n_tokens, *sizes, checksum = self.header.unpack(header)
        if (version, n_tokens) != (self.version, N_TOKENS):
            raise DataError(
                ko=f"{path}: {name.ko} 버전 {version}(기호 {n_tokens}개)은 읽을 수 없습니다. 이 "
                f"프로그램은 버전 {self.version}({N_TOKENS}개)을 읽습니다. {command} 명령으로 다시 "
                "만드세요.",
                en=f"{path}: {name.en} version {version} ({n_tokens} tokens) cannot be read; this "
                f"program reads version {self.version} ({N_TOKENS}). Make it again with {command}.",
            )
        if body.size != self.body_size(*sizes) or zlib.crc32(body.data) != checksum:
            raise self._damaged(path)
        return tuple(sizes), body

    def _content(self, path: Path | Traversable) -> Bytes:
        try:
            if isinstance(path, Path):
                mapped = np.memmap(path, dtype=np.uint8, mode="r")
                return np.asarray(mapped)  # the same memory: memmap costs time in every operation
            return np.frombuffer(path.read_bytes(), dtype=np.uint8)
        except (OSError, ValueError) as error:  # ValueError: nothing in it to map
            raise DataError(
                ko=f"{path}: {self.name.ko}을 읽을 수 없습니다({error}). 경로를 확인하세요.",
                en=f"{path}: the {self.name.en} cannot be read ({error}). Check the path.",
            ) from error

    def _damaged(self, path: Path | Traversable) -> DataError:
        return DataError(
            ko=f"{path}: {self.name.ko}이 잘렸거나 손상되었습니다. 다시 받거나 {self.command} "
            "명령으로 만드세요.",
            en=f"{path}: the {self.name.en} is cut short or damaged. Get it again, or make it with "
            f"{self.command}.",
        )
