"""A virtual glove on a cable, and what can go wrong there: by schedule and when told."""

import heapq
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import count

import numpy as np

from jihwa.data.messages import UsageError
from jihwa.io.virtual.glove import VirtualGlove


class LineFault(StrEnum):
    """What can go wrong; the values are what the user types."""

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


SHARES = (LineFault.DAMAGE, LineFault.DROP)
"""These befall a share of all bytes; the others happen at one time."""
LONGEST_S = 3600.0
"""None of the others lasts longer."""
LASTS_S: Mapping[LineFault, float] = {
    LineFault.STALL: 2.0,
    LineFault.RESET: 0.0,
    LineFault.UNPLUG: 3.0,
}
"""How long the others last, unless told otherwise; a reset lasts as long as the board needs."""


@dataclass(frozen=True, slots=True)
class Mishap:
    """Something that goes wrong now.

    Attributes:
        fault: What it is.
        amount: The share of the bytes from now on, or for how many seconds.
        every_s: How long until it happens again; 0 where it does not.
    """

    fault: LineFault
    amount: float
    every_s: float = 0.0


class NoisyLine:
    """A line that damages and drops a share of the bytes, however they are cut.

    Attributes:
        shares: The share of the bytes that meets each of `SHARES`, 0-1.
    """

    def __init__(self, seed: int = 0) -> None:
        self.shares = dict.fromkeys(SHARES, 0.0)
        self._rng = np.random.default_rng(seed)

    def carry(self, data: bytes) -> bytes:
        """What arrives of bytes that were sent."""
        luck = self._rng.random((len(data), 3))  # damaged?, what it becomes, dropped?
        sent = np.frombuffer(data, dtype=np.uint8)
        other = (sent + 1 + np.floor(255 * luck[:, 1]).astype(np.uint8)).astype(np.uint8)
        arrived = np.where(luck[:, 0] < self.shares[LineFault.DAMAGE], other, sent)
        return arrived[luck[:, 2] >= self.shares[LineFault.DROP]].tobytes()


class Cable:
    """What a glove sends, as it arrives at the other end.

    Like the glove it has no clock: what arrives depends only on when what was told.

    Args:
        glove: The glove; nobody else asks it what it sends.
        schedule: What goes wrong all the time.
        seed: Of the damage to bytes.

    Attributes:
        glove: As given.
        plugged: Whether the cable is plugged in.
    """

    def __init__(self, glove: VirtualGlove, schedule: Sequence[Mishap] = (), seed: int = 0) -> None:
        self.plugged = True
        self.glove = glove
        self._line = NoisyLine(seed)
        self._order = count()
        self._coming: list[tuple[float, int, Mishap | None]] = []  # None: it is plugged in again
        self._now_s = 0.0
        for mishap in schedule:
            self._expect(mishap.every_s, mishap)

    @property
    def next_s(self) -> float:
        """When the glove sends again or something goes wrong, in seconds."""
        return min([self.glove.next_s, *(at_s for at_s, _, _ in self._coming[:1])])

    def due(self, now_s: float) -> bytes:
        """What has arrived since it was asked last; `now_s` never goes back."""
        arrived = b""
        while self._coming and self._coming[0][0] <= now_s:
            at_s, _, mishap = heapq.heappop(self._coming)
            arrived += self._carry(at_s)
            if mishap is None:
                self.plugged = True
            else:
                self.suffer(mishap)
                if mishap.every_s:
                    self._expect(at_s + mishap.every_s, mishap)
        return arrived + self._carry(now_s)

    def suffer(self, mishap: Mishap) -> None:
        """Let something go wrong now."""
        if mishap.fault in SHARES:
            self._line.shares[mishap.fault] = mishap.amount
        elif not self.plugged:
            return
        elif mishap.fault is LineFault.STALL:
            self.glove.stall(mishap.amount)
        else:
            self.glove.reset()
            if mishap.fault is LineFault.UNPLUG:
                self.plugged = False
                self._expect(self._now_s + mishap.amount, None)

    def _expect(self, at_s: float, mishap: Mishap | None) -> None:
        heapq.heappush(self._coming, (at_s, next(self._order), mishap))

    def _carry(self, until_s: float) -> bytes:
        self._now_s = until_s
        sent = self.glove.due(until_s)
        return self._line.carry(sent) if self.plugged else b""


def parse_mishap(text: str) -> Mishap:
    """What is told at run time: `reset`, `unplug 3`, `stall 2`, `drop 0.01`.

    Raises:
        UsageError: It cannot be understood.
    """
    match text.split():
        case [name]:
            mishap = _mishap(name)
        case [name, amount]:
            mishap = _mishap(name, amount)
        case _:
            mishap = None
    if mishap is None:
        raise _mistake(text, "reset, stall 2, unplug 3, drop 0.01, damage 0.01")
    return mishap


def parse_schedule(text: str) -> tuple[Mishap, ...]:
    """What goes wrong all the time: `damage=0.01,reset=60,unplug=120:3`.

    A share of the bytes, or how many seconds apart something happens and how many it lasts.

    Raises:
        UsageError: It cannot be understood.
    """
    return tuple(_scheduled(entry) for entry in text.split(","))


def _scheduled(entry: str) -> Mishap:
    name, _, value = entry.strip().partition("=")
    if name in SHARES:
        mishap = _mishap(name, value)
    else:
        every, colon, lasts = value.partition(":")
        mishap = _mishap(name, lasts if colon else None, every)
        if mishap and not mishap.amount < mishap.every_s < math.inf:
            mishap = None
    if mishap is None:
        raise _mistake(entry, "damage=0.01, drop=0.001, reset=60, stall=30:2, unplug=120:3")
    return mishap


def _mishap(name: str, amount: str | None = None, every: str = "0") -> Mishap | None:
    """What is meant; None where there is no such fault, or it cannot be so much."""
    if name not in tuple(LineFault):
        return None
    fault = LineFault(name)
    how_much = LASTS_S.get(fault, math.nan) if amount is None else _number(amount)
    most = 1 if fault in SHARES else LONGEST_S
    return Mishap(fault, how_much, _number(every)) if 0 <= how_much <= most else None


def _number(text: str) -> float:
    """A number; NaN where the text is none."""
    try:
        return float(text)
    except ValueError:
        return math.nan


def _mistake(text: str, examples: str) -> UsageError:
    return UsageError(
        ko=f"알 수 없는 고장 '{text}'. 이렇게 쓰세요: {examples}",
        en=f"Unknown fault '{text}'. Write it like this: {examples}",
    )
