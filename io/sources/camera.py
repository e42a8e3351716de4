"""A camera or a video that sees the hand, through a process that alone knows of pictures."""

import io
import math
import shlex
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, cast

from jihwa.data.formats.readers import Opened, open_recording
from jihwa.data.formats.refusals import STDIN, VIDEOS
from jihwa.data.messages import DataError, Message, UsageError
from jihwa.io.sources.camera_worker import PYTHONS, REQUIREMENT, End
from jihwa.io.sources.source import JOIN_S, Connection, Link, Source
from jihwa.io.user import storage

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

WORKER = Path(__file__).with_name("camera_worker.py")
POLL_S = 0.1
STARTING_S, SILENCE_S = 30.0, 5.0
"""How long the process may take to begin, and how long it may be silent later."""
RETRY_S = 2.0
"""How soon a camera that is not there, or was lost, is looked for again."""
AGAIN = (End.NO_CAMERA, End.IN_USE, End.LOST, None)
"""After these; None is silence."""


def usual_python() -> Path:
    """The Python of the environment that sees, which may not exist."""
    inside = ("Scripts", "python.exe") if sys.platform == "win32" else ("bin", "python")
    return storage.folder().joinpath("camera", *inside)


def how_to_install() -> Message:
    """What makes the environment."""
    first, last = (".".join(map(str, version)) for version in PYTHONS)
    fits = PYTHONS[0] <= sys.version_info[:2] <= PYTHONS[1]
    base, seer = "python3" if fits else f"python{last}", usual_python()
    commands = f"`{base} -m venv {seer.parent.parent}`, `{seer} -m pip install {REQUIREMENT}`"
    return Message(
        ko=f"카메라로 손을 보려면 따로 설치하세요 (파이썬 {first}-{last}): {commands}",
        en=f"To see a hand by camera, install what sees it (Python {first} to {last}): {commands}",
    )


class CameraSource(Source):
    """Lines of the points of a hand, a picture a line; no picture ever leaves the process.

    A camera that is not there, is in use or was lost is looked for again; a video has an end.

    Args:
        what: The number of a camera, or a video file.
        python: Of an environment that has what sees; None for the usual one.
        speed: How many times faster than it was taken a video is; infinite for as fast as can be.

    Raises:
        UsageError: There is no such video, or no such environment.
    """

    def __init__(self, what: str, python: Path | None = None, speed: float = 1.0) -> None:
        super().__init__(f"camera:{what}")
        self._is_camera, self._has_seen = what.isdigit(), False
        if not (self._is_camera or Path(what).is_file()):
            raise UsageError(
                ko=f"{what}: 그런 영상 파일이 없습니다. 경로를 확인하세요. 카메라는 camera:0처럼 "
                "번호로 씁니다.",
                en=f"{what}: no such video. Check the path; a camera is named by its number, as "
                "in camera:0.",
            )
        self._command = _command(what, python or usual_python(), speed)

    def run(self) -> None:
        """Pass on what is seen until the video ends or the source is closed."""
        self.tell(Connection(Link.OPENING, self.device))
        while not self.closing.is_set():
            end = self._follow()
            if self.closing.is_set():
                return
            reason = _reason(end, self.device, self._command)
            if not self._is_camera or end not in AGAIN:
                self.tell(Connection(Link.ENDED, self.device, reason))
                return
            absent = Link.LOST if self._has_seen else Link.SEARCHING
            self.tell(Connection(absent, self.device, reason))
            self.closing.wait(RETRY_S)

    def _follow(self) -> int | None:
        """Pass on lines until there are no more; how it ended, None where it fell silent."""
        with _lines_of(self._command) as (process, lines):
            patience_s, received_s = STARTING_S, time.monotonic()
            while not self.closing.is_set():
                try:
                    line = lines.get(timeout=POLL_S)
                except Empty:
                    if time.monotonic() - received_s > patience_s:
                        return None
                    continue
                if not line:
                    return process.wait()
                self._has_seen = True
                self.tell(Connection(Link.LIVE, self.device))
                self.pass_on(line)
                patience_s, received_s = SILENCE_S, time.monotonic()
        return None


def is_video(path: Path) -> bool:
    """Whether a file begins like a video."""
    beginning = b""
    with suppress(OSError, ValueError):  # ValueError: a name with a zero byte
        if path != STDIN and path.is_file():
            with path.open("rb") as file:
                beginning = file.read(12)
    return any(beginning.startswith(told, at) for at, told in VIDEOS)


