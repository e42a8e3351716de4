"""A virtual serial port: one end of a pseudo-terminal."""

import contextlib
import os
import select
from pathlib import Path

from jihwa.data.messages import UsageError

try:
    import tty
except ImportError:  # Windows
    tty = None  # type: ignore[assignment]

READ_BYTES = 4096


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
