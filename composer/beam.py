"""The beam: hypotheses extended, recombined and pruned together."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

from jihwa.composer.arcs import NO_TOKEN, Arcs, ModelStep
from jihwa.composer.grammar import ArcKind, Grammar, State
from jihwa.composer.hypotheses import Extension, Hypotheses, Rows, joined
from jihwa.composer.jamo import BOUNDARY, Tokens
from jihwa.composer.language_model import States
from jihwa.composer.modes import Mode

_IS_LONE = np.isin(
    [int(state) for state in State], (State.LONE_CONSONANT, State.LONE_VOWEL, State.LONE_RESTED)
)
"""(states,) behind a lone letter."""
_HASH = 0x5DEECE66D
"""An odd number whose powers tell places apart."""
_IS_SPACE = np.isin([int(kind) for kind in ArcKind], (ArcKind.SPACE, ArcKind.LONE_SPACE))
"""(arc kinds,) which steps begin a new word."""


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

    def profane(self, states: States) -> NDArray[np.bool_]:
        """(B,) whether the text ends in a word that correction must not introduce."""

    def in_mode(self, mode: Mode) -> Self:
        """The same model with the expectations of a mode."""


class Beam:
    """Extends, recombines and prunes hypotheses; holds what all of them share.

    Args:
        model: The language model.
        arcs: The steps.
        grammar: The costs of their order.
        size: Hypotheses that survive.
        window: Those this much worse (in nats) than the best one do not.
        lm_weight: Factor on the language model's log-probs.
        recombine: Whether of hypotheses that have equal futures only the best one survives;
            otherwise of those with the same text.
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
        recombine: bool,
    ) -> None:
        self._size = size
        self._window = window
        self._model = model
        self._arcs = arcs
        self._grammar = grammar
        self._lm_weight = lm_weight
        self._recombine = recombine
        self._start = model.start()

    def root(self, state: State, tokens: Tokens) -> Hypotheses:
        """The one hypothesis before anything was seen, behind (T,) tokens of earlier text."""
        context = self._start
        for i in range(len(tokens)):
            context = self._model.advance(context, tokens[i : i + 1])
        return Hypotheses(
            score=np.zeros(1),
            mass=np.zeros(1),
            state=np.array([state], np.uint8),
            context=context,
            log_prob=self._log_prob(context),
            history=np.zeros((1, 0), np.int16),
            paths=np.zeros((1, 0), np.int32),
            length=np.zeros(1, np.intp),
            spelled=np.ones(1, np.bool_),
        )

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
        stepped, introduced = self._stepped(extensions, flat, best)
        while introduced.all() and flat.max() > -np.inf:  # look further
            flat[best] = -np.inf
            best = self._top(flat, candidates)
            stepped, introduced = self._stepped(extensions, flat, best)
        rows = np.flatnonzero(~introduced) if not introduced.all() else np.arange(len(best))
        distinct = self._distinct(stepped, rows)
        return replace(distinct, log_prob=self._log_prob(distinct.context))

    def _stepped(
        self, extensions: Sequence[Extension], scores: NDArray[np.float64], chosen: Rows
    ) -> tuple[Hypotheses, NDArray[np.bool_]]:
        """Chosen candidates as hypotheses, but for their `log_prob`.

        Returns:
            C hypotheses, and (C,) which of them just introduced a word that nobody spelled.
        """
        source, parent, arc, spelled = _origin(extensions, chosen)
        sources = [extension.hypotheses for extension in extensions]
        context, length, state, was_spelled, score, mass = (
            joined(sources, name)[parent]
            for name in ("context", "length", "state", "spelled", "score", "mass")
        )
        rows, width = np.arange(len(parent)), int(length.max()) + 1
        history = np.zeros((len(rows), width), np.int16)
        paths = np.zeros((len(rows), width), np.int32)
        history[:, :-1] = joined(sources, "history")[parent, : width - 1]
        paths[:, :-1] = joined(sources, "paths")[parent, : width - 1]
        history[rows, length] = arc
        paths[rows, length] = np.array([e.path for e in extensions])[source]
        kind, step = self._arcs.kind[arc], self._arcs.step[arc]
        advanced = np.flatnonzero(step == ModelStep.ADVANCE)
        context[advanced] = self._model.advance(context[advanced], self._arcs.token[arc[advanced]])
        context[step == ModelStep.RESTART] = self._start
        spelled &= was_spelled
        introduced = np.zeros(len(arc), np.bool_)
        introduced[advanced] = self._model.profane(context[advanced]) & ~spelled[advanced]
        stepped = Hypotheses(
            score=scores[chosen],
            mass=scores[chosen] + mass - score,
            state=self._grammar.following[state, kind],
            context=context,
            log_prob=np.empty((len(arc), 0), np.float32),
            history=history,
            paths=paths,
            length=length + 1,
            spelled=spelled | _IS_SPACE[kind],
        )
        return stepped, introduced

    def profane_at_end(self, hypotheses: Hypotheses) -> NDArray[np.bool_]:
        """(H,) which would end in a word that nobody spelled and correction must not introduce."""
        end = np.full(len(hypotheses), BOUNDARY, np.uint8)
        profane = self._model.profane(self._model.advance(hypotheses.context, end))
        return profane & ~hypotheses.spelled

    def limit(self, hypotheses: Hypotheses) -> float:
        """The score that another hypothesis needs to survive beside these."""
        full = len(hypotheses) == self._size
        weakest = hypotheses.score[-1] if full else -np.inf
        return float(max(weakest, hypotheses.score[0] - self._window))

    def merge(self, groups: Sequence[Hypotheses]) -> Hypotheses:
        """The best distinct hypotheses of several groups."""
        together = Hypotheses.concatenate(groups)
        best = self._top(together.score, len(together))
        return self._distinct(together, best)

    def _distinct(self, hypotheses: Hypotheses, ranked: Rows) -> Hypotheses:
        """The best of every (model key, state) among ranked rows, best first; at most `size`.

        The model starts afresh behind a lone letter, so that letter is told apart as well: else a
        text of one letter would have no alternatives.
        """
        state = hypotheses.state[ranked]
        letter = self._lone_letters(hypotheses)[ranked]
        if self._recombine:
            key = self._model.key(hypotheses.context[ranked])
        else:
            key = self._texts(hypotheses)[ranked]
        order = np.lexsort((np.arange(len(key)), letter, state, key))
        key, state, letter = key[order], state[order], letter[order]
        first = np.ones(len(order), dtype=bool)
        first[1:] = (key[1:] != key[:-1]) | (state[1:] != state[:-1])
        first[1:] |= letter[1:] != letter[:-1]
        begins = np.flatnonzero(first)
        mass = np.logaddexp.reduceat(hypotheses.mass[ranked][order], begins)
        best = np.argsort(order[begins])[: self._size]
        distinct = hypotheses.take(ranked[order[begins][best]])
        return replace(distinct, mass=mass[best])

    def _texts(self, hypotheses: Hypotheses) -> NDArray[np.int64]:
        """(H,) keys of what hypotheses wrote since the last commit."""
        tokens = self._arcs.token[hypotheses.history].astype(np.int64)  # (H, L)
        written = np.arange(tokens.shape[1]) < hypotheses.length[:, None]
        written &= tokens != NO_TOKEN
        power = np.cumprod(np.where(written, _HASH, 1), axis=1)  # wraps
        keys: NDArray[np.int64] = ((tokens + 1) * power * written).sum(axis=1)
        return keys

    def _lone_letters(self, hypotheses: Hypotheses) -> NDArray[np.uint8]:
        """(H,) the token of the lone letter that each ends in; 0 where it ends in none."""
        letters = np.zeros(len(hypotheses), dtype=np.uint8)
        rows = np.flatnonzero(_IS_LONE[hypotheses.state])
        tokens = self._arcs.token[hypotheses.history[rows]]  # (R, L)
        written = np.arange(tokens.shape[1]) < hypotheses.length[rows, None]
        written &= tokens != NO_TOKEN
        if written.any():
            last = written.shape[1] - 1 - written[:, ::-1].argmax(axis=1)  # (R,)
            letters[rows] = tokens[np.arange(len(rows)), last]
        return letters

    def _log_prob(self, context: States) -> NDArray[np.float32]:
        """(H, N_TOKENS + 1) weighted log-probs of the next token, and a column of zeros."""
        log_prob = np.zeros((len(context), NO_TOKEN + 1), dtype=np.float32)
        np.multiply(self._model.log_prob(context), self._lm_weight, out=log_prob[:, :NO_TOKEN])
        return log_prob

    def _top(self, scores: NDArray[np.float64], n: int) -> Rows:
        """Rows of the n best scores within the window, best first; equal scores in their order."""
        rows = np.flatnonzero(scores >= scores.max() - self._window)
        if len(rows) > n:
            limit = np.partition(scores[rows], len(rows) - n)[len(rows) - n]
            rows = rows[scores[rows] >= limit]
        ranked: Rows = rows[np.argsort(-scores[rows], kind="stable")][:n]
        return ranked


def _origin(
    extensions: Sequence[Extension], candidates: Rows
) -> tuple[Rows, Rows, Rows, NDArray[np.bool_]]:
    """Where candidates (C,), counted through all extensions, come from.

    Returns:
        (C,) the extension, the row among all hypotheses, the arc, and whether it is `spelled`.
    """
    n_hypotheses = np.array([len(e.hypotheses) for e in extensions])
    n_arcs = np.array([len(e.arcs) for e in extensions])
    ends = np.cumsum(n_hypotheses * n_arcs)
    source = np.searchsorted(ends, candidates, side="right")
    place = candidates - (ends - n_hypotheses * n_arcs)[source]
    row, column = np.divmod(place, n_arcs[source])
    row += (np.cumsum(n_hypotheses) - n_hypotheses)[source]
    column += (np.cumsum(n_arcs) - n_arcs)[source]
    arc = np.concatenate([e.arcs for e in extensions])[column]
    return source, row, arc, np.concatenate([e.spelled for e in extensions])[column]
