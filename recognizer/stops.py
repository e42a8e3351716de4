"""Stops on the way from one letter to the next, which show no letter."""

import math
from collections import deque
from dataclasses import replace

import numpy as np

from jihwa.data.signal.frames import Array
from jihwa.models.bundle import Bundle
from jihwa.models.features import FLEX, GRAVITY
from jihwa.recognizer.durations import HoldModel
from jihwa.recognizer.events import Emission

SHARE = 0.02
"""Share of the holds that are stops on the way."""

WAY = np.linspace(0.25, 0.75, 6)
"""How far on the way a hand stops."""

LEAST, MOST = -4.0, 3.0
"""Log-odds of a stop below which it is not looked at, and above which nothing is believed more."""


class StopFinder:
    """Offers to read a hold and the one before it as one letter: the hand stopped on its way.

    A stop is told by where it is: between the pose before it and the one behind it, where a letter
    would be by chance only. So it is known once the next hold is.

    Args:
        bundle: Knows how near to a pose a return to it is, and how poses are on the way between
            others.
        holds: What their length says.
    """

    def __init__(self, bundle: Bundle, holds: HoldModel) -> None:
        self._gaussian, self._extractor = bundle.of_glove(), bundle.extractor
        self._holds = holds
        self.reset()

    def reset(self) -> None:
        """Forget the holds before."""
        self._before: deque[Emission] = deque(maxlen=2)

    def feed(self, emissions: tuple[Emission, ...]) -> tuple[Emission, ...]:
        """The emissions of a boundary, with the one behind a stop if there may have been one."""
        here = emissions[0]
        known = [*self._before]
        self._before.append(here)
        if len(known) < 2:
            return emissions
        before, stop = known
        log_odds = self._log_odds(before, stop, here)
        if log_odds < LEAST:
            return emissions
        segment = replace(
            here.segment,
            spans=2,
            gap_s=stop.segment.gap_s + here.segment.gap_s,
            log_prob=here.log_prob + min(log_odds, MOST),
        )
        return (*emissions, replace(here, segment=segment))

    def _log_odds(self, before: Emission, stop: Emission, here: Emission) -> float:
        """Log-odds that a hold was a stop between two others, and no letter."""
        path = self._path(before.pose, here.pose)
        near = self._gaussian.pose_log_likelihood(path, stop.pose)  # (K,)
        on_the_way = float(np.logaddexp.reduce(near)) - math.log(len(near))
        signs = stop.log_likelihood
        as_a_letter = float(np.logaddexp.reduce(signs)) - math.log(len(signs))
        of_length = self._holds.no_sign_log_ratio(stop.segment.length)
        return math.log(SHARE) + on_the_way - as_a_letter + of_length

    def _path(self, start: Array, end: Array) -> Array:
        """(K, 8) features of poses between two others, where a hand would move evenly."""
        way = WAY[:, None]
        bends = [self._extractor.unwarp(pose[FLEX]) for pose in (start, end)]
        flex = self._extractor.warp(bends[0] + way * (bends[1] - bends[0]))
        gravity = start[GRAVITY] + way * (end[GRAVITY] - start[GRAVITY])
        return np.hstack([flex, gravity / np.linalg.norm(gravity, axis=1, keepdims=True)])
