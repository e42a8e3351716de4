"""Hesitations: a hold is no letter where it lies between two others by no chance."""

import math
from dataclasses import replace

import numpy as np
import pytest
from emissions import of_likelihoods, segment

from jihwa.models.features import GRAVITY
from jihwa.recognizer.classifier import HesitationFinder
from jihwa.recognizer.durations import no_sign_log_ratio
from jihwa.recognizer.events import Tempo


@pytest.fixture
def finder(bundle):
    return HesitationFinder(bundle)


@pytest.fixture
def hold(bundle):
    """The emission of a pose: a sign, or one between two signs."""

    def hold(first, second=None, way=0.0, at_s=0.0, lasts_s=0.3):
        index, mean = bundle.alphabet.index, bundle.of_glove().mean
        start, end = mean[index[first]], mean[index[second or first]]
        pose = start + way * (end - start)
        pose[GRAVITY] /= np.linalg.norm(pose[GRAVITY])
        held = segment(at_s, lasts_s, 0.2, tempo=Tempo(0.3, 0.2))
        signs = bundle.of_glove().log_likelihood(pose[None])[0]
        return of_likelihoods(signs, rest=-40.0, no_sign=-20.0, held=held, pose=pose)

    return hold


def after(finder, *emissions):
    """What the last boundary offers."""
    for emission in emissions[:-1]:
        assert finder.feed((emission,))[0] is emission
    return finder.feed((emissions[-1],))


def test_a_long_stop_between_two_letters_is_offered_with_the_letter_behind_it(finder, hold):
    letters = hold("ㄱ"), hold("ㄱ", "ㅎ", 0.5, 0.5, lasts_s=1.0), hold("ㅎ", at_s=1.7)
    alone, behind = after(finder, *letters)
    assert alone is letters[2]
    assert behind.segment.spans == 2
    assert behind.segment.gap_s == pytest.approx(0.4)
    assert behind.log_prob > 0
    assert np.array_equal(behind.log_likelihood, alone.log_likelihood)


def test_a_letter_that_lies_on_no_way_between_its_neighbours_stays_one(finder, hold):
    offered = after(finder, hold("ㄱ"), hold("ㅂ", at_s=0.5), hold("ㅎ", at_s=1.0))
    assert len(offered) == 1


def test_the_longer_a_stop_is_the_likelier_it_is_one(finder, hold):
    def odds(lasts_s):
        finder.reset()
        stop = hold("ㄱ", "ㅎ", 0.5, 0.5, lasts_s)
        offered = after(finder, hold("ㄱ"), stop, hold("ㅎ", at_s=2.5))
        return offered[1].log_prob if len(offered) > 1 else -math.inf

    assert odds(1.0) >= odds(0.5) >= odds(0.3)


def test_what_was_before_a_reset_is_forgotten(finder, hold):
    finder.feed((hold("ㄱ"),))
    finder.feed((hold("ㄱ", "ㅎ", 0.5, 0.5, 1.0),))
    finder.reset()
    assert len(finder.feed((hold("ㅎ", at_s=1.7),))) == 1


def test_a_dead_sensor_is_left_out(finder, hold):
    def without(emission):
        pose = emission.pose.copy()
        pose[2] = np.nan
        return replace(emission, pose=pose)

    letters = hold("ㄱ"), hold("ㄱ", "ㅎ", 0.5, 0.5, 1.0), hold("ㅎ", at_s=1.7)
    offered = after(finder, *map(without, letters))
    assert len(offered) == 2
    assert math.isfinite(offered[1].log_prob)


@pytest.mark.parametrize(("hold_s", "says"), [(0.05, "no sign"), (1.0, "letter"), (4.0, "no sign")])
def test_moments_and_hesitations_speak_for_no_sign_and_usual_holds_for_a_letter(hold_s, says):
    ratio = no_sign_log_ratio(hold_s)
    assert (ratio > 0) == (says == "no sign")
