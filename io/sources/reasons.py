"""Why a line to a glove is down, and how to mend it."""

import errno
from pathlib import Path

from jihwa.data.messages import Message

GONE = {errno.ENOENT, errno.ENXIO, errno.ENODEV}
_UNPLUGGED = {errno.EIO, errno.EBADF}
_BUSY = {errno.EBUSY, errno.EAGAIN}
_NO_PEER = {errno.ECONNREFUSED, errno.EHOSTUNREACH, errno.ENETUNREACH}


def error_number(error: BaseException) -> int | None:
    """What the system said; pyserial often keeps it in what it was raised from."""
    number = getattr(error, "errno", None)
    cause = error.__cause__ or error.__context__
    return number if isinstance(number, int) or cause is None else error_number(cause)


def is_missing(error: BaseException) -> bool:
    """Whether there is no such device, as opposed to one that cannot be used."""
    return error_number(error) in GONE or "FileNotFoundError" in str(error)


def explain_line(error: BaseException, device: str) -> Message:
    """What happened to the line, and what to do next.

    Args:
        error: What opening, reading or writing raised.
        device: The device, as the user knows it.
    """
    number, raw = error_number(error), str(error)
    if is_missing(error):
        return Message(
            ko=f"{device}: 그런 장치가 없습니다. 장갑을 꽂으세요. 이름은 `jihwa devices`로 봅니다.",
            en=f"{device}: no such device. Plug in the glove; `jihwa devices` tells its name.",
        )
    shared = "returned no data" in raw  # a second reader got it, or the device has gone
    if number in _BUSY or (shared and Path(device).exists()) or "PermissionError" in raw:
        return Message(
            ko=f"{device}: 다른 프로그램이 함께 읽고 있거나 장갑이 빠졌습니다. 시리얼 모니터 같은 "
            "프로그램을 닫고 케이블을 확인하세요.",
            en=f"{device}: another program reads this port, or the glove came off. Close serial "
            "monitors and the like, and check the cable.",
        )
    if number in (errno.EACCES, errno.EPERM):
        return Message(
            ko=f"{device}: 포트를 열 권한이 없습니다. `sudo usermod -aG dialout $USER`를 실행하고 "
            "다시 로그인하세요.",
            en=f"{device}: no permission to open the port. Run `sudo usermod -aG dialout $USER` "
            "and log in again.",
        )
    if number in _UNPLUGGED or shared:
        return Message(
            ko=f"{device}: 장갑이 빠졌습니다. 다시 꽂으세요.",
            en=f"{device}: the glove came off. Plug it in again.",
        )
    if number in _NO_PEER:
        return Message(
            ko=f"{device}: 그 주소에서 아무도 답하지 않습니다. 장갑을 내어 주는 프로그램을 켜세요.",
            en=f"{device}: nobody answers there. Start the program that serves the glove.",
        )
    if "disconnected" in raw:
        return Message(
            ko=f"{device}: 상대가 연결을 끊었습니다. 장갑을 내어 주는 프로그램을 확인하세요.",
            en=f"{device}: the peer closed the line. Check the program that serves the glove.",
        )
    return Message(
        ko=f"{device}: 연결할 수 없습니다 ({raw}). 케이블과 이름을 확인하세요.",
        en=f"{device}: cannot be used ({raw}). Check the cable and the name.",
    )


def silent(device: str) -> Message:
    """The line is open, but nothing comes."""
    return Message(
        ko=f"{device}: 아무것도 오지 않습니다. 케이블을 확인하고 보드의 리셋 단추를 누르세요.",
        en=f"{device}: nothing comes. Check the cable, and press the reset button of the board.",
    )


def stranger(device: str) -> Message:
    """Something comes, but it is no glove's signal."""
    return Message(
        ko=f"{device}: 장갑의 신호가 아닙니다. 다른 장치를 찾습니다. 장갑이 맞으면 layout 설정으로 "
        "칸의 뜻을 알려 주세요.",
        en=f"{device}: does not speak as a glove does; looking for another one. If it is one, say "
        "what its fields mean with the setting layout.",
    )


NOTHING_CONNECTED = Message(
    ko="USB에 장갑이 없습니다. 꽂으세요. 꽂혀 있으면 데이터가 통하는 케이블인지 확인하세요 "
    "(jihwa devices).",
    en="There is no glove on USB. Plug it in; if it is, check that the cable carries data "
    "(jihwa devices).",
)

NO_PORT = Message(
    ko="시리얼 장치가 없습니다. 장갑을 USB에 꽂으세요. 꽂혀 있으면 데이터가 통하는 케이블인지 "
    "확인하세요.",
    en="There is no serial device. Plug the glove into USB; if it is, check that the cable carries "
    "data.",
)
