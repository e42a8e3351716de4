"""What a classifier sees of a frame or a hold: warped finger bends and the direction of gravity.

Eight numbers: five square-root-warped flex readings (thumb to little finger), then gravity in the
frame of the hand. Yaw drifts and the fused angles carry an error that stays for a whole stretch of
recording, so neither is a feature; acceleration of a still hand is clean. Where there is none,
gravity is computed from pitch and roll all the same.

A pose is five bends and a direction of gravity, a point on a sphere. Around another pose the sphere
is flattened with Lambert's equal-area projection, so that a pose is seven coordinates there.
"""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from jihwa.data.signal.frames import N_FINGERS, Array, Frames

N_FEATURES = N_FINGERS + 3
FLEX = slice(0, N_FINGERS)
GRAVITY = slice(N_FINGERS, N_FEATURES)


@dataclass(frozen=True, slots=True)
class FeatureExtractor:
    """Turns frames into features; travels with every model that was fitted on its features.

    The warp is sign(d)·(√(|d| + c) − √c) of the distance d to the reading of a straight finger.
    The square root spreads small bends and makes a finger's gain nearly a factor; below c counts
    it is linear, so that noise around a straight finger is not blown up. For example, 870 counts,
    100 above a straight finger, are √120 − √20 = 6.5, and noise of 4 counts is 0.2 there, where it
    would be 0.4 around 770.

    Gravity that was measured has length 1. Gravity that is computed from pitch and roll is
    shorter: its length is the mean resultant length of a direction whose error is
    `angle_error_deg` along each of the two tangents, 1 − σ². That is how a density knows how far
    it can be trusted.

    Attributes:
        baseline_adc: Reading of a straight finger.
        softening_adc: Bend c up to which the warp is linear.
        angle_error_deg: Standard error of gravity computed from pitch and roll, without what stays
            for a stretch of recording: that is one more mount of the board (see `mount`).
        min_usable: Smallest share of a hold's readings that has to be usable; below it the
            channel is left out.
    """

    baseline_adc: float = 770.0
    softening_adc: float = 20.0
    angle_error_deg: float = 4.0
    min_usable: float = 0.25

    def of_frames(self, frames: Frames) -> Array:
        """Features of every frame: (n, 8), NaN where a channel is absent or dead."""
        return np.concatenate([self.warp(frames.flex_adc), self._gravity(frames)], axis=1)

    def of_hold(self, frames: Frames) -> Array:
        """Features of the pose held in these frames: (8,), the median of the usable readings.

        NaN where a channel is absent, dead, or usable in too few frames.
        """
        features = self.of_frames(frames)  # (n, 8)
        gravity = features[:, GRAVITY]
        length = np.sqrt(np.add.reduce(gravity * gravity, axis=1, keepdims=True))  # (n, 1)
        centre = _median(np.concatenate([features, length], axis=1), self.min_usable)  # (9,)
        direction = centre[GRAVITY]
        direction *= centre[-1] / max(float(np.sqrt(direction @ direction)), 1e-9)
        return centre[:-1]

    def warp(self, flex_adc: Array) -> Array:
        """ADC counts to warped bend; 0 is a straight finger, about 8 a fist."""
        bend = flex_adc - self.baseline_adc
        soft = self.softening_adc
        return np.asarray(np.sign(bend) * (np.sqrt(np.abs(bend) + soft) - math.sqrt(soft)))

    def unwarp(self, warped: Array) -> Array:
        """Warped bend back to ADC counts."""
        root = np.abs(warped) + np.sqrt(self.softening_adc)
        return np.asarray(self.baseline_adc + np.sign(warped) * (root**2 - self.softening_adc))

    def warp_slope(self, warped: Array) -> Array:
        """Derivative of the warp by ADC counts, where the warped bend has this value."""
        return np.asarray(0.5 / (np.abs(warped) + np.sqrt(self.softening_adc)))

    def _gravity(self, frames: Frames) -> Array:
        """(n, 3) gravity from acceleration; where there is none, from pitch and roll."""
        measured = np.isfinite(frames.accel_g).all(axis=1)  # (n,)
        vector = frames.gravity_g  # (n, 3)
        unit = vector / np.sqrt(np.add.reduce(vector * vector, axis=1, keepdims=True))
        resultant = 1.0 - math.radians(self.angle_error_deg) ** 2
        length = np.where(measured, 1.0, resultant)  # (n,)
        return np.asarray(unit * length[:, None])


def _median(columns: Array, min_usable: float) -> Array:
    """Median of the numbers in every column, NaN where less than this share of it is numbers.

    `np.nanmedian` does the same in eight times the time, most of what a hold takes.
    """
    n, width = columns.shape
    ordered = np.sort(columns, axis=0)  # NaN last
    if n and np.isfinite(ordered[-1]).all():
        return np.asarray(0.5 * (ordered[(n - 1) // 2] + ordered[n // 2]))
    usable = np.isfinite(columns).sum(axis=0)  # (width,)
    padded = np.vstack([ordered, np.full(width, np.nan)])
    column = np.arange(width)
    middle = 0.5 * (padded[np.maximum(usable - 1, 0) // 2, column] + padded[usable // 2, column])
    return np.where((usable > 0) & (usable >= min_usable * n), middle, np.nan)


N_COORDINATES = N_FINGERS + 2
TANGENT = slice(N_FINGERS, N_COORDINATES)

_LENGTH_STEPS = 200
"""Steps in which the length of gravity is told apart, so that factors can be kept."""

_FINGER_BITS = 1 << np.arange(N_FINGERS)


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
    """(n,) for every row which fingers and whether gravity are present, and gravity's length."""
    present = np.isfinite(x[:, FLEX]) @ _FINGER_BITS
    gravity = x[:, GRAVITY]
    length = np.sqrt(np.add.reduce(gravity * gravity, axis=1))
    steps = np.minimum(np.maximum(1.0 - length, 0.0), 1.0) * _LENGTH_STEPS
    steps = np.where(np.isfinite(length), np.rint(steps), _LENGTH_STEPS + 1.0).astype(np.int64)
    return np.asarray(present + (steps << N_FINGERS))


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
