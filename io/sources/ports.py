"""Which serial ports there are, and which of them may be the glove's."""

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from serial.tools import list_ports

from jihwa.data.formats.layout import Layout
from jihwa.data.formats.lines import LineParser
from jihwa.data.messages import Message
from jihwa.io.sources import reasons
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
        return Connection(Link.SEARCHING, self.device, reasons.NOTHING_CONNECTED)

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
