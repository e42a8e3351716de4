"""The n-gram and the lexicon as one token model: each word comes from one of them.

At the start of a word every root of the lexicon has a share. With every token the shares change by
Bayes' rule: a root that had not expected the token loses, and one that does not know it is out.

    behind      n-gram   persons   places      (odds against the n-gram)
    nothing     0.68     0.18      0.14        1 : 0.26 : 0.21
    ᄀ           the n-gram gives ᄀ 0.10, persons 0.30, places 0.15:
                         0.26 × 3  0.21 × 1.5  1 : 0.79 : 0.31
    김         no place goes on so           1 : 3.10 : –
"""

import math
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from jihwa.composer.language.files import read_lexicon
from jihwa.composer.language.jamo import BOUNDARY, N_TOKENS, SPACE
from jihwa.composer.language.lexicon import LOG_PROBS, NOWHERE, PROBS, Lexicon
from jihwa.composer.language.ngram import BLANK, LanguageModel, NGramState
from jihwa.composer.language.profanity import Profanity
from jihwa.composer.language.token_model import MOST_STATES, Mode, ModelState, Row, child_of

ROOTS = ("persons", "places", "words", "spoken", "short", "personal")
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


_FREE = Shares(
    first=(0.17, 0.14, 0.2, 0.17, 0.03, 0.1), later=(0.01, 0.01, 0.08, 0.04, 0.0, 0.05), alone=0.7
)
SHARES: Mapping[Mode, Shares] = {
    Mode.FREE: _FREE,
    Mode.EXACT: _FREE,
    Mode.WORD: Shares(first=(0.02, 0.03, 0.5, 0.1, 0.0, 0.1), later=_FREE.later, alone=0.9),
    Mode.NAME: Shares(first=(0.4, 0.4, 0.0, 0.0, 0.0, 0.1), later=_FREE.later, alone=0.9),
}

_STEP_NATS = 1 / 16
"""The log odds of a root against the n-gram are kept in whole steps, so that texts that differ in
little else can be recombined."""
_LEAST_NATS, _MOST_NATS = -10.0, 12.0
"""Log odds below which a root is given up, and above which they do not rise."""

_Roots = tuple[int, ...]
"""(E,) a number of every root of the lexicon."""
_Entry = tuple[_Roots, _Roots]
"""Nodes and steps with which the roots enter."""


class MixtureState(ModelState):
    """What the n-gram and every root expect behind a text.

    Attributes:
        n_gram: The n-gram's state.
        nodes: (E,) where in the lexicon every root is, or `NOWHERE`.
        steps: (E,) its log odds against the n-gram in whole steps, twice, and 1 more while the word
            begins the text.
        spotter: The state of the automaton that finds profane words.
    """

    __slots__ = ("_followers", "_model", "n_gram", "nodes", "spotter", "steps")

    n_gram: NGramState
    nodes: _Roots
    steps: _Roots
    spotter: int
    _model: "Mixture"
    _followers: "dict[int, MixtureState] | None"

    def after(self, token: int) -> "MixtureState":
        """The state behind one more token; it is found once."""
        followers = self._followers
        if followers is not None and token in followers:
            return followers[token]
        following = self._model.following(self, token)
        if self._followers is None:
            self._followers = {}
        self._followers[token] = following
        return following

    def forget(self) -> None:
        """Let go of what can be found again: else an old state would keep all that came of it."""
        self._followers, self._row = None, None

    def is_profane(self, token: int) -> bool:
        """Whether a token would complete a word that correction must not introduce."""
        return self._model.is_profane(self.spotter, token)

    def _expect(self) -> Row:
        return self._model.expected(self)


