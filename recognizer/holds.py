"""What a hold says of how the board sits: its likelihood by every mount, whichever letter it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log, nan

import numpy as np
from numpy.typing import NDArray

from jihwa.data.signal.frames import Array
from jihwa.models.density import LEAST, PoseDensity
from jihwa.recognizer.durations import mixed
from jihwa.recognizer.events import Decision, Emission, Segment

SIGNS, RESTS, OTHERS = 0.85, 0.10, 0.05
"""How many holds are signs, rest and no sign."""

RESTS_S = 5.0
"""A hand that holds still for longer rests, wherever it is, or shows a sign."""

UNEXPECTED = 0.1
"""How far the text may be wrong in what it expects."""


@dataclass(slots=True)
class SeenHold:
    """What is known of one hold.

    Attributes:
        segment: When it was.
        pose: (8,) its features.
        by_mount: (S, K) likelihoods of the signs by every mount, over exp(log_scale), float32.
        log_scale: The natural log of what they were divided by.
        signs: (K,) log-likelihood of any sign, all being as likely.
        other: Log of the likelihood times the share of all that is no sign.
        no_sign: Log-likelihood of any pose.
        is_rest: Whether the hand rests, unless it shows a sign.
        expected: (S,) log-probability of every sign before the hold was seen.
        evidence: (K,) what the hold says of the mounts, by what is expected now.
        found: Log-likelihood of any sign as it is read now; NaN where that is not known.
    """

    segment: Segment
    pose: Array
    by_mount: NDArray[np.float32]
    log_scale: float
    signs: Array
    other: float
    no_sign: float
    is_rest: bool
    expected: Array
    evidence: Array
    found: float = nan

    @classmethod
    def of(cls, emission: Emission, density: PoseDensity, mounts: Array) -> "SeenHold":
        """What a hold looks like, any sign being as likely.

        Args:
            emission: The hold.
            density: Of the signs, as the usual mount would have them.
            mounts: (K, 3, 3) the mounts.
        """
        segment = emission.segment
        by_mount, log_scale = density.turned_density(emission.pose, mounts)
        n_signs = len(by_mount)
        signs = _log(by_mount.sum(axis=0)) + (log_scale - log(n_signs))  # (K,)
        other = mixed(emission.rest, emission.no_sign, RESTS / (RESTS + OTHERS))
        other += log(RESTS + OTHERS)
        return cls(
            segment=segment,
            pose=emission.pose,
            by_mount=by_mount.astype(np.float32),  # they are many, and precise enough
            log_scale=log_scale,
            signs=signs,
            other=other,
            no_sign=emission.no_sign,
            is_rest=emission.rest > emission.no_sign or segment.end_s - segment.start_s > RESTS_S,
            expected=np.full(n_signs, -log(n_signs)),
            evidence=np.logaddexp(log(SIGNS) + signs, other),
        )

    def likeliest(self, mounts: Sequence[int]) -> float:
        """Log-likelihood of the likeliest sign by some of the mounts."""
        return log(max(float(self.by_mount[:, mounts].max()), LEAST)) + self.log_scale

    def learn(self, decision: Decision) -> Array:
        """(K,) by how much the evidence changes once it is known how the text read the hold.

        What it expects is what it found, without what the hold itself had said.
        """
        seen = decision.emission.log_likelihood
        found = np.log(decision.posterior[: len(seen)] + 1e-12) - seen
        expected = (1 - UNEXPECTED) * np.exp(found - log_sum(found)) + UNEXPECTED / len(found)
        self.expected = np.log(expected)
        signs = _log(expected @ self.by_mount) + self.log_scale
        before, self.evidence = self.evidence, np.logaddexp(log(SIGNS) + signs, self.other)
        return np.asarray(self.evidence - before)


def _log(values: Array) -> Array:
    return np.asarray(np.log(np.maximum(values, LEAST)))


def log_sum(values: Array) -> Array:
    """(…,) log of the sums of exp of (…, m) values; ten times as fast as `np.logaddexp.reduce`."""
    most = values.max(axis=-1, keepdims=True)
    return np.asarray(most[..., 0] + np.log(np.exp(values - most).sum(axis=-1)))
