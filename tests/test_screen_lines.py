"""A session as lines, for screen readers and pipes."""

import io
import os
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from benchmarks.signals import FLEX_FAULTS, IMU_FAULTS, broken
from emissions import BASIC, emission

from jihwa.composer.text.transcript import TextEdit, Transcript, Update, Word
from jihwa.data.formats.writers import write_recording
from jihwa.data.messages import Message
from jihwa.data.signal.sensors import SENSORS, Fault, FaultKind
from jihwa.io.live.state import Answers, LiveState, SignalState
from jihwa.io.screen.lines import SessionLines
from jihwa.io.sources.source import Connection, Link

NOTHING = TextEdit(0, "")


@pytest.fixture
def printed(alphabet, request):
    """A screen, and the lines it has printed since they were asked for last."""
    stream = io.StringIO()
    screen = SessionLines(stream, alphabet, "en", getattr(request, "param", None))

    def lines():
        text = stream.getvalue()
        stream.seek(0)
        stream.truncate()
        return text.splitlines()

    return screen, lines


def final(committed, preedit="", **details):
    return Update(NOTHING, committed, preedit, **details)


def test_words_are_told_once_they_are_final_and_over(printed):
    screen, lines = printed
    screen.update(final("오늘 저", "녁"), None)
    assert lines() == ["= 오늘"]
    screen.update(final("녁에\n", "같"), None)
    assert lines() == ["= 저녁에"]
    screen.update(final("같이", complete=True), None)
    assert lines() == ["= 같이"]


def test_word_that_was_taken_back_before_it_was_over_is_never_told(printed):
    screen, lines = printed
    screen.update(final("아침"), None)
    screen.update(final("저녁 ", withdrawn=2), None)
    assert lines() == ["= 저녁"]


def test_rest_of_the_text_is_told_at_its_end(printed):
    screen, lines = printed
    screen.update(final("안녕", "하"), None)
    edit = TextEdit(1, "하세요")
    screen.finish(Transcript("안녕하세요", (), (), (), edit))
    assert lines() == ["= 안녕하세요"]


WORDS = [Word(text, 0, 0, sure) for text, sure in (("오늘", 0.2), ("저녁에", 0.9), ("녹", 0.2))]


@pytest.mark.parametrize("printed", [lambda: WORDS], indirect=True)
def test_doubtful_words_are_underlined_once_they_are_over(printed):
    screen, lines = printed
    screen.update(final("오늘 ", "저녁에 녹"), emission({"ㄱ": 0.0}, alphabet=BASIC))
    preview, told = lines()
    assert preview.endswith("  \x1b[4m오늘\x1b[24m 저녁에 녹")
    assert told == "= \x1b[4m오늘\x1b[24m"
    screen.finish(Transcript("오늘 저녁에 녹", (), tuple(WORDS), (), TextEdit(0, "")))
    assert lines() == ["= 저녁에 \x1b[4m녹\x1b[24m"]


def test_pipe_gets_nothing_but_text(printed):
    screen, lines = printed
    screen.update(final("오늘 ", "저녁에 녹"), emission({"ㄱ": 0.0}, alphabet=BASIC))
    screen.finish(Transcript("오늘 저녁에 녹", (), tuple(WORDS), (), TextEdit(0, "")))
    assert "\x1b" not in "".join(lines())


def test_changes_of_the_connection_are_told_once(printed):
    screen, lines = printed
    reason = Message(ko="빠졌습니다.", en="The cable is \x1b[2Jout.")
    live = LiveState(connection=Connection(Link.LIVE, "COM3"))
    lost = replace(live, connection=Connection(Link.LOST, "COM3", reason))
    for state in (live, live, lost, replace(lost, paused=True), lost):
        screen.follow(state)
    assert lines() == [
        "* connected  COM3",
        "* lost · reconnecting  COM3",
        "! The cable is [2Jout.",
        "* ‖ paused",
        "* reading again",
    ]


def test_every_answer_is_told_once(printed):
    screen, lines = printed
    screen.follow(LiveState())
    lines()
    one = Answers().followed_by("네")
    three = one.followed_by("네").followed_by("아니요")  # two came at once
    for answers in (one, one, three, three.followed_by("")):
        screen.follow(LiveState(answers=answers))
    assert lines() == ["< 네", "< 네", "< 아니요"]


