"""Spelling as people do it in a hurry, and with a bad glove: every flaw is there, and told."""

from dataclasses import replace
from itertools import pairwise, product

import numpy as np
import pytest

from jihwa.data.signal.sensors import is_dead
from jihwa.data.synthesis.motion import TREMOR
from jihwa.data.synthesis.pace import PACES, Manner, Pace, Trouble
from jihwa.data.synthesis.spelling import HESITATION_S, assemble

TEXT = "아까 학교에서 값진 짜장면을 먹었어요"
NATURAL, STRESS = PACES["natural"], PACES["stress"]
STILL = np.array([780.0, 900, 900, 900, 900, 0, 0, 1, 0, 0, 0])
BENT = np.array([100, -100, -100, 0, 0, 0, -0.6, -0.2, 0, 0, 0])
RELAXED = np.array([60, -60, -60, -60, -60, 0.6, 0, -0.2, 0, 0, 0])
POSES = {"ㄱ": STILL, "ㅏ": STILL + BENT}


class ExactHand:
    """Sensors without noise."""

    rate_hz = 200.0

    def hold(self, sign, n, rng):
        return np.tile(POSES.get(sign, STILL - BENT), (n, 1))

    def rest(self, n, rng):
        return np.tile(STILL + RELAXED, (n, 1))


@pytest.fixture
def exact(alphabet):
    """A session of a hand without noise, in a manner and with a glove of choice."""

    def exact(text, seed=0, trouble=None, **manner):
        pace = Pace((0.3, 0.3), (0.2, 0.2), manner=Manner(**manner), trouble=trouble or Trouble())
        return assemble(text, ExactHand(), alphabet, pace, np.random.default_rng(seed))

    return exact


def test_a_pose_falls_short_towards_the_one_before_it_and_settles_within_60_ms(exact):
    session = exact("가", undershoot=(0.2, 0.2))
    vowel = session.signs[1]
    since_s = session.frames.time_s - vowel.start_s
    thumb = session.frames.flex_adc[:, 0]  # 780 → 880

    def short(at_s):
        return 880 - thumb[np.abs(since_s - at_s).argmin()]

    assert short(0.002) == pytest.approx(20, abs=3)
    assert short(0.02) == pytest.approx(20 / np.e, abs=3)
    assert abs(short(0.08)) <= 1


def test_a_hand_that_hurries_falls_short_the_more_the_shorter_a_hold_is(alphabet):
    short: dict[float, list[float]] = {0.07: [], 0.16: [], 0.4: []}
    for (hold_s, of), seed in product(short.items(), range(10)):
        manner = Manner(undershoot=(0.0, 0.5), hurries=True)
        pace = Pace((hold_s, hold_s), (0.1, 0.1), manner=manner)
        session = assemble("가", ExactHand(), alphabet, pace, np.random.default_rng(seed))
        since_s = session.frames.time_s - session.signs[1].start_s
        first = (since_s >= 0).argmax()
        settled = np.exp(-since_s[first] / 0.02)
        of.append((880 - session.frames.flex_adc[first, 0]) / 100 / settled)
    assert [*map(np.mean, short.values())] == pytest.approx([0.5, 0.1, 0.0], abs=0.02)


def test_where_a_hand_turns_back_no_sample_is_still(exact):
    session = exact("가가", undershoot=(0.0, 0.5), hurries=True, turns=1.0)
    for sign in session.signs[1:]:
        assert 0.03 <= sign.end_s - sign.start_s <= 0.05
        time_s = session.frames.time_s
        there = session.frames.flex_adc[(time_s >= sign.start_s) & (time_s <= sign.end_s), 0]
        assert np.abs(there[2:] - there[:-2]).min() >= 1
        assert np.ptp(there) > 20
    jumps = []
    for seed in range(20):
        session = exact("가가", seed, undershoot=(0.0, 0.5), hurries=True, turns=1.0)
        for sign in session.signs[1:]:
            left = session.frames.time_s.searchsorted(sign.end_s)
            jumps.append(abs(np.diff(session.frames.flex_adc[left - 1 : left + 1, 0])[0]))
    assert np.median(jumps) < 4  # it goes on from where it is


def test_a_hand_wobbles_40_to_60_ms_after_its_arrival(exact):
    session = exact("가", wobbles=1.0)
    vowel = session.signs[1]
    since_s = session.frames.time_s - vowel.start_s
    away = 880 - session.frames.flex_adc[:, 0]  # 780 → 880
    early = (since_s > 0) & (since_s < 0.1)
    assert 5 <= away[early].max() <= 15
    assert 0.03 < since_s[early][away[early].argmax()] < 0.07
    later = (since_s > 0.1) & (session.frames.time_s < vowel.end_s)
    assert np.abs(away[later]).max() <= 1


