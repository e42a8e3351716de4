"""What is held right now is shown in the preedit; nothing comes of it until the hold is over."""

import math

import pytest
from live import Follower, session, signal_of, until

from jihwa.io.sources.source import Link


@pytest.fixture(scope="module")
def halves(spell):
    """What a glove sends until the middle of a letter, and then: `halves("학교", 1)`."""

    def halves(text, letter, pace="slow"):
        spelled = spell(text, pace, wearer=2, seed=3)
        frames, sign = spelled.frames, spelled.signs[letter]
        middle_s = frames.time_s[0] + (sign.start_s + sign.end_s) / 2
        before = signal_of(frames[frames.time_s < middle_s])
        return before, signal_of(frames)[len(before) :]

    return halves


@pytest.fixture(scope="module")
def held(halves):
    """The first of them alone."""
    return lambda text, letter: halves(text, letter)[0]


def all_read(live, data):
    return lambda: live.state.signal.samples == data.count(b"\n") - 1


@pytest.mark.parametrize(("letter", "shown"), [(0, "ㅎ"), (1, "하"), (2, "한")])
def test_the_letter_that_is_held_is_shown_while_it_is_held(held, letter, shown):
    data = held("한국", letter)
    with session(pause_s=math.inf) as (live, wire):
        wire.give(data)
        until(all_read(live, data))
        assert live.state.text.preedit == shown
        assert live.state.text.committed == ""


def test_nobody_but_the_screen_sees_it_before_it_is_over(held):
    data, follower = held("학교", 0), Follower()
    with session(sinks=[follower], pause_s=math.inf) as (live, wire):
        wire.give(data)
        until(lambda: live.state.text.preedit == "ㅎ")
        assert not any(update.edit for update in follower.updates)
    assert follower.transcript.text == "ㅎ"


def test_it_stays_where_the_line_is_lost_and_is_taken_when_nothing_comes_any_more(held):
    data = held("학교", 4)
    with session(pause_s=1.0) as (live, wire):
        wire.give(data)
        until(lambda: live.state.text.preedit == "학교")
        wire.connect(Link.LOST)
        page = until(lambda: live.state.connection.link is Link.LOST and live.state.text)
        assert page.committed + page.preedit == "학교"
        until(lambda: live.state.text.committed == "학교")
        assert live.state.text.preedit == ""


def test_keys_act_on_what_is_seen(held):
    data = held("학교", 1)
    with session(pause_s=math.inf) as (live, wire):
        wire.give(data)
        until(lambda: live.state.text.preedit == "하")
        live.writing.backspace()
        until(lambda: live.state.text.preedit == "ㅎ")
        live.writing.type("!")
        until(lambda: live.state.text.committed == "ㅎ!")


@pytest.mark.parametrize("pace", ["slow", "normal", "natural"])
@pytest.mark.parametrize("key", ["!", ""])
def test_a_hold_that_a_key_took_in_is_not_taken_in_again_when_it_ends(halves, pace, key):
    before, behind = halves("나가", 1, pace)
    with session(pause_s=math.inf) as (live, wire):
        wire.give(before)
        until(lambda: live.state.text.preedit == "나")
        live.writing.type(key) if key else live.writing.complete()
        until(lambda: live.state.text.committed == f"나{key}")
        wire.give(behind)
    assert live.state.text.committed == f"나{key}가"


def test_a_letter_that_was_taken_back_while_it_was_held_does_not_return(halves):
    before, behind = halves("나가", 1)
    with session(pause_s=math.inf) as (live, wire):
        wire.give(before)
        until(lambda: live.state.text.preedit == "나")
        live.writing.backspace()
        live.writing.type("!")
        until(lambda: live.state.text.committed == "ㄴ!")
        wire.give(behind)
    assert live.state.text.committed == "ㄴ!가"


def test_a_hand_at_rest_is_not_taken_in_by_a_key(halves, spell):
    before, behind = halves("나무", 3)
    with session(pause_s=math.inf) as (live, wire):
        wire.give(before + behind)
        until(lambda: live.state.text.preedit == "나무")
        live.writing.type("가")
        until(lambda: live.state.text.committed == "나무가")


def test_a_word_that_is_chosen_is_the_one_that_is_seen(halves):
    before, behind = halves("나무", 1)
    with session(pause_s=math.inf) as (live, wire):
        wire.give(before)
        until(lambda: live.state.text.preedit == "나")
        live.writing.select(0)
        page = until(lambda: live.state.text.selected == 0 and live.state.text)
        assert [word.text for word in page.words] == ["나"]
        live.writing.choose(0, "너")
        until(lambda: live.state.text.committed == "너")
        wire.give(behind)
    assert live.state.text.committed == "너무"


def test_a_paused_session_shows_nothing_that_is_held(held):
    data = held("학교", 0)
    with session(pause_s=math.inf) as (live, wire):
        live.pause(True)
        wire.give(data)
        until(all_read(live, data))
        assert live.state.text.preedit == ""
        assert live.state.hold is None
