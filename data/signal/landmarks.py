"""A hand that a camera sees, as the signal of a glove: 21 points to bends and to gravity.

The points are MediaPipe's: the wrist, then four of every finger from its base to its tip. Bends are
angles between bones, and gravity is the picture's vertical in the frame of the hand, so neither
tells where the hand is, how large, or which way round the picture is. Whatever reads a glove reads
such a hand.

The hand's frame is the glove's: the first axis along the palm to the fingers, the second across it
to the index finger, the third out of the palm. The palm is the side that fingers curl to; a left
hand, or a mirrored picture, therefore needs no knowledge of its own. (MediaPipe's own guess changes
within a recording: in 44 of the 62 public ones of a single right hand.)
"""

import numpy as np

from jihwa.data.signal.frames import N_FINGERS, Array

N_POINTS = 21

ASPECT = 16 / 9
"""Width of the picture by its height, where coordinates are shares of both. Of 1, 4:3 and 16:9 it
is the one by which the palm of the public recordings is most nearly rigid."""

STRAIGHT_ADC, ADC_PER_RAD = 770.0, 50.0
"""What a glove's sensor would read of a straight finger, and how much more of each radian."""

SMOOTHED = 5
"""Pictures whose median counts, up to the present one: single ones are read wrongly by a radian. It
delays the signal by two."""

_BASES = np.arange(1, N_POINTS, 4)
_LEAST_CURL, _MOST_EVIDENCE = 0.15, 10.0
"""A flatter hand does not tell its palm; and so much of the sum of curls is remembered, which half
a second of bent fingers turns."""


class Smoothing:
    """The median of the last poses; holds of fewer than half as many are lost."""

    def __init__(self) -> None:
        self._last = np.full((SMOOTHED - 1, N_FINGERS + 3), np.nan)

    def feed(self, poses: Array) -> Array:
        """(n, 8) medians of (n, 8) poses and those before, with gravity of length 1."""
        known = np.vstack([self._last, poses])
        self._last = known[len(poses) :]
        if not len(poses):
            return poses
        windows = np.lib.stride_tricks.sliding_window_view(known, SMOOTHED, axis=0)
        smooth = np.nanmedian(windows, axis=2)
        smooth[:, N_FINGERS:] /= np.linalg.norm(smooth[:, N_FINGERS:], axis=1, keepdims=True)
        return np.asarray(smooth)


class SeenHand:
    """Points in, bends and gravity out; carries on what it needs of the pictures before."""

    def __init__(self) -> None:
        self._smoothing = Smoothing()
        self._evidence = 0.0

    def feed(self, points: Array) -> Array:
        """What a glove on this hand would send.

        Args:
            points: (n, 21, 3) x to the right, y down, z away: shares of the picture's width and
                height, pixels, or metres; NaN or all zero where no hand is seen.

        Returns:
            (n, 8) bends as flex in ADC counts, thumb to little finger, and gravity in g; NaN where
            no hand is seen.
        """
        seen = np.isfinite(points).all(axis=(1, 2)) & (np.ptp(points, axis=1).max(axis=1) > 0)
        poses = np.full((len(points), N_FINGERS + 3), np.nan)
        bends, gravity, curl = _pose(points[seen])
        gravity[:, 2] *= self._palms(curl)
        poses[seen] = self._smoothing.feed(np.hstack([STRAIGHT_ADC + ADC_PER_RAD * bends, gravity]))
        return poses

    def _palms(self, curl: Array) -> Array:
        """(n,) 1 where the palm lies on the side of a positive curl, -1 on the other."""
        palms = np.ones(len(curl))
        for at, told in enumerate(np.where(np.abs(curl) > _LEAST_CURL, curl, 0.0).tolist()):
            evidence = self._evidence + told
            self._evidence = min(max(evidence, -_MOST_EVIDENCE), _MOST_EVIDENCE)
            palms[at] = -1.0 if self._evidence < 0 else 1.0
        return palms


def _pose(points: Array) -> tuple[Array, Array, Array]:
    """Bends (n, 5) in rad, the picture's vertical (n, 3) in the hand's frame, and curl (n,).

    A finger's bend is that of its two outer joints: where it leaves the palm, points of a hand that
    is seen from the front say little. Curl is how far fingers leave the plane of the palm, in
    lengths of the palm.
    """
    across, largest = np.abs(points[..., :2]).mean(axis=(1, 2)), points[..., :2].max(axis=(1, 2))
    shares = (across > 0.1) & (largest <= 2)  # neither metres around the hand nor pixels
    hand = points - points[:, :1]
    hand[:, :, 1] /= np.where(shares, ASPECT, 1.0)[:, None]
    bones = [hand[:, _BASES + i + 1] - hand[:, _BASES + i] for i in range(3)]  # (n, 5, 3) each
    bends = _angle(bones[0], bones[1]) + _angle(bones[1], bones[2])
    index, middle, little = hand[:, 5], hand[:, 9], hand[:, 17]
    along = _unit(middle)
    out = _unit(np.cross(along, index - little))
    axes = np.stack([along, np.cross(out, along), out], axis=1)  # (n, 3, 3)
    leaves = (hand[:, _BASES[1:] + 2] - hand[:, _BASES[1:]]) @ out[:, :, None]  # (n, 4, 1)
    return bends, axes[:, :, 1].copy(), leaves.mean(axis=(1, 2)) / np.linalg.norm(middle, axis=1)


def _unit(vectors: Array) -> Array:
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(length, 1e-12))


def _angle(one: Array, other: Array) -> Array:
    return np.asarray(np.arccos(np.clip((_unit(one) * _unit(other)).sum(axis=-1), -1, 1)))
