"""Self-adaptation: what became text with confidence teaches the model its wearer's hand.

A decided letter is a label, but one that can be wrong, and then it would confirm itself. So a hold
counts only if text and hand together leave little doubt; it counts for less than a calibrated one;
of every sign only the last few holds count; and the model is estimated anew each time from the
source, the profile and those holds, so that no estimate builds on another.
"""

from collections import deque
from collections.abc import Sequence

import numpy as np

from jihwa.models.bundle import Bundle
from jihwa.recognizer.events import Decision
from jihwa.recognizer.personal import PersonalModel
from jihwa.recognizer.profile import KEPT_HOLDS, Observation, Profile, Step, StepKind

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
