"""All there is to look at of a recorded session: the signal, what was seen in it, the text."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from jihwa.composer.transcript import Sign, Transcript, Update
from jihwa.data import gravity
from jihwa.data.alphabet import Alphabet
from jihwa.data.clock import GAP_S
from jihwa.data.frames import Array, Frames
from jihwa.data.monitor import SensorMonitor
from jihwa.data.spelling import SpelledSign
from jihwa.io.writers import Document
from jihwa.recognizer.energy import EnergyOptions, MovementEnergy
from jihwa.recognizer.events import Emission, readings

_LIKELIEST = 5


class Watch:
    """Keeps what an engine sees of a recording; a sink of that engine."""

    def __init__(self) -> None:
        self.frames: list[Frames] = []
        self.emissions: list[Emission] = []

    def follow(self, source: Iterable[Frames]) -> Iterator[Frames]:
        """The chunks of one recording, which are kept; what was kept before is forgotten."""
        self.frames, self.emissions = [], []
        for frames in source:
            self.frames.append(frames)
            yield frames

    def update(self, update: Update, emission: Emission | None) -> None:
        """Keep what a hold looked like."""
        if emission is not None:
            self.emissions.append(emission)

    def finish(self, transcript: Transcript) -> None:
        """Nothing more comes."""


@dataclass(frozen=True)
class ReviewedSession:
    """A recording and what became of it.

    Attributes:
        document: The text and its parts.
        frames: The signal as it was recorded.
        emissions: Every hold as it looked by itself, whatever the text made of it.
        alphabet: The signs that it was read with.
    """

    document: Document
    frames: Frames
    emissions: tuple[Emission, ...]
    alphabet: Alphabet

    @classmethod
    def of(cls, document: Document, watch: Watch, alphabet: Alphabet) -> "ReviewedSession":
        """What was kept of a recording."""
        return cls(document, Frames.concatenate(watch.frames), tuple(watch.emissions), alphabet)

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
        names = readings(self.alphabet)
        best = np.argsort(-share, kind="stable")[:_LIKELIEST].tolist()
        return [(names[i], float(share[i])) for i in best]

    @cached_property
    def _by_start(self) -> Mapping[float, Emission]:
        return {emission.segment.start_s: emission for emission in self.emissions}
