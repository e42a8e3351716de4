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
from functools import cached_property
from math import log, pi

import numpy as np
from numpy.typing import NDArray

from jihwa.data.signal.frames import Array
from jihwa.models.features import (
    FLEX,
    GRAVITY,
    TANGENT,
    WHOLE,
    are_whole,
    directions,
    pattern_keys,
    tangent_basis,
    tangents,
)
from jihwa.models.student_t import Factor, StudentT, raised

AT_ONCE = 1 << 16
"""So many densities by mounts are worked out at once: arrays that are larger go back to the system
each time, and to get them anew takes longer than the arithmetic."""

LEAST = 1e-300
"""What is less likely than that beside the likeliest centre is that likely, or logs were -inf."""


@dataclass(frozen=True)
class _Centres:
    """Densities around K centres, pooled to those of S poses, under one pattern of missing sensors.

    What whitens coordinates is laid out so that one product of matrices does it for all centres;
    and powers are products, so that logarithms are taken of what is pooled only.
    """

    bends: Factor
    gravity: Factor
    bend: Array  # (d, K) of the centres, whitened
    direction: Array  # (3, S) gravity of the poses
    along: Array  # (K, 2, 3) whitened tangents
    tangent: Array  # (K, 2) of the centres, whitened
    count: NDArray[np.int64]  # (S,) centres around every pose
    log_scale: float
    share: Array  # (K, S) of every centre in its pose's density, by that scale
    whiten_bends: Array  # (d, d K)
    whiten_gravity: Array  # (3, 2 K)

    @classmethod
    def of(
        cls,
        factors: tuple[Factor, Factor],
        pose: Array,
        basis: Array,
        of: NDArray[np.int64],
        centre: Array | None,
        weight: Array | None,
    ) -> "_Centres":
        """For (S, 8) poses with (S, 2, 3) tangents, and K centres around them, as in a mixture."""
        bends, gravity = factors
        bend = pose[of[:, None], bends.kept]  # (K, d)
        tangent = np.zeros((len(of), len(gravity.kept)))
        if centre is not None:
            bend = bend + centre[:, bends.kept]
            tangent = (gravity.whiten @ centre[:, TANGENT][:, gravity.kept, None])[..., 0]
        constant = bends.constant + gravity.constant
        log_scale = float(constant.max())
        share = np.exp(constant - log_scale)
        of_pose = np.zeros((len(of), len(pose)))
        of_pose[np.arange(len(of)), of] = share if weight is None else share * weight
        along = gravity.whiten @ basis[of][:, gravity.kept]
        return cls(
            bends=bends,
            gravity=gravity,
            bend=(bends.whiten @ bend[..., None])[..., 0].T,
            direction=pose[:, GRAVITY].T,
            along=along,
            tangent=tangent,
            count=np.bincount(of, minlength=len(pose)),
            log_scale=log_scale,
            share=of_pose,
            whiten_bends=bends.whiten.transpose(2, 1, 0).reshape(len(bends.kept), bend.size),
            whiten_gravity=along.transpose(2, 1, 0).reshape(3, -1),
        )

    def log_density(self, x: Array) -> Array:
        """(n, S) of (n, 8) features."""
        rarity = raised(self._of_bends(x), self.bends.exponent)
        if len(self.gravity.kept):
            rarity *= raised(self._of_gravity(directions(x)), self.gravity.exponent)
        np.divide(1.0, rarity, out=rarity)
        return self._log(rarity @ self.share)

    def turned(self, x: Array, mount: Array) -> tuple[Array, float]:
        """(S, M) densities of (8,) features as (M, 3, 3) mounts would have them, by a log-scale."""
        share = self.share / raised(self._of_bends(x[None])[0], self.bends.exponent)[:, None]
        most = float(share.max())
        if not len(self.gravity.kept):
            pooled = np.repeat(share.sum(axis=0)[:, None], len(mount), axis=1)
        else:
            turned = np.einsum("i,mij->jm", directions(x), mount)  # (3, M)
            at_once, pooled = max(1, AT_ONCE // len(share)), np.empty((share.shape[1], len(mount)))
            for begin in range(0, len(mount), at_once):
                some = slice(begin, begin + at_once)
                rarity = raised(self._of_turned(turned[:, some]), self.gravity.exponent)
                np.divide(1.0, rarity, out=rarity)
                np.matmul(share.T, rarity, out=pooled[:, some])
        return pooled / most, self.log_scale + log(most)

    def _log(self, pooled: Array) -> Array:
        np.maximum(pooled, LEAST, out=pooled)
        np.log(pooled, out=pooled)
        pooled += self.log_scale
        return pooled

    def _of_bends(self, x: Array) -> Array:
        """(n, K) 1 + square / ν, of whose power the Student-t is the inverse."""
        white = x[:, self.bends.kept] @ self.whiten_bends
        white = white.reshape(len(x), *self.bend.shape)  # (n, d, K)
        white -= self.bend
        square: Array = np.einsum("ndk,ndk->nk", white, white)
        square += 1.0
        return square

    def _of_gravity(self, directions: Array) -> Array:
        """The same of (n, 3) unit vectors."""
        stretch = _stretch(directions @ self.direction)  # (n, S)
        plane = directions @ self.whiten_gravity
        plane = plane.reshape(len(directions), 2, len(self.tangent))  # (n, 2, K)
        plane *= np.repeat(np.sqrt(stretch), self.count, axis=1)[:, None]
        plane -= self.tangent.T
        plane *= plane
        square = plane[:, 0] + plane[:, 1]
        square += 1.0
        return square

    @cached_property
    def _forms(self) -> tuple[Array, Array, Array]:
        """(K, 6), (K, 3) and (K, 1) coefficients of the square as a form of the direction."""
        square = self.along.mT @ self.along  # (K, 3, 3)
        mixed = 2 * square[:, [0, 0, 1], [1, 2, 2]]
        linear = -2 * (self.along.mT @ self.tangent[..., None])[..., 0]
        constant = 1 + (self.tangent**2).sum(axis=1, keepdims=True)
        return np.hstack([square[:, [0, 1, 2], [0, 1, 2]], mixed]), linear, constant

    def _of_turned(self, directions: Array) -> Array:
        """(K, M), as `_of_gravity` in fewer steps for (3, M) unit vectors, of which are many."""
        quadratic, linear, constant = self._forms
        x, y, z = directions
        stretch = np.sqrt(_stretch(self.direction.T @ directions))  # (S, M)
        stretch = np.repeat(stretch, self.count, axis=0)  # (K, M)
        square: Array = quadratic @ np.stack([x * x, y * y, z * z, x * y, x * z, y * z])
        square *= stretch
        square += linear @ directions
        square *= stretch
        square += constant
        return square


def _stretch(cosine: Array) -> Array:
    """The square of Lambert's factor, of cosines, which are overwritten."""
    cosine += 1.0
    np.maximum(cosine, 1e-9, out=cosine)
    return np.asarray(np.divide(2.0, cosine, out=cosine))


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
        basis: (K, 2, 3) tangents at the poses' gravity.
    """

    pose: Array
    scale: Array
    degrees_of_freedom: float
    basis: Array = field(init=False, repr=False)
    _student: StudentT = field(init=False, repr=False)
    _centres: dict[int, _Centres] = field(init=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "basis", tangent_basis(self.pose[:, GRAVITY]))
        object.__setattr__(self, "_student", StudentT(self.scale, self.degrees_of_freedom))

    def log_density(self, x: Array) -> Array:
        """Natural log density of features around every pose: (n, 8) in, (n, K) out.

        It is 0 for a row without any sensor: nothing was seen, nothing was said.
        """
        if are_whole(x):
            return self._around(WHOLE).log_density(x)
        keys = pattern_keys(x)  # (n,)
        out = np.empty((len(x), len(self.pose)))
        for key in set(keys.tolist()):
            rows = keys == key
            out[rows] = self._around(key).log_density(x[rows])
        return out

    def turned_density(self, x: Array, mount: Array) -> tuple[Array, float]:
        """Of one hold as it would be read by several mounts of the board.

        Args:
            x: (8,) features; no mount alters the bends.
            mount: (M, 3, 3) orthogonal matrices, see `jihwa.models.mount`.

        Returns:
            (K, M) densities around every pose, and the natural log of what they are to be
            multiplied by.
        """
        return self._around(int(pattern_keys(x[None])[0])).turned(x, mount)

    def turned_log_density(self, x: Array, mount: Array) -> Array:
        """(M, K) natural logs of `turned_density`."""
        density, log_scale = self.turned_density(x, mount)
        return np.asarray(np.log(np.maximum(density.T, LEAST)) + log_scale)

    def _around(self, key: int) -> _Centres:
        """All centres under one pattern of missing sensors."""
        if key not in self._centres:
            self._centres[key] = self._centred(self._student.factors(key))
        return self._centres[key]

    def _centred(self, factors: tuple[Factor, Factor]) -> _Centres:
        return _Centres.of(factors, self.pose, self.basis, np.arange(len(self.pose)), None, None)


class MovingDensity:
    """As a `PoseDensity` around one pose, for one that is another each time.

    Args:
        scale: (7, 7) scale matrix in the coordinates of `pose_coordinates`.
        degrees_of_freedom: Of both Student-t.
    """

    def __init__(self, scale: Array, degrees_of_freedom: float) -> None:
        self._student = StudentT(scale[None], degrees_of_freedom)

    def log_density(self, x: Array, pose: Array) -> Array:
        """(n,) natural log density of (n, 8) features around a pose (8,), gravity of length 1."""
        if are_whole(x):
            return self._of_pattern(x, pose, WHOLE)
        keys, out = pattern_keys(x), np.empty(len(x))
        for key in set(keys.tolist()):
            rows = keys == key
            out[rows] = self._of_pattern(x[rows], pose, key)
        return out

    def _of_pattern(self, x: Array, pose: Array, key: int) -> Array:
        bends, gravity = self._student.factors(key)
        white = (x[:, bends.kept] - pose[bends.kept]) @ bends.whiten[0].T
        rarity = bends.exponent * np.log1p(np.einsum("nd,nd->n", white, white))
        if len(gravity.kept):
            direction, centre = directions(x), pose[GRAVITY]
            plane = direction @ (gravity.whiten[0] @ tangents(*centre.tolist())).T
            square = np.einsum("nd,nd->n", plane, plane) * _stretch(direction @ centre)
            rarity += gravity.exponent * np.log1p(square)
        return np.asarray(bends.constant[0] + gravity.constant[0] - rarity)


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

    def _centred(self, factors: tuple[Factor, Factor]) -> _Centres:
        return _Centres.of(factors, self.pose, self.basis, self.of, self.centre, self.weight)


def broad_log_density(x: Array, bend: float, bend_sd: float) -> Array:
    """Natural log density of any pose: every finger bends on its own, gravity points anywhere.

    Args:
        x: (n, 8) features; missing sensors are marginalised.
        bend: Mean of a finger's warped bend.
        bend_sd: Its standard deviation.
    """
    known = np.isfinite(x)  # (n, 8)
    z = np.where(known[:, FLEX], (x[:, FLEX] - bend) / bend_sd, 0.0)  # (n, 5)
    n_fingers, sphere = known[:, FLEX].sum(axis=1), known[:, GRAVITY].all(axis=1)
    constant = log(bend_sd) + 0.5 * log(2 * pi)
    return np.asarray(-0.5 * (z * z).sum(axis=1) - constant * n_fingers - log(4 * pi) * sphere)
