"""Estimation of the hierarchical Gaussian: means of labelled holds, and variance by its origin.

Variance is told apart by nested means: what is left of a take around its block's mean is between
takes, of a block's mean around its session's is between blocks. Two sessions cannot tell how
sessions and wearers differ, and few blocks say little of one sign, so every covariance starts from
a prior that counts for some degrees of freedom.

For example, three blocks of a sign at bends of 2, 3 and 4 scatter by 2 with 2 degrees of freedom.
With a pooled variance of 1.3 that counts for 6, the sign's is (6 · 1.3 + 2) / (6 + 2) = 1.2.

What one or two source sessions cannot tell, and poses that were never recorded, are fixed and not
fitted. The spreads follow the differences between sessions of this glove: straight fingers read the
same within a few counts, a finger's span differs up to threefold between the extremes, the mount
turns by 5-12° about each axis, and one sign of one session differs by 10-16 counts and about 10°
from what the wearer's effect explains. Likelihood is flat around them (a factor of 1.5 changes it
by less than 0.04 nats). Bends are warped: 0.5 is 4 counts at a straight finger and 13 at a fist. A
fitted model keeps what it was given here.

A board that was turned further than small rotations go is turned back before anything is averaged,
and a sensor that was dead in most takes of a session says nothing in the others: a mean of two
mounts would be a pose that no hand makes.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from jihwa.data.signal.frames import N_FINGERS, Array
from jihwa.models.features import (
    FLEX,
    GRAVITY,
    N_COORDINATES,
    N_FEATURES,
    FeatureExtractor,
    pose_coordinates,
    tangent_basis,
)
from jihwa.models.gaussian import ANY_BEND, ANY_BEND_SD, HierarchicalGaussian, wearer_jacobian
from jihwa.models.mount import Mounts, unturned

PRIOR_BLOCKS = 6.0
"""How many blocks the covariance pooled over signs counts for in the covariance of one sign."""

DEAD_SHARE = 0.5
"""A sensor that is dead in more of a session's takes is broken, and its other readings jitter."""

PRIOR_GROUPS = 10.0
"""How many blocks, or takes, the priors count for in the pooled covariances."""


def _pose_covariance(bend: float, tilt_deg: float) -> Array:
    """(7, 7) independent bends and tilts of these standard deviations."""
    return np.diag([bend**2] * N_FINGERS + [np.radians(tilt_deg) ** 2] * 2)


OFFSET_ADC = 3.0
"""Standard deviation of a finger's offset between wearers, ADC counts."""

LOG_GAIN = 0.25
"""The same of a finger's span, natural log of a ratio."""

ROTATION_DEG = 9.0
"""The same of the mount's rotation about each axis."""

WEARER: Array = np.diag(
    np.repeat([OFFSET_ADC, LOG_GAIN, np.radians(ROTATION_DEG)], [N_FINGERS, N_FINGERS, 3]) ** 2
)
"""(13, 13) covariance P of the wearer's offsets (ADC), log gains and rotation (rad)."""

SESSION = _pose_covariance(bend=0.5, tilt_deg=9.0)
"""(7, 7) covariance between sessions of one sign."""

BLOCK = _pose_covariance(bend=1.2, tilt_deg=5.0)
"""(7, 7) covariance between style blocks, before any was seen."""

TAKE = _pose_covariance(bend=0.3, tilt_deg=2.0)
"""(7, 7) least covariance between takes."""

REST_POSE: Array = np.array([2.5, 4.0, 4.0, 4.0, 4.0, 0.94, -0.24, 0.24])
"""(8,) features of a hand at rest: fingers half bent, hanging down (gravity near +x)."""

REST_COVARIANCE = _pose_covariance(bend=2.0, tilt_deg=30.0)
"""(7, 7) how far a stranger's rest may be from `REST_POSE`."""