class Mixture:
    """A `TokenModel`: words come from the n-gram or from a root of the lexicon.

    Args:
        language_model: The n-gram.
        lexicon: The words; of the roots it may lack any.
        mode: What is known of the text.
        profanity: Finds the profane words of the lexicon; made of it where it is not given.
    """

    def __init__(
        self,
        language_model: LanguageModel,
        lexicon: Lexicon,
        mode: Mode = Mode.FREE,
        profanity: Profanity | None = None,
    ) -> None:
        self._n_gram = language_model
        self._lexicon = lexicon
        self._profanity = profanity or Profanity(lexicon)
        self._known = [name for name in ROOTS if name in lexicon.roots]  # (E,)
        self._nowhere = (NOWHERE,) * len(self._known)
        self._roots = frozenset(lexicon.roots[name] for name in self._known)
        self._tokens, self._ends = lexicon.tokens.data, lexicon.end_codes.data
        self._prob_codes = lexicon.prob_codes.data
        self._probs, self._log_probs = PROBS.data, LOG_PROBS.data
        self._sizes, self._begins = lexicon.sizes.data, lexicon.begins.data
        self._alone = SHARES[mode].alone
        self._first = self._entry(SHARES[mode].first, is_first=True)
        self._later = self._entry(SHARES[mode].later, is_first=False)
        self._states: dict[int, MixtureState] = {}
        self._order: deque[int] = deque()  # their keys, the oldest one first

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
        """The same model with the shares of a mode."""
        return type(self)(self._n_gram, self._lexicon, mode, self._profanity)

    def _entry(self, shares: Sequence[float], *, is_first: bool) -> _Entry:
        """Where roots that begin with these shares begin, and with which odds."""
        roots = [self._lexicon.roots[name] for name in self._known]
        share = [
            shares[ROOTS.index(name)] if self._sizes[root] else 0.0
            for name, root in zip(self._known, roots, strict=True)
        ]
        left = 1 - sum(share)
        nodes = tuple(root if s > 0 else NOWHERE for root, s in zip(roots, share, strict=True))
        steps = (_stored(math.log(s / left), is_first) if s > 0 else 0 for s in share)
        return nodes, tuple(steps)

    def start(self) -> MixtureState:
        """The state before the first token of a text."""
        nodes, steps = self._first
        return self._state(self._n_gram.start(), nodes, steps, self._profanity.start)

    def _state(
        self, n_gram: NGramState, nodes: _Roots, steps: _Roots, spotter: int
    ) -> MixtureState:
        key = hash((n_gram.key, nodes, steps, spotter))
        state = self._states.get(key)
        if state is None:
            state = MixtureState.__new__(MixtureState)  # see NGramState
            state.key, state._row, state._model, state._followers = key, None, self, None
            state.n_gram, state.nodes, state.steps, state.spotter = n_gram, nodes, steps, spotter
            if len(self._order) >= MOST_STATES:  # all at once would hold up a letter
                oldest = self._states.pop(self._order.popleft())
                oldest.forget()
            self._states[key] = state
            self._order.append(key)
        return state

    def is_profane(self, spotter: int, token: int) -> bool:
        """Whether a token completes a profane word, by the state of what finds them before it."""
        return self._profanity.found(self._profanity.follow(spotter, token))

    def following(self, state: MixtureState, token: int) -> MixtureState:
        """The state behind one more token."""
        nodes, steps = state.nodes, state.steps
        if nodes != self._nowhere:
            nodes, steps = self._weighed(state, token)
        if token == SPACE:
            nodes, steps = self._with_entered(nodes, steps)
        spotter = self._profanity.follow(state.spotter, token)
        return self._state(state.n_gram.after(token), nodes, steps, spotter)

    def _weighed(self, state: MixtureState, token: int) -> _Entry:
        """Where the roots of a state go with a token, and their odds by Bayes' rule."""
        nodes, steps = list(state.nodes), list(state.steps)
        n_gram = state.n_gram.log_prob(token)
        left = 0.0  # odds of all words that may have ended before the token: the n-gram's gain
        for root in range(len(nodes)):
            node, stored = nodes[root], steps[root]
            if node != NOWHERE:
                alone = self._alone if stored & 1 and node not in self._roots else 0.0
                goes_on = 1 - alone + (alone * math.exp(-n_gram) if token == BOUNDARY else 0.0)
                left += _odds(stored) * self._probs[self._ends[node]] * goes_on
        gain = math.log1p(left)
        for root in range(len(nodes)):
            node, stored = nodes[root], steps[root]
            if node != NOWHERE:
                child = self._child(node, token)
                nodes[root], steps[root] = NOWHERE, 0
                if child != NOWHERE:
                    expected = self._log_probs[self._prob_codes[child]] - n_gram
                    log_odds = (stored >> 1) * _STEP_NATS - gain + expected
                    if log_odds > _LEAST_NATS:
                        nodes[root], steps[root] = child, _stored(log_odds, stored & 1)
        return tuple(nodes), tuple(steps)

    def _with_entered(self, before: _Roots, steps_before: _Roots) -> _Entry:
        """With those roots let in that do not go on with a word that has a space in it."""
        nodes, steps = list(before), list(steps_before)
        new_nodes, new_steps = self._later
        enters = [
            root for root, new in enumerate(new_nodes) if new != NOWHERE and nodes[root] == NOWHERE
        ]
        lost = math.log1p(sum(_odds(new_steps[root]) for root in enters))  # by the n-gram
        for root, node in enumerate(nodes):
            if node != NOWHERE:
                log_odds = (steps[root] >> 1) * _STEP_NATS + lost
                steps[root] = _stored(log_odds, steps[root] & 1)
        for root in enters:
            nodes[root], steps[root] = new_nodes[root], new_steps[root]
        return tuple(nodes), tuple(steps)

    def expected(self, state: MixtureState) -> Row:
        """Natural log-probabilities of every next token.

        The n-gram speaks for its own share and for the words that may be over; a root for the words
        that may go on, and for the end of a text that is one word.
        """
        nodes, steps, known = state.nodes, state.steps, state.n_gram.row()
        if nodes == self._nowhere:
            return known
        total, ended, is_all = 1.0, 1.0, 0.0  # odds against the n-gram
        for root in range(len(nodes)):
            node, stored = nodes[root], steps[root]
            if node != NOWHERE:
                odds = _odds(stored)
                leaves = odds * self._probs[self._ends[node]]
                alone = leaves * self._alone if stored & 1 and node not in self._roots else 0.0
                total += odds
                ended += leaves - alone
                is_all += alone
        row, log_ended = BLANK[:], math.log(ended / total)
        for token in range(N_TOKENS):
            row[token] = known[token] + log_ended
        row[BOUNDARY] = math.log(math.exp(row[BOUNDARY]) + is_all / total)
        for root in range(len(nodes)):
            node = nodes[root]
            if node != NOWHERE:
                share, begin = _odds(steps[root]) / total, self._begins[node]
                for child in range(begin, begin + self._sizes[node]):
                    token, more = self._tokens[child], share * self._probs[self._prob_codes[child]]
                    row[token] = math.log(math.exp(row[token]) + more)
        return row

    def _child(self, node: int, token: int) -> int:
        """The node that a token leads to, or `NOWHERE`."""
        begin = self._begins[node]
        return child_of(self._tokens, begin, begin + self._sizes[node], token)


def _odds(stored: int) -> float:
    """The odds that stored steps stand for."""
    return math.exp((stored >> 1) * _STEP_NATS)


def _stored(log_odds: float, is_first: int) -> int:
    """Log odds in whole steps, and whether the word begins the text, as one number."""
    steps = int((min(log_odds, _MOST_NATS) + _STEP_NATS / 2) // _STEP_NATS)
    return steps << 1 | is_first
