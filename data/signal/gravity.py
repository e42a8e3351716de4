"""Gravity and the pitch and roll that a glove computes from it.

In the glove's frame a still accelerometer reads (-sin p, cos p sin r, cos p cos r) g for pitch p
and roll r; the recordings agree with this convention.
"""

import numpy as np
from numpy.typing import NDArray

from jihwa.data.signal.frames import Array, Frames


def from_orientation(orientation_deg: Array) -> Array:
    """(n, 3) unit gravity from (n, 3) pitch, roll and yaw."""
    pitch, roll, _ = np.radians(orientation_deg).T
    components = (-np.sin(pitch), np.cos(pitch) * np.sin(roll), np.cos(pitch) * np.cos(roll))
    return np.asarray(np.stack(components, axis=1))


def to_orientation(accel_g: Array) -> Array:
    """(n, 3) pitch, roll and yaw in degrees from (n, 3) acceleration at rest; yaw is 0."""
    x, y, z = accel_g.T
    pitch, roll = np.arctan2(-x, np.hypot(y, z)), np.arctan2(y, z)
    return np.asarray(np.degrees(np.column_stack([pitch, roll, np.zeros(len(accel_g))])))


def measured(accel_g: Array) -> NDArray[np.bool_]:
    """Which samples have an acceleration: (n, 3) g in, (n,) out."""
    return np.asarray(np.isfinite(accel_g).all(axis=1))


def of(frames: Frames) -> Array:
    """(n, 3) gravity in g: acceleration where there is one, else from pitch and roll."""
    missing = ~measured(frames.accel_g)  # (n,)
    gravity_g = frames.accel_g
    if missing.any():
        gravity_g = gravity_g.copy()
        gravity_g[missing] = from_orientation(frames.orientation_deg[missing])
    return gravity_g
