"""What commands, keys and older text do to the text of a live session."""

import math
from types import SimpleNamespace

import numpy as np
from emissions import OWN, shown
from live import Follower
from stories import model

from jihwa.composer.composer import Composer
from jihwa.composer.text.undo import MOST_STEPS as UNDO_STEPS
from jihwa.data.signal.frames import Frames
from jihwa.io.engine import Engine
from jihwa.io.live.journal import SessionLog
from jihwa.io.live.writing import KEPT_WORDS, MOST_WORDS, Writing

ANY_SIGNAL = Frames(*(np.zeros(shape) for shape in ((1,), (1, 5), (1, 3), (1, 3))))


class Shows:
    """A recogniser that sees what it is told, whatever the signal."""

    alphabet, hold, pending = OWN, None, ()
    spelling = SimpleNamespace(goes_on=True)
    fit = SimpleNamespace(
        messages=(), take_messages=tuple, spelling=spelling, take_news=lambda: False
    )

    def __init__(self):
        self.emissions = []

    def feed(self, frames):
        seen, self.emissions = self.emissions, []
        return ((emission,) for emission in seen)

    def reset(self):
        pass

    def learn(self, decided):
        pass


class Desk:
    """A writing whose signs are shown as in `stories`, with a journal and a follower."""

    def __init__(self, text="", accept_s=math.inf):
        self.hand, self.follower = Shows(), Follower()
        self.engine = Engine(self.hand, Composer(OWN, model()))
        self.follower.committed = text
        self.journal = SessionLog(text)
        self.writing = Writing(
            lambda: self.engine,
            self.journal,
            [self.follower],
            wearer=None,
            pause_s=math.inf,
            accept_s=accept_s,
            notify=print,
            then=lambda request: request(),
        )

    def show(self, story):
        self.hand.emissions = shown(story)
        self.writing.feed(ANY_SIGNAL)
        return self

    @property
    def text(self):
        page = self.writing.text()
        assert page.committed == self.journal.text == self.follower.committed
        return page.committed + page.preedit


def test_enter_completes_the_text_and_begins_a_line():
    typed = Desk().show("ㅎㅏㄱㄱㅛ↵")
    assert typed.text == "학교\n"
    assert not typed.writing.is_open
    assert typed.show("ㅈㅣㅂ").text == "학교\n집"


def test_backspace_takes_back_signs_then_what_is_older():
    typed = Desk("우리 학교").show("ㅇㅔ" if "ㅔ" in OWN.index else "ㅇㅓ")
    assert typed.show("<<").text == "우리 학교"
    assert typed.show("<").text == "우리 학"
    assert typed.show("<<<<").text == ""
    assert typed.show("<").text == ""


def test_clear_takes_the_new_text_then_the_old_one():
    typed = Desk("우리 ").show("ㅎㅏㄱㄱㅛ")
    assert typed.show("×").text == "우리 "
    typed.writing.undo()
    assert typed.text.startswith("우리 학")
    assert typed.show("××").text == ""


def test_undo_and_redo():
    typed = Desk()
    typed.writing.type("하나 ")
    typed.writing.type("둘")
    typed.writing.undo()
    assert typed.text == "하나 "
    typed.writing.redo()
    assert typed.text == "하나 둘"
    typed.writing.redo()
    typed.writing.backspace_word()
    assert typed.text.strip() == "하나"


def test_a_long_text_is_forgotten_word_by_word_and_nothing_of_it_is_lost():
    typed, said = Desk(), ""
    many = 2 * UNDO_STEPS
    for number in range(many):
        typed.writing.type(f"{number} ")
        said += f"{number} "
        typed.writing.tidy()
        assert typed.text == said
    words = typed.writing.text().words
    assert KEPT_WORDS <= len(words) <= MOST_WORDS + UNDO_STEPS
    typed.writing.choose(len(words) - 1, "끝")
    assert typed.text.split()[-2:] == [f"{many - 2}", "끝"]
    assert len(typed.engine.composer.text) < len(said)
