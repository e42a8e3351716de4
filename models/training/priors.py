"""What one or two source sessions cannot tell, and poses that were never recorded.

The spreads follow the differences between sessions of this glove: straight fingers read the same
within a few counts, a finger's span differs up to threefold between the extremes, the mount turns
by 5-12° about each axis, and one sign of one session differs by 10-16 counts and about 10° from
what the wearer's effect explains. Likelihood is flat around them (a factor of 1.5 changes it by
less than 0.04 nats), so they are fixed, not fitted.

Bends are warped: 0.5 is 4 counts at a straight finger and 13 at a fist. A fitted model keeps what
it was given here.
"""

import numpy as np

from jihwa.data.signal.frames import N_FINGERS, Array


def _pose_covariance(bend: float, tilt_deg: float) -> Array:
    """(7, 7) independent bends and tilts of these standard deviations."""
    return np.diag([bend**2] * N_FINGERS + [np.radians(tilt_deg) ** 2] * 2)


OFFSET_ADC = 3.0
"""Standard deviation of a finger's offset between wearers, ADC counts."""

LOG_GAIN = 0.25
"""The same of a finger's span, natural log of a ratio."""

ROTATION_DEG = 9.0
"""The same of the mount's rotation about each axis."""

WEARER: Array = np.diag(
    np.repeat([OFFSET_ADC, LOG_GAIN, np.radians(ROTATION_DEG)], [N_FINGERS, N_FINGERS, 3]) ** 2
)
"""(13, 13) covariance P of the wearer's offsets (ADC), log gains and rotation (rad)."""

SESSION = _pose_covariance(bend=0.5, tilt_deg=9.0)
"""(7, 7) covariance between sessions of one sign."""

BLOCK = _pose_covariance(bend=1.2, tilt_deg=5.0)
"""(7, 7) covariance between style blocks, before any was seen."""

TAKE = _pose_covariance(bend=0.3, tilt_deg=2.0)
"""(7, 7) least covariance between takes."""

REST: Array = np.array([2.5, 4.0, 4.0, 4.0, 4.0, 0.94, -0.24, 0.24])
"""(8,) features of a hand at rest: fingers half bent, hanging down (gravity near +x)."""

REST_COVARIANCE = _pose_covariance(bend=2.0, tilt_deg=30.0)
"""(7, 7) how far a stranger's rest may be from `REST`."""
