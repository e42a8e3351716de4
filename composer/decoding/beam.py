"""The beam: hypotheses extended, recombined and pruned together."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from jihwa.composer.decoding.arcs import NO_TOKEN, Arcs, ModelStep
from jihwa.composer.decoding.grammar import IS_SPACE, ArcKind, Grammar, State
from jihwa.composer.decoding.hypotheses import Extension, Hypotheses, Rows, joined, steps_of
from jihwa.composer.language.jamo import BOUNDARY, Tokens
from jihwa.composer.language.ngram import States
from jihwa.composer.language.token_model import TokenModel

_HASH = 0x5DEECE66D
"""An odd number: its multiples are far apart, and its powers tell places apart."""
_LETTER_BITS = 8
"""Enough for any token."""


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
        self._order = grammar.cost[:, arcs.kind] + arcs.cost  # (states, arcs)
        is_lone = np.isin(arcs.kind, (ArcKind.LONE_CONSONANT, ArcKind.LONE_VOWEL))
        self._lone_letter = np.where(is_lone, arcs.token, 0).astype(np.uint8)  # (arcs,)

    def root(self, state: State, tokens: Tokens) -> Hypotheses:
        """The one hypothesis before anything was seen, behind (T,) tokens of earlier text."""
        context = self._start
        for i in range(len(tokens)):
            context = self._model.advance(context, tokens[i : i + 1])
        return Hypotheses(
            score=np.zeros(1),
            mass=np.zeros(1),
            state=np.array([state], np.uint8),
            letter=np.zeros(1, np.uint8),
            key=self._model.key(context),
            context=context,
            steps=np.zeros((1, 0), np.int64),
            length=np.zeros(1, np.intp),
            spelled=np.ones(1, np.bool_),
            log_prob=self._log_prob(context),
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
        scores = self._order.take(arcs, axis=1).take(hypotheses.state, axis=0)  # (H, A)
        scores += hypotheses.log_prob.take(self._arcs.lm_column.take(arcs), axis=1)
        scores += hypotheses.score[:, None]
        scores += evidence
        return scores

    def extend(self, extensions: Sequence[Extension], candidates: int) -> Hypotheses:
        """Take the best steps, best first; they are yet to `merge`, which asks the language model.

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
        if introduced.any() and not introduced.all():
            stepped = stepped.take(np.flatnonzero(~introduced))
        return stepped

    def _stepped(
        self, extensions: Sequence[Extension], scores: NDArray[np.float64], chosen: Rows
    ) -> tuple[Hypotheses, NDArray[np.bool_]]:
        """Chosen candidates as hypotheses, but for their `log_prob`.

        Returns:
            C hypotheses, and (C,) which of them just introduced a word that nobody spelled.
        """
        path, parent, arc, spelled = _origin(extensions, chosen)
        sources = [extension.hypotheses for extension in extensions]
        context, length, state, letter, key, was_spelled, score, mass = (
            joined(sources, name).take(parent, axis=0)
            for name in ("context", "length", "state", "letter", "key", "spelled", "score", "mass")
        )
        steps = np.zeros((len(arc), int(length.max()) + 1), np.int64)
        steps[:, :-1] = joined(sources, "steps").take(parent, axis=0)[:, : steps.shape[1] - 1]
        steps[np.arange(len(arc)), length] = steps_of(arc, path)
        kind, token, step = (
            values.take(arc) for values in (self._arcs.kind, self._arcs.token, self._arcs.step)
        )
        advanced = np.flatnonzero(step == ModelStep.ADVANCE)
        following = self._model.advance(context.take(advanced, axis=0), token.take(advanced))
        context[advanced] = following
        context[step == ModelStep.RESTART] = self._start
        spelled &= was_spelled
        introduced = np.zeros(len(arc), np.bool_)
        introduced[advanced] = self._model.profane(following) & ~spelled.take(advanced)
        writes = token != NO_TOKEN
        if self._recombine:
            key = self._model.key(context)
        else:
            key = np.where(writes, key * _HASH + token + 1, key)  # wraps
        stepped = Hypotheses(
            score=scores.take(chosen),
            mass=scores.take(chosen) + mass - score,
            state=self._grammar.following[state, kind],
            letter=np.where(writes, self._lone_letter.take(arc), letter),
            key=key,
            context=context,
            steps=steps,
            length=length + 1,
            spelled=spelled | IS_SPACE.take(kind),
            log_prob=np.full((len(arc), NO_TOKEN + 1), np.nan, np.float32),
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
        """The best distinct hypotheses of several groups, at most `size`, with their `log_prob`.

        Of those that have the same key, state and lone letter only the best one is left. The
        letter matters because the model starts afresh behind it: else a text of one letter would
        have no alternatives.
        """
        together = Hypotheses.concatenate(groups)
        ranked = self._top(together.score, len(together))
        apart = together.state.astype(np.int64) << _LETTER_BITS | together.letter
        apart = (apart * _HASH + together.key).take(ranked)
        order = np.argsort(apart, kind="stable")
        apart = apart.take(order)
        begins = np.concatenate([[0], 1 + np.flatnonzero(apart[1:] != apart[:-1])])
        mass = np.logaddexp.reduceat(together.mass.take(ranked.take(order)), begins)
        first = order.take(begins)
        best = np.argsort(first)[: self._size]
        rows = ranked.take(first.take(best))
        distinct = together.take(rows)
        distinct.mass[:] = mass.take(best)
        new = np.flatnonzero(np.isnan(distinct.log_prob[:, 0]))
        distinct.log_prob[new] = self._log_prob(distinct.context.take(new, axis=0))
        return distinct

    def _log_prob(self, context: States) -> NDArray[np.float32]:
        """(H, N_TOKENS + 1) weighted log-probs of the next token, and a column of zeros."""
        log_prob = np.zeros((len(context), NO_TOKEN + 1), dtype=np.float32)
        np.multiply(self._model.log_prob(context), self._lm_weight, out=log_prob[:, :NO_TOKEN])
        return log_prob

    def _top(self, scores: NDArray[np.float64], n: int) -> Rows:
        """Rows of the n best scores within the window, best first; equal scores in their order."""
        rows = np.flatnonzero(scores >= scores.max() - self._window)
        if len(rows) > n:
            limit = np.partition(scores.take(rows), len(rows) - n)[len(rows) - n]
            rows = rows[scores.take(rows) >= limit]
        ranked: Rows = rows.take(np.argsort(-scores.take(rows), kind="stable")[:n])
        return ranked


def _origin(
    extensions: Sequence[Extension], candidates: Rows
) -> tuple[Rows, Rows, Rows, NDArray[np.bool_]]:
    """Where candidates (C,), counted through all extensions, come from.

    Returns:
        (C,) the number of the path, the row among all hypotheses, the arc, whether it is `spelled`.
    """
    shapes = np.array([(e.score.size, *e.score.shape) for e in extensions])  # (E, 3)
    ends = shapes.cumsum(axis=0)
    source = ends[:, 0].searchsorted(candidates, side="right")
    place, row, column = (ends - shapes).take(source, axis=0).T  # of the first of each extension
    rows, columns = np.divmod(candidates - place, shapes[:, 2].take(source))
    column = column + columns
    path = np.array([e.path for e in extensions]).take(source)
    arc = np.concatenate([e.arcs for e in extensions]).take(column)
    spelled = np.concatenate([e.spelled for e in extensions]).take(column)
    return path, row + rows, arc, spelled
