"""Recordings that are compressed: by gzip, bzip2 or xz, or alone in a zip archive.

They are inflated while they are read, and no further than a recording can have been.
"""

import bz2
import gzip
import io
import lzma
import zipfile
import zlib
from pathlib import PurePath
from typing import IO, BinaryIO, cast

from jihwa.data.files import is_hidden
from jihwa.data.messages import DataError

COMPRESSED = (".gz", ".bz2", ".xz", ".zip")
"""What the names of such files end with, behind the ending of what is in them."""

MOST_INFLATED = 200
"""A recording deflates to a tenth; only what was made to fill a memory inflates further."""
HARMLESS_BYTES = 1 << 24
"""So much may come of anything."""

DAMAGES = (EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile)
"""What reading raises where the compressed data is cut short or wrong."""

_GZIP, _BZIP2, _XZ, _ZIP = b"\x1f\x8b", b"BZh", b"\xfd7zXZ\0", b"PK\x03\x04"
_ZIPPED_BY = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # of others much is inflated at once
_CHUNK_BYTES = 1 << 16


def plain_name(name: str) -> str:
    """What a file is called once it is inflated."""
    ending = next(filter(name.lower().endswith, COMPRESSED), "")
    return name.removesuffix(name[len(name) - len(ending) :])


def is_bomb(inflated_bytes: int, stored_bytes: int) -> bool:
    """Whether so little cannot honestly have become so much."""
    return inflated_bytes > max(MOST_INFLATED * stored_bytes, HARMLESS_BYTES)


class _Counting:
    """A file that knows how far it was read."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.seekable, self.tell = file.seekable, file.tell
        self.read_bytes = 0

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self.read_bytes += len(data)
        return data

    def seek(self, to: int, whence: int = 0) -> int:
        self.read_bytes = self._file.seek(to, whence)
        return self.read_bytes

    def close(self) -> None:
        self._file.close()


class Inflated(io.BufferedIOBase):
    """What a compressed file holds.

    Args:
        file: The compressed data; closed with this.
        content: What it is once inflated.
        name: What messages call it.
    """

    def __init__(self, file: _Counting, content: IO[bytes], name: str) -> None:
        self._compressed, self._content, self._called = file, content, name
        self._inflated_bytes = 0

    def read(self, size: int | None = -1) -> bytes:
        """At most so many bytes; all if the size is negative.

        Raises:
            DataError: It inflates to far more than a recording would.
            EOFError: It is cut short, or damaged; so are the others of `DAMAGES`.
        """
        if size is None or size < 0:
            return b"".join(iter(lambda: self.read(_CHUNK_BYTES), b""))
        try:
            data = self._content.read(size)
        except (OSError, RuntimeError) as error:
            if isinstance(error, OSError) and error.errno is not None:
                raise  # the disk says so; gzip and bzip2 call wrong data that too
            raise EOFError(str(error)) from error
        self._inflated_bytes += len(data)
        if is_bomb(self._inflated_bytes, self.stored_bytes):
            raise DataError(
                ko=f"{self._called}: 압축을 풀면 {MOST_INFLATED}배가 넘게 커져서 그만두었습니다. "
                "녹화라면 풀어서 주세요.",
                en=f"{self._called}: inflates to more than {MOST_INFLATED} times its size, as no "
                "recording does. If it is one, give it uncompressed.",
            )
        return data

    def seek(self, to: int, whence: int = io.SEEK_SET) -> int:
        """Go on reading from there."""
        self._inflated_bytes = self._content.seek(to, whence)
        return self._inflated_bytes

    @property
    def stored_bytes(self) -> int:
        """How much of the compressed data was read."""
        return self._compressed.read_bytes

    def close(self) -> None:
        """Close the compressed file too."""
        try:
            self._content.close()
        finally:
            self._compressed.close()
            super().close()


def inflated(file: io.BufferedReader, name: str) -> Inflated | None:
    """What is in a file, if it is compressed, or a zip archive of one recording; else None.

    Args:
        file: It, at its beginning.
        name: What messages call it.
    """
    beginning, counting = file.peek(len(_XZ)), _Counting(file)
    content: IO[bytes] | None = None
    if beginning.startswith(_GZIP):
        content = cast(IO[bytes], gzip.GzipFile(fileobj=cast(BinaryIO, counting), mode="rb"))
    elif beginning.startswith(_BZIP2):
        content = bz2.BZ2File(cast(BinaryIO, counting))
    elif beginning.startswith(_XZ):
        content = lzma.LZMAFile(cast(BinaryIO, counting))  # noqa: SIM115  # `Inflated` closes it
    elif beginning.startswith(_ZIP) and file.seekable():
        content = _alone(cast(BinaryIO, counting))
        if content is None:
            file.seek(0)
    return Inflated(counting, content, name) if content else None


def _alone(file: BinaryIO) -> IO[bytes] | None:
    """The one file in a zip archive; None where there are others, or it is one of arrays."""
    try:
        archive = zipfile.ZipFile(file)
        entry, *others = (
            each
            for each in archive.infolist()
            if not each.is_dir() and not any(map(is_hidden, PurePath(each.filename).parts))
        )
        if others or entry.compress_type not in _ZIPPED_BY or entry.filename.endswith(".npy"):
            return None
        return archive.open(entry)
    except (OSError, OverflowError, RuntimeError, ValueError, zipfile.BadZipFile):
        return None  # damaged, empty, with a password, or of a kind that cannot be opened here
