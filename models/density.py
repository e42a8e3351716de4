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

from jihwa.data.signal.frames import Array
from jihwa.models.coordinates import TANGENT, directions, pattern_keys, read_key, tangent_basis
from jihwa.models.features import FLEX, GRAVITY


@dataclass(frozen=True, slots=True)
class _Factor:
    """What a group of coordinates needs under one pattern of missing sensors."""

    kept: NDArray[np.int64]  # (d,)
    whiten: Array  # (K, d, d)
    constant: Array  # (K,)
    degrees_of_freedom: float

    def log_density(self, square: Array) -> Array:
        """(n, K) of the squares of whitened coordinates, which are overwritten."""
        nu, d = self.degrees_of_freedom, len(self.kept)
        square /= nu
        np.log1p(square, out=square)
        square *= -0.5 * (nu + d)
        square += self.constant
        return square


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
            kept = np.flatnonzero(present[group])
            of_group = scale[:, group, group]
            root = np.linalg.cholesky(of_group[:, kept[:, None], kept])  # (K, d, d)
            log_det = np.log(np.diagonal(root, axis1=1, axis2=2)).sum(axis=1)  # (K,)
            nu, d = self.degrees_of_freedom, len(kept)
            constant = lgamma((nu + d) / 2) - lgamma(nu / 2) - 0.5 * d * log(nu * pi) - log_det
            return _Factor(kept, np.linalg.inv(root), constant, nu)

        return factor(FLEX), factor(TANGENT)


@dataclass(frozen=True, slots=True)
class _Centres:
    """Densities around K points under one pattern of missing sensors, ready for many holds.

    What whitens coordinates is laid out so that one product of matrices does it for all centres.
    """

    bends: _Factor
    gravity: _Factor
    whiten_bends: Array  # (d, d K)
    bend: Array  # (d, K) of the centres, whitened
    direction: Array  # (3, K) gravity of the poses that the centres are around
    whiten_gravity: Array  # (3, 2 K)
    tangent: Array | None  # (2, K) of the centres, whitened; None where they are the poses

    @classmethod
    def of(
        cls, factors: tuple[_Factor, _Factor], pose: Array, basis: Array, centre: Array | None
    ) -> "_Centres":
        """For (K, 8) poses with (K, 2, 3) tangents, and (K, 7) centres around them."""
        bends, gravity = factors
        bend, tangent = pose[:, bends.kept], None  # (K, d)
        if centre is not None:
            bend = bend + centre[:, bends.kept]
            tangent = (gravity.whiten @ centre[:, TANGENT][:, gravity.kept, None])[..., 0].T
        along = gravity.whiten @ basis[:, gravity.kept]  # (K, 2, 3)
        return cls(
            bends,
            gravity,
            whiten_bends=bends.whiten.transpose(2, 1, 0).reshape(len(bends.kept), bend.size),
            bend=(bends.whiten @ bend[..., None])[..., 0].T,
            direction=pose[:, GRAVITY].T,
            whiten_gravity=along.transpose(2, 1, 0).reshape(3, -1),
            tangent=tangent,
        )

    def of_bends(self, bends: Array) -> Array:
        """(n, K) log densities of (n, 5) warped bends."""
        white = bends[:, self.bends.kept] @ self.whiten_bends
        white = white.reshape(len(bends), *self.bend.shape)  # (n, d, K)
        white -= self.bend
        return self.bends.log_density(np.einsum("ndk,ndk->nk", white, white))

    def of_gravity(self, directions: Array) -> Array:
        """(n, K) log densities of (n, 3) unit vectors."""
        if not len(self.gravity.kept):
            return np.zeros((len(directions), self.direction.shape[1]))
        stretch = directions @ self.direction  # (n, K) cosines, from which Lambert's factor is made
        stretch += 1.0
        np.maximum(stretch, 1e-9, out=stretch)
        np.divide(2.0, stretch, out=stretch)
        plane = (directions @ self.whiten_gravity).reshape(len(directions), 2, -1)  # (n, 2, K)
        if self.tangent is not None:
            plane *= np.sqrt(stretch)[:, None]
            plane -= self.tangent
        plane *= plane
        square = plane[:, 0] + plane[:, 1]
        return self.gravity.log_density(square if self.tangent is not None else square * stretch)


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
    _student: _StudentT = field(init=False, repr=False)
    _centres: dict[int, _Centres] = field(init=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "basis", tangent_basis(self.pose[:, GRAVITY]))
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
        for key in set(keys.tolist()):
            rows = keys == key
            out[rows] = self._log_density(x[rows], key)
        return out

    def turned_log_density(self, x: Array, mount: Array) -> Array:
        """Of one hold as it would be read by several mounts of the board.

        Args:
            x: (8,) features; no mount alters the bends.
            mount: (M, 3, 3) orthogonal matrices, see `jihwa.models.mount`.

        Returns:
            (M, K) natural log densities.
        """
        around = self._around(int(pattern_keys(x[None])[0]))
        turned = np.einsum("i,mij->mj", directions(x), mount)  # (M, 3)
        return self._pooled(around.of_bends(x[None, FLEX]) + around.of_gravity(turned))

    def _log_density(self, x: Array, key: int) -> Array:
        """The same for rows that share one pattern of missing sensors."""
        around = self._around(key)
        return self._pooled(around.of_bends(x[:, FLEX]) + around.of_gravity(directions(x)))

    def _around(self, key: int) -> _Centres:
        """All centres under one pattern of missing sensors."""
        if key not in self._centres:
            self._centres[key] = self._centred(self._student.factors(key))
        return self._centres[key]

    def _centred(self, factors: tuple[_Factor, _Factor]) -> _Centres:
        return _Centres.of(factors, self.pose, self.basis, None)

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

    def _centred(self, factors: tuple[_Factor, _Factor]) -> _Centres:
        return _Centres.of(factors, self.pose[self.of], self.basis[self.of], self.centre)

    def _pooled(self, parts: Array) -> Array:
        if len(self.of) == len(self.pose):
            return parts + np.log(self.weight)
        # As `np.logaddexp.reduceat`, a dozen times as fast: with such tails no pose is so unlikely
        # beside the others that the exponential would be 0.
        most = parts.max(axis=1, keepdims=True)
        parts -= most
        of_pose = self.weight[:, None] * (self.of[:, None] == np.arange(len(self.pose)))  # (K, S)
        return np.asarray(most + np.log(np.exp(parts, out=parts) @ of_pose))


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
