"""Serial lines made of pseudo-terminals, and what a source says about them."""

import os
import select
import time
import tty
from contextlib import contextmanager, suppress
from pathlib import Path

from jihwa.io.sources.ports import NamedPort
from jihwa.io.sources.serial_line import SerialSource, Timing
from jihwa.io.sources.source import Connection, Link, Received

QUICK = Timing(boot_s=0.4, silence_s=0.6, pause_s=0.2, retry_s=0.02, longest_retry_s=0.1)
PATIENCE_S = 5.0
HEADER = b"timestamp,pitch,roll,yaw,flex1,flex2,flex3,flex4,flex5\n"


def sample(time_ms: int) -> bytes:
    return f"{time_ms},1.0,2.0,3.0,781,792,803,814,825\n".encode()


class Glove:
    """A board at one end of a pseudo-terminal; `plug` gives the other end a name."""

    def __init__(self, name: Path) -> None:
        self.name = name
        self.plug(name)

    def plug(self, name: Path) -> None:
        self._board, self._port = os.openpty()
        tty.setraw(self._port)
        self.name = name
        name.symlink_to(os.ttyname(self._port))

    def unplug(self) -> None:
        self.name.unlink(missing_ok=True)
        for end in (self._board, self._port):
            with suppress(OSError):
                os.close(end)

    def print(self, data: bytes) -> None:
        os.write(self._board, data)

    def read(self, within_s: float = PATIENCE_S) -> bytes:
        """What the computer has sent; nothing if it sends nothing."""
        ready, _, _ = select.select([self._board], [], [], within_s)
        return os.read(self._board, 4096) if ready else b""


class Log:
    """Takes what a source delivers."""

    def __init__(self) -> None:
        self.connections: list[Connection] = []
        self.data = b""

    def __call__(self, event) -> None:
        if isinstance(event, Received):
            self.data += event.data
        else:
            self.connections.append(event)

    @property
    def links(self) -> list[Link]:
        """How the line was, one after the other; waiting longer for the same is no news."""
        links = [connection.link for connection in self.connections]
        return [link for i, link in enumerate(links) if link not in links[max(i - 1, 0) : i]]

    def until(self, link: Link) -> Connection:
        """Wait until the line is like this, and say why it is."""
        wait_until(lambda: self.connections and self.connections[-1].link is link)
        return self.connections[-1]

    def until_data(self, data: bytes) -> None:
        """Wait until the source has delivered this after all that came before."""
        wait_until(lambda: self.data.endswith(data))


def wait_until(is_so) -> None:
    end_s = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < end_s, "it did not happen"
        time.sleep(0.005)


@contextmanager
def following(device, *, timing=QUICK, boards=(), commands=()):
    """A started source on a device, and what it delivers."""
    port = NamedPort(str(device), lambda: boards)
    log, source = Log(), SerialSource(port, timing=timing, commands=commands)
    source.start(log)
    try:
        yield source, log
    finally:
        source.close()
