"""Ways to split labelled takes into training and test parts.

TakeSet of one block were recorded back to back, so a random split leaks: it tells how well a model
remembers a session, not how well it reads a hand.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jihwa.data.messages import UsageError
from jihwa.data.takes.sequences import TakeSet

RANDOM_FOLDS = 5
LEAKING = "random"
"""The protocol whose figures say nothing of a stranger."""


def title(protocol: str) -> str:
    """What a protocol is called in every output: the one that leaks is called so."""
    return f"{protocol} (leaks)" if protocol == LEAKING else protocol


@dataclass(frozen=True, slots=True)
class Split:
    """One fold.

    Attributes:
        name: What is tested.
        train: Places of the training takes.
        test: Places of the test takes.
    """

    name: str
    train: NDArray[np.int64]
    test: NDArray[np.int64]


def by_random(takes: TakeSet, seed: int = 0) -> Iterator[Split]:
    """Five random folds. **Leaks**: only ever to be shown beside an honest protocol.

    Args:
        takes: What to split.
        seed: Of the folds; the other protocols have nothing random.
    """
    folds = np.random.default_rng(seed).permutation(len(takes)) % RANDOM_FOLDS
    yield from _leave_one_out(title(LEAKING), folds)


def by_block(takes: TakeSet) -> Iterator[Split]:
    """Leave one style out: the same wearer on the same day, other finger bends.

    Raises:
        UsageError: There is only one style.
    """
    yield from _leave_one_out("style", takes.styles)


def by_session(takes: TakeSet) -> Iterator[Split]:
    """Leave one session out: what a stranger gets.

    Raises:
        UsageError: There is only one session.
    """
    yield from _leave_one_out("session", takes.sessions)


def by_signer(takes: TakeSet) -> Iterator[Split]:
    """Leave one wearer out, with all of their sessions.

    Raises:
        UsageError: There is only one wearer.
    """
    yield from _leave_one_out("signer", takes.wearers)


PROTOCOLS: Mapping[str, Callable[[TakeSet], Iterator[Split]]] = {
    "session": by_session,
    "signer": by_signer,
    "block": by_block,
    LEAKING: by_random,
}
"""By name, the most honest first."""


def hold_out(takes: TakeSet, seed: int) -> Split:
    """Hold out what was not recorded back to back with the rest, as far as that is known.

    Of every sign in every session one style, drawn by lot, so that all signs and all styles are
    learned. Without styles a whole session, the smallest one that leaves every sign to learn from;
    with one session random takes, which flatter.
    """
    rng = np.random.default_rng(seed)
    held_out = np.zeros(len(takes), dtype=np.bool_)
    for session in np.unique(takes.sessions):
        for sign in np.unique(takes.signs):
            block = (takes.sessions == session) & (takes.signs == sign)
            styles = np.unique(takes.styles[block])
            if len(styles) > 1:
                held_out |= block & (takes.styles == rng.choice(styles))
    if held_out.any():
        rest, chosen = np.flatnonzero(~held_out), np.flatnonzero(held_out)
        return Split("a style of every sign and session", rest, chosen)
    n_signs = len(np.unique(takes.signs))
    if len(np.unique(takes.sessions)) > 1:
        complete = [s for s in by_session(takes) if len(np.unique(takes.signs[s.train])) == n_signs]
        if complete:
            return min(complete, key=lambda split: len(split.test))
    return next(by_random(takes, seed))


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