def open_seen(path: Path) -> Opened:
    """A recording, as `open_recording` opens it; of a video, what is seen in it.

    Raises:
        UsageError: There is no such file, it is a folder, or nothing here can see.
        DataError: It cannot be read.
    """
    return io.BufferedReader(_Video(path)) if is_video(path) else open_recording(path)


class _Video(io.RawIOBase):
    """The lines of a video, as fast as they can be told; reading them may raise a `DataError`."""

    def __init__(self, path: Path) -> None:
        self._name = str(path)
        self._command = _command(self._name, usual_python(), math.inf)
        self._process = _begun(self._command)
        self._output = cast(io.BufferedReader, self._process.stdout)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        n = self._output.readinto1(buffer)
        if not n and (reason := _reason(self._process.wait(), self._name, self._command)):
            raise DataError(reason.ko, reason.en)
        return n

    def close(self) -> None:
        if not self.closed:
            _end(self._process)
            self._output.close()
        super().close()


def _command(what: str, python: Path, speed: float) -> tuple[str, ...]:
    """What begins the process that sees."""
    if not python.is_file():
        raise UsageError(
            ko=f"{python}: 그런 파이썬이 없습니다. {how_to_install().ko}",
            en=f"{python}: there is no such Python. {how_to_install().en}",
        )
    return (str(python), "-I", str(WORKER), what, str(speed))


def _begun(command: Sequence[str]) -> "subprocess.Popen[bytes]":
    """The process; it ends when this does, whatever becomes of jihwa."""
    return subprocess.Popen(  # noqa: S603  # our own worker
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C in the terminal is for jihwa alone
    )


def _end(process: "subprocess.Popen[bytes]") -> None:
    if process.stdin:
        process.stdin.close()
    process.kill()
    process.wait()


@contextmanager
def _lines_of(
    command: Sequence[str],
) -> Iterator[tuple["subprocess.Popen[bytes]", SimpleQueue[bytes]]]:
    """A process with the lines that it prints, an empty one at its end; it is ended at the end."""
    process = _begun(command)
    lines: SimpleQueue[bytes] = SimpleQueue()

    def listen() -> None:
        with process.stdout or nullcontext() as output:
            for line in output or ():
                lines.put(line)
        lines.put(b"")

    listener = threading.Thread(target=listen, daemon=True)
    listener.start()
    try:
        yield process, lines
    finally:
        _end(process)
        listener.join(JOIN_S)


def _reason(end: int | None, device: str, command: Sequence[str]) -> Message | None:
    """Why it ended, and what to do; None for a video that is over."""
    match end:
        case End.OVER:
            return None
        case End.NO_PACKAGES:
            return how_to_install()
        case End.NO_CAMERA:
            return Message(
                ko=f"{device}: 그런 카메라가 없습니다. 카메라를 꽂거나, 다른 번호(camera:1)를 "
                "써 보세요.",
                en=f"{device}: there is no such camera. Plug it in, or try another number "
                "(camera:1).",
            )
        case End.IN_USE:
            return Message(
                ko=f"{device}: 카메라를 열 수 없습니다. 카메라를 쓰는 다른 프로그램(화상 회의, "
                "브라우저)을 닫고, 쓸 권한이 있는지 확인하세요 (리눅스: video 그룹).",
                en=f"{device}: the camera cannot be opened. Close other programs that use it "
                "(video calls, browsers), and see that you may use it (Linux: group video).",
            )
        case End.LOST:
            return Message(
                ko=f"{device}: 카메라가 빠졌습니다. 다시 꽂으세요.",
                en=f"{device}: the camera came off. Plug it in again.",
            )
        case End.NO_VIDEO:
            return Message(
                ko=f"{device}: 영상으로 읽을 수 없습니다. 재생되는 영상 파일(mp4, avi, webm)을 "
                "주세요.",
                en=f"{device}: it cannot be read as a video. Give a file that plays (mp4, avi, "
                "webm).",
            )
        case None:
            return Message(
                ko=f"{device}: 그림이 더 오지 않습니다. 카메라를 뺐다가 다시 꽂으세요.",
                en=f"{device}: no pictures come any more. Unplug the camera and plug it in again.",
            )
    told = shlex.join(command)
    return Message(
        ko=f"{device}: 카메라를 보는 프로그램이 끝났습니다 ({end}). 까닭을 보려면: {told}",
        en=f"{device}: the program that looks at the camera has ended ({end}). To see why: {told}",
    )
