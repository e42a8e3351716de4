"""Ports, terminal, voice, clock and compiled code of this machine.

A terminal far away cannot be looked at.
"""

import argparse
import codecs
import getpass
import locale
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from jihwa.composer import kernel
from jihwa.data.messages import Message
from jihwa.io.checks import Finding, Verdict, bad, doubtful, good
from jihwa.io.outlets.clipboard import NO_COPIER, copier
from jihwa.io.outlets.desktop import DESKTOPS, Typist, typists
from jihwa.io.sources import ports
from jihwa.io.sources.camera import how_to_install, usual_python
from jihwa.io.sources.ports import Board, connected
from jihwa.io.speech.problems import SpeechError
from jihwa.io.speech.process import SpeechProcess, VoiceSettings

if sys.platform != "win32":
    import grp

_GRABBERS = {
    "ModemManager": "sudo systemctl disable --now ModemManager",
    "brltty": "sudo systemctl disable --now brltty brltty-udev",
}
"""Programs that open every new serial port, and how to stop them."""
_FONTS_S = 5.0
"""More time than listing fonts takes."""
_SEEING_S = 60.0
"""More time than what sees hands takes to be loaded."""
_SHORT_SILENCE = ","
"""What the voice says: all that speaking needs is used, and nobody is disturbed."""
_EARLIEST = datetime(2025, 1, 1).astimezone()
"""Before jihwa was; small boards without a battery believe in 1970."""
_COARSE_S = 0.02
"""A clock that tells no less cannot time the begin and the end of a hold."""


def check_ports() -> Iterator[Finding]:
    """Every serial port on USB; a glove is hardly at another one, where `auto:` looks last."""
    boards = [board for board in connected() if board.usb]
    if not boards:
        why = ports.NOTHING_CONNECTED
        yield doubtful(f"시리얼 포트: {why.ko}", f"serial ports: {why.en}")
    for board in boards:
        yield _port(board)


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


def check_encoding() -> Iterator[Finding]:
    """The locale's encoding, which the programs around jihwa use too."""
    name = codecs.lookup(locale.getencoding()).name
    if name in ("utf-8", "cp949", "euc_kr"):
        yield good(f"문자 인코딩: {name}", f"encoding: {name}")
    else:
        yield doubtful(
            f"문자 인코딩: {name}은(는) 한글을 담지 못합니다. `export LANG=ko_KR.UTF-8` 또는 "
            "C.UTF-8로 바꾸세요.",
            f"encoding: {name} has no Hangul. Choose `export LANG=ko_KR.UTF-8` or C.UTF-8.",
        )


def check_terminal(environment: Mapping[str, str] = os.environ) -> Iterator[Finding]:
    """Whether the screen can be drawn on."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        yield good("터미널: 없음 (파이프)", "terminal: none (a pipe)")
        return
    kind = environment.get("TERM", "")
    columns, rows = shutil.get_terminal_size()
    if sys.platform != "win32" and kind in ("", "dumb"):
        yield doubtful(
            f"터미널: TERM={kind or '(없음)'}으로는 화면을 그리지 못합니다. `jihwa type --plain`을 "
            "쓰거나 TERM을 바로잡으세요.",
            f"terminal: nothing can be drawn with TERM={kind or '(none)'}. Use `jihwa type "
            "--plain`, or set TERM right.",
        )
    elif kind == "linux":
        yield doubtful(
            "터미널: 리눅스 콘솔에는 한글 글꼴이 없습니다. 데스크톱의 터미널이나 ssh를 쓰세요.",
            "terminal: the Linux console has no Hangul. Use a terminal of the desktop, or ssh.",
        )
    elif columns < 80 or rows < 24:
        yield doubtful(
            f"터미널: {columns}×{rows}은(는) 좁습니다. 80×24 이상으로 넓히세요.",
            f"terminal: {columns}×{rows} is small. Make it 80×24 or more.",
        )
    else:
        yield good(f"터미널: {kind} {columns}×{rows}", f"terminal: {kind} {columns}×{rows}")


def check_clipboard(environment: Mapping[str, str] = os.environ) -> Iterator[Finding]:
    """What fills the clipboard, and what can type into the desktop's programs."""
    if tool := copier(environment):
        yield good(f"클립보드: {tool.command[0]}", f"clipboard: {tool.command[0]}")
    else:
        yield good(
            f"클립보드: 터미널이 채움 (OSC 52). 채워지지 않으면: {NO_COPIER.ko}",
            f"clipboard: the terminal fills it (OSC 52). If it does not: {NO_COPIER.en}",
        )
    here = [name for name in DESKTOPS if environment.get(DESKTOPS[name])]
    if not here:
        yield good(
            "--into wayland, x11: 여기에는 데스크톱이 없습니다",
            "--into wayland, x11: there is no desktop here",
        )
    for desktop in here:
        found = list(typists(desktop, environment))
        able = [each for each in found if isinstance(each, Typist)]
        if able:
            yield good(
                f"--into {desktop}: {able[0].tool}이(가) 글쇠를 누름",
                f"--into {desktop}: {able[0].tool} presses the keys",
            )
        else:
            why = [each for each in found if isinstance(each, Message)]
            yield doubtful(
                f"--into {desktop}: {'; '.join(each.ko for each in why)}",
                f"--into {desktop}: {'; '.join(each.en for each in why)}",
            )


