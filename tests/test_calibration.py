"""Calibration: what is asked for, which holds will do, and what the wearer gains."""

import json
import re
from dataclasses import replace

import numpy as np
import pytest
from wearers import ALPHABET, hold, record

from jihwa.composer.composer import Composer
from jihwa.composer.language_model import LanguageModel
from jihwa.data.frames import Frames
from jihwa.data.monitor import believed
from jihwa.data.sessions import write_recording
from jihwa.models.inputs import Channels, Inputs
from jihwa.models.network import Network
from jihwa.recognizer.calibration import (
    QUICK_SIGNS,
    Calibration,
    Prompt,
    full_plan,
    own_sign_plan,
    quick_plan,
)
from jihwa.recognizer.classifier import Classifier
from jihwa.recognizer.events import Segment
from jihwa.recognizer.personal import PersonalModel
from jihwa.recognizer.profile import Profile, StepKind

TODAY = "2026-01-02"
WEARERS = range(3)


@pytest.fixture(autouse=True)
def data_home(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))


def calibrated(bundle, plan, wearer):
    """The profile of a wearer who showed what the plan asks for."""
    calibration = Calibration(bundle, plan)
    while prompt := calibration.prompt:
        if calibration.feed(hold(prompt.sign, prompt.style, wearer=wearer)):
            calibration.skip()
    return Profile.empty(bundle.alphabet).with_step(calibration.step(TODAY))


def top1(bundle, profile, wearer, styles=(1, 2, 3, 4, 5)):
    model = PersonalModel(bundle, profile)
    holds = [hold(s, style, wearer=wearer, take=9) for s in ALPHABET.signs for style in styles]
    truth = np.repeat(np.arange(len(ALPHABET.signs)), len(styles))
    return (model.log_likelihood(holds).argmax(axis=1) == truth).mean()


def test_quick_plan_is_ten_signs_once_straight_and_once_bent(bundle):
    plan = quick_plan(bundle)
    assert len(plan) == len(set(plan)) == 2 * QUICK_SIGNS
    assert {prompt.style for prompt in plan[:QUICK_SIGNS]} == {1}
    assert [p.sign for p in plan[:QUICK_SIGNS]] == [p.sign for p in plan[QUICK_SIGNS:]]


def test_wearers_gain_from_quick_and_more_from_full_calibration(bundle):
    plans = {"none": (), "quick": quick_plan(bundle), "full": full_plan(bundle)}
    scores = {
        name: np.mean(
            [top1(bundle, calibrated(bundle, plan, w) if plan else None, w) for w in WEARERS]
        )
        for name, plan in plans.items()
    }
    assert scores["none"] + 0.02 < scores["quick"] < scores["full"]
    assert scores["full"] > 0.93


def test_styles_never_shown_gain_too(bundle):
    plan, others = full_plan(bundle, (1, 5)), (2, 3, 4)
    before = [top1(bundle, None, w, others) for w in WEARERS]
    after = [top1(bundle, calibrated(bundle, plan, w), w, others) for w in WEARERS]
    assert np.mean(after) > np.mean(before)


@pytest.fixture
def calibration(bundle):
    return Calibration(bundle, [Prompt("ㄱ", 1), Prompt("ㅂ", 1)])


def shortened(frames):
    return frames[:5]


def with_dead_fingers(frames):
    flex = frames.flex_adc.copy()
    flex[:, 1:3] = 0
    return replace(frames, flex_adc=flex)


def moving(frames):
    flex = frames.flex_adc.copy()
    flex[:, 3] += np.linspace(0, 80, len(frames))
    return replace(frames, flex_adc=flex)


