"""The n-gram and the lexicon as one token model: each word comes from one of them.

At the start of a word every root of the lexicon has a share. With every token the shares change by
Bayes' rule: a root that had not expected the token loses, and one that does not know it is out.
"""

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from jihwa.composer.language.jamo import BOUNDARY, N_TOKENS, SPACE
from jihwa.composer.language.lexicon import LOG_PROBS, NOWHERE, PROBS, Lexicon
from jihwa.composer.language.lexicon_file import read_lexicon
from jihwa.composer.language.modes import Mode
from jihwa.composer.language.ngram import LanguageModel, States
from jihwa.composer.language.profanity import Profanity

_Rows = NDArray[np.intp]
_Values = NDArray[np.float64]

ROOTS = ("persons", "places", "words", "personal")
"""Roots of the lexicon that words come from. The last one holds the user's own words."""


@dataclass(frozen=True, slots=True)
class Shares:
    """Where the words of a text come from; what is left is the n-gram's.

    Attributes:
        first: Share of each of the `ROOTS` at the start of a text.
        later: The same at the start of a word inside a text.
        alone: How often a word of a root that begins a text is all of it; otherwise the n-gram
            says how the text goes on behind the word.
    """

    first: tuple[float, ...]
    later: tuple[float, ...]
    alone: float


_FREE = Shares(first=(0.18, 0.14, 0.25, 0.1), later=(0.01, 0.01, 0.1, 0.05), alone=0.7)
SHARES: Mapping[Mode, Shares] = {
    Mode.FREE: _FREE,
    Mode.EXACT: _FREE,
    Mode.WORD: Shares(first=(0.02, 0.03, 0.6, 0.1), later=_FREE.later, alone=0.9),
    Mode.NAME: Shares(first=(0.4, 0.4, 0.0, 0.1), later=_FREE.later, alone=0.9),
}

_STEP = 1 / 16
"""Nats: the log odds of a root against the n-gram are kept in whole steps, so that texts that
differ in little else can be recombined."""
_LEAST, _MOST = -10.0, 12.0
"""Log odds below which a root is given up, and above which they do not rise."""
_TINY = 1e-9


