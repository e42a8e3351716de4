"""What the screen shows, as lines of characters: a plain function of the session's state."""

from dataclasses import replace
from datetime import datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from prompt_toolkit.utils import get_cwidth
from seen import points

from jihwa.composer.text.transcript import Candidate, Completion, Word
from jihwa.data.messages import Message
from jihwa.data.signal.sensors import Fault, FaultKind
from jihwa.io.live.past import FinishedText
from jihwa.io.live.state import (
    Answers,
    CalibrationProgress,
    HoldState,
    LiveState,
    Notices,
    SignalState,
    TextState,
)
from jihwa.io.screen.cells import clean, cleaned
from jihwa.io.screen.drawing import Size, draw
from jihwa.io.screen.full_screen import STYLE, TOLD_S, News
from jihwa.io.screen.hand import skeleton
from jihwa.io.screen.keys import BINDINGS
from jihwa.io.screen.view import Place, View
from jihwa.io.sources.source import Connection, Link
from jihwa.io.user.phrases import Phrase
from jihwa.recognizer.calibration import Prompt

DINNER = TextState(
    committed="오늘 저녁에 같이 ",
    preedit="밥 먹",
    words=(
        Word("저녁에", 0, 1, 0.2),
        Word("같이", 1, 2, 0.9),
        Word("밥", 2, 3, 0.9),
        Word("먹", 3, 4, 0.2),
    ),
    candidates=(Candidate("먹", -0.1), Candidate("멋", -2.0)),
)
LIVE = LiveState(
    ready=True,
    connection=Connection(Link.LIVE, "/dev/ttyACM0"),
    signal=SignalState(
        rate_hz=49.7,
        samples=1000,
        damaged=2,
        flex_adc=np.array([780.0, 780.0, 850.0, 900.0, np.nan]),
        gravity_g=np.array([-1.0, 0.0, 0.1]),
    ),
    hold=HoldState((("ㅇ", 0.93), ("ㅋ", 0.04), ("rest", 0.02)), duration_s=0.5, acceptance=0.6),
    text=DINNER,
)
GLOVE_OFF = LiveState(ready=True, connection=Connection(Link.LOST, "COM3"))
KOREAN, ENGLISH = View("ko"), View("en")


def shown(state=LIVE, view=KOREAN, columns=80, rows=24):
    """The screen as text."""
    lines = draw(cleaned(state), view, Size(columns, rows))
    return "\n".join("".join(text for _, text in line).rstrip() for line in lines)


def styled(text, state=LIVE, view=KOREAN):
    """The style in which a text is shown."""
    lines = draw(cleaned(state), view, Size(80, 24))
    return next(style for line in lines for style, shown in line if text in shown)


def test_status_says_how_the_line_is_in_words():
    assert "● 연결됨  /dev/ttyACM0  50 Hz  손상 2  빠짐 0" in shown()
    assert "● connected  /dev/ttyACM0  50 Hz  damaged 2" in shown(view=ENGLISH)
    assert "× 끊김 · 다시 잇는 중  COM3" in shown(GLOVE_OFF)
    assert "◌ searching" in shown(LiveState(connection=Connection(Link.SEARCHING)), ENGLISH)
    assert "loading the models" in shown(LiveState(), ENGLISH)
    assert "‖ 멈춤" in shown(replace(LIVE, paused=True))
    assert "me · 문장마다 말하기" in shown(view=replace(KOREAN, profile="me", speaks="sentence"))


def test_what_is_wrong_is_told_with_its_reason():
    reason = Message(ko="케이블이 빠졌습니다.", en="The cable is out.")
    lost = replace(LIVE, connection=Connection(Link.LOST, "COM3", reason))
    assert "! The cable is out." in shown(lost, ENGLISH)
    thumb, blind = Fault(0, FaultKind.DEAD, 1.0), Message("", "No finger can be believed.")
    faulty = replace(LIVE, signal=replace(LIVE.signal, faults=(thumb,), blindness=blind))
    assert "! The thumb (flex1) sensor is dead" in shown(faulty, ENGLISH)
    assert "! No finger can be believed." in shown(faulty, ENGLISH)


