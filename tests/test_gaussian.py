"""The hierarchical Gaussian: densities that integrate, marginalise, and know a stranger's hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation
from scipy.stats import multivariate_t

from jihwa.models.density import PoseDensity, broad_log_density
from jihwa.models.features import FLEX, GRAVITY, FeatureExtractor, pose_coordinates, tangent_basis
from jihwa.models.gaussian import wearer_jacobian
from jihwa.models.training.estimation import LabelledHolds, fit
from jihwa.models.training.evaluation import score

EXTRACTOR = FeatureExtractor()
N_SIGNS, N_BLOCKS, N_TAKES = 6, 5, 6


def unit(v):
    return v / np.linalg.norm(v, axis=-1, keepdims=True)


def sphere(n, rng):
    return unit(rng.standard_normal((n, 3)))


def poses(n, rng):
    return np.hstack([rng.uniform(0, 8, (n, 5)), sphere(n, rng)])


def wear(x, offset_adc, gain, rotation):
    """Features of the same poses with other finger spans and another mount."""
    adc = EXTRACTOR.baseline_adc + gain * (EXTRACTOR.unwarp(x[:, FLEX]) - EXTRACTOR.baseline_adc)
    return np.hstack([EXTRACTOR.warp(adc + offset_adc), rotation.apply(x[:, GRAVITY])])


def session(means, name, rng, spread=1.0):
    """Holds of one made-up wearer."""
    worn = wear(
        means,
        rng.normal(0, 2, 5),
        np.exp(rng.normal(0, 0.2, 5)),
        Rotation.from_rotvec(rng.normal(0, 0.12, 3)),
    )
    sign, block = np.indices((N_SIGNS, N_BLOCKS, N_TAKES))[:2]
    sign, block = sign.ravel(), block.ravel()
    of_block = rng.normal(0, [0.8] * 5 + [0.08] * 3, (N_SIGNS, N_BLOCKS, 8))
    of_take = rng.normal(0, [0.3] * 5 + [0.03] * 3, (len(sign), 8))
    x = worn[sign] + spread * of_block[sign, block] + of_take
    x[:, GRAVITY] = unit(x[:, GRAVITY])
    return LabelledHolds(x, sign, block, np.full(len(sign), name))


def joined(*parts):
    names = ("features", "sign", "block", "session")
    return LabelledHolds(*(np.concatenate([getattr(p, name) for p in parts]) for name in names))


@pytest.fixture(scope="module")
def signs():
    return poses(N_SIGNS, np.random.default_rng(7))


@pytest.fixture(scope="module")
def model(signs):
    rng = np.random.default_rng(1)
    return fit(joined(session(signs, "a", rng), session(signs, "b", rng)), N_SIGNS, EXTRACTOR)


@pytest.fixture(scope="module")
def stranger(signs):
    return session(signs, "c", np.random.default_rng(2))


@given(st.integers(0, 2**32 - 1))
def test_tangents_are_at_right_angles_to_the_direction_and_to_each_other(seed):
    direction = sphere(4, np.random.default_rng(seed))
    frame = np.concatenate([direction[:, None], tangent_basis(direction)], axis=1)  # (4, 3, 3)
    assert frame @ frame.swapaxes(1, 2) == pytest.approx(np.tile(np.eye(3), (4, 1, 1)), abs=1e-9)


@given(st.integers(0, 2**32 - 1))
def test_distance_in_the_tangent_plane_is_the_chord(seed):
    x, pose = poses(2, np.random.default_rng(seed))
    z = pose_coordinates(x, pose, tangent_basis(pose[GRAVITY]))
    assert z[:5] == pytest.approx(x[FLEX] - pose[FLEX])
    assert np.linalg.norm(z[5:]) == pytest.approx(np.linalg.norm(x[GRAVITY] - pose[GRAVITY]))


def test_density_is_the_multivariate_t_of_scipy_of_bends_times_that_of_gravity():
    rng = np.random.default_rng(0)
    pose, root = poses(1, rng), rng.standard_normal((7, 7))
    scale = root @ root.T + np.eye(7)
    x = poses(5, rng)
    z = pose_coordinates(x, pose, tangent_basis(pose[:, GRAVITY]))
    bends = multivariate_t(shape=scale[:5, :5], df=8).logpdf(z[:, :5])
    expected = bends + multivariate_t(shape=scale[5:, 5:], df=8).logpdf(z[:, 5:])
    assert PoseDensity(pose, scale[None], 8.0).log_density(x)[:, 0] == pytest.approx(expected)


def test_density_over_the_sphere_of_gravity_sums_to_1():
    rng = np.random.default_rng(3)
    x = np.hstack([np.full((200_000, 5), np.nan), sphere(200_000, rng)])
    density = PoseDensity(poses(1, rng), np.diag([1.0] * 5 + [0.04] * 2)[None], 8.0)
    assert np.exp(density.log_density(x)).mean() * 4 * np.pi == pytest.approx(1, abs=0.02)
    assert np.exp(broad_log_density(x, 4, 3)).mean() * 4 * np.pi == pytest.approx(1)


@pytest.mark.parametrize("finger", range(5))
def test_missing_finger_is_integrated_out(model, stranger, finger):
    x = stranger.features[:1]
    grid = np.linspace(-60, 60, 8001)
    filled = np.repeat(x, len(grid), axis=0)
    filled[:, finger] = grid
    missing = x.copy()
    missing[:, finger] = np.nan
    step = grid[1] - grid[0]
    for density in (model.log_likelihood, model.rest_log_likelihood, model.no_sign_log_likelihood):
        integral = np.exp(density(filled)).sum(axis=0) * step
        assert np.exp(density(missing))[0] == pytest.approx(integral, rel=1e-3)


def test_nothing_seen_says_nothing(model):
    x = np.full((1, 8), np.nan)
    assert model.log_likelihood(x) == pytest.approx(np.zeros((1, N_SIGNS)))
    assert model.no_sign_log_likelihood(x) == pytest.approx(0)
    assert model.log_likelihood(np.empty((0, 8))).shape == (0, N_SIGNS)


def test_a_batch_with_mixed_missing_sensors_equals_one_by_one(model, stranger):
    x = stranger.features[:40].copy()
    x[::3, 1] = np.nan
    x[::5, GRAVITY] = np.nan
    x[::7, GRAVITY] *= 0.97
    one_by_one = np.vstack([model.log_likelihood(row[None]) for row in x])
    assert model.log_likelihood(x) == pytest.approx(one_by_one)


def test_a_tilt_counts_less_where_gravity_comes_from_angles(model):
    turn = Rotation.from_rotvec([0.5, 0.4, -0.3])

    def lost_by_a_tilt(length):
        upright, tilted = model.mean.copy(), model.mean.copy()
        upright[:, GRAVITY] *= length
        tilted[:, GRAVITY] = length * turn.apply(tilted[:, GRAVITY])
        return np.diag(model.log_likelihood(upright) - model.log_likelihood(tilted))

    assert (lost_by_a_tilt(0.97) > 0).all()
    assert (lost_by_a_tilt(0.97) < lost_by_a_tilt(1.0)).all()


@settings(max_examples=20)
@given(st.integers(0, 2**32 - 1))
def test_jacobian_is_what_a_small_change_of_wearer_does(seed):
    rng = np.random.default_rng(seed)
    pose = poses(3, rng)
    theta = rng.normal(0, 1e-4, 13)
    changed = wear(pose, theta[:5], np.exp(theta[5:10]), Rotation.from_rotvec(theta[10:]))
    moved = pose_coordinates(changed, pose, tangent_basis(pose[:, GRAVITY]))
    assert wearer_jacobian(pose, EXTRACTOR) @ theta == pytest.approx(moved, abs=1e-6)


def test_a_stranger_is_read_with_honest_confidence(model, stranger):
    result = score(model.log_likelihood(stranger.features), stranger.sign)
    assert result.top1 > 0.9
    assert result.nll < 0.4
    assert result.ece < 0.15


def test_genuine_signs_are_signs_and_far_poses_are_not(model, stranger):
    best = model.log_likelihood(stranger.features).max(axis=1)
    assert (best > model.no_sign_log_likelihood(stranger.features)).mean() > 0.98
    far = poses(5000, np.random.default_rng(5))
    cosine = (far[:, None, GRAVITY] * model.mean[:, GRAVITY]).sum(axis=-1).max(axis=1)
    far = far[cosine < 0.3]
    best = model.log_likelihood(far).max(axis=1)
    assert (best < model.no_sign_log_likelihood(far)).mean() > 0.9


def test_rest_is_rest_and_a_seen_rest_pose_sharpens_it(model):
    rest = model.rest[None] + [0.5, -0.5, 0.3, 0.8, -0.4, 0, 0.1, 0.1]
    rest[:, GRAVITY] = unit(rest[:, GRAVITY])
    known = model.pose_log_likelihood(rest, rest[0])
    assert model.rest_log_likelihood(rest) > model.no_sign_log_likelihood(rest)
    assert known > model.rest_log_likelihood(rest)
    elsewhere = model.mean
    assert (model.pose_log_likelihood(elsewhere, rest[0]) < known).all()


def test_a_sensor_missing_in_the_seen_pose_does_not_count(model):
    pose = model.mean[0].copy()
    pose[1] = np.nan
    bent = model.mean[:1].copy()
    bent[:, 1] += 5
    assert model.pose_log_likelihood(bent, pose) == pytest.approx(
        model.pose_log_likelihood(model.mean[:1], pose)
    )


def test_a_sensor_dead_for_one_sign_leaves_that_sign_readable(signs, stranger):
    holds = session(signs, "a", np.random.default_rng(4))
    holds.features[holds.sign == 2, 1] = np.nan
    model = fit(holds, N_SIGNS, EXTRACTOR)
    of_sign = stranger[stranger.sign == 2]
    assert score(model.log_likelihood(of_sign.features), of_sign.sign).top1 > 0.8
    assert model.mean_covariance[2, 1, 1] > 2 * model.mean_covariance[1, 1, 1]


def test_a_sensor_that_no_session_has_leaves_the_others_readable(signs, stranger):
    holds = session(signs, "a", np.random.default_rng(4))
    holds.features[:, 1] = np.nan
    read = fit(holds, N_SIGNS, EXTRACTOR).log_likelihood(stranger.features)
    assert score(read, stranger.sign).top1 > 0.8


@pytest.mark.parametrize("mirrored", [False, True], ids=["turned", "other hand"])
def test_a_session_with_a_turned_board_and_a_broken_finger_teaches_as_others_do(
    signs, stranger, mirrored
):
    rng = np.random.default_rng(4)
    usual, other = session(signs, "a", rng), session(signs, "b", rng)
    features = other.features.copy()
    features[:, GRAVITY] = Rotation.from_euler("z", 70, degrees=True).apply(features[:, GRAVITY])
    features[:, GRAVITY] *= [1, -1 if mirrored else 1, 1]
    features[:, 3] = np.where(rng.random(len(other)) < 0.2, rng.uniform(0, 8), np.nan)
    odd = LabelledHolds(features, other.sign, other.block, other.session)
    alone, both, with_odd = (
        score(fit(h, N_SIGNS, EXTRACTOR).log_likelihood(stranger.features), stranger.sign).nll
        for h in (usual, joined(usual, other), joined(usual, odd))
    )
    assert both < alone
    assert with_odd < alone


def test_the_board_sits_as_in_the_first_session(signs):
    rng = np.random.default_rng(4)
    usual, other = session(signs, "b", rng), session(signs, "a", rng)
    turned = Rotation.from_euler("z", 70, degrees=True)
    other.features[:, GRAVITY] = turned.apply(other.features[:, GRAVITY])
    for first, then, sees in ((usual, other, usual), (other, usual, other)):
        read = fit(joined(first, then), N_SIGNS, EXTRACTOR).log_likelihood(sees.features)
        assert score(read, sees.sign).top1 > 0.9


def test_fit_recovers_the_spread_of_takes_and_blocks(signs):
    rng = np.random.default_rng(6)
    model = fit(joined(*(session(signs, str(i), rng) for i in range(8))), N_SIGNS, EXTRACTOR)
    take = np.sqrt(np.diag(model.take)[:5])
    block = np.sqrt(np.diagonal(model.block, axis1=1, axis2=2)[:, :5].mean())
    assert take == pytest.approx(np.hypot(0.3, 0.3), abs=0.05)  # what is there and the least one
    assert block == pytest.approx(0.8, abs=0.15)


def test_more_source_sessions_make_the_means_surer(signs):
    rng = np.random.default_rng(8)
    one = session(signs, "a", rng)
    two = joined(one, session(signs, "b", rng))
    sure, unsure = (
        np.trace(fit(h, N_SIGNS, EXTRACTOR).mean_covariance, axis1=1, axis2=2).mean()
        for h in (two, one)
    )
    assert sure < 0.6 * unsure


@pytest.mark.parametrize("takes", [1, 3])
def test_one_block_a_sign_is_enough(signs, takes):
    holds = session(signs, "a", np.random.default_rng(9))
    first = np.flatnonzero(holds.block == 0).reshape(N_SIGNS, N_TAKES)[:, :takes].ravel()
    log_likelihood = fit(holds[first], N_SIGNS, EXTRACTOR).log_likelihood(holds.features)
    assert score(log_likelihood, holds.sign).top1 > 0.9


def test_a_sign_without_a_hold_cannot_be_fitted(stranger):
    with pytest.raises(ValueError, match=r"\[3\]"):
        fit(stranger[stranger.sign != 3], N_SIGNS, EXTRACTOR)
