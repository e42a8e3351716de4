"""Whether there is a glove, and whether the user may open its port."""

import getpass
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from jihwa.data.messages import Message
from jihwa.io.checks.finding import Finding, bad, doubtful, good
from jihwa.io.sources.ports import Board, connected

if sys.platform != "win32":
    import grp

_GRABBERS = {
    "ModemManager": "sudo systemctl disable --now ModemManager",
    "brltty": "sudo systemctl disable --now brltty brltty-udev",
}
"""Programs that open every new serial port, and how to stop them."""


def check_ports() -> Iterator[Finding]:
    """Every serial port on USB; the others are hardly a glove's."""
    boards = [board for board in connected() if board.usb]
    if not boards:
        yield doubtful(
            "시리얼 포트: USB에 없음. 장갑을 꽂고, 충전만 되는 케이블이 아닌지 확인하세요.",
            "serial ports: none on USB. Plug in the glove, and check that the cable is not one "
            "for charging only.",
        )
    for board in boards:
        yield _port(board)


def _port(board: Board) -> Finding:
    device = Path(board.port)
    if not device.exists() or os.access(device, os.R_OK | os.W_OK):  # COM3 is no file
        return good(
            f"시리얼 포트: {board.port} {board.name}", f"serial port: {board.port} {board.name}"
        )
    mend = _way_in(device)
    return bad(
        f"시리얼 포트: {board.port}를 열 권한이 없음. {mend.ko}",
        f"serial port: {board.port} may not be opened. {mend.en}",
    )


def _way_in(device: Path) -> Message:
    """How to get the permission to open a port that exists."""
    if sys.platform == "win32":  # ports have no owners
        return Message(ko="관리자에게 물어보세요.", en="Ask your administrator.")
    group = grp.getgrgid(device.stat().st_gid)
    if getpass.getuser() in group.gr_mem:
        return Message(
            ko=f"그룹 {group.gr_name}에 이미 들었으니 다시 로그인하세요.",
            en=f"You are in the group {group.gr_name} already: log in again.",
        )
    return Message(
        ko=f"`sudo usermod -aG {group.gr_name} $USER`를 실행하고 다시 로그인하세요.",
        en=f"Run `sudo usermod -aG {group.gr_name} $USER` and log in again.",
    )


def check_grabbers(processes: Path = Path("/proc")) -> Iterator[Finding]:
    """Programs that take ports away; only Linux has them.

    Args:
        processes: Where the system tells what runs.
    """
    for name in sorted(_running(processes) & _GRABBERS.keys()):
        yield doubtful(
            f"{name}: 돌고 있음. 새로 꽂은 장갑의 포트를 가로챌 수 있습니다. 쓰지 않으면 "
            f"`{_GRABBERS[name]}`",
            f"{name}: runs, and may take the port of a glove that was just plugged in. If you do "
            f"not use it: `{_GRABBERS[name]}`",
        )


def _running(processes: Path) -> set[str]:
    names = set()
    for comm in processes.glob("[0-9]*/comm"):
        try:
            names.add(comm.read_text(encoding="utf-8", errors="replace").strip())
        except OSError:  # it has just ended
            continue
    return names
