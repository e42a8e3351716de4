"""Files that are never seen half written, and texts that may be compressed."""

import gzip
import os
import zlib
from contextlib import suppress
from pathlib import Path

from jihwa.data.messages import UsageError


def write_whole(path: Path, content: bytes, mode: int = 0o666) -> None:
    """Write a file at once: readers find the old file or the whole new one.

    What is no regular file (a pipe, a device) is written as it is.

    Args:
        path: The file.
        content: All of it.
        mode: Who may read and write it, before the umask; 0o600 is for the user alone.

    Raises:
        OSError: It cannot be written; nothing is left behind.
    """
    if path.exists() and not path.is_file():
        path.write_bytes(content)
        return
    unfinished = path.with_name(path.name + ".part")
    try:
        unfinished.touch(mode)
        unfinished.write_bytes(content)
        unfinished.replace(path)
    except OSError as error:
        error.filename = os.fspath(path)  # a full disk names no file
        raise
    finally:
        with suppress(OSError):
            unfinished.unlink()  # there is none if all went well


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
