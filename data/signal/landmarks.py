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
from numpy.typing import NDArray

from jihwa.data.messages import Message
from jihwa.data.signal.frames import N_FINGERS, Array, Frames

N_POINTS = 21
NO_HAND: Array = np.full((1, N_POINTS, 3), np.nan)
"""A picture without a hand."""
POINTS, SURE_POINTS, WITH_ANGLES = FEATURES = (63, 84, 99)
"""Columns that published data sets make of a hand: x, y and z of every point; the same and how sure
it is (which MediaPipe leaves at 0); and the angles of 15 joints behind that, in degrees."""
_JOINTS = np.array(
    [(tip - 1 if tip % 4 != 1 else 0, tip, tip + 1) for tip in range(1, N_POINTS) if tip % 4 != 0]
)
"""(15, 3) the points before, at and behind each."""

ASPECTS = np.array([16 / 9, 4 / 3, 1.0, 3 / 4, 9 / 16])
"""Width of the picture by its height, where coordinates are shares of both: the first one, of which
the public recordings are, until the palm speaks clearly for another."""

_PALM = np.array([(0, 5), (0, 9), (0, 13), (0, 17), (5, 9), (9, 13), (13, 17), (5, 17), (1, 2)])
_PALM_LENGTH = np.array([1.05, 1.01, 0.96, 0.94, 0.275, 0.26, 0.24, 0.75, 0.42])
_PALM_SD = np.array([0.035, 0.02, 0.02, 0.055, 0.16, 0.14, 0.155, 0.14, 0.11])
"""Distances in the palm, which hardly move: between which points, how far, in the mean of those
from the wrist to the index, middle and little finger, and standard deviations of their logarithm;
as the public recordings have them."""
_MOST_MISFIT = 3.0
_MOST, _LEAST = 1e5, 1e-4
"""No coordinate is as large; and no palm as thin, as a share of the square of its length."""
_CLEARLY, _PATIENCE = 0.4, 30
"""By how much another aspect has to fit better, in standard deviations of a distance, and how many
pictures count for the first one beforehand."""
_ODD = 1.6
"""So badly fits no palm of a hand on average: those of the public recordings 1.3 at most, their
points in other orders 1.9 and more."""
ODD = Message(
    ko="손의 점들이 손 모양이 아니어서 잘못 읽힙니다. 점의 차례가 다를 수 있습니다: 손목, 이어서 "
    "엄지부터 손가락마다 뿌리에서 끝까지 네 점, 점마다 x, y, z여야 합니다 (MediaPipe처럼).",
    en="The points make no hand and are misread: they may be in another order. It has to be the "
    "wrist, then of every finger, the thumb first, four points from its base to its tip, each x, "
    "y, z (as MediaPipe has them).",
)

STRAIGHT_ADC, ADC_PER_RAD = 770.0, 50.0
"""What a glove's sensor would read of a straight finger, and how much more of each radian."""

SMOOTHED = 5
"""Pictures whose median counts, up to the present one: single ones are read wrongly by a radian. It
delays the signal by two."""

_EXACT_G = 1e-9

_BASES = np.arange(1, N_POINTS, 4)
_LEAST_CURL, _MOST_EVIDENCE = 0.15, 10.0
"""A flatter hand does not tell its palm; and so much of the sum of curls is remembered, which half
a second of bent fingers turns."""


def unit_of(picture: object) -> Array:
    """(3,) what pixels are divided by to be shares of the picture; ones where nothing is known.

    Args:
        picture: What was told of its width and height: two whole numbers, or anything.
    """
    match picture:
        case [int() as width, int() as height] if min(width, height) > 0:
            return np.array([width, height, width], dtype=np.float64)
    return np.ones(3)


def as_features(points: Array, n_features: int) -> Array:
    """(n, F) columns of a published data set, of (n, 21, 3) points; zeros where there is no hand.

    Raises:
        ValueError: F is none of `FEATURES`.
    """
    if n_features not in FEATURES:
        raise ValueError(f"{n_features} features are not of a hand's points")
    told = points
    if n_features > POINTS:
        told = np.concatenate([points, np.zeros((len(points), N_POINTS, 1))], axis=2)
    features = told.reshape(len(points), -1)
    if n_features == WITH_ANGLES:
        before, at, behind = (points[:, _JOINTS[:, i]] for i in range(3))
        features = np.hstack([features, np.degrees(_angle(at - before, behind - at))])
    seen = np.isfinite(points).all(axis=(1, 2)) & (points != 0).any(axis=(1, 2))
    return np.where(seen[:, None], features, 0.0)


def are_points(features: Array) -> bool:
    """Whether (n, F) features are those of `as_features`: how sure a point is tells nothing."""
    n = features.shape[1]
    return n == POINTS or (n in FEATURES and not np.ptp(features[:, 3:SURE_POINTS:4], axis=0).any())


