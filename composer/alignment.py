"""Which emission was read as what: the link from decided text back to the signal."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from jihwa.composer.arcs import NEVER, NO_TOKEN, Arcs
from jihwa.composer.beam import Hypotheses
from jihwa.composer.evidence import reading_scores
from jihwa.data.frames import Array
from jihwa.recognizer.events import Decision, Emission

RESUMED = -1
"""In place of a sign: the emission only goes on with the one before it."""


@dataclass(frozen=True, slots=True)
class Reading(Decision):
    """What one emission was read as.

    Attributes:
        sign: Which of the `readings` it was taken for.
        resumes: Whether it only goes on with the sign before it.
    """

    sign: int
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


@dataclass(frozen=True, slots=True)
class OpenEmission:
    """An emission whose reading is not decided, and its posterior once that is settled."""

    emission: Emission
    scores: Array
    posterior: _Posterior | None = None


class Alignment:
    """The emissions that are not decided yet, in order.

    Args:
        arcs: The steps that hypotheses are made of.
        n_readings: Signs of the alphabet, no sign and rest.

    Attributes:
        open: The emissions; all that an alignment remembers.
    """

    def __init__(self, arcs: Arcs, n_readings: int) -> None:
        self._arcs = arcs
        self._n_readings = n_readings
        self.open: tuple[OpenEmission, ...] = ()

    def append(self, emission: Emission, temperature: float) -> None:
        """Take in one more emission."""
        self.open += (OpenEmission(emission, reading_scores(emission, temperature)),)

    def evidence(self, arcs: NDArray[np.intp], n: int) -> Array:
        """(A,) log-likelihood of the last n emissions if read as arcs that consume n."""
        evidence = np.zeros(len(arcs))
        for place, each in enumerate(self.open[-n:]):
            evidence += each.scores[self._arcs.signs[arcs, place]]
        return evidence

    def settle(self, hypotheses: Hypotheses, lag: int) -> None:
        """Fix the posterior of the emission that has `lag` others behind it."""
        if len(self.open) > lag:
            self._posterior(hypotheses, len(self.open) - 1 - lag)

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
                emission = self.open[place].emission
                resumes = within == int(self._arcs.resumed[arc])
                readings.append(Reading(emission, posterior.readings, sign, resumes))
                confidence = min(confidence, float(posterior.arcs[arc]))
                place += 1
            token = int(self._arcs.token[arc])
            steps.append(Step(None if token == NO_TOKEN else token, tuple(readings), confidence))
        self.open = self.open[place:]
        return tuple(steps)

    def read(self, hypotheses: Hypotheses) -> tuple[int, ...]:
        """What the best hypothesis takes each open emission for; `RESUMED` where it goes on."""
        read: list[int] = []
        for arc in hypotheses.history[0, : hypotheses.length[0]].tolist():
            signs = self._arcs.signs[arc, : self._arcs.consumed[arc]].tolist()
            if self._arcs.resumed[arc] != NEVER:
                signs[self._arcs.resumed[arc]] = RESUMED
            read += signs
        return tuple(read)

    def _posterior(self, hypotheses: Hypotheses, place: int) -> _Posterior:
        """The posterior of an open emission: as it was when settled, or as it is now."""
        each = self.open[place]
        if each.posterior is not None:
            return each.posterior
        posterior = self._consult(hypotheses, place)
        settled = replace(each, posterior=posterior)
        self.open = (*self.open[:place], settled, *self.open[place + 1 :])
        return posterior

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
