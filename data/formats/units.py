"""In which units a glove counts: guessed from what it sends, once that is unambiguous.

A hand at rest feels 1 g, a glove takes a sample every 2 to 500 ms, a flex sensor works in the
upper part of its range: of the units that are used, one at most agrees with all that.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf, pi

import numpy as np

from jihwa.data.messages import Message
from jihwa.data.signal.frames import Array, gravity_of_angles
from jihwa.data.signal.sensors import BENT_ADC, STRAIGHT_ADC, USABLE_FLEX_ADC

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
MOST_SEEN = 1000
"""Of more, every other one is forgotten."""
MOST_LEVEL = 100
"""Samples to look at where the hand may just be level."""
TURNS_RAD = 0.8
"""What a hand that spells turns by while so many are looked at."""
MOST_DOUBTFUL = 200
"""Samples to look at where two units of flex would fit."""
USUAL_FLEX_ADC, MOSTLY = (680.0, 980.0), 0.75
"""What the fingers of a hand read for most of the time, and for how much of it at least."""
LEAST_RANGE, LEAST_MOVING = 0.04, 3
"""A finger that moves changes its reading by such a share; so many of a hand that spells do."""
LEAST_OPENED_ADC = 60.0
"""What a hand that spells moves by: 70-150; one that types or scratches, mostly less."""
FULL_ADC = 1023.0
"""What a 10-bit ADC reads at most."""
LEAST_BENDS, FIRST_BENDS = 150, 600
"""So many samples tell between which readings, of a short recording and of any other."""
STRAIGHTEST_ADC, MOST_BENT_ADC = (740.0, 850.0), (820.0, 975.0)
"""What fingers read that are as straight, and as bent, as they ever are: 776-829 and 854-950 in
recordings and for simulated wearers."""

WHAT = {
    "time": Message(ko="시각의 단위", en="Times are in"),
    "flex": Message(ko="flex의 단위", en="Flex is in"),
    "accel": Message(ko="가속도의 단위", en="Acceleration is in"),
    "angle": Message(ko="각도의 단위", en="Angles are in"),
}
CALLED = {
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
        decided: Whether it is known for good. Until then it is what is usual, or radians where
            nothing but how the hand turns speaks for them: one angle that is none ends that.
        is_told: Whether the user told the unit: it stays, but what speaks for another is said.
        doubt: What speaks for another than the user told.
    """

    quantity: str
    unit: str
    decided: bool = False
    is_told: bool = False

    def __post_init__(self) -> None:
        self.doubt: Message | None = None
        self._usual = self.unit
        self._was_wrong = False
        self._seen: list[Array] = []
        self._released = False

    @property
    def per(self) -> float:
        """How many of the unit make one of ours."""
        return UNITS[self.quantity][self.unit]

    @property
    def waits(self) -> bool:
        """Whether samples should wait until more is known."""
        return bool(self._seen) and not (self.decided or self._released or self.is_told)

    @property
    def said(self) -> Message | None:
        """What to tell, once, of a unit that is not the usual one."""
        called = CALLED.get(self.unit, Message(ko=self.unit, en=self.unit))
        what = WHAT[self.quantity]
        if self._was_wrong:
            return Message(
                ko=f"{what.ko}: 알고 보니 {called.ko}.", en=f"{what.en} {called.en} after all."
            )
        if self.unit == self._usual:
            return self.doubt
        return Message(ko=f"{what.ko}: {called.ko}.", en=f"{what.en} {called.en}.")

    def look(self, values: Array, gravity: Array) -> None:
        """Look at one sample.

        Args:
            values: What the sensors of this quantity read.
            gravity: (3,) acceleration in g, for angles; NaN where it is not known.
        """
        if self.decided or not tells(self.quantity, values):
            return
        with np.errstate(over="ignore"):  # of what no sensor sends
            is_usual = self._is_usual(values)
        if is_usual:
            self._was_wrong = self.unit != self._usual
            self.decided, self.unit = True, self._usual
            return
        self._seen.append(np.concatenate([values, gravity]))
        level = self.quantity == "angle" and not np.isfinite(gravity).all()
        n = len(self._seen)
        if n >= (MOST_LEVEL if level else PATIENCE) and n % PATIENCE == 0:
            self.decide()

    def decide(self) -> None:
        """Decide by what was seen, if that is enough; samples wait no longer either way."""
        if len(self._seen) < PATIENCE:
            self._seen, self._released = [], True
        elif not self.decided:
            told, self._seen, self._released = self._seen, [], True
            seen = np.array(told)
            guess = {"flex": _flex_unit, "accel": _accel_unit, "angle": _angle_unit}[self.quantity]
            with np.errstate(over="ignore", invalid="ignore"):
                unit = guess(seen[:, :-3], seen[:, -3:], self._usual)
            if self.is_told:
                self.decided = True
                self.doubt = doubt(self.quantity, self.unit, unit) if unit else None
                return
            is_certain = self.quantity != "angle" or bool(np.isfinite(seen[:, -3:]).any())
            self.decided, self.unit = unit is not None and is_certain, unit or self.unit
            if self.quantity == "flex" and not self.decided:  # all that came has to agree
                self._seen = told[:: 1 + (len(told) >= MOST_SEEN)]
                fits = 2 * max(_flex_fits(seen[:, :-3]).values()) > seen.shape[1] - 3
                self._released = len(told) >= MOST_DOUBTFUL or not fits

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


