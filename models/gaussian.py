"""The hierarchical Gaussian: how likely every sign is for a hold of a wearer never met.

The features of a hold are taken for a sum of independent effects around the sign's mean μ:

    x = μ + wearer + session×sign + style block + take

The *wearer* has finger spans of their own and wears the glove turned a little: an offset and a
gain of each finger and three small rotations θ ~ N(0, P), the same for all signs, which move sign
s by Jₛθ. A *session* signs each sign a little differently, a *block* of takes bends the fingers
more or less, and no two *takes* are equal. For a stranger everything is unknown, so the effects
are marginalised, and a hold has the scale

    Σ = Σ_take + Σ_block + (1 + 1/n)(Σ_session + Jₛ P Jₛᵀ)

where n is the number of source sessions: their own wearers and sessions blur the mean just as the
stranger's blur the hold. Its density is a Student-t of the bends times one of gravity, each with
its part of Σ (see `density`). Effects and means are kept apart, not only their sum, because they
are what calibration updates.

For example, the shipped model's thumb of ㄱ is bent by 0.77 (warped, see `features`). Its variance
is 0.29 between takes, 0.35 between blocks, 0.25 between sessions and 0.15 between wearers, and 0.11
are the mean's own: 1.15 in all, a standard deviation of 1.1. Once a wearer is known, what is left
is little more than the takes' 0.53 (see `wearer`).
"""

from dataclasses import dataclass, field

import numpy as np

from jihwa.data.signal.frames import N_FINGERS, Array
from jihwa.models.density import MovingDensity, PoseDensity, broad_log_density
from jihwa.models.features import (
    FLEX,
    GRAVITY,
    N_COORDINATES,
    TANGENT,
    FeatureExtractor,
    directions,
    precision_of_hold,
    tangent_basis,
)

N_WEARER = 2 * N_FINGERS + 3
ROTATION = slice(2 * N_FINGERS, N_WEARER)

ANY_BEND, ANY_BEND_SD = 4.0, 2.5
"""Mean warped bend of a finger in any pose, be it a sign or not, and its standard deviation."""


