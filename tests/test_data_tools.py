"""`jihwa data`: what is wrong with a data set, other formats, and sessions out of takes."""

import json
import shutil
import sys
import unicodedata

import h5py
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from takes import record_session

from jihwa.data.formats.readers import Recording
from jihwa.data.formats.writers import FORMATS, SAME_TIME_S, write_lossless
from jihwa.data.messages import DataError, UsageError
from jihwa.data.signal.frames import Frames
from jihwa.data.synthesis.sessions import read_session

VALUES = st.floats(-900, 900) | st.just(np.nan)


def without_thumb(line):
    *before, _, index, middle, ring, little = line.split(",")
    return ",".join([*before, "0", index, middle, ring, little])


@pytest.fixture
def dataset(tmp_path, alphabet):
    """A small session without a fault, to spoil."""
    root = tmp_path / "mine"
    record_session(root, alphabet, wearer=1, n_styles=1)
    return root


def checked(jihwa, root, code=1):
    done = jihwa("data", "check", root, "--json")
    assert done.code == code
    return json.loads(done.out)


def lines_of(path):
    return path.read_text(encoding="utf-8").splitlines()


def spoil(path, change):
    """Change the lines of a take."""
    path.write_text("\n".join(change(lines_of(path))) + "\n", encoding="utf-8")


def later(line, ms):
    time_ms, rest = line.split(",", 1)
    return f"{int(time_ms) + ms},{rest}"


def test_faultless_data_set_has_no_findings(jihwa, dataset):
    found = checked(jihwa, dataset, code=0)
    assert (found["files"], found["defects"], found["found"]) == (24, {}, [])
    assert len(found["missing"]) == 24 * 4
    assert found["takes"]["ㄱ"] == {"1": 1, "2": 0, "3": 0, "4": 0, "5": 0}


def test_every_defect_is_found_and_named(jihwa, dataset):
    def take(sign):
        return dataset / sign / "1" / "take.csv"

    spoil(take("ㄱ"), lambda lines: [*lines[:9], *(later(line, 1500) for line in lines[9:])])
    spoil(take("ㄴ"), lambda lines: [lines[0], *(line + ",7" for line in lines[1:2]), *lines[2:]])
    spoil(
        take("ㄷ"),
        lambda lines: [
            lines[0],
            *(",".join([*x.split(",")[:-5], "0", *x.split(",")[-4:]]) for x in lines[1:]),
        ],
    )
    spoil(take("ㄹ"), lambda lines: [*lines[:12], *(later(line, -300) for line in lines[10:])])
    take("ㅁ").rename(dataset / "ㅁ" / "1" / "episode_20250101_000000_ㅂ_1.csv")
    take("ㅅ").rename(dataset / "ㅅ" / "1" / "episode_20250101_000000_ㅅ_4.csv")
    shutil.copy(take("ㅇ"), dataset / "ㅇ" / "1" / "zwei.csv")
    take("ㅈ").write_text("")
    done = jihwa("data", "check", dataset)
    assert done.code == 1
    for told in (
        "has 1 gap(s), the longest 1.5 s",
        "Skipped 1 unreadable line(s)",
        "thumb (flex1) sensor is dead",
        "clock restarted 1 time(s)",
        "It lies under 'ㅁ', but its name or content says 'ㅂ'",
        "It lies under '1', but its name or content says '4'",
        "the same signal as",
        "the file is empty",
        "25 files, 8 with defects",
    ):
        assert told in done.out, told
    assert "no takes of ㅈ" in done.err
    found = checked(jihwa, dataset)["defects"]
    assert found["duplicate"] == found["unusable"] == found["label-mismatch"] == 1
    assert set(found) >= {"gap", "clock", "damaged-lines", "faulty-sensor", "style-mismatch"}


def test_same_take_in_another_format_is_a_duplicate(jihwa, dataset, tmp_path):
    assert (
        jihwa("data", "convert", dataset / "ㄱ", "--format", "h5", "--output", dataset / "ㄱ").code
        == 0
    )
    assert checked(jihwa, dataset)["defects"] == {"duplicate": 1}


@pytest.mark.parametrize("name", ["none", "empty", "file"])
def test_what_is_no_data_set_is_refused(jihwa, tmp_path, name):
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("x")
    done = jihwa("data", "check", tmp_path / name)
    assert (done.code, done.out) == (2, "")
    assert name in done.err


