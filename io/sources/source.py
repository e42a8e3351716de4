"""What every source of a live signal is: a thread that moves bytes, and says how the line is."""

import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto

from jihwa.data.messages import JihwaError, Message, UsageError
from jihwa.io.failures import explain


class Link(Enum):
    """How the line to a glove is."""

    SEARCHING = auto()
    """No device that could be one is there yet; it is looked for."""
    OPENING = auto()
    """A device is being opened; a board that resets stays silent for about 2 s."""
    LIVE = auto()
    """The device is open, and bytes come."""
    LOST = auto()
    """They stopped, or the device went away; it is tried again by itself."""
    ENDED = auto()
    """Nothing will come any more: the recording is over, or the source gave up for good."""


@dataclass(frozen=True, slots=True)
class Connection:
    """The state of the line, told whenever it changes.

    Attributes:
        link: How it is.
        device: What is connected or looked for, as the user knows it (`/dev/ttyACM0`).
        reason: Why it is so, and what to do; None where that is plain.
    """

    link: Link
    device: str = ""
    reason: Message | None = None


@dataclass(frozen=True, slots=True)
class Received:
    """Bytes as they came, cut anywhere.

    Attributes:
        data: The bytes.
        at_s: When, on `time.monotonic()`.
    """

    data: bytes
    at_s: float


SourceEvent = Received | Connection
Deliver = Callable[[SourceEvent], None]
JOIN_S = 1.0
"""How long closing waits for a thread that the system keeps, as a connection being made may."""


class Source(ABC):
    """Moves bytes from somewhere, by its `run` in a thread of its own. It never interprets them.

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
        """Begin to deliver events from a thread of its own; returns at once.

        Args:
            deliver: Takes every event; it may be called from any thread and does not block.
        """
        self._deliver = deliver
        self._thread.start()

    def send(self, command: str) -> None:
        """Send a firmware command (`header`, `interval,20`, `recal`, `yawzero`) to the glove.

        It is sent as soon as the line is up. Never blocks.

        Raises:
            UsageError: This source has nobody to answer.
        """
        raise UsageError(
            ko=f"{self.device}: 명령 {command}을(를) 받을 장갑이 없습니다. 연결된 장갑을 쓰세요.",
            en=f"{self.device}: no glove is there to take the command {command}. Use a source "
            "with a glove.",
        )

    def show(self, sign: str, style: int | None, hold_s: float) -> None:  # noqa: B027
        """Let a hand that is simulated show a sign; any other shows what it likes.

        Args:
            sign: The sign.
            style: How bent the fingers are, 1 to 5; None for any.
            hold_s: How long it is held.
        """

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

    def pass_on(self, data: bytes, at_s: float = 0.0) -> None:
        """Deliver bytes that have just come, or that come sooner than they would."""
        if data:
            self._hand_on(Received(data, max(at_s, time.monotonic())))

    def _hand_on(self, event: SourceEvent) -> None:
        with self._delivering:
            if self._deliver is not None:
                self._deliver(event)

    def _main(self) -> None:
        try:
            self.run()
        except (JihwaError, OSError) as error:
            self.tell(Connection(Link.ENDED, self.device, explain(error)))
