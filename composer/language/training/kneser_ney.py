"""How the n-gram language model is built: modified Kneser-Ney, pruned and quantised.

Sources: S. F. Chen and J. Goodman (1999), "An empirical study of smoothing techniques for language
modeling"; A. Stolcke (1998), "Entropy-based pruning of backoff language models"; V. Siivola,
T. Hirsimäki and S. Virpioja (2007), "On growing and pruning Kneser-Ney smoothed n-gram models".

While it is counted, an n-gram is one number to the base N_TOKENS, the first token highest. So one
sort of the longest n-grams sorts all shorter ones too, as their beginnings.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jihwa.composer.language.files import N_BACKOFF_CODES, N_PROB_CODES, NGramTrie
from jihwa.composer.language.jamo import BOUNDARY, N_TOKENS
from jihwa.composer.language.lexicon import Bytes
from jihwa.composer.language.token_model import FLAG
from jihwa.composer.language.training.corpus import MAX_WEIGHT, Corpus, Text, corpus_of
from jihwa.data.messages import Message, UsageError
from jihwa.data.signal.frames import Floats

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


_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class BuildOptions:
    """How large the model becomes.

    Attributes:
        order: The length of the longest n-grams, 2 to 9.
        max_ngrams: How many n-grams remain after pruning; one takes about 2.5 bytes.
    """

    order: int = 9
    max_ngrams: int = 5_300_000

    def __post_init__(self) -> None:
        if not 2 <= self.order <= MAX_ORDER:
            raise UsageError(
                ko=f"언어 모델 차수 {self.order}: 2부터 {MAX_ORDER}까지 쓸 수 있습니다.",
                en=f"Language model order {self.order}: give 2 to {MAX_ORDER}.",
            )


def build(texts: Sequence[Text], output: Path, options: BuildOptions | None = None) -> None:
    """Build a model from texts and write its file. The same texts give the same file.

    Takes about a minute and 3 GB for 60 million tokens.

    Raises:
        UsageError: There is no text, or one without a line to learn from.
        OSError: The file cannot be written.
    """
    options = options or BuildOptions()
    levels = count(corpus_of(texts), options.order)
    discounts = [_discounts(number) for number, _ in _adjusted_counts(levels)]
    _estimate(levels, discounts)
    found = sum(level.keys.size for level in levels[1:])
    _LOG.info(Message(ko=f"추리기 전 n-gram {found}개", en=f"{found} n-grams before pruning"))
    for max_ngrams in (2 * options.max_ngrams, options.max_ngrams):
        _prune(levels, max_ngrams)  # in two steps: the first changes what the others are worth
        _estimate(levels, discounts)
    trie = _pack(levels)
    trie.write(output)
    kept, size = trie.tokens.size - 1, output.stat().st_size
    _LOG.info(
        Message(
            ko=f"{output}: n-gram {kept}개, {size}바이트",
            en=f"{output}: {kept} n-grams, {size} bytes",
        )
    )


def _adjusted_counts(levels: Sequence[Level]) -> list[tuple[Counts, Values]]:
    """What the probabilities of every level but the empty one are estimated from, each (M,) twice.

    The longest n-grams and those that open a text count as often as they occur. Any other counts
    once for every longer one that ends with it, since that explains its further occurrences; where
    the longer one is pruned, it counts for all of that one's count (Siivola et al., section II-C).

    Beside each count stands its mass, the same with the weights of the texts: a longer n-gram that
    counts once adds the average weight of its own count.
    """
    counts = [(levels[-1].occurrences, levels[-1].mass)]
    for length in range(len(levels) - 2, 0, -1):
        level, longer = levels[length], levels[length + 1]
        longer_number, longer_mass = counts[-1]
        size = level.keys.size
        once = np.where(longer.kept, 1, longer_number)
        number = np.bincount(longer.suffix, once, size).astype(np.int64)
        share = longer_mass * once / np.maximum(longer_number, 1)
        mass = np.bincount(longer.suffix, share, size).astype(np.float64)
        if length > 1:
            opening = open_a_text(level.keys, length)
            number[opening], mass[opening] = level.occurrences[opening], level.mass[opening]
        counts.append((number, mass))
    return counts[::-1]


def _discounts(counts: Counts) -> Values:
    """What counts of 0, 1, 2, 3 and more give up (Chen and Goodman, equation 17)."""
    n1, n2, n3, n4 = np.bincount(np.minimum(counts, 5), minlength=6)[1:5]
    if n1 and n2 and n3 and n4:
        y = n1 / (n1 + 2 * n2)
        discounts = np.array([0, 1 - 2 * y * n2 / n1, 2 - 3 * y * n3 / n2, 3 - 4 * y * n4 / n3])
        if (discounts[1:] > 0).all():
            return discounts
    return np.array([0, 0.5, 1, 1.5])  # too little text for an estimate


def _estimate(levels: Sequence[Level], discounts: Sequence[Values]) -> None:
    """Set probabilities and back-off weights: interpolated modified Kneser-Ney.

    Chen and Goodman, section 3; below the 1-grams all tokens are equally likely. A pruned n-gram
    gives up its whole count, so its probability is that of backing off.
    """
    levels[0].prob = np.array([1 / N_TOKENS])
    counts = _adjusted_counts(levels)
    for (shorter, level), (number, mass), discount in zip(
        pairwise(levels), counts, discounts, strict=True
    ):
        share = discount[np.minimum(number, 3)] / np.maximum(number, 1)
        given_up = mass * np.where(level.kept, share, 1)  # (M,)
        size = shorter.keys.size
        total = np.bincount(level.parent, mass, size)
        rest = np.bincount(level.parent, given_up, size)
        shorter.backoff = np.divide(rest, total, out=np.ones(size), where=total > 0)
        level.prob = (mass - given_up) / total[level.parent]
        level.prob += shorter.backoff[level.parent] * shorter.prob[level.suffix]


def _prune(levels: Sequence[Level], max_ngrams: int) -> None:
    """Keep the n-grams whose loss would change the model most, their beginnings, all 1-grams."""
    total = float(levels[0].mass[0])
    losses = [_loss(shorter, level, total) for shorter, level in pairwise(levels[1:])]
    for i in range(len(losses) - 1, 0, -1):  # what continues an n-gram keeps it
        np.maximum.at(losses[i - 1], levels[i + 2].parent, losses[i])
    all_losses = np.concatenate(losses)
    n_kept = max(max_ngrams - N_TOKENS, 0)
    if n_kept >= all_losses.size:
        return
    threshold = -np.partition(-all_losses, n_kept)[n_kept]
    for level, loss in zip(levels[2:], losses, strict=True):
        level.kept = loss > threshold


def _loss(shorter: Level, level: Level, total: float) -> Values:
    """Relative entropy (M,) between the models with and without each n-gram (Stolcke, equation 5).

    How probable its context is tells the text itself: Kneser-Ney probabilities of short n-grams
    say how often these are new, not how often they are.
    """
    parent, size = level.parent, shorter.keys.size
    shorter_prob = shorter.prob[level.suffix]
    share = np.bincount(parent, level.mass, size) / total
    shorter_rest = np.maximum(1 - np.bincount(parent, shorter_prob, size), 1e-12)
    rest = shorter.backoff * shorter_rest  # of the probability, left to the back-off
    backoff = (rest[parent] + level.prob) / (shorter_rest[parent] + shorter_prob)  # without it
    change: Values = level.prob * np.log(level.prob / (backoff * shorter_prob))
    change -= rest[parent] * np.log(backoff / shorter.backoff[parent])
    change *= share[parent]
    return change


def _pack(levels: Sequence[Level]) -> NGramTrie:
    """Bring what is kept into the order of the file."""
    probs: list[tuple[Floats, Bytes]] = []
    backoffs: list[tuple[Floats, Bytes]] = []
    tokens: list[Bytes] = []
    contexts = np.zeros(1, dtype=np.intp)  # of the level before, in the order of the file
    flag = np.uint8(FLAG)
    for shorter, level, longer in zip(levels, levels[1:], [*levels[2:], None], strict=False):
        number = np.zeros(shorter.keys.size, dtype=np.intp)
        number[contexts] = np.arange(contexts.size)
        is_context = np.zeros(level.keys.size, dtype=np.bool_)
        if longer is not None:
            is_context[longer.parent[longer.kept]] = True
        nodes = np.flatnonzero(level.kept)  # in the order of their tokens
        nodes = nodes[np.argsort(number[level.parent[nodes]], kind="stable")]
        is_first = np.diff(level.parent[nodes], prepend=-1) != 0
        book, codes = _quantise(np.log(level.prob[nodes]), N_PROB_CODES)
        backoffs.append(_quantise(np.log(shorter.backoff[contexts]), N_BACKOFF_CODES))
        probs.append((book, codes | flag * is_context[nodes]))
        tokens.append(last_tokens(level.keys[nodes]) | flag * is_first)
        contexts = nodes[is_context[nodes]]
    return NGramTrie(
        log_probs=np.stack([book for book, _ in probs]),
        log_backoffs=np.stack([book for book, _ in backoffs]),
        tokens=np.concatenate([*tokens, [flag]]),
        prob_codes=np.concatenate([*(codes for _, codes in probs), [np.uint8(0)]]),
        backoff_codes=np.concatenate([codes for _, codes in backoffs]),
    )


def _quantise(logs: Values, n_codes: int) -> tuple[Floats, Bytes]:
    """A codebook (n_codes,) and the codes of logarithms: finest at the top, where it matters."""
    top, bottom = logs.max(initial=-np.inf), logs.min(initial=np.inf)
    step = np.sqrt(max(top - bottom, 1e-9)) / (n_codes - 1)
    book = top - (np.arange(n_codes) * step) ** 2
    return book.astype(np.float32), np.rint(np.sqrt(top - logs) / step).astype(np.uint8)