@dataclass(frozen=True, slots=True)
class LabelledHolds:
    """Holds to learn from.

    Attributes:
        features: (n, 8) features, NaN where a sensor is absent or dead.
        sign: (n,) index of the sign in the alphabet.
        block: (n,) which takes were recorded back to back in one style, within session and sign.
        session: (n,) which session of which wearer.
    """

    features: Array
    sign: NDArray[np.int64]
    block: NDArray[np.generic]
    session: NDArray[np.generic]

    def __getitem__(self, rows: NDArray[np.int64] | NDArray[np.bool_]) -> "LabelledHolds":
        return LabelledHolds(
            self.features[rows], self.sign[rows], self.block[rows], self.session[rows]
        )

    def __len__(self) -> int:
        return len(self.features)


def fit(holds: LabelledHolds, n_signs: int, extractor: FeatureExtractor) -> HierarchicalGaussian:
    """Fit means, take and block covariances; session and wearer effects and rest are priors.

    Every block weighs the same in its session, and every session the same in the mean, however
    many takes it has. The board sits as in the session that comes first. A sensor that was never
    alive for a sign gets the mean and the spread of the other signs, and one that never was those
    of any pose.

    Raises:
        ValueError: A sign has no hold.
    """
    return _fit(_with_one_mount(_without_broken(holds), extractor), n_signs, extractor)


def _without_broken(holds: LabelledHolds) -> LabelledHolds:
    """The same holds, where sensors that are dead in most of a session are dead in all of it."""
    features = holds.features.copy()
    for session in np.unique(holds.session):
        rows = holds.session == session
        dead = np.isnan(features[rows]).mean(axis=0) > DEAD_SHARE  # (8,)
        features[np.ix_(rows, dead)] = np.nan
    return replace(holds, features=features)


def _with_one_mount(holds: LabelledHolds, extractor: FeatureExtractor) -> LabelledHolds:
    """The same holds, as if every session's board sat about as in the first one.

    Smaller rotations are the wearer's effect. What the first session shows has to be enough to
    tell: a session that has no sign in common with it stays as it is.
    """
    _, first, session_of = np.unique(holds.session, return_index=True, return_inverse=True)
    known = holds[session_of == session_of[0]]
    signs, known_sign = np.unique(known.sign, return_inverse=True)
    reference = _fit(replace(known, sign=known_sign), len(signs), extractor)
    mounts = Mounts.around(np.eye(3))
    features = holds.features.copy()
    for session in np.argsort(first)[1:]:
        rows = (session_of == session) & np.isin(holds.sign, signs)
        blocks, _ = _mean_by(holds[rows], holds.sign[rows], holds.block[rows])
        shown, _ = _mean_by(blocks, blocks.sign)
        sign = np.searchsorted(signs, shown.sign)
        mount = mounts.of_labelled(reference.signs, shown.features, sign)
        features[session_of == session] = unturned(features[session_of == session], mount)
    return replace(holds, features=features)


