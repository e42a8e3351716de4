"""The n-gram language model over positional jamo, for all hypotheses of a beam at once."""

from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from jihwa.composer.jamo import BOUNDARY, N_TOKENS, Tokens, encode
from jihwa.composer.language_file import FLAG, N_PROB_CODES, Floats, NGramTrie

States = NDArray[np.int32]
"""(B, K) what B hypotheses end with: column k is the context of the last k + 1 tokens, or -1 where
no n-gram continues them. Contexts are numbered by length, so the largest of a row is the longest,
and it determines the row."""

_SHIPPED = resources.files("jihwa.composer") / "language" / "korean.lm"
_EMPTY = 0
"""The context of no token."""


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
        self._children = np.flatnonzero(trie.tokens >= FLAG)  # (C + 1,) where each one's begin
        self._is_context = np.packbits(trie.prob_codes >= FLAG)  # (M / 8,)
        counts = np.bitwise_count(self._is_context)
        self._n_contexts = np.cumsum(counts, dtype=np.int32) - counts  # (M / 8,) in bytes before
        self._log_unigrams = trie.log_probs[0, trie.prob_codes[:N_TOKENS] & ~FLAG]

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
        shorter = np.full_like(states, _EMPTY)  # (B, K)
        shorter[:, 1:] = states[:, :-1]
        return self._continued(shorter, tokens[:, None])

    def log_prob(self, states: States) -> Floats:
        """Natural log-probabilities (B, N_TOKENS) of every next token in states (B, K)."""
        trie = self._trie
        level = np.arange(1, self.order)
        backoff = trie.log_backoffs[level, trie.backoff_codes[states]]  # (B, K)
        backoff[states < 0] = 0
        longer = np.zeros((len(states), self.order), dtype=np.float32)
        longer[:, :-1] = np.cumsum(backoff[:, ::-1], axis=1)[:, ::-1]  # of column k and beyond

        log_prob: Floats = self._log_unigrams + longer[:, :1]  # (B, N_TOKENS)
        column, row = np.nonzero(states.T >= 0)  # (E,) longer contexts later: they overwrite
        context = states[row, column]  # (E,)
        begin = self._children[context]  # (E,)
        size = self._children[context + 1] - begin  # (E,)
        child = np.repeat(begin - np.cumsum(size) + size, size)  # (F,)
        child += np.arange(child.size)
        place = np.repeat(row * N_TOKENS, size) + (trie.tokens[child] & ~FLAG)
        code = np.repeat((column + 1) * N_PROB_CODES, size) + (trie.prob_codes[child] & ~FLAG)
        weight = np.repeat(longer[row, column + 1], size)
        log_prob.reshape(-1)[place] = trie.log_probs.reshape(-1)[code] + weight
        return log_prob

    def key(self, states: States) -> NDArray[np.int64]:
        """Keys (B,) of states (B, K): equal if and only if all futures have equal probability."""
        longest: NDArray[np.int64] = states.max(axis=1, initial=_EMPTY).astype(np.int64)
        return longest

    def score(self, text: str) -> float:
        """Natural log-probability of a whole text, its closing boundary included.

        Raises:
            UsageError: A character is neither a modern syllable nor a space.
        """
        tokens = np.concatenate([[BOUNDARY], encode(text), [BOUNDARY]]).astype(np.uint8)
        log_prob = self.log_prob(self._states_after(tokens[:-1]))  # (T, N_TOKENS)
        return float(np.take_along_axis(log_prob, tokens[1:, None], axis=1).sum())

    def _states_after(self, tokens: Tokens) -> States:
        """The states (T, K) after each of T tokens, one column after the other."""
        states = np.full((tokens.size, self.order - 1), -1, dtype=np.int32)
        states[:, 0] = self._continued(np.zeros_like(states[:, 0]), tokens)
        for k in range(1, self.order - 1):
            states[1:, k] = self._continued(states[:-1, k - 1], tokens[1:])
        return states

    def _continued(self, contexts: States, tokens: NDArray[np.integer[Any]]) -> States:
        """The contexts that continue contexts with tokens (shapes broadcast), or -1."""
        trie = self._trie
        node, end = self._children[contexts], self._children[contexts + 1]  # nothing of context -1
        for step in (64, 32, 16, 8, 4, 2, 1):  # binary search: skip the children below the token
            skipped = trie.tokens.take(node + step - 1, mode="clip") & ~FLAG
            node = np.where((node + step <= end) & (skipped < tokens), node + step, node)
        found = (
            (node < end) & (trie.tokens[node] & ~FLAG == tokens) & (trie.prob_codes[node] >= FLAG)
        )
        byte, bit = node >> 3, node & 7
        n_before = np.bitwise_count(self._is_context[byte] >> (8 - bit).astype(np.uint8))
        number = 1 + self._n_contexts[byte] + n_before  # contexts are numbered as they stand
        return np.where(found, number, -1).astype(np.int32)