class Mixture:
    """A `TokenModel`: words come from the n-gram or from a root of the lexicon.

    A state holds the n-gram's K columns, then for each of E roots its node, for each its log odds
    against the n-gram, and the state of the profane words' automaton.

    Args:
        language_model: The n-gram.
        lexicon: The words; of the roots it may lack any.
        mode: What is known of the text.
        shares: Where words come from, in every mode.
    """

    def __init__(
        self,
        language_model: LanguageModel,
        lexicon: Lexicon,
        mode: Mode = Mode.FREE,
        shares: Mapping[Mode, Shares] = SHARES,
    ) -> None:
        self._n_gram = language_model
        self._lexicon = lexicon
        self._profanity = Profanity(lexicon)
        self._shares = shares
        names = [name for name in ROOTS if name in lexicon.roots]
        self._roots = np.array([lexicon.roots[name] for name in names], np.int32)  # (E,)
        self._known = [ROOTS.index(name) for name in names]  # (E,)
        k, e = language_model.start().shape[1], len(names)
        self._context = slice(0, k)
        self._node = slice(k, k + e)
        self._odds = slice(k + e, k + 2 * e)
        self._spotter = k + 2 * e
        rng = np.random.default_rng(0)
        self._hash = rng.integers(1 << 62, size=2 * e + 1) * 2 + 1  # of all but the n-gram's
        self._expect(mode)

    @classmethod
    def load(
        cls, language_model: LanguageModel | None = None, lexicon: Lexicon | None = None
    ) -> Self:
        """The shipped parts, or those given, in mode FREE.

        `Mixture.load(lexicon=read_lexicon().with_words("personal", {"민서네": 3.0}))` knows the
        user's own words too.

        Raises:
            DataError: A shipped file is missing or damaged.
        """
        return cls(language_model or LanguageModel.load(), lexicon or read_lexicon())

    def in_mode(self, mode: Mode) -> Self:
        """The same model with the shares of a mode; it goes on from the same states."""
        other = copy(self)
        other._expect(mode)
        return other

    def _expect(self, mode: Mode) -> None:
        shares = self._shares[mode]
        self._alone = shares.alone
        self._first = self._entry(shares.first, is_first=True)
        self._later = self._entry(shares.later, is_first=False)

    def _entry(self, shares: Sequence[float], *, is_first: bool) -> tuple[States, States]:
        """Nodes (E,) and log odds as they are stored (E,) of roots that begin with these shares."""
        share = np.where(self._lexicon.sizes[self._roots] > 0, np.array(shares)[self._known], 0)
        odds = np.log(np.maximum(share, _TINY) / (1 - share.sum()))
        nodes = np.where(share > 0, self._roots, np.int32(NOWHERE))
        return nodes, np.where(share > 0, _stored(odds, is_first), np.int32(0))

    def start(self) -> States:
        """The state after the opening boundary, (1, K')."""
        state = np.zeros((1, self._spotter + 1), dtype=np.int32)
        state[:, self._context] = self._n_gram.start()
        state[:, self._node], state[:, self._odds] = self._first
        state[:, self._spotter] = self._profanity.start
        return state

    def advance(self, states: States, tokens: NDArray[np.integer[Any]]) -> States:
        """The states (B, K') that follow states (B, K') after one token each (B,)."""
        following = np.zeros(states.shape, dtype=np.int32)
        context, log_prob = self._n_gram.follow(states[:, self._context], tokens)
        following[:, self._context] = context
        following[:, self._spotter] = self._profanity.follow(states[:, self._spotter], tokens)
        following[:, self._node] = NOWHERE
        row, place, node, odds, is_first = self._active(states)
        if len(row):
            token, n_gram = tokens.take(row), log_prob.take(row)  # (A,)
            alone = self._alone_at(node, is_first)
            leave = np.exp(odds) * PROBS.take(self._lexicon.end_codes.take(node))
            leave *= 1 - alone + alone * np.where(token == BOUNDARY, np.exp(-n_gram), 0.0)
            odds -= np.log(1 + np.bincount(row, leave, len(states))).take(row)  # the n-gram's gain
            child = self._lexicon.follow(node, token)
            odds += LOG_PROBS.take(self._lexicon.prob_codes.take(child)) - n_gram
            on = np.flatnonzero((child != NOWHERE) & (odds > _LEAST))
            place = place.take(on)
            flat = following.reshape(-1)
            flat[place] = child.take(on)
            flat[place + len(self._roots)] = _stored(odds.take(on), is_first.take(on))
        spaces = np.flatnonzero(tokens == SPACE)
        if len(spaces):
            self._begin_words(following, spaces)
        return following

    def _begin_words(self, states: States, rows: _Rows) -> None:
        """Let in those roots that do not go on with a word that has a space in it."""
        nodes, stored = states[rows, self._node], states[rows, self._odds]  # (R, E)
        new_nodes, new_stored = self._later
        enters = (nodes == NOWHERE) & (new_nodes != NOWHERE)
        lost = np.log1p(enters @ np.exp((new_stored >> 1) * _STEP))  # (R,) by the n-gram
        going_on = _stored((stored >> 1) * _STEP + lost[:, None], stored & 1)
        stored = np.where(nodes == NOWHERE, 0, going_on)
        states[rows, self._node] = np.where(enters, new_nodes, nodes)
        states[rows, self._odds] = np.where(enters, new_stored, stored)

    def log_prob(self, states: States) -> NDArray[np.float32]:
        """Natural log-probabilities (B, N_TOKENS) of every next token in states (B, K')."""
        log_prob = self._n_gram.log_prob(states[:, self._context])
        row, _, node, odds, is_first = self._active(states)
        if not len(row):
            return log_prob
        against = np.exp(odds)
        n_gram = 1 / (1 + np.bincount(row, against, len(states)))  # (B,) its share
        share = against * n_gram.take(row)  # (A,)
        leave = share * PROBS.take(self._lexicon.end_codes.take(node))
        alone = leave * self._alone_at(node, is_first)
        log_prob += np.log(n_gram + np.bincount(row, leave - alone, len(states)))[:, None]
        child, parent = self._lexicon.children(node)  # (F,), (F,)
        place = row.take(parent) * N_TOKENS + self._lexicon.tokens.take(child)
        steps = share.take(parent) * PROBS.take(self._lexicon.prob_codes.take(child))
        place = np.concatenate([place, row * N_TOKENS + BOUNDARY])
        more = np.bincount(place, np.concatenate([steps, alone]), log_prob.size)
        place = np.flatnonzero(more)
        flat = log_prob.reshape(-1)
        flat[place] = np.log(np.exp(flat.take(place)) + more.take(place))
        return log_prob

    def _alone_at(self, node: States, is_first: NDArray[np.bool_]) -> _Values:
        """(A,) how probably the text ends where a word ends; one without a letter is no word."""
        return np.where(is_first & ~np.isin(node, self._roots), self._alone, 0.0)

    def key(self, states: States) -> NDArray[np.int64]:
        """(B,) equal for states that predict alike."""
        rest = states[:, self._node.start :].astype(np.int64)
        return self._n_gram.key(states[:, self._context]) + rest @ self._hash

    def profane(self, states: States) -> NDArray[np.bool_]:
        """(B,) whether the last token completed a word that correction must not introduce.

        Some words are complete only when their end is: behind the next onset, space or boundary.
        """
        return self._profanity.found(states[:, self._spotter])

    def _active(self, states: States) -> "_Active":
        """The roots that are on in states (B, K')."""
        row, root = (states[:, self._node] != NOWHERE).nonzero()
        place = row * states.shape[1] + (root + self._node.start)
        flat = states.ravel()
        stored = flat.take(place + len(self._roots))
        return _Active(row, place, flat.take(place), (stored >> 1) * _STEP, (stored & 1) > 0)


class _Active(NamedTuple):
    """A roots that are on, in order of their rows.

    Attributes:
        row: (A,) the state.
        place: (A,) where the node stands among all numbers of all states; its log odds stand as
            many numbers behind it as there are roots.
        node: (A,) where in the lexicon it is.
        odds: (A,) log odds against the n-gram.
        is_first: (A,) whether the word begins the text.
    """

    row: _Rows
    place: _Rows
    node: States
    odds: _Values
    is_first: NDArray[np.bool_]


def _stored(log_odds: _Values, is_first: NDArray[Any] | bool) -> States:
    """Log odds in whole steps, and whether the word begins the text, as one number."""
    steps = np.rint(np.minimum(log_odds, _MOST) / _STEP).astype(np.int32)
    return (steps << 1) | is_first
