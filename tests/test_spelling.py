"""Spelled sessions: the truth is true, the times are as promised, and the hand moves like one."""

import unicodedata
from itertools import pairwise

import numpy as np
import pytest

from jihwa.data.messages import UsageError
from jihwa.data.synthesis.hands import RestingHand, sense
from jihwa.data.synthesis.pace import PACES
from jihwa.data.synthesis.spelling import END_REST_S, assemble

TEXT = "아까 학교에서 값진 짜장면을 먹었어요"

POSES = {"ㄱ": [780, 900, 900, 900, 900, 0, 0, 1], "ㅏ": [900, 780, 780, 900, 900, 0, -1, 0]}
REST = [815, 805, 810, 825, 850, 0.6, 0, 0.8]


class StillHand:
    """Holds exact poses, so that every sample tells whether the hand was still."""

    rate_hz = 100.0

    def hold(self, sign, n, rng):
        return self._sense(POSES[sign], n)

    def rest(self, n, rng):
        return self._sense(REST, n)

    def _sense(self, pose, n):
        still = np.random.default_rng(0)
        return np.tile(sense(np.array([pose], dtype=float), still), (n, 1))


ORDERLY = ("slow", "normal", "fast")
"""Paces at which every pose is taken exactly."""


@pytest.fixture(params=ORDERLY)
def pace(request):
    return request.param


def at(frames, start_s, end_s):
    return frames[(frames.time_s >= start_s) & (frames.time_s <= end_s)]


def test_truth_is_the_spelling_of_the_text(spell, alphabet, pace):
    session = spell(TEXT, pace)
    assert session.text == TEXT
    spelled = [sign for word in TEXT.split() for sign in alphabet.spell(word)]
    assert [sign.sign for sign in session.signs] == spelled


def test_truth_lies_inside_the_session_in_order(spell, pace):
    session = spell(TEXT, pace)
    times = [t for sign in session.signs for t in (sign.start_s, sign.end_s)]
    assert times == sorted(times)
    assert session.frames.time_s[0] == 0
    assert END_REST_S[0] < times[0]
    assert times[-1] < session.frames.time_s[-1] - END_REST_S[0]


def test_times_are_those_of_the_pace(spell, alphabet, pace):
    session = spell(TEXT, pace)
    options = PACES[pace]
    for sign in session.signs:
        assert options.hold_s[0] <= sign.end_s - sign.start_s <= options.hold_s[1]
    between_s = [after.start_s - before.end_s for before, after in pairwise(session.signs)]
    ends = np.cumsum([len(alphabet.spell(word)) for word in TEXT.split()])[:-1] - 1
    low_s, high_s = options.transition_s
    for i, step_s in enumerate(between_s):
        if i in ends:
            assert 2 * low_s + options.rest_s[0] <= step_s <= 2 * high_s + options.rest_s[1]
        else:
            assert low_s <= step_s <= high_s
    assert END_REST_S[0] + low_s <= session.signs[0].start_s <= END_REST_S[1] + high_s + 0.01


def test_paces_hold_as_long_as_promised():
    assert {name: pace.hold_s for name, pace in PACES.items()} == {
        "slow": (0.55, 1.0),
        "normal": (0.30, 0.55),
        "fast": (0.13, 0.22),
        "natural": (0.12, 0.40),
        "stress": (0.12, 0.40),
        "fluent": (0.07, 0.16),
        "mixed": (0.07, 0.16),
    }
    assert {PACES[name].transition_s for name in ORDERLY} == {(0.15, 0.45)}
    assert {PACES[name].transition_s for name in ("natural", "stress")} == {(0.09, 0.22)}
    assert {PACES[name].transition_s for name in ("fluent", "mixed")} == {(0.06, 0.13)}


def test_the_hand_is_still_during_a_hold_and_at_rest_at_both_ends(alphabet):
    rng = np.random.default_rng(1)
    session = assemble("가", StillHand(), alphabet, PACES["slow"], rng)
    for sign in session.signs:
        held = at(session.frames, sign.start_s, sign.end_s)
        assert np.allclose(held.flex_adc, POSES[sign.sign][:5], atol=15)
        assert np.ptp(held.flex_adc, axis=0).max() == 0
    for rest in (at(session.frames, 0, END_REST_S[0]), session.frames[-80:]):
        assert np.ptp(rest.flex_adc, axis=0).max() == 0
        assert rest.flex_adc[0] == pytest.approx(REST[:5], abs=15)


