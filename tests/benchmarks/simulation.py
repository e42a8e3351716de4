"""A classifier that does not exist: emissions of signs as one of a given accuracy would give them.

Every sign has a random prototype in a space of eight dimensions, an observation is the prototype
plus heavy-tailed noise (Student t), scaled until the given share of observations is nearest to its
own prototype, and the likelihoods are the exact ones of that noise. 2 % of the signs are lost and
2 % random ones are inserted. There are no pauses and no rest.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from jihwa.data.alphabet import Alphabet
from jihwa.data.signal.frames import Array, Frames
from jihwa.recognizer.events import Emission, Segment

TOP1 = (0.75, 0.90, 0.95)
"""The accuracies that benchmarks look at."""
DIMENSIONS = 8
DEGREES_OF_FREEDOM = 4.0
INSERTED = MISSED = 0.02


class SimulatedClassifier:
    """Draws emissions.

    Args:
        n_signs: How many signs there are.
        top1: Share of observations whose sign is the likeliest.
        seed: Of prototypes and noise.
    """

    def __init__(self, n_signs: int, top1: float, seed: int = 0) -> None:
        self._prototypes = np.random.default_rng(seed).normal(size=(n_signs, DIMENSIONS))
        low, high = 0.01, 3.0
        for _ in range(20):
            self._noise = (low + high) / 2
            low, high = (low, self._noise) if self.top(1) < top1 else (self._noise, high)
        self._rng = np.random.default_rng(seed + 1)

    def top(self, k: int) -> float:
        """Share of observations whose sign is among the k likeliest."""
        rng = np.random.default_rng(99)
        signs = rng.integers(len(self._prototypes), size=4000)
        log_likelihood = self._log_likelihood(signs, rng)
        own = np.take_along_axis(log_likelihood, signs[:, None], axis=1)
        return float(((log_likelihood > own).sum(axis=1) < k).mean())

    def emissions(self, signs: Sequence[int]) -> list[Emission]:
        """Emissions of signs, some lost and some inserted, without any pause."""
        shown: list[int] = []
        for sign in signs:
            if self._rng.random() >= MISSED:
                shown.append(sign)
            if self._rng.random() < INSERTED:
                shown.append(int(self._rng.integers(len(self._prototypes))))
        rows = self._log_likelihood(np.array(shown, dtype=np.intp), self._rng)
        return [
            Emission(
                segment=Segment(float(i), float(i), gap_s=np.nan, frames=Frames.empty()),
                log_likelihood=row,
                rest=-np.inf,
                no_sign=float(np.logaddexp.reduce(row) - np.log(len(row))),
            )
            for i, row in enumerate(rows)
        ]

    def _log_likelihood(self, signs: NDArray[np.intp], rng: np.random.Generator) -> Array:
        noise = rng.standard_t(DEGREES_OF_FREEDOM, size=(len(signs), DIMENSIONS))
        seen = self._prototypes[signs] + self._noise * noise  # (N, D)
        distance = (seen[:, None] - self._prototypes) / self._noise  # (N, S, D)
        tails = np.log1p(distance**2 / DEGREES_OF_FREEDOM).sum(axis=2)  # (N, S)
        log_likelihood: Array = -(DEGREES_OF_FREEDOM + 1) / 2 * tails
        return log_likelihood


def spelled(line: str, alphabet: Alphabet) -> list[int]:
    """The indices of the signs of a text, without spaces."""
    return [alphabet.index[sign] for sign in alphabet.spell(line.replace(" ", ""))]
