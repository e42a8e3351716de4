"""Hand landmarks: bends and gravity whatever the picture, and files of every usual layout."""

import gzip
import json
from dataclasses import replace

import numpy as np
import pytest
from benchmarks.cuts import likeliest_segments
from benchmarks.ksl31 import SETS, SHARED, write_takes
from hypothesis import given
from hypothesis import strategies as st
from seen import points, points_of, seen_hand

from jihwa.data.alphabet import Alphabet
from jihwa.data.formats.lines import LineParser
from jihwa.data.formats.readers import Recording
from jihwa.data.signal.frames import Frames
from jihwa.data.signal.landmarks import (
    ADC_PER_RAD,
    ASPECTS,
    STRAIGHT_ADC,
    SeenHand,
    Smoothing,
    is_seen,
)
from jihwa.data.synthesis.pace import PACES
from jihwa.data.synthesis.spelling import assemble
from jihwa.data.takes.episodes import EpisodeSet, load_episodes
from jihwa.models.bundle import LANDMARKS, load_shipped
from jihwa.models.training.fitting import LEARNERS
from jihwa.recognizer.segmenter import Segmenter

BENDS = np.array([0.3, 0.1, 0.4, 2.6, 2.2])
GRAVITY = np.array([-0.8, -0.36, 0.48])
bends = st.lists(st.floats(0.05, 2.8), min_size=5, max_size=5).map(np.array)
directions = st.tuples(*[st.floats(-1, 1)] * 3).map(np.array).filter(lambda v: v @ v > 0.1)


def pose(hand):
    """Bends in rad and gravity of the last of some pictures."""
    read = SeenHand().feed(hand)[-1]
    return (read[:5] - STRAIGHT_ADC) / ADC_PER_RAD, read[5:]


def still(bends=BENDS, gravity=GRAVITY, n=7, **picture):
    return points(np.tile(bends, (n, 1)), np.tile(gravity, (n, 1)), **picture)


@given(bends, directions, st.booleans(), st.floats(0.02, 0.3))
def test_a_pose_comes_back_from_where_its_points_are(bends, gravity, mirrored, size):
    bends[1:] = np.maximum(bends[1:], 0.5)  # bent enough to tell the palm
    told, down = pose(still(bends, gravity, size=size, mirrored=mirrored, n=40))
    assert told == pytest.approx(bends, abs=1e-6)
    assert down == pytest.approx(gravity / np.linalg.norm(gravity), abs=1e-6)


@pytest.mark.parametrize(
    "scale", [(1280, 720, 1280), (0.8, 0.8 / ASPECTS[0], 0.8)], ids=["pixels", "metres"]
)
def test_pixels_and_metres_are_told_from_shares(scale):
    shares = still()
    in_metres = scale[0] < 1
    other = (shares - shares.mean(axis=1, keepdims=True) * in_metres) * scale
    assert np.concatenate(pose(other)) == pytest.approx(np.concatenate(pose(shares)), abs=1e-6)


@pytest.mark.parametrize("aspect", ASPECTS)
def test_the_shape_of_the_picture_is_seen_by_the_palm(aspect):
    rng = np.random.default_rng(0)
    hand = [still(BENDS, rng.normal(0, 1, 3), n=20, aspect=aspect, size=0.05) for _ in range(12)]
    reader = SeenHand()
    reader.feed(np.concatenate(hand))
    read = reader.feed(still(aspect=aspect, size=0.05))[-1]
    assert (read[:5] - STRAIGHT_ADC) / ADC_PER_RAD == pytest.approx(BENDS, abs=1e-6)


def test_a_single_wrong_picture_changes_nothing():
    hand = still(n=20)
    hand[10] = still(BENDS[::-1], -GRAVITY, n=1)
    read = SeenHand().feed(hand)
    assert read == pytest.approx(np.tile(read[0], (20, 1)))


def test_where_no_hand_is_seen_nothing_is_told():
    hand = still(n=9)
    hand[3], hand[5] = np.nan, 0
    read = SeenHand().feed(hand)
    assert np.isnan(read).all(axis=1).tolist() == [at in (3, 5) for at in range(9)]
    assert np.isnan(SeenHand().feed(hand[3:4])).all()
    assert SeenHand().feed(hand[:0]).shape == (0, 8)


