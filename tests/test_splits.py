"""Splits: every episode is tested once, never trained on meanwhile, and a leak is called one."""

from pathlib import Path

import numpy as np
import pytest

from jihwa.data.messages import UsageError
from jihwa.data.signal.frames import Frames
from jihwa.data.takes.episodes import Episode, EpisodeSet
from jihwa.data.takes.splits import PROTOCOLS, by_random, untested


def episodes(sessions="ab", styles=(1, 2, 3, 4, 5), takes=3, wearer_of=None) -> EpisodeSet:
    return EpisodeSet(
        tuple(
            Episode(Path("take.csv"), sign, style, session, wearer, Frames.empty(), frozenset())
            for session in sessions
            for wearer in ((wearer_of or {}).get(session, session),)
            for sign in "ㄱㅏ"
            for style in styles
            for _ in range(takes)
        ),
        skipped=(),
    )


@pytest.mark.parametrize(
    ("protocol", "n_folds"), [("random", 5), ("block", 5), ("session", 2), ("signer", 2)]
)
def test_every_episode_is_tested_once_and_never_trained_on_meanwhile(protocol, n_folds):
    data = episodes()
    splits = list(PROTOCOLS[protocol](data))
    assert len(splits) == len({split.name for split in splits}) == n_folds
    tested = np.concatenate([split.test for split in splits])
    assert sorted(tested) == list(range(len(data)))
    for split in splits:
        assert sorted([*split.train, *split.test]) == list(range(len(data)))
        assert len(split.train)
        assert len(split.test)


def test_block_leaves_a_style_out():
    data = episodes()
    for split in PROTOCOLS["block"](data):
        assert len(set(data.styles[split.test])) == 1
        assert not set(data.styles[split.test]) & set(data.styles[split.train])


def test_session_leaves_a_session_out_and_is_named_by_it():
    data = episodes(sessions="abc")
    names = [split.name for split in PROTOCOLS["session"](data)]
    assert names == ["session a", "session b", "session c"]
    for split in PROTOCOLS["session"](data):
        assert not set(data.sessions[split.test]) & set(data.sessions[split.train])


def test_signer_leaves_a_wearer_out_with_all_sessions():
    data = episodes(sessions="abc", wearer_of={"a": "kim", "b": "lee", "c": "kim"})
    folds = {split.name: set(data.sessions[split.test]) for split in PROTOCOLS["signer"](data)}
    assert folds == {"signer kim": {"a", "c"}, "signer lee": {"b"}}


def test_random_is_named_as_leaking_and_does_leak():
    data = episodes()
    blocks = np.char.add(data.sessions, data.styles.astype(str))
    for split in PROTOCOLS["random"](data):
        assert "leaks" in split.name
        assert set(blocks[split.test]) & set(blocks[split.train])


def test_random_is_the_same_for_a_seed_and_another_for_another():
    def tests(seed):
        return [split.test.tolist() for split in by_random(episodes(), seed)]

    assert tests(1) == tests(1)
    assert tests(1) != tests(2)


def test_what_was_never_learned_is_not_tested():
    data = episodes(sessions="abc")
    data = data[np.flatnonzero((data.sessions == "a") | (data.signs != "ㅏ"))]
    splits = list(PROTOCOLS["session"](data))
    for split in splits:
        assert set(data.signs[split.test]) <= set(data.signs[split.train])
    assert [split.name for split in splits] == ["session a", "session b", "session c"]
    assert untested(data, splits) == ("ㅏ",)


def test_groups_of_signs_of_their_own_cannot_be_split():
    data = episodes()
    data = data[np.flatnonzero((data.sessions == "a") == (data.signs == "ㅏ"))]
    with pytest.raises(UsageError, match="signs of its own"):
        list(PROTOCOLS["session"](data))


@pytest.mark.parametrize(
    ("protocol", "data"),
    [("session", episodes(sessions="a")), ("block", episodes(styles=(3,)))],
)
def test_one_group_cannot_be_split(protocol, data):
    with pytest.raises(UsageError, match="only one"):
        list(PROTOCOLS[protocol](data))
