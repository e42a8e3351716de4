"""Files that are never seen half written, and texts that may be compressed."""

import gzip
import os
import secrets
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from jihwa.data.messages import UsageError

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


def read_text(path: Path) -> str:
    """Read a UTF-8 text, plain or gzip-compressed (`.gz`).

    Raises:
        UsageError: The file cannot be read or is no gzip file in spite of its name.
    """
    try:
        content = path.read_bytes()
        if path.suffix == ".gz":
            content = gzip.decompress(content)
    except (OSError, EOFError, zlib.error) as error:
        why = (isinstance(error, OSError) and error.strerror) or error
        raise UsageError(
            ko=f"{path}: 글 파일을 읽을 수 없습니다 ({why}). 경로와 압축 형식을 확인하세요.",
            en=f"{path}: the text cannot be read ({why}). Check the path and the compression.",
        ) from error
    return content.decode("utf-8-sig", errors="replace")
