"""What went wrong, in the user's words, also where the operating system refuses."""

import errno
from collections.abc import Mapping

from jihwa.data.messages import JihwaError, Message

_FAILURES: Mapping[int, Message] = {
    errno.ENOENT: Message(
        ko="그런 파일이나 폴더가 없습니다. 경로를 확인하세요.",
        en="no such file or folder. Check the path.",
    ),
    errno.EISDIR: Message(
        ko="파일이 아니라 폴더입니다. 파일 이름을 주세요.",
        en="a folder, not a file. Give the name of a file.",
    ),
    errno.ENOTDIR: Message(
        ko="경로 가운데에 폴더가 아닌 것이 있습니다. 경로를 확인하세요.",
        en="something on the way is no folder. Check the path.",
    ),
    errno.EEXIST: Message(
        ko="이미 있습니다. 다른 이름을 주세요.", en="it exists already. Give another name."
    ),
    errno.EACCES: Message(
        ko="권한이 없습니다. 읽고 쓸 수 있는 곳을 고르세요.",
        en="permission denied. Choose a place that you may read and write.",
    ),
    errno.ENOSPC: Message(
        ko="디스크가 가득 찼습니다. 자리를 비우고 다시 하세요.",
        en="the disk is full. Make room and try again.",
    ),
}


def explain(error: OSError | JihwaError) -> Message:
    """Where it happened, what it was and what to do; the system's own words where it is rare."""
    if isinstance(error, JihwaError):
        return error.message
    raw = error.strerror or str(error)
    what = _FAILURES.get(
        error.errno or 0, Message(ko=f"{raw}. 경로를 확인하세요.", en=f"{raw}. Check the path.")
    )
    where = f"{error.filename}: " if error.filename else ""
    return Message(ko=where + what.ko, en=where + what.en)


def stopped(error: Exception) -> Message:
    """What to tell of whatever has ended a live session."""
    if isinstance(error, JihwaError | OSError):
        return explain(error)
    what = f"{type(error).__name__}: {error}"
    return Message(
        ko=f"세션이 멈췄습니다 ({what}). 쓴 글은 기록되어 있습니다. 프로그램을 다시 시작하면 이어 "
        "쓸 수 있습니다.",
        en=f"The session has stopped ({what}). Its text is on disk: start the program again to go "
        "on with it.",
    )
