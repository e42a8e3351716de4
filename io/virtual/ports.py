"""What a host can open: the places where a virtual glove can be plugged in."""

from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from jihwa.data.messages import UsageError
from jihwa.io.virtual.socket_port import SocketPort
from jihwa.io.virtual.terminal_port import TerminalPort


class Port(Protocol):
    """Where one host at a time can open the glove; it may go away and come back."""

    def plug(self) -> str:
        """Make it exist; returns the address under which a host opens it.

        Raises:
            UsageError: It cannot be had here.
        """

    def unplug(self) -> None:
        """Make it go away, whoever has it open."""

    def is_open(self) -> bool:
        """Whether a host has it open."""

    def fileno(self) -> int:
        """What becomes readable when the host that has it open sends something."""

    def read(self) -> bytes:
        """What the host has sent; never waits."""

    def write(self, data: bytes) -> None:
        """Send to the host; what it leaves unread for too long is lost."""


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
    try:
        parts = urlsplit(where)
        if parts.scheme == "tcp" and parts.hostname and parts.port is not None and link is None:
            return SocketPort(parts.hostname, parts.port)
    except ValueError:  # a port beyond 65535
        pass
    raise UsageError(
        ko=f"'{where}'에서는 장갑을 열 수 없습니다. pty(--link 가능) 또는 tcp://127.0.0.1:0처럼 "
        "주세요.",
        en=f"A glove cannot be served at '{where}'. Give pty (with --link if you like), or "
        "something like tcp://127.0.0.1:0.",
    )
