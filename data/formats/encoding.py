"""How the lines of a recording are encoded: whole ones of UTF-8 come of whatever it is."""

import codecs
import re

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
