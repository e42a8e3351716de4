"""Hypotheses as arrays: many readings of the same emissions, extended and pruned together."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from jihwa.composer.arcs import NO_TOKEN, Arcs, ModelStep
from jihwa.composer.grammar import Grammar, State
from jihwa.composer.jamo import Tokens
from jihwa.composer.language_model import States

Rows = NDArray[np.intp]


_IS_LONE = np.isin(
    [int(state) for state in State], (State.LONE_CONSONANT, State.LONE_VOWEL, State.LONE_RESTED)
)
"""(states,) behind a lone letter."""


class TokenModel(Protocol):
    """What the decoder asks of a language model over the tokens of `jihwa.composer.jamo`."""

    def start(self) -> States:
        """(1, K) the state before the first token."""

    def log_prob(self, states: States) -> NDArray[np.float32]:
        """(B, N_TOKENS) natural log-probability of every next token."""

    def advance(self, states: States, tokens: NDArray[np.uint8]) -> States:
        """(B, K) the states after one more token each."""

    def key(self, states: States) -> NDArray[np.int64]:
        """(B,) equal for states that predict alike."""


@dataclass(frozen=True, slots=True)
class Hypotheses:
    """H hypotheses that have consumed the same number of emissions, best first.

    Attributes:
        score: (H,) natural log of the joint probability.
        state: (H,) grammar `State`.
        context: (H, K) language model states.
        log_prob: (H, N_TOKENS + 1) weighted log-probs of the next token, and a column of zeros.
        history: (H, L) the arcs taken since the last commit, from the left.
        length: (H,) how many of them.
    """

    score: NDArray[np.float64]
    state: NDArray[np.uint8]
    context: States
    log_prob: NDArray[np.float32]
    history: NDArray[np.int16]
    length: NDArray[np.intp]

    def __len__(self) -> int:
        return len(self.score)

    def take(self, rows: Rows | NDArray[np.bool_]) -> "Hypotheses":
        """Some of them."""
        return Hypotheses(*(getattr(self, field.name)[rows] for field in fields(self)))

    def without_first(self, n: int) -> "Hypotheses":
        """Forget the first n arcs of every history."""
        history = np.roll(self.history, -n, axis=1)
        return replace(self, history=history, length=self.length - n)

    @staticmethod
    def concatenate(groups: Sequence["Hypotheses"]) -> "Hypotheses":
        """All hypotheses of several groups."""
        names = [field.name for field in fields(Hypotheses)]
        return Hypotheses(*(np.concatenate([getattr(g, name) for g in groups]) for name in names))


@dataclass(frozen=True, slots=True)
class Extension:
    """Candidates: every one of some hypotheses followed by every one of some arcs.

    Attributes:
        hypotheses: H hypotheses.
        arcs: (A,) the arcs they may take.
        score: (H, A) the score each would then have; -inf where that cannot be.
    """

    hypotheses: Hypotheses
    arcs: Rows
    score: NDArray[np.float64]


class Beam:
    """Extends, recombines and prunes hypotheses; holds what all of them share.

    Args:
        model: The language model.
        arcs: The steps.
        grammar: The costs of their order.
        size: Hypotheses that survive.
        window: Those this much worse (in nats) than the best one do not.
        lm_weight: Factor on the language model's log-probs.
        history: Arcs remembered since the last commit.
    """

    def __init__(
        self,
        model: TokenModel,
        arcs: Arcs,
        grammar: Grammar,
        *,
        size: int,
        window: float,
        lm_weight: float,
        history: int,
    ) -> None:
        self._size = size
        self._window = window
        self._model = model
        self._arcs = arcs
        self._grammar = grammar
        self._lm_weight = lm_weight
        self._history = history
        self._start = model.start()

    def root(self, state: State, tokens: Tokens) -> Hypotheses:
        """The one hypothesis before anything was seen, behind (T,) tokens of earlier text."""
        context = self._start
        for i in range(len(tokens)):
            context = self._model.advance(context, tokens[i : i + 1])
        history = np.zeros((1, self._history), np.int16)
        return self._create(np.zeros(1), np.array([state], np.uint8), context, history, 0)

    def score(
        self, hypotheses: Hypotheses, arcs: Rows, evidence: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """(H, A) the score of every hypothesis after every arc; -inf where that cannot be.

        Args:
            hypotheses: H hypotheses.
            arcs: (A,) the arcs to try.
            evidence: (A,) or (H, A) log-likelihood of what the arcs consume.
        """
        order = self._grammar.cost[:, self._arcs.kind[arcs]] + self._arcs.cost[arcs]  # (states, A)
        scores = order[hypotheses.state]  # (H, A)
        scores += hypotheses.log_prob[:, self._arcs.lm_column[arcs]]
        scores += hypotheses.score[:, None]
        scores += evidence
        return scores

    def extend(self, extensions: Sequence[Extension], candidates: int) -> Hypotheses:
        """Take the best steps, of hypotheses that can no longer be told apart only the best one.

        Args:
            extensions: What can be done.
            candidates: How many steps are looked at; the fewer, the faster.
        """
        flat = np.concatenate([e.score.ravel() for e in extensions])
        best = self._top(flat, candidates)  # (C,)
        score = flat[best]
        parent, arc = _origin(extensions, best)
        state, context, history, length = (
            np.concatenate([getattr(e.hypotheses, name) for e in extensions])[parent]
            for name in ("state", "context", "history", "length")
        )
        step = self._arcs.step[arc]
        advanced = step == ModelStep.ADVANCE
        if advanced.any():
            tokens = self._arcs.token[arc[advanced]]
            context[advanced] = self._model.advance(context[advanced], tokens)
        context[step == ModelStep.RESTART] = self._start
        state = self._grammar.following[state, self._arcs.kind[arc]]
        history[np.arange(len(arc)), length] = arc
        length = length + 1
        kept = self._distinct(context, state, history, length)
        return self._create(score[kept], state[kept], context[kept], history[kept], length[kept])

    def limit(self, hypotheses: Hypotheses) -> float:
        """The score that another hypothesis needs to survive beside these."""
        full = len(hypotheses) == self._size
        weakest = hypotheses.score[-1] if full else -np.inf
        return float(max(weakest, hypotheses.score[0] - self._window))

    def merge(self, groups: Sequence[Hypotheses]) -> Hypotheses:
        """The best distinct hypotheses of several groups."""
        together = Hypotheses.concatenate(groups)
        best = together.take(self._top(together.score, len(together)))
        return best.take(self._distinct(best.context, best.state, best.history, best.length))

    def _distinct(
        self,
        context: States,
        state: NDArray[np.uint8],
        history: NDArray[np.int16],
        length: NDArray[np.intp],
    ) -> Rows:
        """Rows of the best candidate of every (model key, state), best first; at most `size`.

        The candidates come best first. The model starts afresh behind a lone letter, so that
        letter is told apart as well: else a text of one letter would have no alternatives.
        """
        key = self._model.key(context)
        letter = self._lone_letters(state, history, length)
        order = np.lexsort((np.arange(len(key)), letter, state, key))
        key, state, letter = key[order], state[order], letter[order]
        first = np.ones(len(order), dtype=bool)
        first[1:] = (key[1:] != key[:-1]) | (state[1:] != state[:-1])
        first[1:] |= letter[1:] != letter[:-1]
        rows: Rows = np.sort(order[first])[: self._size]
        return rows

    def _lone_letters(
        self, state: NDArray[np.uint8], history: NDArray[np.int16], length: NDArray[np.intp]
    ) -> NDArray[np.uint8]:
        """(C,) the token of the lone letter that a candidate ends in; 0 where it ends in none."""
        letters = np.zeros(len(state), dtype=np.uint8)
        rows = np.flatnonzero(_IS_LONE[state])
        tokens = self._arcs.token[history[rows]]  # (R, L)
        written = (tokens != NO_TOKEN) & (np.arange(tokens.shape[1]) < length[rows, None])
        last = written.shape[1] - 1 - written[:, ::-1].argmax(axis=1)  # (R,)
        letters[rows] = tokens[np.arange(len(rows)), last]
        return letters

    def _create(
        self,
        score: NDArray[np.float64],
        state: NDArray[np.uint8],
        context: States,
        history: NDArray[np.int16],
        length: NDArray[np.intp] | int,
    ) -> Hypotheses:
        log_prob = np.zeros((len(score), NO_TOKEN + 1), dtype=np.float32)  # (H, N_TOKENS + 1)
        np.multiply(self._model.log_prob(context), self._lm_weight, out=log_prob[:, :NO_TOKEN])
        lengths = np.broadcast_to(length, len(score)).astype(np.intp)
        return Hypotheses(score, state, context, log_prob, history, lengths)

    def _top(self, scores: NDArray[np.float64], n: int) -> Rows:
        """Rows of the n best scores within the window, best first; equal scores in their order."""
        rows = np.flatnonzero(scores >= scores.max() - self._window)
        if len(rows) > n:
            limit = np.partition(scores[rows], len(rows) - n)[len(rows) - n]
            rows = rows[scores[rows] >= limit]
        ranked: Rows = rows[np.argsort(-scores[rows], kind="stable")][:n]
        return ranked


def _origin(extensions: Sequence[Extension], candidates: Rows) -> tuple[Rows, Rows]:
    """(C,) row among all hypotheses, (C,) arc of candidates counted through all extensions."""
    ends = np.cumsum([e.score.size for e in extensions])
    rows = np.cumsum([0] + [len(e.hypotheses) for e in extensions])
    which = np.searchsorted(ends, candidates, side="right")  # (C,)
    parent, arc = np.empty_like(candidates), np.empty_like(candidates)
    for i, extension in enumerate(extensions):
        mine = which == i
        row, column = np.divmod(
            candidates[mine] - ends[i] + extension.score.size, len(extension.arcs)
        )
        parent[mine] = rows[i] + row
        arc[mine] = extension.arcs[column]
    return parent, arc
