"""The live session: bytes and keys in, one text out, whatever happens to the line."""

import math
import threading

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from live import Follower, Wire, session, signals, stranger, until

from jihwa.data.formats.lines import LineParser
from jihwa.data.messages import DataError, Message
from jihwa.io.live.journal import SessionLog
from jihwa.io.live.session import LiveSession
from jihwa.io.sources.source import Link


def test_what_the_hand_spells_is_on_the_page(line):
    data = line("안녕하세요")
    with session() as (live, wire):
        wire.give(data)
        until(signals(live, data.count(b"\n") - 1))
        assert live.state.text.committed + live.state.text.preedit == "안녕하세요"
        assert live.state.connection.link is Link.LIVE
    assert live.state.text.committed == "안녕하세요"
    assert live.failure is None
    assert wire.closed


def test_nothing_is_held_while_nothing_comes(line):
    data = line("학")
    with session(pause_s=math.inf) as (live, wire):
        wire.give(data[: len(data) // 2])
        until(lambda: live.state.hold)
        wire.connect(Link.LOST)
        until(lambda: live.state.connection.link is Link.LOST)
        assert live.state.hold is None
        assert live.state.signal.rate_hz == 0


def test_the_end_of_the_source_completes_the_text(line):
    with session() as (live, wire):
        wire.give(line("학교"))
        wire.connect(Link.ENDED)
        until(lambda: live.state.text.committed == "학교")
        assert live.state.text.preedit == ""


@settings(
    max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(cuts=st.lists(st.integers(1, 3000), min_size=1, max_size=12))
def test_any_cut_of_the_bytes_gives_the_text_of_the_whole_recording(cuts, line, engine):
    data = line("우리 같이", "normal")
    parser = LineParser()
    whole = engine.run([parser.feed(data), parser.flush()]).text
    for pause_s in (math.inf, 2.5):
        with session(pause_s=pause_s) as (live, wire):
            place = 0
            while place < len(data):
                for size in cuts:
                    wire.give(data[place : place + size])
                    place += size
            wire.connect(Link.ENDED)
        assert live.state.text.committed == whole


def test_keyboard_and_hand_write_at_the_same_cursor(line):
    data = line("학교")
    with session() as (live, wire):
        live.writing.type("A ")
        wire.give(data)
        until(signals(live, data.count(b"\n") - 1))
        live.writing.type("!")
        until(lambda: live.state.text.committed == "A 학교!")
        live.writing.backspace()
        until(lambda: live.state.text.committed == "A 학교")


def test_bytes_that_come_while_the_models_load_are_not_lost(line):
    loaded, wire, wearer = threading.Event(), Wire(), stranger()

    def prepare():
        loaded.wait()
        return wearer.engine()

    live = LiveSession(wire, prepare, SessionLog())
    live.start()
    wire.give(line("학교"))
    live.writing.type("?")
    assert not live.state.ready
    loaded.set()
    until(lambda: live.state.ready)
    live.close()
    assert live.state.text.committed == "학교?"


def test_models_that_cannot_be_loaded_are_told_and_the_program_goes_on():
    def prepare():
        raise DataError(ko="모델이 손상되었습니다.", en="The model is damaged.")

    live = LiveSession(Wire(), prepare, SessionLog("쓰던 글"))
    live.start()
    until(lambda: live.failure)
    live.close()
    assert live.state.notices[-1].en == "The model is damaged."
    assert live.state.text.committed == "쓰던 글"


def test_a_hold_shows_its_letters_while_it_goes_on(line):
    data = line("가")
    cut = len(data) * 2 // 5  # in the middle of the first letter, or of the second
    with session() as (live, wire):
        wire.give(data[:cut])
        hold = until(lambda: live.state.hold)
        assert 0 <= hold.acceptance <= 1
        assert hold.duration_s > 0
        assert hold.letters[0][1] >= hold.letters[1][1]


def test_a_long_rest_completes_the_text(line):
    data = line("학교")
    *_, last = data.strip().split(b"\n")
    fields = last.split(b",")
    began_ms = int(fields[0])
    resting = b"".join(
        b",".join([b"%d" % (began_ms + 30 * i), *fields[1:-1], b"%d" % (780 + i % 3)]) + b"\n"
        for i in range(1, 120)
    )
    follower = Follower()
    with session(sinks=[follower], pause_s=2.5) as (live, wire):
        wire.give(data)
        until(signals(live, data.count(b"\n") - 1))
        assert live.state.text.preedit
        wire.give(resting)
        until(lambda: live.state.text.committed == "학교")
        assert live.state.text.preedit == ""
        assert [update.complete for update in follower.updates].count(True) == 1


def test_a_line_that_is_lost_completes_the_text_too(line):
    with session(pause_s=0.3) as (live, wire):
        wire.give(line("학교"))
        wire.connect(Link.LOST)
        until(lambda: live.state.text.committed == "학교")
        assert live.state.connection.link is Link.LOST


def test_after_a_lost_line_the_text_goes_on_where_it_was(line):
    first, second = line("학교"), line("에서", seed=4)
    with session() as (live, wire):
        wire.give(first[: -len(first) // 30])  # torn in the middle of a line
        wire.connect(Link.LOST)
        wire.connect(Link.LIVE)
        wire.give(second[7:])  # the board was reset: its first line is torn too
    assert live.state.text.committed.replace(" ", "") == "학교에서"
    assert live.state.signal.gaps == 1


def test_while_recognition_is_paused_the_signal_is_shown_but_nothing_is_written(line):
    data = line("학교")
    with session() as (live, wire):
        live.pause(True)
        wire.give(data)
        until(signals(live, data.count(b"\n") - 1))
        assert live.state.paused
        assert live.state.hold is None
        live.pause(False)
        live.writing.type("끝")
        until(lambda: live.state.text.committed == "끝")


def test_candidates_come_when_nothing_else_is_to_do_and_can_be_chosen(line):
    data = line("학교 앞에서")
    with session() as (live, wire):
        wire.give(data)
        wire.connect(Link.ENDED)
        until(lambda: live.state.text.candidates)
        assert [word.text for word in live.state.text.words] == ["학교", "앞에서"]
        live.writing.select(0)
        page = until(lambda: live.state.text.selected == 0 and live.state.text)
        until(lambda: live.state.text.candidates and live.state.text.candidates[0].text == "학교")
        live.writing.choose(0, "집")
        until(lambda: live.state.text.committed == "집 앞에서")
        live.writing.select(17)
        live.writing.choose(17, "없음")
        live.writing.type("!")
        until(lambda: live.state.text.committed == "집 앞에서!")
        assert page.selected == 0


def test_an_older_text_stands_before_the_new_one_and_can_be_taken_back(line):
    data = line("학교")
    with session(SessionLog("우리 ")) as (live, wire):
        assert live.state.text.committed == "우리 "
        wire.give(data)
        wire.connect(Link.ENDED)
        until(lambda: live.state.text.committed == "우리 학교")
        live.writing.clear()
        until(lambda: live.state.text.committed == "우리 ")
        live.writing.undo()
        until(lambda: live.state.text.committed == "우리 학교")
        live.writing.clear()
        live.writing.clear()
        until(lambda: live.state.text.committed == "")
    with session(SessionLog("우리 학교 앞")) as (live, _):
        live.writing.backspace()
        until(lambda: live.state.text.committed == "우리 학교 ")
        live.writing.backspace_word()
        until(lambda: live.state.text.committed == "우리 ")


def test_a_sink_that_fails_is_left_out_and_the_text_is_safe(line):
    class Broken(Follower):
        def update(self, update, emission):
            raise RuntimeError("no paper")

    follower = Follower()
    with session(sinks=[Broken(), follower]) as (live, _):
        live.writing.type("가")
        live.writing.type("나")
        until(lambda: live.state.text.committed == "가나")
        assert "Broken" in live.state.notices[-1].en
        assert len(live.state.notices) == 1
    assert follower.committed == "가나"
    assert follower.transcript.text == "가나"


def test_a_failure_inside_keeps_text_and_journal_and_is_told():
    class Forgetful(SessionLog):
        def raw(self, lines, layout):
            raise MemoryError

        def close(self, *, ended=True):
            self.ended = ended

    journal = Forgetful("쓰던 글")
    with session(journal) as (live, wire):
        wire.give(b"timestamp,flex1\n")
        assert "MemoryError" in until(lambda: live.state.notices)[-1].en
        assert live.failure
    assert live.state.text.committed == "쓰던 글"
    assert journal.ended is False


def test_notices_are_shown_and_bounded():
    with session() as (live, _):
        for number in range(50):
            live.notify(Message(ko=f"{number}", en=f"{number}"))
        until(lambda: live.state.notices and live.state.notices[-1].en == "49")
        assert len(live.state.notices) < 20
