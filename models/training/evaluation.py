"""How good log-likelihoods are: accuracy among the first k, proper score and calibration."""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from jihwa.data.signal.frames import Array

CALIBRATION_BINS = 15

TEMPERATURES = np.geomspace(1.0, 8.0, 64)
"""What is tried. The takes held out are of sessions that were seen: they may make a network less
sure, never surer."""


@dataclass(frozen=True, slots=True)
class Scores:
    """Scores of log-likelihoods under a flat prior; f1, precision and recall are macro scores.

    Attributes:
        top1: Share of holds whose sign is the most likely one.
        top3: Share whose sign is among the three most likely.
        top5: Share whose sign is among the five most likely.
        nll: Mean negative log posterior of the true sign, nats.
        ece: Expected calibration error of the most likely sign, in 15 equal bins.
        f1: Harmonic mean of a sign's precision and recall, mean over the signs present.
        precision: Share of the answers that are right, mean over the signs present; 0 for one
            that is never answered.
        recall: Share of the holds that are read rightly, mean over the signs present.
        confidence_right: Mean confidence of the right answers; NaN where there is none.
        confidence_wrong: The same of the wrong ones.
    """

    top1: float
    top3: float
    top5: float
    nll: float
    ece: float
    f1: float
    precision: float
    recall: float
    confidence_right: float
    confidence_wrong: float

    def rounded(self) -> dict[str, float | None]:
        """The scores by name, to four digits; None where there is nothing to average."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: round(v, 4) if np.isfinite(v) else None for name, v in values.items()}


@dataclass(frozen=True, slots=True)
class Predictions:
    """The most likely sign of every hold.

    Attributes:
        sign: (n,) the true sign.
        answer: (n,) the most likely one.
        confidence: (n,) its posterior probability under a flat prior.
    """

    sign: NDArray[np.int64]
    answer: NDArray[np.int64]
    confidence: Array

    @classmethod
    def of(cls, log_likelihood: Array, sign: NDArray[np.int64]) -> "Predictions":
        """The answers of (n, S) log-likelihoods; (n,) true signs."""
        best = log_likelihood.argmax(axis=1)
        return cls(sign, best, np.exp(_log_posterior(log_likelihood).max(axis=1)))

    @property
    def right(self) -> NDArray[np.bool_]:
        """(n,) which answers are right."""
        return np.equal(self.answer, self.sign)

    @property
    def ece(self) -> float:
        """Expected calibration error: how far confidence and right answers are apart, in bins."""
        count, confidence, accuracy = self.reliability()
        return float(np.nansum(count * np.abs(confidence - accuracy)) / len(self.sign))

    def confusion(self, n_signs: int) -> NDArray[np.int64]:
        """(S, S) how many holds of each sign (rows) look most like each sign (columns)."""
        counts = np.zeros((n_signs, n_signs), dtype=np.int64)
        np.add.at(counts, (self.sign, self.answer), 1)
        return counts

    def reliability(self) -> tuple[NDArray[np.int64], Array, Array]:
        """Predictions in bins of equal width over the confidence.

        Returns:
            Per bin, (B,) each: how many, their mean confidence and the share that is right; NaN
            where there is none.
        """
        n_bins = CALIBRATION_BINS
        in_bin = np.minimum((self.confidence * n_bins).astype(np.int64), n_bins - 1)
        count = np.bincount(in_bin, minlength=n_bins)
        sums = (
            np.bincount(in_bin, weights=w, minlength=n_bins) for w in (self.confidence, self.right)
        )
        confidence, accuracy = (np.where(count > 0, s / np.maximum(count, 1), np.nan) for s in sums)
        return count, confidence, accuracy


def score(log_likelihood: Array, sign: NDArray[np.int64]) -> Scores:
    """Score (n, S) log-likelihoods against the (n,) true signs.

    Of equally likely signs the first is the answer.
    """
    log_posterior = _log_posterior(log_likelihood)  # (n, S)
    of_truth = np.take_along_axis(log_posterior, sign[:, None], axis=1)  # (n, 1)
    before = np.arange(log_posterior.shape[1]) < sign[:, None]  # (n, S)
    rank = ((log_posterior > of_truth) | (log_posterior == of_truth) & before).sum(axis=1)  # (n,)
    answers = Predictions.of(log_likelihood, sign)
    counts = answers.confusion(log_likelihood.shape[1])
    hits, asked, answered = np.diag(counts), counts.sum(axis=1), counts.sum(axis=0)  # (S,) each
    present = asked > 0
    right = answers.right
    return Scores(
        top1=float((rank < 1).mean()),
        top3=float((rank < 3).mean()),
        top5=float((rank < 5).mean()),
        nll=float(-of_truth.mean()),
        ece=answers.ece,
        f1=float((2 * hits / np.maximum(asked + answered, 1))[present].mean()),
        precision=float((hits / np.maximum(answered, 1))[present].mean()),
        recall=float(recall(counts)[present].mean()),
        confidence_right=_mean(answers.confidence[right]),
        confidence_wrong=_mean(answers.confidence[~right]),
    )


def recall(counts: NDArray[np.int64]) -> Array:
    """(S,) share of right holds among each sign's in a confusion matrix; NaN where it has none."""
    n = counts.sum(axis=1)  # (S,)
    return np.where(n > 0, np.diag(counts) / np.maximum(n, 1), np.nan)


def most_confused(counts: NDArray[np.int64]) -> list[tuple[int, int]]:
    """Sign and answer of every mistake in a (S, S) confusion matrix, the most frequent first."""
    wrong = counts * ~np.eye(len(counts), dtype=np.bool_)
    order = np.argsort(-wrong, axis=None, kind="stable")[: np.count_nonzero(wrong)]
    return [(int(at) // len(counts), int(at) % len(counts)) for at in order]


def best_temperature(logits: Array, sign: NDArray[np.int64]) -> float:
    """The temperature of least cross-entropy (Guo et al., 2017), 1 to 8.

    Args:
        logits: (n, S) of the takes held out.
        sign: (n,) their signs.
    """
    scaled = logits / TEMPERATURES[:, None, None]  # (64, n, S)
    of_truth = np.take_along_axis(scaled, sign[None, :, None], axis=2)[:, :, 0]  # (64, n)
    loss = (np.logaddexp.reduce(scaled, axis=2) - of_truth).mean(axis=1)  # (64,)
    return float(TEMPERATURES[loss.argmin()])


def _log_posterior(log_likelihood: Array) -> Array:
    """(n, S) under a flat prior."""
    return np.asarray(log_likelihood - np.logaddexp.reduce(log_likelihood, axis=1, keepdims=True))


def _mean(values: Array) -> float:
    return float(values.mean()) if len(values) else float("nan")