@dataclass(frozen=True)
class HierarchicalGaussian:
    """Log-likelihoods of S signs, of rest, and of no sign, for the features of holds.

    Attributes:
        mean: (S, 8) features of the signs, gravity of length 1.
        mean_covariance: (S, 7, 7) how uncertain the means are: the source sessions' differences
            and blocks, divided by how many there were.
        take: (7, 7) covariance between takes of a block.
        block: (S, 7, 7) covariance between style blocks of a sign.
        session: (7, 7) covariance between sessions of a sign.
        jacobian: (S, 7, 13) Jₛ, how the wearer's offsets (ADC), log gains and rotation (rad)
            move the signs.
        wearer: (13, 13) covariance (1 + 1/n)P of the wearer's effect, as seen from the mean effect
            of the source wearers, which all signs share as well.
        rest: (8,) features of a hand at rest that was not seen yet.
        rest_covariance: (7, 7) how far a stranger's rest may be from `rest`.
        degrees_of_freedom: Of both Student-t: small is heavy-tailed.
        temperature: Divides every log-likelihood; above 1 it makes the model less sure.
        return_ratio: How many times the takes' standard deviation a return to a pose differs.
        any_bend: Mean warped bend of a finger in any pose, be it a sign or not.
        any_bend_sd: Its standard deviation. A sign of an unseen session is hardly ever less
            likely than any pose.
        signs: Densities of a stranger's signs.
    """

    mean: Array
    mean_covariance: Array
    take: Array
    block: Array
    session: Array
    jacobian: Array
    wearer: Array
    rest: Array
    rest_covariance: Array
    degrees_of_freedom: float = 8.0
    temperature: float = 1.0
    return_ratio: float = 2.0
    any_bend: float = ANY_BEND
    any_bend_sd: float = ANY_BEND_SD
    signs: PoseDensity = field(init=False, repr=False)
    _rest: MovingDensity = field(init=False, repr=False)
    _return: MovingDensity = field(init=False, repr=False)
    _precisions: dict[tuple[str, int], Array] = field(init=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        stranger = self.jacobian @ self.wearer @ self.jacobian.mT  # (S, 7, 7)
        scale = self.take + self.block + self.session + stranger + self.mean_covariance
        object.__setattr__(self, "signs", self._density(self.mean, scale))
        nu = self.degrees_of_freedom
        object.__setattr__(self, "_rest", MovingDensity(self.rest_covariance, nu))
        back = MovingDensity(self.return_ratio**2 * self.take, nu)
        object.__setattr__(self, "_return", back)

    def log_likelihood(self, x: Array) -> Array:
        """Of every sign for the features of holds: (n, 8) in, (n, S) out.

        Absent and dead sensors (NaN) are marginalised out. The values are densities by warped
        bend and by area on the sphere of gravity, and compare with those of the other methods.
        """
        return self.signs.log_density(x) / self.temperature

    def rest_log_likelihood(self, x: Array) -> Array:
        """Of a lowered, relaxed hand that was not seen yet: (n, 8) in, (n,) out."""
        return self._rest.log_density(x, self.rest) / self.temperature

    def no_sign_log_likelihood(self, x: Array) -> Array:
        """Of a pose that is no sign and not rest: (n, 8) in, (n,) out."""
        return broad_log_density(x, self.any_bend, self.any_bend_sd) / self.temperature

    def pose_log_likelihood(self, x: Array, pose: Array) -> Array:
        """Of a return to a pose that was seen, such as the wearer's rest: (n, 8) in, (n,) out.

        Args:
            x: Features of holds.
            pose: (8,) features of the pose; a sensor that it lacks is marginalised out.
        """
        unknown = ~np.isfinite(pose)
        if unknown.any():
            x, pose = np.where(unknown, np.nan, x), np.where(unknown, self.rest, pose)
        centre = np.concatenate([pose[FLEX], directions(pose)])
        return self._return.log_density(x, centre) / self.temperature

    def hold_precision(self, key: int) -> Array:
        """(S, 7, 7) precision of a hold, around what its session shows for each sign."""
        return self._precision("session", self.take + self.block, key)

    def take_precision(self, key: int) -> Array:
        """(7, 7) precision of a hold, around what its style block shows."""
        return self._precision("block", self.take, key)

    def _precision(self, around: str, covariance: Array, key: int) -> Array:
        if (around, key) not in self._precisions:
            self._precisions[around, key] = precision_of_hold(covariance, key)
        return self._precisions[around, key]

    def _density(self, pose: Array, scale: Array) -> PoseDensity:
        return PoseDensity(pose, scale, self.degrees_of_freedom)


def wearer_jacobian(mean: Array, extractor: FeatureExtractor) -> Array:
    """How a wearer's offsets (ADC), log gains and rotation (rad) move poses.

    A bend d counts from straight reads g·d + o, whose warp has the slopes w′ and w′·d; a rotation
    ω turns gravity by ω × gravity.

    Args:
        mean: (S, 8) features of poses, gravity of length 1.
        extractor: The features' warp.

    Returns:
        (S, 7, 13) the derivatives at no offset, gain 1 and no rotation.
    """
    bend, gravity = mean[:, FLEX], mean[:, GRAVITY]
    slope = extractor.warp_slope(bend)  # (S, 5)
    finger = np.arange(N_FINGERS)
    jacobian = np.zeros((len(mean), N_COORDINATES, N_WEARER))
    jacobian[:, finger, finger] = slope
    jacobian[:, finger, N_FINGERS + finger] = slope * (
        extractor.unwarp(bend) - extractor.baseline_adc
    )
    # b·(ω × g) = ω·(g × b) for a tangent b
    jacobian[:, TANGENT, ROTATION] = np.cross(gravity[:, None], tangent_basis(gravity))
    return jacobian
