"""Sessions on disk: listed, shown, gone on with, deleted and tidied up."""

import io
import json
import os
import time

import jsonschema
import pytest

from jihwa.composer.text.transcript import TextEdit
from jihwa.io.live import archive
from jihwa.io.writers.plain import schema


@pytest.fixture
def typed():
    """A session that was typed and ended, or not: `typed("안녕", ended=False)`."""

    def typed(text, *, ended=True, raw=b""):
        journal = archive.begin("sim:", None)
        if raw:
            journal.raw(raw)
        journal.edit(TextEdit(0, text))
        journal.close(ended=ended)
        return archive.sessions()[-1]

    return typed


def test_without_a_session_the_list_says_how_to_begin_one(jihwa):
    outcome = jihwa("sessions")
    assert outcome.code == 0
    assert "jihwa type" in outcome.out
    assert "없습니다" in jihwa("sessions", "list", "--lang", "ko").out


def test_sessions_are_listed_with_what_they_came_to(jihwa, typed):
    first, second = typed("안녕 하세요"), typed("중간에", ended=False)
    lines = jihwa("sessions").out.splitlines()
    assert [line.split()[0] for line in lines] == [first.name, second.name]
    assert "5 characters" in lines[0]
    assert lines[0].endswith("ended  안녕 하세요")
    assert lines[1].endswith("broken off  중간에")
    assert "중단됨" in jihwa("sessions", "--lang", "ko").out


def test_a_session_is_shown_by_the_beginning_of_its_name(jihwa, typed):
    session = typed("학교에서")
    outcome = jihwa("sessions", "show", session.name[:8])
    assert outcome.out.endswith("\n학교에서\n")
    assert str(session.parts[0]) in outcome.out
    typed("둘")
    assert jihwa("sessions", "show", session.name[:8]).code == 2
    assert jihwa("sessions", "show", "1999").code == 2


def test_sessions_are_deleted_by_name_or_all(jihwa, typed):
    sessions = [typed(text) for text in "가나다"]
    assert jihwa("sessions", "delete", sessions[0].name, "--yes").code == 0
    assert [session.name for session in archive.sessions()] == [s.name for s in sessions[1:]]
    assert jihwa("sessions", "delete").code == 2
    assert jihwa("sessions", "delete", "--all", "--yes").code == 0
    assert list(archive.folder().iterdir()) == []


def test_deleting_asks_and_enter_alone_deletes_nothing(jihwa, typed, monkeypatch):
    session = typed("남을 글")
    refused = jihwa("sessions", "delete", "--all")
    assert (refused.code, "Add --yes" in refused.err) == (2, True)
    for answers, left in ((["x", ""], [session]), (["n"], [session]), (["y"], [])):
        monkeypatch.setattr("sys.stdin", Terminal(answers))
        assert jihwa("sessions", "delete", session.name).code == 0
        assert archive.sessions() == left


class Terminal(io.StringIO):
    """Where somebody answers."""

    def __init__(self, answers):
        super().__init__("\n".join(answers) + "\n")

    def isatty(self):
        return True


def test_a_session_that_is_being_written_is_not_deleted(jihwa):
    journal = archive.begin("sim:", None)
    outcome = jihwa("sessions", "delete", "--all", "--yes")
    assert outcome.code == 1
    assert "being written" in outcome.err
    assert "being written" in jihwa("sessions").out
    journal.raw(b"1\n")
    journal.close()
    assert len(archive.sessions()) == 1


def test_a_session_to_which_nothing_came_leaves_nothing(data_home):
    journal = archive.begin("sim:", None)
    assert len(archive.sessions()) == 1
    journal.close()
    assert list(archive.folder().iterdir()) == []
    assert all(path.stat().st_mode & 0o077 == 0 for path in data_home.rglob("*"))


def test_a_session_that_broke_off_is_offered_and_goes_on_with_its_text(typed):
    assert archive.unfinished() is None
    broken_off = typed("쓰던 글", ended=False)
    assert archive.unfinished() == broken_off
    journal = archive.unfinished().resume()
    assert journal.text == "쓰던 글"
    assert archive.unfinished() is None  # it is in use
    journal.edit(TextEdit(1, "말"))
    journal.close()
    (session,) = archive.sessions()
    assert len(session.parts) == 2
    assert session.contents().text == "쓰던 말"
    assert archive.unfinished() is None


def test_without_a_terminal_it_is_told_how_to_go_on(jihwa, typed, monkeypatch):
    broken_off = typed("쓰던 글", ended=False)
    monkeypatch.setattr("sys.stdin", io.StringIO())
    words = ("type", "--plain", "--source", "sim:가?speed=fast")
    assert f"jihwa sessions continue {broken_off.name}" in jihwa(*words).err
    assert broken_off in archive.sessions()
    assert "unfinished" not in jihwa(*words, "--new").err


def test_sessions_that_begin_in_the_same_second_never_share_a_file():
    journals = [archive.begin("sim:", None) for _ in range(3)]
    for journal, text in zip(journals, "가나다", strict=True):
        journal.edit(TextEdit(0, text))
        journal.close()
    journals.append(archive.begin("sim:", None))  # what has ended is not written over either
    journals[-1].edit(TextEdit(0, "라"))
    journals[-1].close()
    assert [session.contents().text for session in archive.sessions()] == [*"가나다라"]


