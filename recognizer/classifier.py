"""Segments to emissions: how likely every sign, rest and no sign are."""

import numpy as np

from jihwa.data.signal.frames import Array
from jihwa.models.bundle import Bundle
from jihwa.recognizer.durations import HoldModel
from jihwa.recognizer.events import Emission, Segment, likeliest
from jihwa.recognizer.personal import PersonalModel
from jihwa.recognizer.stops import StopFinder

RETURN = 0.7
"""How often a resting hand returns to where it rested before; else it rests anywhere."""


class Classifier:
    """Turns segments into emissions, and learns how this wearer rests.

    Where the profile does not tell how the wearer rests, the first hold that is more likely rest
    than any sign shows it; from then on rest is known by it. Until then it is a broad guess.

    Args:
        bundle: The model of strangers.
        personal: What the wearer's profile makes of it; without one the wearer is a stranger.

    Attributes:
        personal: What is known of the wearer by now.
    """

    def __init__(self, bundle: Bundle, personal: PersonalModel | None = None) -> None:
        self._gaussian = bundle.of_glove()
        self._extractor = bundle.extractor
        self._initial = personal or PersonalModel(bundle)
        self._holds = HoldModel()
        self._stops = StopFinder(bundle, self._holds)
        self.reset()

    def reset(self) -> None:
        """Forget what was learned of the wearer since the beginning."""
        self.personal = self._initial
        self._rest_pose: Array | None = self.personal.rest
        self._stops.reset()

    def feed(self, *segments: Segment) -> tuple[Emission, ...]:
        """The emissions of segments that end together, one more if there was a stop before them.

        They may show how the wearer rests.
        """
        emissions = self.read(*segments)
        seen = likeliest(emissions)
        signs = seen.log_likelihood
        like_a_sign = np.logaddexp.reduce(signs) - np.log(len(signs))
        if self._rest_pose is None and seen.rest > like_a_sign:
            self._rest_pose = seen.pose
        return self._stops.feed(emissions)

    def read(self, *segments: Segment) -> tuple[Emission, ...]:
        """The emissions that segments would be; nothing is learned from them."""
        holds = [segment.frames for segment in segments]
        x = np.array([self._extractor.of_hold(hold) for hold in holds])  # (n, 8)
        log_likelihood = self.personal.of_features(x, holds)  # (n, S)
        no_sign = self._gaussian.no_sign_log_likelihood(x)  # (n,)
        no_sign += [self._holds.no_sign_log_ratio(segment.length) for segment in segments]
        rest = self._gaussian.rest_log_likelihood(x)  # (n,)
        if self._rest_pose is not None:
            known = self._gaussian.pose_log_likelihood(x, self._rest_pose)
            rest = np.logaddexp(np.log(RETURN) + known, np.log(1 - RETURN) + rest)
        return tuple(map(Emission, segments, log_likelihood, rest.tolist(), no_sign.tolist(), x))
