"""A virtual glove in real time, at a port that a host can open."""

import contextlib
import os
import select
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from jihwa.data.messages import UsageError
from jihwa.io.virtual.cable import Cable, parse_mishap

try:
    import tty
except ImportError:  # Windows
    tty = None  # type: ignore[assignment]

READ_BYTES = 4096
"""So much of what a host has sent is taken at once."""
POLL_S = 0.02
"""How often it looks for a host.

One that has just opened a port still empties its buffers, so the glove speaks at the second look.
"""


class TerminalPort:
    """A serial port that a host opens by its path.

    Each time it is plugged in it may get another path, as real ones do.

    Args:
        link: A path that always leads to the present one, as `/dev/serial/by-id` does.
    """

    def __init__(self, link: Path | None = None) -> None:
        self._link = link
        self._master: int | None = None

    def plug(self) -> str:
        """Make it exist; returns its path.

        Raises:
            UsageError: This system has no pseudo-terminals, or the link's place is taken.
        """
        if tty is None:
            raise UsageError(
                ko="이 시스템에는 가상 직렬 포트가 없습니다. --serve tcp://127.0.0.1:0을 쓰세요.",
                en="This system has no virtual serial ports. Use --serve tcp://127.0.0.1:0.",
            )
        if self._link is not None and self._link.exists() and not self._link.is_symlink():
            raise UsageError(
                ko=f"{self._link}: 이미 다른 파일이 있습니다. --link에 다른 이름을 주세요.",
                en=f"{self._link}: there is a file already. Give --link another name.",
            )
        self._master, slave = os.openpty()
        tty.setraw(slave)
        path = os.ttyname(slave)
        os.close(slave)  # from now on the master hangs up until a host opens the port
        os.set_blocking(self._master, False)
        if self._link is None:
            return path
        beside = self._link.with_name(f"{self._link.name}.new")
        beside.unlink(missing_ok=True)
        beside.symlink_to(path)
        beside.replace(self._link)
        return str(self._link)

    def unplug(self) -> None:
        """Make it go away, whoever has it open."""
        if self._master is not None:
            os.close(self._master)
            self._master = None
            if self._link is not None:
                self._link.unlink(missing_ok=True)

    def is_open(self) -> bool:
        """Whether a host has it open."""
        if self._master is None:
            return False
        poll = select.poll()
        poll.register(self._master, 0)
        return not poll.poll(0)

    def fileno(self) -> int:
        """What becomes readable when the host sends something."""
        return -1 if self._master is None else self._master

    def read(self) -> bytes:
        """What the host has sent; never waits."""
        with contextlib.suppress(OSError):  # nothing yet, or nobody any more
            return os.read(self.fileno(), READ_BYTES)
        return b""

    def write(self, data: bytes) -> None:
        """Send to the host; what it leaves unread for too long is lost."""
        with contextlib.suppress(OSError):
            os.write(self.fileno(), data)


class SocketPort:
    """A TCP port that one host at a time connects to.

    Args:
        host: The address to listen at.
        port: The port; 0 for any that is free, which is then kept.
    """

    def __init__(self, host: str, port: int) -> None:
        self._at = (host, port)
        self._listener: socket.socket | None = None
        self._peer: socket.socket | None = None

    def plug(self) -> str:
        """Begin to listen; returns the URI of the source.

        Raises:
            UsageError: Nobody can listen there.
        """
        host, port = self._at
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        try:
            self._listener = socket.create_server(self._at, family=family, backlog=1)
        except OSError as error:
            raise UsageError(
                ko=f"tcp://{host}:{port}에서 기다릴 수 없습니다 ({error.strerror}). 다른 포트나 "
                "포트 0(아무것이나)을 주세요.",
                en=f"Cannot listen at tcp://{host}:{port} ({error.strerror}). Give another port, "
                "or port 0 for any.",
            ) from error
        self._listener.setblocking(False)
        self._at = (host, self._listener.getsockname()[1])
        shown = f"[{host}]" if family == socket.AF_INET6 else host
        return f"socket://{shown}:{self._at[1]}"

    def unplug(self) -> None:
        """Hang up and listen no more."""
        for end in (self._peer, self._listener):
            if end is not None:
                end.close()
        self._peer = self._listener = None

    def is_open(self) -> bool:
        """Whether a host is connected; a new one is from the next time on that this is asked."""
        if self._peer is not None:
            return True
        if self._listener is not None:
            with contextlib.suppress(BlockingIOError):
                self._peer, _ = self._listener.accept()
                self._peer.setblocking(False)
                self._peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return False

    def fileno(self) -> int:
        """What becomes readable when the host sends something."""
        return -1 if self._peer is None else self._peer.fileno()

    def read(self) -> bytes:
        """What the host has sent; never waits."""
        if self._peer is None:
            return b""
        try:
            data = self._peer.recv(READ_BYTES)
        except BlockingIOError:
            return b""
        except OSError:  # it has hung up
            data = b""
        if not data:
            self._hang_up()
        return data

    def write(self, data: bytes) -> None:
        """Send to the host; what it leaves unread for too long is lost."""
        if self._peer is not None:
            try:
                self._peer.send(data)
            except BlockingIOError:
                pass
            except OSError:
                self._hang_up()

    def _hang_up(self) -> None:
        if self._peer is not None:
            self._peer.close()
            self._peer = None


