"""The n-gram language model over positional jamo."""

from array import array
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Self

import numpy as np

from jihwa.composer.language.files import N_BACKOFF_CODES, N_PROB_CODES, NGramTrie
from jihwa.composer.language.jamo import BOUNDARY, N_TOKENS, encode
from jihwa.composer.language.lexicon import Bytes, Nodes
from jihwa.composer.language.token_model import FLAG, MOST_STATES, Mode, ModelState, Row, child_of

BLANK: Row = array("f", bytes(4 * N_TOKENS))
"""To be copied: that is the quickest way to a new row."""
_SHIPPED = resources.files("jihwa.composer.language") / "korean.lm"
_NONE = -1
"""In the place of a context that no n-gram continues, and of a node that is not there."""
_SHORT = 2
"""Tokens of the contexts whose rows others begin with. There are some 1,800 of them, and they are
kept: going through their many children again and again would take most of the time."""
_SPARSE_BITS = 3
"""Of every eighth context is noted where its children begin: of all, that would take 10 MB. From
there it is counted, once for a state, which takes no time worth a mention: two contexts in three
have one child."""
_AT_ONCE = 1 << 18
"""Nodes that are looked at together while a model is loaded, which takes less memory so."""
_TOKEN_BITS = FLAG - 1
_BITS_SET = bytes(byte.bit_count() for byte in range(256))


