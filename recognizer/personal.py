"""A model made personal: what a bundle says of a hold once a wearer's profile is known.

It goes on learning: what became text with confidence teaches it its wearer's hand. A decided letter
is a label, but one that can be wrong, and then it would confirm itself. So a hold counts only if
text and hand together leave little doubt; it counts for less than a calibrated one; of every sign
only the last few holds count; and the model is estimated anew each time from the source, the
profile and those holds, so that no estimate builds on another.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from jihwa.data.alphabet import Control
from jihwa.data.signal.frames import Array, Frames
from jihwa.models.bundle import Bundle
from jihwa.models.features import N_FEATURES, FeatureExtractor
from jihwa.models.wearer import ShownHolds, personalise, with_own_signs
from jihwa.recognizer.events import Decision
from jihwa.recognizer.profile import KEPT_HOLDS, Observation, Profile, Step, StepKind, poses


class PersonalModel:
    """A bundle for one wearer.

    A network knows signs only as strangers show them: its weight shrinks with the share of signs
    that the wearer has shown, and is gone when all of them were.

    Args:
        bundle: The model of strangers.
        profile: What the wearer showed, with the bundle's alphabet; of a stranger, nothing.

    Attributes:
        alphabet: The bundle's, with the wearer's own signs.
        rest: (8,) features of the wearer's hand at rest; None if it was never shown.
    """

    def __init__(self, bundle: Bundle, profile: Profile | None = None) -> None:
        profile = profile or Profile.empty(bundle.alphabet)
        self._bundle = bundle
        self._gaussian = bundle.of_glove()
        self.alphabet = bundle.alphabet.with_signs(profile.own_signs)
        self.rest = _rest(profile, bundle.extractor)
        shown = _shown(profile, bundle.extractor, self.alphabet.index)
        self._density = None  # a stranger's is the bundle's own
        if len(shown.sign):
            n_signs, n_bundled = len(self.alphabet.signs), len(bundle.alphabet.signs)
            own = [_centre(shown.features[shown.sign == s]) for s in range(n_bundled, n_signs)]
            extended = with_own_signs(self._gaussian, np.reshape(own, (-1, N_FEATURES)))
            self._density = personalise(extended, shown)
            weight = np.bincount(shown.sign, shown.weight, n_signs)[:n_bundled]
            new = 1 - float(np.minimum(weight, 1).mean())  # share of signs not shown yet
            self._bundle = replace(
                bundle,
                network=bundle.network if new > 0 else None,
                network_weight=bundle.network_weight * new,
            )

    def log_likelihood(self, holds: Sequence[Frames]) -> Array:
        """(n, S) natural log-likelihood of every sign for n holds, the wearer's own last."""
        features = [self._bundle.extractor.of_hold(hold) for hold in holds]
        return self.of_features(np.reshape(features, (-1, N_FEATURES)), holds)

    def of_features(self, features: Array, holds: Sequence[Frames]) -> Array:
        """The same, for holds whose (n, 8) features are known already."""
        if self._density is None:
            return self._bundle.with_network(self._gaussian.log_likelihood(features), holds)
        of_pose = self._density.log_density(features) / self._gaussian.temperature  # (n, S)
        n_bundled = len(self._bundle.alphabet.signs)
        bundled, own = np.split(of_pose, [n_bundled], axis=1)
        return np.hstack([self._bundle.with_network(bundled, holds), own])


def _shown(profile: Profile, extractor: FeatureExtractor, index: dict[str, int]) -> ShownHolds:
    """The holds of signs. Those of one step and one style were bent alike, no others."""
    shown: list[Observation] = []
    blocks: list[int] = []
    known: dict[tuple[int, int], int] = {}
    for place, step in enumerate(profile.steps):
        for number, observation in enumerate(step.observations):
            if observation.sign != Control.REST:
                alike = -1 - number if observation.style is None else observation.style
                blocks.append(known.setdefault((place, alike), len(known)))
                shown.append(observation)
    return ShownHolds(
        features=poses(shown, extractor),
        sign=np.array([index[each.sign] for each in shown], dtype=np.int64),
        block=np.array(blocks, dtype=np.int64),
        weight=np.array([each.weight for each in shown]),
    )


def _rest(profile: Profile, extractor: FeatureExtractor) -> Array | None:
    """(8,) where the hand rested on average."""
    shown = [o for step in profile.steps for o in step.observations]
    rests = [observation for observation in shown if observation.sign == Control.REST]
    return _centre(poses(rests, extractor)) if rests else None


def _centre(features: Array) -> Array:
    """(8,) mean of (n, 8) features; NaN where no row has one."""
    seen = np.isfinite(features)
    total = np.where(seen, features, 0.0).sum(axis=0)
    return np.where(seen.any(axis=0), total / np.maximum(seen.sum(axis=0), 1), np.nan)


LEAST_CONFIDENCE = 0.9
"""Posterior probability from which a decided letter is believed."""

ADAPTED_WEIGHT = 0.5
"""How much such a hold counts next to a calibrated one, times that probability."""


class Adaptation:
    """Follows how emissions were read and keeps a wearer's model up to date.

    Args:
        bundle: The model of strangers.
        profile: What the wearer showed before.
    """

    def __init__(self, bundle: Bundle, profile: Profile | None = None) -> None:
        self._bundle = bundle
        self._profile = profile or Profile.empty(bundle.alphabet)
        self._signs = bundle.alphabet.with_signs(self._profile.own_signs).signs
        self.reset()

    def reset(self) -> None:
        """Forget what was decided."""
        self._believed: dict[str, deque[Observation]] = {}

    def learn(self, decided: Sequence[Decision]) -> bool:
        """Take in how emissions were read; returns whether any of them is believed."""
        believed = [observation for each in decided if (observation := self._observation(each))]
        for observation in believed:
            self._believed.setdefault(observation.sign, deque(maxlen=KEPT_HOLDS)).append(
                observation
            )
        return bool(believed)

    def model(self) -> PersonalModel:
        """The wearer's model, of the profile and of all that is believed by now."""
        return PersonalModel(self._bundle, self._profile.with_step(self.step()))

    def step(self, date: str = "") -> Step:
        """What is believed by now, as a step for the profile.

        Args:
            date: Today, ISO 8601.
        """
        observations = (observation for kept in self._believed.values() for observation in kept)
        return Step(StepKind.ADAPTATION, date, tuple(observations))

    def _observation(self, decision: Decision) -> Observation | None:
        """What a decision teaches, if it is believed."""
        of_signs = decision.posterior[: len(self._signs)]
        sign = int(of_signs.argmax())
        probability = float(of_signs[sign])
        seen = np.isfinite(decision.emission.pose).any()  # typed letters teach nothing
        if probability < LEAST_CONFIDENCE or not seen:
            return None
        return Observation.of_pose(
            decision.emission.pose,
            self._bundle.extractor,
            self._signs[sign],
            weight=ADAPTED_WEIGHT * probability,
        )
