"""What sources have in common: a thread of their own that is stopped quickly and surely."""

import threading
import time
from abc import ABC, abstractmethod

from jihwa.data.messages import JihwaError, UsageError
from jihwa.io.failures import explain
from jihwa.io.sources.source import Connection, Deliver, Link, Received, SourceEvent

JOIN_S = 1.0
"""How long closing waits for a thread that the system keeps, as a connection being made may."""


class ThreadedSource(ABC):
    """A source whose `run` moves the bytes in a thread of its own.

    Attributes:
        device: What it reads, as the user knows it.
    """

    def __init__(self, device: str) -> None:
        self.device = device
        self.closing = threading.Event()
        self._thread = threading.Thread(target=self._main, name=f"source {device}", daemon=True)
        self._delivering = threading.RLock()
        self._deliver: Deliver | None = None
        self._told: Connection | None = None

    @abstractmethod
    def run(self) -> None:
        """Move the bytes until there are no more or `closing` is set.

        Raises:
            JihwaError: It has to end; the message tells why.
            OSError: It has to end; the system tells why.
        """

    def start(self, deliver: Deliver) -> None:
        """Begin to deliver events from a thread of its own; returns at once."""
        self._deliver = deliver
        self._thread.start()

    def send(self, command: str) -> None:
        """Send a firmware command to the glove.

        Raises:
            UsageError: This source has nobody to answer.
        """
        raise UsageError(
            ko=f"{self.device}: 명령 {command}을(를) 받을 장갑이 없습니다. 연결된 장갑을 쓰세요.",
            en=f"{self.device}: no glove is there to take the command {command}. Use a source "
            "with a glove.",
        )

    def close(self) -> None:
        """Stop; nothing is delivered after this returns. Closing twice is fine."""
        self.closing.set()
        with self._delivering:
            self._deliver = None
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(JOIN_S)

    def tell(self, connection: Connection) -> None:
        """Deliver how the line is, if that is new."""
        if connection != self._told:
            self._told = connection
            self._hand_on(connection)

    def pass_on(self, data: bytes) -> None:
        """Deliver bytes that have just come."""
        if data:
            self._hand_on(Received(data, time.monotonic()))

    def _hand_on(self, event: SourceEvent) -> None:
        with self._delivering:
            if self._deliver is not None:
                self._deliver(event)

    def _main(self) -> None:
        try:
            self.run()
        except JihwaError as error:
            self.tell(Connection(Link.ENDED, self.device, error.message))
        except OSError as error:
            self.tell(Connection(Link.ENDED, self.device, explain(error)))
