"""Variations of training takes: what another hand, glove or moment would have recorded instead.

A network that sees every take with another finger span and another seat of the glove, each time it
comes up, cannot rely on either. Only training takes are ever varied.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from jihwa.data.signal.frames import N_FINGERS, Array, Frames, angles_of_gravity, gravity_of_angles
from jihwa.data.signal.landmarks import N_POINTS, POINTS, SURE_POINTS, are_points
from jihwa.data.signal.sensors import SENSOR_NOISE, USABLE_FLEX_ADC, is_dead

if TYPE_CHECKING:
    from numpy.random import Generator

_FLEX, _ACCEL, _ANGLES = np.split(SENSOR_NOISE, [N_FINGERS, N_FINGERS + 3])


class Variation(StrEnum):
    """What can be varied, and be left alone."""

    TIME = "time"
    """How long a take lasts."""
    NOISE = "noise"
    """Noise of every reading."""
    FLEX = "flex"
    """Offset and gain of every finger; the glove only."""
    ROTATION = "rotation"
    """How the glove sits on the hand, and with it gravity and angles; the glove only."""
    SCALE = "scale"
    """Size and place of the features of `.npy` sequences."""
    FLIP = "flip"
    """Left and right of `.npy` sequences of a hand's points, every other time."""


@dataclass(frozen=True)
class Augmentation:
    """How takes are varied: every take anew, by draws from these spreads.

    Attributes:
        kinds: What is varied.
        straight_adc: Reading of a straight finger, from which bends count.
        offset_adc: Standard deviation of a finger's offset.
        log_gain: The same of a finger's span, natural log of a ratio.
        rotation_deg: The same of the mount's rotation about each axis.
        angle_error_deg: The same of the angles' filter error about each axis, constant in a take;
            added to the error that was recorded.
        heading_deg: The same of the yaw, which counts from wherever the glove was switched on.
        duration: Least and greatest duration, as ratios; drawn log-uniformly.
        sequence_noise: Noise of `.npy` features, in their standard deviations.
        sequence_offset: Standard deviation of their offset, in the same.
        sequence_log_scale: Standard deviation of their scale, natural log of a ratio.
    """

    kinds: frozenset[Variation]
    straight_adc: float
    offset_adc: float
    log_gain: float
    rotation_deg: float
    angle_error_deg: float
    heading_deg: float = 45.0
    duration: tuple[float, float] = (0.25, 1.25)
    sequence_noise: float = 0.05
    sequence_offset: float = 0.1
    sequence_log_scale: float = 0.1

    def of_holds(self, holds: Sequence[Frames], rng: "Generator") -> list[Frames]:
        """Other recordings of the same holds; dead readings stay dead."""
        length = np.array([len(hold) for hold in holds])  # (B,)
        frames = Frames.concatenate(holds)
        if Variation.TIME in self.kinds:
            row, length = self._resample(length, rng)
            frames = frames[row]
        take = np.repeat(np.arange(len(length)), length)  # (all frames,)
        flex_adc, accel_g = frames.flex_adc, frames.accel_g
        orientation_deg = frames.orientation_deg
        if Variation.FLEX in self.kinds:
            flex_adc = self._another_hand(flex_adc, take, rng)
        if Variation.ROTATION in self.kinds:
            accel_g, orientation_deg = self._another_mount(accel_g, orientation_deg, take, rng)
        if Variation.NOISE in self.kinds:
            noisy = np.clip(flex_adc + _noise(flex_adc, _FLEX, rng), *USABLE_FLEX_ADC)
            flex_adc = np.where(is_dead(flex_adc), flex_adc, noisy)
            accel_g = accel_g + _noise(accel_g, _ACCEL, rng)
            orientation_deg = orientation_deg + _noise(orientation_deg, _ANGLES, rng)
        varied = Frames(frames.time_s, flex_adc, accel_g, orientation_deg)
        ends = np.cumsum(length)
        return [varied[end - n : end] for end, n in zip(ends, length, strict=True)]

    def of_sequences(self, sequences: Sequence[Array], sd: Array, rng: "Generator") -> list[Array]:
        """Other recordings of the same sequences of any features.

        Args:
            sequences: (T, F) each; T may differ.
            sd: (F,) standard deviations of the features.
            rng: What the variations are drawn from.
        """
        length = np.array([len(sequence) for sequence in sequences])  # (B,)
        values = np.concatenate(sequences)  # (all frames, F)
        if Variation.TIME in self.kinds:
            row, length = self._resample(length, rng)
            values = values[row]
        take = np.repeat(np.arange(len(length)), length)
        if Variation.FLIP in self.kinds and are_points(values):
            flipped = rng.random(len(length)) < 0.5
            values = np.where(flipped[take, None], mirrored(values, take), values)
        if Variation.SCALE in self.kinds:
            scale = np.exp(rng.normal(0, self.sequence_log_scale, (len(length), 1)))
            offset = rng.normal(0, self.sequence_offset, (len(length), len(sd))) * sd
            values = scale[take] * values + offset[take]
        if Variation.NOISE in self.kinds:
            values = values + _noise(values, self.sequence_noise * sd, rng)
        return np.split(values, np.cumsum(length)[:-1])

    def _resample(
        self, length: NDArray[np.int64], rng: "Generator"
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Which frames of joined takes are seen when each lasts longer or shorter; new lengths.

        The nearest frame and no mean of two: angles jump at ±180°.
        """
        shortest, longest = np.log(self.duration)
        ratio = np.exp(rng.uniform(shortest, longest, len(length)))
        new_length = np.maximum(np.rint(length * ratio), 1).astype(np.int64)  # (B,)
        n_before = np.cumsum(length) - length
        place = np.arange(new_length.sum()) - np.repeat(
            np.cumsum(new_length) - new_length, new_length
        )  # (all new frames,) place in its take
        step = (length - 1) / np.maximum(new_length - 1, 1)
        row = np.rint(place * np.repeat(step, new_length)).astype(np.int64)
        return row + np.repeat(n_before, new_length), new_length

    def _another_hand(self, flex_adc: Array, take: NDArray[np.int64], rng: "Generator") -> Array:
        """(n, 5) readings of fingers with another offset and span."""
        shape = (int(take[-1]) + 1, N_FINGERS)
        gain = np.exp(rng.normal(0, self.log_gain, shape))[take]  # (n, 5)
        offset = rng.normal(0, self.offset_adc, shape)[take]
        bent = self.straight_adc + gain * (flex_adc - self.straight_adc) + offset
        return np.where(is_dead(flex_adc), flex_adc, np.clip(bent, *USABLE_FLEX_ADC))

    def _another_mount(
        self, accel_g: Array, orientation_deg: Array, take: NDArray[np.int64], rng: "Generator"
    ) -> tuple[Array, Array]:
        """(n, 3) acceleration and angles of a glove that sits otherwise.

        Pitch and roll follow the gravity that they stand for, so the filter error that they were
        recorded with turns along.
        """
        n = int(take[-1]) + 1
        mount = rotations(np.radians(rng.normal(0, self.rotation_deg, (n, 3))))  # (B, 3, 3)
        error = rotations(np.radians(rng.normal(0, self.angle_error_deg, (n, 3))))
        computed = gravity_of_angles(orientation_deg)  # (n, 3)
        turned = angles_of_gravity(_turn((error @ mount)[take], computed))
        heading = orientation_deg[:, 2] + rng.normal(0, self.heading_deg, n)[take]
        turned[:, 2] = (heading + 180) % 360 - 180
        return _turn(mount[take], accel_g), turned


def mirrored(values: Array, take: NDArray[np.int64]) -> Array:
    """(n, F) features of a hand's points with left and right exchanged about the middle of a take.

    Args:
        values: (n, F) that `are_points`; all zero where there is no hand.
        take: (n,) which take every frame is of.
    """
    width = POINTS // N_POINTS if values.shape[1] == POINTS else SURE_POINTS // N_POINTS
    of_x = np.arange(0, width * N_POINTS, width)
    seen = (values != 0).any(axis=1)
    x = values[:, of_x]
    n = np.maximum(np.bincount(take, weights=seen), 1)
    middle = np.bincount(take, weights=x.mean(axis=1)) / n
    turned = values.copy()
    turned[:, of_x] = np.where(seen[:, None], 2 * middle[take, None] - x, x)
    return turned


def rotations(axis_rad: Array) -> Array:
    """(n, 3, 3) rotations about (n, 3) axes by the axes' lengths, in radians (Rodrigues)."""
    angle = np.linalg.norm(axis_rad, axis=1)[:, None, None]  # (n, 1, 1)
    x, y, z = axis_rad.T
    zero = np.zeros_like(x)
    cross = np.array([[zero, -z, y], [z, zero, -x], [-y, x, zero]]).transpose(2, 0, 1)
    # sin(a)/a and (1 - cos(a))/a² without a division by zero
    first, second = np.sinc(angle / np.pi), 0.5 * np.sinc(angle / (2 * np.pi)) ** 2
    return np.asarray(np.eye(3) + first * cross + second * cross @ cross)


def _turn(rotation: Array, vectors: Array) -> Array:
    """(n, 3) vectors, each turned by its own (n, 3, 3) rotation."""
    return np.asarray((rotation @ vectors[:, :, None])[:, :, 0])


def _noise(like: Array, sd: Array, rng: "Generator") -> Array:
    return rng.normal(0, 1, like.shape) * sd
