"""Stretches: where the hand is still and where a hold begins, told from probabilities."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jihwa.models.hold_network import STEP_S
from jihwa.recognizer.stillness import FLEETING_STEPS, JOLT_STEPS, LEAST_BEGINNING, StillnessFinder

DIGITS = {".": (0.1, 0.0), "!": (0.001, 0.0), "-": (0.9, 0.0)}
"""A step on the move, one surely so, and a still one; digits are still, tenths of a beginning."""


def said(story):
    steps = [DIGITS.get(c) or (0.9, int(c) / 10) for c in story]
    return np.array(steps, np.float32).reshape(-1, 2)


def found(story, cuts=()):
    """The first and last step of every stretch, and whether its beginning was seen."""
    finder = StillnessFinder(least=0.2, around=4)
    time_s, stretches = STEP_S * np.arange(len(story)), []
    for rows in np.split(np.arange(len(story)), sorted(cuts)):
        stretches += finder.feed(time_s[rows], said(story)[rows])
    stretches += finder.flush()
    return [
        (round(c.start_s / STEP_S), round(c.end_s / STEP_S) - 1, round(c.begins, 2))
        for c in stretches
    ]


def test_a_span_begins_at_the_height_of_a_beginning_and_ends_when_the_hand_moves():
    assert found(".....3963----.....") == [(5, 12, 0.9)]


def test_a_beginning_in_the_middle_of_stillness_parts_two_spans():
    assert found("...9------------8-------....") == [(3, 15, 0.9), (16, 23, 0.8)]


def test_of_two_beginnings_that_are_close_the_higher_one_counts():
    assert found("...9---5-----....") == [(3, 12, 0.9)]
    assert found("...5---9-----....") == [(7, 12, 0.9)]


def test_stillness_without_a_beginning_is_a_span_of_its_own_unless_it_is_fleeting():
    still = "-" * (FLEETING_STEPS + 3)
    ((first, last, begins),) = found("....." + still + ".....")
    assert (first, last, begins) == (5, 4 + len(still), pytest.approx(LEAST_BEGINNING, abs=0.01))
    assert found(".....--.....") == []


def test_a_hold_of_as_many_spans_as_there_may_be_is_not_parted_by_weak_beginnings():
    weak = "------3"
    begins = [begins for _, _, begins in found("..9" + 5 * weak + "------8" + 2 * weak + "------")]
    assert begins == pytest.approx([0.9, 0.3, 0.3, 0.8, 0.3, 0.3])


def test_a_hold_of_as_many_spans_as_there_may_be_ends_where_the_next_one_begins():
    lapses = "....".join(5 * ["-----------"])
    stretches = found("..9" + lapses + "....9------.....")
    assert [begins for _, _, begins in stretches] == pytest.approx(
        [0.9, 0.005, 0.005, 0.9], abs=0.01
    )
    assert stretches[2][1] == 2 + len(lapses)


def test_a_jolt_ends_no_stretch():
    jolt = "." * JOLT_STEPS
    assert found(f"..9----{jolt}-----.....") == [(2, 11 + JOLT_STEPS, 0.9)]
    moved = "." * (JOLT_STEPS + 1)
    assert len(found(f"..9----{moved}------------.....")) == 2


def test_a_hand_that_has_surely_moved_on_ends_its_span_at_once():
    assert len(found("..9----!------------.....")) == 2
    finder, story = StillnessFinder(least=0.2, around=4), "..9----!"
    stretches = [finder.feed(STEP_S * np.array([i]), said(step)) for i, step in enumerate(story)]
    assert [len(ended) for ended in stretches] == [0, 0, 0, 0, 0, 0, 0, 1]


def test_a_signal_may_begin_and_end_in_a_hold():
    assert found("-----------")[0][0] == 0
    assert found(".....9-----")[-1][1] == 10


def test_the_span_that_goes_on_is_known():
    finder = StillnessFinder(least=0.2, around=1)
    story = "....9---"
    assert finder.feed(STEP_S * np.arange(len(story)), said(story)) == []
    assert finder.open.start_s == pytest.approx(4 * STEP_S)
    finder.reset()
    assert finder.open is None
    assert finder.flush() == []


stories = st.lists(st.sampled_from(".....------123579"), max_size=60).map("".join)


@given(stories, st.lists(st.integers(0, 60)))
def test_any_chunking_gives_the_same_spans_in_order(story, cuts):
    stretches = found(story)
    assert found(story, [min(cut, len(story)) for cut in cuts]) == stretches
    for (_, end, _), (start, _, _) in pairwise(stretches):
        assert end < start
