"""Segments to emissions: how likely every sign, rest and no sign are."""

import numpy as np

from jihwa.data.frames import Array
from jihwa.models.bundle import Bundle
from jihwa.recognizer.events import Emission, Segment

RETURN = 0.7
"""How often a resting hand returns to where it rested before; else it rests anywhere."""


class Classifier:
    """Turns segments into emissions, and learns how this wearer rests.

    The first hold that is more likely rest than any sign shows the wearer's rest pose; from then
    on rest is known by it. Without one, rest stays a broad guess.
    """

    def __init__(self, bundle: Bundle) -> None:
        self._model = bundle.of_glove()
        self._extractor = bundle.extractor
        self.reset()

    def reset(self) -> None:
        """Forget the wearer's rest pose."""
        self._rest_pose: Array | None = None

    def feed(self, segment: Segment) -> Emission:
        """The emission of a segment."""
        pose = self._extractor.of_hold(segment.frames)
        x = pose[None]  # (1, 8)
        log_likelihood = self._model.log_likelihood(x)[0]  # (S,)
        no_sign = float(self._model.no_sign_log_likelihood(x)[0])
        rest = float(self._model.rest_log_likelihood(x)[0])
        if self._rest_pose is not None:
            known = float(self._model.pose_log_likelihood(x, self._rest_pose)[0])
            rest = float(np.logaddexp(np.log(RETURN) + known, np.log(1 - RETURN) + rest))
        elif rest > np.logaddexp.reduce(log_likelihood) - np.log(len(log_likelihood)):
            self._rest_pose = pose
        return Emission(segment, log_likelihood, rest, no_sign, pose)
