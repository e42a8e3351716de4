"""Hands that a camera sees, read by what ships for them: the model and its segmenter."""

import json
from dataclasses import replace

import numpy as np
import pytest
from benchmarks.cuts import likeliest_segments
from benchmarks.ksl31 import SETS, SHARED, write_takes
from seen import AXES, points_of, rows, seen_hand

from jihwa.data.alphabet import Alphabet
from jihwa.data.signal.frames import Frames
from jihwa.data.signal.landmarks import (
    Smoothing,
    is_seen,
)
from jihwa.data.signal.monitor import examined
from jihwa.data.signal.sensors import IN_SIGHT
from jihwa.data.synthesis.pace import PACES
from jihwa.data.synthesis.spelling import assemble
from jihwa.data.takes.episodes import EpisodeSet, load_episodes
from jihwa.models.bundle import LANDMARKS, load_shipped
from jihwa.models.training.fitting import LEARNERS
from jihwa.recognizer.calibration import Calibration, Prompt
from jihwa.recognizer.segmenter import Segmenter


@pytest.fixture(scope="module")
def seen_bundle():
    return load_shipped(LANDMARKS)


@pytest.fixture
def session(seen_bundle, tmp_path):
    """Writes a spelled session as a camera would see it: `session(text, mirrored=True)`."""

    def write(text, *, wearer=1, mirrored=False, name="session.csv"):
        hand = seen_hand(seen_bundle, wearer)
        rng = np.random.default_rng(wearer)
        spelled = assemble(text, hand, seen_bundle.alphabet, PACES["normal"], rng)
        pictures = rows(points_of(spelled.frames, mirrored=mirrored))
        times_ms = (1000 * spelled.frames.time_s).round().astype(int).tolist()
        lines = [f"{time_ms},{row}" for time_ms, row in zip(times_ms, pictures, strict=True)]
        (tmp_path / name).write_text("\n".join([f"timestamp_ms,{','.join(AXES)}", *lines]))
        return tmp_path / name

    return write


def read_with_model(jihwa, *arguments):
    return jihwa("transcribe", *arguments, "--model", LANDMARKS)


@pytest.mark.parametrize("mirrored", [False, True])
def test_spelled_landmarks_become_text(jihwa, session, mirrored):
    done = read_with_model(jihwa, session("고양이가 예뻐요", mirrored=mirrored))
    assert (done.code, done.out) == (0, "고양이가 예뻐요\n")


def test_the_model_of_the_glove_does_not_read_them_in_silence(jihwa, session):
    path = session("고양이")
    assert "--model landmarks31" in jihwa("transcribe", path).err
    assert "--model landmarks31" not in read_with_model(jihwa, path).err


def test_it_does_not_read_a_glove_in_silence(jihwa, session):
    done = read_with_model(jihwa, "data/samples/name.csv", "--lang", "en")
    assert (
        "This is a glove, not a hand that a camera saw. Read it with --model gaussian24" in done.err
    )
    assert "a glove" not in read_with_model(jihwa, session("가나"), "--lang", "en").err


def test_live_each_is_told_of_the_other_once(jihwa, session):
    glove, seen = "data/samples/name.csv", session("고양이")
    for path, model, told in (
        (glove, "landmarks31", "Read it with --model gaussian24"),
        (seen, "gaussian24", "Read it with --model landmarks31"),
        (glove, "gaussian24", None),
        (seen, "landmarks31", None),
    ):
        source = ("--source", f"replay:{path}?speed=0")
        done = jihwa("type", "--plain", "--new", "--lang", "en", "--model", model, *source)
        assert done.out.count("Read it with") == bool(told)
        assert (told or "") in done.out


def test_a_still_hand_has_no_stuck_sensors(jihwa, session):
    assert "stuck" not in read_with_model(jihwa, session("오늘 날씨", wearer=2)).err


def misread_and_turning(seed):
    """A hold of a second and a half as a camera sees it: a picture in four is read as another."""
    rng, n = np.random.default_rng(seed), 45
    time_s = np.arange(n) / 30
    flex_adc = rng.uniform(775, 880, 5) + rng.normal(0, 4, (n, 5))
    turn = np.radians(rng.uniform(-40, 40)) * time_s
    accel_g = np.column_stack([-0.8 * np.cos(turn), 0.8 * np.sin(turn), np.full(n, 0.6)])
    wrong = rng.random(n) < 0.25
    flex_adc[wrong] += rng.normal(0, 20, (wrong.sum(), 5))
    accel_g[wrong] += [0.1, 0.1, -0.5]
    poses = Smoothing().feed(np.hstack([flex_adc, accel_g]))
    return Frames(time_s, poses[:, :5], poses[:, 5:], np.full((n, 3), np.nan))