@given(
    st.lists(
        st.tuples(st.integers(0, 62), st.floats(allow_nan=True, allow_infinity=True)), max_size=40
    ),
    st.sampled_from([0.0, 0.5, -1e5, 1e-300]),
)
def test_any_numbers_are_a_pose_or_none(wrong, base):
    hand = np.full((4, 63), base)
    hand[1] = still(n=1).ravel()
    for at, value in wrong:
        hand[at % 4, at] = value
    read = SeenHand().feed(hand.reshape(4, 21, 3))
    seen = np.isfinite(read).all(axis=1)
    assert np.isnan(read[~seen]).all()
    assert np.linalg.norm(read[seen, 5:], axis=1) == pytest.approx(1)
    assert (read[seen, :5] >= STRAIGHT_ADC).all()


@given(st.lists(st.integers(0, 12), max_size=5))
def test_the_result_does_not_depend_on_how_pictures_were_cut(cuts):
    rng = np.random.default_rng(0)
    hand = points(rng.uniform(0, 2.8, (12, 5)), rng.normal(0, 1, (12, 3)))
    hand[4] = np.nan
    whole, parts = SeenHand().feed(hand), SeenHand()
    cut = [parts.feed(part) for part in np.split(hand, sorted(cuts))]
    assert np.concatenate(cut) == pytest.approx(whole, nan_ok=True)


AXES = [f"{axis}{point}" for point in range(21) for axis in "xyz"]
NAMES = ("WRIST", *(f"{finger}_{joint}" for finger in ("THUMB", "INDEX_FINGER", "MIDDLE_FINGER",
    "RING_FINGER", "PINKY") for joint in (("CMC", "MCP", "IP", "TIP") if finger == "THUMB"
    else ("MCP", "PIP", "DIP", "TIP"))))  # fmt: skip
HEADERS = {
    "axis and number": AXES,
    "point and axis": [f"hand_{point}_{axis}" for point in range(21) for axis in "xyz"],
    "from one": [f"landmark{point}.{axis}" for point in range(1, 22) for axis in "xyz"],
    "numbered": [str(at) for at in range(63)],
    "named": [f"{name}_{axis}" for name in NAMES for axis in "xyz"],
}


def rows(hand):
    return [",".join(map(repr, row)) for row in hand.reshape(len(hand), -1).tolist()]


@pytest.mark.parametrize("header", HEADERS.values(), ids=HEADERS)
def test_columns_by_every_usual_name(tmp_path, header, table):
    hand = still(n=30)
    plain = tmp_path / "plain.csv"
    plain.write_text("\n".join([",".join(header), *rows(hand)]))
    recording = Recording(plain)
    expected = SeenHand().feed(hand)
    frames = recording.frames()
    assert np.hstack([frames.flex_adc, frames.accel_g]) == pytest.approx(expected)
    assert "no times" in " ".join(str(w) for w in recording.report.warnings())
    with_time = tmp_path / "time.csv"
    lines = [f"{30 * at},R,{row}" for at, row in enumerate(rows(hand))]
    with_time.write_text("\n".join([",".join(["timestamp_ms", "index", *header]), *lines]))
    assert table(Recording(with_time).frames()) == pytest.approx(table(frames), nan_ok=True)


ENTRIES = {
    "points": lambda hand: [dict(zip("xyz", point, strict=True)) for point in hand],
    "triples": lambda hand: hand,
    "numbers": lambda hand: [value for point in hand for value in point],
}


@pytest.mark.parametrize("entry", ENTRIES.values(), ids=ENTRIES)
@pytest.mark.parametrize("has_clock", [True, False])
def test_json_lines(tmp_path, entry, has_clock):
    hand = still(n=30)
    path = tmp_path / "hand.jsonl"
    times = ({"timestamp": 0.03 * at} if has_clock else {} for at in range(30))
    path.write_text(
        "\n".join(
            json.dumps({**time, "landmarks": entry(each)})
            for time, each in zip(times, hand.tolist(), strict=True)
        )
    )
    frames = Recording(path).frames()
    assert np.hstack([frames.flex_adc, frames.accel_g]) == pytest.approx(SeenHand().feed(hand))
    assert frames.duration_s == pytest.approx(0.87)


