"""The even grid: means over steps of time, whatever the rate and however the input was cut."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from jihwa.data.signal.clock import EvenGrid

STEP_S = 0.02


def gridded(time_s, values, cuts=()):
    grid = EvenGrid(STEP_S)
    edges = [0, *sorted(cuts), len(time_s)]
    parts = [grid.feed(time_s[a:b], values[a:b]) for a, b in pairwise(edges)]
    return tuple(np.concatenate(each) for each in zip(*parts, strict=True))


@example(steps_ms=[1] * 42, seed=0, missing=0.0, cuts=[22])
@given(
    steps_ms=st.lists(st.integers(0, 150) | st.just(0), min_size=1, max_size=60),
    seed=st.integers(0, 2**32 - 1),
    missing=st.floats(0, 0.2),
    cuts=st.lists(st.integers(0, 60)),
)
def test_any_chunking_gives_the_same(steps_ms, seed, missing, cuts):
    rng = np.random.default_rng(seed)
    time_s = np.cumsum(steps_ms) / 1000
    values = rng.normal(size=(len(time_s), 3))
    values[rng.random(values.shape) < missing] = np.nan
    whole = gridded(time_s, values)
    pieces = gridded(time_s, values, [min(cut, len(time_s)) for cut in cuts])
    for one, other in zip(pieces, whole, strict=True):
        assert np.array_equal(one, other, equal_nan=True)


def test_a_step_is_the_mean_of_the_straight_lines_between_samples():
    rng = np.random.default_rng(1)
    time_s = np.sort(rng.uniform(0, 1, 40))
    values = rng.normal(size=(40, 2))
    begins_s, means = gridded(time_s, values)
    for begin_s, mean in zip(begins_s, means, strict=True):
        inside_s = np.linspace(begin_s, begin_s + STEP_S, 4001)
        line = [np.interp(inside_s, time_s, channel).mean() for channel in values.T]
        assert mean == pytest.approx(line, abs=2e-3)


@pytest.mark.parametrize("rate_hz", [8, 33, 47, 100, 400])
def test_steps_follow_each_other_from_the_first_sample_on(rate_hz):
    time_s = 7.0 + np.arange(0, 1, 1 / rate_hz)
    begins_s, means = gridded(time_s, time_s[:, None])
    assert begins_s == pytest.approx(7.0 + STEP_S * np.arange(len(begins_s)))
    assert means[:, 0] == pytest.approx(begins_s + STEP_S / 2)
    assert begins_s[-1] + STEP_S == pytest.approx(time_s[-1], abs=STEP_S)


def test_a_channel_that_is_missing_in_a_sample_is_missing_around_it_and_no_other_is():
    time_s = np.arange(0, 0.5, 0.01)
    values = np.ones((50, 2))
    values[25, 0] = np.nan  # at 0.25 s
    begins_s, means = gridded(time_s, values)
    missing = np.isnan(means[:, 0])
    assert missing.any()
    assert np.abs(begins_s[missing] + STEP_S / 2 - 0.25).max() < 0.03
    assert not np.isnan(means[:, 1]).any()


def test_one_sample_is_no_step_and_reset_forgets():
    grid = EvenGrid(STEP_S)
    assert len(grid.feed(np.array([5.0]), np.ones((1, 2)))[0]) == 0
    grid.reset()
    begins_s, _ = grid.feed(np.array([1.0, 1.1]), np.ones((2, 2)))
    assert begins_s[0] == 1.0
