"""Files that are never seen half written."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

SUFFIX = ".part"
"""Of files that are being written, which are hidden; one that stays is of a killed program."""

_KNOWN_BY = 32
"""Characters of its name that such a file begins with; a long name must not become too long."""


@contextmanager
def unfinished(path: Path, mode: int = 0o666) -> Iterator[Path]:
    """A file to write, which takes the place of `path` when it is left without an error.

    Several programs may write the same file: one of them wins as a whole. What is no regular file
    (a pipe, a device) is written as it is.

    Args:
        path: The file.
        mode: Who may read and write it, before the umask; 0o600 is for the user alone.

    Raises:
        OSError: It cannot be written; nothing is left behind.
    """
    if path.exists() and not path.is_file():
        yield path
        return
    beside = path.with_name(f".{path.name[:_KNOWN_BY]}.{secrets.token_hex(4)}{SUFFIX}")
    try:
        beside.touch(mode)
        yield beside
        beside.replace(path)
    except OSError as error:
        error.filename = os.fspath(path)  # a full disk names no file
        raise
    finally:
        with suppress(OSError):
            beside.unlink()  # there is none if all went well


def write_whole(path: Path, content: bytes, mode: int = 0o666) -> None:
    """Write a file at once: readers find the old file or the whole new one.

    Args:
        path: The file.
        content: All of it.
        mode: As `unfinished` has it.

    Raises:
        OSError: It cannot be written; nothing is left behind.
    """
    with unfinished(path, mode) as file:
        file.write_bytes(content)
