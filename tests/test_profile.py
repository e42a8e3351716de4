"""The wearer profile: kept whole and private, bound to its alphabet, taken back step by step."""

import json
import stat

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from wearers import ALPHABET, hold, record

from jihwa.data.alphabet import Alphabet
from jihwa.data.messages import DataError, UsageError
from jihwa.io.user import profiles, vocabulary
from jihwa.models.features import FeatureExtractor
from jihwa.recognizer.personal import PersonalModel
from jihwa.recognizer.profile import KEPT_HOLDS, Observation, Profile, Step, StepKind, poses
from jihwa.recognizer.profile_format import from_json, to_json

EXTRACTOR = FeatureExtractor()


def observation(sign="ㄱ", style=None, weight=1.0, flex=820.0):
    return Observation(sign, style, (flex, None, 800.0, 780.0, 790.0), (0.0, 0.6, 0.8), weight)


def step(*observations, kind=StepKind.CALIBRATION):
    return Step(kind, "2026-01-02T03:04:05+09:00", observations)


numbers = st.floats(0, 1023, width=16)
observations = st.builds(
    Observation,
    sign=st.sampled_from([*ALPHABET.signs, "ㅐ", "rest"]),
    style=st.none() | st.integers(1, 5),
    flex_adc=st.tuples(*[st.none() | numbers] * 5),
    gravity_g=st.none() | st.tuples(*[st.floats(-1, 1, width=16)] * 3),
    weight=st.floats(0, 1, width=16),
)
own = step(observation("ㅐ"), observation("rest"), kind=StepKind.OWN_SIGN)


@given(st.lists(st.lists(observations, min_size=1, max_size=4), max_size=3))
def test_profile_reads_back_as_it_was_written(parts):
    steps = (own, *(step(*part, kind=StepKind.ADAPTATION) for part in parts))
    profile = Profile("basic24", ALPHABET.signs, steps)
    assert from_json(to_json(profile), "here") == profile


def test_profile_is_json_with_counts_and_g():
    table = json.loads(to_json(Profile.empty(ALPHABET).with_step(step(observation(style=1)))))
    (seen,) = table["steps"][0]["observations"]
    assert seen == {
        "sign": "ㄱ",
        "style": 1,
        "flex_adc": [820.0, None, 800.0, 780.0, 790.0],
        "gravity_g": [0.0, 0.6, 0.8],
    }


def test_observation_keeps_the_features_of_a_hold_to_its_precision():
    pose = EXTRACTOR.of_hold(hold("ㄱ", 3))
    pose[2] = np.nan
    seen = Observation.of_pose(pose, EXTRACTOR, "ㄱ")
    assert poses([seen], EXTRACTOR)[0] == pytest.approx(pose, abs=0.02, nan_ok=True)


def test_stored_profile_is_for_the_user_alone(data_home):
    profiles.save("me", Profile.empty(ALPHABET))
    path = data_home / "jihwa" / "profiles" / "me.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    (profiles.folder() / "._me.json").write_bytes(b"\0\5\x16\7")  # as macOS leaves it
    assert profiles.names() == ["me"]
    assert profiles.load("me", ALPHABET) == Profile.empty(ALPHABET)


def test_path_is_used_as_it_is(tmp_path):
    path = tmp_path / "mine.json"
    profiles.save(str(path), Profile.empty(ALPHABET))
    assert profiles.load(str(path)) == Profile.empty(ALPHABET)
    assert profiles.names() == []


def test_only_the_last_adapted_holds_of_a_sign_are_kept_and_calibration_is_never_dropped():
    profile = Profile.empty(ALPHABET).with_step(step(*[observation()] * (KEPT_HOLDS + 5)))
    for flex in range(800, 800 + 4 * KEPT_HOLDS):
        profile = profile.with_step(step(observation(flex=flex), kind=StepKind.ADAPTATION))
    calibrated, *adapted = profile.steps
    assert len(calibrated.observations) == KEPT_HOLDS + 5
    kept = [o.flex_adc[0] for each in adapted for o in each.observations]
    assert kept == list(range(800 + 3 * KEPT_HOLDS, 800 + 4 * KEPT_HOLDS))