def test_newest_notice_comes_first_and_says_if_there_is_more():
    long = Message(ko="", en="The glove has been silent for long. " * 6)
    told = replace(LIVE, notices=(Message("", "Old news."), long))
    lines = [line for line in shown(told, ENGLISH, columns=80).splitlines() if "glove" in line]
    assert lines[0].startswith("  ! The glove has been silent")
    assert lines[1].endswith("…")
    assert "Old news" not in shown(told, ENGLISH)
    both = replace(LIVE, notices=(Message("", "Old news."), Message("", "New news.")))
    assert "  ! Old news.\n  ! New news.\n" in shown(both, ENGLISH)


def test_straight_finger_has_an_empty_bar_and_a_dead_one_none():
    bars = {line.split()[0]: line.split()[1] for line in shown().splitlines()[2:7]}
    fullness = {name: bar.count("━") / len(bar) for name, bar in bars.items()}
    assert fullness["엄지"] < fullness["중지"] < fullness["약지"] <= 1
    assert bars["새끼"] == "–"


@pytest.mark.parametrize(
    ("gravity_g", "told"),
    [
        ([-1, 0, 0.1], "↑ fingers up · back up"),
        ([1, 0, -0.1], "↓ fingers down · palm up"),
        ([0, -1, 0], "→ fingers level · thumb up"),
        ([0.5, 1, 0.2], "↘ fingers slant down · little finger up"),
    ],
)
def test_tilt_is_told_in_words(gravity_g, told):
    signal = replace(LIVE.signal, gravity_g=np.array(gravity_g, float))
    assert told in shown(replace(LIVE, signal=signal), ENGLISH)


def test_hold_shows_its_letters_and_how_near_it_is_to_being_taken():
    lines = shown().splitlines()
    letters = [line.split()[2:] for line in lines[2:5]]
    assert [(name, share) for name, _, share in letters] == [
        ("ㅇ", "93%"),
        ("ㅋ", "4%"),
        ("쉼", "2%"),
    ]
    taken = next(line.split("받기까지")[1].strip() for line in lines if "받기까지" in line)
    assert taken.count("━") / len(taken) == pytest.approx(0.6, abs=0.05)
    assert "손이 움직입니다" in shown(replace(LIVE, hold=None))
    assert "신호가 없습니다" in shown(GLOVE_OFF)


def test_final_and_open_text_are_told_apart_with_and_without_colours():
    assert "committed" in styled("같이")
    assert "preedit" in styled("밥 먹")
    assert "오늘 저녁에 같이 밥 먹\n" in shown()
    assert "오늘 저녁에 같이 [밥 먹]\n" in shown(view=replace(KOREAN, colours=False))


def test_doubtful_word_is_underlined_and_nothing_is_put_into_the_text():
    assert styled("저녁에") == "class:committed class:doubt"
    assert "underline" in dict(STYLE.style_rules)["doubt"]
    assert "?" not in shown()


def test_word_that_is_not_finished_is_not_called_doubtful():
    assert "doubt" not in styled("밥 먹")
    typed_on = replace(DINNER, committed="오늘 저녁에 같이 밥 먹", preedit="", words=DINNER.words)
    assert "doubt" in styled("먹", replace(LIVE, text=replace(typed_on, candidates=())))


def test_candidates_are_numbered_and_the_lit_one_is_marked():
    assert "1 먹   2 멋" in shown()
    choosing = replace(KOREAN, place=Place.CHOOSING, highlight=1)
    state = replace(LIVE, text=replace(DINNER, selected=3))
    assert "selected" in styled("멋", state, choosing)
    assert "selected" in styled("먹", state, choosing)  # the word in the text
    assert "selected" not in styled("먹", LIVE, KOREAN)