def test_notices_are_told_once(printed):
    screen, lines = printed
    screen.follow(LiveState())
    lines()
    first, second = Message("하나", "one"), Message("둘", "two")
    for n_told, notices in enumerate(((first,), (first, second), (second, first)), start=1):
        screen.follow(LiveState(notices=notices, n_told=n_told))
    assert lines() == ["! one", "! two", "! one"]


def test_sensors_that_fail_are_told_once_and_so_is_their_end(printed):
    screen, lines = printed

    def sensors(*faults, **details):
        screen.follow(LiveState(signal=SignalState(faults=faults, **details)))
        return [line for line in lines() if line != "* opening"]

    index, again = (Fault(1, FaultKind.NOISY, since_s) for since_s in (2.0, 3.0))
    thumb = Fault(0, FaultKind.DEAD, 3.0)
    (told,) = sensors(index)
    assert told.startswith("! The index finger (flex2) sensor jumps from 2.0 s on")
    (told,) = sensors(thumb, again)
    assert told.startswith("! The thumb (flex1) sensor is dead")
    assert sensors(blindness=Message("없음", "none")) == []  # of all of them a notice tells
    assert sensors(again) == ["* thumb (flex1): read again"]
    assert sensors(replace(again, kind=FaultKind.DEAD))[0].startswith("! The index finger (flex2)")
    assert sensors() == ["* index finger (flex2): read again"]


@pytest.mark.parametrize("readings", [*FLEX_FAULTS, *IMU_FAULTS])
def test_broken_sensor_is_told_in_lines(jihwa, spell, tmp_path, monkeypatch, readings):
    is_flex = readings in FLEX_FAULTS
    sensor, (_, reads) = (1, FLEX_FAULTS[readings]) if is_flex else (5, IMU_FAULTS[readings])
    frames = broken(spell("학교", "slow").frames, sensor, reads, np.random.default_rng(0))
    with (tmp_path / "broken.csv").open("w", encoding="utf-8") as stream:
        write_recording(stream, frames)
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    source = ("--source", f"replay:{tmp_path / 'broken.csv'}?speed=0")
    told = jihwa("type", "--plain", "--new", *source).out
    assert f"! The {SENSORS[sensor].name.en} sensor" in told


def test_pipe_gets_what_the_glove_spells_and_what_is_typed(data_home):
    command = [sys.executable, "-m", "jihwa.io", "--lang", "en", "type", "--new"]
    done = subprocess.run(
        [*command, "--source", "sim:안녕하세요?speed=fast"],
        input="먼저\n",
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        check=True,
    )
    lines = done.stdout.splitlines()
    assert [line for line in lines if line.startswith("= ")] == ["= 먼저", "= 안녕하세요"]
    assert "* connected  sim" in lines
    assert sum("%" in line for line in lines) >= 12
    assert done.stderr == ""


def test_recording_beside_the_session_can_be_transcribed(jihwa, tmp_path, monkeypatch):
    file = tmp_path / "hello.csv"
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    source = ("--source", "sim:안녕하세요?speed=fast")
    assert jihwa("type", "--plain", "--new", *source, "--record", file).code == 0
    assert jihwa("transcribe", file).out == "안녕하세요\n"


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ("", "-: not one sample came. Check the glove"),
        (
            "# hello\nfoo,bar\n" + "1,2\n" * 200,
            "line(s) came and none can be read. The columns are foo,bar",
        ),
    ],
)
def test_what_cannot_be_read_is_told_once_and_fails(sent, told):
    done = subprocess.run(
        [sys.executable, "-m", "jihwa.io", "--lang", "en", "type", "--new", "--source", "-"],
        input=sent,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 1
    assert done.stdout.count("! ") == 1
    assert told in done.stdout


def test_fields_of_an_unknown_glove_are_named_and_its_journal_is_a_recording(
    jihwa, tmp_path, monkeypatch, spell
):
    frames = spell("학교", "slow", wearer=7, seed=3).frames
    rows = np.column_stack([frames.flex_adc[:, ::-1], frames.accel_g, 1000 * frames.time_s])
    file, copy = tmp_path / "odd.txt", tmp_path / "copy.csv"
    np.savetxt(file, rows, "%.3f", delimiter=",")
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    fields = "flex5,flex4,flex3,flex2,flex1,accel_x,accel_y,accel_z,timestamp"
    source = ("--source", f"replay:{file}?speed=0", "--layout", fields)
    typed = jihwa("type", "--plain", "--new", *source, "--record", copy)
    assert "= 학교\n" in typed.out
    assert jihwa("transcribe", copy).out == "학교\n"
