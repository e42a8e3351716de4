"""How long a hold is, in a wearer's usual ones, and what that says.

A hand in a hurry passes through poses that look like letters; only that it does not stay tells. So
a hold of a tenth of the usual time speaks with 4.5 nats for no sign, one of the usual time with 1.7
against it, and one of 3.5 times that with 1.7 for it again: there the hand hesitates.
"""

import math

LETTER_SPREAD = 0.45
"""Standard deviation of the natural logarithm of a letter's hold; its median is the usual one. The
figures are those of assembled sessions (`tests/benchmarks/tempo.py`)."""

LINGERING_SHARE = 0.04
"""Of the letters, those that are held as long as a hesitation."""

PASSING_MEDIAN, PASSING_SPREAD = 0.3, 1.2
"""Of a pose that is no letter and only passed through, in usual holds, and of its logarithm."""

TURN_SHARE = 0.05
"""Of the letters, those at which the hand turns back: it falls short of them, and does not stay."""

TURN_MEDIAN, TURN_SPREAD = 0.35, 0.5
"""How long it is near such a one, in usual holds, and of its logarithm."""

HESITATION_SHARE = 0.3
"""Of what is no letter, that which lasts as long as a hesitation."""

HESITATION_MEDIAN, HESITATION_SPREAD = 3.5, 0.5
"""Of a hesitation, in usual holds, and of its logarithm."""


def no_sign_log_ratio(hold: float) -> float:
    """Log of p(hold | no sign) / p(hold | a letter).

    Args:
        hold: Its length above 0, in the wearer's usual ones.
    """
    long = log_normal(hold, HESITATION_MEDIAN, HESITATION_SPREAD)
    turn = log_normal(hold, TURN_MEDIAN, TURN_SPREAD)
    letter = mixed(turn, log_normal(hold, 1.0, LETTER_SPREAD), TURN_SHARE)
    passing = log_normal(hold, PASSING_MEDIAN, PASSING_SPREAD)
    return mixed(long, passing, HESITATION_SHARE) - mixed(long, letter, LINGERING_SHARE)


def log_normal(value: float, median: float, spread: float) -> float:
    """Log-density of a log-normal, without the terms that two of the same value share."""
    return -0.5 * (math.log(value / median) / spread) ** 2 - math.log(spread)


def mixed(one: float, other: float, share: float) -> float:
    """The log of a mixture in which one has this share."""
    one, other = math.log(share) + one, math.log(1 - share) + other
    return max(one, other) + math.log1p(math.exp(-abs(one - other)))