def test_completions_stand_in_a_row_of_their_own_and_the_lit_one_is_marked():
    offered = (
        Completion(3, "먹을래", -0.1),
        Completion(3, "먹자", -2.0),
        Completion(4, "같이", -3.0),
    )
    state = replace(LIVE, text=replace(DINNER, completions=offered))
    rows = shown(state).splitlines()
    row = next(row for row in rows if "먹을래" in row)
    assert row.strip() == "→ 먹을래 · 먹자 · +같이"
    assert rows.index(row) + 1 == next(i for i, each in enumerate(rows) if "1 먹" in each)
    lit = replace(KOREAN, lit="먹자")
    assert "먹을래 · → 먹자 · +같이" in shown(state, lit)
    assert "lit" in styled("먹자", state, lit)
    assert "먹을래" not in shown(state, replace(KOREAN, place=Place.CHOOSING))
    assert "밥 먹" in shown(state, rows=6)


def test_end_of_a_long_text_is_shown():
    page = TextState(committed="가나다라 " * 500 + "\n끝", preedit="에")
    lines = shown(replace(LIVE, text=page)).splitlines()
    assert "  끝에" in lines
    assert sum("가나다라" in line for line in lines) > 5


def test_lines_of_a_long_text_stay_where_they_are_while_it_grows():
    text = "가나다라마 " * 5000
    upper = {
        shown(replace(LIVE, text=TextState(committed=text + "바" * n))).splitlines()[9]
        for n in range(8)
    }
    assert len(upper) == 1


def test_small_screen_loses_its_bars_first_and_never_the_text():
    assert "엄지" in shown(rows=24)
    small = shown(columns=40, rows=10)
    assert "엄지" not in small
    assert "ㅇ 93%" in small
    for rows in range(1, 24):
        assert "먹" in shown(rows=rows)


@given(
    columns=st.integers(1, 120),
    rows=st.integers(1, 40),
    place=st.sampled_from(Place),
    state=st.sampled_from([LIVE, GLOVE_OFF, LiveState()]),
    language=st.sampled_from(["ko", "en"]),
)
def test_screen_of_any_size_is_filled_and_not_exceeded(columns, rows, place, state, language):
    if place is Place.CALIBRATION:
        state = replace(state, calibration=CalibrationProgress(Prompt("ㄱ", 1), 3, 20))
    invitation = ("http://192.168.0.10:8517/#abcdefghijklmnop", *["▀" * 33] * 17)
    phrases = (Phrase("물 좀 주세요.", 1, "ㅁㅈ"),)
    view = View(language, place, phrases=phrases, invitation=invitation)
    lines = draw(state, view, Size(columns, rows))
    assert len(lines) <= rows
    assert all(get_cwidth("".join(text for _, text in line)) <= columns for line in lines)


@given(st.text())
def test_nothing_that_a_terminal_obeys_is_ever_written(text):
    message = Message(text, text)
    state = replace(
        LIVE,
        connection=Connection(Link.LOST, text, message),
        text=TextState(text, text, (Word(text, 0, 1, 0.1),), None, (Candidate(text, 0),) * 2),
        answers=Answers((text,), 1),
        notices=(message,),
    )
    for line in draw(cleaned(state), KOREAN, Size(80, 24)):
        assert "".join(text for _, text in line).isprintable()


def test_only_syllables_and_letters_reach_the_terminal():
    assert clean("\u1112\u1161\u11ab\u1100") == "한ㄱ"
    assert clean("a\x1b[31m\tb\u202ec\n") == "a[31m bc "


def test_calibration_shows_sign_pose_own_hand_and_why_not():
    short = Message(ko="너무 짧습니다.", en="Too short.")
    progress = CalibrationProgress(Prompt("ㄱ", 5), done=3, total=20, feedback=short)
    view = replace(ENGLISH, place=Place.CALIBRATION)
    screen = shown(replace(LIVE, calibration=progress), view)
    assert "3/20" in screen
    assert "ㄱ  very bent  take the pose and hold still" in screen
    assert "! Too short." in screen
    (asked,) = (line for line in screen.splitlines() if "fingers slant down" in line)
    assert asked.endswith("↑ fingers up · back up")  # the own hand, beside it


