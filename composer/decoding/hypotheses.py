"""Hypotheses as arrays: many readings of the same stretch of signal, and how they may go on."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jihwa.composer.language.ngram import States

Rows = NDArray[np.intp]

_ARC_BITS = 16
"""The low bits of a step are its arc, those above them its path."""


@dataclass(frozen=True, slots=True)
class Hypotheses:
    """H hypotheses that have read the signal up to the same boundary, best first.

    Attributes:
        score: (H,) natural log of the joint probability.
        mass: (H,) the same, summed over all hypotheses that became this one by recombination.
        state: (H,) grammar `State`.
        letter: (H,) token of the lone letter that each ends in; 0 where it ends in none.
        key: (H,) equal for those that need not be told apart: where the language model predicts
            alike, or, without recombination, where the same was written.
        context: (H, K) language model states.
        steps: (H, L) the `steps_of` since the last commit, from the left; 0 behind the last one.
        length: (H,) how many of them.
        spelled: (H,) whether the word at the end is what was shown, sign for sign.
        log_prob: (H, N_TOKENS + 1) weighted log-probs of the next token, and a column of zeros;
            NaN where the language model has not been asked yet.
    """

    score: NDArray[np.float64]
    mass: NDArray[np.float64]
    state: NDArray[np.uint8]
    letter: NDArray[np.uint8]
    key: NDArray[np.int64]
    context: States
    steps: NDArray[np.int64]
    length: NDArray[np.intp]
    spelled: NDArray[np.bool_]
    log_prob: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.score)

    def take(self, rows: Rows) -> "Hypotheses":
        """Some of them."""
        return Hypotheses(*[getattr(self, name).take(rows, axis=0) for name in _FIELDS])

    @property
    def history(self) -> NDArray[np.int64]:
        """(H, L) the arcs taken since the last commit."""
        return self.steps & ((1 << _ARC_BITS) - 1)

    @property
    def paths(self) -> NDArray[np.int64]:
        """(H, L) numbers of the paths that they consumed; 0 where they consumed nothing."""
        return self.steps >> _ARC_BITS

    @property
    def posterior(self) -> NDArray[np.float64]:
        """(H,) their probabilities, those that became them by recombination included."""
        posterior: NDArray[np.float64] = np.exp(self.mass - np.logaddexp.reduce(self.mass))
        return posterior

    def without_first(self, n: int) -> "Hypotheses":
        """Forget the first n arcs of every history."""
        return replace(self, steps=self.steps[:, n:], length=self.length - n)

    def agreeing(self, other: "Hypotheses", n: int, begins: NDArray[np.bool_]) -> "Hypotheses":
        """Those that took the first n arcs of the best one of others, and then begin a syllable.

        Args:
            other: The others.
            n: How many arcs.
            begins: (arcs,) which arcs begin a syllable.
        """
        long = self.take(np.flatnonzero(self.length > n))
        if not len(long):
            return long
        same = (long.steps[:, :n] == other.steps[0, :n]).all(axis=1)
        return long.take(np.flatnonzero(same & begins[long.history[:, n : n + 1]].all(axis=1)))

    @staticmethod
    def concatenate(groups: Sequence["Hypotheses"]) -> "Hypotheses":
        """All hypotheses of several groups."""
        return Hypotheses(*[joined(groups, name) for name in _FIELDS])


_FIELDS = tuple(field.name for field in fields(Hypotheses))


def steps_of(arcs: Rows, paths: Rows) -> NDArray[np.int64]:
    """(C,) arcs, and the numbers of the paths they consume or 0, as single numbers."""
    return paths << _ARC_BITS | arcs


def joined(groups: Sequence[Hypotheses], name: str) -> NDArray[Any]:
    """One array of several groups, one below the other; what is narrower is padded."""
    arrays: list[NDArray[Any]] = [getattr(group, name) for group in groups]
    if len(arrays) == 1:
        return arrays[0]
    if arrays[0].ndim == 1:
        return np.concatenate(arrays)
    width = max(array.shape[1] for array in arrays)
    padded = np.zeros((sum(map(len, arrays)), width), arrays[0].dtype)
    end = 0
    for array in arrays:
        begin, end = end, end + len(array)
        padded[begin:end, : array.shape[1]] = array
    return padded


@dataclass(frozen=True, slots=True)
class Extension:
    """Candidates: every one of some hypotheses followed by every one of some arcs.

    Attributes:
        hypotheses: H hypotheses.
        arcs: (A,) the arcs they may take.
        score: (H, A) the score each would then have; -inf where that cannot be.
        path: Number of the path that the arcs consume; 0 where they consume nothing.
        spelled: (A,) whether each takes what was shown for what it looks like most.
    """

    hypotheses: Hypotheses
    arcs: Rows
    score: NDArray[np.float64]
    path: int
    spelled: NDArray[np.bool_]
