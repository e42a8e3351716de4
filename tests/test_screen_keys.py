"""What the keys ask of the session, pressed as a terminal sends them."""

import threading
import time
from dataclasses import replace
from types import SimpleNamespace

import pytest
from prompt_toolkit.application import Application, create_app_session
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from jihwa.composer.text.transcript import Candidate, Completion, TextEdit, Word
from jihwa.data.messages import UsageError
from jihwa.io.live import archive
from jihwa.io.live.state import CalibrationProgress, LiveState, SignalState, TextState
from jihwa.io.screen import controls, full_screen
from jihwa.io.screen.controls import ASK_AGAIN, NO_READERS, Controls
from jihwa.io.screen.full_screen import FullScreen
from jihwa.io.screen.keys import BINDINGS
from jihwa.io.screen.view import Place, View
from jihwa.io.speech.spoken import SpokenText
from jihwa.io.user import profiles, storage
from jihwa.io.user.phrases import Phrase, path_of
from jihwa.recognizer.calibration import Prompt
from jihwa.recognizer.profile import Profile

DINNER = TextState(
    committed="저녁 먹",
    words=(Word("저녁", 0, 1, 0.9), Word("먹", 1, 2, 0.9)),
    candidates=(Candidate("먹", -0.1), Candidate("멋", -2.0), Candidate("먼", -3.0)),
)
OFFERED = (Completion(1, "먹자", -0.1), Completion(1, "먹을래", -1.0))
WRITING = LiveState(ready=True, text=DINNER)
CHOOSING = LiveState(ready=True, text=replace(DINNER, selected=1))
F7, F8 = "\x1b[18~", "\x1b[19~"
ALT_BACKSPACE, LEFT, SHIFT_TAB, F1, F2, F3, F6 = (
    *("\x1b\x7f", "\x1b[D", "\x1b[Z"),
    *("\x1bOP", "\x1bOQ", "\x1bOR", "\x1b[17~"),
)
ESCAPE, CTRL_L, CTRL_R = "\x1b", "\x0c", "\x12"
CTRL_F, DOWN, UP, ENTER, F10 = "\x06", "\x1b[B", "\x1b[A", "\r", "\x1b[21~"
CTRL_C, CTRL_Q = "\x03", "\x11"


class Asked:
    """A session that only writes down what it is asked."""

    def __init__(self, state):
        self.state, self.requests, self.writing = state, [], self

    def __getattr__(self, name):
        return lambda *values: self.requests.append((name, *values))


class Silence:
    """A voice that only writes down."""

    def __init__(self):
        self.said = []

    def say(self, text):
        self.said.append(text)

    def use(self, settings):
        self.said.append(settings)

    def stop(self):
        self.said.append("(stop)")


@pytest.fixture
def press():
    """Presses keys until the screen is left: `press("가", F2, state=…)` gives the requests."""

    def press(*keys, state=WRITING, phrases=()):
        session, screen = Asked(state), FullScreen()
        view = View("ko", phrases=phrases)
        controls = Controls(session, view, SpokenText(Silence()), screen.leave)
        with create_pipe_input() as terminal, create_app_session(terminal, DummyOutput()):
            terminal.send_text("".join(keys) + CTRL_Q)
            screen.run(controls)
        return session.requests

    return press


@pytest.mark.parametrize(
    ("keys", "requests"),
    [
        ("a한", [("type", "a"), ("type", "한")]),
        ("\r", [("complete",), ("type", "\n")]),
        ("\x7f", [("backspace",)]),
        ("\x17", [("backspace_word",)]),
        (ALT_BACKSPACE, [("backspace_word",)]),
        ("\x1a\x19", [("undo",), ("redo",)]),
        (F2, [("pause", True)]),
        ("\x1bp", [("pause", True)]),
        ("\x1b[200~첫 줄\r\n둘\t째\x1b[201~", [("type", "첫 줄\n둘 째")]),
        ("\t", [("select", 1)]),
        ("\x1b2", [("choose", 1, "멋"), ("select", None)]),
        ("\x1b9", []),
        (LEFT, []),
        (ESCAPE, [("answer", "")]),
        (CTRL_R, [("notify", NO_READERS)]),
        (CTRL_L + "a", [("type", "a")]),
        ("\x0b\x1b[19;5~", []),
    ],
)
def test_keys_while_writing(press, keys, requests):
    assert press(keys) == requests


@pytest.mark.parametrize(
    ("keys", "requests"),
    [
        ("3", [("choose", 1, "먼"), ("select", None)]),
        ("1", [("select", None)]),
        ("\t\r", [("choose", 1, "멋"), ("select", None)]),
        ("\t\t\t\r", [("select", None)]),
        (SHIFT_TAB + "\r", [("choose", 1, "먼"), ("select", None)]),
        (LEFT, [("select", 0)]),
        ("\tx", [("choose", 1, "멋"), ("select", None), ("type", "x")]),
    ],
)
def test_keys_while_choosing_a_word(press, keys, requests):
    assert press(keys, state=CHOOSING) == requests


