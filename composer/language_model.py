"""The n-gram language model over positional jamo, read and scored for a whole beam at once."""

from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from jihwa.composer.jamo import BOUNDARY, N_TOKENS, Tokens, encode
from jihwa.composer.language_file import Floats, NGramTrie

States = NDArray[np.int32]
"""(B, K) what B hypotheses end with: column k is the context of the last k + 1 tokens, or -1 where
nothing longer is known of them. Contexts are numbered by length: a row's maximum is its longest
one and determines the row."""

_SHIPPED = resources.files("jihwa.composer") / "language" / "korean.lm"


class LanguageModel:
    """Probabilities of the next token, by n-grams with back-off.

    p(token | history) is stored with the longest n-gram that ends the history with the token; the
    back-off weights of all longer contexts, which do not continue with it, multiply it.

    Attributes:
        order: The length of the longest n-grams.
    """

    def __init__(self, trie: NGramTrie) -> None:
        self.order = trie.order
        self._trie = trie
        self._first_child = _starts(trie.n_children)  # (C,)
        self._first_context = 1 + _starts(trie.n_contexts)  # (C,)
        self._max_contexts = int(trie.n_contexts.max())
        root = slice(0, N_TOKENS)  # every token is a node below the empty context
        self._unigrams = np.empty(N_TOKENS, dtype=np.float32)
        self._unigrams[trie.tokens[root]] = trie.log_probs[0, trie.prob_codes[root]]

    @classmethod
    def load(cls, path: Path | Traversable | None = None) -> Self:
        """Maps a model file; without a path, the one that ships.

        Raises:
            DataError: The file is missing, no language model, of another version or damaged.
        """
        return cls(NGramTrie.read(_SHIPPED if path is None else path))

    def start(self) -> States:
        """The state after the opening boundary, (1, K)."""
        return self._states_after(np.array([BOUNDARY], dtype=np.uint8))

    def advance(self, states: States, tokens: NDArray[np.integer]) -> States:
        """The states (B, K) after one more token each (B,)."""
        parents = np.empty_like(states)  # (B, K)
        parents[:, 0] = 0  # the empty context
        parents[:, 1:] = states[:, :-1]
        return self._child(parents, tokens[:, np.newaxis])

    def log_prob(self, states: States) -> Floats:
        """Natural log-probabilities (B, N_TOKENS) of every next token in states (B, K)."""
        trie = self._trie
        known = states >= 0  # (B, K)
        level = np.arange(1, self.order)
        backoff = np.where(known, trie.log_backoffs[level, trie.backoff_codes[states]], 0)  # (B, K)
        total = backoff.sum(axis=1, keepdims=True)  # (B, 1)
        longer = total - np.cumsum(backoff, axis=1)  # (B, K) of all contexts longer than column k

        log_prob = self._unigrams + total  # (B, N_TOKENS)
        column, row = np.nonzero(known.T)  # (E,) shorter contexts first, longer ones overwrite
        context = states[row, column]  # (E,)
        n_children = trie.n_children[context].astype(np.intp)  # (E,)
        entry = np.repeat(np.arange(context.size), n_children)  # (F,)
        child = np.arange(entry.size) + (self._first_child[context] - _starts(n_children))[entry]
        log_prob[row[entry], trie.tokens[child]] = (
            trie.log_probs[column[entry] + 1, trie.prob_codes[child]] + longer[row, column][entry]
        )
        return log_prob

    def key(self, states: States) -> NDArray[np.int64]:
        """Keys (B,) of states (B, K): equal if and only if all futures are equally likely."""
        return states.max(axis=1, initial=-1).astype(np.int64)

    def score(self, text: str) -> float:
        """Natural log-probability of a whole text, from its opening to its closing boundary.

        Raises:
            UsageError: A character is neither a modern syllable nor a space.
        """
        tokens = np.concatenate([[np.uint8(BOUNDARY)], encode(text), [np.uint8(BOUNDARY)]])
        log_prob = self.log_prob(self._states_after(tokens[:-1]))  # (T, N_TOKENS)
        return float(np.take_along_axis(log_prob, tokens[1:, np.newaxis], axis=1).sum())

    def _states_after(self, tokens: Tokens) -> States:
        """The states (T, K) after each of T tokens, one column after the other."""
        states = self._unknown(tokens.size)
        states[:, 0] = self._child(np.zeros(tokens.size, dtype=np.int32), tokens)
        for k in range(1, self.order - 1):
            states[1:, k] = self._child(states[:-1, k - 1], tokens[1:])
        return states

    def _unknown(self, n: int) -> States:
        return np.full((n, self.order - 1), -1, dtype=np.int32)

    def _child(self, contexts: States, tokens: NDArray[np.integer]) -> States:
        """The contexts that continue `contexts` with `tokens`, or -1; any shape, broadcast."""
        first = self._first_child[contexts]
        size = np.where(contexts >= 0, self._trie.n_contexts[contexts], 0)
        low, left = first, size  # the first token not below the wanted one is in low … low + left
        for _ in range(self._max_contexts.bit_length()):
            half = left >> 1
            middle = low + half
            above = (left > 0) & (self._trie.tokens.take(middle, mode="clip") < tokens)
            low = np.where(above, middle + 1, low)
            left = np.where(above, left - half - 1, half)
        place = low - first
        found = (place < size) & (self._trie.tokens.take(low, mode="clip") == tokens)
        return np.where(found, self._first_context[contexts] + place, -1).astype(np.int32)


def _starts(sizes: NDArray[np.integer]) -> NDArray[np.int32]:
    """Where blocks of these sizes begin when they stand one after the other."""
    return np.cumsum(sizes, dtype=np.int32) - sizes.astype(np.int32)
