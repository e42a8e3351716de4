"""The beam search: one stack of hypotheses from those before it.

Every boundary of the lattice has a stack of the best hypotheses that have read the signal up to it.
It is filled along paths: from the boundary before the last emission by arcs that consume one, from
the one before the last two by those that consume two (ㅘ as ㅗ ㅏ), and so on; before a stack is
left, arcs that consume nothing (a space, a missed letter) are taken within it. Two hypotheses that
end alike are recombined into one.

Few hypotheses live at a time, some twenty at the median, and few arcs of each are worth a look. So
these are plain loops: the arcs that a state allows are tried in the order of what speaks for them,
and the rest is left as soon as one is too weak even if the language model were sure of it.

A compiler makes them fast where there is one: `search.pxd` says of what C type everything is, and
has to be changed along.
"""

import math
from collections.abc import Iterable, Mapping, Sequence

from jihwa.composer.decoding.arcs import NO_TOKEN, Arcs, Move, Moves
from jihwa.composer.decoding.evidence import Evidence, log_add
from jihwa.composer.decoding.grammar import (
    IS_LONE,
    IS_SPACE,
    LONE_PAIRS,
    N_KINDS,
    WORD_IS_OVER,
    ArcKind,
    Grammar,
    State,
    state_behind,
)
from jihwa.composer.decoding.hypotheses import Hypothesis, Stack, Trail
from jihwa.composer.decoding.lattice import Path
from jihwa.composer.decoding.options import DecoderOptions
from jihwa.composer.language.jamo import BOUNDARY, known_end
from jihwa.composer.language.token_model import Mode, TokenModel

_FREE_SHARE, _CONSUMING_SHARE = 0.5, 1.5
"""Steps looked at for every hypothesis that survives, without an emission and with one: the former
are seldom among the best, of the latter some turn out to be no different from others."""

_WORST_SPACE_SHARE = 0.9
"""Share of the beam's window that the space behind a rest costs at most."""
_SURER_NATS = 0.2
"""How much above 0 a log-probability may be, since the language model's are coded."""

_ROUNDING = 1e-9
"""More than sums of the same scores in another order differ by."""

_NO_SIGN, _SPACE_STATE = int(ArcKind.NO_SIGN), int(State.SPACE)
_NEVER = -math.inf
"""The score of what cannot be."""


class _Allowed:
    """What the grammar allows in a state.

    Attributes:
        kind: The kind of an arc.
        following: The state behind it.
        cost: Its natural log-cost.
        is_space: Whether it begins a new word.
        surer: By how much more such an arc may raise a score than is known without its letter.
    """

    __slots__ = ("cost", "following", "is_space", "kind", "surer")

    def __init__(self, kind: int, following: int, cost: float, surer: float) -> None:
        self.kind, self.following, self.cost, self.surer = kind, following, cost, surer
        self.is_space = IS_SPACE[kind]


_Candidate = tuple[float, int, Hypothesis, Move, int]
"""The negative score (they sort best first), a number of its own, and what comes to it: hypothesis,
move and the grammar state behind them."""


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

    def __init__(self, limit: float = _NEVER) -> None:
        self.found: list[_Candidate] = []
        self.limit = limit


