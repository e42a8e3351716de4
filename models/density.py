"""Densities of poses: heavy-tailed around known poses, and a broad one over all of them.

A pose is five bends and a point on the sphere of gravity directions. Around a known pose the
sphere is flattened with Lambert's equal-area projection, so every density here is one by area on
the sphere (times warped bend): densities of different poses, and of poses and of *no sign*, can be
compared, and so can those that miss the same sensors. Around a pose it is a Student-t of the bends
times one of gravity: a hand that points astray says nothing against its shape, nor a finger astray
against its direction.

For example, gravity that is tilted by 30° from a pose's lies 2·sin(15°) = 0.52 from the centre of
the flattened sphere. Where the spread is 10°, that is three standard deviations: a Gaussian would
charge 4.4 nats for it, a Student-t of 8 degrees of freedom 5·ln(1 + 8.8/8) = 3.7; at 60° they
charge 16.4 and 8.2.
"""

from dataclasses import dataclass, field
from math import lgamma, log, pi

import numpy as np
from numpy.typing import NDArray

from jihwa.data.signal.frames import N_FINGERS, Array
from jihwa.models.features import FLEX, GRAVITY

N_COORDINATES = N_FINGERS + 2
TANGENT = slice(N_FINGERS, N_COORDINATES)

_LENGTH_STEPS = 200
"""Steps in which the length of gravity is told apart, so that factors can be kept."""


def tangent_basis(direction: Array) -> Array:
    """Two unit vectors at right angles to each other and to every direction.

    Args:
        direction: (..., 3) unit vectors.

    Returns:
        (..., 2, 3) the tangents.
    """
    upright = np.abs(direction[..., 2:]) < 0.9
    helper = np.where(upright, [0.0, 0.0, 1.0], [1.0, 0.0, 0.0])  # (..., 3)
    first = np.cross(direction, helper)
    first /= np.linalg.norm(first, axis=-1, keepdims=True)
    return np.stack([first, np.cross(direction, first)], axis=-2)


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
    gravity = x[..., GRAVITY]
    length = np.sqrt((gravity * gravity).sum(axis=-1, keepdims=True))
    gravity = gravity / np.maximum(length, 1e-9)  # (..., 3)
    cosine = (gravity * pose[..., GRAVITY]).sum(axis=-1, keepdims=True)  # (..., 1)
    along = (basis @ gravity[..., None])[..., 0]  # (..., 2)
    plane = along * np.sqrt(2.0 / np.maximum(1.0 + cosine, 1e-9))
    return np.concatenate([x[..., FLEX] - pose[..., FLEX], plane], axis=-1)


@dataclass(frozen=True, slots=True)
class _Factor:
    """What a group of coordinates needs under one pattern of missing sensors."""

    kept: NDArray[np.int64]  # (d,)
    whiten: Array  # (K, d, d)
    constant: Array  # (K,)
    degrees_of_freedom: float

    def log_density(self, z: Array) -> Array:
        """(n, K) of the (n, K, d) coordinates that are kept."""
        white = z.transpose(1, 0, 2) @ self.whiten.mT  # (K, n, d), ten times as fast as einsum
        square = (white * white).sum(axis=-1).T  # (n, K)
        nu, d = self.degrees_of_freedom, len(self.kept)
        return np.asarray(self.constant - 0.5 * (nu + d) * np.log1p(square / nu))


@dataclass(frozen=True)
class _StudentT:
    """K centred densities, with the factors of every pattern of missing sensors so far.

    Each is a multivariate Student-t of the bends times one of gravity; what covariance there is
    between the two is left out.
    """

    scale: Array  # (K, 7, 7)
    degrees_of_freedom: float
    _factors: dict[int, tuple[_Factor, _Factor]] = field(
        init=False, repr=False, default_factory=dict
    )

    def log_density(self, z: Array, key: int) -> Array:
        """(n, K) of coordinates (n, K, 7) that share one pattern of missing sensors."""
        bends, gravity = self.factors(key)
        return bends.log_density(z[..., bends.kept]) + gravity.log_density(z[..., gravity.kept])

    def factors(self, key: int) -> tuple[_Factor, _Factor]:
        """Those of bends and of gravity under one pattern of missing sensors."""
        if key not in self._factors:
            self._factors[key] = self._factorise(key)
        return self._factors[key]

    def _factorise(self, key: int) -> tuple[_Factor, _Factor]:
        present, shortening = read_key(key)
        scale = self.scale.copy()  # (K, 7, 7)
        for i in range(TANGENT.start, TANGENT.stop):
            scale[:, i, i] += shortening

        def factor(group: slice) -> _Factor:
            kept = group.start + np.flatnonzero(present[group])
            root = np.linalg.cholesky(scale[:, kept[:, None], kept])  # (K, d, d)
            log_det = np.log(np.diagonal(root, axis1=1, axis2=2)).sum(axis=1)  # (K,)
            nu, d = self.degrees_of_freedom, len(kept)
            constant = lgamma((nu + d) / 2) - lgamma(nu / 2) - 0.5 * d * log(nu * pi) - log_det
            return _Factor(kept, np.linalg.inv(root), constant, nu)

        return factor(FLEX), factor(TANGENT)


