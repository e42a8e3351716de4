"""Files that the user edits: opened in the editor of their choice."""

import os
import shlex
import subprocess
import sys
from pathlib import Path

from jihwa.data.messages import UsageError
from jihwa.io.user import storage

FALLBACK = "notepad" if sys.platform == "win32" else "vi"


def edit(path: Path, template: str) -> None:
    """Let the user edit a file (`$VISUAL`, `$EDITOR`); returns when they are done.

    Args:
        path: The file.
        template: What it holds before the first time.

    Raises:
        UsageError: There is no such editor, or it failed; the file stays.
        OSError: The file cannot be made.
    """
    if not path.exists():
        storage.make_folder(path.parent)
        storage.keep(path, template.encode())
    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR") or FALLBACK
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