def test_labels_that_the_model_doubts_are_suspects(jihwa, tree, tmp_path):
    root = tmp_path / "shifted"
    shutil.copytree(tree / "one", root)
    assert not checked(jihwa, root, code=0)["defects"]
    for take, other in (("ㅂ", "ㅈ"), ("ㅈ", "ㅂ")):
        (source,) = (tree / "one" / take / "1").iterdir()
        (target,) = (root / other / "1").iterdir()
        shutil.copyfile(source, target)
    found = checked(jihwa, root, code=1)
    assert found["defects"] == {"suspect": 2}
    assert "much more like ㅂ than ㅈ" in jihwa("data", "check", root).out


def test_public_recordings_are_checked(jihwa, shared):
    found = checked(jihwa, shared / "v2" / "ㄱ")
    assert found["files"] > 40
    assert "burst" in found["defects"]


@given(arrays(np.float64, st.tuples(st.integers(2, 12), st.just(11)), elements=VALUES), st.data())
def test_every_format_reads_as_it_was_written(tmp_path_factory, values, data):
    n = len(values)
    steps_s = data.draw(arrays(np.float64, n - 1, elements=st.floats(1e-3, 50)))
    time_s = np.concatenate([[0.0], np.cumsum(steps_s)])
    accel_g = np.clip(values[:, 5:8], -17, 17)
    frames = Frames(time_s, values[:, :5], accel_g, values[:, 8:])
    folder = tmp_path_factory.mktemp("formats")
    for kind, write in FORMATS.items():
        path = folder / f"a.{kind}"
        path.write_bytes(write(frames, "ㄱ"))
        read = Recording(path).frames()
        assert np.abs(read.time_s - time_s).max() <= SAME_TIME_S
        for channel in ("flex_adc", "accel_g", "orientation_deg"):
            np.testing.assert_array_equal(getattr(read, channel), getattr(frames, channel), kind)


def test_tree_is_converted_there_and_back_without_loss(jihwa, dataset, tmp_path, table):
    before = {p.relative_to(dataset): table(Recording(p).frames()) for p in dataset.rglob("*.csv")}
    last = dataset
    for kind in ("parquet", "h5", "npy", "csv"):
        target = tmp_path / kind
        done = jihwa("data", "convert", last, "--format", kind, "--output", target)
        assert (done.code, done.err) == (0, "")
        assert "24 converted, 0 were there, 0 failed" in done.out
        last = target
    after = {p.relative_to(last): table(Recording(p).frames()) for p in last.rglob("*.csv")}
    assert before.keys() == after.keys()
    for place, frames in before.items():
        np.testing.assert_allclose(after[place], frames, rtol=0, atol=SAME_TIME_S)
    assert checked(jihwa, tmp_path / "npy", code=0)["files"] == 24


def test_what_is_there_is_kept_unless_forced(jihwa, dataset, tmp_path):
    convert = ("data", "convert", dataset, "--format", "npy", "--output", tmp_path / "out")
    jihwa(*convert)
    (path, *_) = (tmp_path / "out").rglob("*.npy")
    path.write_bytes(b"")
    assert "0 converted, 24 were there" in jihwa(*convert).out
    assert path.stat().st_size == 0
    assert "24 converted" in jihwa(*convert, "--force").out
    assert path.stat().st_size > 0


def test_bad_file_does_not_stop_the_others(jihwa, dataset, tmp_path):
    (dataset / "ㄱ" / "1" / "take.csv").write_bytes(b"\xff\xfe nothing")
    done = jihwa("data", "convert", dataset, "--format", "h5", "--output", tmp_path / "out")
    assert done.code == 1
    assert "23 converted, 0 were there, 1 failed" in done.out
    assert len(list((tmp_path / "out").rglob("*"))) == 23 + 2 * 24


def test_gap_that_a_format_would_lose_is_refused_and_nothing_left_behind(take, tmp_path, table):
    frames = Recording(take(text="가")).frames()
    frames.time_s[-1] += 100  # a line that no other one confirms
    path = tmp_path / "lone.npy"
    path.write_bytes(FORMATS["npy"](frames, None))
    with pytest.raises(DataError, match="parquet or npy"):
        write_lossless(tmp_path / "a.h5", Recording(path), "h5")
    write_lossless(tmp_path / "a.npy", Recording(path), "npy")
    assert [p.name for p in tmp_path.glob("a.*")] == ["a.npy"]
    np.testing.assert_array_equal(table(Recording(tmp_path / "a.npy").frames()), table(frames))


