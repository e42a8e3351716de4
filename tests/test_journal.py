"""The journal: whatever happens to the program, what was written down can be read again."""

import errno
import json
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jihwa.composer.text.transcript import TextEdit
from jihwa.data.formats.lines import LineParser
from jihwa.data.formats.readers import Recording
from jihwa.data.messages import DataError, UsageError
from jihwa.io.live import archive
from jihwa.io.live.archive import read
from jihwa.io.live.journal import Header, Journal, part_path

LAYOUT = b"timestamp,pitch,roll,yaw,flex1,flex2,flex3,flex4,flex5\n"
HEADER = Header("20261125-120000", 1, "2026-11-25T12:00:00+09:00", "sim:", "")


def sample(number):
    return b"%d,1,2,3,780,781,782,783,784\n" % (20 * number)


def journal(folder, text="", **options):
    return Journal(folder, HEADER, text, **options)


def first_part(folder):
    return part_path(folder, HEADER)


def test_what_was_written_down_is_read_again(tmp_path):
    kept = journal(tmp_path)
    kept.raw(LAYOUT + sample(1))
    kept.edit(TextEdit(0, "안녀"))
    kept.raw(sample(2))
    kept.edit(TextEdit(1, "녕\n하"))
    kept.close()
    contents = read(first_part(tmp_path))
    assert contents.text == kept.text == "안녕\n하"
    assert contents.ended
    assert contents.header == HEADER


def test_a_journal_is_a_recording(tmp_path):
    kept = journal(tmp_path, "앞의 글 " * 2000)  # longer than any line that is read
    kept.raw(LAYOUT)
    for number in range(5):
        kept.raw(sample(number))
        kept.edit(TextEdit(0, "가"))
    kept.close()
    recording = Recording(first_part(tmp_path))
    assert len(recording.frames()) == 5
    assert recording.report.damaged == 0


def test_every_line_is_on_its_way_to_the_disk_at_once(tmp_path):
    kept = journal(tmp_path)
    kept.edit(TextEdit(0, "지금"))
    assert read(first_part(tmp_path)).text == "지금"
    assert not read(first_part(tmp_path)).ended
    kept.close()


@given(
    edits=st.lists(
        st.one_of(
            st.tuples(st.integers(0, 3), st.text(max_size=700)),
            st.binary(max_size=40).map(lambda data: data.replace(b"\n", b"") + b"\n"),
        ),
        min_size=1,
        max_size=12,
    )
)
def test_any_text_survives_whatever_the_device_sends(tmp_path_factory, edits):
    folder, text = tmp_path_factory.mktemp("any"), ""
    kept = journal(folder)
    for each in edits:
        if isinstance(each, bytes):
            kept.raw(each)
        else:
            edit = TextEdit(min(each[0], len(text)), each[1])
            text = edit.apply(text)
            kept.edit(edit)
    kept.close()
    assert read(first_part(folder)).text == text


def test_a_device_cannot_forge_an_entry(tmp_path):
    kept = journal(tmp_path)
    kept.edit(TextEdit(0, "참"))
    other = Header("x", 1, "", "", "")
    kept.raw(b'#edit [1, "no"]\n# edit [1, "no"]\n' + other.edit(TextEdit(1, "no")) + other.line())
    kept.close()
    assert read(first_part(tmp_path)).text == "참"


def test_an_entry_that_was_cut_off_does_not_count(tmp_path):
    kept = journal(tmp_path)
    kept.edit(TextEdit(0, "하나"))
    kept.edit(TextEdit(0, "둘"))
    kept.close()
    whole = first_part(tmp_path).read_bytes().rpartition(b"#")[0]  # without the end
    first_part(tmp_path).write_bytes(whole[:-4])
    assert read(first_part(tmp_path)).text == "하나"