@pytest.mark.parametrize(
    ("keys", "taken"),
    [("→", 0), ("↓→", 1), ("↓↓→", 0), ("↑→", 1)],
)
def test_keys_take_the_completion_that_is_lit(press, keys, taken):
    arrows = {"→": "\x1b[C", "↓": "\x1b[B", "↑": "\x1b[A"}
    state = replace(WRITING, text=replace(DINNER, completions=OFFERED))
    assert press(*map(arrows.get, keys), state=state) == [("accept", OFFERED[taken])]
    assert press(*map(arrows.get, keys)) == []


def test_keys_while_calibrating(press):
    progress = CalibrationProgress(Prompt("ㄱ", 1), done=0, total=20)
    state = LiveState(ready=True, calibration=progress)
    assert press("\t", "a", "\x7f", state=state) == [("skip_prompt",)]


def test_calibrating_needs_a_signal(press):
    seen = replace(WRITING, signal=SignalState(rate_hz=50.0))
    assert press(F7, F8, state=seen) == [("calibrate", "quick"), ("calibrate", "full")]
    ((asked, told),) = press(F7)
    assert (asked, "Nothing comes from the glove" in told.en) == ("notify", True)


def test_phrase_is_written_by_its_key(press):
    phrases = (Phrase("물 좀 주세요.", 2), Phrase("고마워요.", None))
    assert press(F6, "a", "2", phrases=phrases) == [("type", "물 좀 주세요.")]
    ((asked, told),) = press(F6)
    assert (asked, "no stored phrase" in told.en) == ("notify", True)


def test_the_text_is_copied(press, monkeypatch):
    copied = []
    monkeypatch.setattr(controls, "Clipboard", lambda terminal: SimpleNamespace(copy=copied.append))
    ((asked, told),) = press("\x1bc")
    assert (asked, told, copied) == ("notify", controls.COPIED, ["저녁 먹"])

    def none(terminal):
        raise UsageError(ko="없음", en="none")

    monkeypatch.setattr(controls, "Clipboard", none)
    ((asked, told),) = press("\x1bc")
    assert (asked, told.en) == ("notify", "none")


@pytest.fixture
def said_before():
    """Texts of two sessions, the newest last."""
    for text in ("물 좀 주세요.\n내일 학교에서 만나요", "저녁 먹었어요?"):
        journal = archive.begin("sim:", None)
        journal.edit(TextEdit(0, text))
        journal.close()


@pytest.mark.parametrize(
    ("keys", "written"),
    [
        ((ENTER,), "저녁 먹었어요?"),
        ((DOWN, ENTER), "내일 학교에서 만나요"),
        ((DOWN,) * 9 + (ENTER,), "물 좀 주세요."),
        ((DOWN, DOWN, UP, ENTER), "내일 학교에서 만나요"),
        (("물", ENTER), "물 좀 주세요."),
        (("만나 학교", ENTER), "내일 학교에서 만나요"),
        (("ㅈㅅㅇ", ENTER), "물 좀 주세요."),
        (("없다", ENTER), None),
        (("없다", "\x7f", "\x7f", ENTER), "저녁 먹었어요?"),
        ((DOWN, "물", ENTER), "물 좀 주세요."),
        ((ESCAPE,), None),
    ],
)
def test_earlier_text_is_found_and_written_again(press, said_before, keys, written):
    assert press(CTRL_F, *keys) == ([("type", written)] if written else [])


def test_earlier_text_is_copied_or_said(said_before, monkeypatch):
    copied, voice, session = [], Silence(), Asked(WRITING)
    monkeypatch.setattr(controls, "Clipboard", lambda terminal: SimpleNamespace(copy=copied.append))
    looking = Controls(session, View("ko"), SpokenText(voice), lambda: None)
    looking.show_history()
    looking.copy_past()
    looking.say_past()
    looking.next_speak_mode()
    looking.say_past()
    assert (copied, voice.said) == (["저녁 먹었어요?"], ["저녁 먹었어요?"])
    assert session.requests == [("notify", controls.COPIED), ("notify", controls.SPEECH_IS_OFF)]
    assert looking.view.place is Place.HISTORY


def test_without_an_earlier_text_that_is_said(press):
    assert press(CTRL_F, "가") == [("notify", controls.NO_PAST), ("type", "가")]


