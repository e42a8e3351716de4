"""Which signs a wearer should show, so that all signs, or all mounts of the board, are told apart.

What showing a sign will tell is known before it is shown, but for the pose itself: covariances do
not depend on what is seen. The overlap of two signs that is to be expected is the Bhattacharyya
coefficient of their densities (Bhattacharyya 1943), averaged over how far apart the poses may turn
out to be,

    E ρ = (|Cₛ| |Cₜ|)^¼ |Q|^-½ exp(−⅛ Δᵀ Q⁻¹ Δ),   Q = ½ (Cₛ + Cₜ) + ¼ M

for normal densities of covariance Cₛ and Cₜ whose poses differ by Δ as far as is known, and by
N(Δ, M) once what is shown is seen. Tails do not matter for the choice, and are left out.
"""

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from jihwa.data.signal.frames import Array
from jihwa.models.features import (
    FLEX,
    GRAVITY,
    N_COORDINATES,
    N_FEATURES,
    TANGENT,
    pose_coordinates,
    tangent_basis,
)
from jihwa.models.gaussian import HierarchicalGaussian
from jihwa.models.mount import USUAL_IF_SHOWN, Mounts
from jihwa.models.wearer import PosePosterior

RADIAL_VARIANCE = 0.02
"""Added to gravity, so that tangent planes of different signs can be compared."""


def mount_signs(
    gaussian: HierarchicalGaussian, n: int, among: Sequence[int] | None = None
) -> tuple[int, ...]:
    """The signs that together show best how the board sits.

    They are those of which other mounts than the usual one leave least overlap (ρ, M = 0) with how
    strangers show them: far apart in direction, and shown alike by all wearers.

    Args:
        gaussian: The model of strangers.
        n: How many.
        among: The signs to choose from, by default all.
    """
    mounts = Mounts.around(np.eye(3), USUAL_IF_SHOWN)
    other = ~mounts.near[0]
    mean = gaussian.mean  # (S, 8)
    turned = np.tile(mean, (int(other.sum()), 1, 1))  # (K, S, 8)
    turned[..., GRAVITY] = (mounts.mount[other][:, None] @ mean[:, GRAVITY, None])[..., 0]
    z = pose_coordinates(turned, mean, tangent_basis(mean[:, GRAVITY]))[..., TANGENT]  # (K, S, 2)
    spread = np.linalg.inv(gaussian.signs.scale[:, TANGENT, TANGENT])  # (S, 2, 2)
    log_ratio = -np.einsum("ksi,sij,ksj->ks", z, spread, z) / 8
    share = mounts.log_prior[other]  # (K,)

    def overlap(signs: tuple[int, ...]) -> float:
        return float(np.exp(share + log_ratio[:, signs].sum(axis=1)).sum())

    return min(combinations(range(len(mean)) if among is None else among, n), key=overlap)


def most_telling_signs(gaussian: HierarchicalGaussian, n: int, n_styles: int) -> list[int]:
    """The signs to show so that all signs are told apart best, the most telling one first.

    Each next sign is the one that leaves the least overlap.

    Args:
        gaussian: The model of strangers.
        n: How many signs to choose.
        n_styles: In how many styles each of them will be shown.
    """
    chosen: list[int] = []
    while len(chosen) < n:
        left = [s for s in range(len(gaussian.mean)) if s not in chosen]
        overlaps = [expected_overlap(gaussian, [*chosen, s], n_styles) for s in left]
        chosen.append(left[int(np.argmin(overlaps))])
    return chosen


def expected_overlap(gaussian: HierarchicalGaussian, shown: list[int], n_styles: int) -> float:
    """How much signs are expected to overlap once some were shown, summed over all pairs.

    Args:
        gaussian: The model of strangers.
        shown: Signs that will be shown, one take in each style.
        n_styles: In how many styles.
    """
    s, t = np.triu_indices(len(gaussian.mean), 1)  # (pairs,)
    lift = _lift(gaussian)  # (S, 8, 7)
    precision = np.zeros_like(gaussian.block)  # (S, 7, 7)
    precision[shown] = n_styles * np.linalg.inv(gaussian.block[shown] + gaussian.take)
    posterior = PosePosterior.of(gaussian, precision)

    def apart(poses: PosePosterior) -> Array:
        """(pairs, 8, 8) covariance of the difference between the poses of two signs."""
        own = lift @ poses.own @ lift.mT  # (S, 8, 8)
        moved = lift @ poses.moved  # (S, 8, 13)
        differently = moved[s] - moved[t]  # (pairs, 8, 13)
        return np.asarray(own[s] + own[t] + differently @ poses.wearer @ differently.mT)

    to_learn = apart(PosePosterior.of(gaussian, np.zeros_like(precision))) - apart(posterior)
    of_hold = gaussian.take + gaussian.block + posterior.covariance  # (S, 7, 7)
    density = lift @ of_hold @ lift.mT  # (S, 8, 8) C
    density[:, GRAVITY, GRAVITY] += RADIAL_VARIANCE * np.eye(3)
    spread = 0.5 * (density[s] + density[t]) + 0.25 * to_learn  # (pairs, 8, 8) Q
    distance = gaussian.mean[s] - gaussian.mean[t]  # (pairs, 8) Δ
    square = (distance * np.linalg.solve(spread, distance[..., None])[..., 0]).sum(axis=-1)
    log_det = np.linalg.slogdet(density)[1]  # (S,)
    log_ratio = 0.25 * (log_det[s] + log_det[t]) - 0.5 * np.linalg.slogdet(spread)[1]
    return float(np.exp(log_ratio - square / 8).sum())


def _lift(gaussian: HierarchicalGaussian) -> Array:
    """(S, 8, 7) from the coordinates of every sign to features, which all signs share."""
    lift = np.zeros((len(gaussian.mean), N_FEATURES, N_COORDINATES))
    lift[:, FLEX, FLEX] = np.eye(FLEX.stop)
    lift[:, GRAVITY, TANGENT] = tangent_basis(gaussian.mean[:, GRAVITY]).mT
    return lift
