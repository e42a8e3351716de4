"""Segments to emissions: how likely every sign, rest and no sign are."""

import numpy as np

from jihwa.data.frames import Array
from jihwa.models.bundle import Bundle
from jihwa.recognizer.events import Emission, Segment
from jihwa.recognizer.personal import PersonalModel

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
        self.reset()

    def reset(self) -> None:
        """Forget what was learned of the wearer since the beginning."""
        self.personal = self._initial
        self._rest_pose: Array | None = self.personal.rest

    def feed(self, segment: Segment) -> Emission:
        """The emission of a segment, which may show how the wearer rests."""
        emission = self.read(segment)
        signs = emission.log_likelihood
        like_a_sign = np.logaddexp.reduce(signs) - np.log(len(signs))
        if self._rest_pose is None and emission.rest > like_a_sign:
            self._rest_pose = emission.pose
        return emission

    def read(self, segment: Segment) -> Emission:
        """The emission that a segment would be; nothing is learned from it."""
        pose = self._extractor.of_hold(segment.frames)
        x = pose[None]  # (1, 8)
        log_likelihood = self.personal.of_features(x, [segment.frames])[0]  # (S,)
        no_sign = float(self._gaussian.no_sign_log_likelihood(x)[0])
        rest = float(self._gaussian.rest_log_likelihood(x)[0])
        if self._rest_pose is not None:
            known = float(self._gaussian.pose_log_likelihood(x, self._rest_pose)[0])
            rest = float(np.logaddexp(np.log(RETURN) + known, np.log(1 - RETURN) + rest))
        return Emission(segment, log_likelihood, rest, no_sign, pose)
