"""Hands that can hold any sign: takes of a session played back, or a wearer drawn by lot."""

import io
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from jihwa.data.alphabet import Alphabet
from jihwa.data.files import write_whole
from jihwa.data.messages import UsageError
from jihwa.data.signal.frames import N_FINGERS, Array, angles_of_gravity
from jihwa.data.signal.sensors import SENSOR_NOISE
from jihwa.data.takes.augment import rotations
from jihwa.data.takes.episodes import Defect, EpisodeSet

if TYPE_CHECKING:
    from numpy.random import Generator  # 7 MB, and most runs draw nothing

RELAXED_FLEX_ADC = np.array([815.0, 805.0, 810.0, 825.0, 850.0])
"""A relaxed hand: a little bent in every finger."""

LOWERED_G = np.array([0.85, -0.35, 0.39])
"""Gravity on the back of a hand that hangs down."""

REST_FLEX_SD_ADC, REST_TILT_SD_G = 12.0, 0.12
"""How much rest differs from one hand to the next."""

RATE_HZ = 33.0
"""Of a synthetic hand's glove, as in the recordings."""

EXTENDED_ADC = 780.0
"""What a flex sensor reads of a straight finger, about the same for every wearer."""

FLEX_RANGE_ADC = (620.0, 1000.0)
"""What working flex sensors read in the recordings, whatever the hand."""

WEARER_SPAN_SD, WEARER_OFFSET_SD_ADC, WEARER_TILT_SD_RAD = 0.2, 4.0, 0.1
"""How wearers differ: flex span (log scale), flex offset, and how the glove sits on the hand."""


class RestingHand:
    """What all hands share: a relaxed, lowered pose of their own."""

    def __init__(self, rng: "Generator") -> None:
        gravity = LOWERED_G + rng.normal(0, REST_TILT_SD_G, 3)
        flex = RELAXED_FLEX_ADC + rng.normal(0, REST_FLEX_SD_ADC, N_FINGERS)
        self._rest_pose = np.concatenate([flex, gravity / np.linalg.norm(gravity)])  # (8,)

    def rest(self, n: int, rng: "Generator") -> Array:
        """(n, 11) samples of the hand at rest."""
        return sense(np.tile(self._rest_pose, (n, 1)), rng)


def sense(poses: Array, rng: "Generator") -> Array:
    """(n, 11) what noisy sensors read of (n, 8) flex and gravity."""
    samples = np.hstack([poses, angles_of_gravity(poses[:, N_FINGERS:])])
    return samples + rng.normal(0, SENSOR_NOISE, samples.shape)


class RecordedHand(RestingHand):
    """Holds signs by playing recorded takes of one session, each from a random moment.

    Takes without a faulty sensor are preferred where a sign has any.

    Raises:
        UsageError: A sign was never recorded.
    """

    def __init__(self, episodes: EpisodeSet, alphabet: Alphabet, rng: "Generator") -> None:
        super().__init__(rng)
        self._takes: dict[str, list[Array]] = {}
        steps_s: list[Array] = []
        for sign in alphabet.signs:
            takes = [episode for episode in episodes if episode.sign == sign]
            healthy = [take for take in takes if Defect.SENSOR not in take.defects]
            holds = [take.after_gap for take in healthy or takes]
            self._takes[sign] = [hold.channels for hold in holds if len(hold) > 1]
            steps_s += [np.diff(hold.time_s) for hold in holds]
        missing = [sign for sign, takes in self._takes.items() if not takes]
        if missing:
            raise UsageError(
                ko=f"녹화에 없는 지문자: {' '.join(missing)}. 모든 지문자를 한 번은 녹화하세요.",
                en=f"Signs without a recording: {' '.join(missing)}. Record every sign once.",
            )
        self.rate_hz = float(1 / np.median(np.concatenate(steps_s)))

    def hold(self, sign: str, n: int, rng: "Generator") -> Array:
        """(n, 11) consecutive samples of a random take, played to and fro if it is short."""
        takes = self._takes[sign]
        take = takes[rng.integers(len(takes))]
        there_and_back = np.concatenate([take, take[-2:0:-1]])
        start = rng.integers(max(len(take) - n, 0) + 1)
        samples: Array = there_and_back[(start + np.arange(n)) % len(there_and_back)]
        return samples


