"""How the bytes of a recording are encoded: deflated with gzip, and as lines of some text.

What was deflated is inflated no further than a recording can have been; lines come as whole ones
of UTF-8, whatever ends them and however they are encoded.
"""

import codecs
import gzip
import re
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


MAX_LINE_BYTES = 4096
"""A longer line is noise; of its bytes only so many are kept."""

_MARKS = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
_KOREAN = re.compile(rb"(?:[\t\x20-\x7e]|[\xb0-\xc8][\xa1-\xfe])+[\r\0]*")
"""ASCII and syllables of KS X 1001, in CP949: what was damaged hardly ever looks so."""
_ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|[@-Z\\-_])")


class LineCutter:
    """Bytes in, whole lines out, the same whatever the cut.

    A line ends with LF, CR LF or CR. UTF-16 is known by its mark, or by its zeros.
    """

    def __init__(self) -> None:
        self._beginning: bytes | None = b""  # until the encoding is known
        self._decoder: codecs.IncrementalDecoder | None = None
        self._rest = b""

    def feed(self, data: bytes) -> bytes:
        """The whole lines that these bytes complete, in UTF-8, each with one LF; may be empty."""
        if self._beginning is not None:
            data, self._beginning = self._beginning + data, None
            if len(data) < 4:
                self._beginning = data
                if b"\n" not in data:
                    return b""
                self._beginning = None
            self._decoder = _decoder(data[:4])
        if self._decoder:
            data = self._decoder.decode(data).encode()
        data = self._rest + data
        end = data.rfind(b"\n") + 1
        returns = data.rstrip(b"\r")
        if (at := returns.rfind(b"\r", end)) >= 0 and data[end:at].strip(b"\r"):
            end = at + 1
        self._rest = data[end:][: MAX_LINE_BYTES + 1]  # enough to see that it is too long
        return _with_line_feeds(data[:end]) if end else b""

    def interrupt(self) -> None:
        """Forget a line that was torn with the connection: its last number may be half of one."""
        self._rest, self._beginning = b"", b"" if self._beginning is not None else None

    def flush(self) -> bytes:
        """The last line, if it has no end; with one LF."""
        line, self._rest = (self._beginning or b"") + self._rest, b""
        self._beginning = None
        return line.strip(b"\r") + b"\n" if line else b""


def _decoder(beginning: bytes) -> codecs.IncrementalDecoder | None:
    """What turns a stream that begins so into text; None for UTF-8 and for what is no text."""
    name = _MARKS.get(beginning[:2], "")
    one, two = beginning[::2], beginning[1::2]
    if two == b"\0\0" and one.isalnum():
        name = "utf-16-le"
    elif one == b"\0\0" and two.isalnum():
        name = "utf-16-be"
    return codecs.getincrementaldecoder(name)(errors="replace") if name else None


def _with_line_feeds(lines: bytes) -> bytes:
    """The same lines, each ended by LF alone or by CR LF as it came."""
    if b"\r" not in lines or lines.count(b"\r") == lines.count(b"\r\n"):
        return lines
    whole = lines if lines.endswith(b"\n") else lines + b"\n"
    pieces = (re.sub(rb"\r+", b"\n", line.strip(b"\r")) for line in whole.split(b"\n"))
    return b"\n".join(pieces)


def clean(raw: bytes) -> str:
    """The text of a line without marks, control sequences of terminals and blanks around it.

    It is UTF-8, or CP949, in which Korean spreadsheets save.
    """
    raw = raw[:MAX_LINE_BYTES]
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        text = raw.decode("cp949" if _KOREAN.fullmatch(raw) else "utf-8", errors="replace")
    text = text.strip("\ufeff\0 \t\r")
    return _ANSI.sub("", text).strip() if "\x1b" in text else text
