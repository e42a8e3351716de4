"""`jihwa calibrate`: a wearer's takes into their profile, and what the wearer is told."""

import json
import re
import shutil
from dataclasses import replace

import numpy as np
import pytest
from wearers import ALPHABET, hold, record

from jihwa.data.formats.writers import write_recording
from jihwa.data.synthesis.fits import Fit
from jihwa.io.user import profiles
from jihwa.models.mount import rotation
from jihwa.models.network import Channels, Inputs, Network
from jihwa.recognizer.calibration import QUICK_SIGNS, mount_plan, quick_plan
from jihwa.recognizer.profile import poses


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


def test_mount_is_stored_with_its_date_and_told_everywhere(jihwa, tmp_path, bundle):
    def worn(*take, **which):
        return Fit(mount=rotation(np.array([0.0, 0.0, np.radians(70)]))).worn(hold(*take, **which))

    signs = {prompt.sign for prompt in mount_plan(bundle)}
    folder, path = record(tmp_path / "set", signs, (2,), hold=worn), tmp_path / "me.json"
    done = jihwa("calibrate", "--from", folder, "--profile", path, "--mount")
    assert "with 3 of 3 takes" in done.out
    how = re.search(r"The board sits turned by about \d+°: reading it so", done.out).group()
    (step,) = json.loads(path.read_text())["steps"]
    assert (step["kind"], len(step["mount"])) == ("mount", 3)
    assert "board, 20" in jihwa("profile", "show", path).out
    assert f"board ({step['date'][:10]}): {how}" in jihwa("doctor", "--profile", path).out
    assert how[4:-15] in jihwa("profile", "show", path).out


def test_refused_takes_are_each_explained_and_another_form_is_taken_when_asked_to(jihwa, tmp_path):
    folder, path = record(tmp_path / "set", "ㄱ", (1,), takes=2), tmp_path / "me.json"
    for take in "01":
        write_recording(folder / "ㄱ" / "1" / f"{take}.csv", hold("ㅂ", 1, take=int(take)))
    command = ("calibrate", "--from", folder, "--profile", path, "--styles", "1")
    refused = jihwa(*command)
    assert refused.code == 2
    for take in "01":
        assert f"{take}.csv: This is much more like ㅂ than ㄱ" in refused.err
    assert refused.err.count("add --yes") == 1
    assert "with 1 of 24 takes: ㄱ" in jihwa(*command, "--yes").out


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


def test_own_sign_is_learned_of_its_own_takes_alone(jihwa, tmp_path):
    folder = record(tmp_path / "set", "ㄱㅂ", (1, 3), takes=2)
    command = ("calibrate", "--from", folder, "--profile", tmp_path / "me.json", "--add", "ㅐ")
    done = jihwa(*command)
    assert (done.code, done.out) == (2, "")
    assert "no take of ㅐ; there are ㄱ ㅂ. Give takes of ㅐ" in done.err
    shutil.copytree(folder / "ㅂ", folder / "ㅐ")
    assert "learned from 4 take(s)" in jihwa(*command).out


def test_own_sign_that_looks_like_another_is_taken_only_when_asked_to(jihwa, tmp_path):
    path = tmp_path / "me.json"
    folder = record(tmp_path / "set", ALPHABET.signs, (1, 3, 5), takes=2)
    assert jihwa("calibrate", "--from", folder, "--profile", path, "--full").code == 0
    takes = folder / "ㅂ" / "3"
    known = path.read_bytes()
    for added in ("ㅐ", "space"):
        command = ("calibrate", "--from", takes, "--profile", path, "--add", added)
        refused = jihwa(*command)
        assert (refused.code, refused.out, path.read_bytes()) == (2, "", known)
        assert f"{added}: looks much like ㅂ" in refused.err
        assert "add --yes" in refused.err
    done = jihwa(*command, "--yes")
    assert (done.code, "learned from 2 take(s)" in done.out) == (0, True)
    assert "space: looks much like ㅂ" in done.err


@pytest.mark.parametrize(
    ("spelled", "learned"), [("ㅂ", True), ("ㅂㅂㅂ", True), ("ㄱㅏ", False), ("오늘 저녁", False)]
)
def test_own_sign_is_learned_of_the_one_pose_that_is_no_rest(
    jihwa, tmp_path, bundle, spelled, learned
):
    take, path = tmp_path / "take.csv", tmp_path / "me.json"
    assert jihwa("simulate", spelled, "--speed", "slow", "--output", take).code == 0
    done = jihwa("calibrate", "--from", take, "--profile", path, "--add", "ㅐ")
    assert (done.code, path.exists()) == ((0, True) if learned else (2, False))
    if learned:
        (step,) = profiles.load_or_new(str(path), bundle.alphabet).steps
        pose = poses(step.observations, bundle.extractor)
        assert bundle.alphabet.signs[bundle.gaussian.log_likelihood(pose).argmax()] == "ㅂ"
    else:
        assert re.search(r"take.csv: it should show one pose, but other poses were held", done.err)
        assert "Record again with the pose of ㅐ alone" in done.err