def is_seen(frames: Frames) -> bool:
    """Whether a camera saw the hand.

    It tells no angles, gravity to the last digit of 1 g, and bends that are no whole counts.
    """
    gravity = frames.accel_g[np.isfinite(frames.accel_g).all(axis=1)]
    exact = np.abs(np.linalg.norm(gravity, axis=1) - 1) < _EXACT_G
    counts = np.nan_to_num(frames.flex_adc)
    no_glove = np.isnan(frames.orientation_deg).all() and (counts % 1 > 0).any()
    return bool(len(gravity) and exact.all() and no_glove)


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
        smooth[:, N_FINGERS:] = _unit(smooth[:, N_FINGERS:])
        return np.asarray(smooth)


class SeenHand:
    """Points in, bends and gravity out; carries on what it needs of the pictures before."""

    def __init__(self) -> None:
        self._smoothing = Smoothing()
        self._evidence = 0.0
        self._oddness, self._n_seen = 0.0, 0
        self._misfit, self._n_pictures = np.zeros(len(ASPECTS)), float(_PATIENCE)

    def feed(self, points: Array) -> Array:
        """What a glove on this hand would send.

        Args:
            points: (n, 21, 3) x to the right, y down, z away: shares of the picture's width and
                height, pixels, or metres; NaN or all zero where no hand is seen.

        Returns:
            (n, 8) bends as flex in ADC counts, thumb to little finger, and gravity in g; NaN where
            no hand is seen.
        """
        seen = _are_a_hand(points)
        poses = np.full((len(points), N_FINGERS + 3), np.nan)
        hand = self._in_proportion(points[seen])
        self._oddness += float(_palm_misfit(hand, 1.0).sum())
        self._n_seen += len(hand)
        bends, gravity, curl = _pose(hand)
        gravity[:, 2] *= self._palms(curl)
        poses[seen] = self._smoothing.feed(np.hstack([STRAIGHT_ADC + ADC_PER_RAD * bends, gravity]))
        return poses

    @property
    def is_odd(self) -> bool:
        """Whether the points so far are none of a hand, or in another order."""
        return self._n_seen >= _PATIENCE and self._oddness > _ODD * self._n_seen

    def _in_proportion(self, points: Array) -> Array:
        """(n, 21, 3) points from the wrist, as long in every direction."""
        usual, largest = (f(points[..., :2], axis=(1, 2)) for f in (np.mean, np.max))
        # Metres are counted from the middle of the hand, and pixels are many.
        shares = (np.abs(usual) > 0.1) & (largest <= 2)
        hand = points - points[:, :1]
        if not shares.any():
            return hand
        misfit = np.stack([_palm_misfit(hand, aspect) for aspect in ASPECTS], axis=1)  # (n, A)
        misfit = np.where(shares[:, None], misfit - misfit[:, :1], 0.0)
        total, n = self._misfit + misfit.cumsum(axis=0), self._n_pictures + shares.cumsum()
        self._misfit, self._n_pictures = total[-1], float(n[-1])
        mean = total / n[:, None]
        best = np.where(mean.min(axis=1) < -_CLEARLY, mean.argmin(axis=1), 0)
        hand[:, :, 1] /= np.where(shares, ASPECTS[best], 1.0)[:, None]
        return hand

    def _palms(self, curl: Array) -> Array:
        """(n,) 1 where the palm lies on the side of a positive curl, -1 on the other."""
        palms = np.ones(len(curl))
        for at, told in enumerate(np.where(np.abs(curl) > _LEAST_CURL, curl, 0.0).tolist()):
            evidence = self._evidence + told
            self._evidence = min(max(evidence, -_MOST_EVIDENCE), _MOST_EVIDENCE)
            palms[at] = -1.0 if self._evidence < 0 else 1.0
        return palms


def _are_a_hand(points: Array) -> NDArray[np.bool_]:
    """(n,) where all points are there, and the palm has a length and a breadth."""
    there = np.asarray((np.abs(points) < _MOST).all(axis=(1, 2)))  # and numbers
    hand = np.where(there[:, None, None], points, 0.0)
    along, across = hand[:, 9] - hand[:, 0], hand[:, 5] - hand[:, 17]
    area = np.linalg.norm(np.cross(along, across), axis=1)
    return np.asarray(there & (area > _LEAST * (np.abs(along) + np.abs(across)).max(axis=1) ** 2))


def _palm_misfit(hand: Array, aspect: float) -> Array:
    """(n,) how far distances in the palm are from the usual ones if the picture has this aspect."""
    ends = (hand * (1, 1 / aspect, 1))[:, _PALM]  # (n, 9, 2, 3)
    length = np.maximum(np.linalg.norm(ends[:, :, 0] - ends[:, :, 1], axis=2), 1e-9)  # (n, 9)
    palm = length[:, [0, 1, 3]].mean(axis=1, keepdims=True)
    off = np.abs(np.log(length / palm / _PALM_LENGTH)) / _PALM_SD
    return np.asarray(np.minimum(off, _MOST_MISFIT).mean(axis=1))


def _pose(hand: Array) -> tuple[Array, Array, Array]:
    """Bends (n, 5) in rad, the picture's vertical (n, 3) in the hand's frame, and curl (n,).

    A finger's bend is that of its two outer joints: where it leaves the palm, points of a hand that
    is seen from the front say little. Curl is how far fingers leave the plane of the palm, in
    lengths of the palm.
    """
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
