"""Multivariate Student-t densities, many at once: (1 + square / ν) raised to -(ν + d) / 2."""

from dataclasses import dataclass, field
from math import lgamma, log, pi, sqrt

import numpy as np
from numpy.typing import NDArray

from jihwa.data.signal.frames import Array
from jihwa.models.features import FLEX, TANGENT, read_key


@dataclass(frozen=True, slots=True)
class Factor:
    """What a group of coordinates needs under one pattern of missing sensors.

    Attributes:
        kept: (d,) the coordinates that are present.
        whiten: (K, d, d) makes coordinates of such that have the scale ν.
        constant: (K,) log density at the centres.
        exponent: (ν + d) / 2, of 1 + square / ν.
    """

    kept: NDArray[np.int64]
    whiten: Array
    constant: Array
    exponent: float

    @classmethod
    def of(cls, scale: Array, present: NDArray[np.bool_], nu: float) -> "Factor":
        """Of (K, D, D) scale matrices, and which (D,) of the coordinates are present."""
        kept = np.flatnonzero(present)
        whiten, log_det = _whiten(scale[:, kept[:, None], kept])
        d = len(kept)
        constant = lgamma((nu + d) / 2) - lgamma(nu / 2) - 0.5 * d * log(nu * pi) - 0.5 * log_det
        return cls(kept, whiten / sqrt(nu), constant, (nu + d) / 2)


def _whiten(scale: Array) -> tuple[Array, Array]:
    """(K, d, d) inverses of the Cholesky factors of matrices, and the (K,) log-determinants.

    All matrices at once, entry by entry: LAPACK takes them one by one, which is five times slower.
    """
    k, d, _ = scale.shape
    entry = np.ascontiguousarray(scale.transpose(1, 2, 0))  # (d, d, K)
    root, inverse = np.zeros((2, d, d, k))
    determinant = np.ones(k)
    for i in range(d):
        for j in range(i):
            left = entry[i, j] - np.einsum("mk,mk->k", root[i, :j], root[j, :j])
            root[i, j] = left * inverse[j, j]
        square = entry[i, i] - np.einsum("mk,mk->k", root[i, :i], root[i, :i])
        determinant *= square
        inverse[i, i] = 1 / np.sqrt(square)
        for j in range(i):
            above = np.einsum("mk,mk->k", root[i, j:i], inverse[j:i, j])
            inverse[i, j] = -above * inverse[i, i]
    return inverse.transpose(2, 0, 1), np.log(determinant)


def raised(base: Array, exponent: float) -> Array:
    """A power, by products where the exponent is a multiple of ½, in a fraction of the time."""
    left, half = divmod(exponent, 1)
    if half not in (0, 0.5):
        return np.asarray(base**exponent)
    power = np.sqrt(base) if half else None
    square, bits = base, int(left)
    while bits:
        if bits & 1:
            power = square if power is None else power * square
        bits >>= 1
        if bits:
            square = square * square
    return np.ones_like(base) if power is None else power


@dataclass(frozen=True)
class StudentT:
    """K centred densities, with the factors of every pattern of missing sensors so far.

    Each is a multivariate Student-t of the bends times one of gravity; what covariance there is
    between the two is left out.

    Attributes:
        scale: (K, 7, 7) scale matrices.
        degrees_of_freedom: ν of both.
    """

    scale: Array
    degrees_of_freedom: float
    _factors: dict[int, tuple[Factor, Factor]] = field(init=False, repr=False, default_factory=dict)

    def factors(self, key: int) -> tuple[Factor, Factor]:
        """Those of bends and of gravity under one pattern of missing sensors."""
        if key not in self._factors:
            present, shortening = read_key(key)
            tilt = self.scale[:, TANGENT, TANGENT] + shortening * np.eye(2)
            nu = self.degrees_of_freedom
            self._factors[key] = (
                Factor.of(self.scale[:, FLEX, FLEX], present[FLEX], nu),
                Factor.of(tilt, present[TANGENT], nu),
            )
        return self._factors[key]