def test_another_wearer_is_chosen_among_the_stored_profiles(alphabet):
    session = Asked(replace(WRITING, profile="me"))
    voice, wearers = Silence(), lambda name: (f"wearer {name}", f"voice of {name}")
    controls = Controls(session, View("ko"), SpokenText(voice), lambda: None, wearers)
    controls.show_profiles()
    ((asked, told),) = session.requests
    assert (asked, "jihwa calibrate --profile" in told.en) == ("notify", True)
    for name in ("me", "you"):
        profiles.save(name, Profile.empty(alphabet))
    storage.make_folder(path_of("you").parent)
    path_of("you").write_text("제 이름은 유나예요.")
    controls.show_profiles()
    assert (controls.view.place, controls.view.profiles) == (Place.PROFILES, ("me", "you"))
    controls.wear("7")
    controls.wear("2")
    ((asked, wearer, worn),) = session.requests[1:]
    assert (asked, wearer) == ("wear", "wearer you")
    assert controls.view.place is Place.TEXT
    assert controls.view.profile == "me"  # until the session says otherwise
    assert (controls.view.phrases, voice.said) == ((), [])
    worn()
    assert [phrase.text for phrase in controls.view.phrases][:1] == ["제 이름은 유나예요."]
    assert voice.said == ["voice of you"]


def test_help_takes_no_text(press):
    assert press(F1, "abc", F2) == []


def test_interrupt_has_to_come_twice(press):
    assert press(CTRL_C) == [("notify", ASK_AGAIN)]
    left, session = [], Asked(WRITING)
    controls = Controls(session, View("ko"), SpokenText(Silence()), lambda: left.append(True))
    controls.interrupt()
    assert not left
    controls.interrupt()
    assert left


def test_speech_keys_reach_the_voice():
    voice = Silence()
    controls = Controls(Asked(LiveState()), View("ko"), SpokenText(voice), lambda: None)
    modes = []
    for _ in range(4):
        modes.append(controls.view.speaks)
        controls.next_speak_mode()
    assert modes == ["off", "word", "sentence", "manual"]
    assert controls.view.speaks == "off"


def test_screen_that_cannot_be_drawn_ends_with_the_reason():
    class Broken:
        @property
        def state(self):
            raise ZeroDivisionError

    screen = FullScreen()
    controls = Controls(Broken(), View("ko"), SpokenText(Silence()), screen.leave)
    terminal_fails = pytest.raises(ZeroDivisionError)
    with create_pipe_input() as keys, create_app_session(keys, DummyOutput()), terminal_fails:
        screen.run(controls)


def test_any_thread_may_redraw_and_leave():
    screen = FullScreen()
    screen.redraw(LiveState())
    screen.leave()  # nothing is shown yet
    controls = Controls(Asked(LiveState()), View("ko"), SpokenText(Silence()), screen.leave)
    with create_pipe_input() as terminal, create_app_session(terminal, DummyOutput()):
        timer = threading.Timer(0.3, lambda: (screen.redraw(WRITING), screen.leave()))
        timer.start()
        screen.run(controls)
        timer.join()


def test_screen_is_redrawn_in_its_own_thread_as_it_may_end_at_any_time(monkeypatch):
    screen, threads, invalidate = FullScreen(), set(), Application.invalidate

    def noted(application):
        threads.add(threading.current_thread())
        invalidate(application)

    monkeypatch.setattr(Application, "invalidate", noted)
    controls = Controls(Asked(LiveState()), View("ko"), SpokenText(Silence()), screen.leave)
    with create_pipe_input() as terminal, create_app_session(terminal, DummyOutput()):
        timer = threading.Timer(0.3, lambda: (screen.redraw(WRITING), screen.leave()))
        timer.start()
        screen.run(controls)
        timer.join()
    assert threads == {threading.current_thread()}


def test_hand_that_moves_is_drawn_less_often_than_text_that_grows(monkeypatch):
    def drawn(*states):
        """How often a second the screen is drawn while these follow one another."""
        screen, session, drawings, lasted_s = FullScreen(), Asked(states[0]), [], 0.0

        def draw(*_):
            drawings.append(1)
            return []

        def happen():
            nonlocal lasted_s
            began_s = time.monotonic()
            for _ in range(50):
                for session.state in states:
                    screen.redraw(session.state)
                    time.sleep(0.02 / len(states))
            lasted_s = time.monotonic() - began_s  # longer than a second where others are busy
            screen.leave()

        monkeypatch.setattr(full_screen, "draw", draw)
        controls = Controls(session, View("ko"), SpokenText(Silence()), screen.leave)
        with create_pipe_input() as terminal, create_app_session(terminal, DummyOutput()):
            happening = threading.Timer(0.1, happen)
            happening.start()
            screen.run(controls)
            happening.join()
        return len(drawings) / lasted_s

    hand = [replace(WRITING, signal=SignalState(rate_hz=rate)) for rate in (33.0, 34.0)]
    text = [replace(WRITING, text=TextState(preedit=letters)) for letters in ("가", "각")]
    assert 5 < drawn(*hand) < 18 < drawn(*text) < 36


def test_every_place_can_be_left_and_no_key_means_two_things():
    for place in Place:
        keys = [key for b in BINDINGS if place in b.places for key in b.keys]
        assert len(keys) == len(set(keys))
