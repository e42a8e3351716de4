"""Poses as coordinates around others, and holds by the sensors that they miss.

A pose is five bends and a direction of gravity, a point on a sphere. Around another pose the sphere
is flattened with Lambert's equal-area projection, so that a pose is seven numbers there.
"""

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from jihwa.data.signal.frames import N_FINGERS, Array
from jihwa.models.features import FLEX, GRAVITY

N_COORDINATES = N_FINGERS + 2
TANGENT = slice(N_FINGERS, N_COORDINATES)

_LENGTH_STEPS = 200
"""Steps in which the length of gravity is told apart, so that factors can be kept."""


@lru_cache(maxsize=8)
def tangents(x: float, y: float, z: float) -> Array:
    """(2, 3) as `tangent_basis`, for the few directions in which hands rest again and again."""
    return tangent_basis(np.array([x, y, z]))


def tangent_basis(direction: Array) -> Array:
    """Two unit vectors at right angles to each other and to every direction.

    Args:
        direction: (..., 3) unit vectors.

    Returns:
        (..., 2, 3) the tangents: the first at right angles to the vertical, too, or where the
        direction is about that, to the first axis.
    """
    x, y, z = direction[..., 0], direction[..., 1], direction[..., 2]
    upright = np.abs(z) < 0.9
    basis = np.empty((*direction.shape[:-1], 2, 3))
    first, second = basis[..., 0, :], basis[..., 1, :]
    # Cross products by hand: those of NumPy take ten times as long for so few vectors.
    first[..., 0] = np.where(upright, y, 0.0)
    first[..., 1] = np.where(upright, -x, z)
    first[..., 2] = np.where(upright, 0.0, -y)
    first /= np.sqrt(np.add.reduce(first * first, axis=-1, keepdims=True))
    second[..., 0] = y * first[..., 2] - z * first[..., 1]
    second[..., 1] = z * first[..., 0] - x * first[..., 2]
    second[..., 2] = x * first[..., 1] - y * first[..., 0]
    return basis


def pose_coordinates(x: Array, pose: Array, basis: Array) -> Array:
    """Coordinates of features around poses: difference of bends, and gravity in the tangent plane.

    The plane is Lambert's azimuthal equal-area projection: its Jacobian is 1 everywhere, and the
    distance from the centre is the chord, 2·sin(α/2).

    Args:
        x: (..., 8) features.
        pose: (..., 8) features with gravity of length 1, broadcast against `x`.
        basis: (..., 2, 3) tangents at the poses' gravity.

    Returns:
        (..., 7) coordinates; NaN where a feature is.
    """
    gravity = directions(x)  # (..., 3)
    cosine = np.einsum("...i,...i->...", gravity, pose[..., GRAVITY])[..., None]  # (..., 1)
    along = np.einsum("...j,...ij->...i", gravity, basis)  # (..., 2)
    plane = along * np.sqrt(2.0 / np.maximum(1.0 + cosine, 1e-9))
    return np.concatenate([x[..., FLEX] - pose[..., FLEX], plane], axis=-1)


def directions(x: Array) -> Array:
    """(..., 3) the direction of gravity in (..., 8) features."""
    gravity = x[..., GRAVITY]
    length = np.sqrt(np.add.reduce(gravity * gravity, axis=-1, keepdims=True))
    return np.asarray(gravity / np.maximum(length, 1e-9))


WHOLE = (1 << N_FINGERS) - 1
"""The pattern of a hold that misses no sensor, and of which gravity was measured."""


def are_whole(x: Array) -> bool:
    """Whether all (n, 8) features have the pattern `WHOLE` for certain; most have."""
    gravity = x[:, GRAVITY]
    square = np.einsum("ni,ni->n", gravity, gravity)
    return bool((square > 1 - 1 / _LENGTH_STEPS + 1e-3).all() and np.isfinite(x).all())


def pattern_keys(x: Array) -> NDArray[np.int64]:
    """(n,) the `pattern_key` of each of (n, 8) features."""
    if are_whole(x):
        return np.full(len(x), WHOLE)
    return np.array([pattern_key(row[FLEX], math.hypot(*row[GRAVITY])) for row in x.tolist()])


def pattern_key(bends: Sequence[float], length: float) -> int:
    """Which fingers and whether gravity are present, and gravity's length; absent is NaN."""
    present = WHOLE
    if not math.isfinite(sum(bends)):
        present = sum(1 << finger for finger, bend in enumerate(bends) if math.isfinite(bend))
    steps = _LENGTH_STEPS + 1
    if math.isfinite(length):
        steps = round(min(max(1.0 - length, 0.0), 1.0) * _LENGTH_STEPS)
    return present + (steps << N_FINGERS)


def read_key(key: int) -> tuple[NDArray[np.bool_], float]:
    """The (7,) coordinates that are present, and the variance that gravity's length stands for."""
    steps = key >> N_FINGERS
    fingers = (key >> np.arange(N_FINGERS)) & 1
    has_gravity = steps <= _LENGTH_STEPS
    present = np.concatenate([fingers, [has_gravity, has_gravity]]).astype(bool)
    return present, steps / _LENGTH_STEPS if has_gravity else 0.0


def precision_of_hold(covariance: Array, key: int) -> Array:
    """(..., 7, 7) precision of a hold with one pattern of missing sensors; 0 for those."""
    present, shortening = read_key(key)
    kept = np.flatnonzero(present)
    wider = covariance.copy()
    wider[..., TANGENT, TANGENT] += shortening * np.eye(2)
    precision = np.zeros_like(wider)
    precision[..., kept[:, None], kept] = np.linalg.inv(wider[..., kept[:, None], kept])
    return precision
