"""In which units a glove counts: guessed from what it sends, once that is unambiguous.

A hand at rest feels 1 g, a glove takes a sample every 2 to 500 ms, a flex sensor works in the
upper part of its range: of the units that are used, one at most agrees with all that.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from math import inf, isfinite, pi
from statistics import median

import numpy as np

from jihwa.data.messages import Message
from jihwa.data.signal.clock import LATEST_S
from jihwa.data.signal.frames import Array, gravity_of_angles
from jihwa.data.signal.sensors import USABLE_FLEX_ADC

UNITS: Mapping[str, Mapping[str, float]] = {
    "time": {"ms": 1e3, "s": 1.0, "us": 1e6, "ns": 1e9, "days": 1 / 86_400},
    "flex": {
        "adc10": 1.0,
        "adc8": 255 / 1023,
        "adc12": 4095 / 1023,
        "adc14": 16_383 / 1023,
        "adc16": 65_535 / 1023,
        "norm": 1 / 1023,
        "percent": 100 / 1023,
        "3.3v": 3.3 / 1023,
        "5v": 5 / 1023,
        "mv(3.3v)": 3300 / 1023,
        "mv(5v)": 5000 / 1023,
    },
    "accel": {
        "g": 1.0,
        "mg": 1e3,
        "m/s2": 9.80665,
        "lsb16384": 16_384.0,
        "lsb8192": 8192.0,
        "lsb4096": 4096.0,
        "lsb2048": 2048.0,
        "lsb256": 256.0,
    },
    "angle": {"deg": 1.0, "rad": pi / 180},
}
"""How many of each unit are a second, a count of a 10-bit ADC, g, a degree."""

USUAL = {"time": "ms", "flex": "adc10", "accel": "g", "angle": "deg"}
"""What the glove's own firmware sends."""

PATIENCE = 25
"""Samples that are looked at before a unit is guessed; the usual ones are known by the first."""
MOST_TICKLESS, MOST_LEVEL = 300, 100
"""Samples to look at where the time does not go on, and where the hand may just be level."""
FINEST_S, COARSEST_S = 0.002, 0.5
"""Time between two samples of a glove."""
DAY_S = 86_400
"""Where a time of day begins again."""
COARSE = 0.7
"""A clock that moves on with fewer of the samples tells the time coarsely."""

USUAL_FLEX_ADC = (680.0, 980.0)
"""What the fingers of a hand read for most of the time."""

_WHAT = {
    "time": Message(ko="시각의 단위", en="Times are in"),
    "flex": Message(ko="flex의 단위", en="Flex is in"),
    "accel": Message(ko="가속도의 단위", en="Acceleration is in"),
    "angle": Message(ko="각도의 단위", en="Angles are in"),
}
_CALLED = {
    "ms": Message(ko="밀리초", en="milliseconds"),
    "s": Message(ko="초", en="seconds"),
    "us": Message(ko="마이크로초", en="microseconds"),
    "ns": Message(ko="나노초", en="nanoseconds"),
    "days": Message(ko="일", en="days"),
    "m/s2": Message(ko="m/s²", en="m/s²"),
    "rad": Message(ko="라디안", en="radians"),
    "deg": Message(ko="도", en="degrees"),
    "norm": Message(ko="0-1", en="shares of full scale (0-1)"),
    "percent": Message(ko="%", en="% of full scale"),
    "3.3v": Message(ko="볼트 (3.3 V까지)", en="volts (of 3.3)"),
    "5v": Message(ko="볼트 (5 V까지)", en="volts (of 5)"),
    "mv(3.3v)": Message(ko="밀리볼트 (3.3 V까지)", en="millivolts (of 3.3 V)"),
    "mv(5v)": Message(ko="밀리볼트 (5 V까지)", en="millivolts (of 5 V)"),
    **{
        f"lsb{n}": Message(ko=f"1 g에 {n}", en=f"counts of {n} to the g")
        for n in (16_384, 8192, 4096, 2048, 256)
    },
    **{
        f"adc{n}": Message(ko=f"{n}비트 ADC", en=f"{n}-bit ADC counts") for n in (8, 10, 12, 14, 16)
    },
}


