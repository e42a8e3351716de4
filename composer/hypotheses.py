"""Hypotheses as arrays: many readings of the same stretch of signal, and how they may go on."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jihwa.composer.language_model import States

Rows = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Hypotheses:
    """H hypotheses that have consumed the same number of emissions, best first.

    Attributes:
        score: (H,) natural log of the joint probability.
        mass: (H,) the same, summed over all hypotheses that became this one by recombination.
        state: (H,) grammar `State`.
        context: (H, K) language model states.
        log_prob: (H, N_TOKENS + 1) weighted log-probs of the next token, and a column of zeros.
        history: (H, L) the arcs taken since the last commit, from the left.
        paths: (H, L) numbers of the paths that they consumed; 0 where they consumed nothing, and
            behind the last arc.
        length: (H,) how many of them.
        spelled: (H,) whether the word at the end is what was shown, sign for sign.
    """

    score: NDArray[np.float64]
    mass: NDArray[np.float64]
    state: NDArray[np.uint8]
    context: States
    log_prob: NDArray[np.float32]
    history: NDArray[np.int16]
    paths: NDArray[np.int32]
    length: NDArray[np.intp]
    spelled: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.score)

    def take(self, rows: Rows | NDArray[np.bool_]) -> "Hypotheses":
        """Some of them."""
        return Hypotheses(*(getattr(self, field.name)[rows] for field in fields(self)))

    @property
    def posterior(self) -> NDArray[np.float64]:
        """(H,) their probabilities, those that became them by recombination included."""
        posterior: NDArray[np.float64] = np.exp(self.mass - np.logaddexp.reduce(self.mass))
        return posterior

    def without_first(self, n: int) -> "Hypotheses":
        """Forget the first n arcs of every history."""
        history, paths = self.history[:, n:], self.paths[:, n:]
        return replace(self, history=history, paths=paths, length=self.length - n)

    def beginning_like(self, other: "Hypotheses", n: int) -> "Hypotheses":
        """Those that took the same first n arcs as the best one of others."""
        long = self.take(self.length >= n)
        if not len(long):
            return long
        same = (long.history[:, :n] == other.history[0, :n]).all(axis=1)
        same &= (long.paths[:, :n] == other.paths[0, :n]).all(axis=1)
        return long.take(same)

    @staticmethod
    def concatenate(groups: Sequence["Hypotheses"]) -> "Hypotheses":
        """All hypotheses of several groups."""
        names = [field.name for field in fields(Hypotheses)]
        return Hypotheses(*(joined(groups, name) for name in names))


def joined(groups: Sequence[Hypotheses], name: str) -> NDArray[Any]:
    """One array of several groups, one below the other; short histories are padded."""
    arrays = [getattr(group, name) for group in groups]
    if len({array.shape[1:] for array in arrays}) == 1:
        return np.concatenate(arrays)
    ends = np.cumsum([len(array) for array in arrays])
    padded = np.zeros((ends[-1], max(array.shape[1] for array in arrays)), arrays[0].dtype)
    for array, end in zip(arrays, ends, strict=True):
        padded[end - len(array) : end, : array.shape[1]] = array
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