def doubt(quantity: str, told: str, likely: str) -> Message | None:
    """What to tell of a unit that the user told, where another is likely; None for the same."""
    if told == likely:
        return None
    what = WHAT[quantity]
    by_user, seems = (CALLED.get(unit, Message(unit, unit)) for unit in (told, likely))
    return Message(
        ko=f"{what.ko}: --layout에는 {by_user.ko}, 실제로는 {seems.ko}인 듯합니다. --layout의 "
        "단위를 고치거나, 빼면 알아서 찾습니다.",
        en=f"{what.en} {by_user.en} by --layout, but {seems.en} would fit. Correct the unit in "
        "--layout, or leave it out: it is then found out.",
    )


class Bends:
    """Watches between which readings fingers move: with another resistor, between others.

    Only so many readings are kept, evenly of all so far.
    """

    def __init__(self) -> None:
        self._n, self._every, self._due = 0, 1, FIRST_BENDS
        self._kept: list[Array] = []

    def feed(self, flex: Array) -> bool:
        """Take in (n, 5) readings, in whatever unit; whether it is time to ask what was `found`."""
        some = flex[-self._n % self._every :: self._every]
        self._kept += [*np.where(np.isfinite(some), some, np.nan)]
        self._n += len(flex)
        while len(self._kept) > 2 * FIRST_BENDS:
            self._kept, self._every = self._kept[::2], 2 * self._every
        is_due = self._n >= self._due
        self._due *= 1 + is_due
        return is_due

    def found(self, per: float, *, is_told: bool) -> Message | None:
        """What to tell of them; None if they are as on known gloves, or few.

        Args:
            per: How many of the unit are taken for a count of a 10-bit ADC.
            is_told: Whether it was told what straight and bent fingers read.
        """
        if len(self._kept) < LEAST_BENDS:
            return None
        flex = np.array(self._kept) / per
        flex[(flex == 0) | (flex == FULL_ADC)] = np.nan  # of a board that starts, or a loose plug
        flex = flex[:, np.isfinite(flex).any(axis=0)]
        if flex.shape[1] < LEAST_MOVING:
            return None
        low, straight, bent = np.nanpercentile(flex, [5, 10, 95], axis=0)  # (m,) each
        moves = bent - low > LEAST_RANGE * np.maximum(np.abs(bent), np.abs(low))
        if moves.sum() < LEAST_MOVING:
            return None
        ends = [float(np.median(each[moves])) for each in (straight, bent)]
        usual = zip(ends, (STRAIGHTEST_ADC, MOST_BENT_ADC), strict=True)
        if all(low <= end <= high for end, (low, high) in usual):
            return None
        if ends[0] > STRAIGHTEST_ADC[1] and ends[1] - ends[0] < LEAST_OPENED_ADC:
            return None  # it may just never have opened
        least, most = (f"{end * per:.4g}" for end in ends)
        if is_told:
            return Message(
                ko=f"--layout에 적은 값대로면 flex가 {least}~{most}입니다. 편 손가락이 "
                f"{STRAIGHT_ADC:.0f}, 굽힌 손가락이 {BENT_ADC:.0f} 가까이 되어야 하니 괄호 안의 "
                "값을 다시 보세요.",
                en=f"By what --layout tells, flex moves between {least} and {most}. Straight "
                f"fingers should come to about {STRAIGHT_ADC:.0f} and bent ones to {BENT_ADC:.0f}: "
                "look at the readings in its brackets again.",
            )
        return Message(
            ko=f"flex가 {least}~{most}에서 움직입니다. 알려진 장갑은 10비트 ADC로 편 손가락이 약 "
            f"{STRAIGHT_ADC:.0f}, 굽힌 손가락이 약 {BENT_ADC:.0f}입니다. 저항이나 단위가 다른 "
            "듯하니 이대로는 글이 맞지 않습니다. 손가락마다 편 값과 굽힌 값을 --layout에 적으세요: "
            f"flex1[{least}:{most}], 굽힐수록 작아지면 flex1[{most}:{least}].",
            en=f"Flex moves between {least} and {most}, where straight and bent fingers of known "
            f"gloves read about {STRAIGHT_ADC:.0f} and {BENT_ADC:.0f} of a 10-bit ADC. It seems to "
            "have another resistor or unit, and the text is wrong as long as that is not told. "
            "Write into --layout what a straight and a bent finger read, for each of them: "
            f"flex1[{least}:{most}], or flex1[{most}:{least}] if a bent one reads less.",
        )