def test_a_mixed_pace_is_slow_and_fluent_by_turns(spell):
    pace, steps_s = PACES["mixed"], []
    for seed in range(6):
        signs = spell(TEXT, "mixed", seed=seed).signs
        steps_s += [after.start_s - before.start_s for before, after in pairwise(signs)]
    assert np.percentile(steps_s, 10) < 0.3
    assert np.percentile(steps_s, 75) > 0.6
    slowest = pace.longer(pace.slowest)
    assert 1 / 1.1 < (sum(slowest.hold_s) + sum(slowest.transition_s)) / 2 < 1.1


def test_a_tremor_is_an_oscillation_of_4_to_9_hz(exact):
    (held,) = exact("ㄱ", tremor=1.0).signs
    session = exact("ㄱ", tremor=1.0)
    during = (session.frames.time_s > held.start_s) & (session.frames.time_s < held.end_s)
    wave = session.frames.accel_g[during, 0]
    turns = np.count_nonzero(np.diff(np.sign(np.diff(np.convolve(wave, np.ones(5) / 5, "valid")))))
    assert 1 <= turns <= 6  # 0.3 s of 4-9 Hz have 2.4 to 5.4 half waves
    resting = session.frames.accel_g[session.frames.time_s < 0.7, 0]
    assert np.std(resting) == pytest.approx(TREMOR[5], rel=0.35)


def test_some_word_ends_are_not_shown(spell):
    rests = [len(spell("가 가 가 가 가 가", "natural", seed=seed).pauses) - 2 for seed in range(20)]
    assert 0.35 < np.mean(rests) / 5 < 0.65


def test_hesitations_are_long_holds_slow_moves_and_stops_on_the_way(exact):
    kinds = set()
    for seed in range(30):
        session = exact("ㄱㅏㄱㅏ", seed, hesitations=0.3)
        longest_s = 0.3 + HESITATION_S[1]
        for sign in session.signs:
            if (lasted_s := sign.end_s - sign.start_s) > 0.31:
                kinds.add("hold")
                assert HESITATION_S[0] < lasted_s - 0.3 + 1e-9 < HESITATION_S[1] + 0.01
        for before, after in pairwise(session.signs):
            stops = [p for p in session.pauses if before.end_s < p[0] < after.start_s]
            kinds.update("stop" for _ in stops)
            if not stops and after.start_s - before.end_s > 0.21:
                kinds.add("move")
                assert after.start_s - before.end_s < 0.2 + longest_s
    assert kinds == {"hold", "move", "stop"}


def test_a_false_start_turns_back_before_the_letter(exact):
    session = exact("ㄱ" * 2 + "ㅏ" * 2, 1, false_starts=1.0)
    plain = exact("ㄱ" * 2 + "ㅏ" * 2, 1)
    assert [s.sign for s in session.signs] == [s.sign for s in plain.signs]
    assert session.frames.duration_s == pytest.approx(plain.frames.duration_s + 2 * 0.2, abs=0.6)
    turned = session.signs[0].start_s - plain.signs[0].start_s
    assert turned == pytest.approx(0.2, abs=0.5)


def test_a_sign_has_a_second_shape_every_other_time(exact):
    thumbs = set()
    for seed in range(1):
        session = exact("ㄱㅏ" * 20, seed, second_shape=True)
        for sign in session.signs[::2]:
            middle = np.abs(session.frames.time_s - (sign.start_s + sign.end_s) / 2).argmin()
            thumbs.add(float(session.frames.flex_adc[middle, 1]))
    assert len(thumbs) == 2


def test_a_bad_glove_changes_its_rate_loses_samples_and_a_sensor(spell):
    session = spell(TEXT, "stress", seed=2)
    steps_s = np.diff(session.frames.time_s)
    rates_hz = 1 / np.array([np.median(part) for part in np.array_split(steps_s, 10)])
    assert rates_hz.max() > 1.3 * rates_hz.min()
    assert 0.05 < steps_s.max() < 0.4
    dead = is_dead(session.frames.flex_adc)
    assert dead[-1].sum() == 1
    assert not dead[0].any()
    assert (np.diff(dead.astype(int), axis=0) >= 0).all()


def test_truth_is_told_of_every_pace(spell, alphabet):
    for pace in ("natural", "stress", "fluent", "mixed"):
        session = spell(TEXT, pace, seed=3)
        spelled = [sign for word in TEXT.split() for sign in alphabet.spell(word)]
        assert [sign.sign for sign in session.signs] == spelled
        both = sorted([*((s.start_s, s.end_s) for s in session.signs), *session.pauses])
        assert all(before[1] <= after[0] + 1e-9 for before, after in pairwise(both))
        assert both[-1][1] <= session.frames.time_s[-1] + 0.2


def test_a_rate_of_letters_keeps_the_manner(spell):
    quicker = NATURAL.at(4)
    assert quicker.manner == NATURAL.manner
    assert (sum(quicker.hold_s) + sum(quicker.transition_s)) / 2 == pytest.approx(1 / 4)
    assert replace(STRESS, trouble=Trouble()).hold_s == NATURAL.hold_s
