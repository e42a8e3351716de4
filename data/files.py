"""Files that are never seen half written."""

import os
from contextlib import suppress
from pathlib import Path


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
