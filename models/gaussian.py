"""The hierarchical Gaussian: how likely every sign is for a hold of a wearer never met.

The features of a hold are taken for a sum of independent effects around the sign's mean μ:

    x = μ + wearer + session×sign + style block + take

The *wearer* has finger spans of their own and wears the glove turned a little: an offset and a
gain of each finger and three small rotations θ ~ N(0, P), the same for all signs, which move sign
s by Jₛθ. A *session* signs each sign a little differently, a *block* of takes bends the fingers
more or less, and no two *takes* are equal. For a stranger everything is unknown, so the effects
are marginalised and the hold is a Student-t with scale

    Σ = Σ_take + Σ_block + (1 + 1/n)(Σ_session + Jₛ P Jₛᵀ)

where n is the number of source sessions: their own wearers and sessions blur the mean just as the
stranger's blur the hold. Effects and means are kept apart, not only their sum, because they are
what calibration updates.
"""

from dataclasses import dataclass, field

import numpy as np

from jihwa.data.frames import N_FINGERS, Array
from jihwa.models.density import (
    N_COORDINATES,
    TANGENT,
    BroadDensity,
    PoseDensity,
    tangent_basis,
)
from jihwa.models.features import FLEX, GRAVITY, FeatureExtractor

N_WEARER = 2 * N_FINGERS + 3
OFFSET = slice(0, N_FINGERS)
GAIN = slice(N_FINGERS, 2 * N_FINGERS)
ROTATION = slice(2 * N_FINGERS, N_WEARER)


@dataclass(frozen=True, slots=True)
class Priors:
    """What one or two source sessions cannot tell, as standard deviations.

    They follow the differences between sessions of this glove: straight fingers read the same
    within a few counts, a finger's span differs up to threefold between the extremes, the mount
    turns by 5-12° about each axis, and one sign of one session differs by 10-16 counts and about
    10° from what the wearer's effect explains. Likelihood is flat around them (factors of 1.5
    change it by about 0.01 nats), so they are fixed, not fitted.

    Attributes:
        offset_adc: A finger's offset between wearers, ADC counts.
        log_gain: A finger's span between wearers, natural log of a ratio.
        rotation_deg: The mount's rotation about each axis.
        session_bend: A sign's bend between sessions, warped (0.5 is 4 counts at a straight
            finger and 13 at a fist).
        session_tilt_deg: A sign's direction between sessions, along each tangent.
        block_bend: A sign's bend between blocks, warped, before any block was seen.
        block_tilt_deg: The same for its direction.
        take_bend: Least bend between takes, warped.
        take_tilt_deg: The same for its direction.
    """

    offset_adc: float = 3.0
    log_gain: float = 0.25
    rotation_deg: float = 9.0
    session_bend: float = 0.5
    session_tilt_deg: float = 9.0
    block_bend: float = 1.2
    block_tilt_deg: float = 5.0
    take_bend: float = 0.3
    take_tilt_deg: float = 2.0

    @property
    def wearer(self) -> Array:
        """(13, 13) covariance P of the wearer's offsets (ADC), log gains and rotation (rad)."""
        deviation = np.empty(N_WEARER)
        deviation[OFFSET] = self.offset_adc
        deviation[GAIN] = self.log_gain
        deviation[ROTATION] = np.radians(self.rotation_deg)
        return np.diag(deviation**2)

    @property
    def session(self) -> Array:
        """(7, 7) covariance between sessions of one sign."""
        return _pose_covariance(self.session_bend, self.session_tilt_deg)

    @property
    def block(self) -> Array:
        """(7, 7) covariance between style blocks, before any was seen."""
        return _pose_covariance(self.block_bend, self.block_tilt_deg)

    @property
    def take(self) -> Array:
        """(7, 7) least covariance between takes."""
        return _pose_covariance(self.take_bend, self.take_tilt_deg)