@dataclass(frozen=True)
class PoseDensity:
    """Student-t densities around K poses: of the bends, times of gravity.

    Missing sensors are marginalised out exactly: a Student-t without some of its coordinates is a
    Student-t again. Gravity shorter than 1 (see `FeatureExtractor`) widens the tangent plane by
    the variance that its length stands for.

    Attributes:
        pose: (K, 8) features of the poses, gravity of length 1.
        scale: (K, 7, 7) scale matrices in the coordinates of `pose_coordinates`.
        degrees_of_freedom: Of both Student-t: small is heavy-tailed.
    """

    pose: Array
    scale: Array
    degrees_of_freedom: float
    _basis: Array = field(init=False, repr=False)
    _student: _StudentT = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_basis", tangent_basis(self.pose[:, GRAVITY]))
        object.__setattr__(self, "_student", _StudentT(self.scale, self.degrees_of_freedom))

    def moved(self, pose: Array) -> "PoseDensity":
        """The same densities around other poses: (K, 8); what was factorised is kept."""
        moved = PoseDensity(pose, self.scale, self.degrees_of_freedom)
        object.__setattr__(moved, "_student", self._student)
        return moved

    def log_density(self, x: Array) -> Array:
        """Natural log density of features around every pose: (n, 8) in, (n, K) out.

        It is 0 for a row without any sensor: nothing was seen, nothing was said.
        """
        keys = pattern_keys(x)  # (n,)
        if len(x) and (keys == keys[0]).all():
            return self._log_density(x, int(keys[0]))
        out = np.empty((len(x), len(self.pose)))
        for key in np.unique(keys):
            rows = keys == key
            out[rows] = self._log_density(x[rows], int(key))
        return out

    def turned_log_density(self, x: Array, mount: Array) -> Array:
        """Of one hold as it would be read by several mounts of the board.

        Args:
            x: (8,) features; no mount alters the bends.
            mount: (M, 3, 3) orthogonal matrices, see `jihwa.models.mount`.

        Returns:
            (M, K) natural log densities.
        """
        bends, gravity = self._student.factors(int(pattern_keys(x[None])[0]))
        here = self._around(pose_coordinates(x[None, None], self.pose, self._basis))  # (1, C, 7)
        of_bends = bends.log_density(here[..., bends.kept])  # (1, C)
        if not len(gravity.kept):
            return np.repeat(self._pooled(of_bends), len(mount), axis=0)
        turned = x[GRAVITY] @ mount  # (M, 3)
        turned /= max(float(np.sqrt(x[GRAVITY] @ x[GRAVITY])), 1e-9)
        cosine = turned @ self.pose[:, GRAVITY].T  # (M, S)
        along = np.tensordot(turned, self._basis, axes=(1, 2))  # (M, S, 2)
        plane = along * np.sqrt(2.0 / np.maximum(1.0 + cosine, 1e-9))[..., None]
        return self._pooled(of_bends + gravity.log_density(self._around(plane, TANGENT)))

    def _log_density(self, x: Array, key: int) -> Array:
        """The same for rows that share one pattern of missing sensors."""
        z = pose_coordinates(x[:, None], self.pose, self._basis)  # (n, K, 7)
        return self._pooled(self._student.log_density(self._around(z), key))

    def _around(self, z: Array, group: slice = slice(None)) -> Array:
        """Coordinates around every centre, of those around every pose; all or one group of them."""
        return z

    def _pooled(self, parts: Array) -> Array:
        """(n, K) densities around poses, of those around every centre."""
        return parts


@dataclass(frozen=True)
class PoseMixture(PoseDensity):
    """Mixtures of K such densities, each somewhere around one of S poses.

    Attributes:
        pose: (S, 8) features of the poses, gravity of length 1.
        scale: (K, 7, 7) scale matrices of the components, in the coordinates of their pose.
        degrees_of_freedom: Of both Student-t: small is heavy-tailed.
        of: (K,) the pose that each component belongs to, ascending; every pose has one.
        centre: (K, 7) its centre in the coordinates of that pose.
        weight: (K,) its share in the pose's mixture, above 0.
    """

    of: NDArray[np.int64]
    centre: Array
    weight: Array

    def _around(self, z: Array, group: slice = slice(None)) -> Array:
        return z[:, self.of] - self.centre[:, group]

    def _pooled(self, parts: Array) -> Array:
        first = np.searchsorted(self.of, np.arange(len(self.pose)))  # (S,)
        return np.asarray(np.logaddexp.reduceat(parts + np.log(self.weight), first, axis=1))


def broad_log_density(x: Array, bend: float, bend_sd: float) -> Array:
    """Natural log density of any pose: every finger bends on its own, gravity points anywhere.

    Args:
        x: (n, 8) features; missing sensors are marginalised.
        bend: Mean of a finger's warped bend.
        bend_sd: Its standard deviation.
    """
    z = (x[:, FLEX] - bend) / bend_sd  # (n, 5)
    fingers = np.nan_to_num(-0.5 * z * z - log(bend_sd) - 0.5 * log(2 * pi), nan=0.0)
    sphere = np.where(np.isfinite(x[:, GRAVITY]).all(axis=1), -log(4 * pi), 0.0)
    return np.asarray(fingers.sum(axis=1) + sphere)


def pattern_keys(x: Array) -> NDArray[np.int64]:
    """(n,) for every row which fingers and whether gravity are present, and gravity's length."""
    present = np.isfinite(x[:, FLEX]) @ (1 << np.arange(N_FINGERS))
    length = np.sqrt((x[:, GRAVITY] ** 2).sum(axis=1))
    steps = np.rint(np.clip(1.0 - length, 0.0, 1.0) * _LENGTH_STEPS)
    steps = np.nan_to_num(steps, nan=_LENGTH_STEPS + 1.0).astype(np.int64)
    return np.asarray(present + (steps << N_FINGERS))


def read_key(key: int) -> tuple[NDArray[np.bool_], float]:
    """The (7,) coordinates that are present, and the variance that gravity's length stands for."""
    steps = key >> N_FINGERS
    fingers = (key >> np.arange(N_FINGERS)) & 1
    has_gravity = steps <= _LENGTH_STEPS
    present = np.concatenate([fingers, [has_gravity, has_gravity]]).astype(bool)
    return present, steps / _LENGTH_STEPS if has_gravity else 0.0
