"""Spelled sessions on disk: recording and truth come back as they were written."""

import io
import json
from importlib import resources

import pytest

from jihwa.data.formats.readers import Recording
from jihwa.data.formats.writers import HEADER, write_recording
from jihwa.data.messages import DataError, UsageError
from jihwa.data.synthesis.sessions import read_session, read_truth, write_session


def test_session_survives_the_disk(spell, table, tmp_path):
    session = spell("학교 가자")
    write_session(tmp_path / "take.csv", session)
    read = read_session(tmp_path / "take.csv")
    assert read.text == session.text
    assert [s.sign for s in read.signs] == [s.sign for s in session.signs]
    for one, other in zip(read.signs, session.signs, strict=True):
        assert (one.start_s, one.end_s) == pytest.approx((other.start_s, other.end_s), abs=1e-3)
    assert table(read.frames) == pytest.approx(table(session.frames), abs=0.01)


def test_recording_is_what_the_firmware_sends(spell):
    stream = io.StringIO()
    write_recording(stream, spell("가").frames)
    header, first, *_ = stream.getvalue().splitlines()
    assert header == HEADER
    assert len(first.split(",")) == 12
    assert first.startswith("0,")


def test_name_that_the_truth_takes_is_refused_and_nothing_written(spell, tmp_path):
    with pytest.raises(UsageError):
        write_session(tmp_path / "take.json", spell("가"))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("encoding", ["cp949", "utf-16", "utf-8-sig"])
def test_a_truth_may_be_saved_as_windows_does(tmp_path, encoding):
    (tmp_path / "truth.txt").write_bytes("학교 가자\r\n".encode(encoding))
    assert read_truth(tmp_path / "truth.txt").text == "학교 가자"


@pytest.mark.parametrize(
    "truth", [None, "", "[]", '{"text": "가"}', '{"text": "가", "signs": [{"sign": "ㄱ"}]}', "\xff"]
)
def test_truth_that_cannot_be_read_is_named(spell, tmp_path, truth):
    write_session(tmp_path / "take.csv", spell("가"))
    (tmp_path / "take.json").unlink()
    if truth is not None:
        (tmp_path / "take.json").write_bytes(truth.encode("latin-1", errors="ignore"))
    with pytest.raises(DataError, match=r"take\.json"):
        read_session(tmp_path / "take.csv")


SAMPLES = sorted(
    file.name.removesuffix(".csv")
    for file in (resources.files("jihwa.data") / "samples").iterdir()
    if file.name.endswith(".csv")
)


@pytest.mark.parametrize("name", SAMPLES)
def test_shipped_sample_is_whole_and_its_truth_fits(name, alphabet):
    with resources.as_file(resources.files("jihwa.data") / "samples") as folder:
        session = read_session(folder / f"{name}.csv")
        report = Recording(folder / f"{name}.csv")
        report.frames()
        truth = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    assert report.report.warnings() == []
    spelled = [sign for word in session.text.split() for sign in alphabet.spell(word)]
    assert [sign.sign for sign in session.signs] == spelled
    assert session.signs[-1].end_s < session.frames.duration_s
    assert set(truth) == {"text", "speed", "signs", "pauses"}


def test_several_samples_ship():
    assert len(SAMPLES) >= 3
