"""A glove behind a serial port, or behind a socket that stands for one; comes back by itself."""

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from queue import SimpleQueue

import serial

from jihwa.io.sources import ports
from jihwa.io.sources.ports import AnyGlove, NamedPort
from jihwa.io.sources.source import Connection, Link, Source

LINE_ERRORS: tuple[type[Exception], ...] = (OSError,)  # serial.SerialException is one
if sys.platform != "win32":
    import termios

    LINE_ERRORS = (OSError, termios.error)  # from a port that goes away while it is opened

BAUD = 115200
"""Bits per second of the firmware."""
READ_BYTES = 4096
"""So much is read at once at most."""
READ_S = 0.005
"""What comes within this time is read at once; a sample is late by this at most."""
WRITE_S = 0.5
"""A port that takes a command no sooner is lost."""
LOOK_S = 0.25
"""How often to look for another port while this one has not proved to be the glove's."""


@dataclass(frozen=True, slots=True)
class Timing:
    """How patient a serial line is.

    Attributes:
        boot_s: How long a board may stay silent that opening the port has reset.
        silence_s: The line is lost after this time without a byte; longer than a reset.
        pause_s: Bytes after such a silence may come from a board that has restarted.
        retry_s: Until the first attempt to get a lost line back; it doubles from there.
        longest_retry_s: Until any later one.
    """

    boot_s: float = 2.5
    silence_s: float = 3.0
    pause_s: float = 0.5
    retry_s: float = 0.1
    longest_retry_s: float = 0.5


@contextmanager
def open_line(port: str, baud: int = BAUD) -> Iterator[serial.SerialBase]:
    """A port, open for this program alone where the platform can.

    Args:
        port: A device (`/dev/ttyACM0`, `COM3`) or a URL of pyserial (`socket://host:port`).
        baud: Bits per second.

    Raises:
        OSError: It cannot be opened.
    """
    write_s = None if port.startswith("rfc2217:") else WRITE_S  # pyserial has none there
    line = serial.serial_for_url(
        port, baudrate=baud, timeout=READ_S, write_timeout=write_s, exclusive=True
    )
    peer = getattr(line, "_socket", None)
    try:
        yield line
    finally:
        line.close()
        if peer is not None:
            peer.close()  # which pyserial forgets when the other side has gone


class SerialSource(Source):
    """Moves bytes from and to a port, and gets it back when it is lost.

    A board that restarts, or one that was already sending, tells the layout of its lines only when
    it is asked: `header` is sent whenever the line comes up.

    Args:
        finder: Knows where the glove may be.
        baud: Bits per second.
        timing: How patient the line is.
        commands: What is sent behind `header`: a board that restarts has forgotten it.
    """

    def __init__(
        self,
        finder: NamedPort | AnyGlove,
        baud: int = BAUD,
        timing: Timing | None = None,
        commands: Sequence[str] = (),
    ) -> None:
        super().__init__(finder.device)
        self._finder, self._baud, self._timing = finder, baud, timing or Timing()
        self._greeting = ("header", *commands)
        self._commands: SimpleQueue[str] = SimpleQueue()
        self._times_up = 0  # how often the line has come up

    def send(self, command: str) -> None:
        """Send a firmware command, as soon as the line is up; never blocks."""
        self._commands.put(command)

    def run(self) -> None:
        """Follow the glove wherever it is, until closed."""
        timing = self._timing
        wait_s = timing.retry_s
        while not self.closing.is_set():
            times_up = self._times_up
            lost = self._follow_any()
            if self._times_up > times_up:
                wait_s = timing.retry_s
            if not self.closing.is_set():
                self.tell(lost)
                self.closing.wait(wait_s)
                wait_s = min(2 * wait_s, timing.longest_retry_s)

    def _follow_any(self) -> Connection:
        """Follow the first port that proves to be the glove's; how the line is after it is lost."""
        times_up = self._times_up
        absent = Link.LOST if times_up else Link.SEARCHING
        lost = Connection(absent, self.device, ports.NOTHING_CONNECTED)
        candidates = self._finder.candidates()
        for port in candidates:
            try:
                with open_line(port, self._baud) as line:
                    greeted = _Line(line, self._timing, self._greeting)
                    found = self._follow(greeted, port, candidates)
            except LINE_ERRORS as error:
                why = ports.explain_line(error, port)
                is_missing = ports.is_missing(error)
                found = (
                    Connection(absent, port, why) if is_missing else self._finder.lost(port, why)
                )
            if found.reason is not ports.NOTHING_CONNECTED:
                lost = found
            if self._times_up > times_up or self.closing.is_set():
                break
        return lost

    def _follow(self, line: "_Line", port: str, candidates: Sequence[str]) -> Connection:
        """Move bytes if they are a glove's, until no more come; how the line is then.

        Raises:
            OSError: The line broke.
        """
        self.tell(Connection(Link.OPENING, port))
        received = self._identify(line, port, candidates)
        if isinstance(received, Connection):
            return received
        self._finder.found(port)
        self._times_up += 1
        self.tell(Connection(Link.LIVE, port))
        self.pass_on(received)
        while not line.is_silent and not self.closing.is_set():
            self.pass_on(line.read())
            while not self._commands.empty():
                line.write(self._commands.get())
        return Connection(Link.LOST, port, ports.silent(port))

    def _identify(self, line: "_Line", port: str, candidates: Sequence[str]) -> bytes | Connection:
        """All that came until it proved to be a glove's, or else how the line is.

        A port that proves nothing is left at once for one that was just plugged in.
        """
        held, is_glove, look_s = b"", self._finder.detector(), LOOK_S
        while not self.closing.is_set():
            data = line.read()
            held += data
            if is_glove(data):
                return held
            if line.is_silent:
                self._finder.refused(port)
                return self._finder.lost(port, ports.silent(port))
            if held and line.age_s > self._timing.boot_s + self._timing.silence_s:
                self._finder.refused(port)
                return Connection(Link.SEARCHING, port, ports.stranger(port))
            if line.age_s > look_s:
                look_s += LOOK_S
                if not set(self._finder.candidates()) <= set(candidates):
                    break
        return Connection(Link.SEARCHING, self.device)


class _Line:
    """An open port that sends its greeting whenever a board may have restarted behind it."""

    def __init__(self, port: serial.SerialBase, timing: Timing, greeting: Sequence[str]) -> None:
        self._port, self._timing, self._greeting = port, timing, greeting
        self._opened_s = self._received_s = time.monotonic()
        self._asked = self._received = False

    @property
    def age_s(self) -> float:
        """How long the port has been open."""
        return time.monotonic() - self._opened_s

    @property
    def is_silent(self) -> bool:
        """Whether nothing has come for so long that nothing will."""
        boot_s = 0.0 if self._received else self._timing.boot_s
        return time.monotonic() - self._received_s > self._timing.silence_s + boot_s

    def read(self) -> bytes:
        """What has come of late, perhaps nothing."""
        data: bytes = self._port.read(READ_BYTES)
        silent_s = time.monotonic() - self._received_s
        restarted = bool(data) and (not self._received or silent_s > self._timing.pause_s)
        if restarted or (not self._asked and silent_s > self._timing.boot_s):
            self._asked = True
            for command in self._greeting:
                self.write(command)
        if data:
            self._received, self._received_s = True, time.monotonic()
        return data

    def write(self, command: str) -> None:
        """Send one command of the firmware."""
        self._port.write(f"{command}\n".encode())
