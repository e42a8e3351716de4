"""gzip files, inflated no further than a recording can have been deflated."""

import gzip
import zlib
from typing import BinaryIO

from jihwa.data.messages import DataError

GZIP_MAGIC = b"\x1f\x8b"
MOST_INFLATED = 200
"""A recording deflates to a tenth; only what was made to fill a memory inflates further."""
HARMLESS_BYTES = 1 << 24
"""So much may come of anything."""

DAMAGES = (EOFError, zlib.error, gzip.BadGzipFile)
"""What reading raises where the compressed data is cut short or wrong."""

_CHUNK_BYTES = 1 << 16


def is_bomb(inflated_bytes: int, stored_bytes: int) -> bool:
    """Whether so little cannot honestly have become so much."""
    return inflated_bytes > max(MOST_INFLATED * stored_bytes, HARMLESS_BYTES)


class _Counting:
    """A file that knows how much was read of it."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.read_bytes = 0

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self.read_bytes += len(data)
        return data

    def seek(self, to: int) -> int:
        self.read_bytes = self._file.seek(to)
        return self.read_bytes

    def close(self) -> None:
        self._file.close()


class Inflated(gzip.GzipFile):
    """What a gzip file holds.

    Args:
        file: The compressed data; closed with this.
        name: What messages call it.
    """

    def __init__(self, file: BinaryIO, name: str) -> None:
        self._compressed = _Counting(file)
        self._called = name
        super().__init__(fileobj=self._compressed, mode="rb")

    def read(self, size: int | None = -1) -> bytes:
        """At most so many bytes; all if the size is negative.

        Raises:
            DataError: It inflates to far more than a recording would.
            EOFError: It is cut short.
            zlib.error: It is damaged.
        """
        if size is None or size < 0:
            return b"".join(iter(lambda: self.read(_CHUNK_BYTES), b""))
        data = super().read(size)
        if is_bomb(self.tell(), self.stored_bytes):
            raise DataError(
                ko=f"{self._called}: 압축을 풀면 {MOST_INFLATED}배가 넘게 커져서 그만두었습니다. "
                "녹화라면 풀어서 주세요.",
                en=f"{self._called}: inflates to more than {MOST_INFLATED} times its size, as no "
                "recording does. If it is one, give it uncompressed.",
            )
        return data

    @property
    def stored_bytes(self) -> int:
        """How much of the compressed data was read."""
        return self._compressed.read_bytes

    def close(self) -> None:
        """Close the compressed file too."""
        try:
            super().close()
        finally:
            self._compressed.close()
