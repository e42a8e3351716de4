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
from jihwa.models.density import PoseDensity
from jihwa.models.features import N_FEATURES, FeatureExtractor
from jihwa.models.mount import unturned
from jihwa.models.wearer import ShownHolds, ShownPoses, WearerEffect, with_own_signs
from jihwa.recognizer.events import Decision, Slip
from jihwa.recognizer.profile import (
    KEPT_HOLDS,
    Observation,
    Profile,
    Step,
    StepKind,
    mount_rows,
    poses,
)


class PersonalModel:
    """A bundle for one wearer.

    A network knows signs only as strangers show them: its weight shrinks with the share of signs
    that the wearer has shown, and is gone when all of them were.

    Args:
        bundle: The model of strangers.
        profile: What the wearer showed, with the bundle's alphabet; of a stranger, nothing.

    Attributes:
        alphabet: The bundle's, with the wearer's own signs.
        rest: (8,) features of the wearer's hand at rest, as the board sat last; None if it was
            never shown.
        mount: (3, 3) how the board sat last.
        last: When that was, ISO 8601; None if nothing was shown yet.
        gaussian: The model of strangers, with the wearer's own signs.
        extractor: Makes its features.
    """

    def __init__(self, bundle: Bundle, profile: Profile | None = None) -> None:
        profile = profile or Profile.empty(bundle.alphabet)
        self._bundle = bundle
        self.gaussian, self.extractor = bundle.of_glove(), bundle.extractor
        self.alphabet = bundle.alphabet.with_signs(profile.own_signs)
        self.mount = profile.steps[-1].rotation if profile.steps else np.eye(3)
        self.last = profile.steps[-1].date if profile.steps else None
        self.rest = _rest(profile, bundle.extractor, self.mount)
        shown = _shown(profile, bundle.extractor, self.alphabet.index)
        n_signs, n_bundled = len(self.alphabet.signs), len(bundle.alphabet.signs)
        own = [_centre(shown.features[shown.sign == s]) for s in range(n_bundled, n_signs)]
        if own:
            self.gaussian = with_own_signs(self.gaussian, np.array(own))
        self._poses = ShownPoses(self.gaussian, shown)
        self._density: PoseDensity = self.gaussian.signs
        if len(shown.sign):
            self._density = self._poses.density()
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
        of_pose = self.density().log_density(unturned(features, self.mount))
        return self.with_network(of_pose / self.gaussian.temperature, holds)

    def density(self, effect: WearerEffect | None = None) -> PoseDensity:
        """Densities of every sign as the usual mount would have it.

        Args:
            effect: What is known of the wearer besides what they showed.
        """
        return self._poses.density(effect) if effect else self._density

    def with_network(self, of_pose: Array, holds: Sequence[Frames]) -> Array:
        """(n, S) what the network adds to what poses say, which are the wearer's own signs'."""
        if self._bundle.network is None:
            return of_pose
        bundled, own = np.split(of_pose, [len(self._bundle.alphabet.signs)], axis=1)
        return np.hstack([self._bundle.with_network(bundled, holds), own])


def _shown(profile: Profile, extractor: FeatureExtractor, index: dict[str, int]) -> ShownHolds:
    """The holds of signs. Those of one step and one style were bent alike, no others."""
    shown: list[Observation] = []
    features = [np.empty((0, N_FEATURES))]
    blocks: list[int] = []
    known: dict[tuple[int, int], int] = {}
    for place, step in enumerate(profile.steps):
        signs = [each for each in step.observations if each.sign != Control.REST]
        for number, observation in enumerate(signs):
            alike = -1 - number if observation.style is None else observation.style
            blocks.append(known.setdefault((place, alike), len(known)))
        shown += signs
        features.append(unturned(poses(signs, extractor), step.rotation))
    return ShownHolds(
        features=np.concatenate(features),
        sign=np.array([index[each.sign] for each in shown], dtype=np.int64),
        block=np.array(blocks, dtype=np.int64),
        weight=np.array([each.weight for each in shown]),
    )


def _rest(profile: Profile, extractor: FeatureExtractor, mount: Array) -> Array | None:
    """(8,) where the hand rested on average, as the board sits by this mount."""
    rests = []
    for step in profile.steps:
        shown = [each for each in step.observations if each.sign == Control.REST]
        rests.append(unturned(poses(shown, extractor), step.rotation @ mount.T))
    seen = np.concatenate(rests) if rests else np.empty((0, N_FEATURES))
    return _centre(seen) if len(seen) else None


def _centre(features: Array) -> Array:
    """(8,) mean of (n, 8) features; NaN where no row has one."""
    seen = np.isfinite(features)
    total = np.where(seen, features, 0.0).sum(axis=0)
    return np.where(seen.any(axis=0), total / np.maximum(seen.sum(axis=0), 1), np.nan)


LEAST_CONFIDENCE = 0.9
"""Posterior probability from which a decided letter is believed."""

ADAPTED_WEIGHT = 0.5
"""How much such a hold counts next to a calibrated one, times that probability."""


_Believed = dict[str, deque[tuple[float, Observation]]]
"""By sign, the last holds that were believed, and when they began."""


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
        self._believed: _Believed = {}
        self._slip: Slip | None = None
        self._before_slip: tuple[Slip | None, _Believed] = None, self._believed
        self._mount: Array = np.eye(3)

    def learn(
        self,
        decided: Sequence[Decision],
        mount: Array | None = None,
        slip: Slip | None = None,
    ) -> bool:
        """Take in how emissions were read; returns whether the model is another one now.

        Args:
            decided: How.
            mount: (3, 3) how the board sits by now; None: as before.
            slip: The last time that the glove has slipped; what came before is kept as the board
                would read it now. If it is the one before again, the last one was none, and what
                was read since then is not believed.
        """
        news = slip is not self._slip
        earlier, before = self._before_slip
        if news and slip is earlier:
            self._believed = before
        elif news and slip:
            self._before_slip = self._slip, self._believed
            self._turn(slip)
        self._slip = slip
        for decision in decided:
            observation = self._observation(decision)
            if observation is None:
                continue
            at_s = decision.emission.segment.start_s
            if slip and at_s < slip.since_s:
                observation = observation.turned(slip.rotation)
            kept = self._believed.setdefault(observation.sign, deque(maxlen=KEPT_HOLDS))
            kept.append((at_s, observation))
            news = True
        if mount is not None:
            self._mount = mount
        return news

    def _turn(self, slip: Slip) -> None:
        """The glove has slipped: what was read since then was read by the mount before."""
        before, self._believed = self._believed, {}
        for sign, kept in before.items():
            turned = [(at_s, o.turned(slip.rotation)) for at_s, o in kept if at_s < slip.since_s]
            self._believed[sign] = deque(turned, maxlen=KEPT_HOLDS)

    def model(self) -> PersonalModel:
        """The wearer's model, of the profile and of all that is believed by now."""
        return PersonalModel(self._bundle, self._profile.with_step(self.step()))

    def step(self, date: str = "") -> Step:
        """What is believed by now, as a step for the profile.

        Args:
            date: Today, ISO 8601.
        """
        observations = (each for kept in self._believed.values() for _, each in kept)
        mount = mount_rows(self._mount)
        return Step(StepKind.ADAPTATION, date, tuple(observations), mount)

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
