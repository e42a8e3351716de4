"""The standard streams: fit for Hangul, whatever the locale, the pipe or the code page."""

import io
import os
import select
import stat
import sys
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TextIO

from jihwa.data.files import decoded, utf_16

_told: deque[str] = deque(maxlen=1)
"""What `warn` told last."""
_MARK_BYTES = 64
"""Enough of a text to tell UTF-16 by a space or a line end."""


def prepare() -> None:
    """Let the standard streams carry Hangul, and replace those that were closed.

    A terminal keeps its encoding if that has Hangul; all else is UTF-8.
    """
    _told.clear()
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        stream = getattr(sys, name)
        if stream is None:  # as `>&-` leaves it
            nothing = Path(os.devnull).open(mode, encoding="utf-8")  # noqa: SIM115  # to the end
            setattr(sys, name, nothing)
        elif isinstance(stream, io.TextIOWrapper):
            as_it_is = stream.isatty() and _has_hangul(stream.encoding)
            utf_8 = "utf-8-sig" if name == "stdin" else "utf-8"  # editors may begin with a mark
            stream.reconfigure(encoding=None if as_it_is else utf_8, errors="replace")


def typed_lines() -> Iterator[str]:
    """The lines of the standard input as they come, without their ends; see `decoded`.

    It is read by a stream of its own: a thread that waits in `sys.stdin` would hold up the end of
    the program.
    """
    with open(0, "rb", closefd=False) as stdin:
        encoding = utf_16(stdin.peek(_MARK_BYTES))
        lines = io.TextIOWrapper(stdin, encoding, "replace") if encoding else map(decoded, stdin)
        for line in lines:
            yield line.rstrip("\r\n")


def warn(text: str) -> None:
    """Tell the user something beside the result, on one line whatever the names in it.

    What was told last is not told again: a package that many files lack is named once. Where nobody
    can be told any more, as at the end of `2>&1 | head`, nobody is.
    """
    if text in _told:
        return
    _told.append(text)
    with suppress(OSError):
        print(f"jihwa: {printable(text)}", file=sys.stderr)


def printable(text: str) -> str:
    """A text, such as the name of a file, on one line and without anything that acts there."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def has_reader(stream: TextIO) -> bool:
    """Whether anybody may still read what is written; False once a pipe's other end is closed."""
    try:
        descriptor = stream.fileno()
        is_pipe = stat.S_ISFIFO(os.fstat(descriptor).st_mode)
    except (OSError, ValueError):  # a stream of no system's
        return True
    if not is_pipe or not hasattr(select, "poll"):  # Windows says so when it is written to
        return True
    poll = select.poll()
    poll.register(descriptor, 0)  # only what is told unasked: an error or a hang-up
    return not poll.poll(0)


def finish() -> None:
    """Write what is still held back; where that fails, give it up.

    Otherwise the interpreter would try again when it ends, and complain.
    """
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _has_hangul(encoding: str) -> bool:
    try:
        "한".encode(encoding)
    except UnicodeEncodeError:
        return False
    return True
