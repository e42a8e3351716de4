"""Scores of log-likelihoods, against examples worked out by hand and properties that must hold."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jihwa.models.training.evaluation import Predictions, recall, score

HAND = np.array(
    [
        [0.7, 0.2, 0.1, 0.0, 0.0, 0.0],  # sign 0, right
        [0.1, 0.2, 0.7, 0.0, 0.0, 0.0],  # sign 1, taken for 2
    ]
)


def log(posterior):
    return np.log(np.asarray(posterior) + 1e-12)


def drawn(n, n_signs, seed):
    """Posteriors, and truths that follow them: perfectly calibrated."""
    rng = np.random.default_rng(seed)
    posterior = rng.dirichlet(np.full(n_signs, 0.3), n)
    sign = (posterior.cumsum(axis=1) < rng.random((n, 1))).sum(axis=1)
    return log(posterior), np.minimum(sign, n_signs - 1)


@st.composite
def scored(draw):
    n, n_signs = draw(st.integers(1, 30)), draw(st.integers(2, 9))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    return rng.normal(0, 3, (n, n_signs)), rng.integers(n_signs, size=n)


def test_scores_of_two_known_answers():
    result = score(log(HAND) + 5, np.array([0, 1]))
    assert (result.top1, result.top3, result.top5) == (0.5, 1.0, 1.0)
    assert result.nll == pytest.approx(-np.log([0.7, 0.2]).mean())
    assert result.ece == pytest.approx(0.2)
    assert (result.confidence_right, result.confidence_wrong) == pytest.approx((0.7, 0.7))


def test_macro_scores_of_a_known_confusion():
    sign, answer = np.array([0, 0, 0, 1, 2, 2]), np.array([0, 0, 1, 1, 1, 3])
    result = score(log(np.eye(5)[answer]), sign)  # nobody asked for 3 and 4
    assert result.precision == pytest.approx((2 / 2 + 1 / 3 + 0) / 3)
    assert result.recall == pytest.approx((2 / 3 + 1 / 1 + 0 / 2) / 3)
    assert result.f1 == pytest.approx((4 / 5 + 2 / 4 + 0) / 3)
    assert result.top1 == pytest.approx(3 / 6)


def test_nothing_is_said_of_wrong_answers_where_there_is_none():
    values = score(log(np.eye(3)), np.arange(3)).rounded()
    assert values["confidence_wrong"] is None
    assert values["confidence_right"] == 1.0
    assert values["top1"] == values["f1"] == 1.0


def test_a_model_that_knows_nothing_is_not_right():
    sign = np.repeat(np.arange(10), 7)
    result = score(np.zeros((70, 10)), sign)
    assert (result.top1, result.top3, result.top5) == pytest.approx((0.1, 0.3, 0.5))
    assert result.nll == pytest.approx(np.log(10))
    assert result.ece == pytest.approx(0, abs=1e-12)


def test_calibrated_confidence_has_no_calibration_error_and_boasting_has():
    log_posterior, sign = drawn(40_000, 8, seed=1)
    assert score(log_posterior, sign).ece < 0.01
    assert score(3 * log_posterior, sign).ece > 0.1
    assert score(3 * log_posterior, sign).nll > score(log_posterior, sign).nll


@given(scored())
def test_more_chances_never_hurt(case):
    result = score(*case)
    assert 0 <= result.top1 <= result.top3 <= result.top5 <= 1
    assert 0 <= result.ece <= 1
    assert min(result.f1, result.precision, result.recall) >= 0
    assert result.nll >= 0


@given(scored(), st.randoms(use_true_random=False))
def test_order_of_holds_and_of_signs_does_not_matter(case, random):
    log_likelihood, sign = case
    n, n_signs = log_likelihood.shape
    holds, signs = random.sample(range(n), n), np.array(random.sample(range(n_signs), n_signs))
    place = np.argsort(signs)
    shuffled = score(log_likelihood[holds][:, signs], place[sign[holds]])
    for name, value in score(log_likelihood, sign).rounded().items():
        assert shuffled.rounded()[name] == pytest.approx(value, abs=2e-4), name


@given(scored(), st.floats(-1e3, 1e3))
def test_evidence_for_a_hold_does_not_matter(case, evidence):
    log_likelihood, sign = case
    assert score(log_likelihood + evidence, sign).nll == pytest.approx(
        score(log_likelihood, sign).nll, abs=1e-6
    )


@given(scored())
def test_confusion_counts_every_hold_once(case):
    log_likelihood, sign = case
    n_signs = log_likelihood.shape[1]
    answers = Predictions.of(log_likelihood, sign)
    counts = answers.confusion(n_signs)
    assert counts.sum(axis=1).tolist() == np.bincount(sign, minlength=n_signs).tolist()
    assert counts.trace() == answers.right.sum()
    shares = recall(counts)
    assert np.isnan(shares).tolist() == (np.bincount(sign, minlength=n_signs) == 0).tolist()
    assert np.nanmean(shares) == pytest.approx(score(log_likelihood, sign).recall)


@given(scored())
def test_bins_of_the_reliability_diagram_hold_every_answer(case):
    answers = Predictions.of(*case)
    count, confidence, accuracy = answers.reliability()
    assert count.sum() == len(answers.sign)
    assert np.nansum(count * confidence) == pytest.approx(answers.confidence.sum())
    assert np.nansum(count * accuracy) == pytest.approx(answers.right.sum())
    low = np.arange(len(count)) / len(count)
    filled = count > 0
    assert (confidence[filled] >= low[filled] - 1e-9).all()
    assert (confidence[filled] <= low[filled] + 1 / len(count) + 1e-9).all()
