"""What the signal says: the likelihoods of an emission made safe, the evidence of its pause."""

import math
from dataclasses import dataclass

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
        scores: S + 2 log-likelihoods, one of every reading, relative to the best one.
        word_end: Log-evidence of the gap before it that a word ended there.
        missed: Log-evidence of the gap that a sign was missed in it.
        segmentation: Log-probability of the segment, and how many times likelier than by chance
            the best reading is: what tells segmentations apart.
    """

    scores: list[float]
    word_end: float
    missed: float
    segmentation: float = 0.0


def log_add(one: float, other: float) -> float:
    """log(exp(one) + exp(other))."""
    more, less = (one, other) if one >= other else (other, one)
    return more if less == -math.inf else more + math.log1p(math.exp(less - more))


def reading_scores(emission: Emission, temperature: float, *, exact: bool = False) -> list[float]:
    """Log-likelihood of every reading of an emission, relative to the best one.

    What cannot be compared is made harmless: NaN and -inf count as `LOWEST_LOG_LIKELIHOOD`, +inf as
    the best. An emission that favours nothing says nothing, and all readings are 0.

    Args:
        emission: The likelihoods as the recogniser gave them.
        temperature: They are divided by it; above 1 they are trusted less.
        exact: Whether only the best reading counts.

    Returns:
        S + 2 values in the order of `jihwa.recognizer.events.readings`; the best is 0.
    """
    raw = [-math.inf if math.isnan(each) else each for each in emission.of_readings.tolist()]
    best = max(raw)
    if best == -math.inf:
        return [0.0] * len(raw)
    if best == math.inf:
        raw = [0.0 if each == math.inf else -math.inf for each in raw]
        best = 0.0
    scores = [max((each - best) / temperature, LOWEST_LOG_LIKELIHOOD) for each in raw]
    if exact:
        likeliest = scores.index(max(scores))
        scores = [LOWEST_LOG_LIKELIHOOD] * len(scores)
        scores[likeliest] = 0.0
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
        at_end = log_add(log_of(self.shown) + pause, log_of(1 - self.shown) + inside)
        return at_end - self._between_letters(gap)

    def missed_log_ratio(self, gap: float) -> float:
        """Log of p(gap | a letter missed) / p(gap | inside a word); 0 where it is unknown.

        At most 0: a long gap has other causes, which are likelier.
        """
        if not _known(gap):
            return 0.0
        trace = log_normal(gap, self.missed_median, self.missed_spread)
        found = log_of(1 - self.traceless) + trace - self._between_letters(gap)
        return min(0.0, log_add(log_of(self.traceless), found))

    def _between_letters(self, gap: float) -> float:
        """Log-density of a gap inside a word."""
        inside = log_normal(gap, self.inside_median, self.inside_spread)
        pause = log_normal(gap, self.pause_median, self.pause_spread)
        return log_add(log_of(self.hesitation) + pause, log_of(1 - self.hesitation) + inside)


def _known(gap: float) -> bool:
    return math.isfinite(gap) and gap > 0
