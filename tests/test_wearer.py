"""Personalisation in closed form: what one wearer's holds say about all of their signs."""

from dataclasses import replace
from time import perf_counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import block_diag

from jihwa.models.features import FLEX, GRAVITY, pose_coordinates, tangent_basis
from jihwa.models.overlap import expected_overlap, most_telling_signs
from jihwa.models.wearer import ShownHolds, ShownPoses, with_own_signs

N_SIGNS = 4


@pytest.fixture(scope="module")
def model(bundle):
    """The shipped model with its first four signs: small enough to write all covariances out."""
    gaussian = bundle.of_glove()
    per_sign = ("mean", "mean_covariance", "block", "jacobian")
    return replace(gaussian, **{name: getattr(gaussian, name)[:N_SIGNS] for name in per_sign})


def nothing():
    return ShownHolds(np.empty((0, 8)), np.empty(0, int), np.empty(0, int), np.empty(0))


def holds_of(model, seed, n=9, n_blocks=2, dead=0.2):
    """Some holds of some signs, with dead sensors."""
    rng = np.random.default_rng(seed)
    sign = rng.integers(N_SIGNS - 1, size=n)  # the last sign is never shown
    x = model.mean[sign] + rng.normal(0, [0.8] * 5 + [0.1] * 3, (n, 8))
    x[:, GRAVITY] /= np.linalg.norm(x[:, GRAVITY], axis=1, keepdims=True)
    x[:, FLEX][rng.random((n, 5)) < dead] = np.nan
    x[rng.random(n) < dead, GRAVITY] = np.nan
    return ShownHolds(x, sign, rng.integers(n_blocks, size=n), np.ones(n))


def rows(holds, chosen):
    return ShownHolds(*(getattr(holds, name)[chosen] for name in ShownHolds.__slots__))


def conditioned(model, holds):
    """Means (S, 7) and covariances (S, 7, 7) of the poses, by writing out the joint normal."""
    j = np.concatenate(model.jacobian)  # (7S, 13)
    prior = j @ model.wearer @ j.T + block_diag(*(model.session + model.mean_covariance))
    basis = tangent_basis(model.mean[:, GRAVITY])
    z = pose_coordinates(holds.features, model.mean[holds.sign], basis[holds.sign]).ravel()
    n = len(holds.sign)
    pick = np.zeros((n, 7, N_SIGNS, 7))
    pick[np.arange(n), :, holds.sign] = np.eye(7)
    pick = pick.reshape(7 * n, 7 * N_SIGNS)
    noise = block_diag(*[model.take] * n).reshape(n, 7, n, 7)
    for a in range(n):
        for b in range(n):
            if (holds.sign[a], holds.block[a]) == (holds.sign[b], holds.block[b]):
                noise[a, :, b] += model.block[holds.sign[a]]
    noise = noise.reshape(7 * n, 7 * n)
    seen = np.isfinite(z)
    pick, noise, z = pick[seen], noise[np.ix_(seen, seen)], z[seen]
    gain = np.linalg.solve(pick @ prior @ pick.T + noise, pick @ prior).T
    covariance = (prior - gain @ pick @ prior).reshape(N_SIGNS, 7, N_SIGNS, 7)
    return (gain @ z).reshape(N_SIGNS, 7), covariance[range(N_SIGNS), :, range(N_SIGNS)]


def new_block(model, density):
    """The component of every sign that is not a shown block."""
    first = np.searchsorted(density.of, np.arange(len(model.mean)))
    return density.centre[first], density.scale[first] - model.take - model.block


def test_who_showed_nothing_is_a_stranger(model):
    x = holds_of(model, 0).features
    stranger = model.log_likelihood(x)
    assert ShownPoses(model, nothing()).density().log_density(x) == pytest.approx(stranger)


@settings(max_examples=25)
@given(st.integers(0, 2**32 - 1), st.sampled_from([0.0, 0.3]))
def test_closed_form_is_the_conditional_normal_written_out(model, seed, dead):
    holds = holds_of(model, seed, dead=dead)
    centre, covariance = new_block(model, ShownPoses(model, holds).density())
    expected_centre, expected_covariance = conditioned(model, holds)
    assert centre == pytest.approx(expected_centre, abs=1e-6)
    assert covariance == pytest.approx(expected_covariance, abs=1e-6)


@given(st.integers(0, 2**32 - 1))
def test_order_does_not_matter(model, seed):
    holds = holds_of(model, seed)
    shuffled = rows(holds, np.random.default_rng(seed).permutation(len(holds.sign)))
    x = holds_of(model, seed + 1).features
    one, other = (ShownPoses(model, h).density().log_density(x) for h in (holds, shuffled))
    assert one == pytest.approx(other, abs=1e-6)


