"""What the signal says: the likelihoods of an emission made safe, the evidence of its pause."""

import math
from dataclasses import dataclass

import numpy as np

from jihwa.data.signal.frames import Array
from jihwa.recognizer.durations import log_normal
from jihwa.recognizer.events import Emission

LOWEST_LOG_LIKELIHOOD = -1e3
"""Bound on how much less likely than the best reading any other may be, so that no likelihood can
leave the beam without a hypothesis."""


def log_of(probability: float) -> float:
    """The natural log of a probability, -inf of none."""
    return math.log(probability) if probability > 0 else -math.inf


@dataclass(frozen=True, slots=True)
class Evidence:
    """What an emission says.

    Attributes:
        scores: (S + 2,) log-likelihood of every reading, relative to the best one.
        word_end: Log-evidence of the gap before it that a word ended there.
        missed: Log-evidence of the gap that a sign was missed in it.
        cut: Log-probability of cutting the signal so, and how many times likelier than by chance
            the best reading is: what tells ways to cut the signal apart.
    """

    scores: Array
    word_end: float
    missed: float
    cut: float = 0.0


def reading_scores(emission: Emission, temperature: float, *, exact: bool = False) -> Array:
    """Log-likelihood of every reading of an emission, relative to the best one.

    What cannot be compared is made harmless: NaN and -inf count as `LOWEST_LOG_LIKELIHOOD`, +inf as
    the best. An emission that favours nothing says nothing, and all readings are 0.

    Args:
        emission: The likelihoods as the recogniser gave them.
        temperature: They are divided by it; above 1 they are trusted less.
        exact: Whether only the best reading counts.

    Returns:
        (S + 2,) in the order of `jihwa.recognizer.events.readings`; the best is 0.
    """
    raw = emission.of_readings.astype(np.float64)
    raw[np.isnan(raw)] = -np.inf
    best = raw.max()
    if best == -np.inf:
        return np.zeros_like(raw)
    if best == np.inf:
        raw = np.where(raw == np.inf, 0.0, -np.inf)
        best = 0.0
    scores: Array = np.maximum((raw - best) / temperature, LOWEST_LOG_LIKELIHOOD)
    if exact:
        scores[np.arange(len(scores)) != scores.argmax()] = LOWEST_LOG_LIKELIHOOD
    return scores


@dataclass(frozen=True, slots=True)
class PauseModel:
    """How long the hand moves between two segments, and what that says.

    A gap is counted in the wearer's usual ones (`Segment.tempo`): a slow signer's gaps are no
    pauses. Medians and spreads are those of assembled sessions, as a segmenter cuts them that has
    not met their wearer (`tests/benchmarks/tempo.py`).

    Inside a word the gap is log-normal around `inside_median`, or a hesitation. At a word end it
    is a pause, log-normal around `pause_median`, or no different from inside a word. Hesitations
    are as long as pauses, so the evidence of a long gap is bounded by how rare they are, and the
    evidence of a short one by how often a word end goes unshown. A letter that was missed leaves a
    gap that is longer than between two letters, or no trace.

    Attributes:
        inside_median: Median transition inside a word.
        inside_spread: Standard deviation of its natural logarithm.
        pause_median: Median gap at a word end that is shown.
        pause_spread: Standard deviation of its natural logarithm.
        shown: Share of word ends that are shown by a pause.
        hesitation: Share of the gaps inside a word that are as long as a pause.
        missed_median: Median gap where a letter was missed and left a trace.
        missed_spread: Standard deviation of its natural logarithm.
        traceless: Share of the missed letters that leave none.
    """

    inside_median: float = 1.0
    inside_spread: float = 0.40
    pause_median: float = 3.5
    pause_spread: float = 0.60
    shown: float = 0.7
    hesitation: float = 0.03
    missed_median: float = 3.0
    missed_spread: float = 0.4
    traceless: float = 0.5

    def word_end_log_ratio(self, gap: float) -> float:
        """Log of p(gap | word end) / p(gap | inside a word); 0 where the gap is unknown."""
        if not _known(gap):
            return 0.0
        inside = log_normal(gap, self.inside_median, self.inside_spread)
        pause = log_normal(gap, self.pause_median, self.pause_spread)
        at_end = np.logaddexp(log_of(self.shown) + pause, log_of(1 - self.shown) + inside)
        return float(at_end - self._between_letters(gap))

    def missed_log_ratio(self, gap: float) -> float:
        """Log of p(gap | a letter missed) / p(gap | inside a word); 0 where it is unknown.

        At most 0: a long gap has other causes, which are likelier.
        """
        if not _known(gap):
            return 0.0
        trace = log_normal(gap, self.missed_median, self.missed_spread)
        found = log_of(1 - self.traceless) + trace - self._between_letters(gap)
        return min(0.0, float(np.logaddexp(log_of(self.traceless), found)))

    def _between_letters(self, gap: float) -> float:
        """Log-density of a gap inside a word."""
        inside = log_normal(gap, self.inside_median, self.inside_spread)
        pause = log_normal(gap, self.pause_median, self.pause_spread)
        within = np.logaddexp(log_of(self.hesitation) + pause, log_of(1 - self.hesitation) + inside)
        return float(within)


def _known(gap: float) -> bool:
    return math.isfinite(gap) and gap > 0
