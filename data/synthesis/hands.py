"""Recorded hands: takes of a session, played back to spell anything."""

import numpy as np
from numpy.random import Generator

from jihwa.data.alphabet import Alphabet
from jihwa.data.messages import UsageError
from jihwa.data.signal.frames import N_FINGERS, Array
from jihwa.data.signal.gravity import to_orientation
from jihwa.data.signal.sensors import SENSOR_NOISE
from jihwa.data.takes.episodes import Defect, EpisodeSet

RELAXED_FLEX_ADC = np.array([815.0, 805.0, 810.0, 825.0, 850.0])
"""A relaxed hand: a little bent in every finger."""

LOWERED_G = np.array([0.85, -0.35, 0.39])
"""Gravity on the back of a hand that hangs down."""

REST_FLEX_SD_ADC, REST_TILT_SD_G = 12.0, 0.12
"""How much rest differs from one hand to the next."""


class RestingHand:
    """What all hands share: a relaxed, lowered pose of their own."""

    def __init__(self, rng: Generator) -> None:
        gravity = LOWERED_G + rng.normal(0, REST_TILT_SD_G, 3)
        flex = RELAXED_FLEX_ADC + rng.normal(0, REST_FLEX_SD_ADC, N_FINGERS)
        self._rest_pose = np.concatenate([flex, gravity / np.linalg.norm(gravity)])  # (8,)

    def rest(self, n: int, rng: Generator) -> Array:
        """(n, 11) samples of the hand at rest."""
        return sense(np.tile(self._rest_pose, (n, 1)), rng)


def sense(poses: Array, rng: Generator) -> Array:
    """(n, 11) what noisy sensors read of (n, 8) flex and gravity."""
    samples = np.hstack([poses, to_orientation(poses[:, N_FINGERS:])])
    return samples + rng.normal(0, SENSOR_NOISE, samples.shape)


class RecordedHand(RestingHand):
    """Holds signs by playing recorded takes of one session, each from a random moment.

    Takes without a faulty sensor are preferred where a sign has any.

    Raises:
        UsageError: A sign was never recorded.
    """

    def __init__(self, episodes: EpisodeSet, alphabet: Alphabet, rng: Generator) -> None:
        super().__init__(rng)
        self._takes: dict[str, list[Array]] = {}
        steps_s: list[Array] = []
        for sign in alphabet.signs:
            takes = [episode for episode in episodes if episode.sign == sign]
            healthy = [take for take in takes if Defect.SENSOR not in take.defects]
            holds = [take.after_gap for take in healthy or takes]
            self._takes[sign] = [
                np.hstack([hold.flex_adc, hold.accel_g, hold.orientation_deg])
                for hold in holds
                if len(hold) > 1
            ]
            steps_s += [np.diff(hold.time_s) for hold in holds]
        missing = [sign for sign, takes in self._takes.items() if not takes]
        if missing:
            raise UsageError(
                ko=f"녹화에 없는 지문자: {' '.join(missing)}. 모든 지문자를 한 번은 녹화하세요.",
                en=f"Signs without a recording: {' '.join(missing)}. Record every sign once.",
            )
        self.rate_hz = float(1 / np.median(np.concatenate(steps_s)))

    def hold(self, sign: str, n: int, rng: Generator) -> Array:
        """(n, 11) consecutive samples of a random take, played to and fro if it is short."""
        takes = self._takes[sign]
        take = takes[rng.integers(len(takes))]
        there_and_back = np.concatenate([take, take[-2:0:-1]])
        start = rng.integers(max(len(take) - n, 0) + 1)
        samples: Array = there_and_back[(start + np.arange(n)) % len(there_and_back)]
        return samples