def nothing(_):
    return Frames.empty()


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (shortened, "too short"),
        (nothing, "too short"),
        (moving, "moved"),
        (with_dead_fingers, "2 sensors are dead"),
        (lambda _: hold("ㅂ", 1), "more like ㅂ than ㄱ"),
    ],
)
def test_hold_that_will_not_do_is_refused_with_its_reason(calibration, spoil, reason):
    refused = calibration.feed(believed(spoil(hold("ㄱ", 1))))
    assert reason in refused.en
    assert calibration.prompt == Prompt("ㄱ", 1)
    assert calibration.step(TODAY) is None


def test_accepted_hold_moves_on_and_skipped_ones_are_left_out(calibration):
    assert calibration.feed(hold("ㄱ", 1)) is None
    assert (calibration.prompt, calibration.progress) == (Prompt("ㅂ", 1), (1, 2))
    calibration.skip()
    assert calibration.prompt is None
    (seen,) = calibration.step(TODAY).observations
    assert (seen.sign, seen.style) == ("ㄱ", 1)


def test_one_dead_sensor_is_no_reason_to_stop(calibration):
    frames = hold("ㄱ", 1)
    flex = frames.flex_adc.copy()
    flex[:, 1] = 0
    assert calibration.feed(believed(replace(frames, flex_adc=flex))) is None


def test_own_sign_is_learned_from_one_take(bundle):
    """A made-up pose for ㅐ: a wearer's ㅂ upside down."""

    def upside_down(take):
        frames = hold("ㅂ", 3, take=take)
        return replace(frames, accel_g=-frames.accel_g)

    calibration = Calibration(bundle, own_sign_plan("ㅐ", 1))
    assert calibration.feed(upside_down(0)) is None
    step = calibration.step(TODAY)
    assert step.kind == StepKind.OWN_SIGN
    model = PersonalModel(bundle, Profile.empty(bundle.alphabet).with_step(step))
    assert model.alphabet.signs[-1] == "ㅐ"
    likely = model.log_likelihood([upside_down(1), hold("ㅂ", 3, take=1)]).argmax(axis=1)
    assert [model.alphabet.signs[i] for i in likely] == ["ㅐ", "ㅂ"]


def test_rest_is_a_pose_and_no_sign(bundle):
    calibration = Calibration(bundle, own_sign_plan("rest", 2))
    for take in range(2):
        assert calibration.feed(hold("ㅁ", 3, take=take)) is None
    profile = Profile.empty(bundle.alphabet).with_step(calibration.step(TODAY))
    model = PersonalModel(bundle, profile)
    assert model.alphabet.signs == bundle.alphabet.signs
    assert model.rest == pytest.approx(bundle.extractor.of_hold(hold("ㅁ", 3)), abs=1.5)


def test_command_uses_what_is_asked_for_and_names_what_is_missing(jihwa, tmp_path, bundle):
    quick = {prompt.sign for prompt in quick_plan(bundle)}
    missing, *there = ALPHABET.signs if ALPHABET.signs[0] in quick else sorted(quick)
    folder = record(tmp_path / "set", {*there, *quick} - {missing}, (1, 3, 5), takes=2)
    path = tmp_path / "me.json"
    done = jihwa("calibrate", "--from", folder, "--profile", path, "--quick")
    assert done.code == 0
    assert f"{missing}/1 {missing}/5: There is no recording." in done.err
    assert f"with {2 * QUICK_SIGNS - 2} of {2 * QUICK_SIGNS} takes" in done.out
    (step,) = json.loads(path.read_text())["steps"]
    shown = [(each["sign"], each["style"]) for each in step["observations"]]
    assert sorted(shown) == sorted((sign, s) for sign in quick - {missing} for s in (1, 5))


@pytest.mark.parametrize(
    ("wish", "recorded", "used"),
    [
        ("--quick", (2, 3, 4), {2, 3}),
        ("--quick", (3,), {3}),
        ("--quick", (1, 3, 5), {1, 5}),
        ("--full", (2, 4), {2, 4}),
        ("--full", (1, 2, 3, 4, 5), {1, 3, 5}),
    ],
)
def test_styles_that_were_recorded_are_used(jihwa, tmp_path, bundle, wish, recorded, used):
    sign = quick_plan(bundle)[0].sign
    folder, path = record(tmp_path / "set", sign, recorded), tmp_path / "me.json"
    assert jihwa("calibrate", "--from", folder, "--profile", path, wish).code == 0
    (step,) = json.loads(path.read_text())["steps"]
    assert {each["style"] for each in step["observations"]} == used


