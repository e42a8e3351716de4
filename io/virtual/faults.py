"""What can go wrong between a board and a computer, by schedule and when told."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from jihwa.data.messages import UsageError


class Fault(StrEnum):
    """What goes wrong."""

    DAMAGE = "damage"
    """Bytes come as others."""
    DROP = "drop"
    """Bytes are lost."""
    STALL = "stall"
    """The board hangs for a while."""
    RESET = "reset"
    """The board starts anew."""
    UNPLUG = "unplug"
    """The port goes away, and comes back after a while."""


SHARES = (Fault.DAMAGE, Fault.DROP)
"""These befall a share of all bytes; the others happen at a moment."""

LASTS_S: Mapping[Fault, float] = {Fault.STALL: 2.0, Fault.RESET: 0.0, Fault.UNPLUG: 3.0}
"""How long the others last, unless told otherwise; a reset lasts as long as the board needs."""


@dataclass(frozen=True, slots=True)
class Mishap:
    """Something that goes wrong now.

    Attributes:
        fault: What it is.
        amount: The share of the bytes from now on, or for how many seconds.
        every_s: How long until it happens again; 0 where it does not.
    """

    fault: Fault
    amount: float
    every_s: float = 0.0


def parse_mishap(text: str) -> Mishap:
    """What is told at run time: `reset`, `unplug 3`, `stall 2`, `drop 0.01`.

    Raises:
        UsageError: It cannot be understood.
    """
    try:
        name, *values = text.split()
        fault = Fault(name)
        amount = float(values.pop()) if values else LASTS_S[fault]
        if values or not _possible(fault, amount):
            raise ValueError(text)
    except (ValueError, KeyError):
        raise _mistake(text, "reset, stall 2, unplug 3, drop 0.01, damage 0.01") from None
    return Mishap(fault, amount)


def parse_schedule(text: str) -> tuple[Mishap, ...]:
    """What goes wrong all the time: `damage=0.01,reset=60,unplug=120:3`.

    A share of the bytes, or how many seconds apart something happens and how many it lasts.

    Raises:
        UsageError: It cannot be understood.
    """
    return tuple(_scheduled(entry) for entry in text.split(","))


def _scheduled(entry: str) -> Mishap:
    try:
        name, value = entry.strip().split("=")
        fault = Fault(name)
        if fault in SHARES:
            mishap = Mishap(fault, float(value))
        else:
            every, *lasts = value.split(":")
            amount = float(lasts.pop()) if lasts else LASTS_S[fault]
            mishap = Mishap(fault, amount, float(every))
            if lasts or not amount < mishap.every_s < np.inf:
                raise ValueError(entry)
        if not _possible(fault, mishap.amount):
            raise ValueError(entry)
    except ValueError:
        raise _mistake(
            entry, "damage=0.01, drop=0.001, reset=60, stall=30:2, unplug=120:3"
        ) from None
    return mishap


def _possible(fault: Fault, amount: float) -> bool:
    return 0 <= amount <= (1 if fault in SHARES else 3600)


def _mistake(text: str, examples: str) -> UsageError:
    return UsageError(
        ko=f"알 수 없는 고장 '{text}'. 이렇게 쓰세요: {examples}",
        en=f"Unknown fault '{text}'. Write it like this: {examples}",
    )


class NoisyLine:
    """A line that damages and drops a share of the bytes, however they are cut.

    Attributes:
        shares: The share of the bytes that meets each of `SHARES`, 0-1.
    """

    def __init__(self, seed: int = 0) -> None:
        self.shares = dict.fromkeys(SHARES, 0.0)
        self._rng = np.random.default_rng(seed)

    def carry(self, data: bytes) -> bytes:
        """What arrives."""
        luck = self._rng.random((len(data), 3))  # damaged?, what it becomes, dropped?
        sent = np.frombuffer(data, dtype=np.uint8)
        other = (sent + 1 + np.floor(255 * luck[:, 1]).astype(np.uint8)).astype(np.uint8)
        arrived = np.where(luck[:, 0] < self.shares[Fault.DAMAGE], other, sent)
        return arrived[luck[:, 2] >= self.shares[Fault.DROP]].tobytes()
