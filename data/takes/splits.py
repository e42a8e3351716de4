"""Ways to split labelled takes into training and test parts.

What a fold's training part has no take of is not tested in it: nobody could read it. Takes of one
block were recorded back to back, so a random split leaks: it tells how well a model
remembers a session, not how well it reads a hand.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
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
    yield from _leave_one_out(title(LEAKING), folds, takes)


def by_block(takes: TakeSet) -> Iterator[Split]:
    """Leave one style out: the same wearer on the same day, other finger bends.

    Raises:
        UsageError: There is only one style, or none has a sign that another has.
    """
    yield from _leave_one_out("style", takes.styles, takes)


def by_session(takes: TakeSet) -> Iterator[Split]:
    """Leave one session out: what a stranger gets.

    Raises:
        UsageError: There is only one session, or none has a sign that another has.
    """
    yield from _leave_one_out("session", takes.sessions, takes)


def by_signer(takes: TakeSet) -> Iterator[Split]:
    """Leave one wearer out, with all of their sessions.

    Raises:
        UsageError: There is only one wearer, or none has a sign that another has.
    """
    yield from _leave_one_out("signer", takes.wearers, takes)


PROTOCOLS: Mapping[str, Callable[[TakeSet], Iterator[Split]]] = {
    "session": by_session,
    "signer": by_signer,
    "block": by_block,
    LEAKING: by_random,
}
"""By name, the most honest first."""


def untested(takes: TakeSet, splits: Iterable[Split]) -> tuple[str, ...]:
    """The signs that no fold tests: all takes of each are in one group."""
    tested = {str(sign) for split in splits for sign in takes.signs[split.test]}
    return tuple(sorted(set(takes.signs.tolist()) - tested))


def stratified(takes: TakeSet, share: float, seed: int) -> Split:
    """Hold out this share of every sign at random. **Leaks**, as `by_random` does.

    Of a sign with two takes or more at least one is held out, and one is learned.

    Raises:
        UsageError: No sign has two takes.
    """
    rng = np.random.default_rng(seed)
    held_out = np.zeros(len(takes), dtype=np.bool_)
    for sign in np.unique(takes.signs):
        rows = np.flatnonzero(takes.signs == sign)
        n = min(max(round(share * len(rows)), 1), len(rows) - 1)
        held_out[rng.permutation(rows)[:n]] = True
    if not held_out.any():
        raise _single_takes()
    return Split(title(LEAKING), np.flatnonzero(~held_out), np.flatnonzero(held_out))


def hold_out(takes: TakeSet, seed: int) -> Split:
    """Hold out what was not recorded back to back with the rest, as far as that is known.

    Of every sign in every session one style, drawn by lot, so that all signs and all styles are
    learned. Without styles the session of most signs, the smallest of these, that leaves every
    sign to learn from. Of signs that are not in it, and of all where there is no such session, a
    fifth at random, which flatters; a sign of one take is only learned.

    Raises:
        UsageError: No sign has two takes.
    """
    rng = np.random.default_rng(seed)
    signs = np.unique(takes.signs)
    held_out, name = np.zeros(len(takes), dtype=np.bool_), ""
    for session in np.unique(takes.sessions):
        for sign in signs:
            block = (takes.sessions == session) & (takes.signs == sign)
            styles = np.unique(takes.styles[block])
            if len(styles) > 1:
                held_out |= block & (takes.styles == rng.choice(styles))
                name = "a style of every sign and session"
    if not name:
        whole = [
            split
            for split in _folds("session", takes.sessions, takes.signs)
            if np.isin(signs, takes.signs[split.train]).all()
        ]
        if whole:
            most = max(whole, key=lambda s: (len(np.unique(takes.signs[s.test])), -len(s.test)))
            held_out[most.test], name = True, most.name
    filled = False
    for sign in signs:
        rows = np.flatnonzero(takes.signs == sign)
        if not held_out[rows].any() and len(rows) > 1:
            held_out[rng.permutation(rows)[: -(-len(rows) // RANDOM_FOLDS)]] = filled = True
    if not held_out.any():
        raise _single_takes()
    name = ", ".join(part for part in (name, title(LEAKING) * filled) if part)
    return Split(name, np.flatnonzero(~held_out), np.flatnonzero(held_out))


def _single_takes() -> UsageError:
    return UsageError(
        ko="모든 지문자의 녹화가 하나뿐이라 남겨서 잴 것이 없습니다. 지문자마다 둘은 녹화하세요.",
        en="Every sign has a single take: nothing can be held out. Record two or more of each.",
    )


def _leave_one_out(what: str, groups: NDArray[np.generic], takes: TakeSet) -> Iterator[Split]:
    if len(np.unique(groups)) < 2:
        raise UsageError(
            ko=f"나눌 묶음({what})이 하나뿐입니다. 데이터를 더 주세요.",
            en=f"There is only one {what} to split by. Give more data.",
        )
    splits = list(_folds(what, groups, takes.signs))
    if not splits:
        raise UsageError(
            ko=f"묶음({what})마다 든 지문자가 달라, 하나를 빼면 그 지문자를 배울 수 없습니다. 같은 "
            "지문자가 여러 묶음에 있는 데이터를 주거나 --protocol을 바꾸세요.",
            en=f"Every {what} holds signs of its own, which cannot be learned when it is left out. "
            f"Give data with the same signs in several, or another --protocol.",
        )
    yield from splits


def _folds(what: str, groups: NDArray[np.generic], signs: NDArray[np.str_]) -> Iterator[Split]:
    """Leave each group out, and test what of it can be learned from the others."""
    for group in np.unique(groups):
        held_out = groups == group
        test = held_out & np.isin(signs, signs[~held_out])
        if test.any():
            yield Split(f"{what} {group}", np.flatnonzero(~held_out), np.flatnonzero(test))