def test_model_that_does_not_read_the_glove_cannot_be_calibrated(jihwa, tmp_path, bundle):
    network = Network("gru", Inputs(Channels.GIVEN, np.zeros(9), np.ones(9)), b"", 1)
    landmarks = replace(bundle, gaussian=None, network=network)
    landmarks.save(tmp_path / "landmarks.bundle")
    folder, path = record(tmp_path / "set", "ㄱ", (1,)), tmp_path / "me.json"
    command = ("calibrate", "--from", folder, "--profile", path)
    done = jihwa(*command, "--model", tmp_path / "landmarks.bundle")
    assert done.code == 2
    assert done.err.count("\n") == 1
    assert "reads .npy data" in done.err


def test_profile_needs_a_folder_before_the_takes_are_read(jihwa, tmp_path):
    folder = record(tmp_path / "set", "ㄱ", (1,))
    done = jihwa("calibrate", "--from", folder, "--profile", tmp_path / "none" / "me.json")
    assert (done.code, done.out) == (2, "")
    assert f"{tmp_path / 'none'}: no such folder" in done.err


def test_own_sign_without_a_take_names_the_path_once(jihwa, tmp_path):
    none, path = tmp_path / "none.csv", tmp_path / "me.json"
    done = jihwa("calibrate", "--from", none, "--profile", path, "--add", "ㅐ")
    assert done.code == 2
    assert f"{none}: no such file" in done.err
    assert f"{none}: {none}" not in done.err
    assert f"{none}: no recording can be used for ㅐ" in done.err


def test_command_tells_what_was_gained_by_takes_that_it_did_not_use(jihwa, tmp_path):
    folder = record(tmp_path / "set", ALPHABET.signs, (1, 3, 5), takes=2, wearer=4)
    done = jihwa("calibrate", "--from", folder, "--profile", tmp_path / "me.json", "--full")
    assert "with 72 of 72 takes" in done.out
    before, after = re.search(r"of the other 72 takes: (\d+) → (\d+)", done.out).groups()
    assert int(before) < int(after)


def test_takes_that_the_profile_knows_are_no_news(jihwa, tmp_path):
    folder = record(tmp_path / "set", ALPHABET.signs, (1, 5))
    command = ("calibrate", "--from", folder, "--profile", tmp_path / "me.json")
    assert "of the other" not in jihwa(*command).out
    known = (tmp_path / "me.json").read_text()
    again = jihwa(*command)
    assert (again.code, (tmp_path / "me.json").read_text()) == (2, known)
    assert "knows these takes already" in again.err


def test_take_that_will_not_do_is_replaced_by_the_next(jihwa, tmp_path):
    folder = record(tmp_path / "set", "ㄱ", (1,), takes=2)
    write_recording(folder / "ㄱ" / "1" / "0.csv", hold("ㅂ", 1))
    done = jihwa("calibrate", "--from", folder, "--profile", tmp_path / "me.json")
    assert "with 1 of 24 takes" in done.out