ANY_POSE = BroadDensity(bend=4.0, bend_sd=2.5)
"""What is neither rest nor a sign. A sign of an unseen session is hardly ever less likely."""

REST_POSE: Array = np.array([2.5, 4.0, 4.0, 4.0, 4.0, 0.94, -0.24, 0.24])
"""A hand at rest before it was seen: fingers half bent, hanging down (gravity near +x)."""

REST_SPREAD: Array = np.diag([2.0**2] * N_FINGERS + [np.radians(30.0) ** 2] * 2)
"""(7, 7) how far a stranger's rest may be from `REST_POSE`."""


@dataclass(frozen=True)
class HierarchicalGaussian:
    """Log-likelihoods of S signs, of rest, and of no sign, for the features of holds.

    Attributes:
        mean: (S, 8) features of the signs, gravity of length 1.
        mean_covariance: (S, 7, 7) how uncertain the means are: the source sessions' wearers,
            sessions and blocks, divided by how many there were.
        take: (7, 7) covariance between takes of a block.
        block: (S, 7, 7) covariance between style blocks of a sign.
        session: (7, 7) covariance between sessions of a sign.
        jacobian: (S, 7, 13) Jₛ, how the wearer's offsets (ADC), log gains and rotation (rad)
            move the signs.
        wearer: (13, 13) covariance P of the wearer's effect.
        degrees_of_freedom: Of the Student-t tails.
        temperature: Divides every log-likelihood; above 1 it makes the model less sure.
    """

    mean: Array
    mean_covariance: Array
    take: Array
    block: Array
    session: Array
    jacobian: Array
    wearer: Array
    degrees_of_freedom: float = 8.0
    temperature: float = 1.0
    _signs: PoseDensity = field(init=False, repr=False)
    _rest: PoseDensity = field(init=False, repr=False)

    def __post_init__(self) -> None:
        stranger = self.jacobian @ self.wearer @ self.jacobian.swapaxes(1, 2)  # (S, 7, 7)
        scale = self.take + self.block + self.session + stranger + self.mean_covariance
        object.__setattr__(self, "_signs", self._density(self.mean, scale))
        object.__setattr__(self, "_rest", self._density(REST_POSE[None], REST_SPREAD[None]))

    def log_likelihood(self, x: Array) -> Array:
        """Of every sign for the features of holds: (n, 8) in, (n, S) out.

        Absent and dead sensors (NaN) are marginalised out. The values are densities by warped
        bend and by area on the sphere of gravity, and compare with those of the other methods.
        """
        return self._signs.log_density(x) / self.temperature

    def rest_log_likelihood(self, x: Array) -> Array:
        """Of a lowered, relaxed hand that was not seen yet: (n, 8) in, (n,) out."""
        return self._rest.log_density(x)[:, 0] / self.temperature

    def no_sign_log_likelihood(self, x: Array) -> Array:
        """Of a pose that is no sign and not rest: (n, 8) in, (n,) out."""
        return ANY_POSE.log_density(x) / self.temperature

    def pose_log_likelihood(self, x: Array, pose: Array, returns: float = 2.0) -> Array:
        """Of a return to a pose that was seen, such as the wearer's rest: (n, 8) in, (n,) out.

        Args:
            x: Features of holds.
            pose: (8,) features of the pose; a sensor that it lacks is marginalised out.
            returns: How many times the takes' standard deviation a return differs.
        """
        unknown = ~np.isfinite(pose)
        x = np.where(unknown, np.nan, x)
        centre = np.where(unknown, REST_POSE, pose)
        centre[GRAVITY] /= np.linalg.norm(centre[GRAVITY])
        around = self._density(centre[None], returns**2 * self.take[None])
        return around.log_density(x)[:, 0] / self.temperature

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


def _pose_covariance(bend: float, tilt_deg: float) -> Array:
    """(7, 7) independent bends and tilts of these standard deviations."""
    return np.diag([bend**2] * N_FINGERS + [np.radians(tilt_deg) ** 2] * 2)
