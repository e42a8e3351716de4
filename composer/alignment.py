"""Which emission was read as what: the link from decided text back to the signal."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jihwa.composer.arcs import NO_TOKEN, Arcs
from jihwa.composer.beam import Hypotheses
from jihwa.composer.evidence import reading_scores
from jihwa.data.frames import Array
from jihwa.recognizer.events import Emission


@dataclass(frozen=True, slots=True)
class Reading:
    """What one emission was read as.

    Attributes:
        emission: The emission.
        sign: Which of the `readings` it was taken for.
        posterior: (S + 2,) probability of every reading, all other evidence considered.
        resumes: Whether it only goes on with the sign before it.
    """

    emission: Emission
    sign: int
    posterior: Array
    resumes: bool


@dataclass(frozen=True, slots=True)
class Step:
    """One decided step: a token, and the emissions that spelled it.

    Attributes:
        token: What is written; None for rest and for a segment that is no sign.
        readings: Its emissions; none for a space and for a letter that was missed.
        confidence: Probability of the step among what was possible; 1 where it has no emission.
    """

    token: int | None
    readings: tuple[Reading, ...]
    confidence: float


@dataclass(frozen=True, slots=True)
class _Posterior:
    """(S + 2,) of every reading and (A,) of every arc, for one emission."""

    readings: Array
    arcs: Array


@dataclass(slots=True)
class _Open:
    """An emission whose reading is not decided, and its posterior once that is settled."""

    emission: Emission
    scores: Array
    posterior: _Posterior | None = None


class Alignment:
    """The emissions that are not decided yet, in order.

    Args:
        arcs: The steps that hypotheses are made of.
        n_readings: Signs of the alphabet, no sign and rest.
    """

    def __init__(self, arcs: Arcs, n_readings: int) -> None:
        self._arcs = arcs
        self._n_readings = n_readings
        self._open: list[_Open] = []

    def append(self, emission: Emission, temperature: float) -> None:
        """Take in one more emission."""
        self._open.append(_Open(emission, reading_scores(emission, temperature)))

    def evidence(self, arcs: NDArray[np.intp], n: int) -> Array:
        """(A,) log-likelihood of the last n emissions if read as arcs that consume n."""
        evidence = np.zeros(len(arcs))
        for place, each in enumerate(self._open[-n:]):
            evidence += each.scores[self._arcs.signs[arcs, place]]
        return evidence

    def settle(self, hypotheses: Hypotheses, lag: int) -> None:
        """Fix the posterior of the emission that has `lag` others behind it."""
        if len(self._open) > lag:
            self._posterior(hypotheses, len(self._open) - 1 - lag)

    def take(self, hypotheses: Hypotheses, length: int) -> tuple[Step, ...]:
        """Decide the first steps of the best hypothesis; their emissions are open no more."""
        steps: list[Step] = []
        place = 0
        for arc in hypotheses.history[0, :length].tolist():
            readings: list[Reading] = []
            confidence = 1.0
            signs = self._arcs.signs[arc, : self._arcs.consumed[arc]].tolist()
            for within, sign in enumerate(signs):
                posterior = self._posterior(hypotheses, place)
                emission = self._open[place].emission
                resumes = within == self._arcs.resumed[arc]
                readings.append(Reading(emission, sign, posterior.readings, bool(resumes)))
                confidence = min(confidence, float(posterior.arcs[arc]))
                place += 1
            token = int(self._arcs.token[arc])
            steps.append(Step(None if token == NO_TOKEN else token, tuple(readings), confidence))
        del self._open[:place]
        return tuple(steps)

    def _posterior(self, hypotheses: Hypotheses, place: int) -> _Posterior:
        """The posterior of an open emission: as it was when settled, or as it is now."""
        each = self._open[place]
        if each.posterior is None:
            each.posterior = self._consult(hypotheses, place)
        return each.posterior

    def _consult(self, hypotheses: Hypotheses, place: int) -> _Posterior:
        weights = np.exp(hypotheses.score - np.logaddexp.reduce(hypotheses.score))  # (H,)
        rows = np.arange(len(hypotheses))
        taken = np.arange(hypotheses.length.max()) < hypotheses.length[:, None]  # (H, L)
        history = hypotheses.history[:, : taken.shape[1]]
        consumed = np.cumsum(self._arcs.consumed[history] * taken, axis=1)  # (H, L)
        column = (consumed <= place).sum(axis=1)
        arc = history[rows, column]
        within = place - (consumed[rows, column] - self._arcs.consumed[arc])
        return _Posterior(
            readings=_histogram(self._arcs.signs[arc, within], weights, self._n_readings),
            arcs=_histogram(arc, weights, len(self._arcs)),
        )


def _histogram(values: NDArray[np.int16], weights: Array, n: int) -> Array:
    """(n,) the summed weight of every value."""
    return np.bincount(values, weights, n).astype(np.float64, copy=False)
