"""Hands that do something else than spell: poses and movements drawn by lot."""

import numpy as np
from numpy.random import Generator

from jihwa.data.signal.frames import N_FINGERS, Array, Frames
from jihwa.data.synthesis import motion
from jihwa.data.synthesis.hands import (
    LOWERED_G,
    RELAXED_FLEX_ADC,
    HandStatistics,
    RestingHand,
    sense,
)
from jihwa.data.synthesis.pace import Range, Trouble

RATE_HZ = 33.0
SESSION_S = 60.0

DOINGS: dict[str, tuple[Range, Range]] = {
    "gestures": ((0.0, 0.6), (0.2, 0.7)),
    "fingers": ((0.1, 0.8), (0.15, 0.5)),
    "typing": ((0.0, 0.2), (0.08, 0.25)),
    "scratching": ((0.0, 0.15), (0.1, 0.3)),
    "walking": ((0.0, 0.1), (0.35, 0.6)),
    "resting": ((0.5, 3.0), (0.4, 1.0)),
}
"""What a hand does, how long it holds a pose, and how long it takes to the next, in seconds."""


class IdleHand(RestingHand):
    """A hand that does something else than spell.

    Args:
        doing: One of `DOINGS`.
        rng: Draws everything.
    """

    rate_hz = RATE_HZ

    def __init__(self, doing: str, rng: Generator) -> None:
        super().__init__(rng)
        self._doing, self._rng = doing, rng
        means = HandStatistics.load().mean[..., :N_FINGERS]  # (S, 5, 5)
        self._straight, self._bent = means.min(axis=(0, 1)), means.max(axis=(0, 1))
        self._usual = np.hstack([rng.uniform(self._straight, self._bent), rng.normal(size=3)])

    def session(self, duration_s: float = SESSION_S) -> Frames:
        """What a glove sends of it."""
        hold_s, move_s = DOINGS[self._doing]
        holds, moves, planned_s = [], [], 0.0
        while planned_s < duration_s:
            held_s = self._rng.uniform(*hold_s)
            pose = np.tile(self._pose(), (int(np.ceil(held_s * RATE_HZ)) + 1, 1))
            holds.append(motion.Hold(held_s, sense(pose, self._rng), None))
            moves.append(motion.Movement(self._rng.uniform(*move_s)))
            planned_s += held_s + moves[-1].duration_s
        course = motion.Motion(holds, moves[:-1])
        time_s = motion.ticks_s(course.edges_s[-1], RATE_HZ, Trouble(), self._rng)
        signal = course.read_at(time_s, self, self._rng)
        signal += motion.sway(time_s, motion.TREMOR_HZ, motion.TREMOR, self._rng)
        return motion.sensed(time_s, signal, Trouble(), self._rng)

    def hold(self, sign: str, n: int, rng: Generator) -> Array:
        """(n, 11) samples of rest: it holds no sign."""
        return self.rest(n, rng)

    def _pose(self) -> Array:
        """(8,) the next pose."""
        flex, gravity = np.split(self._usual, [N_FINGERS])
        anyhow = self._rng.uniform(self._straight, self._bent)
        match self._doing:
            case "gestures":
                return self._near(anyhow, self._rng.normal(size=3))
            case "fingers":
                finger = self._rng.random(N_FINGERS) < 0.5
                return self._near(np.where(finger, self._straight, self._bent), gravity, 10, 0.08)
            case "typing":
                return self._near(flex, gravity, 25, 0.08)
            case "scratching":
                return self._near(flex, gravity, 15, 0.35)
            case "walking":
                return self._near(RELAXED_FLEX_ADC, LOWERED_G, 12, 0.4)
            case _:
                rests = self._rng.random() < 0.6
                if rests:
                    return self._near(RELAXED_FLEX_ADC, LOWERED_G, 3, 0.03)
                return self._near(anyhow, self._rng.normal(size=3))

    def _near(self, flex: Array, gravity: Array, by_adc: float = 0.0, by_g: float = 0.0) -> Array:
        """(8,) a pose near another one."""
        gravity = gravity / np.linalg.norm(gravity) + self._rng.normal(0, by_g, 3)
        flex = np.clip(flex + self._rng.normal(0, by_adc, N_FINGERS), self._straight, self._bent)
        return np.hstack([flex, gravity / np.linalg.norm(gravity)])