@dataclass
class Guess:
    """The unit of one quantity.

    Attributes:
        quantity: One of the keys of `UNITS`.
        unit: The unit by now.
        settled: Whether it is known; until then it is what is usual.
    """

    quantity: str
    unit: str
    settled: bool = False

    def __post_init__(self) -> None:
        self._usual = self.unit
        self._seen: list[Array] = []
        self._released = False

    @property
    def per(self) -> float:
        """How many of the unit make one of ours."""
        return UNITS[self.quantity][self.unit]

    @property
    def waits(self) -> bool:
        """Whether samples should wait until more is known."""
        return bool(self._seen) and not (self.settled or self._released)

    @property
    def said(self) -> Message | None:
        """What to tell, once, of a unit that is not the usual one."""
        if self.unit == self._usual or not self.settled:
            return None
        called = _CALLED.get(self.unit, Message(ko=self.unit, en=self.unit))
        what = _WHAT[self.quantity]
        return Message(ko=f"{what.ko}: {called.ko}.", en=f"{what.en} {called.en}.")

    def look(self, values: Array, gravity: Array) -> None:
        """Look at one sample.

        Args:
            values: What the sensors of this quantity read.
            gravity: (3,) acceleration in g, for angles; NaN where it is not known.
        """
        if self.settled or not tells(self.quantity, values):
            return
        with np.errstate(over="ignore"):  # of what no sensor sends
            is_usual = self._is_usual(values)
        if is_usual:
            self.settled, self.unit = True, self._usual
            return
        self._seen.append(np.concatenate([values, gravity]))
        level = self.quantity == "angle" and not np.isfinite(gravity).all()
        if len(self._seen) >= (MOST_LEVEL if level else PATIENCE):
            self.decide()

    def decide(self) -> None:
        """Decide by what was seen, if that is enough; samples wait no longer either way."""
        if len(self._seen) < PATIENCE:
            self._seen, self._released = [], True
        elif not self.settled:
            seen, self._seen, self._released = np.array(self._seen), [], True
            guess = {"flex": _flex_unit, "accel": _accel_unit, "angle": _angle_unit}[self.quantity]
            with np.errstate(over="ignore", invalid="ignore"):
                unit = guess(seen[:, :-3], seen[:, -3:], self._usual)
            self.settled, self.unit = unit is not None, unit or self._usual

    def _is_usual(self, values: Array) -> bool:
        """Whether one sample is enough to know that the unit is the usual one."""
        if self.quantity == "flex":
            told = values[np.isfinite(values)]
            return bool(2 * _usable(told / UNITS["flex"][self._usual]).sum() >= len(told))
        if self.quantity == "accel":
            return bool(0.5 < float(np.linalg.norm(values)) / UNITS["accel"][self._usual] < 2)
        pitch, roll = np.abs(values[:2])
        whole = any(value and float(value).is_integer() for value in (pitch, roll))
        return bool(self._usual == "deg" and (pitch > 1.6 or roll > 6.3 or whole))


def tells(quantity: str, values: Array) -> bool:
    """Whether (…, C) readings of a quantity say anything of its unit: a finger, or a direction."""
    known = np.isfinite(values[..., :2] if quantity == "angle" else values)
    return bool((known.any(axis=-1) if quantity == "flex" else known.all(axis=-1)).any())


def _usable(flex_adc: Array) -> Array:
    low, high = USABLE_FLEX_ADC
    return np.asarray((flex_adc >= low) & (flex_adc <= high))


def _flex_unit(flex: Array, _: Array, __: str) -> str | None:
    """The unit in which most fingers read what is usual, and in no other nearly so many."""
    flex = flex[:, np.isfinite(flex).any(axis=0)]
    middles = np.nanmedian(flex, axis=0)
    low, high = USUAL_FLEX_ADC
    usual = {
        unit: int(((middles >= low * per) & (middles <= high * per)).sum())
        for unit, per in UNITS["flex"].items()
    }
    unit, other = sorted(usual, key=lambda each: usual[each])[:-3:-1]
    return unit if 2 * usual[unit] > len(middles) and 2 * usual[other] < usual[unit] else None


def _accel_unit(accel: Array, _: Array, usual: str) -> str | None:
    """The unit in which it is about 1 g in the middle."""
    length = float(np.nanmedian(np.linalg.norm(accel, axis=1)))
    near = {unit: abs(np.log(max(length, 1e-9) / per)) for unit, per in UNITS["accel"].items()}
    unit = min(near, key=lambda each: near[each])
    return unit if near[unit] < np.log(1.25) else None


