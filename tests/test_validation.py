"""What is held out of a training, and the temperature that comes of it."""

from collections import Counter
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from takes import sequences

from jihwa.data.messages import UsageError
from jihwa.data.takes.splits import hold_out, stratified
from jihwa.models.training.evaluation import best_temperature


class Glove:
    """Labels of takes, of which nothing else counts here."""

    def __init__(self, sessions, signs, styles, n):
        rows = list(product(sessions, signs, styles, range(n)))
        self.sessions, self.signs, self.styles, _ = (np.array(c) for c in zip(*rows, strict=True))
        self.wearers = self.sessions

    def __len__(self):
        return len(self.signs)


class TestHoldOut:
    @given(st.integers(0, 100), st.integers(1, 3), st.integers(2, 5))
    def test_a_block_is_never_split_and_every_sign_and_session_is_on_both_sides(
        self, seed, n_sessions, n_styles
    ):
        takes = Glove("xyz"[:n_sessions], "ㄱㄴㄷㄹ", range(1, n_styles + 1), 3)
        split = hold_out(takes, seed)
        blocks = [
            set(zip(takes.sessions[rows], takes.signs[rows], takes.styles[rows], strict=True))
            for rows in (split.train, split.test)
        ]
        assert not blocks[0] & blocks[1]
        assert sorted([*split.train, *split.test]) == list(range(len(takes)))
        held_out = Counter((session, sign) for session, sign, _ in blocks[1])
        assert held_out == Counter(product("xyz"[:n_sessions], "ㄱㄴㄷㄹ"))

    def test_other_seeds_hold_out_other_styles(self):
        takes = Glove("x", "ㄱㄴㄷㄹ", range(1, 6), 2)
        assert len({tuple(hold_out(takes, seed).test) for seed in range(10)}) > 5

    def test_without_styles_it_is_the_smallest_session_that_leaves_every_sign(self):
        takes = sequences(("a", "b", "c"))
        in_b = np.cumsum(takes.sessions == "b")
        without_some = takes[np.flatnonzero((takes.sessions != "b") | (in_b % 12 > 3))]
        assert hold_out(without_some, 0).name == "session b"
        without_1 = takes[np.flatnonzero((takes.sessions != "b") | (takes.signs != "1"))]
        assert hold_out(without_1, 0).name == "session a"

    def test_signs_that_the_session_lacks_are_held_out_at_random(self):
        takes = sequences(("a", "b", "c"))
        only_a_has_2 = takes[np.flatnonzero((takes.sessions == "a") | (takes.signs != "2"))]
        split = hold_out(only_a_has_2, 0)
        assert split.name.startswith("session b, ")
        assert "leaks" in split.name
        assert Counter(only_a_has_2.signs[split.test]) == {"0": 12, "1": 12, "2": 3}

    @pytest.mark.parametrize(
        "rows",
        [
            lambda t: (t.sessions == "a") | (t.signs == "1"),  # b shows one sign
            lambda t: (t.sessions == "a") == (t.signs == "1"),  # each shows signs of its own
        ],
    )
    def test_every_sign_is_learned_and_held_out(self, rows):
        takes = sequences(("a", "b"))
        takes = takes[np.flatnonzero(rows(takes))]
        split = hold_out(takes, 0)
        assert set(takes.signs[split.train]) == set(takes.signs[split.test]) == {"0", "1", "2"}
        assert not set(split.train) & set(split.test)

    def test_a_style_of_a_single_sign_is_no_validation_of_the_others(self):
        takes = Glove("x", "ㄱㄴ", (1, 2), 5)
        takes.styles[takes.signs == "ㄴ"] = 1
        assert set(takes.signs[hold_out(takes, 0).test]) == {"ㄱ", "ㄴ"}

    def test_single_takes_of_every_sign_leave_nothing_to_hold_out(self):
        with pytest.raises(UsageError, match="single take"):
            hold_out(sequences(("a",), n=1), 0)

    def test_with_a_single_session_it_is_random_and_said_to_leak(self):
        takes = sequences(("a",))
        split = hold_out(takes, 0)
        assert "leaks" in split.name
        assert Counter(takes.signs[split.test]) == {"0": 3, "1": 3, "2": 3}


class TestTemperature:
    SIGN = np.random.default_rng(0).integers(0, 4, 2000)

    def logits(self, accuracy):
        """Of someone who is right so often, and knows it."""
        rng = np.random.default_rng(1)
        answer = np.where(rng.random(2000) < accuracy, self.SIGN, (self.SIGN + 1) % 4)
        logits = np.full((2000, 4), np.log((1 - accuracy) / 3))
        logits[np.arange(2000), answer] = np.log(accuracy)
        return logits

    def test_who_is_too_sure_by_a_factor_gets_that_factor(self):
        assert best_temperature(3 * self.logits(0.7), self.SIGN) == pytest.approx(3, rel=0.2)

    def test_who_is_too_modest_stays_so(self):
        assert best_temperature(self.logits(0.7) / 3, self.SIGN) == 1


@given(st.integers(0, 100), st.floats(0.01, 0.9), st.integers(2, 12))
def test_a_share_of_every_sign_is_held_out_and_some_of_each_is_learned(seed, share, n):
    takes = Glove("x", "ㄱㄴㄷ", [1], n)
    split = stratified(takes, share, seed)
    held_out = Counter(takes.signs[split.test].tolist())
    assert held_out == dict.fromkeys("ㄱㄴㄷ", min(max(round(share * n), 1), n - 1))
    assert sorted([*split.train, *split.test]) == list(range(3 * n))
    assert "leaks" in split.name


def test_of_single_takes_nothing_can_be_held_out():
    with pytest.raises(UsageError, match="single take"):
        stratified(Glove("x", "ㄱㄴ", [1], 1), 0.5, 0)