class Search:
    """Makes stacks; keeps none.

    Args:
        arcs: The steps that hypotheses are made of.
        model: The language model.
        options: How to weigh.
        mode: What the text may be.
    """

    def __init__(self, arcs: Arcs, model: TokenModel, options: DecoderOptions, mode: Mode) -> None:
        self._beam, self._window = options.beam, options.beam_window
        self._arc_window, self._lm_weight = options.arc_window, options.lm_weight
        self._recombine = options.recombine
        surer = options.lm_weight * _SURER_NATS
        self._repeated = options.grammar.lone_repeated - options.grammar.lone_again
        self._paired = options.grammar.lone_paired - options.grammar.lone_again
        self._worst_space = _WORST_SPACE_SHARE * options.beam_window
        self._consuming, self._model = arcs.consuming, model
        self._allowed = [
            [_Allowed(kind, *of, self._repeated if IS_LONE[kind] else surer) for kind, of in steps]
            for steps in (step.items() for step in Grammar(options.grammar, mode).steps)
        ]  # by state
        costs = [each.cost for of_state in self._allowed for each in of_state]
        self._most = max(costs) + max(surer, self._repeated) + _ROUNDING
        self._free = _by_kind([Move(a.cost, a, (), not a.corrects) for a in arcs.consuming[0]])
        self._ends = _by_kind([Move(a.cost, a, (), True) for a in arcs.ends])

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
        candidates, nothing = _Candidates(), [0.0] * N_KINDS
        for path in paths:
            if stack := stacks.get(path[0].begin):
                least = candidates.limit - stack[0].score - self._most
                self._try(candidates, stack, self._moves(path, least), nothing, 0)
        return self._best(self._taken(candidates, int(_CONSUMING_SHARE * self._beam)))

    def _moves(self, path: Path, least: float) -> Moves:
        """The moves along a path that are worth a try: none of less than the least weight is."""
        missed, segmented = path[0].seen.missed, sum([edge.seen.segmentation for edge in path])
        scores = [edge.seen.scores for edge in path]
        moves = []
        for arc in self._consuming[len(path)]:
            looks = 0.0
            for place, sign in enumerate(arc.signs):
                looks += scores[place][sign]
            if looks > -self._arc_window or arc.kind == _NO_SIGN:
                weight = looks + segmented + arc.cost
                if arc.corrects:
                    weight += missed
                if weight >= least:
                    moves.append(Move(weight, arc, path, looks == 0 and not arc.corrects))
        return _by_kind(moves)

    def closed(self, stack: Stack, ahead: Evidence | None = None) -> Stack:
        """With the steps that consume nothing: a space, a missed letter, both in either order.

        Args:
            stack: The hypotheses of a boundary.
            ahead: What is seen next; None for nothing, or for several things.
        """
        pause, missed = (ahead.word_end, ahead.missed) if ahead else (0.0, 0.0)
        evidence = [pause if is_space else missed for is_space in IS_SPACE]
        full = len(stack) == self._beam
        weakest = stack[-1].score if full else _NEVER
        limit = max(weakest, stack[0].score - self._window)
        n = max(1, int(_FREE_SHARE * self._beam))
        candidates = _Candidates(limit)
        self._try(candidates, stack, self._free, evidence, 1)
        once = self._best(self._taken(candidates, n))
        candidates = _Candidates(limit)
        self._try(candidates, once, self._free, evidence, 2)
        twice = self._taken(candidates, n)
        return self._best(sorted((*stack, *once, *twice), key=lambda each: -each.score))

    def ended(self, stack: Stack) -> Stack:
        """With the step that ends the text, best first."""
        ended = []
        for each in stack:
            scores = [
                each.score + allowed.cost + self._lm(each, move) + move.weight
                for allowed in self._allowed[each.state]
                for move in self._ends[allowed.kind]
                if each.spelled or not each.model.is_profane(BOUNDARY)
            ]
            if scores:
                ended.append(each.but(score=max(scores)))
        if not ended:  # each is in the middle of a syllable or ends profanely
            ended = list(stack)
        ended.sort(key=lambda each: -each.score)
        least = ended[0].score - self._window
        return tuple([each for each in ended if each.score >= least])

    def _lm(self, hypothesis: Hypothesis, move: Move) -> float:
        """What the language model says of a move."""
        if not move.arc.advances:
            return 0.0
        return self._lm_weight * hypothesis.model.row()[move.arc.token]

    def _try(
        self,
        candidates: _Candidates,
        stack: Stack,
        moves: Moves,
        evidence: Sequence[float],
        nth_free: int,
    ) -> None:
        """Look at all moves of the hypotheses of a stack.

        The best hypothesis's space is kept within the beam's window if the hand has rested. It can
        only go on with one: where the language model is sure that the text ends there, and no other
        hypothesis is left, the text could not go on.

        Args:
            candidates: What was found so far, and where more is noted.
            stack: The hypotheses.
            moves: What may be done.
            evidence: By the kind of an arc, what else speaks for it.
            nth_free: 0 where the moves consume emissions, 1 for the first that consumes nothing, 2
                for the second: a missed letter behind a space, a space behind a missed letter.
        """
        most = _NEVER  # that any move may add to a score
        for kind, of_kind in enumerate(moves):
            if of_kind:
                most = max(most, of_kind[0].weight + evidence[kind] + self._most)
        is_best = nth_free == 1
        for hypothesis in stack:
            if hypothesis.score + most < candidates.limit and not is_best:
                break  # all that follow are less likely
            state = hypothesis.state
            has_rested = WORD_IS_OVER[state]
            least_space = _NEVER
            if is_best and has_rested:
                least_space = hypothesis.score - self._worst_space
            is_best, row = False, None
            for allowed in self._allowed[state]:
                is_space, of_kind = allowed.is_space, moves[allowed.kind]
                if not of_kind or (nth_free == 2 and is_space == (state == _SPACE_STATE)):
                    continue
                gap = 0.0 if is_space and has_rested else evidence[allowed.kind]
                before = hypothesis.score + allowed.cost + gap
                for move in of_kind:
                    score, arc = before + move.weight, move.arc
                    if max(score + allowed.surer, least_space) < candidates.limit:
                        break
                    if arc.advances:
                        if row is None:
                            row = hypothesis.model.row()
                        score += self._lm_weight * row[arc.token]
                    elif arc.restarts and arc.letter == hypothesis.letter:
                        score += self._repeated
                    elif arc.restarts and (hypothesis.letter, arc.letter) in LONE_PAIRS:
                        score += self._paired
                    if is_space and score < least_space:
                        score = least_space
                    if score >= candidates.limit:
                        found = candidates.found
                        found.append((-score, len(found), hypothesis, move, allowed.following))
                        limit = score - self._window
                        if limit > candidates.limit and not _introduces(hypothesis, move):
                            candidates.limit = limit

    def _taken(self, candidates: _Candidates, n: int) -> list[Hypothesis]:
        """The n best candidates as hypotheses, best first, but for those that introduce profanity.

        Where all of them introduce a word that nobody spelled, the next n are looked at.
        """
        most = -candidates.limit
        ranked = sorted([each for each in candidates.found if each[0] <= most])
        taken: list[Hypothesis] = []
        while ranked and not taken:
            most = ranked[0][0] + self._window
            best = [each for each in ranked[:n] if each[0] <= most]
            ranked = ranked[len(best) :]
            for negative, _, before, move, following in best:
                if not _introduces(before, move):
                    taken.append(self._stepped(-negative, before, move, following))
        return taken

    def _stepped(self, score: float, before: Hypothesis, move: Move, following: int) -> Hypothesis:
        """What a hypothesis comes to by a move."""
        arc, model, written = move.arc, before.model, 0
        if arc.advances:
            model = model.after(arc.token)
        elif arc.restarts:
            model = self._model.start()
        writes = arc.token != NO_TOKEN
        if not self._recombine:
            written = hash((before.written, arc.token)) if writes else before.written
        return Hypothesis(
            score,
            score + before.mass - before.score,
            following,
            arc.letter if writes else before.letter,
            model,
            written,
            (move.spelled and before.spelled) or arc.is_space,
            Trail(before.trail, arc, move.path),
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
        least = ranked[0].score - self._window
        distinct: dict[tuple[int, int, int], Hypothesis] = {}
        for each in ranked:
            if each.score < least:
                break
            future = each.model.key if self._recombine else each.written
            key = (future, each.state, each.letter)
            better = distinct.get(key)
            if better is not None:
                distinct[key] = better.weighing(log_add(better.mass, each.mass))
            elif len(distinct) < self._beam:
                distinct[key] = each
        return tuple(distinct.values())


def _by_kind(moves: list[Move]) -> Moves:
    """Moves by the kind of their arc, the likeliest first, of equal ones the first arc."""
    kinds: Moves = [[] for _ in range(N_KINDS)]
    moves.sort(key=lambda move: -move.weight)
    for move in moves:
        kinds[move.arc.kind].append(move)
    return kinds


def _introduces(before: Hypothesis, move: Move) -> bool:
    """Whether a move completes a word that correction must not introduce."""
    if not move.arc.advances or (move.spelled and before.spelled):
        return False
    return before.model.is_profane(move.arc.token)
