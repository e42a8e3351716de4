"""What a classifier sees of a frame or a hold: warped finger bends and the direction of gravity.

Eight numbers: five square-root-warped flex readings (thumb to little finger), then gravity in the
frame of the hand. Yaw drifts and the fused angles carry an error that stays for a whole stretch of
recording, so neither is a feature; acceleration of a still hand is clean. Where there is none,
gravity is computed from pitch and roll all the same.
"""

import math
from dataclasses import dataclass

import numpy as np

from jihwa.data.signal.frames import N_FINGERS, Array, Frames

N_FEATURES = N_FINGERS + 3
FLEX = slice(0, N_FINGERS)
GRAVITY = slice(N_FINGERS, N_FEATURES)


@dataclass(frozen=True, slots=True)
class FeatureExtractor:
    """Turns frames into features; travels with every model that was fitted on its features.

    The warp is sign(d)·(√(|d| + c) − √c) of the distance d to the reading of a straight finger.
    The square root spreads small bends and makes a finger's gain nearly a factor; below c counts
    it is linear, so that noise around a straight finger is not blown up. For example, 870 counts,
    100 above a straight finger, are √120 − √20 = 6.5, and noise of 4 counts is 0.2 there, where it
    would be 0.4 around 770.

    Gravity that was measured has length 1. Gravity that is computed from pitch and roll is
    shorter: its length is the mean resultant length of a direction whose error is
    `angle_error_deg` along each of the two tangents, 1 − σ². That is how a density knows how far
    it can be trusted.

    Attributes:
        baseline_adc: Reading of a straight finger.
        softening_adc: Bend c up to which the warp is linear.
        angle_error_deg: Standard error of gravity computed from pitch and roll, without what stays
            for a stretch of recording: that is one more mount of the board (see `mount`).
        min_usable: Smallest share of a hold's readings that has to be usable; below it the
            channel is left out.
    """

    baseline_adc: float = 770.0
    softening_adc: float = 20.0
    angle_error_deg: float = 4.0
    min_usable: float = 0.25

    def of_frames(self, frames: Frames) -> Array:
        """Features of every frame: (n, 8), NaN where a channel is absent or dead."""
        return np.concatenate([self.warp(frames.flex_adc), self._gravity(frames)], axis=1)

    def of_hold(self, frames: Frames) -> Array:
        """Features of the pose held in these frames: (8,), the median of the usable readings.

        NaN where a channel is absent, dead, or usable in too few frames.
        """
        features = self.of_frames(frames)  # (n, 8)
        gravity = features[:, GRAVITY]
        length = np.sqrt(np.add.reduce(gravity * gravity, axis=1, keepdims=True))  # (n, 1)
        centre = _median(np.concatenate([features, length], axis=1), self.min_usable)  # (9,)
        direction = centre[GRAVITY]
        direction *= centre[-1] / max(float(np.sqrt(direction @ direction)), 1e-9)
        return centre[:-1]

    def warp(self, flex_adc: Array) -> Array:
        """ADC counts to warped bend; 0 is a straight finger, about 8 a fist."""
        bend = flex_adc - self.baseline_adc
        soft = self.softening_adc
        return np.asarray(np.sign(bend) * (np.sqrt(np.abs(bend) + soft) - math.sqrt(soft)))

    def unwarp(self, warped: Array) -> Array:
        """Warped bend back to ADC counts."""
        root = np.abs(warped) + np.sqrt(self.softening_adc)
        return np.asarray(self.baseline_adc + np.sign(warped) * (root**2 - self.softening_adc))

    def warp_slope(self, warped: Array) -> Array:
        """Derivative of the warp by ADC counts, where the warped bend has this value."""
        return np.asarray(0.5 / (np.abs(warped) + np.sqrt(self.softening_adc)))

    def _gravity(self, frames: Frames) -> Array:
        """(n, 3) gravity from acceleration; where there is none, from pitch and roll."""
        measured = np.isfinite(frames.accel_g).all(axis=1)  # (n,)
        vector = frames.gravity_g  # (n, 3)
        unit = vector / np.sqrt(np.add.reduce(vector * vector, axis=1, keepdims=True))
        resultant = 1.0 - math.radians(self.angle_error_deg) ** 2
        length = np.where(measured, 1.0, resultant)  # (n,)
        return np.asarray(unit * length[:, None])


def _median(columns: Array, min_usable: float) -> Array:
    """Median of the numbers in every column, NaN where less than this share of it is numbers.

    `np.nanmedian` does the same in eight times the time, most of what a hold takes.
    """
    n, width = columns.shape
    ordered = np.sort(columns, axis=0)  # NaN last
    if n and np.isfinite(ordered[-1]).all():
        return np.asarray(0.5 * (ordered[(n - 1) // 2] + ordered[n // 2]))
    usable = np.isfinite(columns).sum(axis=0)  # (width,)
    padded = np.vstack([ordered, np.full(width, np.nan)])
    column = np.arange(width)
    middle = 0.5 * (padded[np.maximum(usable - 1, 0) // 2, column] + padded[usable // 2, column])
    return np.where((usable > 0) & (usable >= min_usable * n), middle, np.nan)
