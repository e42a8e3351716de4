"""Hands that a camera sees, made up: points of a pose, and a hand of the shipped statistics."""

import json

import numpy as np

from jihwa.data.signal.landmarks import ADC_PER_RAD, ASPECTS, N_POINTS, STRAIGHT_ADC
from jihwa.data.synthesis.hands import HandStatistics, SyntheticHand
from jihwa.models.bundle import Bundle
from jihwa.models.features import FLEX, GRAVITY

AXES = [f"{axis}{point}" for point in range(21) for axis in "xyz"]
"""The columns of a file of points."""

_KNUCKLES = np.array([[0.5, 0.6], [1.0, 0.3], [1.0, 0.0], [0.95, -0.25], [0.85, -0.45]])
"""(5, 2) where fingers begin, along the palm and across it to the index finger, in palms."""
_BONES = (0.45, 0.3, 0.25)


def points(
    bends, gravity, *, size=0.1, at=(0.5, 0.4), mirrored=False, aspect=ASPECTS[0]
) -> np.ndarray:
    """(n, 21, 3) as shares of a picture, of (n, 5) bends (rad) and (n, 3) gravity.

    A finger bends by half at each of its outer joints, and a little where it begins.
    """
    hand = np.zeros((len(bends), N_POINTS, 3))
    for finger, (along, across) in enumerate(_KNUCKLES):
        here = np.tile([along, across, 0.0], (len(bends), 1))
        for joint, bone in enumerate((0.0, *_BONES)):
            angle = 0.2 + bends[:, finger] * max(joint - 1, 0) / 2
            step = np.stack([np.cos(angle), np.zeros(len(bends)), np.sin(angle)], axis=1)
            here = here + bone * step
            hand[:, 1 + 4 * finger + joint] = here
    down = gravity / np.linalg.norm(gravity, axis=1, keepdims=True)
    helper = np.where(np.abs(down[:, :1]) < 0.9, [1.0, 0.0, 0.0], [0.0, 1.0, 0.0])
    right = np.cross(down, helper)
    right /= np.linalg.norm(right, axis=1, keepdims=True)
    picture = np.stack([right, down, np.cross(right, down)], axis=1)  # (n, 3, 3) rows x, y, z
    seen = size * hand @ picture.transpose(0, 2, 1) * (-1 if mirrored else 1, 1, 1)
    return seen * (1, aspect, 1) + (*at, 0)


def seen_hand(bundle: Bundle, wearer: int) -> SyntheticHand:
    """A stranger's hand as a camera sees it, by the statistics of the shipped model."""
    gaussian = bundle.gaussian
    flex = bundle.extractor.unwarp(gaussian.mean[:, FLEX])
    mean = np.hstack([flex, gaussian.mean[:, GRAVITY]])[:, None]  # (S, 1, 8)
    take_sd = np.array([4.0] * 5 + [0.03] * 3)
    statistics = HandStatistics(np.array(bundle.alphabet.signs), mean, take_sd)
    return SyntheticHand(statistics, bundle.alphabet, np.random.default_rng(wearer))


def points_of(frames, *, mirrored=False) -> np.ndarray:
    """(n, 21, 3) points of a hand that a glove would send these frames of."""
    bends = np.clip((frames.flex_adc - STRAIGHT_ADC) / ADC_PER_RAD, 0, 3)
    return points(bends, frames.accel_g, mirrored=mirrored)


def rows(hand: np.ndarray) -> list[str]:
    """The lines of a file, of (n, 21, 3) points."""
    return [",".join(map(repr, row)) for row in hand.reshape(len(hand), -1).tolist()]


def hand(closes, rng) -> np.ndarray:
    """(20, 21, 3) points of a hand that opens or closes."""
    bend = np.linspace(0.2, 2.2, 20)[:: 1 if closes else -1, None] + rng.normal(0, 0.02, (20, 5))
    return points(bend, np.tile([-1.0, 0.0, 0.3], (20, 1)), at=rng.uniform(0.3, 0.6, 2))


def camera_lines(hands, start_s=0.0) -> str:
    """The lines of a camera of (n, 21, 3) shares of a picture; zeros are no hand."""
    rows = (hands * (640, 360, 640)).round(3).reshape(-1, 63).tolist()
    return "".join(
        json.dumps(
            {
                "timestamp": round(start_s + 0.03 * at, 3),
                "picture": [640, 360],
                "landmarks": row if any(row) else [],
            }
        )
        + "\n"
        for at, row in enumerate(rows)
    )


def shown_words(*closes) -> np.ndarray:
    """(n, 21, 3) points of hands that open or close, with nobody to be seen around them."""
    rng = np.random.default_rng(1)
    parts = [part for each in closes for part in (np.zeros((10, 21, 3)), hand(each, rng))]
    return np.concatenate([*parts, np.zeros((10, 21, 3))])
