"""Hand landmarks: bends and gravity whatever the picture, and files of every usual layout."""

import gzip
import json

import numpy as np
import pytest
from benchmarks.ksl31 import SHARED
from hypothesis import given
from hypothesis import strategies as st
from seen import AXES, points, rows

from jihwa.data.formats.lines import LineParser
from jihwa.data.formats.readers import Recording
from jihwa.data.signal.landmarks import (
    ADC_PER_RAD,
    ASPECTS,
    STRAIGHT_ADC,
    SeenHand,
)

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


@given(bends, directions, st.booleans(), st.floats(0.02, 0.25))  # larger, it is out of the picture
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


def test_points_in_another_order_are_told(tmp_path, jihwa):
    hand = still(n=2 * 30)
    blocks = hand.transpose(0, 2, 1).reshape(len(hand), 63)  # all x, then all y, then all z
    np.save(tmp_path / "odd.npy", blocks)
    np.save(tmp_path / "hand.npy", hand.reshape(len(hand), 63))
    told = "they may be in another order"
    assert told in jihwa("transcribe", tmp_path / "odd.npy", "--model", "landmarks31").err
    assert told not in jihwa("transcribe", tmp_path / "hand.npy", "--model", "landmarks31").err


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
