"""A serial port at the other end of a network."""

import contextlib
import socket

from jihwa.data.messages import UsageError

READ_BYTES = 4096


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
