"""Which sensors can be believed."""

import numpy as np
from numpy.typing import NDArray

from jihwa.data import gravity
from jihwa.data.frames import N_FINGERS, Array, Frames
from jihwa.data.messages import Message

USABLE_FLEX_ADC = (600.0, 1020.0)
"""A working flex sensor reads about 700-950; a broken one 0, about 510, or full scale."""

FINGERS = (
    Message(ko="엄지", en="thumb"),
    Message(ko="검지", en="index finger"),
    Message(ko="중지", en="middle finger"),
    Message(ko="약지", en="ring finger"),
    Message(ko="소지", en="little finger"),
)


def is_dead(flex_adc: Array) -> NDArray[np.bool_]:
    """Which readings, in ADC counts, come from no working sensor; any shape."""
    low, high = USABLE_FLEX_ADC
    return ~((flex_adc >= low) & (flex_adc <= high))


def usable(flex_adc: Array) -> Array:
    """The readings of working sensors, NaN in place of the others; any shape."""
    return np.where(is_dead(flex_adc), np.nan, flex_adc)


class SensorCheck:
    """Counts dead readings over a recording."""

    DEAD_SHARE = 0.2
    """A sensor with a larger share of dead readings is reported."""

    def __init__(self) -> None:
        self._samples = 0
        self._dead = np.zeros(N_FINGERS)
        self._tilted = 0

    def feed(self, frames: Frames) -> None:
        """Take in a chunk of the recording."""
        self._samples += len(frames)
        self._dead += is_dead(frames.flex_adc).sum(axis=0)
        angles = np.isfinite(frames.orientation_deg[:, :2]).all(axis=1)
        self._tilted += int((gravity.measured(frames.accel_g) | angles).sum())

    def warnings(self) -> list[Message]:
        """One message for every sensor that failed."""
        found = [
            Message(
                ko=f"{finger.ko}(flex{i + 1}) 센서가 표본의 {share:.0%}에서 죽어 있어 빼고 "
                "읽었습니다. 배선을 확인하세요.",
                en=f"The {finger.en} sensor (flex{i + 1}) is dead in {share:.0%} of the samples "
                "and was left out. Check its wiring.",
            )
            for i, finger in enumerate(FINGERS)
            if (share := self._dead[i] / max(self._samples, 1)) > self.DEAD_SHARE
        ]
        if self._tilted < self._samples * (1 - self.DEAD_SHARE):
            found.append(
                Message(
                    ko="가속도도 각도도 없는 표본이 많습니다. 손의 방향 없이 읽어 덜 정확합니다.",
                    en="Many samples have neither acceleration nor angles. They are read without "
                    "the hand's direction and less surely.",
                )
            )
        return found
