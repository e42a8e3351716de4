"""Raw times to seconds: which unit a clock counts in, and how finely."""

from itertools import pairwise
from math import inf, isfinite
from statistics import median

from jihwa.data.formats.units import CALLED, PATIENCE, UNITS, WHAT, doubt
from jihwa.data.messages import Message
from jihwa.data.signal.clock import LATEST_S

UNTIMED_STEP_S = 0.03
"""Usual time between two samples of a glove that has no clock."""

LEAST_STEP_S = 0.001
"""Least time between two samples of a glove that has no clock."""

NO_CLOCK = Message(
    ko=f"시각이 없어 표본이 초당 {1 / UNTIMED_STEP_S:.0f}개라고 봅니다.",
    en=f"There are no times: the samples are taken to be {1 / UNTIMED_STEP_S:.0f} a second.",
)

MOST_TICKLESS = 300
"""Samples to look at where the time does not go on."""
FINEST_S, COARSEST_S = 0.002, 0.5
"""Time between two samples of a glove."""
COARSE = 0.7
"""A clock that moves on with fewer of the samples tells the time coarsely."""
COUNTED = 0.9
"""What goes on by one with more of the samples counts them: no clock is so even and so fast."""
ROUNDS_S = (86_400, 3600)
"""Where a time of day begins again, with and without its hour."""


