"""What a user keeps: files of one folder, theirs alone, written by one program at a time."""

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import platformdirs

from jihwa.data.files import write_whole
from jihwa.data.messages import UsageError

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

PRIVATE = 0o600
"""How a hand moves and what it writes is nobody else's business."""

EDITORS = ("notepad",) if sys.platform == "win32" else ("editor", "nano", "vi")
"""The first of these that there is opens files where the user has not chosen an editor."""


def folder() -> Path:
    """The folder of what the user keeps, which may not exist yet."""
    return platformdirs.user_data_path("jihwa", appauthor=False)


def make_folder(path: Path) -> None:
    """Make a folder and whatever it lacks above it, for the user alone; what is there stays.

    Raises:
        OSError: It cannot be made.
    """
    if not path.is_dir():
        make_folder(path.parent)
        path.mkdir(mode=0o700, exist_ok=True)


def keep(path: Path, data: bytes) -> None:
    """Write a file for the user alone; what was there is replaced as a whole.

    Raises:
        OSError: It cannot be written.
    """
    write_whole(path.resolve() if path.is_file() else path, data, PRIVATE)  # a link stays one


def content(path: Path) -> bytes:
    """What a file holds; nothing if it does not exist.

    Raises:
        OSError: It cannot be read.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""


def edit(path: Path, template: str) -> None:
    """Let the user edit a file (`$VISUAL`, `$EDITOR`); returns when they are done.

    Args:
        path: The file.
        template: What it holds before the first time.

    Raises:
        UsageError: There is no such editor or no terminal for it, or it failed; the file stays.
        OSError: The file cannot be made.
    """
    if not path.exists():
        make_folder(path.parent)
        keep(path, template.encode())
    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR") or _found_editor()
    if editor is None:
        raise UsageError(
            ko=f"{path}: 열 편집기나 터미널이 없습니다. EDITOR 환경 변수에 편집기를 주거나 이 "
            "파일을 직접 고치세요.",
            en=f"{path}: there is no editor to open it with, or no terminal for one. Name one in "
            "the environment variable EDITOR, or edit this file yourself.",
        )
    try:
        command = [*shlex.split(editor, posix=sys.platform != "win32"), str(path)]
        subprocess.run(command, check=True)  # noqa: S603  # the user's own editor
    except (OSError, ValueError, subprocess.CalledProcessError) as error:
        raise UsageError(
            ko=f"{path}: 편집기로 열지 못했습니다 ({editor}: {error}). EDITOR 환경 변수를 바꾸거나 "
            "이 파일을 직접 고치세요.",
            en=f"{path}: the editor failed ({editor}: {error}). Change the environment variable "
            "EDITOR, or edit this file yourself.",
        ) from error


def _found_editor() -> str | None:
    """An editor that nobody has chosen; None if there is none, or no terminal to use it in."""
    if sys.platform != "win32" and not (sys.stdin.isatty() and sys.stdout.isatty()):
        return None
    return next(filter(shutil.which, EDITORS), None)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Let no other program into this block for the same file until this one leaves it.

    The folder is made if need be. The lock goes with the program, even if it is killed.

    Raises:
        OSError: The folder cannot be written.
    """
    lock = _open_lock(path)
    try:
        _lock(lock, wait=True)
        yield
    finally:
        os.close(lock)  # which unlocks it


def occupy(path: Path) -> int | None:
    """Keep a file for this program alone, until it closes what is returned or ends.

    The folder is made if need be. The lock goes with the program, even if it is killed.

    Returns:
        A descriptor to close, or None: another program has the file.

    Raises:
        OSError: The folder cannot be written.
    """
    lock = _open_lock(path)
    try:
        _lock(lock, wait=False)
    except OSError:
        os.close(lock)
        return None
    return lock


def lock_path(path: Path) -> Path:
    """What is locked in the place of a file, which is replaced as a whole."""
    return path.with_name(f".{path.name}.lock")


def _open_lock(path: Path) -> int:
    make_folder(path.parent)
    return os.open(lock_path(path), os.O_RDWR | os.O_CREAT, PRIVATE)


def _lock(lock: int, *, wait: bool) -> None:
    if sys.platform == "win32":
        msvcrt.locking(lock, msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)
    else:
        fcntl.flock(lock, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
