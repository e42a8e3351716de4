"""The glove's sensors, and what can be wrong with them."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from jihwa.data.messages import Message
from jihwa.data.signal.frames import N_FINGERS, Array

USABLE_FLEX_ADC = (600.0, 1020.0)
"""A working flex sensor reads about 700-950; a broken one 0, about 510, or full scale."""

STRAIGHT_ADC, BENT_ADC = 780.0, 920.0
"""What straight and bent fingers read on the gloves that were recorded."""

SENSOR_NOISE = np.array([4.0] * N_FINGERS + [0.005] * 3 + [0.15] * 3)
"""(11,) noise within a hold: ADC counts, g and degrees, as measured in the recordings."""


@dataclass(frozen=True, slots=True)
class Sensor:
    """One sensor of the glove.

    Attributes:
        name: What it is called.
        remedy: What to do when it fails.
    """

    name: Message
    remedy: Message


_WIRING = Message(
    ko="배선과 커넥터를 확인하세요.", en="Check its wiring and connector for a loose contact."
)

SENSORS = (
    Sensor(Message(ko="엄지(flex1)", en="thumb (flex1)"), _WIRING),
    Sensor(Message(ko="검지(flex2)", en="index finger (flex2)"), _WIRING),
    Sensor(Message(ko="중지(flex3)", en="middle finger (flex3)"), _WIRING),
    Sensor(Message(ko="약지(flex4)", en="ring finger (flex4)"), _WIRING),
    Sensor(Message(ko="소지(flex5)", en="little finger (flex5)"), _WIRING),
    Sensor(
        Message(ko="가속도", en="acceleration"),
        Message(
            ko="손의 방향은 각도가 오면 각도로 읽습니다. 장갑을 껐다 켜 보세요.",
            en="The hand's direction is read from the angles, if any come. Switch the glove off "
            "and on.",
        ),
    ),
    Sensor(
        Message(ko="각도(pitch, roll)", en="angle (pitch, roll)"),
        Message(
            ko="손의 방향은 가속도가 오면 가속도로 읽습니다. 장갑을 껐다 켜 보세요.",
            en="The hand's direction is read from acceleration, if any comes. Switch the glove off "
            "and on.",
        ),
    ),
)
"""In the order of the frames' channels: five fingers, acceleration, angles."""

ACCELERATION, ANGLES = 5, 6
"""Their places in `SENSORS`."""


class FaultKind(IntEnum):
    """How a sensor fails."""

    DEAD = 1
    """It reads what no working sensor reads: too low, or nothing."""
    SATURATED = 2
    """It reads full scale."""
    STUCK = 3
    """It repeats one value, while others have noise or the hand turns."""
    NOISY = 4
    """It jumps to and fro faster than a hand can: a loose contact."""
    ABSENT = 5
    """No number comes from it."""


NO_NUMBER = Message(
    ko="줄에 그 칸이 있는지, 거기 무엇이 오는지 확인하세요.",
    en="Look whether the lines have a column for it, and what stands there.",
)
"""What to do about a sensor that is `ABSENT`."""

IN_SIGHT = Message(
    ko="손 전체가 밝게, 손가락이 다 보이게 하세요.",
    en="Show all of the hand, with its fingers, in enough light.",
)
"""What to do about a hand that a camera does not see well."""

_WHAT = {
    FaultKind.DEAD: Message(ko="죽어 있어", en="is dead"),
    FaultKind.SATURATED: Message(ko="최댓값에 붙어 있어", en="is saturated"),
    FaultKind.STUCK: Message(ko="한 값에 멈춰 있어", en="is stuck at one value"),
    FaultKind.NOISY: Message(ko="심하게 튀어", en="jumps"),
    FaultKind.ABSENT: Message(ko="값을 보내지 않아", en="sends no number"),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """A sensor that could not be believed for a while.

    Attributes:
        sensor: Its place in `SENSORS`.
        kind: How it failed.
        since_s: When it began to fail, which is before it was noticed.
        until_s: When it was believed again; infinite while it fails.
        is_seen: Whether a camera sees it, and it is no sensor.
    """

    sensor: int
    kind: FaultKind
    since_s: float
    until_s: float = np.inf
    is_seen: bool = False

    def message(self, share: float | None = None) -> Message:
        """What to tell the wearer.

        Args:
            share: In which share of the time it failed like this, if that is known.
        """
        sensor, what = SENSORS[self.sensor], _WHAT[self.kind]
        remedy = NO_NUMBER if self.kind == FaultKind.ABSENT else sensor.remedy
        where = Message(ko="센서가", en="sensor")
        if self.is_seen:
            remedy, where = IN_SIGHT, Message(ko="위치가 카메라에서", en="that the camera sees")
        often = Message(ko="", en="")
        if share is not None:
            often = Message(ko=f" (전체의 {share:.0%})", en=f" ({share:.0%} of the time)")
        return Message(
            ko=f"{sensor.name.ko} {where.ko} {self.since_s:.1f}초부터 {what.ko} 빼고 읽습니다"
            f"{often.ko}. {remedy.ko}",
            en=f"The {sensor.name.en} {where.en} {what.en} from {self.since_s:.1f} s on and is "
            f"left out{often.en}. {remedy.en}",
        )

    @property
    def over(self) -> Message:
        """What to tell the wearer once it is over."""
        name = SENSORS[self.sensor].name
        return Message(ko=f"{name.ko}: 다시 읽습니다", en=f"{name.en}: read again")


def is_dead(flex_adc: Array) -> NDArray[np.bool_]:
    """Which readings, in ADC counts, come from no working flex sensor; any shape."""
    low, high = USABLE_FLEX_ADC
    return ~((flex_adc >= low) & (flex_adc <= high))
