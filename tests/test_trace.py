"""What a segmenter saw, for those who look at it: the same as it acted on."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from jihwa.data.signal.clock import GAP_S
from jihwa.data.signal.frames import Frames
from jihwa.io.writers.view import SegmentationTrace
from jihwa.models.hold_network import STEP_S
from jihwa.recognizer.segmenter import BEGINNING, Segmenter
from jihwa.recognizer.stillness import STILL


@pytest.fixture(scope="module")
def session(spell):
    return spell("아까 값진 짜장면", "natural", wearer=3, seed=2)


def test_boundaries_are_those_of_a_segmenter_fed_frame_by_frame(session):
    segmenter, boundaries = Segmenter(), []
    for row in range(len(session.frames)):
        boundaries += segmenter.feed(session.frames[row : row + 1])
    boundaries += segmenter.flush()
    trace = SegmentationTrace.of(session.frames)
    assert [
        [(way.start_s, way.end_s, way.spans, way.log_prob) for way in ways] for ways in boundaries
    ] == [
        [(way.start_s, way.end_s, way.spans, way.log_prob) for way in ways]
        for ways in trace.boundaries
    ]


def test_every_step_of_the_signal_has_its_probabilities(session):
    trace, time_s = SegmentationTrace.of(session.frames), session.frames.time_s
    assert np.allclose(np.diff(trace.time_s), STEP_S)
    assert trace.time_s[0] == pytest.approx(time_s[0], abs=STEP_S)
    assert trace.time_s[-1] == pytest.approx(time_s[-1], abs=2 * STEP_S)
    assert len(trace.time_s) == len(trace.held) == len(trace.begins)
    assert min(trace.held.min(), trace.begins.min()) >= 0
    assert max(trace.held.max(), trace.begins.max()) <= 1


def test_the_hand_is_held_in_letters_and_a_hold_begins_with_nearly_each(session):
    trace = SegmentationTrace.of(session.frames)
    still, begun = [], []
    for sign in session.signs:
        inside = (trace.time_s > sign.start_s + 0.04) & (trace.time_s < sign.end_s - 0.04)
        still.append((trace.held[inside] > STILL).mean())
        early = np.abs(trace.time_s - sign.start_s) < 0.1
        begun.append(trace.begins[early].max() > BEGINNING)
    assert min(still) > 0.7
    assert np.mean(still) > 0.9
    assert np.mean(begun) > 0.8  # of repeated letters, not of each


def test_nothing_is_said_where_the_signal_is_missing(session):
    frames = session.frames
    late = replace(frames, time_s=np.where(frames.time_s > 3, frames.time_s + 5, frames.time_s))
    trace = SegmentationTrace.of(late)
    steps_s = np.diff(trace.time_s)
    assert (steps_s > GAP_S).sum() == 1
    assert not ((trace.time_s > 3.1) & (trace.time_s < 7.9)).any()


def test_rivals_are_the_segments_that_share_time_with_another(session):
    trace = SegmentationTrace.of(session.frames)
    rivals = trace.rivals
    assert any(rival.spans > 1 for rival in rivals)

    def meets(one, other):
        return one is not other and one.start_s < other.end_s and other.start_s < one.end_s

    ways = [way for ways in trace.boundaries for way in ways]
    for way in ways:
        assert any(meets(way, other) for other in ways) == (way in rivals)
    assert max(Counter(map(id, rivals)).values()) == 1


def test_without_a_signal_there_is_nothing_to_see():
    trace = SegmentationTrace.of(Frames.empty())
    assert (len(trace.time_s), trace.boundaries, trace.rivals) == (0, (), [])
