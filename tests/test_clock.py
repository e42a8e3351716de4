"""The device clock: what wraps, resets, jumps and glitches look like in seconds since the start."""

import itertools
import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from jihwa.data.signal.clock import RESET_SILENCE_S, Clock


def read(*raw_ms: float) -> tuple[Clock, list[int | None]]:
    """Milliseconds in, milliseconds out."""
    clock = Clock()
    times_s = [clock.feed(raw / 1000) for raw in raw_ms]
    return clock, [None if t is None else round(t * 1000) for t in times_s]


SILENCE_MS = round(RESET_SILENCE_S * 1000)


def test_time_counts_from_the_first_sample():
    clock, times = read(24_636, 24_656, 24_676)
    assert times == [0, 20, 40]
    assert clock.elapsed_s == pytest.approx(0.04)
    assert (clock.resets, clock.gaps) == (0, 0)


def test_32_bit_counter_wraps_unnoticed():
    clock, times = read(2**32 - 40, 2**32 - 10, 20, 50)
    assert times == [0, 30, 60, 90]
    assert (clock.resets, clock.gaps) == (0, 0)


def test_wrap_inside_a_gap_is_a_gap():
    clock, times = read(2**32 - 1000, 4000, 4030)
    assert times == [0, 5000, 5030]
    assert (clock.resets, clock.gaps, clock.longest_gap_s) == (0, 1, pytest.approx(5))


def test_reset_begins_a_new_epoch_at_its_second_sample():
    clock, times = read(90_000, 90_030, 0, 30, 60)
    assert times == [0, 30, None, 60 + SILENCE_MS, 90 + SILENCE_MS]
    assert (clock.resets, clock.gaps) == (1, 1)


def test_every_reset_counts():
    clock, times = read(50_000, 0, 30, 60, 5, 35)
    assert times == [0, None, SILENCE_MS + 30, SILENCE_MS + 60, None, 2 * SILENCE_MS + 90]
    assert (clock.resets, clock.gaps) == (2, 2)


@pytest.mark.parametrize("absurd", [6.11e9, -5.0, 7, 2**32 - 1, 0])
def test_single_absurd_timestamp_is_refused(absurd):
    clock, times = read(80_000, 80_030, absurd, 80_090, 80_120)
    assert times == [0, 30, None, 90, 120]
    assert (clock.resets, clock.gaps) == (0, 0)


def test_two_absurd_timestamps_do_not_confirm_each_other():
    _, times = read(80_000, 6.1e9, 17, 80_090)
    assert times == [0, None, None, 90]


def test_step_back_for_one_sample_costs_that_sample():
    clock, times = read(1000, 1030, 1010, 1060)
    assert times == [0, 30, None, 60]
    assert clock.resets == 0


def test_step_back_for_good_is_a_reset():
    clock, times = read(9000, 9030, 8700, 8730)
    assert times == [0, 30, None, 60 + SILENCE_MS]
    assert clock.longest_gap_s == 0
    assert clock.resets == 1


@pytest.mark.parametrize("gap_ms", [500, 15_000, 59_000])
def test_jump_is_a_gap_and_stays_as_long_as_it_was(gap_ms):
    clock, times = read(100, 130, 130 + gap_ms, 160 + gap_ms)
    assert times == [0, 30, 30 + gap_ms, 60 + gap_ms]
    assert (clock.gaps, clock.longest_gap_s) == (1, pytest.approx(gap_ms / 1000))
    assert clock.resets == 0


def test_jump_of_an_hour_is_a_gap_once_the_next_sample_confirms_it():
    clock, times = read(100, 130, 3_600_130, 3_600_160)
    assert times == [0, 30, None, 3_600_060]
    assert (clock.gaps, clock.longest_gap_s) == (1, pytest.approx(3600))
    assert clock.resets == 0


def test_slow_sampling_is_no_gap():
    clock, _ = read(*range(0, 2000, 66))
    assert clock.gaps == 0


def test_clock_that_stands_still_is_refused_until_it_goes_on():
    _, times = read(500, 500, 500, 500, 530)
    assert times == [0, None, None, None, 30]


@pytest.mark.parametrize("raw", [math.nan, math.inf, -math.inf, 1e300])
def test_what_is_no_time_is_refused_from_the_first_sample_on(raw):
    _, times = read(raw, 100, raw, raw, 130)
    assert times == [None, 0, None, None, 30]


steps_ms = st.one_of(
    st.integers(1, 100),
    st.sampled_from([0, -30, 450, 15_000, 3_600_000, -(2**32), 2**32, -80_000]),
    st.integers(-(2**33), 2**33),
)


@given(st.integers(0, 2**32), st.lists(steps_ms))
@example(70, [70, 2**32, 2**32, 1, -(2**32)])
def test_output_never_decreases_and_ends_at_the_elapsed_time(start_ms, steps):
    raw = [start_ms]
    for step in steps:
        raw.append(raw[-1] + step)
    clock = Clock()
    times_s = [t for ms in raw if (t := clock.feed(ms / 1000)) is not None]
    assert all(before < after for before, after in itertools.pairwise(times_s))
    assert times_s[-1] == clock.elapsed_s


@given(st.lists(st.floats()))
def test_no_float_breaks_the_clock(raw_s):
    clock = Clock()
    times_s = [t for raw in raw_s if (t := clock.feed(raw)) is not None]
    assert times_s == sorted(times_s)
    assert all(math.isfinite(t) for t in times_s)