class Times:
    """Raw times to seconds, with the unit and the fineness of the clock.

    A clock that repeats its time is coarse: the samples of each tick are spread evenly over it. One
    that never moves on is none, nor is one that counts the samples.

    Args:
        unit: The usual one.
        is_certain: Whether somebody said so.
        is_absent: Whether no time is sent at all.
    """

    def __init__(self, unit: str, *, is_certain: bool, is_absent: bool) -> None:
        self.unit, self._usual = unit, unit
        self.is_absent = self.decided = is_absent
        self.step_s: float | None = None
        """Time between two samples of a coarse clock; None for a fine one."""
        self.is_still = False
        """Whether the clock never moves on."""
        self.counts = False
        """Whether it counts the samples."""
        self._is_certain = is_certain
        self.doubt: Message | None = None
        self._raw: list[float] = []
        self._tick: float | None = None
        self._behind = 0  # samples since the last tick
        self._last_s = -inf
        self._before_s, self._rounds_s = -inf, 0.0

    @property
    def by_arrival(self) -> bool:
        """Whether samples are timed by when they came."""
        return self.is_absent or self.is_still or self.counts

    @property
    def waits(self) -> bool:
        """Whether samples should wait until more is known; the first one is at 0 anyhow."""
        return not self.decided and (len(self._raw) > 1 or self._is_beyond)

    @property
    def _is_beyond(self) -> bool:
        """Whether the first time is so large that it cannot be in the usual unit."""
        return any(abs(raw) >= LATEST_S * UNITS["time"][self.unit] for raw in self._raw[:1])

    def look(self, raw: float, *, arrives: bool) -> None:
        """Look at the time of one sample; `arrives` says whether its arrival is known."""
        if self.decided or not isfinite(raw):
            return
        self._raw.append(raw)
        n = len(self._raw)
        step_s = (raw - self._raw[0]) / UNITS["time"][self.unit]
        if n == 2 and FINEST_S <= step_s <= 0.2:
            self.decided = True
        elif n >= PATIENCE:
            steps = [after - before for before, after in pairwise(self._raw)]
            ticks = sum(step > 0 for step in steps)
            enough = ticks > COARSE * len(steps) or ticks >= 3
            if enough or n >= (2 * PATIENCE if arrives and not ticks else MOST_TICKLESS):
                self.decide()

    def decide(self) -> None:
        """Decide by what was seen, if that is enough."""
        if self.decided or len(self._raw) < 2:
            return
        self.decided = True
        steps = [after - before for before, after in pairwise(self._raw)]
        forward = [step for step in steps if step > 0]
        if len(self._raw) < PATIENCE:  # too few to be sure, but that seconds are no milliseconds
            per = UNITS["time"][self.unit]
            if forward and not self._is_certain and max(forward) / per < FINEST_S / 2:
                self.unit = "s" if max(forward) <= COARSEST_S else self.unit
            return
        if not forward:
            self.is_still = True
            return
        if not self._is_certain and steps.count(1) > COUNTED * len(steps):
            self.counts = True
            return
        share = len(forward) / len(steps)
        is_coarse = share < COARSE and len(forward) > 1
        step = median(forward) * (self._share_within(forward) if is_coarse else 1.0)
        fits = [u for u, per in UNITS["time"].items() if FINEST_S <= step / per <= COARSEST_S]
        if not self._is_certain:
            self.unit = fits[0] if fits else self._usual
        elif fits and self.unit not in fits:
            self.doubt = doubt("time", self.unit, fits[0])
        if is_coarse:
            self.step_s = step / UNITS["time"][self.unit]

    def _share_within(self, forward: list[float]) -> float:
        """The share of samples at which the clock moves on, between its first and last tick."""
        moves = [i for i, (a, b) in enumerate(pairwise(self._raw)) if b > a]
        return (len(forward) - 1) / max(moves[-1] - moves[0], 1)

    def second(self, raw: float, arrival_s: float) -> float:
        """The time of a sample in seconds.

        Args:
            raw: What the clock tells.
            arrival_s: The time of arrival, for a clock that is none.
        """
        if self.by_arrival:
            return arrival_s
        raw_s = raw / UNITS["time"][self.unit]
        for round_s in ROUNDS_S:
            if raw_s < 10 and round_s - 10 <= self._before_s < round_s:
                self._rounds_s += round_s
        self._before_s = raw_s
        raw_s += self._rounds_s
        if self.step_s is None:
            return raw_s
        if self._tick is None or raw_s != self._tick:
            is_back = self._tick is not None and raw_s < self._tick
            self._last_s = -inf if is_back else self._last_s
            self._tick, self._behind = raw_s, 0
        second_s = max(raw_s + self._behind * self.step_s, self._last_s + 1e-3)
        self._behind, self._last_s = self._behind + 1, second_s
        return second_s

    @property
    def said(self) -> Message | None:
        """What to tell, once, of a clock that is not the usual one."""
        if self.is_still:
            return Message(
                ko="시각이 늘 같아 시계로 쓸 수 없습니다 (표 계산 프로그램이 반올림했을 수 "
                "있습니다). 표본이 고른 간격으로 온 것으로 읽습니다.",
                en="The times are all the same and of no use (a spreadsheet may have rounded "
                "them). The samples are taken to be evenly spaced.",
            )
        if self.counts:
            return Message(
                ko="시각 칸이 시각이 아니라 표본의 번호입니다 (줄마다 1씩 늘어남). 시각이 없는 "
                f"것으로 읽습니다 (파일이면 초당 {1 / UNTIMED_STEP_S:.0f}개).",
                en="The column of the time is none: it numbers the samples (by 1 a line). They "
                "are read as if they had no times "
                f"({1 / UNTIMED_STEP_S:.0f} a second in a file).",
            )
        called = CALLED[self.unit]
        if self.step_s is not None:
            return Message(
                ko=f"시각의 단위: {called.ko}. 여러 표본이 같은 시각이라 그 사이에 고르게 "
                f"나누었습니다 (초당 {1 / self.step_s:.0f}개).",
                en=f"Times are in {called.en} and repeat: the samples of each were spread evenly "
                f"({1 / self.step_s:.0f} a second).",
            )
        if self.unit == self._usual or not self.decided:
            return self.doubt
        return Message(ko=f"{WHAT['time'].ko}: {called.ko}.", en=f"Times are in {called.en}.")


class Arrival:
    """Times by when the lines arrived, always increasing.

    Lines that arrive together were taken one after the other: the last one when it arrived, those
    before it evenly since the arrival before, no more than `UNTIMED_STEP_S` apart. Where nobody
    notes arrivals, as in a file, lines are `UNTIMED_STEP_S` apart.
    """

    def __init__(self) -> None:
        self._last_s = -inf
        self._at_s: float | None = None
        self._step_s = UNTIMED_STEP_S

    @property
    def is_noted(self) -> bool:
        """Whether anybody notes arrivals."""
        return self._at_s is not None

    def note(self, n_lines: int, at_s: float | None) -> None:
        """So many lines have come, at this time of any monotone clock; None if nobody knows."""
        self._at_s = at_s
        if at_s is not None and n_lines:
            self._step_s = min(UNTIMED_STEP_S, max(at_s - self._last_s, 0.0) / n_lines)

    def time_s(self, number: int, n_behind: int) -> float:
        """The time of the sample in a line of this number, with so many lines behind it."""
        if self._at_s is None:
            return number * UNTIMED_STEP_S
        earliest_s = self._last_s + LEAST_STEP_S
        self._last_s = max(self._at_s - n_behind * self._step_s, earliest_s)
        return self._last_s