Port = TerminalPort | SocketPort
"""Where one host at a time can open the glove; it may go away and come back."""


def open_port(where: str, link: Path | None = None) -> Port:
    """The port that `pty` or `tcp://HOST:PORT` names, not plugged in yet.

    Args:
        where: Its name.
        link: A path that always leads to the present `pty`.

    Raises:
        UsageError: It names no port, or one that cannot have a link.
    """
    if where == "pty":
        return TerminalPort(link)
    if link is None and (address := _address(where)):
        return SocketPort(*address)
    raise UsageError(
        ko=f"'{where}'에서는 장갑을 열 수 없습니다. pty(--link 가능) 또는 tcp://127.0.0.1:0처럼 "
        "주세요.",
        en=f"A glove cannot be served at '{where}'. Give pty (with --link if you like), or "
        "something like tcp://127.0.0.1:0.",
    )


def _address(where: str) -> tuple[str, int] | None:
    """Host and port of `tcp://HOST:PORT`; None for anything else."""
    try:
        parts = urlsplit(where)
        host, port = parts.hostname, parts.port
    except ValueError:  # a port beyond 65535, or half a bracket
        return None
    return (host, port) if parts.scheme == "tcp" and host and port is not None else None


class Server:
    """Lets hosts open a virtual glove; its time begins when the first one does.

    Args:
        cable: The glove and its cable; nobody else asks them.
        port: Where hosts open it.
        announce: Takes the port's address whenever it is plugged in.
    """

    def __init__(self, cable: Cable, port: Port, announce: Callable[[str], None]) -> None:
        self._cable, self._port, self._announce = cable, port, announce
        self._lock = threading.Lock()  # of the cable
        self._closed = threading.Event()
        self._began_s: float | None = None
        self._seen = self._connected = False

    def tell(self, line: str) -> None:
        """Spell a text, or with `!` before it let something go wrong; from any thread.

        Raises:
            UsageError: It can be neither.
        """
        with self._lock:
            if line.startswith("!"):
                self._cable.suffer(parse_mishap(line[1:]))
            else:
                self._cable.glove.spell(line)

    def run(self) -> None:
        """Serve until closed.

        Raises:
            UsageError: The port cannot be had.
        """
        self._announce(self._port.plug())
        plugged = True
        try:
            while not self._closed.is_set():
                self._serve()
                if self._cable.plugged != plugged:
                    plugged = not plugged
                    if plugged:
                        self._announce(self._port.plug())
                    else:
                        self._port.unplug()
        finally:
            self._port.unplug()

    def close(self) -> None:
        """Let `run` return soon; from any thread."""
        self._closed.set()

    def _serve(self) -> None:
        """Move what has come, then wait until there is more."""
        seen, self._seen = self._seen, self._port.is_open()
        before, self._connected = self._connected, seen and self._seen
        asked = self._port.read() if self._connected else b""
        with self._lock:
            if self._connected and self._began_s is None:
                self._began_s = time.monotonic()
            now_s = 0.0 if self._began_s is None else time.monotonic() - self._began_s
            data = self._cable.due(now_s)
            if self._connected and not before:
                self._cable.glove.connect()
                data = b""
            self._cable.glove.command(asked)
            wait_s = min(max(self._cable.next_s - now_s, 0), POLL_S)
        if not self._connected:
            self._closed.wait(POLL_S)
        elif self._cable.plugged:
            self._port.write(data)
            self._seen = self._port.is_open()
            if self._seen:
                select.select([self._port], [], [], wait_s)
