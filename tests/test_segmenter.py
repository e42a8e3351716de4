"""The segmenter: finds the held letters at any pace and rate, however the input is cut."""

import tracemalloc
from collections import Counter
from dataclasses import replace
from itertools import pairwise, product

import numpy as np
import pytest
from benchmarks.cuts import likeliest_segments
from hypothesis import given, settings
from hypothesis import strategies as st

from jihwa.data.signal.clock import GAP_S
from jihwa.data.signal.frames import Frames
from jihwa.data.synthesis.pace import PACES
from jihwa.models.hold_network import STEP_S
from jihwa.recognizer.segmenter import KEPT_OF_HOLD_S, Segmenter

TEXTS = (
    "안녕하세요 만나서 반갑습니다",
    "학교 앞에서 만나요",
    "아까 빵을 먹었어요",
    "서울특별시 마포구",
    "김지우 짜장면 꾸러미",
)
WEARERS = range(12)


def segment(*chunks: Frames):
    """The likeliest way to cut a signal."""
    return likeliest_segments(boundaries(*chunks))


def offered(*chunks: Frames):
    """The segments of which the decoder may take each as a letter of its own."""
    return [alone for alone, *_ in boundaries(*chunks)]


def boundaries(*chunks: Frames):
    segmenter = Segmenter()
    return [b for chunk in chunks for b in segmenter.feed(chunk)] + segmenter.flush()


def still(duration_s: float, *, start_s=0.0, rate_hz=33.0, flex=800.0, seed=0) -> Frames:
    """A hand that holds one pose."""
    rng = np.random.default_rng(seed)
    n = round(duration_s * rate_hz)
    time_s = start_s + np.arange(n) / rate_hz
    flex_adc = np.round(flex + rng.normal(0, 4, (n, 5)))
    accel_g = np.array([0, 0.6, 0.8]) + rng.normal(0, 0.005, (n, 3))
    return Frames(time_s, flex_adc, accel_g, np.full((n, 3), np.nan))


def pair_up(session, segments):
    """The letters that a segment of their own overlaps, and the segments without a letter."""
    left = list(segments)
    found = []
    for sign in session.signs:
        overlaps = (s for s in left if s.start_s < sign.end_s and s.end_s > sign.start_s)
        if (segment := next(overlaps, None)) is not None:
            left.remove(segment)
            found.append(sign)
    return found, left


def within_words(session, segments, alphabet):
    """The segments that lie inside a word, where no rest is."""
    ends = np.cumsum([len(alphabet.spell(word)) for word in session.text.split()])
    words = zip([0, *ends[:-1]], ends - 1, strict=True)
    spans = [(session.signs[i].start_s, session.signs[j].end_s) for i, j in words]
    return [s for s in segments if any(a < s.start_s and s.end_s < b for a, b in spans)]


def test_letters_are_found_and_hardly_anything_else(spell, alphabet):
    letters, found, shown, spurious = Counter(), Counter(), Counter(), Counter()
    for pace, wearer, text in product(PACES, WEARERS, TEXTS):
        session = spell(text, pace, wearer=wearer, seed=wearer + len(text))
        found_here, left = pair_up(session, segment(session.frames))
        shown[pace] += len(pair_up(session, offered(session.frames))[0])
        letters[pace] += len(session.signs)
        found[pace] += len(found_here)
        spurious[pace] += len(within_words(session, left, alphabet))
    told = f"{shown} of {letters} letters were offered, {found} found; {spurious} too many"
    assert min(shown[pace] / letters[pace] for pace in PACES) >= 0.99, told
    assert found.total() >= 0.96 * letters.total(), told  # the decoder finds more
    assert min(found[pace] / letters[pace] for pace in PACES) >= 0.92, told
    assert spurious.total() <= 0.02 * letters.total(), told  # the decoder joins split holds


@pytest.mark.parametrize("pace", ["slow", "normal", "fast"])
def test_repeated_letters_are_found(spell, pace):
    n_letters = n_found = 0
    for wearer in range(10):
        session = spell("아까 빠짝 쓰까 똑똑", pace, wearer=wearer, seed=wearer)
        found, _ = pair_up(session, offered(session.frames))
        signs = session.signs
        repeated = [b for a, b in pairwise(signs) if a.sign == b.sign]
        n_letters += len(repeated)
        n_found += len([sign for sign in repeated if sign in found])
    told = f"{pace}: {n_found} of {n_letters} repeated letters found"
    assert n_found >= 0.93 * n_letters, told  # a light release near the rest pose hardly shows


@pytest.mark.parametrize(
    ("rate_hz", "least_share"), [(20, 0.96), (33, 0.98), (47, 0.98), (100, 0.97)]
)
def test_rate_of_the_glove_hardly_matters(spell, rate_hz, least_share):
    n_letters = n_found = 0
    for wearer, text in product(range(3), TEXTS):
        session = spell(text, wearer=wearer, seed=wearer, rate_hz=200)
        ticks_s = np.arange(0, session.frames.duration_s, 1 / rate_hz)
        sampled = np.zeros(len(session.frames), dtype=bool)
        sampled[np.searchsorted(session.frames.time_s, ticks_s)] = True
        found, _ = pair_up(session, offered(session.frames[sampled]))
        n_letters += len(session.signs)
        n_found += len(found)
    told = f"{rate_hz} Hz: {n_found} of {n_letters} letters found"
    assert n_found >= least_share * n_letters, told


