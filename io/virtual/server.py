"""A virtual glove at a port, in real time."""

import select
import threading
import time
from collections.abc import Callable

from jihwa.io.virtual.cable import Cable, parse_mishap
from jihwa.io.virtual.ports import Port

POLL_S = 0.02
"""How often it looks for a host.

One that has just opened a port still empties its buffers, so the glove speaks at the second look.
"""


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
