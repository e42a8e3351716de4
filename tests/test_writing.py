"""What commands, keys and older text do to the text of a live session."""

import math

import pytest
from emissions import OWN, shown
from live import Follower
from stories import model

from jihwa.composer.composer import Composer
from jihwa.composer.text.edits import TextEdit
from jihwa.composer.text.undo import MOST_STEPS as UNDO_STEPS
from jihwa.io.engine import Engine
from jihwa.io.live.page import LivePage
from jihwa.io.live.writing import KEPT_WORDS, MOST_WORDS, Writing
from jihwa.recognizer.classifier import Classifier
from jihwa.recognizer.recognizer import Recognizer
from jihwa.recognizer.segmenter import Segmenter


class Desk:
    """A writing whose signs are shown as in `stories`, with a record and a follower."""

    def __init__(self, bundle, text=""):
        recognizer = Recognizer(Segmenter(), Classifier(bundle))
        self.engine = Engine(recognizer, Composer(OWN, model()))
        self.recorded, self.follower = text, Follower()
        self.follower.committed = text
        page = LivePage(text)
        self.writing = Writing(self.engine, page, self._record, self.follower, math.inf)

    def _record(self, edit):
        assert isinstance(edit, TextEdit)
        self.recorded = edit.apply(self.recorded)

    def show(self, story):
        for emission in shown(story):
            self.engine.apply(self.engine.composer.feed(emission), emission)
        return self

    @property
    def text(self):
        page = self.writing.page.show(self.engine.composer)
        assert page.committed == self.recorded == self.follower.committed
        return page.committed + page.preedit


@pytest.fixture
def desk(bundle):
    return lambda text="": Desk(bundle, text)


def test_enter_completes_the_text_and_begins_a_line(desk):
    typed = desk().show("ㅎㅏㄱㄱㅛ↵")
    assert typed.text == "학교\n"
    assert not typed.writing.is_open
    assert typed.show("ㅈㅣㅂ").text == "학교\n집"


def test_backspace_takes_back_signs_then_what_is_older(desk):
    typed = desk("우리 학교").show("ㅇㅔ" if "ㅔ" in OWN.index else "ㅇㅓ")
    assert typed.show("<<").text == "우리 학교"
    assert typed.show("<").text == "우리 학"
    assert typed.show("<<<<").text == ""
    assert typed.show("<").text == ""


def test_clear_takes_the_new_text_then_the_old_one(desk):
    typed = desk("우리 ").show("ㅎㅏㄱㄱㅛ")
    assert typed.show("×").text == "우리 "
    typed.writing.undo()
    assert typed.text.startswith("우리 학")
    assert typed.show("××").text == ""


def test_undo_and_redo(desk):
    typed = desk()
    typed.writing.type("하나 ")
    typed.writing.type("둘")
    typed.writing.undo()
    assert typed.text == "하나 "
    typed.writing.redo()
    assert typed.text == "하나 둘"
    typed.writing.redo()
    typed.writing.backspace_word()
    assert typed.text.strip() == "하나"


def test_a_long_text_is_forgotten_word_by_word_and_nothing_of_it_is_lost(desk):
    typed, said = desk(), ""
    many = 2 * UNDO_STEPS
    for number in range(many):
        typed.writing.type(f"{number} ")
        said += f"{number} "
        typed.writing.release()
        assert typed.text == said
    words = typed.writing.page.show(typed.engine.composer).words
    assert KEPT_WORDS <= len(words) <= MOST_WORDS + UNDO_STEPS
    typed.writing.choose(len(words) - 1, "끝")
    assert typed.text.split()[-2:] == [f"{many - 2}", "끝"]
    assert len(typed.engine.composer.text) < len(said)
