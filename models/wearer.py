"""Personalisation in closed form: what the holds of one wearer say about all of their signs.

With x = Jₛθ + δₛ + block + take in the coordinates around the mean of sign s (see `gaussian`), the
wearer's effect θ and the difference δₛ of every sign are jointly normal given labelled holds. A
block of holds with precision Λ and information η says of its sign's pose m = Jₛθ + δₛ as much as
one hold with precision L = Λ(I + BΛ)⁻¹, where B is the block covariance; summed over the sign's
blocks and with δₛ ~ N(0, D) integrated out the same way, the signs add up to 13 equations for θ,
and every m follows from it. A sign that was never shown still gains from θ.

For example, let wearers differ in one finger with variance 4, sessions, blocks and takes with 1
each, and let a hold of ㄱ bend it by 3. Of the variance 7 of such a hold 5 are its pose's, so this
wearer's ㄱ is expected at 3·5/7 = 2.1; and every other sign, which shares the 4 with it, at
3·4/7 = 1.7.

Wearers bend their fingers in a few ways of their own, so a shown block may come again. The next
hold of a sign is a mixture: with n blocks shown, each comes again with probability 1 / (n + α), and
with α / (n + α) the hold is of a new block (a Chinese restaurant process, Aldous 1985).

Holds without a label tell of the wearer's effect too: where each is taken for every sign as far as
it is likely to be that sign, the same 13 equations are a step of expectation-maximisation.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from jihwa.data.signal.frames import Array
from jihwa.models.density import PoseMixture
from jihwa.models.features import (
    FLEX,
    GRAVITY,
    N_COORDINATES,
    pattern_keys,
    pose_coordinates,
)
from jihwa.models.gaussian import N_WEARER, HierarchicalGaussian

NEW_BLOCK = 2.0
"""α: how many shown blocks the chance of a new one is worth."""

OWN_BEND_SD, OWN_TILT_SD = 2.5, 1.0
"""How little is known of a sign of the wearer's own before it is shown: warped bend and rad."""

DOUBT, EARLY_DOUBT = 0.4, 3.0
"""How much of a stranger's variance stays, however many holds without a label were seen, and how
much more after the first, which falls with their number: which signs they were is less sure than
expectation-maximisation takes it to be."""


@dataclass(frozen=True, slots=True)
class ShownHolds:
    """Labelled holds of one wearer.

    Attributes:
        features: (n, 8) features, NaN where a sensor is absent or dead.
        sign: (n,) index of the sign.
        block: (n,) holds of a sign with the same number were bent alike.
        weight: (n,) how far the label is to be trusted, 0 to 1.
    """

    features: Array
    sign: NDArray[np.int64]
    block: NDArray[np.int64]
    weight: Array


@dataclass(frozen=True, slots=True)
class _Blocks:
    """What G shown blocks say of their poses, in the coordinates of their sign."""

    sign: NDArray[np.int64]  # (G,)
    precision: Array  # (G, 7, 7)
    information: Array  # (G, 7)
    shown: Array  # (G,) weight of the block's holds, at most 1


@dataclass(frozen=True, slots=True)
class WearerEffect:
    """What is known of a wearer's effect θ, but for what they showed: a normal distribution.

    Attributes:
        mean: (13,) offsets (ADC), log gains and rotation (rad).
        covariance: (13, 13) how uncertain they are.
    """

    mean: Array
    covariance: Array

    @classmethod
    def of_stranger(cls, gaussian: HierarchicalGaussian) -> "WearerEffect":
        """Of whom nothing was seen yet."""
        return cls(np.zeros(N_WEARER), gaussian.wearer)

    @classmethod
    def of_unlabelled(
        cls, gaussian: HierarchicalGaussian, features: Array, share: Array
    ) -> "WearerEffect":
        """What holds say of which nobody told the sign: one step of expectation-maximisation.

        Every hold counts as a block of its own, and for each sign as much as it is likely to be
        that sign. The signs' own differences are taken into account and not learned.

        Args:
            gaussian: The model.
            features: (n, 8) features, NaN where a sensor is absent or dead.
            share: (n, S) how likely each hold shows each sign; at most 1 in all.
        """
        z = pose_coordinates(features[:, None], gaussian.mean, gaussian.signs.basis)  # (n, S, 7)
        z[np.isnan(z)] = 0.0
        precision = np.zeros_like(gaussian.block)  # (S, 7, 7)
        information = np.zeros((len(share.T), N_COORDINATES))  # (S, 7)
        keys = pattern_keys(features)
        for key in set(keys.tolist()):
            rows = keys == key
            of_hold = gaussian.hold_precision(key)  # (S, 7, 7)
            precision += of_hold * share[rows].sum(axis=0)[:, None, None]
            shown = np.einsum("ns,nsd->sd", share[rows], z[rows])  # (S, 7)
            information += _apply(of_hold, shown)
        posterior = PosePosterior.of(gaussian, precision)
        doubt = DOUBT + EARLY_DOUBT / len(features)
        return cls(posterior.effect(information), posterior.wearer + doubt * gaussian.wearer)


