"""What the hand holds right now, for the eye alone; no text comes of it."""

import numpy as np

from jihwa.data.frames import Array
from jihwa.io.live.state import Hold
from jihwa.recognizer.events import Emission, readings
from jihwa.recognizer.recognizer import Recognizer

READ_EVERY_S = 0.1
"""How often a hold is classified while it goes on."""
_LETTERS = 3
RESTING = 0.5
"""Probability of rest or no sign from which a hold is no letter."""


class HoldReader:
    """Classifies the hold that goes on, seldom enough to cost little.

    Args:
        recognizer: Knows it.
    """

    def __init__(self, recognizer: Recognizer) -> None:
        self._recognizer = recognizer
        self._labels = readings(recognizer.alphabet)
        self._letters: tuple[tuple[str, float], ...] = ()
        self._read = (-np.inf, -np.inf)  # the start of the hold that was read, and when

    def hold(self, now_s: float) -> Hold | None:
        """The hold that goes on; None while the hand moves.

        Args:
            now_s: Now, on `time.monotonic()`.
        """
        held = self._recognizer.hold
        if held is None:
            return None
        start_s, read_s = self._read
        if held.segment.start_s != start_s or now_s - read_s >= READ_EVERY_S:
            share = _posterior(*self._recognizer.read(held.segment))
            best = np.argsort(-share, kind="stable")[:_LETTERS].tolist()
            self._letters = tuple((self._labels[i], float(share[i])) for i in best)
            self._read = (held.segment.start_s, now_s)
        return Hold(self._letters, held.duration_s, held.acceptance)


def is_rest(emission: Emission) -> bool:
    """Whether a hold is more likely rest, or no sign, than a letter."""
    return float(_posterior(emission)[-2:].sum()) >= RESTING


def _posterior(emission: Emission) -> Array:
    scores = emission.of_readings  # (S + 2,)
    posterior: Array = np.exp(scores - np.logaddexp.reduce(scores))
    return posterior
