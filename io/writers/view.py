"""What there is to look at in a recorded session besides its text."""

from collections.abc import Mapping, Sequence
from functools import cached_property

import numpy as np

from jihwa.composer.transcript import Sign
from jihwa.data import gravity
from jihwa.data.alphabet import Alphabet
from jihwa.data.clock import GAP_S
from jihwa.data.frames import Array, Frames
from jihwa.data.monitor import SensorMonitor
from jihwa.data.spelling import SpelledSign
from jihwa.io.writers.document import Document, Signal
from jihwa.recognizer.energy import EnergyOptions, MovementEnergy
from jihwa.recognizer.events import Emission, readings

_LIKELIEST = 5


class SessionView:
    """A document, and what can be seen in its signal; without one there is nothing to see.

    Args:
        document: What to look at.

    Attributes:
        document: As given.
        frames: The signal as it was recorded.
    """

    def __init__(self, document: Document) -> None:
        signal = document.signal or Signal(Frames.empty(), (), Alphabet("none", ()))
        self.document = document
        self.frames = signal.frames
        self._emissions, self._alphabet = signal.emissions, signal.alphabet

    @cached_property
    def believed(self) -> Frames:
        """The signal as the recogniser saw it: NaN where a sensor was left out."""
        return SensorMonitor().feed(self.frames)

    @cached_property
    def gravity_g(self) -> Array:
        """(n, 3) the direction of gravity, from acceleration or else from angles."""
        return gravity.of(self.believed)

    @cached_property
    def energy(self) -> Array:
        """(n,) movement energy; infinite where nothing can be told."""
        measured = MovementEnergy(EnergyOptions())
        parts = [np.empty(0)]
        for rows in np.split(np.arange(len(self.frames)), self._breaks):
            measured.interrupt()
            parts.append(measured.feed(self.believed[rows]))
        return np.concatenate(parts)

    @property
    def gaps(self) -> list[tuple[float, float]]:
        """Where the signal is missing, in seconds."""
        time_s = self.frames.time_s
        return [(float(time_s[row - 1]), float(time_s[row])) for row in self._breaks]

    @property
    def _breaks(self) -> list[int]:
        rows: list[int] = (np.flatnonzero(np.diff(self.frames.time_s) > GAP_S) + 1).tolist()
        return rows

    @property
    def held(self) -> Sequence[SpelledSign]:
        """The letters that were really held, where that is known."""
        compared = self.document.comparison
        return (compared.truth.signs or ()) if compared else ()

    def seen(self, sign: Sign) -> Sequence[tuple[str, float]]:
        """What the hand looked like where a sign was read, text aside: the likeliest readings."""
        emission = self._by_start.get(sign.start_s)
        if emission is None:
            return ()
        scores = emission.of_readings  # (S + 2,)
        share = np.exp(scores - np.logaddexp.reduce(scores))
        names = readings(self._alphabet)
        best = np.argsort(-share, kind="stable")[:_LIKELIEST].tolist()
        return [(names[i], float(share[i])) for i in best]

    @cached_property
    def _by_start(self) -> Mapping[float, Emission]:
        return {emission.segment.start_s: emission for emission in self._emissions}
