"""The beam search: one stack of hypotheses from those before it.

Every boundary of the lattice has a stack of the best hypotheses that have read the signal up to it.
It is filled along paths: from the boundary before the last emission by arcs that consume one, from
the one before the last two by those that consume two (ㅘ as ㅗ ㅏ), and so on; before a stack is
left, arcs that consume nothing (a space, a missed letter) are taken within it.

Few hypotheses live at a time, some twenty at the median, and few arcs of each are worth a look. So
these are plain loops: the arcs that a state allows are tried in the order of what speaks for them,
and the rest is left as soon as one is too weak even if the language model were sure of it.

A compiler makes them fast where there is one: `search.pxd` says of what C type everything is, and
has to be changed along.
"""

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import NamedTuple

from jihwa.composer.decoding.arcs import NO_TOKEN, Arc, Arcs
from jihwa.composer.decoding.evidence import Evidence, log_add
from jihwa.composer.decoding.grammar import WORD_IS_OVER, ArcKind, Grammar, State, state_behind
from jihwa.composer.decoding.hypotheses import Hypothesis, Stack, Trail
from jihwa.composer.decoding.lattice import Path
from jihwa.composer.decoding.options import DecoderOptions
from jihwa.composer.language.jamo import BOUNDARY, Tokens, encode
from jihwa.composer.language.token_model import Mode, TokenModel

_FREE_SHARE, _CONSUMING_SHARE = 0.5, 1.5
"""Steps looked at for every hypothesis that survives, without an emission and with one: the former
are seldom among the best, of the latter some turn out to be no different from others."""

_WORST_SPACE_SHARE = 0.9
"""Share of the beam's window that the space behind a rest costs at most."""
_SURER_NATS = 0.2
"""How much above 0 a log-probability may be, since the language model's are coded."""

MEMORY_CHARACTERS = 16
"""Characters of earlier text that are looked at: more tokens than a language model remembers."""
_FORESIGHT_CHARACTERS = 4
"""Characters of later text that are looked at."""


class Move:
    """An arc in a grammar state.

    Attributes:
        weight: Log-likelihood of what it consumes, and its log-costs.
        arc: The arc.
        following: The grammar state behind it.
        spelled: Whether it takes what was shown for what it looks like most.
    """

    __slots__ = ("arc", "following", "spelled", "weight")

    def __init__(self, weight: float, arc: Arc, following: int, spelled: bool) -> None:
        self.weight, self.arc, self.following, self.spelled = weight, arc, following, spelled


class _Candidate(NamedTuple):
    """A hypothesis and a move; they sort best first, and of equal ones in the order of `place`."""

    cost: float
    place: tuple[int, int, int]
    hypothesis: Hypothesis
    move: Move
    path: Path


class _Candidates:
    """What may survive.

    Args:
        limit: The score that a candidate needs.

    Attributes:
        found: The candidates.
        limit: The score that another one needs by now: no more than the beam's window below the
            best one that introduces no profanity.
    """

    __slots__ = ("found", "limit")

    def __init__(self, limit: float = -math.inf) -> None:
        self.found: list[_Candidate] = []
        self.limit = limit


Seen = list[tuple[float, bool, Arc]]
"""Arcs, the log-likelihood of what each consumes, and whether that looks like it most."""


