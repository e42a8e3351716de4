"""The n-grams of the training texts, and how often each of them occurs.

An n-gram is one number to the base N_TOKENS, the first token highest. So one sort of the longest
n-grams sorts all shorter ones too, as their beginnings.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jihwa.composer.language.jamo import BOUNDARY, N_TOKENS
from jihwa.composer.language.mapped_file import Bytes
from jihwa.composer.language.training.corpus import MAX_WEIGHT, Corpus

Keys = NDArray[np.uint64]
Counts = NDArray[np.int64]
Values = NDArray[np.float64]

_BASE = np.uint64(N_TOKENS)
_WEIGHTS = np.uint64(MAX_WEIGHT + 1)
MAX_ORDER = 9
"""N_TOKENS ** 9 * (MAX_WEIGHT + 1) is below 2 ** 64."""


@dataclass(slots=True)
class Level:
    """All n-grams of one length in the texts, sorted, pruned ones too.

    Attributes:
        keys: (M,) the n-grams.
        occurrences: (M,) how often they stand in the texts.
        mass: (M,) the same, every occurrence counting as much as its text weighs.
        parent: (M,) place of the n-gram without its last token, one level shorter.
        suffix: (M,) place of the n-gram without its first token, one level shorter.
        kept: (M,) not pruned.
        prob: (M,) of the last token after the others, stored or by back-off.
        backoff: (M,) back-off weight as a context; 1 where nothing continues it.
    """

    keys: Keys
    occurrences: Counts
    mass: Values
    parent: NDArray[np.int32]
    suffix: NDArray[np.int32]
    kept: NDArray[np.bool_] = field(init=False)
    prob: Values = field(init=False)
    backoff: Values = field(init=False)

    def __post_init__(self) -> None:
        self.kept = np.ones(self.keys.size, dtype=np.bool_)
        self.prob = self.backoff = np.ones(self.keys.size)


def count(corpus: Corpus, order: int) -> list[Level]:
    """All n-grams of 0 to `order` tokens within a line and its boundaries, shortest first."""
    tokens, n = corpus.tokens, corpus.tokens.size - 1  # the last boundary begins nothing
    padded = np.concatenate([tokens, np.full(order, BOUNDARY, dtype=np.uint8)])
    keys: Keys = padded[:n].astype(np.uint64)
    inside = np.ones(n, dtype=np.bool_)
    for k in range(1, order):
        keys *= _BASE
        keys += np.where(inside, padded[k : k + n], BOUNDARY)
        inside &= padded[k : k + n] != BOUNDARY
    keys *= _WEIGHTS  # the weight of its text is the lowest digit of every occurrence
    keys += corpus.weights[:n]
    keys.sort()
    keys, occurrences = _distinct(keys, np.ones(n, dtype=np.int64))
    mass: Values = occurrences * (keys % _WEIGHTS).astype(np.float64)
    keys //= _WEIGHTS

    found: list[tuple[Keys, Counts, Values]] = []
    for length in range(order, 1, -1):
        keys, occurrences, mass = _distinct(keys, occurrences, mass)
        # Behind a boundary that ends a line there is padding only.
        real = (last_tokens(keys // _BASE) != BOUNDARY) | (length == 2)
        found.append((keys[real], occurrences[real], mass[real]))
        keys = keys // _BASE
    unigrams = keys.astype(np.intp)
    found.append(
        (
            np.arange(N_TOKENS, dtype=np.uint64),
            np.bincount(unigrams, occurrences, N_TOKENS).astype(np.int64),
            np.bincount(unigrams, mass, N_TOKENS).astype(np.float64),
        )
    )
    nowhere = np.zeros(1, dtype=np.int32)
    everything = np.array([n]), np.array([mass.sum()])
    levels = [Level(np.zeros(1, dtype=np.uint64), *everything, nowhere, nowhere)]
    for length, (keys, occurrences, mass) in enumerate(reversed(found), 1):
        shorter = levels[-1].keys
        parent = np.searchsorted(shorter, keys // _BASE).astype(np.int32)
        suffix = np.searchsorted(shorter, keys % _BASE ** np.uint64(length - 1)).astype(np.int32)
        levels.append(Level(keys, occurrences, mass, parent, suffix))
    return levels


def last_tokens(keys: Keys) -> Bytes:
    """The last token of every n-gram (M,)."""
    return (keys % _BASE).astype(np.uint8)


def open_a_text(keys: Keys, length: int) -> NDArray[np.bool_]:
    """Which n-grams (M,) of `length` tokens begin with the boundary."""
    opening: NDArray[np.bool_] = keys // _BASE ** np.uint64(length - 1) == BOUNDARY
    return opening


def _distinct(keys: Keys, *counts: NDArray[Any]) -> tuple[Any, ...]:
    """Sorted keys (T,), every one once (M,), and what counts (T,) each of these adds up to."""
    first = np.flatnonzero(np.diff(keys, prepend=~keys[:1]))
    return keys[first], *(np.add.reduceat(values, first) for values in counts)