def tells(quantity: str, values: Array) -> bool:
    """Whether (…, C) readings of a quantity say anything of its unit: a finger, or a direction."""
    known = np.isfinite(values[..., :2] if quantity == "angle" else values)
    return bool((known.any(axis=-1) if quantity == "flex" else known.all(axis=-1)).any())


def _usable(flex_adc: Array) -> Array:
    low, high = USABLE_FLEX_ADC
    return np.asarray((flex_adc >= low) & (flex_adc <= high))


def _flex_fits(flex: Array) -> dict[str, int]:
    """How many fingers read what is usual, for each unit."""
    low, high = USUAL_FLEX_ADC
    n = np.isfinite(flex).sum(axis=0)  # (5,)
    within = {
        unit: ((flex >= low * per) & (flex <= high * per)).sum(axis=0)
        for unit, per in UNITS["flex"].items()
    }
    return {unit: int(((n > 0) & (k >= MOSTLY * n)).sum()) for unit, k in within.items()}


def _flex_unit(flex: Array, _: Array, __: str) -> str | None:
    """The unit in which most fingers read what is usual, and in no other nearly so many."""
    fits, n = _flex_fits(flex), int(np.isfinite(flex).any(axis=0).sum())
    unit, other = sorted(fits, key=lambda each: fits[each])[:-3:-1]
    return unit if 2 * fits[unit] > n and 2 * fits[other] < fits[unit] else None


def _accel_unit(accel: Array, _: Array, usual: str) -> str | None:
    """The unit in which it is about 1 g in the middle."""
    length = float(np.nanmedian(np.linalg.norm(accel, axis=1)))
    near = {unit: abs(np.log(max(length, 1e-9) / per)) for unit, per in UNITS["accel"].items()}
    unit = min(near, key=lambda each: near[each])
    return unit if near[unit] < np.log(1.25) else None


def _angle_unit(angles: Array, gravity: Array, _: str) -> str | None:
    """The unit in which they agree with gravity.

    Without it, radians for a hand that turns by a good part of one and trembles as little as those
    are fine: in degrees it would have to stay level, and turn.
    """
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
    turns = float((np.nanmax(tilt, axis=0) - np.nanmin(tilt, axis=0)).max())
    return "rad" if noise < 0.02 and turns > TURNS_RAD else None
