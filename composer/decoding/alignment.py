"""Which emission was read as what: the link from decided text back to the signal."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from jihwa.composer.decoding.arcs import NO_TOKEN, Arcs
from jihwa.composer.decoding.hypotheses import Hypotheses
from jihwa.composer.decoding.lattice import Edge, Lattice, Path
from jihwa.data.signal.frames import Array
from jihwa.recognizer.events import Decision


class Taken(NamedTuple):
    """Which of the `readings` an emission is taken for, and its span."""

    sign: int
    span: int


@dataclass(frozen=True, slots=True)
class Reading(Decision):
    """What one emission was read as.

    Attributes:
        sign: Which of the `readings` it was taken for.
        span: Boundaries of the lattice from its begin to its end.
    """

    sign: int
    span: int = 1

    def for_certain(self) -> Decision:
        """The same once somebody who knows has said so."""
        posterior = np.zeros_like(self.posterior)
        posterior[self.sign] = 1.0
        return Decision(self.emission, posterior)

    @property
    def taken(self) -> Taken:
        """The reading alone."""
        return Taken(self.sign, self.span)


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
    """Of one emission: (S + 2,) of every reading if it is one, and (A,) of every arc."""

    readings: Array
    arcs: Array


Settled = Mapping[Edge, _Posterior]
"""Posteriors of emissions that the beam will no longer tell apart."""


class Alignment:
    """The emissions that are not decided yet, and what the hypotheses take them for.

    Args:
        arcs: The steps that hypotheses are made of.
        n_readings: Signs of the alphabet, no sign and rest.

    Attributes:
        lattice: The emissions.
        settled: What is known for good of some of them.
    """

    def __init__(self, arcs: Arcs, n_readings: int) -> None:
        self._arcs = arcs
        self._n_readings = n_readings
        self.lattice = Lattice()
        self.settled: Settled = {}

    def settle(self, hypotheses: Hypotheses, lag: int) -> None:
        """Fix the posteriors of the emissions that end `lag` boundaries before the newest one."""
        for edge in self.lattice.edges.get(self.lattice.last - lag, ()):
            self._posterior(hypotheses, edge)

    def take(self, hypotheses: Hypotheses, length: int) -> tuple[Step, ...]:
        """Decide the first steps of the best hypothesis; their emissions are open no more."""
        steps = self.steps(hypotheses, 0, length)
        for _, path in self._taken(hypotheses, 0, length):
            if path:
                self.lattice = self.lattice.decided(path)
        self.settled = {e: p for e, p in self.settled.items() if e.end > self.lattice.first}
        return steps

    def steps(self, hypotheses: Hypotheses, row: int, length: int) -> tuple[Step, ...]:
        """The first steps of a hypothesis."""
        steps: list[Step] = []
        for arc, path in self._taken(hypotheses, row, length):
            readings: list[Reading] = []
            confidence = 1.0
            for place, edge in enumerate(path.edges if path else ()):
                posterior = self._posterior(hypotheses, edge)
                sign = int(self._arcs.signs[arc, place])
                span = edge.end - edge.begin
                readings.append(Reading(edge.emission, posterior.readings, sign, span))
                confidence = min(confidence, float(posterior.arcs[arc]))
            token = int(self._arcs.token[arc])
            steps.append(Step(None if token == NO_TOKEN else token, tuple(readings), confidence))
        return tuple(steps)

    def _taken(
        self, hypotheses: Hypotheses, row: int, length: int
    ) -> Iterator[tuple[int, Path | None]]:
        """The first steps of a hypothesis: arcs, and the path that each consumes."""
        arcs, paths = hypotheses.history[row, :length], hypotheses.paths[row, :length]
        for arc, path in zip(arcs.tolist(), paths.tolist(), strict=True):
            yield arc, self.lattice.paths.get(path)

    def _posterior(self, hypotheses: Hypotheses, edge: Edge) -> _Posterior:
        """The posterior of an open emission: as it was when settled, or as it is now."""
        if edge not in self.settled:
            self.settled = {**self.settled, edge: self._consult(hypotheses, edge)}
        return self.settled[edge]

    def _consult(self, hypotheses: Hypotheses, edge: Edge) -> _Posterior:
        paths = self.lattice.paths.values()
        places = {path.number: path.edges.index(edge) for path in paths if edge in path.edges}
        within = np.full(self.lattice.drawn + 2 - min(places), -1)  # (N,) place of the edge, or -1
        within[[number + 1 - min(places) for number in places]] = list(places.values())
        number = hypotheses.paths[:, : hypotheses.length.max()]  # (H, L)
        place = within[np.maximum(number + 1 - min(places), 0)]  # (H, L)
        row, column = np.nonzero(place >= 0)
        arc, weight = hypotheses.history[row, column], hypotheses.posterior[row]
        sign = self._arcs.signs[arc, place[row, column]]
        readings = np.bincount(sign, weight, self._n_readings)
        arcs = np.bincount(arc, weight, len(self._arcs))
        if not readings.any():  # no hypothesis has this emission any more: it speaks for itself
            readings = np.exp(edge.seen.scores)
        return _Posterior(readings / readings.sum(), arcs.astype(np.float64, copy=False))
