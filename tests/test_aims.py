"""A hand in a hurry: what it was aimed at, told from where it came from and how far it got."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jihwa.data.signal.frames import Frames
from jihwa.models.features import FLEX, GRAVITY, FeatureExtractor
from jihwa.recognizer.classifier import SHORTFALLS, Classifier, aimed_at
from jihwa.recognizer.events import Segment

POSES = st.lists(st.floats(-2, 12), min_size=5, max_size=5)


@given(start=POSES, aim=POSES, place=st.integers(0, len(SHORTFALLS) - 1))
def test_what_the_hand_was_aimed_at_is_among_its_aims(start, aim, place):
    down = [0.0, 0.0, -1.0]
    before, aimed = np.array([*start, *down]), np.array([*aim, *down])
    poses, log_density = aimed_at(aimed + SHORTFALLS[place] * (before - aimed), before)
    assert poses[place] == pytest.approx(aimed)
    assert np.exp(log_density + 7 * np.log1p(-SHORTFALLS)).sum() == pytest.approx(1.0)


def test_a_direction_stays_one_and_a_dead_finger_dead():
    before = np.array([1, 2, np.nan, 4, 5, 1.0, 0.0, 0.0])
    seen = np.array([2, np.nan, 3, 3, 3, 0.6, 0.8, 0.0])
    poses, _ = aimed_at(seen, before)
    assert np.linalg.norm(poses[:, GRAVITY], axis=1) == pytest.approx(1.0)
    assert np.isnan(poses[:, 1]).all()
    assert (poses[:, 2] == 3).all()
    assert (np.diff(poses[:, 0]) > 0).all()


def test_a_hand_that_had_time_was_aimed_at_what_is_seen():
    seen = np.arange(8.0)
    poses, log_density = aimed_at(seen, None)
    assert np.array_equal(poses, seen[None])
    assert log_density == pytest.approx([0.0])


@pytest.mark.parametrize(("first", "second"), [("ㅎ", "ㄱ"), ("ㅏ", "ㄹ"), ("ㅁ", "ㅗ")])
def test_a_letter_that_was_not_reached_is_read_only_where_the_hand_was_in_a_hurry(
    bundle, first, second
):
    index, mean = bundle.alphabet.index, bundle.of_glove().mean
    start, aim = mean[index[first]], mean[index[second]]
    fell_short = aim + 0.3 * (start - aim)
    in_a_hurry, at_leisure = (
        _read(bundle, start, fell_short, lasts_s)[index[second]] for lasts_s in (0.1, 0.4)
    )
    assert in_a_hurry > at_leisure


def _read(bundle, start, seen, lasts_s):
    """The log-probabilities of the signs of a hold behind another."""
    classifier = Classifier(bundle)
    classifier.feed(_hold(bundle.extractor, start, 0.0, 0.3))
    (emission,) = classifier.feed(_hold(bundle.extractor, seen, 0.4, lasts_s))[:1]
    return emission.log_likelihood - np.logaddexp.reduce(emission.log_likelihood)


def _hold(extractor: FeatureExtractor, pose, start_s, lasts_s):
    time_s = start_s + np.arange(0, lasts_s, 0.03)
    flex_adc = np.tile(extractor.unwarp(pose[FLEX]), (len(time_s), 1))
    gravity = pose[GRAVITY] / np.linalg.norm(pose[GRAVITY])
    frames = Frames(
        time_s, flex_adc, np.tile(gravity, (len(time_s), 1)), np.zeros_like(flex_adc)[:, :3]
    )
    return Segment(start_s, start_s + lasts_s, 0.1, frames)
