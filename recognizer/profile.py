"""The wearer profile: what one wearer showed, step by step.

A profile keeps observations (ADC counts and g, with their sign), never parameters of a model: the
model is estimated from them anew whenever it is needed, so a better source model makes an old
profile better, and leaving out the last step is all there is to taking it back.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from jihwa.data.alphabet import Alphabet
from jihwa.data.messages import UsageError
from jihwa.data.signal.frames import N_FINGERS, Array
from jihwa.models.features import FLEX, GRAVITY, FeatureExtractor

KEPT_HOLDS = 12
"""Observations of a sign that self-adaptation keeps, the latest ones."""


MountRows = tuple[tuple[float, ...], ...]


class StepKind(StrEnum):
    """Where the observations of a step come from."""

    CALIBRATION = "calibration"
    OWN_SIGN = "own sign"
    ADAPTATION = "adaptation"
    MOUNT = "mount"


@dataclass(frozen=True, slots=True)
class Observation:
    """One hold of a known sign.

    Attributes:
        sign: What was shown.
        style: How bent the fingers were, one of `jihwa.data.takes.collection.STYLES`; None if
            nobody asked for a style.
        flex_adc: Thumb to little finger, ADC counts; None where the sensor was dead.
        gravity_g: Direction of gravity, shorter than 1 where it is less sure; None if it is not
            known.
        weight: How far the label is to be trusted, 0 to 1.
    """

    sign: str
    style: int | None
    flex_adc: tuple[float | None, ...]
    gravity_g: tuple[float, float, float] | None
    weight: float = 1.0

    @classmethod
    def of_pose(
        cls,
        pose: Array,
        extractor: FeatureExtractor,
        sign: str,
        style: int | None = None,
        weight: float = 1.0,
    ) -> "Observation":
        """From the (8,) features of a hold."""
        flex = np.round(extractor.unwarp(pose[FLEX]), 1).tolist()
        x, y, z = np.round(pose[GRAVITY], 4).tolist()
        return cls(
            sign=sign,
            style=style,
            flex_adc=tuple(count if np.isfinite(count) else None for count in flex),
            gravity_g=(x, y, z) if np.isfinite([x, y, z]).all() else None,
            weight=round(weight, 3),
        )

    def turned(self, rotation: Array) -> "Observation":
        """The same hold as a board reads it that is turned by (3, 3)."""
        if self.gravity_g is None:
            return self
        x, y, z = np.round(rotation @ np.array(self.gravity_g), 4).tolist()
        return replace(self, gravity_g=(x, y, z))


@dataclass(frozen=True, slots=True)
class Step:
    """Observations that came together, and are taken back together.

    Attributes:
        kind: Where they come from.
        date: When, ISO 8601.
        observations: The holds that were shown.
        mount: How the board sat then, the three rows of a matrix (`jihwa.models.mount`); None if
            it sat as usual.
    """

    kind: StepKind
    date: str
    observations: tuple[Observation, ...]
    mount: MountRows | None = None

    @property
    def rotation(self) -> Array:
        """(3, 3) the mount."""
        return np.eye(3) if self.mount is None else np.array(self.mount)


@dataclass(frozen=True)
class Profile:
    """What one wearer showed.

    Attributes:
        alphabet: Name of the alphabet that the profile belongs to.
        signs: The alphabet's signs, without the wearer's own.
        steps: What was shown, in its order.
    """

    alphabet: str
    signs: tuple[str, ...]
    steps: tuple[Step, ...] = ()

    @classmethod
    def empty(cls, alphabet: Alphabet) -> "Profile":
        """Of a wearer who has shown nothing yet."""
        return cls(alphabet.name, alphabet.signs)

    @property
    def own_signs(self) -> tuple[str, ...]:
        """The signs that the wearer added, in the order in which they did."""
        return tuple(
            dict.fromkeys(
                observation.sign
                for step in self.steps
                if step.kind == StepKind.OWN_SIGN
                for observation in step.observations
            )
        )

    def with_step(self, step: Step) -> "Profile":
        """The profile after one more step.

        Observations that it has already are no news and left out. Self-adaptation has no end, so
        only the last `KEPT_HOLDS` of its observations of a sign are kept.
        """
        known = {observation for each in self.steps for observation in each.observations}
        news = tuple(each for each in step.observations if each not in known)
        room: Counter[str] = Counter()
        steps: list[Step] = []
        for each in reversed((*self.steps, replace(step, observations=news))):
            kept = each
            if each.kind == StepKind.ADAPTATION:
                latest = _latest(each.observations, room)
                kept = replace(each, observations=tuple(latest))
            if kept.observations:
                steps.append(kept)
        return replace(self, steps=tuple(reversed(steps)))

    def undone(self) -> "Profile":
        """The profile without its last step.

        Raises:
            UsageError: There is none.
        """
        if not self.steps:
            raise UsageError(
                ko="되돌릴 단계가 없습니다. 프로필이 비어 있습니다.",
                en="There is no step to take back: the profile is empty.",
            )
        return replace(self, steps=self.steps[:-1])


def _latest(observations: Sequence[Observation], room: Counter[str]) -> list[Observation]:
    """The last observations for which their sign has room; counts them."""
    latest: list[Observation] = []
    for observation in reversed(observations):
        room[observation.sign] += 1
        if room[observation.sign] <= KEPT_HOLDS:
            latest.append(observation)
    return latest[::-1]


def mount_rows(mount: Array) -> MountRows | None:
    """A (3, 3) mount as a step has it."""
    if np.allclose(mount, np.eye(3)):
        return None
    return tuple(tuple(row) for row in np.round(mount, 4).tolist())


def poses(observations: Sequence[Observation], extractor: FeatureExtractor) -> Array:
    """(n, 8) features of the holds, to the precision of the profile."""
    nothing = (None, None, None)
    flex = np.array([o.flex_adc for o in observations], dtype=np.float64)  # None becomes NaN
    gravity = np.array([o.gravity_g or nothing for o in observations], dtype=np.float64)
    features = [extractor.warp(flex.reshape(-1, N_FINGERS)), gravity.reshape(-1, 3)]
    return np.column_stack(features)