class NGramState(ModelState):
    """The longest end of a text that n-grams go on from.

    Attributes:
        key: The number of the context.
        length: Its tokens.
        begin: Where the nodes of its children begin.
        end: Where they end.
        shorter: The state of the longest end of it that n-grams go on from; None of no token.
    """

    __slots__ = ("_model", "begin", "end", "length", "shorter")

    begin: int
    end: int
    length: int
    shorter: "NGramState | None"
    _model: "LanguageModel"

    def log_prob(self, token: int) -> float:
        """The natural log-probability of one token, for less than a whole row."""
        if self._row is not None:
            return self._row[token]
        return self._model.log_prob(self, token)

    def after(self, token: int) -> "NGramState":
        """The state behind one more token; the model finds it sooner than a memory would."""
        return self._model.following(self, token)

    def _expect(self) -> Row:
        return self._model.row(self)


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
        self._begins = _sparse_begins(trie.tokens).data
        self._tokens, self._prob_codes = trie.tokens.data, trie.prob_codes.data
        self._backoff_codes = trie.backoff_codes.data
        self._is_context = is_context.data
        self._n_contexts = (np.cumsum(counts, dtype=np.int32) - counts).data  # in bytes before
        # With its flag, a code is a byte: the book stands twice. Flat: one index finds any entry.
        self._log_probs = np.tile(trie.log_probs, 2).ravel().data
        self._log_backoffs = trie.log_backoffs.ravel().data
        self._empty = self._made(0, 0, None)
        self._short: dict[int, NGramState] = {}  # for good
        self._long: dict[int, NGramState] = {}

    @classmethod
    def load(cls, path: Path | Traversable | None = None) -> Self:
        """Map a model file; without a path, the one that ships.

        Raises:
            DataError: It is missing, no language model, of another version, cut short or damaged.
        """
        return cls(NGramTrie.read(_SHIPPED if path is None else path))

    def start(self) -> NGramState:
        """The state after the opening boundary."""
        return self.following(self._empty, BOUNDARY)

    def in_mode(self, mode: Mode) -> Self:
        """The model of that mode: n-grams know of one kind of text only."""
        del mode
        return self

    def score(self, text: str) -> float:
        """Natural log-probability of a whole text, its closing boundary included.

        Raises:
            UsageError: A character is neither a modern syllable nor a space.
        """
        state, total = self.start(), 0.0
        for token in (*encode(text).tolist(), BOUNDARY):
            total += state.log_prob(token)
            state = self.following(state, token)
        return total

    def following(self, state: NGramState, token: int) -> NGramState:
        """The one state behind one more token: of the longest end that goes on with it."""
        before: NGramState | None = state
        while before is not None:
            if before.length < self.order - 1:
                context = self._context(self._child(before, token))
                if context >= 0:
                    return self._state(context, before, token)
            before = before.shorter
        return self._empty

    def _state(self, context: int, before: NGramState, token: int) -> NGramState:
        states = self._short if before.length < _SHORT else self._long
        known = states.get(context)
        if known is not None:
            return known
        shorter = self._empty if before.shorter is None else self.following(before.shorter, token)
        if len(self._long) >= MOST_STATES:
            self._long.clear()
        state = states[context] = self._made(context, before.length + 1, shorter)
        return state

    def _made(self, context: int, length: int, shorter: NGramState | None) -> NGramState:
        """A new state; the nodes of its children are looked for."""
        state = NGramState.__new__(NGramState)  # a constructor's arguments would be made objects
        state.key, state._row, state._model = context, None, self
        state.length, state.shorter = length, shorter
        tokens, begin = self._tokens, self._begins[context >> _SPARSE_BITS]
        left = context & ((1 << _SPARSE_BITS) - 1)
        while left:
            begin += 1
            left -= tokens[begin] >= FLAG
        end = begin + 1
        while tokens[end] < FLAG:
            end += 1
        state.begin, state.end = begin, end
        return state

    def log_prob(self, state: NGramState, token: int) -> float:
        """Natural log-probability of a token: its longest n-gram and the back-off weights."""
        total, longest = 0.0, state
        while True:
            node = self._child(longest, token)
            if node >= 0 or longest.shorter is None:
                return total + self._log_prob(node, longest.length)
            total += self._backoff(longest)
            longest = longest.shorter

    def row(self, state: NGramState) -> Row:
        """Natural log-probabilities of every next token.

        Every token begins with what the short contexts know of it; what longer ones know of some
        overwrites that, each with the back-off weights of those that are longer still.
        """
        row = BLANK[:]
        self._fill(row, state, 0.0, state.length > _SHORT)
        return row

    def _fill(self, row: Row, state: NGramState, weight: float, is_short_known: bool) -> None:
        """Write into a row what a state knows, with the weight of all that are longer."""
        if is_short_known and state.length <= _SHORT:
            known = state.row()
            for token in range(N_TOKENS):
                row[token] = known[token] + weight
            return
        if state.shorter is not None:
            self._fill(row, state.shorter, weight + self._backoff(state), is_short_known)
        tokens, codes = self._tokens, self._prob_codes
        book, place = self._log_probs, state.length * 2 * N_PROB_CODES
        for node in range(state.begin, state.end):
            row[tokens[node] & _TOKEN_BITS] = book[place + codes[node]] + weight

    def _log_prob(self, node: int, length: int) -> float:
        """Log-probability of the last token of an n-gram behind the `length` ones before it."""
        return self._log_probs[length * 2 * N_PROB_CODES + self._prob_codes[node]]

    def _backoff(self, state: NGramState) -> float:
        """Log back-off weight of a state's context."""
        return self._log_backoffs[state.length * N_BACKOFF_CODES + self._backoff_codes[state.key]]

    def _child(self, state: NGramState, token: int) -> int:
        """The node of a state's context with a token behind it, or -1."""
        return child_of(self._tokens, state.begin, state.end, token)

    def _context(self, node: int) -> int:
        """The number of the context that a node is, or -1 where it is none."""
        if node < 0 or self._prob_codes[node] < FLAG:
            return _NONE
        byte, bit = node >> 3, node & 7
        before = self._is_context[byte] >> (8 - bit)  # the highest bit of a byte stands first
        return self._n_contexts[byte] + _BITS_SET[before] + 1


def _sparse_begins(tokens: Bytes) -> Nodes:
    """Where the children of every eighth context begin; from there it is counted."""
    begins, n, step = [], 0, 1 << _SPARSE_BITS
    for first in range(0, len(tokens), _AT_ONCE):
        found = first + np.flatnonzero(tokens[first : first + _AT_ONCE] >= FLAG)
        begins.append(found[-n % step :: step].astype(np.int32))
        n += len(found)
    return np.concatenate(begins)
