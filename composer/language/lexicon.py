"""Words as weighted automata over tokens: which tokens may come next, for many words at once.

A node is named by the arc that leads to it, so the two share a number. The children of a node stand
together, in the order of their tokens. Nodes that lead on alike may share their children: behind
every family name come the same given names.

    words       시 (1)  시장 (3)
    node        0 root   1 ᄉ   2 ᅵ   3 ᄌ   4 ᅡ   5 ᆼ
    probability          1     1     3/4   1     1
    end                        1/4               1
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from jihwa.composer.language.jamo import BOUNDARY, Tokens, encode
from jihwa.composer.language.token_model import child_of
from jihwa.data.signal.frames import Floats

Bytes = NDArray[np.uint8]
Nodes = NDArray[np.int32]

NOWHERE = -1
"""The node of a text that no word begins with."""

_N_CODES = 256
_LEAST_LOG_PROB = -16.0
LOG_PROBS: Floats = _LEAST_LOG_PROB * np.linspace(0, 1, _N_CODES, dtype=np.float32) ** 2
"""(codes,) the natural log-probability of every code: finest at the top, where it matters."""
LOG_PROBS[-1] = -np.inf
PROBS: Floats = np.exp(LOG_PROBS)
"""(codes,) the probability of every code."""


def probability_codes(log_probs: NDArray[np.floating[Any]]) -> Bytes:
    """The codes of log-probabilities; of -inf the last one, of all others the nearest."""
    place = np.sqrt(np.clip(log_probs / _LEAST_LOG_PROB, 0, 1)) * (_N_CODES - 1)
    codes = np.minimum(np.rint(place), _N_CODES - 2).astype(np.uint8)
    return np.where(np.isneginf(log_probs), np.uint8(_N_CODES - 1), codes)


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Words under roots, with the probability of every step from a root to the end of a word.

    The probabilities of a node's children and of its end sum to one, but for the coding.

    Attributes:
        roots: The node before the first token of the words, by name.
        tokens: (N,) the token that leads to each node; 0 to a root.
        prob_codes: (N,) code of the probability of that step.
        end_codes: (N,) code of the probability that a word ends at the node.
        sizes: (N,) how many children it has.
        begins: (N,) the first of them.
    """

    roots: Mapping[str, int]
    tokens: Bytes
    prob_codes: Bytes
    end_codes: Bytes
    sizes: Bytes
    begins: Nodes

    @classmethod
    def of_words(cls, name: str, words: Mapping[str, float]) -> Self:
        """Words in proportion to their weights (above 0), under one root; there may be none.

        Raises:
            UsageError: A word has a character that is neither a modern syllable nor a space.
        """
        tokens = encode("\n".join(words) + "\n")  # every word with a boundary behind it
        ends = np.flatnonzero(tokens == BOUNDARY)[: len(words)]
        sizes = np.diff(ends, prepend=-1) - 1
        weights = np.fromiter(words.values(), np.float64, len(words))
        return cls._of_tokens(name, tokens[tokens != BOUNDARY], sizes, weights)

    @classmethod
    def of_patterns(cls, name: str, patterns: Sequence[Tokens]) -> Self:
        """Sequences of any tokens, all alike, under one root."""
        sizes = np.fromiter(map(len, patterns), np.intp, len(patterns))
        tokens = np.concatenate([*patterns, np.empty(0, np.uint8)])
        return cls._of_tokens(name, tokens, sizes, np.ones(len(patterns)))

    @classmethod
    def _of_tokens(
        cls, name: str, tokens: Tokens, sizes: NDArray[np.intp], weights: NDArray[np.float64]
    ) -> Self:
        """Words (W,) of sizes (W,) that stand one behind the other."""
        longest = int(sizes.max(initial=1))
        rows = np.zeros((len(sizes), longest), dtype=np.uint8)  # (W, L)
        rows[np.arange(longest) < sizes[:, None]] = tokens + 1  # 0: nothing
        order = np.argsort(rows.view(f"S{longest}").ravel(), kind="stable")
        rows, sizes, weights = rows[order], sizes[order], weights[order]
        differs = rows[1:] != rows[:-1]
        common = np.where(differs.any(axis=1), differs.argmax(axis=1), longest)
        common = np.concatenate([[0], common])[: len(rows)]  # tokens that the word before has too

        depth = np.arange(1, longest + 1)[:, None]  # (L, 1)
        within = depth <= sizes  # (L, W)
        is_new = within & (depth > common)  # by depth, then by word: in the order of the nodes
        node = np.zeros((longest + 1, len(rows)), dtype=np.intp)
        node[1:] = is_new.cumsum().reshape(is_new.shape)
        level, word = np.nonzero(is_new)
        parent = node[level, word] * (level > 0)
        mass = np.add.reduceat((within * weights).ravel(), np.flatnonzero(is_new))
        mass = np.concatenate([[max(weights.sum(), 1e-300)], mass])  # (N,)
        end = np.bincount(node[sizes, np.arange(len(rows))], weights, len(mass))
        n_children = np.bincount(parent, minlength=len(mass))
        with np.errstate(divide="ignore"):
            return cls(
                roots={name: 0},
                tokens=np.concatenate([[BOUNDARY], rows[word, level] - 1]).astype(np.uint8),
                prob_codes=probability_codes(np.log(mass / mass[np.concatenate([[0], parent])])),
                end_codes=probability_codes(np.log(end / mass)),
                sizes=n_children.astype(np.uint8),
                begins=(1 + n_children.cumsum() - n_children).astype(np.int32),
            )

    def __or__(self, other: "Lexicon") -> "Lexicon":
        """The words of both; a root of the other hides one of the same name."""
        n = len(self.tokens)
        return Lexicon(
            roots={**self.roots, **{name: root + n for name, root in other.roots.items()}},
            tokens=np.concatenate([self.tokens, other.tokens]),
            prob_codes=np.concatenate([self.prob_codes, other.prob_codes]),
            end_codes=np.concatenate([self.end_codes, other.end_codes]),
            sizes=np.concatenate([self.sizes, other.sizes]),
            begins=np.concatenate([self.begins, other.begins + np.int32(n)]),
        )

    def with_words(self, name: str, words: Mapping[str, float]) -> "Lexicon":
        """With one root more, over words in proportion to their weights (above 0).

        Raises:
            UsageError: A word has a character that is neither a modern syllable nor a space.
        """
        return self | Lexicon.of_words(name, words)

    def child(self, node: int, token: int) -> int:
        """The node that a token leads to, or `NOWHERE`."""
        begin = int(self.begins[node])
        return child_of(self.tokens.data, begin, begin + int(self.sizes[node]), token)

    def node(self, name: str, word: str) -> int:
        """The node behind the beginning of a word, or `NOWHERE`.

        Raises:
            UsageError: A character is neither a modern syllable nor a space.
        """
        node = self.roots[name]
        for token in encode(word).tolist():
            if node != NOWHERE:
                node = self.child(node, token)
        return node

    def log_prob(self, name: str, word: str) -> float:
        """The natural log-probability of a word under a root; -inf where it is unknown.

        Raises:
            UsageError: A character is neither a modern syllable nor a space.
        """
        node, total = self.roots[name], 0.0
        for token in encode(word).tolist():
            node = self.child(node, token)
            if node == NOWHERE:
                return -np.inf
            total += float(LOG_PROBS[self.prob_codes[node]])
        return total + float(LOG_PROBS[self.end_codes[node]])
