"""How long a hold is, in a wearer's usual ones, and what that says.

A hand in a hurry passes through poses that look like letters; only that it does not stay tells. So
a hold of a tenth of the usual time speaks with 11 nats for no sign, one of the usual time with 1.7
against it, and one of 3.5 times that with 1.7 for it again: there the hand hesitates.
"""

import math
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class HoldModel:
    """What the length of a hold says about whether it shows a letter.

    A letter is held about as long as usual, and longer when the hand hesitates. What is no letter
    is a moment on the way, of any length, or a stop there for as long as a hesitation. Medians and
    spreads are those of assembled sessions (`tests/benchmarks/tempo.py`).

    Attributes:
        letter_spread: Standard deviation of the natural logarithm of a letter's hold.
        lingering: Share of the letters that are held as long as a hesitation.
        passing_median: Median of a moment on the way.
        passing_spread: Standard deviation of its natural logarithm.
        stopping: Share of what is no letter that lasts as long as a hesitation.
        hesitation_median: Median of a hesitation.
        hesitation_spread: Standard deviation of its natural logarithm.
    """

    letter_spread: float = 0.45
    lingering: float = 0.04
    passing_median: float = 0.3
    passing_spread: float = 1.2
    stopping: float = 0.3
    hesitation_median: float = 3.5
    hesitation_spread: float = 0.5

    def no_sign_log_ratio(self, hold: float) -> float:
        """Log of p(hold | no sign) / p(hold | a letter).

        Args:
            hold: Its length above 0, in the usual ones.
        """
        long = log_normal(hold, self.hesitation_median, self.hesitation_spread)
        letter = log_normal(hold, 1.0, self.letter_spread)
        passing = log_normal(hold, self.passing_median, self.passing_spread)
        return _mixed(long, passing, self.stopping) - _mixed(long, letter, self.lingering)


def log_normal(value: float, median: float, spread: float) -> float:
    """Log-density of a log-normal, without the terms that two of the same value share."""
    return -0.5 * (math.log(value / median) / spread) ** 2 - math.log(spread)


def _mixed(one: float, other: float, share: float) -> float:
    """The log of a mixture in which one has this share."""
    return float(np.logaddexp(math.log(share) + one, math.log(1 - share) + other))