def test_the_hand_rests_between_words(alphabet):
    session = assemble("ㄱ ㅏ", StillHand(), alphabet, PACES["fast"], np.random.default_rng(1))
    before, after = session.signs
    middle_s = (before.end_s + after.start_s) / 2
    resting = at(session.frames, middle_s - 0.02, middle_s + 0.02)
    assert resting.flex_adc[0] == pytest.approx(REST[:5], abs=15)


@pytest.mark.parametrize("seed", range(5))
def test_equal_letters_are_parted_by_a_release_towards_rest(alphabet, seed):
    rng = np.random.default_rng(seed)
    session = assemble("ㄱㄱ", StillHand(), alphabet, PACES["normal"], rng)
    before, after = session.signs
    move = at(session.frames, before.end_s, after.start_s)
    held, rest = np.array(POSES["ㄱ"][1:5]), np.array(REST[1:5])  # the thumb hardly moves
    share = ((move.flex_adc[:, 1:] - held) / (rest - held)).mean(axis=1)
    least, most = PACES["normal"].manner.release
    assert least - 0.1 < share.max() < most + 0.1
    assert abs(share[0]) < 0.1
    assert abs(share[-1]) < 0.1


def test_movement_is_smooth_and_goes_from_pose_to_pose(alphabet):
    session = assemble("가", StillHand(), alphabet, PACES["slow"], np.random.default_rng(3))
    before, after = session.signs
    move = at(session.frames, before.end_s, after.start_s)
    thumb = move.flex_adc[:, 0]  # 780 → 900 within 0.15-0.45 s
    assert np.all(np.diff(thumb) > -20)
    assert np.abs(np.diff(thumb)).max() < 35


def test_gravity_keeps_its_length_while_the_hand_turns(spell, pace):
    length_g = np.linalg.norm(spell(TEXT, pace).frames.accel_g, axis=1)
    assert np.abs(length_g - 1).max() < 0.1


def test_clock_runs_at_the_rate_of_the_hand_with_jitter(spell):
    for rate_hz in (20.0, 33.0, 47.0):
        steps_s = np.diff(spell(TEXT, rate_hz=rate_hz).frames.time_s)
        assert np.mean(steps_s) == pytest.approx(1 / rate_hz, rel=0.02)
        assert 0.001 < np.std(steps_s) < 0.006
        assert steps_s.min() >= 0


def test_every_sample_is_what_a_sensor_can_send_up_to_the_last(spell, table):
    for seed in range(40):
        samples = table(spell("가", seed=seed).frames)
        assert np.all((samples[:, 1:6] > 600) & (samples[:, 1:6] <= 1020))
        assert np.abs(samples[:, 6:9]).max() < 1.1
        assert np.abs(samples[:, 9:]).max() < 181


def test_flex_is_whole_counts_of_the_adc(spell):
    flex = spell(TEXT).frames.flex_adc
    assert np.array_equal(flex, np.round(flex))
    assert flex.min() >= 0
    assert flex.max() <= 1023


def test_same_seed_same_session(spell, table):
    one, same, other = (spell(TEXT, seed=seed) for seed in (4, 4, 5))
    assert np.array_equal(table(one.frames), table(same.frames))
    assert one.signs == same.signs
    assert one.signs != other.signs


def test_text_is_composed_and_its_spaces_are_single(spell):
    assert spell(unicodedata.normalize("NFD", " 학교  가자\n")).text == "학교 가자"


@pytest.mark.parametrize("text", ["", "  ", "hello", "가 1"])
def test_text_that_cannot_be_spelled_is_the_users_mistake(spell, text):
    with pytest.raises(UsageError):
        spell(text)


def test_every_hand_rests_in_its_own_way():
    one, other = (RestingHand(np.random.default_rng(seed)) for seed in (1, 2))
    still = np.random.default_rng(0)
    poses = [hand.rest(500, still).mean(axis=0) for hand in (one, one, other)]
    assert poses[0] == pytest.approx(poses[1], abs=1)
    assert np.abs(poses[0] - poses[2])[:5].max() > 5
    assert [np.linalg.norm(pose[5:8]) for pose in poses] == pytest.approx([1, 1, 1], abs=0.01)
