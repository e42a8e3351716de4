"""A model made personal: what a bundle says of a hold once a wearer's profile is known."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from jihwa.data.alphabet import Control
from jihwa.data.signal.frames import Array, Frames
from jihwa.models.bundle import Bundle
from jihwa.models.features import N_FEATURES, FeatureExtractor
from jihwa.models.wearer import ShownHolds, personalise, with_own_signs
from jihwa.recognizer.profile import Observation, Profile, poses


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