def with_own_signs(gaussian: HierarchicalGaussian, pose: Array) -> HierarchicalGaussian:
    """The model with more signs behind its own, of which next to nothing is known.

    What another wearer's glove would make of them is no question, so they tell nothing of θ.

    Args:
        gaussian: The model.
        pose: (m, 8) rough features of the signs; NaN where a sensor was dead.
    """
    known = np.where(np.isfinite(pose), pose, gaussian.mean.mean(axis=0))  # (m, 8)
    known[:, GRAVITY] /= np.linalg.norm(known[:, GRAVITY], axis=1, keepdims=True)
    vague = np.diag([OWN_BEND_SD**2] * FLEX.stop + [OWN_TILT_SD**2] * 2)
    m = len(pose)
    return replace(
        gaussian,
        mean=np.concatenate([gaussian.mean, known]),
        mean_covariance=np.concatenate([gaussian.mean_covariance, np.tile(vague, (m, 1, 1))]),
        block=np.concatenate([gaussian.block, np.tile(gaussian.block.mean(axis=0), (m, 1, 1))]),
        jacobian=np.concatenate([gaussian.jacobian, np.zeros((m, N_COORDINATES, N_WEARER))]),
    )


class ShownPoses:
    """What the holds that one wearer showed say of the poses of all signs.

    The result depends on the holds and not on their order, up to rounding.

    Args:
        gaussian: The model.
        holds: What they showed.
    """

    def __init__(self, gaussian: HierarchicalGaussian, holds: ShownHolds) -> None:
        self._gaussian = gaussian
        n_signs = len(gaussian.mean)
        self._blocks = blocks = _blocks(gaussian, holds)
        self._of_block = gaussian.block[blocks.sign]  # (G, 7, 7) B
        self._shrink = shrink = _shrink(self._of_block, blocks.precision)
        precision = _summed(blocks.precision @ shrink, blocks.sign, n_signs)  # (S, 7, 7) L
        shown = _apply(shrink.mT, blocks.information)  # (G, 7)
        self._information = _summed(shown, blocks.sign, n_signs)  # (S, 7)
        self._poses = PosePosterior.of(gaussian, precision)
        of = np.concatenate([np.arange(n_signs), blocks.sign])
        self._order = np.argsort(of, kind="stable")
        self._of = of[self._order]
        customers = NEW_BLOCK + np.bincount(blocks.sign, blocks.shown, n_signs)  # (S,)
        weight = np.concatenate([np.full(n_signs, NEW_BLOCK), blocks.shown])  # (S + G,)
        self._weight = (weight / customers[of])[self._order]

    def density(self, effect: WearerEffect | None = None) -> PoseMixture:
        """Densities of every sign for the wearer.

        Args:
            effect: What else is known of them; None for a stranger.
        """
        gaussian, blocks, shrink = self._gaussian, self._blocks, self._shrink
        poses = self._poses.knowing(effect) if effect else self._poses
        pose, pose_covariance = poses.mean(self._information), poses.covariance  # (S, 7), (S, 7, 7)
        own = shrink @ self._of_block  # (G, 7, 7) covariance of a block's pose given its sign's
        block_pose = _apply(own, blocks.information) + _apply(shrink, pose[blocks.sign])  # (G, 7)
        block_pose_covariance = own + shrink @ pose_covariance[blocks.sign] @ shrink.mT
        new = gaussian.take + gaussian.block + pose_covariance  # (S, 7, 7)
        again = gaussian.take + block_pose_covariance  # (G, 7, 7)
        return PoseMixture(
            pose=gaussian.mean,
            of=self._of,
            centre=np.concatenate([pose, block_pose])[self._order],
            scale=np.concatenate([new, again])[self._order],
            weight=self._weight,
            degrees_of_freedom=gaussian.degrees_of_freedom,
        )


