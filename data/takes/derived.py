"""Features by name, made of the points of a hand that `.npy` sequences hold."""

from collections.abc import Sequence
from enum import StrEnum

import numpy as np

from jihwa.data.messages import UsageError
from jihwa.data.signal.frames import Array
from jihwa.data.signal.landmarks import FEATURES, N_POINTS, WITH_ANGLES, are_points, as_features


class Feature(StrEnum):
    """What can be asked for: kinds of features, and of which fingers."""

    POINTS = "points"
    """x, y and z of the points of the fingers from the wrist, in lengths of the palm."""
    ANGLES = "angles"
    """Of three joints of every finger, in degrees."""
    VELOCITIES = "velocities"
    """How much all others change from picture to picture."""
    THUMB = "thumb"
    INDEX = "index"
    MIDDLE = "middle"
    RING = "ring"
    LITTLE = "little"


_FINGERS = (Feature.THUMB, Feature.INDEX, Feature.MIDDLE, Feature.RING, Feature.LITTLE)
_MIDDLE_BASE = 9


def derive(features: Array, names: Sequence[str]) -> Array:
    """(T, F') what is asked for of (T, F) features of a hand's points; zeros where there is none.

    Args:
        features: A sequence of one of `FEATURES`.
        names: Of `Feature`; all fingers where none is named, points where no kind is.

    Raises:
        UsageError: They are no points of a hand.
    """
    if not are_points(features):
        raise UsageError(
            ko=f"특징 {features.shape[1]}개짜리 데이터는 손의 좌표({FEATURES[0]}, {FEATURES[1]} "
            f"또는 {FEATURES[2]}개)가 아닙니다. --features를 빼세요.",
            en=f"Data of {features.shape[1]} features are no points of a hand ({FEATURES[0]}, "
            f"{FEATURES[1]} or {FEATURES[2]}). Leave --features out.",
        )
    each = 3 if features.shape[1] == FEATURES[0] else 4
    points = features[:, : each * N_POINTS].reshape(len(features), N_POINTS, each)[:, :, :3]
    seen = (points != 0).any(axis=(1, 2))
    fingers = [at for at, name in enumerate(_FINGERS) if name in names] or list(range(5))
    parts = []
    if Feature.POINTS in names or Feature.ANGLES not in names:
        hand = points - points[:, :1]
        palm = np.linalg.norm(hand[:, _MIDDLE_BASE], axis=1)[:, None, None]
        chosen = [1 + 4 * finger + joint for finger in fingers for joint in range(4)]
        shape = hand[:, chosen] / np.where(palm > 0, palm, 1.0)
        parts.append(shape.reshape(len(points), -1))
    if Feature.ANGLES in names:
        angles_deg = as_features(points, WITH_ANGLES)[:, -15:].reshape(-1, 5, 3)
        parts.append(angles_deg[:, fingers].reshape(len(points), -1))
    told = np.where(seen[:, None], np.hstack(parts), 0.0)
    if Feature.VELOCITIES not in names:
        return told
    steps = np.diff(told, axis=0, prepend=told[:1])
    there = seen & np.append(False, seen[:-1])
    return np.hstack([told, np.where(there[:, None], steps, 0.0)])
