"""The standard streams: fit for Hangul, whatever the locale, the pipe or the code page."""

import io
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from jihwa.data.files import decoded, utf_16

_MARK_BYTES = 64
"""Enough of a text to tell UTF-16 by a space or a line end."""


def prepare() -> None:
    """Let the standard streams carry Hangul, and replace those that were closed.

    A terminal keeps its encoding if that has Hangul; all else is UTF-8.
    """
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
    """Tell the user something beside the result, on one line whatever the names in it."""
    shown = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)
    print(f"jihwa: {shown}", file=sys.stderr)


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