def test_picture_of_a_sign_differs_from_that_of_another():
    def picture(sign):
        progress = CalibrationProgress(Prompt(sign, 1), done=0, total=20)
        screen = shown(
            replace(LIVE, calibration=progress), replace(KOREAN, place=Place.CALIBRATION)
        )
        return [line[:30] for line in screen.splitlines() if "█" in line]

    assert picture("ㄱ") != picture("ㅍ")
    assert len({len(picture(sign)) for sign in "ㄱㄴㅍ"}) == 1


def test_own_sign_has_no_picture_and_is_asked_for_all_the_same():
    progress = CalibrationProgress(Prompt("ㅐ"), done=0, total=5)
    assert "ㅐ  자세를" in shown(
        replace(LIVE, calibration=progress), replace(KOREAN, place=Place.CALIBRATION)
    )


def test_help_has_every_key_on_one_of_its_pages():
    pages = [shown(view=replace(ENGLISH, place=Place.HELP, page=page)) for page in range(3)]
    for binding in filter(lambda b: b.shown, BINDINGS):
        assert any(binding.shown in page and binding.does.en in page for page in pages)


def test_phrases_are_listed_with_their_keys():
    phrases = (Phrase("안녕하세요.", 1), Phrase("물 좀 주세요.", None, "ㅁㅈ"))
    screen = shown(view=replace(KOREAN, place=Place.PHRASES, phrases=phrases))
    assert "1        안녕하세요." in screen
    assert "·  ㅁㅈ  물 좀 주세요." in screen


def test_earlier_texts_stand_below_what_is_looked_for_and_the_lit_one_is_marked():
    began = datetime(2025, 3, 4, 12, 5)
    past = tuple(FinishedText(f"글 {number}", began) for number in range(40))
    view = replace(KOREAN, place=Place.HISTORY, wanted="글", past=past, highlight=30)
    screen = shown(view=view)
    assert "찾기  글" in screen
    assert "→ 03-04 12:05  글 30" in screen
    assert "글 5\n" not in screen + "\n"
    assert "그런 글이 없습니다" in shown(view=replace(view, past=()))


def test_profiles_are_listed_with_their_keys_and_the_worn_one_is_marked():
    view = replace(KOREAN, place=Place.PROFILES, profiles=("me", "you"), profile="you")
    assert "1  me" in shown(view=view)
    assert "2  you" in shown(view=view)
    assert "lit" in styled("  you", view=view)


def test_news_grow_old_and_may_be_told_again():
    first, second = Message("하나", "one"), Message("둘", "two")
    news, told = News(), Notices()

    def current(at_s):
        return news.current(replace(LIVE, notices=told.last, n_told=told.n_told), at_s)

    told.tell(first)
    assert current(0.0) == (first,)
    told.tell(second)
    assert current(TOLD_S - 1) == (first, second)
    assert current(TOLD_S + 1) == (second,)
    told.tell(first)
    assert current(2 * TOLD_S) == (first,)


def test_a_hand_that_a_camera_sees_is_drawn_upright_beside_its_bars():
    hand = points(np.array([[0.1] * 5]), np.array([[-1.0, 0.0, 0.3]]))[0]  # fingers up
    signal = replace(LIVE.signal, points=hand)
    for columns in (64, 80, 120):
        rows = shown(replace(LIVE, signal=signal), ENGLISH, columns).split("\n")[2:8]
        assert all(get_cwidth(row) <= columns for row in rows)
        assert "thumb" in rows[0]
        dots = [sum((ord(c) - 0x2800).bit_count() for c in row[2:14]) for row in rows]
        assert min(dots) > 0
    left, right = (skeleton(hand * (sign, 1, 1)) for sign in (1, -1))
    assert left != right
    flat = skeleton(np.zeros((21, 3)))
    assert sum(c != "\u2800" for line in flat for c in line[0][1]) == 1