def _angle_unit(angles: Array, gravity: Array, _: str) -> str | None:
    """The unit in which they agree with gravity, or else radians for what is as fine as those."""
    known = np.asarray(np.isfinite(gravity).all(axis=1) & np.isfinite(angles[:, :2]).all(axis=1))
    length = np.linalg.norm(np.where(known[:, None], gravity, 0), axis=1)
    known &= (length > 0.5) & (length < 2)
    if known.any():
        length = length[known, None]
        off = {
            unit: float(np.abs(gravity_of_angles(angles[known] / per) - gravity[known] / length)
                        .max(axis=1).mean())
            for unit, per in UNITS["angle"].items()
        }  # fmt: skip
        unit = min(off, key=lambda each: off[each])
        return unit if off[unit] < 0.5 * max(off.values()) and max(off.values()) > 0.1 else None
    tilt = angles[:, :2]
    noise = float(np.nanmedian(np.abs(np.diff(tilt, axis=0)))) if len(tilt) > 2 else inf
    leans = float(np.nanmax(np.abs(tilt))) > 0.2
    return "rad" if noise < 0.02 and leans else None


class Times:
    """Raw times to seconds, with the unit and the fineness of the clock.

    A clock that repeats its time is coarse: the samples of each tick are spread evenly over it. One
    that never moves on is none.

    Args:
        unit: The usual one.
        is_certain: Whether somebody said so.
        is_absent: Whether no time is sent at all.
    """

    def __init__(self, unit: str, *, is_certain: bool, is_absent: bool) -> None:
        self.unit, self._usual = unit, unit
        self.is_absent = self.settled = is_absent
        self.step_s: float | None = None
        """Time between two samples of a coarse clock; None for a fine one."""
        self.is_still = False
        """Whether the clock never moves on."""
        self._is_certain = is_certain
        self._raw: list[float] = []
        self._tick: float | None = None
        self._behind = 0  # samples since the last tick
        self._last_s = -inf
        self._before_s, self._days_s = -inf, 0.0

    @property
    def by_arrival(self) -> bool:
        """Whether samples are timed by when they came."""
        return self.is_absent or self.is_still

    @property
    def waits(self) -> bool:
        """Whether samples should wait until more is known; the first one is at 0 anyhow."""
        return not self.settled and (len(self._raw) > 1 or self._is_beyond)

    @property
    def _is_beyond(self) -> bool:
        """Whether the first time is so large that it cannot be in the usual unit."""
        return any(abs(raw) >= LATEST_S * UNITS["time"][self.unit] for raw in self._raw[:1])

    def look(self, raw: float, *, arrives: bool) -> None:
        """Look at the time of one sample; `arrives` says whether its arrival is known."""
        if self.settled or not isfinite(raw):
            return
        self._raw.append(raw)
        n = len(self._raw)
        step_s = (raw - self._raw[0]) / UNITS["time"][self.unit]
        if n == 2 and FINEST_S <= step_s <= 0.2:
            self.settled = True
        elif n >= PATIENCE:
            steps = [after - before for before, after in pairwise(self._raw)]
            ticks = sum(step > 0 for step in steps)
            enough = ticks > COARSE * len(steps) or ticks >= 3
            if enough or n >= (2 * PATIENCE if arrives and not ticks else MOST_TICKLESS):
                self.decide()

    def decide(self) -> None:
        """Decide by what was seen, if that is enough."""
        if self.settled or len(self._raw) < 2:
            return
        self.settled = True
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
        share = len(forward) / len(steps)
        is_coarse = share < COARSE and len(forward) > 1
        step = median(forward) * (self._share_within(forward) if is_coarse else 1.0)
        if not self._is_certain:
            fits = [u for u, per in UNITS["time"].items() if FINEST_S <= step / per <= COARSEST_S]
            self.unit = fits[0] if fits else self._usual
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
        if raw_s < 10 and DAY_S - 10 <= self._before_s < DAY_S:
            self._days_s += DAY_S
        self._before_s = raw_s
        raw_s += self._days_s
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
        called = _CALLED[self.unit]
        if self.step_s is not None:
            return Message(
                ko=f"시각의 단위: {called.ko}. 여러 표본이 같은 시각이라 그 사이에 고르게 "
                f"나누었습니다 (초당 {1 / self.step_s:.0f}개).",
                en=f"Times are in {called.en} and repeat: the samples of each were spread evenly "
                f"({1 / self.step_s:.0f} a second).",
            )
        if self.unit == self._usual or not self.settled:
            return None
        return Message(ko=f"{_WHAT['time'].ko}: {called.ko}.", en=f"Times are in {called.en}.")