def test_a_session_that_is_put_away_is_not_offered_again(typed):
    session = typed("됐어", ended=False)
    session.put_away()
    assert archive.unfinished() is None
    assert session.contents().text == "됐어"


def test_a_session_without_a_text_is_not_offered_but_the_one_before_it_is(typed):
    session = typed("쓰던 글", ended=False)
    typed("", ended=False)
    assert archive.unfinished() == session


def test_old_sessions_go_and_so_do_the_oldest_when_there_is_too_much(typed):
    old, large, kept = typed("옛날"), typed("큰", raw=b"#\n" * 100_000), typed("지금")
    days_ago_s = time.time() - 40 * 86_400
    os.utime(old.parts[0], (days_ago_s, days_ago_s))
    assert archive.tidy(keep_days=30, keep_mb=1) == 1
    assert archive.sessions() == [large, kept]
    assert archive.tidy(keep_days=30, keep_mb=0.1) == 1
    assert archive.sessions() == [kept]


def test_what_can_be_gone_on_with_is_never_tidied_up(typed):
    session = typed("아직", ended=False)
    assert archive.tidy(keep_days=0, keep_mb=0) == 0
    assert archive.sessions() == [session]


def test_a_damaged_file_does_not_hide_the_others(jihwa, typed):
    session = typed("멀쩡")
    (archive.folder() / "broken.001.csv").write_bytes(b"")
    outcome = jihwa("sessions")
    assert outcome.code == 0
    assert session.name in outcome.out
    assert "broken" in outcome.out
    assert archive.unfinished() is None


# --- written out, gone on with


def sample_lines(first_s, last_s):
    rows = (
        f"{10 * i},0,0,0,0,0,1,800,800,800,800,800\n" for i in range(first_s * 100, last_s * 100)
    )
    return "".join(rows).encode()


HEADER = b"timestamp,pitch,roll,yaw,accel_x,accel_y,accel_z,flex1,flex2,flex3,flex4,flex5\n"


@pytest.fixture
def spelled():
    """Of two words and a correction, gone on with after a reset, which takes two seconds."""
    journal = archive.begin("sim:", "me")
    journal.raw(HEADER + sample_lines(0, 4))
    journal.edit(TextEdit(0, "안녕"))
    journal.raw(sample_lines(4, 6))
    journal.edit(TextEdit(0, " 하새요"))
    journal.edit(TextEdit(2, "세요"))
    journal.close(ended=False)
    journal = archive.sessions()[-1].resume()
    journal.raw(HEADER + sample_lines(0, 3))
    journal.edit(TextEdit(0, "\n네"))
    journal.close()
    return archive.sessions()[-1]


def test_a_session_is_written_out_with_its_times(jihwa, spelled, tmp_path):
    assert jihwa("sessions", "export", spelled.name).out == "안녕 하세요\n네\n"
    (document,) = map(
        json.loads, jihwa("sessions", "export", spelled.name, "--format", "json").out.splitlines()
    )
    jsonschema.validate(document, schema())
    words = {word["text"]: (word["start_s"], word["end_s"]) for word in document["words"]}
    assert words["안녕"] == pytest.approx((0.0, 3.99), abs=0.02)
    assert words["하세요"] == pytest.approx((3.99, 5.99), abs=0.02)
    assert words["네"][1] == pytest.approx(11.0, abs=0.1)
    assert document["duration_s"] == pytest.approx(11.0, abs=0.1)
    done = jihwa(
        "sessions", "export", spelled.name[:6], "--format", "srt", "--output", tmp_path / "x.srt"
    )
    assert (done.code, done.out) == (0, "")
    first, *_ = (tmp_path / "x.srt").read_text("utf-8").split("\n\n")
    assert first == "1\n00:00:00,000 --> 00:00:05,990\n안녕 하세요"


def test_a_text_without_a_signal_is_written_out_too(jihwa, typed):
    session = typed("손으로 안 쓴 글\x1b[2J")
    assert jihwa("sessions", "export", session.name).out == "손으로 안 쓴 글[2J\n"
    srt = jihwa("sessions", "export", session.name, "--format", "srt")
    assert (srt.code, "손으로" in srt.out) == (0, True)
    assert jihwa("sessions", "export", "1999").code == 2
    assert jihwa("sessions", "export", session.name, "--output", "no/such/folder/x").code == 2


def test_a_session_is_gone_on_with_by_its_name(jihwa, typed, pipe_in):
    first = typed("먼저")
    typed("나중", ended=False)
    pipe_in(b"")
    done = jihwa("sessions", "continue", first.name, "--plain", "--source", "sim:네?speed=fast")
    assert done.code == 0
    (gone_on,) = (each for each in archive.sessions() if each.name == first.name)
    assert gone_on.contents().text.startswith("먼저")
    assert gone_on.contents().text.endswith("네")
    assert len(gone_on.parts) == 2