def test_label_travels_where_there_is_room_and_its_loss_is_told(jihwa, tmp_path, spell):
    frames = spell("가").frames
    (tmp_path / "a.h5").write_bytes(FORMATS["h5"](frames, "ㄱ"))
    done = jihwa("data", "convert", tmp_path / "a.h5", "--format", "parquet", "--output", tmp_path)
    assert (done.code, done.err) == (0, "")
    recording = Recording(tmp_path / "a.parquet")
    recording.frames()
    assert recording.label == "ㄱ"
    lost = jihwa("data", "convert", tmp_path / "a.parquet", "--format", "csv", "--output", tmp_path)
    assert (lost.code, "no place for labels" in lost.err) == (0, True)


def test_tables_are_transcribed_like_any_recording(jihwa, take, tmp_path):
    path = take()
    for kind in ("parquet", "npy"):
        jihwa("data", "convert", path, "--format", kind, "--output", tmp_path)
        assert jihwa("transcribe", tmp_path / f"take.{kind}").out == "안녕하세요\n"


def test_converting_onto_a_recording_is_refused(jihwa, take):
    path = take(text="가")
    done = jihwa("data", "convert", path, "--format", "csv", "--output", path.parent, "--force")
    assert (done.code, "overwrite" in done.err) == (2, True)


def test_parquet_without_its_library_says_what_to_install(monkeypatch, take, tmp_path):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(UsageError, match=r"jihwa\[parquet\]"):
        write_lossless(tmp_path / "a.parquet", Recording(take(text="가")), "parquet")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.parquet", b"PAR1 and no more"),
        ("a.npy", b"\x93NUMPY\x01\x00"),
        ("b.npy", None),
    ],
)
def test_damaged_tables_are_refused(tmp_path, name, content):
    if content is None:
        backwards = np.zeros(3, dtype=[("time_s", "f8"), ("flex1", "f8")])
        np.save(tmp_path / name, backwards, allow_pickle=False)
    else:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=name):
        Recording(tmp_path / name).frames()


def test_sessions_are_assembled_with_their_truth(jihwa, tree, tmp_path):
    (tmp_path / "texts.txt").write_text("학교\n\nabc\n" + unicodedata.normalize("NFD", "밥 먹자\n"))
    assemble = ("data", "assemble", tree, "--text", tmp_path / "texts.txt", "--speed", "slow")
    done = jihwa(*assemble, "--output", tmp_path / "out")
    assert (done.code, "2 sessions" in done.out) == (0, True)
    assert "1 line(s) that cannot be spelled were skipped: 3" in done.err
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == ["1.csv", "1.json", "4.csv", "4.json"]
    session = read_session(tmp_path / "out" / "4.csv")
    assert session.text == "밥 먹자"
    assert "".join(sign.sign for sign in session.signs) == "ㅂㅏㅂㅁㅓㄱㅈㅏ"
    assert session.signs[-1].end_s < session.frames.duration_s
    again = tmp_path / "again"
    jihwa(*assemble, "--output", again)
    assert (again / "4.csv").read_bytes() == (tmp_path / "out" / "4.csv").read_bytes()


def test_assembling_what_cannot_be_is_refused(jihwa, tree, tmp_path):
    text, out = tmp_path / "texts.txt", tmp_path / "out"
    text.write_text("abc\n")
    assemble = ("data", "assemble", tree, "--output", out, "--text")
    for path, told in ((text, "no line can be spelled"), (tmp_path / "none.txt", "none.txt")):
        done = jihwa(*assemble, path)
        assert (done.code, told in done.err, out.exists()) == (2, True, False)
    out.mkdir()
    (out / "mine").write_text("x")
    text.write_text("가\n")
    full = jihwa(*assemble, text)
    assert (full.code, "not empty" in full.err) == (2, True)


def test_hdf5_of_the_public_layout_is_written(take, tmp_path):
    write_lossless(tmp_path / "a.h5", Recording(take(text="가")), "h5")
    with h5py.File(tmp_path / "a.h5") as file:
        assert file["sensor_data"].shape[1] == 8
        assert "arduino_timestamps" in file
