"""What every source of a live signal is: a thread that moves bytes, and says how the line is."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Protocol

from jihwa.data.messages import Message


class Link(Enum):
    """How the line to a glove is."""

    SEARCHING = auto()
    """No device that could be one is there yet; it is looked for."""
    OPENING = auto()
    """A device is being opened; a board that resets stays silent for about 2 s."""
    LIVE = auto()
    """Bytes come."""
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


class Source(Protocol):
    """Moves bytes from somewhere. It never interprets them."""

    def start(self, deliver: Deliver) -> None:
        """Begin to deliver events from a thread of its own; returns at once.

        Args:
            deliver: Takes every event; it may be called from any thread and does not block.
        """

    def send(self, command: str) -> None:
        """Send a firmware command (`header`, `interval,20`, `recal`, `yawzero`) to the glove.

        It is sent as soon as the line is up. Never blocks.

        Raises:
            UsageError: This source has nobody to answer.
        """

    def close(self) -> None:
        """Stop; nothing is delivered after this returns. Closing twice is fine."""