def _fit(holds: LabelledHolds, n_signs: int, extractor: FeatureExtractor) -> HierarchicalGaussian:
    """Fit to holds of boards that sit alike."""
    blocks, block_of = _mean_by(holds, holds.sign, holds.session, holds.block)
    sessions, session_of = _mean_by(blocks, blocks.sign, blocks.session)
    signs, _ = _mean_by(sessions, sessions.sign)
    if len(signs) != n_signs:
        missing = sorted(set(range(n_signs)) - set(signs.sign.tolist()))
        raise ValueError(f"no hold of the signs {missing}")

    seen = np.isfinite(signs.features)  # (S, 8)
    present = np.ma.masked_invalid(signs.features)
    mean = np.where(seen, signs.features, present.mean(axis=0).filled(ANY_BEND))
    basis = tangent_basis(mean[:, GRAVITY])

    def around_sign(part: LabelledHolds) -> Array:
        return pose_coordinates(part.features, mean[part.sign], basis[part.sign])  # (n, 7)

    block_at, session_at = around_sign(blocks), around_sign(sessions)
    takes, take_df = _scatter(around_sign(holds) - block_at[block_of], block_of)
    take = TAKE + _covariance(TAKE, PRIOR_GROUPS, takes, take_df)
    per_sign = [
        _scatter((block_at - session_at[session_of])[rows], session_of[rows])
        for rows in (blocks.sign == s for s in range(n_signs))
    ]
    scatter = np.array([of_sign for of_sign, _ in per_sign])  # (S, 7, 7)
    df = np.array([of_sign for _, of_sign in per_sign])  # (S, 7)
    pooled = _covariance(BLOCK, PRIOR_GROUPS, scatter.sum(axis=0), df.sum(axis=0))
    block = np.array(
        [_covariance(pooled, PRIOR_BLOCKS, s, d) for s, d in zip(scatter, df, strict=True)]
    )

    jacobian = wearer_jacobian(mean, extractor)
    n_sessions = _count_by_sign(session_at, sessions.sign, n_signs)  # (S, 7)
    n_blocks = _count_by_sign(block_at, blocks.sign, n_signs)
    mean_covariance = _divide(SESSION, n_sessions) + _divide(block, n_blocks)
    spread = present.var(axis=0).filled(ANY_BEND_SD**2)  # (8,)
    finger = np.arange(FLEX.stop)
    mean_covariance[:, finger, finger] += np.where(seen[:, FLEX], 0.0, spread[FLEX])
    return HierarchicalGaussian(
        mean=mean,
        mean_covariance=mean_covariance,
        take=take,
        block=block,
        session=SESSION,
        jacobian=jacobian,
        wearer=WEARER * (1 + 1 / len(np.unique(holds.session))),
        rest=REST_POSE,
        rest_covariance=REST_COVARIANCE,
    )


def _mean_by(
    part: LabelledHolds, *keys: NDArray[np.generic]
) -> tuple[LabelledHolds, NDArray[np.int64]]:
    """The mean of every group of rows with equal keys, and which group each row is in."""
    codes = [np.unique(key, return_inverse=True)[1] for key in keys]
    _, first, group = np.unique(
        np.column_stack(codes), axis=0, return_index=True, return_inverse=True
    )
    alive = np.isfinite(part.features)
    total, count = np.zeros((2, len(first), N_FEATURES))
    np.add.at(total, group, np.where(alive, part.features, 0.0))
    np.add.at(count, group, alive)
    mean = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    mean[:, GRAVITY] /= np.linalg.norm(mean[:, GRAVITY], axis=1, keepdims=True)
    return LabelledHolds(mean, part.sign[first], part.block[first], part.session[first]), group


def _scatter(deviation: Array, group: NDArray[np.int64]) -> tuple[Array, Array]:
    """Scatter (7, 7) of deviations from group means, and its degrees of freedom (7,).

    A missing coordinate adds nothing to the scatter and no degree of freedom.
    """
    alive = np.isfinite(deviation)  # (n, 7)
    known = np.where(alive, deviation, 0.0)
    count = np.zeros((group.max() + 1, N_COORDINATES))
    np.add.at(count, group, alive)
    return known.T @ known, np.maximum(count - 1, 0).sum(axis=0)


def _covariance(prior: Array, weight: float, scatter: Array, df: Array) -> Array:
    """Posterior mean of a covariance: the prior counts for `weight` degrees of freedom.

    Dividing by the root of both coordinates' degrees of freedom keeps it positive definite
    where they differ.
    """
    root = np.sqrt(weight + df)
    return np.asarray((weight * prior + scatter) / np.outer(root, root))


def _count_by_sign(coordinates: Array, sign: NDArray[np.int64], n_signs: int) -> Array:
    """(S, 7) how many rows of every sign have each coordinate, at least 1."""
    count = np.zeros((n_signs, N_COORDINATES))
    np.add.at(count, sign, np.isfinite(coordinates))
    return np.maximum(count, 1)


def _divide(covariance: Array, count: Array) -> Array:
    """Covariance (S, 7, 7) of a mean over `count` (S, 7) rows."""
    root = np.sqrt(count)
    return np.asarray(covariance / (root[:, :, None] * root[:, None, :]))