@dataclass(frozen=True, slots=True)
class PosePosterior:
    """How well the poses of all signs are known once holds of some were shown.

    Attributes:
        own: (S, 7, 7) covariance of each sign's pose if the wearer's effect were known.
        moved: (S, 7, 13) how the wearer's effect moves the poses, as far as what was shown of
            the sign itself leaves it a say.
        shown: (13, 13) precision of the wearer's effect by what was shown alone.
        wearer: (13, 13) covariance of the wearer's effect.
        known: (13,) information on it that was there before.
    """

    own: Array
    moved: Array
    shown: Array
    wearer: Array
    known: Array

    @classmethod
    def of(cls, gaussian: HierarchicalGaussian, precision: Array) -> "PosePosterior":
        """Of a stranger, from the (S, 7, 7) precision L of all that was shown of each sign."""
        between = gaussian.session + gaussian.mean_covariance  # (S, 7, 7) D
        shrink = _shrink(between, precision)
        moved = shrink @ gaussian.jacobian  # (S, 7, 13)
        shown = (gaussian.jacobian.mT @ precision @ moved).sum(axis=0)  # (13, 13)
        wearer = np.linalg.inv(np.linalg.inv(gaussian.wearer) + shown)
        return cls(shrink @ between, moved, shown, wearer, np.zeros(N_WEARER))

    def knowing(self, effect: WearerEffect) -> "PosePosterior":
        """The same where this was known of the wearer before."""
        before = np.linalg.inv(effect.covariance)  # (13, 13)
        wearer = np.asarray(np.linalg.inv(before + self.shown), np.float64)
        return replace(self, wearer=wearer, known=before @ effect.mean)

    @property
    def covariance(self) -> Array:
        """(S, 7, 7) covariance of each sign's pose."""
        return np.asarray(self.own + self.moved @ self.wearer @ self.moved.mT)

    def mean(self, information: Array) -> Array:
        """(S, 7) mean of each sign's pose, from the (S, 7) information that was shown of it."""
        return np.asarray(_apply(self.own, information) + self.moved @ self.effect(information))

    def effect(self, information: Array) -> Array:
        """(13,) mean of the wearer's effect, from the (S, 7) information."""
        shown = _apply(self.moved.mT, information).sum(axis=0)
        return np.asarray(self.wearer @ (self.known + shown))


def _blocks(gaussian: HierarchicalGaussian, holds: ShownHolds) -> _Blocks:
    """Add up the holds of every block."""
    basis = gaussian.signs.basis[holds.sign]
    at = pose_coordinates(holds.features, gaussian.mean[holds.sign], basis)  # (n, 7)
    at = np.nan_to_num(at)
    each = np.zeros((len(at), N_COORDINATES, N_COORDINATES))  # (n, 7, 7) precisions
    keys = pattern_keys(holds.features)
    for key in set(keys.tolist()):
        each[keys == key] = gaussian.take_precision(key)
    each *= holds.weight[:, None, None]
    order = np.lexsort([holds.block, holds.sign])
    sign, block = holds.sign[order], holds.block[order]
    begins = np.append(True, (np.diff(sign) != 0) | (np.diff(block) != 0))[: len(sign)]
    of = np.cumsum(begins) - 1
    precision, information, shown = (
        _summed(values[order], of, int(begins.sum()))
        for values in (each, _apply(each, at), holds.weight)
    )
    return _Blocks(sign[begins], precision, information, np.minimum(shown, 1.0))


def _summed(values: Array, of: NDArray[np.int64], n: int) -> Array:
    """(n, …) sums of the (m, …) values that are of the same one, in ascending order."""
    if len(of) == n and (of == np.arange(n)).all():
        return values
    total = np.zeros((n, *values.shape[1:]))
    if len(of):
        begins = np.flatnonzero(np.diff(of, prepend=-1))
        total[of[begins]] = np.add.reduceat(values, begins, axis=0)
    return total


def _shrink(covariance: Array, precision: Array) -> Array:
    """(..., 7, 7) (I + CΛ)⁻¹: how much of what was expected is left once Λ was seen."""
    return np.asarray(np.linalg.inv(np.eye(N_COORDINATES) + covariance @ precision))


def _apply(matrices: Array, vectors: Array) -> Array:
    """(..., i) products of (..., i, j) matrices and (..., j) vectors."""
    return np.asarray((matrices @ vectors[..., None])[..., 0])
