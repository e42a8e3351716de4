"""Serial ports: which there are, which may be the glove's, and why one cannot be used."""

import errno
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from serial.tools import list_ports

from jihwa.data.formats.layout import Layout
from jihwa.data.formats.lines import LineParser
from jihwa.data.messages import Message
from jihwa.io.sources.source import Connection, Link
from jihwa.io.user import storage

NANO_33_IOT = (0x2341, 0x8057)
_ARDUINO = {0x2341, 0x2A03}
_MAKERS = {0x239A, 0x1B4F, 0x303A, 0x2E8A, 0x16C0}
"""Adafruit, SparkFun, Espressif, Raspberry Pi, Teensy: boards that a glove may be built on."""
_BRIDGES = {0x1A86, 0x10C4, 0x0403, 0x067B}
"""WCH, Silicon Labs, FTDI, Prolific: chips that put a serial board on USB."""

REFUSAL_S = 10.0
"""A port that spoke no glove's language is left alone for so long."""


@dataclass(frozen=True, slots=True)
class Board:
    """A serial device that is connected.

    Attributes:
        port: Its name in the system.
        name: What it calls itself.
        usb: Vendor and product, or None if it is not on USB.
        serial_number: Its own number, where it has one.
    """

    port: str
    name: str = ""
    usb: tuple[int, int] | None = None
    serial_number: str | None = None

    @property
    def identity(self) -> tuple[tuple[int, int], str | None] | None:
        """What stays the same when it gets another name."""
        return None if self.usb is None else (self.usb, self.serial_number)

    @property
    def rank(self) -> int:
        """How likely it is a glove; 0 is likeliest."""
        if self.usb is None:
            return 4
        kinds = ({NANO_33_IOT[0]} if self.usb == NANO_33_IOT else (), _ARDUINO, _MAKERS, _BRIDGES)
        return next((rank for rank, kind in enumerate(kinds) if self.usb[0] in kind), 4)


def connected() -> list[Board]:
    """The serial devices of this machine, likeliest glove first."""
    boards = [
        Board(
            port.device,
            port.description if port.description != "n/a" else "",
            None if port.vid is None or port.pid is None else (port.vid, port.pid),
            port.serial_number,
        )
        for port in list_ports.comports()
    ]
    return sorted(boards, key=lambda board: (board.rank, board.port))


class NamedPort:
    """The port that the user named, and its board wherever that comes back."""

    def __init__(self, device: str, connected: Callable[[], Sequence[Board]] = connected) -> None:
        self.device, self._connected = device, connected
        self._identity: tuple[tuple[int, int], str | None] | None = None

    def candidates(self) -> list[str]:
        """The board's new name if it has one, and the name that was given."""
        if self._identity is None:
            return [self.device]
        same = [b.port for b in self._connected() if b.identity == self._identity]
        return [self.device] if self.device in same else [*same, self.device]

    def detector(self) -> Callable[[bytes], bool]:
        """Whatever comes is what the user asked for."""
        return bool

    def found(self, port: str) -> None:
        """Remember which board it is."""
        if "://" not in port:
            names = {port, str(Path(port).resolve())}  # such as /dev/serial/by-id/…
            boards = (board for board in self._connected() if board.port in names)
            self._identity = next((b.identity for b in boards if b.identity), self._identity)

    def refused(self, port: str) -> None:
        """The user knows better: it is tried again."""

    def lost(self, port: str, reason: Message) -> Connection:
        """The user knows better: the port is the glove's."""
        return Connection(Link.LOST, port, reason)


class AnyGlove:
    """Whatever glove is connected: the one of last time, a known board, or any that speaks as one.

    Args:
        layout: What lines without a header mean.
        connected: Lists the devices.
    """

    device = "auto:"

    def __init__(
        self, layout: Layout | None = None, connected: Callable[[], Sequence[Board]] = connected
    ) -> None:
        self._layout, self._connected = layout, connected
        self._refused_s: dict[str, float] = {}
        self._last: Board | None = None

    def candidates(self) -> list[str]:
        """The ports that have not been refused of late."""
        boards, now_s = self._connected(), time.monotonic()
        present = {board.port for board in boards}
        self._refused_s = {  # what was unplugged may be another device when it is back
            port: since_s
            for port, since_s in self._refused_s.items()
            if port in present and now_s - since_s < REFUSAL_S
        }
        tried = [board for board in boards if board.port not in self._refused_s]
        return [board.port for board in sorted(tried, key=self._preference)]

    def detector(self) -> Callable[[bytes], bool]:
        """A port is a glove's if a header or a sample comes out of it."""
        parser = LineParser(self._layout)

        def is_glove(data: bytes) -> bool:
            parser.feed(data)
            return parser.is_of_glove

        return is_glove

    def found(self, port: str) -> None:
        """Remember the board, for now and for next time."""
        self._last = next((board for board in self._connected() if board.port == port), None)
        if self._last is not None and self._last.serial_number not in (None, remembered()):
            with suppress(OSError):  # it is found without, only later
                remember(str(self._last.serial_number))

    def refused(self, port: str) -> None:
        """Leave it alone for a while, unless it has been the glove before."""
        if not self._was_glove(port):
            self._refused_s[port] = time.monotonic()

    def lost(self, port: str, reason: Message) -> Connection:
        """A board on USB may be the glove; another port hardly is, unless it was."""
        if self._was_glove(port) or any(
            board.port == port and board.usb for board in self._connected()
        ):
            return Connection(Link.LOST, port, reason)
        return Connection(Link.SEARCHING, self.device, NOTHING_CONNECTED)

    def _was_glove(self, port: str) -> bool:
        return self._last is not None and port == self._last.port

    def _preference(self, board: Board) -> tuple[bool, bool, int, str]:
        other = self._last is None or board.identity != self._last.identity
        return other, board.serial_number != (remembered() or ""), board.rank, board.port


def _memory() -> Path:
    return storage.folder() / "glove.txt"


def remembered() -> str | None:
    """The serial number of the board that was used last."""
    try:
        return _memory().read_text(encoding="utf-8").strip() or None
    except (OSError, UnicodeDecodeError):
        return None


def remember(serial_number: str) -> None:
    """Prefer this board from now on.

    Raises:
        OSError: It cannot be written down.
    """
    storage.make_folder(storage.folder())
    storage.keep(_memory(), f"{serial_number}\n".encode())


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
