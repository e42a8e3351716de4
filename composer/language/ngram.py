"""The n-gram language model over positional jamo, for all hypotheses of a beam at once."""

from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from jihwa.composer.language.jamo import BOUNDARY, N_TOKENS, Tokens, encode
from jihwa.composer.language.modes import Mode
from jihwa.composer.language.ngram_file import (
    FLAG,
    N_BACKOFF_CODES,
    N_PROB_CODES,
    Floats,
    NGramTrie,
)

States = NDArray[np.int32]
"""(B, K) what B hypotheses end with: column k is the context of the last k + 1 tokens, or -1 where
no n-gram continues them. Contexts are numbered by length, so the largest of a row is the longest,
and it determines the row."""

Nodes = NDArray[np.intp]
"""Numbers of n-grams, in the order of the file."""

_SHIPPED = resources.files("jihwa.composer.language") / "korean.lm"
_EMPTY = 0
"""The context of no token."""
_SHORT = 2
"""Contexts of at most so many tokens are looked up in tables. There are some 1,800 of them; going
through their many children would take most of the time."""
_BITS_BEFORE = np.array([0, 128, 192, 224, 240, 248, 252, 254], dtype=np.uint8)
"""(8,) masks of what stands before each bit of a byte, the highest bit first."""


class LanguageModel:
    """Probabilities of the next token, from n-grams with back-off.

    The probability of a token is stored with the longest n-gram that consists of the end of the
    text and the token. It is multiplied by the back-off weights of all longer contexts at the end
    of the text, which the token does not continue.

    Args:
        trie: The n-grams.

    Attributes:
        order: The length of the longest n-grams.
    """

    def __init__(self, trie: NGramTrie) -> None:
        self.order = len(trie.log_probs)
        self._trie = trie
        self._missing = trie.tokens.size - 1  # a node that is none: the flag behind the last one
        self._children = np.flatnonzero(trie.tokens >= FLAG)  # (C + 1,) where each one's begin
        self._is_context = np.packbits(trie.prob_codes >= FLAG)  # (M / 8,)
        counts = np.bitwise_count(self._is_context)
        self._n_contexts = np.cumsum(counts, dtype=np.int32) - counts  # (M / 8,) in bytes before
        # With its flag, a code is a byte: the book stands twice. Flat: one index finds any entry.
        self._log_probs = np.tile(trie.log_probs, 2).ravel()
        self._log_backoffs = trie.log_backoffs.ravel()
        level = np.arange(1, self.order)  # of the contexts in the columns of a state
        self._prob_books, self._backoff_books = level * 2 * N_PROB_CODES, level * N_BACKOFF_CODES
        self._short_nodes = self._nodes_of_short_contexts()
        self._short_log_probs = self._log_probs_of_short_contexts()

    @classmethod
    def load(cls, path: Path | Traversable | None = None) -> Self:
        """Map a model file; without a path, the one that ships.

        Raises:
            DataError: It is missing, no language model, of another version, cut short or damaged.
        """
        return cls(NGramTrie.read(_SHIPPED if path is None else path))

    def start(self) -> States:
        """The state after the opening boundary, (1, K)."""
        return self._states_after(np.array([BOUNDARY], dtype=np.uint8))

    def advance(self, states: States, tokens: NDArray[np.integer[Any]]) -> States:
        """The states (B, K) that follow states (B, K) after one token each (B,)."""
        return self._contexts(self._nodes(_with_empty(states[:, :-1]), tokens))

    def follow(self, states: States, tokens: NDArray[np.integer[Any]]) -> tuple[States, Floats]:
        """What `advance` gives, and the natural log-probability (B,) of the tokens in states."""
        nodes = self._nodes(_with_empty(states), tokens)  # (B, K + 1)
        is_node = (nodes != self._missing)[:, ::-1]
        longest = self.order - 1 - is_node.argmax(axis=1)  # (B,) n-gram with the token
        node = nodes[np.arange(len(nodes)), longest]
        code = longest * 2 * N_PROB_CODES + self._trie.prob_codes.take(node)
        backoffs = self._backoffs(states, 0) * (np.arange(1, self.order) > longest[:, None])
        log_prob = self._log_probs.take(code) + backoffs.sum(axis=1)
        return self._contexts(nodes[:, :-1]), log_prob

    def log_prob(self, states: States) -> Floats:
        """Natural log-probabilities (B, N_TOKENS) of every next token in states (B, K)."""
        short = states[:, :_SHORT].max(axis=1)
        log_prob = self._short_log_probs.take(short, axis=0)  # of context -1: the last row
        return self._with_longer(log_prob, states[:, _SHORT:], _SHORT)

    def key(self, states: States) -> NDArray[np.int64]:
        """Keys (B,) of states (B, K): equal if and only if all futures have equal probability."""
        longest: NDArray[np.int64] = states.max(axis=1, initial=_EMPTY).astype(np.int64)
        return longest

    def profane(self, states: States) -> NDArray[np.bool_]:
        """Whether states (B, K) end in a profane word, (B,): this model knows of none."""
        return np.zeros(len(states), dtype=np.bool_)

    def in_mode(self, mode: Mode) -> Self:
        """The model of that mode: n-grams know of one kind of text only."""
        del mode
        return self

    def score(self, text: str) -> float:
        """Natural log-probability of a whole text, its closing boundary included.

        Raises:
            UsageError: A character is neither a modern syllable nor a space.
        """
        tokens = np.concatenate([[BOUNDARY], encode(text), [BOUNDARY]]).astype(np.uint8)
        _, log_probs = self.follow(self._states_after(tokens[:-1]), tokens[1:])
        return float(log_probs.sum())

    def _states_after(self, tokens: Tokens) -> States:
        """The states (T, K) after each of T tokens, one column after the other."""
        states = np.full((tokens.size, self.order - 1), -1, dtype=np.int32)
        states[:, 0] = self._contexts(tokens)
        for k in range(1, self.order - 1):
            states[1:, k] = self._contexts(self._found(states[:-1, k - 1], tokens[1:]))
        return states

    def _nodes(self, contexts: States, tokens: NDArray[np.integer[Any]]) -> Nodes:
        """The nodes (B, L) of contexts (B, L) of 0, 1, … tokens with tokens (B,) behind them."""
        n_short = _SHORT + 1
        nodes = np.empty(contexts.shape, dtype=np.intp)
        entry = contexts[:, :n_short] * N_TOKENS + tokens[:, None]  # of context -1: the last row
        nodes[:, :n_short] = self._short_nodes.take(entry)
        longer = contexts[:, n_short:]
        found = self._found(longer.ravel(), tokens.repeat(longer.shape[1]))
        nodes[:, n_short:] = found.reshape(longer.shape)
        return nodes

    def _found(self, contexts: States, tokens: NDArray[np.integer[Any]]) -> Nodes:
        """The nodes (E,) of contexts (E,) with tokens (E,) behind them."""
        nodes = np.full(contexts.shape, self._missing)
        known = np.flatnonzero(contexts >= 0)
        size, child = self._children_of(contexts.take(known))
        is_next = self._trie.tokens.take(child) & ~FLAG == tokens.take(known).repeat(size)  # (F,)
        found = np.flatnonzero(is_next)
        nodes[known.repeat(size).take(found)] = child.take(found)
        return nodes

    def _children_of(self, contexts: NDArray[np.integer[Any]]) -> tuple[Nodes, Nodes]:
        """How many children each of E contexts has, (E,), and all of them, (F,)."""
        begin = self._children.take(contexts)
        size = self._children.take(contexts + 1) - begin
        end = size.cumsum()
        child = (begin - end + size).repeat(size)
        child += np.arange(child.size)
        return size, child

    def _contexts(self, nodes: NDArray[np.integer[Any]]) -> States:
        """The numbers of the contexts that nodes are, or -1 where they are none."""
        byte, bit = nodes >> 3, nodes & 7
        before = self._is_context.take(byte) & _BITS_BEFORE.take(bit)
        number = self._n_contexts.take(byte) + np.bitwise_count(before) + 1  # as they stand
        return np.where(self._trie.prob_codes.take(nodes) >= FLAG, number, np.int32(-1))

    def _backoffs(self, contexts: States, length: int) -> Floats:
        """Log back-off weights (B, L) of contexts (B, L) of `length` + 1, + 2, … tokens."""
        book = self._backoff_books[length : length + contexts.shape[1]]
        code = self._trie.backoff_codes.take(contexts) + book
        return np.where(contexts >= 0, self._log_backoffs.take(code), np.float32(0))

    def _with_longer(self, log_prob: Floats, contexts: States, length: int) -> Floats:
        """Log-probabilities (B, N_TOKENS) that regard longer contexts, too.

        Args:
            log_prob: (B, N_TOKENS) those after contexts of at most `length` tokens; overwritten.
            contexts: (B, L) the contexts of `length` + 1, + 2, … tokens.
            length: See there.
        """
        n_rows, n_columns = contexts.shape
        backoff = np.zeros((n_rows, n_columns + 1), dtype=np.float32)  # of column k and beyond
        own = self._backoffs(contexts, length)
        np.cumsum(own[:, ::-1], axis=1, out=backoff[:, -2::-1])
        log_prob += backoff[:, :1]
        row, column = np.nonzero(contexts >= 0)  # (E,) longer contexts later: they overwrite
        size, child = self._children_of(contexts[row, column])  # (E,), (F,)
        place = (row * N_TOKENS).repeat(size)
        place += self._trie.tokens.take(child) & ~FLAG
        code = self._prob_books.take(column + length).repeat(size)
        code += self._trie.prob_codes.take(child)
        weight = backoff[row, column + 1].repeat(size)
        log_prob.reshape(-1)[place] = self._log_probs.take(code) + weight
        return log_prob

    def _nodes_of_short_contexts(self) -> Nodes:
        """(S + 1, N_TOKENS) the nodes of S short contexts with a token; none in the last row."""
        codes = self._trie.prob_codes
        n_contexts = 1
        for _ in range(min(_SHORT, self.order - 1)):
            n_contexts = 1 + int(np.count_nonzero(codes[: self._children[n_contexts]] >= FLAG))
        size, child = self._children_of(np.arange(n_contexts))
        nodes = np.full((n_contexts + 1, N_TOKENS), self._missing)
        nodes[np.arange(n_contexts).repeat(size), self._trie.tokens[child] & ~FLAG] = child
        return nodes

    def _log_probs_of_short_contexts(self) -> Floats:
        """(S + 1, N_TOKENS) natural log-probabilities after each; after none in the last row."""
        number = self._contexts(self._short_nodes[:-1])  # (S, N_TOKENS) of one token more
        states = np.full((len(number) + 1, min(_SHORT, self.order - 1)), -1, dtype=np.int32)
        context, token = np.nonzero((number >= 0) & (number < len(number)))
        longest = number[context, token]
        states[longest, 0] = number[_EMPTY, token]
        states[longest, np.minimum(context, 1)] = longest  # of two tokens behind a context of one
        codes = self._trie.prob_codes[:N_TOKENS] & ~FLAG
        unigrams = np.broadcast_to(self._trie.log_probs[0, codes], (len(states), N_TOKENS))
        return self._with_longer(unigrams.copy(), states, 0)


def _with_empty(states: States) -> States:
    """States (B, K) with the context of no token before them, (B, K + 1)."""
    with_empty = np.full((len(states), states.shape[1] + 1), _EMPTY, dtype=np.int32)
    with_empty[:, 1:] = states
    return with_empty
