"""The n-gram language model over positional jamo."""

from array import array
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Self

import numpy as np

from jihwa.composer.language.files import N_BACKOFF_CODES, N_PROB_CODES, NGramTrie
from jihwa.composer.language.jamo import BOUNDARY, N_TOKENS, encode
from jihwa.composer.language.token_model import MOST_STATES, Mode, ModelState, Row
from jihwa.composer.language.trie import FLAG, child_of

_SHIPPED = resources.files("jihwa.composer.language") / "korean.lm"
_EMPTY = 0
"""The context of no token."""
_NONE = -1
"""In the place of a context that no n-gram continues, and of a node that is not there."""
_SHORT = 2
"""Tokens of the contexts whose rows are kept for good. There are some 1,800 of them; going through
their many children again and again would take most of the time."""


class NGramState(ModelState):
    """The ends of a text that the n-grams of a model go on from.

    Attributes:
        contexts: (order - 1,) the number of the context of the last 1, 2, … tokens, or -1.
        longest: The number of the longest context, which determines all others.
    """

    __slots__ = ("_model", "contexts", "longest")

    def __init__(self, model: "LanguageModel", contexts: tuple[int, ...]) -> None:
        self.longest = max(_EMPTY, *contexts)
        super().__init__(self.longest, False)
        self._model = model
        self.contexts = contexts

    def log_prob(self, token: int) -> float:
        """The natural log-probability of one token, for less than a whole row."""
        if self._row is not None:
            return self._row[token]
        return self._model.log_prob(self.contexts, token)

    def _follow(self, token: int) -> "NGramState":
        return self._model.state(self._model.following(self.contexts, token))

    def _expect(self) -> Row:
        return self._model.row(self.contexts)


