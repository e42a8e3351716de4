"""Builds the n-gram language model: modified Kneser–Ney estimates, pruned and quantised.

S. F. Chen and J. Goodman (1999), "An empirical study of smoothing techniques for language
modeling"; A. Stolcke (1998), "Entropy-based pruning of backoff language models".

An n-gram is a number of 7 bits a token, its first token the highest: sorting the longest n-grams
sorts all shorter ones too, as prefixes.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from jihwa.composer.jamo import BOUNDARY, N_TOKENS, Tokens
from jihwa.composer.language_file import N_CODES, Codes, Floats, NGramTrie
from jihwa.composer.language_text import Text, tokens_of

_LOG = logging.getLogger(__name__)

_BITS = np.uint64(7)
_TOKEN = np.uint64(127)

Keys = NDArray[np.uint64]
Indices = NDArray[np.int32]
Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class BuildOptions:
    """How large the model becomes.

    Attributes:
        order: The length of the longest n-grams, 2 to 9.
        max_ngrams: How many n-grams stay after pruning.
    """

    order: int = 8
    max_ngrams: int = 5_500_000


@dataclass(slots=True)
class _Level:
    """All n-grams of one length that occur, sorted.

    Attributes:
        keys: (M,) the n-grams.
        counts: (M,) how often they occur.
        parent: (M,) place of the n-gram without its last token, one level shorter.
        suffix: (M,) place of the n-gram without its first token, one level shorter.
        prob: (M,) of the last token after the others.
    """

    keys: Keys
    counts: NDArray[np.int64]
    parent: Indices
    suffix: Indices
    prob: Values

def build(texts: Iterable[Text], output: Path, options: BuildOptions | None = None) -> NGramTrie:
    """Builds a model from texts and writes it.

    Raises:
        UsageError: A text has no line to learn from.
    """
    options = options or BuildOptions()
    levels = _count(tokens_of(texts), options.order)
    _estimate(levels)
    trie = _pack(levels, _prune(levels, options.max_ngrams))
    trie.write(output)
    return trie


def _count(tokens: Tokens, order: int) -> list[_Level]:
    """All n-grams of 1 to `order` tokens inside the texts, shortest first."""
    n = tokens.size - 1  # the last boundary begins nothing
    padded = np.concatenate([tokens, np.zeros(order, dtype=np.uint8)])
    keys = padded[:n].astype(np.uint64)
    inside = np.ones(n, dtype=np.bool_)
    for k in range(1, order):
        token = padded[k : k + n]
        keys <<= _BITS
        keys |= token * inside
        inside &= token != BOUNDARY
    keys.sort()
    counts = np.ones(n, dtype=np.int64)

    levels: list[_Level] = []
    for length in range(order, 0, -1):
        first = np.flatnonzero(np.concatenate([[True], keys[1:] != keys[:-1]]))
        keys, counts = keys[first], np.add.reduceat(counts, first)
        real = np.ones(keys.size, dtype=np.bool_)
        if length > 2:  # a boundary ends an n-gram; what follows it is padding
            real = (keys >> _BITS) & _TOKEN != BOUNDARY
            none = np.empty(0, dtype=np.int32)
        levels.insert(0, _Level(keys[real], counts[real], none, none, np.empty(0)))
        keys >>= _BITS
    levels[0] = _with_all_tokens(levels[0])
    for n, (shorter, level) in enumerate(zip(levels, levels[1:], strict=False), 2):
        level.parent = _places(shorter.keys, level.keys >> _BITS)
        level.suffix = _places(shorter.keys, level.keys & np.uint64((1 << 7 * (n - 1)) - 1))
    return levels


def _with_all_tokens(level: _Level) -> _Level:
    """The 1-grams, with those that never occur, continuing the empty n-gram."""
    counts = np.zeros(N_TOKENS, dtype=np.int64)
    counts[level.keys.astype(np.intp)] = level.counts
    keys = np.arange(N_TOKENS, dtype=np.uint64)
    nowhere = np.zeros(N_TOKENS, dtype=np.int32)
    return _Level(keys, counts, nowhere, nowhere, np.empty(0))


def _places(keys: Keys, wanted: Keys) -> Indices:
    return np.searchsorted(keys, wanted).astype(np.int32)


def _estimate(levels: list[_Level]) -> None:
    """Sets all probabilities: interpolated modified Kneser-Ney (Chen and Goodman, section 3)."""
    shorter = np.array([1 / N_TOKENS])
    for n, level in enumerate(levels, 1):
        counts = level.counts
        if n < len(levels):  # in how many contexts it occurs; after a boundary there is one only
            opening = level.keys >> np.uint64(7 * (n - 1)) == BOUNDARY
            contexts = np.bincount(levels[n].suffix, minlength=counts.size)
            counts = np.where(opening & (n > 1), counts, contexts)
        discount = _discounts(counts)[np.minimum(counts, 3)]  # (M,)
        total = np.bincount(level.parent, counts)
        rest = np.bincount(level.parent, discount) / np.maximum(total, 1)
        level.prob = (counts - discount) / total[level.parent]
        level.prob += rest[level.parent] * shorter[level.suffix]
        shorter = level.prob


def _discounts(counts: NDArray[np.int64]) -> Values:
    """What n-grams that occur 0, 1, 2, 3 or more times give up (Chen and Goodman, equation 17)."""
    n1, n2, n3, n4 = np.bincount(np.minimum(counts, 5), minlength=6)[1:5]
    if min(n1, n2, n3, n4) > 0:
        y = n1 / (n1 + 2 * n2)
        discounts = np.array([0, 1 - 2 * y * n2 / n1, 2 - 3 * y * n3 / n2, 3 - 4 * y * n4 / n3])
        if (discounts[1:] > 0).all():
            return discounts
    return np.array([0, 0.5, 1, 1.5])  # too little text to estimate them


def _prune(levels: list[_Level], max_ngrams: int) -> list[NDArray[np.bool_]]:
    """Which n-grams stay: those whose loss would change the distribution most, and their prefixes.

    The loss is the relative entropy of Stolcke (1998), equation 5. The probability of a context is
    its share of the text, not the model's own: Kneser-Ney probabilities of short n-grams tell where
    these are new, not how often they are.
    """
    total = levels[0].counts.sum()
    losses: list[Values] = []
    for shorter, level in zip(levels, levels[1:], strict=False):
        prob, short_prob = level.prob, shorter.prob[level.suffix]
        size = shorter.keys.size
        share = np.bincount(level.parent, level.counts, size)[level.parent] / total
        rest = (1 - np.bincount(level.parent, prob, size))[level.parent]
        short_rest = (1 - np.bincount(level.parent, short_prob, size))[level.parent]
        rest, short_rest = np.maximum(rest, 1e-12), np.maximum(short_rest, 1e-12)
        growth = np.log((rest + prob) / (short_rest + short_prob) * short_rest / rest)
        backoff = np.log((rest + prob) / (short_rest + short_prob))
        loss = -share * (prob * (np.log(short_prob / prob) + backoff) + growth * rest)
        losses.append(loss)
    for level, shorter_loss, loss in zip(
        levels[:1:-1], losses[-2::-1], losses[:0:-1], strict=True
    ):
        first = np.flatnonzero(np.diff(level.parent, prepend=-1))
        parent = level.parent[first]
        shorter_loss[parent] = np.maximum(shorter_loss[parent], np.maximum.reduceat(loss, first))
    n_pruned = sum(loss.size for loss in losses) + N_TOKENS - max_ngrams
    threshold = -np.inf
    if n_pruned > 0:
        threshold = np.partition(np.concatenate(losses), n_pruned)[n_pruned]
    return [np.ones(N_TOKENS, dtype=np.bool_)] + [loss >= threshold for loss in losses]


def _pack(levels: list[_Level], kept: list[NDArray[np.bool_]]) -> NGramTrie:
    """Brings the n-grams that stay into the order of the file and gives contexts their back-off.

    Going up in length, `contexts` are the n-grams one shorter that are continued, in the order of
    the file, and `shorter` is the pruned and quantised probability of all n-grams one shorter.
    """
    probs: list[tuple[Floats, Codes]] = []
    backoffs: list[tuple[Floats, Codes]] = []
    tokens: list[Codes] = []
    n_children: list[Codes] = []
    n_contexts: list[Codes] = []
    contexts, shorter = np.zeros(1, dtype=np.intp), np.full(1, 1 / N_TOKENS)
    for level, keep, continued in zip(levels, kept, [*kept_parents(levels, kept)], strict=True):
        size = shorter.size
        number = np.full(size, -1)
        number[contexts] = np.arange(contexts.size)
        nodes = np.flatnonzero(keep)
        nodes = nodes[np.lexsort((~continued[nodes], number[level.parent[nodes]]))]
        parents = level.parent[nodes]
        lower = shorter[level.suffix]  # (M,)
        rest = 1 - np.bincount(parents, level.prob[nodes], size)[contexts]
        lower_rest = 1 - np.bincount(parents, lower[nodes], size)[contexts]
        weights = np.where(lower_rest > 1e-9, np.maximum(rest, 1e-12) / np.maximum(lower_rest, 1e-9), 1)
        backoffs.append(_quantise(np.log(weights)))
        probs.append(_quantise(np.log(level.prob[nodes])))

        backoff = np.ones(size)
        backoff[contexts] = weights
        shorter = backoff[level.parent] * lower
        shorter[nodes] = level.prob[nodes]
        tokens.append((level.keys[nodes] & _TOKEN).astype(np.uint8))
        n_children.append(np.bincount(number[parents]).astype(np.uint8))
        contexts = nodes[continued[nodes]]
        n_contexts.append(
            np.bincount(number[level.parent[contexts]], minlength=n_children[-1].size).astype(
                np.uint8
            )
        )
    return NGramTrie(
        log_probs=np.stack([book for book, _ in probs]),
        log_backoffs=np.stack([book for book, _ in backoffs]),
        n_children=np.concatenate(n_children),
        n_contexts=np.concatenate(n_contexts),
        backoff_codes=np.concatenate([codes for _, codes in backoffs]),
        tokens=np.concatenate(tokens),
        prob_codes=np.concatenate([codes for _, codes in probs]),
    )


def kept_parents(levels, kept):
    for n, level in enumerate(levels):
        c = np.zeros(level.keys.size, dtype=np.bool_)
        if n + 1 < len(levels):
            c[levels[n + 1].parent[kept[n + 1]]] = True
        yield c


def _quantise(logs: Values) -> tuple[Floats, Codes]:
    """A codebook and the codes of logarithms: finest at the top, where an error weighs most."""
    top = logs.max(initial=-np.inf)
    step = max(np.sqrt(top - logs.min(initial=np.inf)) / (N_CODES - 1), 1e-9)
    book = top - (np.arange(N_CODES) * step) ** 2
    codes = np.rint(np.sqrt(top - logs) / step).astype(np.uint8)
    return book.astype(np.float32), codes


def _values(book: Floats, codes: Codes) -> Values:
    return np.exp(book.astype(np.float64))[codes]