def test_undo_drops_the_last_step_and_nothing_else():
    profile = Profile.empty(ALPHABET).with_step(step(observation())).with_step(own)
    assert profile.own_signs == ("ㅐ", "rest")
    assert profile.undone() == Profile.empty(ALPHABET).with_step(step(observation()))
    with pytest.raises(UsageError):
        Profile.empty(ALPHABET).undone()


DAMAGE = {
    "cut short": lambda text: text[: len(text) // 2],
    "another file": lambda _: '{"a": 1}',
    "a list": lambda _: "[]",
    "unknown sign": lambda text: text.replace('{"sign": "ㄱ"', '{"sign": "A"'),
    "infinite reading": lambda text: text.replace("820.0", "Infinity"),
    "four fingers": lambda text: text.replace("820.0, ", ""),
    "heavy weight": lambda text: text.replace('"gravity_g"', '"weight": 7, "gravity_g"'),
    "style 9": lambda text: text.replace('"flex_adc"', '"style": 9, "flex_adc"'),
    "not text": lambda text: "\x00" + text,
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_damaged_profile_is_named(tmp_path, damage):
    path = tmp_path / "p.json"
    good = to_json(Profile.empty(ALPHABET).with_step(step(observation())))
    path.write_text(damage(good), encoding="utf-8")
    with pytest.raises(DataError, match=r"p\.json"):
        profiles.load(str(path))


def test_profile_of_another_version_is_refused_with_both_versions(tmp_path):
    path = tmp_path / "p.json"
    path.write_text(to_json(Profile.empty(ALPHABET)).replace('"version": 1', '"version": 7'))
    with pytest.raises(DataError, match=r"p\.json: a profile of version 7; .* reads 1"):
        profiles.load(str(path))


def test_profile_of_another_alphabet_is_refused_with_its_path(tmp_path, jihwa, take):
    path = tmp_path / "p.json"
    profiles.save(str(path), Profile.empty(Alphabet.load("extended31")))
    done = jihwa("transcribe", take(), "--profile", path)
    assert done.code == 1
    assert str(path) in done.err and "extended31" in done.err and "basic24" in done.err


def test_unknown_profile_is_the_users_mistake(jihwa, take):
    done = jihwa("transcribe", take(), "--profile", "nobody")
    assert done.code == 2
    assert "nobody.json" in done.err


def test_model_without_profile_and_with_an_empty_one_are_the_same(bundle):
    holds = [hold(sign, 3) for sign in "ㄱㄹㅡ"]
    empty = PersonalModel(bundle, Profile.empty(bundle.alphabet)).log_likelihood(holds)
    assert np.array_equal(empty, PersonalModel(bundle).log_likelihood(holds))


def test_profile_is_listed_shown_taken_back_and_deleted(jihwa, tmp_path):
    holds = record(tmp_path / "set", "ㄱㄴ", (1, 3, 5))
    for styles in ((1, 5), (3,)):
        assert jihwa("calibrate", "--from", holds, "--profile", "me", "--styles", *styles).code == 0
    assert jihwa("profile", "list").out == "me\n"
    lines = jihwa("profile", "show", "me").out.splitlines()
    assert [line.split(": ")[-1] for line in lines[-2:]] == [
        "ㄱ×2 ㄴ×2 (styles 1 5)",
        "ㄱ ㄴ (styles 3)",
    ]
    assert "Steps left: 1" in jihwa("profile", "undo", "me").out
    assert jihwa("profile", "undo", "me").code == 0
    assert jihwa("profile", "undo", "me").code == 2
    assert jihwa("profile", "delete", "me", "--yes").code == 0
    assert "no profile is stored" in jihwa("profile", "list").out


def test_what_a_wearer_typed_goes_with_their_profile(jihwa, data_home):
    profiles.save("me", Profile.empty(ALPHABET))
    for name in ("me", None):
        vocabulary.add(["민수"], name)
        vocabulary.learn("해운대", name)
    done = jihwa("profile", "delete", "me", "--yes")
    assert done.out.count("deleted.") == 3
    assert not vocabulary.word_list("me")[0].words
    assert not vocabulary.history("me")[0].counts
    assert not list(data_home.rglob("*me*"))
    assert vocabulary.word_list()[0].words
    assert vocabulary.history()[0].counts


def test_delete_leaves_a_file_alone_that_is_no_profile(jihwa, tmp_path):
    path = tmp_path / "dear.json"
    path.write_text("{}")
    assert jihwa("profile", "delete", path, "--yes").code == 1
    assert path.exists()