class Search:
    """Makes stacks; keeps none.

    Args:
        arcs: The steps that hypotheses are made of.
        model: The language model.
        options: How to weigh.
        mode: What the text may be.
    """

    def __init__(self, arcs: Arcs, model: TokenModel, options: DecoderOptions, mode: Mode) -> None:
        self._options = options
        self._arcs = arcs
        self._model = model
        self._grammar = Grammar(options.grammar, mode)

    def root(self, behind: str, *, word_is_over: bool) -> Stack:
        """The one hypothesis before anything was seen, behind a text that is final."""
        state = state_behind(behind, word_is_over=word_is_over)
        model = self._model.start()
        for token in known_end(behind).tolist():
            model = model.after(token)
        return (Hypothesis(0.0, 0.0, state, 0, model, 0, True, None),)

    def extended(self, stacks: Mapping[int, Stack], paths: Iterable[Path]) -> Stack:
        """The stack of the newest boundary.

        Args:
            stacks: Those of earlier boundaries, closed.
            paths: All that end at the newest one.
        """
        candidates = _Candidates()
        for place, path in enumerate(paths):
            if stack := stacks.get(path[0].begin):
                seen = self._seen(path)
                self._try(candidates, stack, partial(_always, seen), path, place, False)
        return self._best(self._taken(candidates, int(_CONSUMING_SHARE * self._options.beam)))

    def _seen(self, path: Path) -> Seen:
        """What the emissions of a path say for every arc that is worth a try."""
        at_least, segmented = -self._options.arc_window, sum(edge.seen.cut for edge in path)
        missed = path[0].seen.missed
        scores = [edge.seen.scores for edge in path]
        seen = []
        for arc in self._arcs.consuming[len(path)]:
            looks = 0.0
            for score, sign in zip(scores, arc.signs, strict=True):
                looks += score[sign]
            if looks > at_least or arc.kind == ArcKind.NO_SIGN:
                evidence = looks + (missed if arc.corrects else 0.0) + segmented
                seen.append((evidence, looks == 0 and not arc.corrects, arc))
        return seen

    def closed(self, stack: Stack, ahead: Evidence | None = None) -> Stack:
        """With the steps that consume nothing: a space, a missed letter, both in either order.

        Args:
            stack: The hypotheses of a boundary.
            ahead: What is seen next; None for nothing, or for several things.
        """
        pause, missed = (ahead.word_end, ahead.missed) if ahead else (0.0, 0.0)
        free = self._arcs.consuming[0]

        def after_emission(state: int) -> Seen:
            gap = 0.0 if WORD_IS_OVER[state] else pause
            return [(gap if a.is_space else missed, not a.corrects, a) for a in free]

        def after_free_step(state: int) -> Seen:  # one space and one missed letter at most
            is_space = state != State.SPACE
            return [each for each in after_emission(state) if each[2].is_space == is_space]

        full = len(stack) == self._options.beam
        weakest = stack[-1].score if full else -math.inf
        limit = max(weakest, stack[0].score - self._options.beam_window)
        n = max(1, int(_FREE_SHARE * self._options.beam))
        candidates = _Candidates(limit)
        self._try(candidates, stack, after_emission, (), 0, True)
        once = self._best(self._taken(candidates, n))
        candidates = _Candidates(limit)
        self._try(candidates, once, after_free_step, (), 0, False)
        twice = self._taken(candidates, n)
        return self._best(sorted((*stack, *once, *twice), key=lambda each: -each.score))

    def ended(self, stack: Stack) -> Stack:
        """With the step that ends the text, best first."""
        ended = [
            each.but(score=s, mass=each.mass + s - each.score) for each, s in self._ends(stack)
        ]
        if not ended:  # each is in the middle of a syllable or ends profanely
            ended = list(stack)
        ended.sort(key=lambda each: -each.score)
        least = ended[0].score - self._options.beam_window
        return tuple(each for each in ended if each.score >= least)

    def _ends(self, stack: Stack) -> Iterable[tuple[Hypothesis, float]]:
        for hypothesis in stack:
            if hypothesis.model.after(BOUNDARY).profane and not hypothesis.spelled:
                continue
            moves = self._moves(hypothesis.state, [(0.0, True, arc) for arc in self._arcs.ends])
            scores = [self._score(hypothesis, move) for move in moves]
            if scores:
                yield hypothesis, max(scores)

    def _moves(self, state: int, seen: Seen) -> list[Move]:
        """What the grammar allows of what was seen, the likeliest first."""
        allowed = self._grammar.steps[state]
        moves = []
        for evidence, spelled, arc in seen:
            step = allowed.get(arc.kind)
            if step is not None:
                moves.append(Move(evidence + (step[1] + arc.cost), arc, step[0], spelled))
        moves.sort(key=lambda move: -move.weight)
        return moves

    def _try(
        self,
        candidates: _Candidates,
        stack: Stack,
        seen: Callable[[int], Seen],
        path: Path,
        place: int,
        keeps_space: bool,
    ) -> None:
        """Look at all moves of the hypotheses of a stack.

        Args:
            candidates: What was found so far, and where more is noted.
            stack: The hypotheses.
            seen: What speaks for which arc in a grammar state.
            path: The emissions that the arcs consume.
            place: Orders the stacks that are tried together.
            keeps_space: Whether the best hypothesis's space is kept within the beam's window if the
                hand has rested. It can only go on with one: where the language model is sure that
                the text ends there, and no other hypothesis is left, the text could not go on.
        """
        window, lm_weight = self._options.beam_window, self._options.lm_weight
        by_state: dict[int, list[Move]] = {}
        for rank, hypothesis in enumerate(stack):
            state = hypothesis.state
            moves = by_state.get(state)
            if moves is None:
                moves = by_state[state] = self._moves(state, seen(state))
            least_space = -math.inf
            if keeps_space and rank == 0 and WORD_IS_OVER[state]:
                least_space = hypothesis.score - _WORST_SPACE_SHARE * window
            for move in moves:
                score, arc = hypothesis.score + move.weight, move.arc
                if max(score + lm_weight * _SURER_NATS, least_space) < candidates.limit:
                    break
                if arc.advances:
                    score += lm_weight * hypothesis.model.row()[arc.token]
                if arc.is_space and score < least_space:
                    score = least_space
                if score >= candidates.limit:
                    order = (place, rank, arc.number)
                    candidates.found.append(_Candidate(-score, order, hypothesis, move, path))
                    limit = score - window
                    if limit > candidates.limit and not self._introduces(hypothesis, move):
                        candidates.limit = limit

    def _score(self, hypothesis: Hypothesis, move: Move) -> float:
        """The score of a hypothesis behind a move."""
        score = hypothesis.score + move.weight
        if move.arc.advances:
            score += self._options.lm_weight * hypothesis.model.row()[move.arc.token]
        return score

    def _taken(self, candidates: _Candidates, n: int) -> list[Hypothesis]:
        """The n best candidates as hypotheses, best first, but for those that introduce profanity.

        Where all of them introduce a word that nobody spelled, the next n are looked at.
        """
        ranked = sorted(candidates.found)
        taken: list[Hypothesis] = []
        while ranked and not taken:
            least = ranked[0].cost + self._options.beam_window
            best = [each for each in ranked[:n] if each.cost <= least]
            ranked = ranked[len(best) :]
            taken = [
                self._stepped(each)
                for each in best
                if not self._introduces(each.hypothesis, each.move)
            ]
        return taken

    def _introduces(self, before: Hypothesis, move: Move) -> bool:
        """Whether a move completes a word that correction must not introduce."""
        if not move.arc.advances or (move.spelled and before.spelled):
            return False
        return before.model.after(move.arc.token).profane

    def _stepped(self, candidate: _Candidate) -> Hypothesis:
        """What a candidate comes to."""
        before, arc = candidate.hypothesis, candidate.move.arc
        model = before.model
        if arc.advances:
            model = model.after(arc.token)
        elif arc.restarts:
            model = self._model.start()
        writes = arc.token != NO_TOKEN
        written = 0
        if not self._options.recombine:
            written = hash((before.written, arc.token)) if writes else before.written
        score = -candidate.cost
        return Hypothesis(
            score=score,
            mass=score + before.mass - before.score,
            state=candidate.move.following,
            letter=arc.letter if writes else before.letter,
            model=model,
            written=written,
            spelled=(candidate.move.spelled and before.spelled) or arc.is_space,
            trail=Trail(before.trail, arc, candidate.path),
        )

    def _best(self, ranked: Sequence[Hypothesis]) -> Stack:
        """The best distinct ones of ranked hypotheses, as many as the beam holds.

        Of those that have equal futures (or wrote the same, where there is no recombination) only
        the best one is left, and has the mass of all. The lone letter tells hypotheses apart
        because the model starts afresh behind it: else a text of one letter would have no
        alternatives.
        """
        if not ranked:
            return ()
        recombine = self._options.recombine
        least = ranked[0].score - self._options.beam_window
        distinct: dict[tuple[object, int, int], Hypothesis] = {}
        masses: dict[tuple[object, int, int], float] = {}
        for each in ranked:
            if each.score < least:
                break
            key = (each.model.key if recombine else each.written, each.state, each.letter)
            if key in distinct:
                masses[key] = log_add(masses.get(key, distinct[key].mass), each.mass)
            else:
                distinct[key] = each
        best = list(distinct.items())[: self._options.beam]
        return tuple(each.but(mass=masses[key]) if key in masses else each for key, each in best)


def _always(seen: Seen, state: int) -> Seen:
    """What is seen of a path is the same in every grammar state."""
    del state
    return seen


def known_end(text: str) -> Tokens:
    """The tokens at the end of a text that the language model knows; it knows no lone letters."""
    return encode(re.split("[^가-힣 ] *", text)[-1][-MEMORY_CHARACTERS:])


def known_start(text: str) -> Tokens:
    """The first tokens of a text that the language model knows."""
    return encode(re.split("[^가-힣 ]", text)[0][:_FORESIGHT_CHARACTERS].strip())
