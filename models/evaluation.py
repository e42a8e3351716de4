"""How good log-likelihoods are: accuracy among the first k, proper score and calibration."""

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from jihwa.data.frames import N_FINGERS, Array, Frames
from jihwa.data.sensors import usable
from jihwa.data.splits import Split
from jihwa.models.estimation import LabelledHolds
from jihwa.models.features import N_FEATURES

CALIBRATION_BINS = 15

NEIGHBOUR_SD = np.array([16.0] * N_FINGERS + [0.16] * 3)
"""(8,) kernel of the nearest-neighbour reference: ADC counts and g."""

LogLikelihood = Callable[[LabelledHolds, LabelledHolds], Array]
"""Learns from the first holds and gives the (n, S) log-likelihoods of the second."""


@dataclass(frozen=True, slots=True)
class Scores:
    """Scores of log-likelihoods under a flat prior.

    Attributes:
        top1: Share of holds whose sign is the most likely one.
        top3: Share whose sign is among the three most likely.
        top5: Share whose sign is among the five most likely.
        nll: Mean negative log posterior of the true sign, nats.
        ece: Expected calibration error of the most likely sign, in 15 equal bins.
    """

    top1: float
    top3: float
    top5: float
    nll: float
    ece: float

    def rounded(self) -> dict[str, float]:
        """The scores by name, to four digits."""
        return {name: round(value, 4) for name, value in asdict(self).items()}


def score(log_likelihood: Array, sign: NDArray[np.int64]) -> Scores:
    """Score (n, S) log-likelihoods against the (n,) true signs."""
    log_posterior = log_likelihood - np.logaddexp.reduce(log_likelihood, axis=1, keepdims=True)
    of_truth = np.take_along_axis(log_posterior, sign[:, None], axis=1)  # (n, 1)
    rank = (log_posterior > of_truth).sum(axis=1)  # (n,)
    confidence = np.exp(log_posterior.max(axis=1))
    right = log_posterior.argmax(axis=1) == sign
    n_bins = CALIBRATION_BINS
    in_bin = np.minimum((confidence * n_bins).astype(np.int64), n_bins - 1)
    excess = np.bincount(in_bin, weights=confidence - right, minlength=n_bins)  # (n_bins,)
    return Scores(
        top1=float((rank < 1).mean()),
        top3=float((rank < 3).mean()),
        top5=float((rank < 5).mean()),
        nll=float(-of_truth.mean()),
        ece=float(np.abs(excess).sum() / len(sign)),
    )


def confusion(log_likelihood: Array, sign: NDArray[np.int64]) -> NDArray[np.int64]:
    """(S, S) how many holds of each sign (rows) look most like each sign (columns).

    Args:
        log_likelihood: (n, S) of every hold.
        sign: (n,) the true signs.
    """
    n_signs = log_likelihood.shape[1]
    counts = np.zeros((n_signs, n_signs), dtype=np.int64)
    np.add.at(counts, (sign, log_likelihood.argmax(axis=1)), 1)
    return counts


def recall(counts: NDArray[np.int64]) -> Array:
    """(S,) share of right holds among each sign's in a `confusion`; NaN where it has none."""
    n = counts.sum(axis=1)  # (S,)
    return np.where(n > 0, np.diag(counts) / np.maximum(n, 1), np.nan)


def cross_validate(
    holds: LabelledHolds, splits: Iterable[Split], log_likelihood: LogLikelihood
) -> dict[str, Scores]:
    """Scores of every fold by its name."""
    return {
        split.name: score(
            log_likelihood(holds[split.train], holds[split.test]), holds.sign[split.test]
        )
        for split in splits
    }


def channel_means(frames: Frames) -> Array:
    """(8,) plain means of flex (ADC counts) and acceleration (g); NaN where nothing is usable."""
    channels = np.hstack([usable(frames.flex_adc), frames.accel_g])  # (n, 8)
    count = np.isfinite(channels).sum(axis=0)
    return np.where(count > 0, np.nansum(channels, axis=0) / np.maximum(count, 1), np.nan)


def nearest_neighbour(train: LabelledHolds, test: LabelledHolds, n_signs: int) -> Array:
    """The reference that any model has to beat: 1-NN on channel means.

    Args:
        train: Holds whose features are `channel_means`.
        test: Holds whose features are the same.
        n_signs: How many signs there are.

    Returns:
        (n, S) log of a Gaussian kernel at every sign's nearest hold, over the channels that both
        have.
    """
    nearest = np.full((len(test), n_signs), -np.inf)
    for row, features in enumerate(test.features):
        square = ((train.features - features) / NEIGHBOUR_SD) ** 2  # (m, 8)
        shared = np.isfinite(square).sum(axis=1)  # (m,)
        distance = np.nansum(square, axis=1) * N_FEATURES / np.maximum(shared, 1)
        np.maximum.at(nearest[row], train.sign, -0.5 * distance)
    return nearest
