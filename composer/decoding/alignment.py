"""Which emission was read as what: the link from decided text back to the signal."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from jihwa.composer.decoding.arcs import NO_TOKEN
from jihwa.composer.decoding.evidence import reading_scores
from jihwa.composer.decoding.hypotheses import Stack, Trail, shares, steps_of
from jihwa.composer.decoding.lattice import Edge
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
class AlignedToken:
    """One decided token, and the emissions that spelled it.

    Attributes:
        token: What is written; None for rest and for a segment that is no sign.
        readings: Its emissions; none for a space and for a letter that was missed.
        confidence: Probability of the token among what was possible; 1 where it has no emission.
    """

    token: int | None
    readings: tuple[Reading, ...]
    confidence: float


def unmasked(only: AlignedToken, temperature: float) -> AlignedToken:
    """A token that was the only one possible, with what its emissions themselves say.

    Args:
        only: Of a search in which only the best reading of an emission counts.
        temperature: As for `reading_scores`.
    """
    readings = []
    confidence = only.confidence
    for each in only.readings:
        scores = np.exp(reading_scores(each.emission, temperature))  # S + 2
        posterior = scores / scores.sum()
        readings.append(replace(each, posterior=posterior))
        confidence *= float(posterior[each.sign])
    return AlignedToken(only.token, tuple(readings), confidence)


def written(alignment: Iterable[AlignedToken]) -> tuple[int, ...]:
    """The tokens that are written."""
    return tuple(each.token for each in alignment if each.token is not None)


@dataclass(frozen=True, slots=True)
class Posterior:
    """What the hypotheses of a stack take one emission for.

    Attributes:
        readings: (S + 2,) probability of every reading if it is an emission at all.
        arcs: Probability of every arc that consumes it, by the arc's number.
    """

    readings: Array
    arcs: Mapping[int, float]


FinalPosteriors = Mapping[Edge, Posterior]
"""Of emissions that the beam will no longer tell apart."""


def posteriors(stack: Stack, edges: Iterable[Edge], n_readings: int) -> dict[Edge, Posterior]:
    """What some hypotheses take open emissions for, each weighed by its mass.

    Args:
        stack: The hypotheses.
        edges: The emissions.
        n_readings: Signs of the alphabet, no sign and rest.
    """
    found: dict[Edge, Posterior] = {}
    for edge, (signs, arcs) in shares(stack, edges).items():
        # One that no hypothesis has any more speaks for itself.
        each = np.array([signs.get(sign, 0.0) for sign in range(n_readings)])
        each = each if each.any() else np.exp(edge.seen.scores)
        found[edge] = Posterior(each / each.sum(), arcs)
    return found


def aligned(
    trail: Trail | None, stack: Stack, final: FinalPosteriors, n_readings: int
) -> tuple[AlignedToken, ...]:
    """The tokens of a trail, with what the emissions of each may have been.

    Args:
        trail: The last of the steps.
        stack: Hypotheses that tell the emissions apart that are not final.
        final: What is known for good of the others.
        n_readings: Signs of the alphabet, no sign and rest.
    """
    trails = steps_of(trail)
    others = (edge for each in trails for edge in each.path if edge not in final)
    known = {**final, **posteriors(stack, others, n_readings)}
    alignment = []
    for each in trails:
        arc, of = each.arc, [known[edge] for edge in each.path]
        readings = tuple(
            Reading(edge.emission, posterior.readings, sign, edge.end - edge.begin)
            for edge, posterior, sign in zip(each.path, of, arc.signs, strict=True)
        )
        confidence = min((posterior.arcs.get(arc.number, 0.0) for posterior in of), default=1.0)
        token = None if arc.token == NO_TOKEN else arc.token
        alignment.append(AlignedToken(token, readings, min(1.0, confidence)))
    return tuple(alignment)


def doubted(
    alignment: Sequence[AlignedToken],
    trail: Trail | None,
    stack: Stack,
    final: FinalPosteriors,
    n_readings: int,
) -> tuple[AlignedToken, ...]:
    """The tokens of a text that has ended; a letter is doubted where the end dropped the next one.

    A text that is cut off within a word (감사합|니다) is read as one that ends with a word, and
    what was shown last perhaps as no sign. As likely as it was a sign before the text had to end,
    so likely is it that something is missing.

    Args:
        alignment: The `aligned` tokens of the trail.
        trail: The last of them.
        stack: Hypotheses from before the text had to end.
        final: What had been known for good.
        n_readings: Signs of the alphabet, no sign and rest.
    """
    dropped = {
        edge: at
        for at, each in enumerate(steps_of(trail))
        for edge in each.path
        if each.arc.token == NO_TOKEN and edge not in final
    }
    more = list(alignment)
    for edge, before in posteriors(stack, dropped, n_readings).items():
        places = range(dropped[edge], -1, -1)
        at = next((at for at in places if more[at].token is not None), None)
        if at is not None:
            no_letter = 1.0 - float(before.readings[:-2].sum())
            more[at] = replace(more[at], confidence=min(more[at].confidence, no_letter))
    return tuple(more)