def test_segments_follow_each_other_and_hold_their_frames(spell):
    frames = spell(TEXTS[0]).frames
    segments = segment(frames)
    assert segments[0].gap_s == np.inf
    for before, after in pairwise(segments):
        assert before.start_s <= before.end_s <= after.start_s
        assert after.gap_s == pytest.approx(max(after.start_s - before.end_s, STEP_S))
    for s in segments:
        assert len(s.frames)
        assert s.frames.time_s[0] >= 0
        assert np.isin(s.frames.time_s, frames.time_s).all()


def test_letter_is_reported_soon_after_it_ends(spell):
    """Live, one sample at a time: a letter shows within a quarter of a second."""
    session, segmenter = spell("한글"), Segmenter()
    said_s = {}
    for i in range(len(session.frames)):
        for b in segmenter.feed(session.frames[i : i + 1]):
            said_s[b[0].end_s] = session.frames.time_s[i] - b[0].end_s
    assert len(said_s) >= len(session.signs)
    assert max(said_s.values()) <= 0.25


def test_signal_may_begin_and_end_in_a_hold():
    (only,) = segment(still(1.0, start_s=7.0))
    assert only.start_s == 7.0
    assert only.end_s == pytest.approx(8.0, abs=0.1)


@pytest.mark.parametrize("gap_s", [0.5, 15.0, 3600.0])
def test_lost_signal_ends_a_hold(gap_s):
    one = still(1.0)
    other = still(1.0, start_s=one.time_s[-1] + gap_s, seed=1)
    before, after = segment(Frames.concatenate([one, other]))
    assert before.end_s <= one.time_s[-1]
    assert after.start_s == pytest.approx(other.time_s[0])
    assert after.gap_s >= gap_s


def test_a_few_lost_samples_do_not_end_a_hold():
    hold = still(2.0)
    kept = (hold.time_s < 1.0) | (hold.time_s > 1.0 + GAP_S - 0.1)
    assert len(segment(hold[kept])) == 1


def test_long_hold_is_one_segment_and_takes_bounded_memory():
    segmenter, told = Segmenter(), []

    def hold(minutes: range) -> int:
        for minute in minutes:
            for i in range(60):
                start_s = 60.0 * minute + i
                for ways in segmenter.feed(still(1.0, start_s=start_s, seed=i)):
                    told.append(tuple(replace(way, frames=Frames.empty()) for way in ways))
        return tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    first, last = hold(range(1)), hold(range(1, 4))
    tracemalloc.stop()
    assert last - first < 100_000  # three minutes of samples take 570 kB
    (only,) = likeliest_segments([*told, *segmenter.flush()])
    assert only.end_s - only.start_s == pytest.approx(240, abs=0.2)
    assert only.frames.duration_s <= KEPT_OF_HOLD_S


@pytest.mark.parametrize(
    "frames",
    [Frames.empty(), still(0.03), still(1.0)[:2]],
    ids=["nothing", "one sample", "two samples"],
)
def test_too_little_signal_holds_nothing(frames):
    assert segment(frames) == []


def test_dead_sensors_neither_move_nor_break_anything():
    hold = still(1.0)
    hold.flex_adc[:, 1] = np.where(np.arange(len(hold)) % 2, 0, 1023)
    assert len(segment(hold)) == 1
    hold.flex_adc[:] = 0
    assert len(segment(hold)) == 1


def test_moving_hand_holds_nothing():
    hand = still(3.0)
    phase = 2 * np.pi * (hand.time_s[:, None] + np.arange(5) / 5)  # one finger moves at any time
    hand.flex_adc[:] += 60 * np.sin(phase)
    hand.accel_g[:, :2] += np.column_stack([np.sin(phase[:, 0]), np.cos(phase[:, 0])])
    assert sum(s.end_s - s.start_s for s in segment(hand)) < 0.3  # a moment at either end


def test_reset_forgets_the_hold_and_the_clock():
    segmenter = Segmenter()
    segmenter.feed(still(1.0, start_s=100.0))
    segmenter.reset()
    assert segmenter.flush() == []
    segmenter.feed(still(1.0))
    (only,) = likeliest_segments(segmenter.flush())
    assert (only.start_s, only.gap_s) == (0.0, np.inf)


@settings(max_examples=30)
@given(
    seed=st.integers(0, 5),
    rate_hz=st.sampled_from([8.0, 15.0, 33.0, 120.0]),
    lost=st.lists(st.tuples(st.floats(0, 1), st.floats(0, 0.2)), max_size=3),
    cuts=st.lists(st.floats(0, 1)) | st.just([i / 300 for i in range(300)]),
)
def test_any_chunking_gives_the_same(spell, table, seed, rate_hz, lost, cuts):
    frames = spell("끼니", seed=seed, wearer=seed, rate_hz=rate_hz).frames
    place = np.arange(len(frames)) / len(frames)
    for start, share in lost:
        frames = frames[(place < start) | (place > start + share)]
        place = np.arange(len(frames)) / max(len(frames), 1)
    edges = [0, *sorted(round(cut * len(frames)) for cut in cuts), len(frames)]
    chunks = [frames[a:b] for a, b in pairwise(edges)]
    for cut, whole in zip(boundaries(*chunks), boundaries(frames), strict=True):
        for one, other in zip(cut, whole, strict=True):
            assert np.array_equal(table(one.frames), table(other.frames), equal_nan=True)
            assert replace(one, frames=frames) == replace(other, frames=frames)
