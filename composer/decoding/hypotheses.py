"""Hypotheses: readings of the same stretch of signal, and how each came about.

A hypothesis points at its last step, and every step at the one before it, so hypotheses share what
they have in common. What all of them agree on is their last common ancestor:

    ㄱ ◀── ㅏ ◀── ㄴ ◀── ㅏ      가나
            ▲
            └──── ㅇ ◀── ㅏ      가아      all agree on ㄱ ㅏ
"""

import math
from collections.abc import Iterable, Iterator

from jihwa.composer.decoding.arcs import NO_TOKEN, Arc
from jihwa.composer.decoding.evidence import log_add
from jihwa.composer.decoding.lattice import Edge, Path
from jihwa.composer.language.token_model import ModelState


class Trail:
    """The last of the steps that a hypothesis is made of; never changed.

    Attributes:
        before: The step before it; None for the first one that is not committed.
        arc: What was done.
        path: The emissions that it consumed.
        length: Steps up to this one.
    """

    __slots__ = ("arc", "before", "length", "path")

    def __init__(self, before: "Trail | None", arc: Arc, path: Path) -> None:
        self.before, self.arc, self.path = before, arc, path
        self.length: int = before.length + 1 if before is not None else 1


class Hypothesis:
    """One reading of the signal up to a boundary, and how it may go on; never changed.

    Attributes:
        score: Natural log of the joint probability.
        mass: The same, summed over all hypotheses that became this one by recombination.
        state: Its grammar `State`.
        letter: Token of the lone letter that it ends in; 0 where it ends in none.
        model: What the language model expects behind it.
        written: Equal for those that wrote the same; tells them apart where there is no
            recombination, and is 0 where there is.
        spelled: Whether the word at the end is what was shown, sign for sign.
        trail: Its last step since the last commit; None where there is none.
    """

    __slots__ = ("letter", "mass", "model", "score", "spelled", "state", "trail", "written")

    def __init__(
        self,
        score: float,
        mass: float,
        state: int,
        letter: int,
        model: ModelState,
        written: int,
        spelled: bool,
        trail: Trail | None,
    ) -> None:
        self.score, self.mass, self.state, self.letter = score, mass, state, letter
        self.model, self.written, self.spelled, self.trail = model, written, spelled, trail

    @property
    def length(self) -> int:
        """Steps since the last commit."""
        return self.trail.length if self.trail is not None else 0

    def but(self, *, score: float | None = None, state: int | None = None) -> "Hypothesis":
        """The same with another score, which its mass follows, or in another state."""
        score = self.score if score is None else score
        return Hypothesis(
            score,
            self.mass + (score - self.score),
            self.state if state is None else state,
            *(self.letter, self.model, self.written, self.spelled, self.trail),
        )

    def weighing(self, mass: float) -> "Hypothesis":
        """The same with another mass."""
        return Hypothesis(
            *(self.score, mass, self.state, self.letter),
            *(self.model, self.written, self.spelled, self.trail),
        )

    def along(self, trail: Trail | None) -> "Hypothesis":
        """The same with other steps behind it."""
        return Hypothesis(
            *(self.score, self.mass, self.state, self.letter),
            *(self.model, self.written, self.spelled, trail),
        )


Stack = tuple[Hypothesis, ...]
"""Hypotheses that have read the signal up to the same boundary, best first."""


def steps_of(trail: Trail | None) -> list[Trail]:
    """The steps of a trail, the first one first."""
    steps = []
    while trail is not None:
        steps.append(trail)
        trail = trail.before
    return steps[::-1]


def tokens_of(trail: Trail | None) -> tuple[int, ...]:
    """The tokens that a trail writes."""
    tokens = (step.arc.token for step in steps_of(trail))
    return tuple(token for token in tokens if token != NO_TOKEN)


def before_last_syllable(trail: Trail | None) -> Trail | None:
    """The last step that no later letter can alter: the one before the last syllable begins.

    That is the end of the trail where no syllable begins in it.
    """
    step = trail
    while step is not None:
        if step.arc.begins_syllable:
            return step.before
        step = step.before
    return trail


def goes_on_behind(trail: Trail | None, ancestor: Trail | None) -> bool:
    """Whether a trail goes on behind a step of it with a new syllable."""
    while trail is not None and trail.before is not ancestor:
        trail = trail.before
    return trail is not None and trail.arc.begins_syllable


def common_ancestor(stacks: Iterable[Stack]) -> Trail | None:
    """The last step that all hypotheses of some stacks (one at least) share; None where none is.

    Every step is climbed once: one that is known to come behind what is shared so far need not be
    looked at again.
    """
    shared: Trail | None = None
    is_first = True
    behind: set[Trail] = set()
    for stack in stacks:
        for hypothesis in stack:
            other = hypothesis.trail
            if is_first:
                shared, is_first = other, False
            while other is not shared and other not in behind:
                if shared is None or other is None:
                    return None
                if shared.length >= other.length:
                    if shared.length == other.length:
                        behind.add(other)
                        other = other.before
                    shared = shared.before
                else:
                    behind.add(other)
                    other = other.before
    return shared


TakenFor = tuple[dict[int, float], dict[int, float]]
"""How likely an emission was taken for each of the `readings`, and by each arc, by its number."""


def shares(stack: Stack, edges: Iterable[Edge]) -> dict[Edge, TakenFor]:
    """What some hypotheses, each weighed by its mass, take emissions for.

    Args:
        stack: The hypotheses.
        edges: The emissions.
    """
    found: dict[Edge, TakenFor] = {edge: ({}, {}) for edge in edges}
    if not found:
        return found
    first = min([edge.end for edge in found])
    for step, weight in _weights(stack, first).items():
        arc, path = step.arc, step.path
        for place in range(len(path)):
            of_edge = found.get(path[place])
            if of_edge is not None:
                signs, arcs = of_edge
                sign = arc.signs[place]
                signs[sign] = signs.get(sign, 0.0) + weight
                arcs[arc.number] = arcs.get(arc.number, 0.0) + weight
    return found


def _weights(stack: Stack, first: int) -> dict[Trail, float]:
    """The steps that do not end before a boundary, and how likely each was taken."""
    total = stack[0].mass
    for hypothesis in stack[1:]:
        total = log_add(total, hypothesis.mass)
    taken: dict[Trail, float] = {}
    for hypothesis in stack:
        weight = math.exp(hypothesis.mass - total)
        step = hypothesis.trail
        while step is not None and not (step.path and step.path[-1].end < first):
            taken[step] = taken.get(step, 0.0) + weight
            step = step.before
    return taken


def cut(stacks: Iterable[Stack], ancestor: Trail) -> Iterator[Stack]:
    """The same stacks, with trails that begin behind an ancestor that all of them share.

    The steps are made anew, so that nothing holds on to what is committed but those who need it.
    """
    copies: dict[Trail, Trail | None] = {ancestor: None}
    for stack in stacks:
        yield tuple(hypothesis.along(_copied(hypothesis.trail, copies)) for hypothesis in stack)


def _copied(trail: Trail | None, copies: dict[Trail, Trail | None]) -> Trail | None:
    fresh: list[Trail] = []
    while trail is not None and trail not in copies:
        fresh.append(trail)
        trail = trail.before
    copy = copies[trail] if trail is not None else None
    for step in reversed(fresh):
        copy = copies[step] = Trail(copy, step.arc, step.path)
    return copy