def test_a_hand_that_is_misread_and_turns_hardly_holds_several_letters():
    n_segments = 0
    for seed in range(20):
        segmenter = Segmenter()
        found = segmenter.feed(misread_and_turning(seed)) + segmenter.flush()
        n_segments += len(likeliest_segments(found))
    assert n_segments < 2 * 20  # where it has practised on gloves alone: 66


def test_any_cut_of_what_a_camera_sees_holds_the_same_and_a_glove_is_no_camera():
    seen = misread_and_turning(3)
    seen.flex_adc[:12], seen.accel_g[:12] = np.nan, np.nan  # the hand comes late
    rough = replace(seen, accel_g=seen.accel_g.round(3))
    assert is_seen(seen)
    assert not is_seen(rough)
    assert not is_seen(replace(seen, orientation_deg=np.zeros((len(seen), 3))))
    found = []
    for n in (len(seen), 1, 7):
        segmenter = Segmenter()
        told = [b for at in range(0, len(seen), n) for b in segmenter.feed(seen[at : at + n])]
        told += segmenter.flush()
        found.append([[(s.start_s, s.end_s, s.log_prob) for s in each] for each in told])
    assert found[0] == found[1] == found[2] != []


def test_shipped_model_knows_31_signs_and_where_it_comes_from(seen_bundle):
    assert seen_bundle.alphabet == Alphabet.load("basic31")
    assert set(seen_bundle.alphabet.signs) == set(Alphabet.load("extended31").signs)
    assert seen_bundle.provenance["episodes"] == {"one": 238, "two": 391}
    assert min(s["top1"] for s in seen_bundle.metrics["session"].values()) > 0.75
    assert min(s["top5"] for s in seen_bundle.metrics["session"].values()) > 0.99


def test_takes_are_trained_on_and_shown_like_the_gloves(jihwa, tmp_path, seen_bundle):
    hand, rng = seen_hand(seen_bundle, 1), np.random.default_rng(0)
    for sign in seen_bundle.alphabet.signs:
        for take in range(2):
            held = hand.hold(sign, 30, rng)
            frames = Frames.of_channels(np.arange(30) / 30, held)
            path = tmp_path / "set" / sign / f"{take}.csv"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("\n".join([",".join(AXES), *rows(points_of(frames))]))
    folder, model = tmp_path / "set", tmp_path / "seen.bundle"
    done = jihwa("train", folder, "--alphabet", "basic31", "--output", model)
    assert "fitted to 62 episodes (0 files skipped)" in done.out
    evaluate = ("evaluate", folder, "--json", "--model")
    assert json.loads(jihwa(*evaluate, model).out)["top1"] > 0.95
    profile = tmp_path / "me.json"
    command = ("calibrate", "--from", folder, "--model", LANDMARKS, "--profile", profile)
    assert jihwa(*command).code == 0
    known = json.loads(jihwa(*evaluate, LANDMARKS, "--profile", profile).out)
    assert known["top1"] >= json.loads(jihwa(*evaluate, LANDMARKS).out)["top1"]


@pytest.mark.slow
def test_fitting_the_public_landmarks_again_gives_the_shipped_file(tmp_path, seen_bundle):
    if not SHARED.is_dir():
        pytest.skip(f"needs the shared landmarks in {SHARED}")
    write_takes(tmp_path)
    sets = [load_episodes(tmp_path / name, seen_bundle.alphabet) for name in SETS]
    again = LEARNERS["gaussian"].fit(EpisodeSet.join(sets), seen_bundle.alphabet)
    assert again.metrics == seen_bundle.metrics
    assert again.gaussian.mean == pytest.approx(seen_bundle.gaussian.mean, rel=1e-6)


def test_fingers_that_jump_in_the_pictures_are_no_fault_of_wires(seen_bundle):
    n, rng = 120, np.random.default_rng(0)
    jumps = rng.integers(0, 2, (n, 5)) * [90, 90, 90, 0, 0]
    tilt, nothing = rng.normal(0.9, 0.01, n), np.full((n, 3), np.nan)
    gravity_g = np.column_stack([0 * tilt, np.sin(tilt), np.cos(tilt)])
    flex_adc = 800 + rng.normal(0, 2, (n, 5)) + jumps
    hold, told = examined(Frames(np.arange(n) / 30, flex_adc, gravity_g, nothing))
    assert len(told) == 3
    told.append(Calibration(seen_bundle, [Prompt("ㄱ")]).answer(hold[-30:]))
    for message in told:
        assert IN_SIGHT.en in message.en
        assert "wiring" not in message.en
