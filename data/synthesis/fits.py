"""How a glove fits another hand: what its sensors would have read of the same poses."""

from dataclasses import dataclass, field, replace

import numpy as np

from jihwa.data.signal.frames import (
    N_FINGERS,
    Array,
    Frames,
    angles_of_gravity,
    gravity_of_angles,
)
from jihwa.data.signal.sensors import USABLE_FLEX_ADC, is_dead
from jihwa.data.synthesis.hands import EXTENDED_ADC
from jihwa.data.synthesis.spelling import SpelledSession
from jihwa.data.takes.augment import rotations

GAIN = (0.75, 1.3)
"""Between which a finger's span lies, as a ratio."""

OFFSET_SD_ADC = 4.0
"""How much what a straight finger reads differs."""

TURN_DEG, TILT_SD_DEG = 60.0, 8.0
"""How far the board is turned about its normal at most, and how much it is tilted about each of
the other axes."""

LEFT_SHARE = 0.1
"""Share of the gloves that sit on the left hand."""

MIRROR: Array = np.diag([1.0, -1.0, 1.0])
"""What a board on the left hand reads of the mirrored poses: across the fingers all is reversed."""


@dataclass(frozen=True)
class Fit:
    """One way in which a glove may be worn.

    Attributes:
        gain: (5,) span of each finger, as a ratio.
        offset_adc: (5,) what is added to what a finger reads.
        mount: (3, 3) turns gravity from the frame of the usual mount to the one that is worn;
            its determinant is -1 on the left hand.
    """

    gain: Array = field(default_factory=lambda: np.ones(N_FINGERS))
    offset_adc: Array = field(default_factory=lambda: np.zeros(N_FINGERS))
    mount: Array = field(default_factory=lambda: np.eye(3))

    @classmethod
    def draw(cls, seed: int) -> "Fit":
        """A fit as different as gloves are."""
        rng = np.random.default_rng(seed)
        gain = np.exp(rng.uniform(np.log(GAIN[0]), np.log(GAIN[1]), N_FINGERS))
        offset_adc = rng.normal(0, OFFSET_SD_ADC, N_FINGERS)
        turn = np.radians([0.0, 0.0, rng.uniform(-TURN_DEG, TURN_DEG)])
        tilt = np.radians([*rng.normal(0, TILT_SD_DEG, 2), 0.0])
        about_normal, askew = rotations(np.stack([turn, tilt]))
        mount = askew @ about_normal
        return cls(gain, offset_adc, mount @ MIRROR if rng.random() < LEFT_SHARE else mount)

    def worn_in(self, session: SpelledSession) -> SpelledSession:
        """A session that was spelled with the glove worn so."""
        return replace(session, frames=self.worn(session.frames))

    def worn(self, frames: Frames) -> Frames:
        """What the glove sends of the same poses; dead readings stay dead, and yaw as it is."""
        flex_adc = EXTENDED_ADC + self.gain * (frames.flex_adc - EXTENDED_ADC) + self.offset_adc
        flex_adc = np.clip(flex_adc, *USABLE_FLEX_ADC)
        orientation_deg = angles_of_gravity(
            gravity_of_angles(frames.orientation_deg) @ self.mount.T
        )
        orientation_deg[:, 2] = frames.orientation_deg[:, 2]
        return Frames(
            frames.time_s,
            np.where(is_dead(frames.flex_adc), frames.flex_adc, flex_adc),
            frames.accel_g @ self.mount.T,
            orientation_deg,
        )