class LanguageModel:
    """Probabilities of the next token, from n-grams with back-off; a `TokenModel`.

    The probability of a token is stored with the longest n-gram that consists of the end of the
    text and the token. It is multiplied by the back-off weights of all longer contexts at the end
    of the text, which the token does not continue. If no n-gram is 학교에 and the token, one of
    교에 and the token is looked for, and the weight of the context 학교에 is paid for it.

    Args:
        trie: The n-grams.

    Attributes:
        order: The length of the longest n-grams.
    """

    def __init__(self, trie: NGramTrie) -> None:
        self.order = len(trie.log_probs)
        is_context = np.packbits(trie.prob_codes >= FLAG)  # (M / 8,)
        counts = np.bitwise_count(is_context)
        # Where the children of each context begin, and behind the last one where they end.
        self._children = np.flatnonzero(trie.tokens >= FLAG).data
        self._tokens, self._prob_codes = trie.tokens.data, trie.prob_codes.data
        self._backoff_codes = trie.backoff_codes.data
        self._is_context = is_context.data
        self._n_contexts = (np.cumsum(counts, dtype=np.int32) - counts).data  # in bytes before
        # With its flag, a code is a byte: the book stands twice. Flat: one index finds any entry.
        self._log_probs = np.tile(trie.log_probs, 2).ravel().data
        self._log_backoffs = trie.log_backoffs.ravel().data
        self._states: dict[int, NGramState] = {}
        unigrams = (self._log_prob(self._child(_EMPTY, token), 0) for token in range(N_TOKENS))
        self._unigrams: Row = array("f", unigrams)
        self._short_rows: dict[tuple[int, ...], Row] = {}

    @classmethod
    def load(cls, path: Path | Traversable | None = None) -> Self:
        """Map a model file; without a path, the one that ships.

        Raises:
            DataError: It is missing, no language model, of another version, cut short or damaged.
        """
        return cls(NGramTrie.read(_SHIPPED if path is None else path))

    def start(self) -> NGramState:
        """The state after the opening boundary."""
        nothing = (_NONE,) * (self.order - 1)
        return self.state(self.following(nothing, BOUNDARY))

    def in_mode(self, mode: Mode) -> Self:
        """The model of that mode: n-grams know of one kind of text only."""
        del mode
        return self

    def score(self, text: str) -> float:
        """Natural log-probability of a whole text, its closing boundary included.

        Raises:
            UsageError: A character is neither a modern syllable nor a space.
        """
        contexts, total = self.start().contexts, 0.0
        for token in (*encode(text).tolist(), BOUNDARY):
            total += self.log_prob(contexts, token)
            contexts = self.following(contexts, token)
        return total

    def state(self, contexts: tuple[int, ...]) -> NGramState:
        """The one state that stands for these contexts."""
        longest = max(_EMPTY, *contexts)
        state = self._states.get(longest)
        if state is None:
            if len(self._states) >= MOST_STATES:
                self._states.clear()
            state = self._states[longest] = NGramState(self, contexts)
        return state

    def following(self, contexts: tuple[int, ...], token: int) -> tuple[int, ...]:
        """The contexts behind one more token, from those of none, 1, 2, … tokens before it."""
        following = [self._context(self._child(_EMPTY, token))]
        for context in contexts[:-1]:
            following.append(_NONE if context < 0 else self._context(self._child(context, token)))
        return tuple(following)

    def log_prob(self, contexts: tuple[int, ...], token: int) -> float:
        """Natural log-probability of a token: its longest n-gram and the back-off weights."""
        total = 0.0
        for length in range(self.order - 1, 0, -1):
            context = contexts[length - 1]
            if context >= 0:
                node = self._child(context, token)
                if node >= 0:
                    return total + self._log_prob(node, length)
                total += self._backoff(context, length)
        return total + self._log_prob(self._child(_EMPTY, token), 0)

    def row(self, contexts: tuple[int, ...]) -> Row:
        """Natural log-probabilities of every next token.

        Every token begins with what the short contexts know of it; what longer ones know of some
        overwrites that, each with the back-off weights of those that are longer still.
        """
        row = self._row_of_short(contexts[:_SHORT])
        if len(contexts) <= _SHORT:
            return row
        return self._overwritten(row, contexts, _SHORT)

    def _row_of_short(self, contexts: tuple[int, ...]) -> Row:
        row = self._short_rows.get(contexts)
        if row is None:
            row = self._short_rows[contexts] = self._overwritten(self._unigrams, contexts, 0)
        return row

    def _overwritten(self, known: Row, contexts: tuple[int, ...], length: int) -> Row:
        """A row that regards contexts of at most `length` tokens, once longer ones count too."""
        n = len(contexts)
        weights = array("f", bytes(4 * (n + 1)))
        for at in range(n - 1, length - 1, -1):
            context = contexts[at]
            own = self._backoff(context, at + 1) if context >= 0 else 0.0
            weights[at] = weights[at + 1] + own
        weight = weights[length]
        row = array("f", bytes(4 * N_TOKENS))
        for token in range(N_TOKENS):
            row[token] = known[token] + weight
        children, tokens = self._children, self._tokens
        codes, book = self._prob_codes, self._log_probs
        for at in range(length, n):
            context = contexts[at]
            if context >= 0:
                weight, place = weights[at + 1], (at + 1) * 2 * N_PROB_CODES
                for node in range(children[context], children[context + 1]):
                    row[tokens[node] & ~FLAG] = book[place + codes[node]] + weight
        return row

    def _log_prob(self, node: int, length: int) -> float:
        """Log-probability of the last token of an n-gram behind the `length` ones before it."""
        return self._log_probs[length * 2 * N_PROB_CODES + self._prob_codes[node]]

    def _backoff(self, context: int, length: int) -> float:
        """Log back-off weight of a context of `length` tokens."""
        return self._log_backoffs[length * N_BACKOFF_CODES + self._backoff_codes[context]]

    def _child(self, context: int, token: int) -> int:
        """The node of a context with a token behind it, or -1."""
        children = self._children
        return child_of(self._tokens, children[context], children[context + 1], token)

    def _context(self, node: int) -> int:
        """The number of the context that a node is, or -1 where it is none."""
        if node < 0 or self._prob_codes[node] < FLAG:
            return _NONE
        byte, bit = node >> 3, node & 7
        before = self._is_context[byte] >> (8 - bit)  # the highest bit of a byte stands first
        return self._n_contexts[byte] + before.bit_count() + 1