@dataclass(frozen=True)
class HandStatistics:
    """Where the signs lie and how much takes vary, over all recorded sessions.

    Attributes:
        signs: (S,) the signs.
        mean: (S, 5, 8) flex in ADC counts and gravity in g of every sign in styles 1 to 5.
        take_sd: (8,) standard deviation between takes of one style.
    """

    signs: NDArray[np.str_]
    mean: Array
    take_sd: Array

    @classmethod
    def fit(cls, episodes: EpisodeSet) -> "HandStatistics":
        """Average the takes of every sign and style; what cannot be believed is left out.

        Every session counts the same, however many takes it has.

        Raises:
            UsageError: A sign was not recorded in all styles.
        """
        holds = [np.hstack([e.hold.flex_adc, e.hold.accel_g]) for e in episodes]  # (T, 8) each
        medians = [
            np.ma.median(np.ma.masked_invalid(hold), axis=0)  # type: ignore[no-untyped-call]
            for hold in holds
        ]
        poses = np.ma.stack(medians)  # (n, 8)
        signs, sign = np.unique(episodes.signs, return_inverse=True)
        sessions, session = np.unique(episodes.sessions, return_inverse=True)
        means = np.ma.masked_invalid(np.full((len(sessions), len(signs), 5, 8), np.nan))
        deviations = np.ma.masked_invalid(np.full(poses.shape, np.nan))
        group = np.column_stack([session, sign, episodes.styles])  # (n, 3)
        for i, j, style in np.unique(group[episodes.styles > 0], axis=0):
            rows = (session == i) & (sign == j) & (episodes.styles == style)
            means[i, j, style - 1] = poses[rows].mean(axis=0)
            deviations[rows] = poses[rows] - means[i, j, style - 1]
        mean = means.mean(axis=0).filled(np.nan)
        incomplete = signs[np.isnan(mean).any(axis=(1, 2))].tolist()
        if incomplete:
            raise UsageError(
                ko=f"모든 스타일(1-5)로 녹화되지 않은 지문자: {' '.join(incomplete)}. "
                "스타일마다 한 번은 녹화하세요.",
                en=f"Signs not recorded in every style (1-5): {' '.join(incomplete)}. Record each "
                "style once.",
            )
        return cls(signs, mean, deviations.std(axis=0).filled(0))

    def save(self, path: Path) -> None:
        """Write the statistics as an `.npz` archive, whatever the name of the file."""
        arrays = io.BytesIO()
        np.savez_compressed(
            arrays, signs=self.signs, mean=self.mean.astype(np.float32), take_sd=self.take_sd
        )
        write_whole(path, arrays.getvalue())

    @classmethod
    def load(cls) -> "HandStatistics":
        """The statistics that ship with jihwa, fitted on two public sessions."""
        file = resources.files("jihwa.data") / "hand.npz"
        with file.open("rb") as stream, np.load(stream, allow_pickle=False) as arrays:
            mean = arrays["mean"].astype(np.float64)
            return cls(signs=arrays["signs"], mean=mean, take_sd=arrays["take_sd"])


class SyntheticHand(RestingHand):
    """A signer who was never recorded.

    Args:
        statistics: Where the signs lie on an average hand.
        alphabet: The signs to be able to hold.
        rng: Draws this wearer's hand; the same state gives the same wearer.

    Attributes:
        style: How bent the fingers are, 1 (very straight) to 5; None for another style each time.

    Raises:
        UsageError: The statistics do not know a sign of the alphabet.
    """

    rate_hz = RATE_HZ
    style: int | None = None

    def __init__(self, statistics: HandStatistics, alphabet: Alphabet, rng: "Generator") -> None:
        super().__init__(rng)
        missing = sorted(set(alphabet.signs) - set(statistics.signs.tolist()))
        if missing:
            raise UsageError(
                ko=f"모의 장갑이 모르는 지문자: {' '.join(missing)}. basic24 글자표를 쓰세요.",
                en=f"The simulated glove does not know {' '.join(missing)}. Use basic24.",
            )
        span = np.exp(rng.normal(0, WEARER_SPAN_SD, N_FINGERS))
        offset_adc = rng.normal(0, WEARER_OFFSET_SD_ADC, N_FINGERS)
        flex, accel = np.split(statistics.mean, [N_FINGERS], axis=2)  # (S, 5, 5), (S, 5, 3)
        flex = EXTENDED_ADC + offset_adc + span * (flex - EXTENDED_ADC)
        (tilt,) = rotations(rng.normal(0, WEARER_TILT_SD_RAD, (1, 3)))
        worn = np.concatenate([flex, accel @ tilt.T], axis=2)  # (S, 5, 8)
        self._mean = dict(zip(statistics.signs.tolist(), worn, strict=True))
        self._take_sd = statistics.take_sd

    def hold(self, sign: str, n: int, rng: "Generator") -> Array:
        """(n, 11) samples of a new take."""
        styles = self._mean[sign]  # (5, 8)
        style = rng.integers(len(styles)) if self.style is None else self.style - 1
        pose = styles[style] + rng.normal(0, self._take_sd)
        flex, accel = np.split(pose, [N_FINGERS])
        pose = np.concatenate([np.clip(flex, *FLEX_RANGE_ADC), accel / np.linalg.norm(accel)])
        return sense(np.tile(pose, (n, 1)), rng)


Hand = RecordedHand | SyntheticHand
"""Whatever can hold a sign."""