@pytest.mark.parametrize(("each", "behind"), [(3, 0), (3, 1), (4, 0), (4, 1), (4, 15), (4, 16)])
def test_arrays_of_frames_by_points(tmp_path, each, behind):
    hand = still(n=30)
    sure = np.dstack([hand, np.ones((30, 21, each - 3))]).reshape(30, -1)
    np.save(tmp_path / "hand.npy", np.hstack([sure, np.zeros((30, behind))]))
    frames = Recording(tmp_path / "hand.npy").frames()
    assert np.hstack([frames.flex_adc, frames.accel_g]) == pytest.approx(SeenHand().feed(hand))


EMPTY = {
    "list": lambda hand: {"landmarks": hand or []},
    "null": lambda hand: {"landmarks": hand or None},
    "hands": lambda hand: {"multiHandLandmarks": [hand] if hand else []},
    "two hands": lambda hand: (
        {"hands": [{"landmarks": hand}, {"landmarks": hand[::-1]}]} if hand else {"hands": []}
    ),
}


@pytest.mark.parametrize("entry", EMPTY.values(), ids=EMPTY)
def test_pictures_without_a_hand_are_no_samples_and_no_damage(tmp_path, entry):
    hand = still(n=30)
    gone = {0, 1, 12, 13, 14}
    path = tmp_path / "hand.jsonl"
    points_of_hand = [[dict(zip("xyz", p, strict=True)) for p in each] for each in hand.tolist()]
    path.write_text(
        "\n".join(
            json.dumps({"timestamp": 0.03 * at, **entry([] if at in gone else points_of_hand[at])})
            for at in range(30)
        )
    )
    recording = Recording(path)
    frames = recording.frames()
    assert len(frames) == 30 - len(gone)
    assert frames.duration_s == pytest.approx(0.81)
    assert (recording.report.damaged, recording.report.unseen) == (0, len(gone))
    assert "without a hand" in " ".join(str(w) for w in recording.report.warnings())


@pytest.mark.parametrize("nothing", ["", "0", "nan"])
def test_rows_without_a_hand_are_no_samples_and_no_damage(tmp_path, nothing):
    lines = [f"{30 * at},{row}" for at, row in enumerate(rows(still(n=30)))]
    lines[5:8] = [",".join([str(30 * at), *[nothing] * 63]) for at in (5, 6, 7)]
    path = tmp_path / "hand.csv"
    path.write_text("\n".join([",".join(["timestamp_ms", *AXES]), *lines]))
    recording = Recording(path)
    assert len(recording.frames()) == 27
    assert (recording.report.damaged, recording.report.unseen) == (0, 3)


def test_a_stream_is_read_like_a_file_however_it_is_cut(table):
    data = "\n".join([",".join(AXES), *rows(still(n=30))]).encode()
    whole, parts = LineParser(), LineParser()
    expected = [whole.feed(data), whole.flush()]
    cut = [*(parts.feed(data[at : at + 777]) for at in range(0, len(data), 777)), parts.flush()]
    joined = [np.concatenate([table(part) for part in each]) for each in (expected, cut)]
    assert joined[1] == pytest.approx(joined[0], nan_ok=True)


def test_points_of_half_a_hand_are_no_landmarks():
    parser = LineParser()
    parser.feed("\n".join([",".join(AXES[:60]), *rows(still(n=30)[:, :20])]).encode())
    assert not len(parser.flush())
    assert not parser.report.headers


def test_public_landmarks_are_one_right_hand():
    if not SHARED.is_dir():
        pytest.skip(f"needs the shared landmarks in {SHARED}")
    with gzip.open(SHARED / "data_2_9.csv.gz", "rt") as file:
        n_rows = len(file.readlines()) - 1
    recording = Recording(SHARED / "data_2_9.csv.gz")
    frames = recording.frames()
    assert (len(frames), recording.report.damaged) == (n_rows - 1, 1)  # its last line is cut short
    assert np.nanmedian(frames.accel_g, axis=0)[0] > 0.5  # ㅈ points down
    assert np.linalg.norm(frames.accel_g, axis=1) == pytest.approx(1)


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
