"""Ways to split labelled episodes into training and test parts.

Takes of one block were recorded back to back, so a random split leaks: it tells how well a model
remembers a session, not how well it reads a hand.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jihwa.data.episodes import EpisodeSet
from jihwa.data.messages import UsageError

RANDOM_FOLDS = 5


@dataclass(frozen=True, slots=True)
class Split:
    """One fold.

    Attributes:
        name: What is tested.
        train: Places of the training episodes.
        test: Places of the test episodes.
    """

    name: str
    train: NDArray[np.int64]
    test: NDArray[np.int64]


def by_random(episodes: EpisodeSet, seed: int = 0) -> Iterator[Split]:
    """Five random folds. **Leaks**: only ever to be shown beside an honest protocol.

    Args:
        episodes: What to split.
        seed: Of the folds; the other protocols have nothing random.
    """
    folds = np.random.default_rng(seed).permutation(len(episodes)) % RANDOM_FOLDS
    yield from _leave_one_out("random (leaks)", folds)


def by_block(episodes: EpisodeSet) -> Iterator[Split]:
    """Leave one style out: the same wearer on the same day, other finger bends.

    Raises:
        UsageError: There is only one style.
    """
    yield from _leave_one_out("style", episodes.styles)


def by_session(episodes: EpisodeSet) -> Iterator[Split]:
    """Leave one session out: what a stranger gets.

    Raises:
        UsageError: There is only one session.
    """
    yield from _leave_one_out("session", episodes.sessions)


PROTOCOLS: Mapping[str, Callable[[EpisodeSet], Iterator[Split]]] = {
    "random": by_random,
    "block": by_block,
    "session": by_session,
}


def _leave_one_out(what: str, groups: NDArray[np.generic]) -> Iterator[Split]:
    names = np.unique(groups)
    if len(names) < 2:
        raise UsageError(
            ko=f"나눌 묶음({what})이 하나뿐입니다. 데이터를 더 주세요.",
            en=f"There is only one {what} to split by. Give more data.",
        )
    for group in names:
        held_out = groups == group
        yield Split(f"{what} {group}", np.flatnonzero(~held_out), np.flatnonzero(held_out))