def check_fonts(environment: Mapping[str, str] = os.environ) -> Iterator[Finding]:
    """Korean fonts of this machine, if it is the one that shows the letters."""
    if "SSH_CONNECTION" in environment:
        yield good(
            "글꼴: 화면이 있는 컴퓨터의 것을 씁니다. 다음이 네모로 보이면 거기에 한글 글꼴을 "
            "설치하세요: 한글 ㄱㄴㄷ",
            "fonts: those of the computer that you sit at. If the following are boxes, install a "
            "Korean font there: 한글 ㄱㄴㄷ",
        )
        return
    lister = shutil.which("fc-list")
    if lister is None:
        yield good(
            "글꼴: 여기서는 알 수 없습니다. 다음이 네모로 보이면 한글 글꼴을 설치하세요: "
            "한글 ㄱㄴㄷ",
            "fonts: not known here. If the following are boxes, install a Korean font: 한글 ㄱㄴㄷ",
        )
        return
    command = [lister, ":lang=ko", "family"]
    listed = subprocess.run(  # noqa: S603  # the system's own
        command, capture_output=True, timeout=_FONTS_S, check=False
    ).stdout.decode(errors="replace")
    families = sorted(set(listed.splitlines()))
    if families:
        n = len(families)
        yield good(f"글꼴: 한글 글꼴 {n}가지", f"fonts: {n} Korean one(s)")
    else:
        yield doubtful(
            "글꼴: 한글 글꼴이 없습니다. 설치하세요 (데비안, 우분투: `sudo apt install "
            "fonts-noto-cjk`).",
            "fonts: no Korean one. Install one (Debian, Ubuntu: `sudo apt install "
            "fonts-noto-cjk`).",
        )


def check_voice(options: argparse.Namespace) -> Iterator[Finding]:
    """The engine with its Korean voice, then the player with the sound device."""
    try:
        with SpeechProcess(VoiceSettings(options.voice)) as process:
            yield good(
                f"목소리: {process.driver}의 {process.voice}",
                f"voice: {process.voice} of {process.driver}",
            )
            process.say(_SHORT_SILENCE)
            yield good("소리: 낼 수 있음", "sound: can be played")
    except SpeechError as error:
        wrong = doubtful if options.speak == "off" else bad
        yield wrong(f"목소리: {error.message.ko}", f"voice: {error.message.en}")


def check_camera() -> Iterator[Finding]:
    """Whether what sees a hand by camera is there, in its environment, and works."""
    if not usual_python().exists():
        how = how_to_install()
        yield good(f"카메라: 쓰지 않음. {how.ko}", f"camera: not in use. {how.en}")
        return
    command = [str(usual_python()), "-I", "-c", "import cv2, mediapipe"]
    try:
        tried = subprocess.run(  # noqa: S603  # the user's own
            command, capture_output=True, timeout=_SEEING_S, check=False
        )
        told = tried.stderr.decode(errors="replace").strip().rpartition("\n")[2]
    except (OSError, subprocess.TimeoutExpired) as error:
        tried, told = None, str(error)
    if tried and not tried.returncode:
        yield good(
            "카메라: 손을 볼 수 있음 (jihwa type --source camera:0)",
            "camera: can see hands (jihwa type --source camera:0)",
        )
    else:
        yield doubtful(
            f"카메라: 손을 보는 것이 돌지 않습니다 ({told}). 지우고 다시 설치하세요: "
            f"{usual_python().parent.parent}",
            f"camera: what sees hands does not run ({told}). Delete it and install it again: "
            f"{usual_python().parent.parent}",
        )


def check_kernel() -> Iterator[Finding]:
    """Which form of the search's kernel runs, and how to get the other one."""
    form = kernel.form()
    if form.unfit:
        yield Finding(Verdict.DOUBTFUL, form.unfit)
    elif form.compiled:
        yield good(
            f"탐색 커널: 컴파일됨 (순수 파이썬: {kernel.PLAIN}=1)",
            f"kernel: compiled (plain Python: {kernel.PLAIN}=1)",
        )
    else:
        yield good(
            f"탐색 커널: 순수 파이썬. C 컴파일러를 두고 {kernel.PLAIN} 없이 jihwa를 다시 설치하면 "
            "더 빠릅니다.",
            f"kernel: plain Python. To make it faster, install jihwa again where a C compiler is, "
            f"without {kernel.PLAIN}.",
        )


def check_clock() -> Iterator[Finding]:
    """Whether sessions get the right date, and holds the right length."""
    now = datetime.now().astimezone()
    shown = f"{now:%Y-%m-%d %H:%M %Z}"
    if now < _EARLIEST:
        yield doubtful(
            f"시계: {shown}은(는) 지난 날입니다. 시계를 맞추세요 (`timedatectl set-ntp true`).",
            f"clock: {shown} is past. Set the clock (`timedatectl set-ntp true`).",
        )
    elif (step_s := time.get_clock_info("monotonic").resolution) > _COARSE_S:
        yield doubtful(
            f"시계: {step_s:.3f}초보다 잘게 재지 못합니다. 다른 컴퓨터가 낫습니다.",
            f"clock: it cannot tell less than {step_s:.3f} s. Another computer is better.",
        )
    else:
        yield good(f"시계: {shown}", f"clock: {shown}")


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


def _running(processes: Path) -> set[str]:
    names = set()
    for comm in processes.glob("[0-9]*/comm"):
        with suppress(OSError):  # it has just ended
            names.add(comm.read_text(encoding="utf-8", errors="replace").strip())
    return names