def test_own_sign_is_added_used_and_taken_back(jihwa, tmp_path):
    path = tmp_path / "me.json"
    folder = record(tmp_path / "set", "ㅂ", (3,), takes=7)
    done = jihwa("calibrate", "--from", folder / "ㅂ", "--profile", path, "--add", "space")
    assert done.code == 0
    assert "learned from 5 take(s)" in done.out
    assert "5 are enough" in done.err
    assert "own signs: space" in jihwa("profile", "show", path).out
    assert jihwa("profile", "undo", path).code == 0
    assert "own signs" not in jihwa("profile", "show", path).out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--add", "foo"), "cannot be added"),
        (("--add", "ㄱ"), "cannot be added"),
        (("--add", ""), "cannot be added"),
        (("--quick", "--full"), "not allowed with"),
    ],
)
def test_impossible_wishes_are_the_users_mistake(jihwa, tmp_path, arguments, told):
    folder = record(tmp_path / "set", "ㄱ", (1,))
    done = jihwa("calibrate", "--from", folder, "--profile", tmp_path / "me.json", *arguments)
    assert done.code == 2
    assert told in done.err
    assert not (tmp_path / "me.json").exists()


def test_calibration_needs_a_profile_to_go_to(jihwa, tmp_path):
    assert jihwa("calibrate", "--from", record(tmp_path / "set", "ㄱ", (1,))).code == 2


def test_recordings_without_a_hold_make_no_profile(jihwa, tmp_path):
    folder = record(tmp_path / "set", "ㄱ", (1,), hold=lambda *a, **k: hold(*a, **k)[:4])
    done = jihwa("calibrate", "--from", folder, "--profile", tmp_path / "me.json")
    assert done.code == 2
    assert "Not one recording" in done.err


def test_own_space_writes_a_space(bundle):
    """Shown between 가 and 나 without a pause; the pose is ㅂ upside down."""

    def upside_down(take):
        frames = hold("ㅂ", 3, take=take)
        return replace(frames, accel_g=-frames.accel_g)

    profile = calibrated(bundle, full_plan(bundle), 0)
    adding = Calibration(bundle, own_sign_plan("space", 2), profile)
    for take in range(2):
        assert adding.feed(upside_down(take)) is None
    personal = PersonalModel(bundle, profile.with_step(adding.step(TODAY)))
    classifier, composer = (
        Classifier(bundle, personal),
        Composer(personal.alphabet, LanguageModel.load()),
    )
    shown = [*(hold(s, 3, take=8) for s in "ㄱㅏ"), upside_down(8)]
    shown += [hold(s, 3, take=8) for s in "ㄴㅏ"]
    for place, frames in enumerate(shown):
        composer.feed(classifier.feed(Segment(place, place + 0.9, 0.25, frames)))
    assert composer.flush().text == "가 나"


def test_own_sign_that_looks_like_another_is_told(jihwa, tmp_path):
    path = tmp_path / "me.json"
    folder = record(tmp_path / "set", ALPHABET.signs, (1, 3, 5), takes=2)
    assert jihwa("calibrate", "--from", folder, "--profile", path, "--full").code == 0
    takes = folder / "ㅂ" / "3"
    done = jihwa("calibrate", "--from", takes, "--profile", path, "--add", "ㅐ")
    assert done.code == 0
    assert "looks much like ㅂ" in done.err


class AlwaysFirst:
    """A network that takes everything for the first sign."""

    class inputs:  # noqa: N801
        @staticmethod
        def of_hold(frames):
            return frames.flex_adc

    def log_posterior(self, sequences):
        return np.tile(
            np.where(np.arange(len(ALPHABET.signs)) == 0, 0.0, -20.0), (len(sequences), 1)
        )


def test_network_leaves_the_say_to_the_wearer_as_they_show_more(bundle):
    combined = replace(bundle, network=AlwaysFirst(), network_weight=0.9)
    frames, half = hold("ㅂ", 3, take=7), full_plan(bundle, (3,))[::2]
    shares = []
    for plan in ((), half, full_plan(bundle, (3,))):
        profile = calibrated(bundle, plan, 0) if plan else None
        model, gaussian = PersonalModel(combined, profile), PersonalModel(bundle, profile)
        gap = model.log_likelihood([frames]) - gaussian.log_likelihood([frames])
        shares.append(float(np.ptp(gap)))
    assert shares[0] > shares[1] > shares[2] == 0
