"""What a user keeps: files of one folder, theirs alone, written by one program at a time."""

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from jihwa.data.files import write_whole

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

PRIVATE = 0o600
"""How a hand moves and what it writes is nobody else's business."""


def folder(environment: Mapping[str, str] = os.environ) -> Path:
    """The folder of what the user keeps, which may not exist yet (XDG base directories)."""
    data = environment.get("XDG_DATA_HOME", "")
    home = Path(data) if Path(data).is_absolute() else Path.home() / ".local" / "share"
    return home / "jihwa"


def keep(path: Path, content: bytes) -> None:
    """Write a file for the user alone; what was there is replaced as a whole.

    Raises:
        OSError: It cannot be written.
    """
    write_whole(path.resolve() if path.is_file() else path, content, PRIVATE)  # a link stays one


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Let no other program into this block for the same file until this one leaves it.

    The folder is made if need be. The lock goes with the program, even if it is killed.

    Raises:
        OSError: The folder cannot be written.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = os.open(path.with_name(f".{path.name}.lock"), os.O_RDWR | os.O_CREAT, PRIVATE)
    try:
        if sys.platform == "win32":
            msvcrt.locking(lock, msvcrt.LK_LOCK, 1)
        else:
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)  # which unlocks it