def test_every_part_stands_by_itself(tmp_path):
    kept = journal(tmp_path, part_bytes=2000)
    parser = LineParser(keep=lambda lines: kept.raw(lines, parser.layout))
    parser.feed(LAYOUT)
    for number in range(100):
        parser.feed(sample(number))
        kept.edit(TextEdit(0, "가"))
    kept.close()
    parts = sorted(tmp_path.glob("*.csv"))
    assert len(parts) > 2
    samples = [len(Recording(path).frames()) for path in parts[:-1]]
    assert all(samples)
    assert read(parts[-1]).text == "가" * 100
    assert [read(path).ended for path in parts] == [False] * (len(parts) - 1) + [True]
    tokens = {read(path).header.token for path in parts}
    assert len(tokens) == len(parts)


def test_files_are_the_users_alone(tmp_path):
    kept = journal(tmp_path / "sessions", part_bytes=10)
    kept.raw(LAYOUT + sample(0))
    kept.raw(sample(1))
    kept.close()
    assert stat.S_IMODE((tmp_path / "sessions").stat().st_mode) == 0o700
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "sessions").iterdir()}
    assert modes == {0o600}


def test_a_full_disk_is_told_once_and_the_text_is_written_when_there_is_room(tmp_path, monkeypatch):
    told, write, full = [], os.write, [False]

    def limited(file, data):
        if full[0]:
            if len(data) > 3:
                return write(file, data[:3])  # a bit still fits
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(file, data)

    monkeypatch.setattr("jihwa.io.live.journal.RETRY_EVERY_S", 0.0)
    monkeypatch.setattr(os, "write", limited)
    kept = journal(tmp_path)
    kept.listen(told.append)
    kept.edit(TextEdit(0, "처음"))
    full[0] = True
    kept.edit(TextEdit(0, " 가운데"))
    kept.edit(TextEdit(0, " 더"))
    assert len(told) == 1
    assert read(first_part(tmp_path)).text == "처음"
    full[0] = False
    kept.edit(TextEdit(0, " 끝"))
    assert len(told) == 2
    kept.close()
    assert read(first_part(tmp_path)).text == "처음 가운데 더 끝"


def test_two_programs_do_not_write_one_session(tmp_path):
    kept = journal(tmp_path)
    with pytest.raises(UsageError):
        journal(tmp_path)
    kept.close()
    kept.close()


def test_what_is_no_journal_says_so(tmp_path):
    path = tmp_path / "recording.csv"
    path.write_bytes(LAYOUT)
    with pytest.raises(DataError, match=r"recording\.csv"):
        read(path)


CHILD = """
import sys, time
from live import Wire, session
from jihwa.io.live import archive
data = sys.stdin.buffer.read()
with session(archive.begin("sim:", None)) as (live, wire):
    while not live.state.ready:
        time.sleep(0.01)
    for number, line in enumerate(data.splitlines(keepends=True)):
        wire.give(line)
        if number % 40 == 0:
            live.writing.type("글")
        print(number, live.state.text.committed, flush=True)
        time.sleep(0.005)
"""


@pytest.mark.parametrize("after_s", [0.05, 0.4, 0.9, 1.3])
def test_a_killed_program_loses_no_committed_character_and_no_line(take, data_home, after_s, jihwa):
    recording = take(text="오늘 저녁에").read_bytes()
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment,
    )
    child.stdin.write(recording)
    child.stdin.close()
    shown = [child.stdout.readline()]  # the models are loaded
    time.sleep(after_s)
    child.send_signal(signal.SIGKILL)
    shown += child.stdout.read().splitlines(keepends=True)
    child.stdout.close()
    child.wait()
    *_, last = [line for line in shown if line.endswith(b"\n")]
    number, _, committed = last.decode().rstrip("\n").partition(" ")
    broken_off = archive.unfinished()
    (session,) = archive.sessions()
    text = session.contents().text
    assert text.startswith(committed)
    assert broken_off == (session if text else None)
    raw = [line for line in session.parts[0].read_bytes().splitlines() if line[:1] != b"#"]
    sent = recording.splitlines()
    assert raw == sent[: len(raw)]
    assert len(raw) > int(number) - 50
    if len(raw) > 1:
        outcome = jihwa("transcribe", session.parts[0], "--format", "json")
        assert outcome.code == 0
        assert json.loads(outcome.out)["duration_s"] > 0
