"""A virtual glove on a cable, and all that happens to them."""

import heapq
from collections.abc import Sequence
from itertools import count

from jihwa.io.virtual.faults import SHARES, Fault, Mishap, NoisyLine
from jihwa.io.virtual.glove import VirtualGlove


class Cable:
    """What a glove sends, as it arrives at the other end.

    Like the glove it has no clock: what arrives depends only on when what was told.

    Args:
        glove: The glove; nobody else asks it.
        schedule: What goes wrong all the time.
        seed: Of the damage to bytes.

    Attributes:
        plugged: Whether the cable is plugged in.
    """

    def __init__(self, glove: VirtualGlove, schedule: Sequence[Mishap] = (), seed: int = 0) -> None:
        self.plugged = True
        self._glove = glove
        self._line = NoisyLine(seed)
        self._order = count()
        self._coming: list[tuple[float, int, Mishap | None]] = []  # None: it is plugged in again
        self._now_s = 0.0
        for mishap in schedule:
            self._expect(mishap.every_s, mishap)

    @property
    def next_s(self) -> float:
        """When something happens again."""
        return min([self._glove.next_s, *(at_s for at_s, _, _ in self._coming[:1])])

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
        elif mishap.fault is Fault.STALL:
            self._glove.stall(mishap.amount)
        else:
            self._glove.reset()
            if mishap.fault is Fault.UNPLUG:
                self.plugged = False
                self._expect(self._now_s + mishap.amount, None)

    def spell(self, text: str) -> None:
        """Let the signer spell a text after those before it.

        Raises:
            UsageError: It is empty or holds something that is not Hangul.
        """
        self._glove.spell(text)

    def connect(self) -> None:
        """Somebody has opened the port."""
        self._glove.connect()

    def command(self, data: bytes) -> None:
        """Bytes that were sent to the glove."""
        self._glove.command(data)

    def _expect(self, at_s: float, mishap: Mishap | None) -> None:
        heapq.heappush(self._coming, (at_s, next(self._order), mishap))

    def _carry(self, until_s: float) -> bytes:
        self._now_s = until_s
        sent = self._glove.due(until_s)
        return self._line.carry(sent) if self.plugged else b""