@given(st.integers(0, 2**32 - 1))
def test_two_halves_of_trust_make_one_whole(model, seed):
    holds = holds_of(model, seed)
    twice = rows(holds, np.repeat(np.arange(len(holds.sign)), 2))
    halves = replace(twice, weight=np.full(len(twice.sign), 0.5))
    x = holds_of(model, seed + 1).features
    one, other = (ShownPoses(model, h).density().log_density(x) for h in (holds, halves))
    assert one == pytest.approx(other, abs=1e-6)


def test_label_without_trust_says_nothing(model):
    holds = replace(holds_of(model, 3), weight=np.full(9, 1e-9))
    x = holds_of(model, 4).features
    stranger = model.log_likelihood(x)
    assert ShownPoses(model, holds).density().log_density(x) == pytest.approx(stranger, abs=1e-4)


def test_sign_that_was_never_shown_gains_from_the_others(model):
    """A glove turned by 15 degrees on the hand turns every sign."""
    turned = model.mean.copy()
    turn = np.array([0.0, 0.0, np.radians(15)])
    turned[:, GRAVITY] += np.cross(turn, turned[:, GRAVITY])
    turned[:, GRAVITY] /= np.linalg.norm(turned[:, GRAVITY], axis=1, keepdims=True)
    shown = ShownHolds(turned[:-1], np.arange(N_SIGNS - 1), np.zeros(N_SIGNS - 1, int), np.ones(3))
    before = model.log_likelihood(turned[-1:])[0, -1]
    after = ShownPoses(model, shown).density().log_density(turned[-1:])[0, -1]
    assert after > before + 0.3


def test_shown_block_is_expected_again_and_another_is_not_ruled_out(model):
    x = model.mean[:1].copy()
    x[:, FLEX] += 1.5
    other = model.mean[:1].copy()
    other[:, FLEX] -= 1.5
    shown = ShownHolds(x, np.zeros(1, int), np.zeros(1, int), np.ones(1))
    before = model.log_likelihood(np.vstack([x, other]))[:, 0]
    after = ShownPoses(model, shown).density().log_density(np.vstack([x, other]))[:, 0]
    assert after[0] > before[0] + 2
    assert after[1] > before[1] - 4


def test_own_sign_is_known_after_one_take_and_leaves_the_others_as_they_were(model):
    rng = np.random.default_rng(5)
    pose = np.concatenate([rng.uniform(0, 8, 5), [0.0, 0.0, 1.0]])[None]
    extended = with_own_signs(model, pose)
    shown = ShownHolds(pose, np.array([N_SIGNS]), np.zeros(1, int), np.ones(1))
    density = ShownPoses(extended, shown).density()
    again = pose + rng.normal(0, [0.2] * 5 + [0.02] * 3)
    assert density.log_density(again)[0].argmax() == N_SIGNS
    x = holds_of(model, 6).features
    assert density.log_density(x)[:, :N_SIGNS] == pytest.approx(model.log_likelihood(x))


def test_own_sign_can_be_shown_with_a_dead_sensor(model):
    pose = np.full((1, 8), np.nan)
    pose[0, :4] = 2.0
    shown = ShownHolds(pose, np.array([N_SIGNS]), np.zeros(1, int), np.ones(1))
    density = ShownPoses(with_own_signs(model, pose), shown).density()
    assert np.isfinite(density.log_density(model.mean)).all()


def test_update_takes_less_than_50_ms(bundle):
    gaussian = bundle.of_glove()
    sign = np.repeat(np.arange(len(gaussian.mean)), 15)
    holds = ShownHolds(gaussian.mean[sign], sign, np.arange(len(sign)), np.ones(len(sign)))
    took_s = []
    for _ in range(5):
        start_s = perf_counter()
        ShownPoses(gaussian, holds).density().log_density(gaussian.mean[:1])
        took_s.append(perf_counter() - start_s)
    assert min(took_s) < 0.05


def test_signs_that_tell_most_leave_less_overlap_than_others(bundle):
    gaussian = bundle.of_glove()
    chosen = most_telling_signs(gaussian, 4, n_styles=2)
    overlap = expected_overlap(gaussian, chosen, 2)
    assert overlap < expected_overlap(gaussian, chosen[:3], 2) < expected_overlap(gaussian, [], 2)
    rng = np.random.default_rng(0)
    others = [rng.choice(len(gaussian.mean), 4, replace=False).tolist() for _ in range(5)]
    assert all(overlap <= expected_overlap(gaussian, other, 2) for other in others)
