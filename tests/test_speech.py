"""What of a growing text is said, as stories: what the composer tells, what is heard."""

import pytest
from emissions import OWN, shown
from stories import model
from voices import CapturingVoice

from jihwa.composer.composer import Composer
from jihwa.composer.text.transcript import TextEdit, Transcript, Update
from jihwa.data.alphabet import Control
from jihwa.io.speech.spoken import SpeechMode, SpokenText


class Listener:
    """Writes a text, and hears what is said of it."""

    def __init__(self, mode="word", *, corrections=False):
        self.voice = CapturingVoice()
        self.spoken = SpokenText(self.voice, SpeechMode(mode), corrections=corrections)
        self.shown = ""
        self.committed = ""

    def tell(self, committed="", preedit="", *, withdrawn=0, complete=False, command=None):
        """One update; returns what is heard because of it."""
        self.committed = TextEdit(withdrawn, committed).apply(self.committed)
        text = self.committed + preedit
        edit, self.shown = TextEdit.between(self.shown, text), text
        update = Update(edit, committed, preedit, withdrawn, command, complete=complete)
        return self.heard(lambda: self.spoken.update(update, None))

    def heard(self, action):
        before = len(self.voice.said)
        action()
        return self.voice.said[before:]


def test_a_word_is_said_when_it_is_over_and_only_once():
    text = Listener("word")
    assert text.tell("안녕", "하세") == []
    assert text.tell("하세요", " 만나") == []
    assert text.tell(" 만나", "서") == ["안녕하세요"]
    assert text.tell("서 반가워요 ") == ["만나서 반가워요"]
    assert text.tell("", "그") == []


def test_a_preedit_is_never_said():
    for mode in ("word", "sentence"):
        text = Listener(mode)
        assert text.tell("", "안녕하세요. 그리고 ") == []
        assert text.tell("", "") == []


def test_a_completed_text_is_said_to_its_end():
    for mode in ("word", "sentence"):
        text = Listener(mode)
        assert text.tell("안녕하세요", complete=True) == ["안녕하세요"]
        assert text.tell("", complete=True) == []
        assert text.tell("\n") == []


def test_a_sentence_is_said_when_it_ends():
    text = Listener("sentence")
    assert text.tell("오늘 3.") == []
    assert text.tell("5도입니다") == []
    assert text.tell(". 춥") == ["오늘 3.5도입니다."]
    assert text.tell("다! 정말?") == ["춥다! 정말?"]
    assert text.tell("\n그래\n") == ["그래"]


def test_on_demand_nothing_is_said_by_itself():
    text = Listener("manual")
    assert text.tell("안녕하세요. 반갑습니다. ", complete=True) == []
    assert text.tell("저는 지화") == []
    assert text.heard(text.spoken.say_again) == ["저는 지화"]
    assert text.tell(withdrawn=5) == []
    assert text.heard(text.spoken.say_again) == ["반갑습니다."]


def test_off_is_silent_whatever_is_asked():
    text = Listener("off")
    text.tell("안녕 ", command=Control.SPEAK, complete=True)
    text.spoken.say_again()
    assert text.voice.said == []


def test_the_last_sentence_is_what_was_completed_last_where_nobody_writes_punctuation():
    text = Listener("sentence")
    assert text.tell("안녕하세요", complete=True) == ["안녕하세요"]
    assert text.tell(" 물 좀 주세요", complete=True) == ["물 좀 주세요"]
    assert text.heard(text.spoken.say_again) == ["물 좀 주세요"]


def test_the_sign_for_speaking_says_the_sentence_once():
    for mode in ("word", "sentence", "manual"):
        text = Listener(mode)
        text.tell("물 좀")
        said = text.tell(" 주세요", command=Control.SPEAK, complete=True)
        assert said == ["물 좀 주세요"]
        assert text.tell(" ") == []


@pytest.mark.parametrize(("corrections", "said"), [(True, ["선생님"]), (False, [])])
def test_a_word_that_is_chosen_anew_is_said_again_if_that_is_wanted(corrections, said):
    text = Listener("word", corrections=corrections)
    text.tell("저는 선샌님 입니다 ")
    assert text.tell("선생님 입니다 ", withdrawn=8) == said
    assert text.tell("정말 ") == ["정말"]


def test_a_word_that_is_taken_back_and_written_again_is_not_said_twice():
    text = Listener("word", corrections=True)
    assert text.tell("안녕 하세요 ") == ["안녕 하세요"]
    assert text.tell(withdrawn=2) == []
    assert text.tell("요 ") == []
    assert text.tell(withdrawn=2) == []
    assert text.tell("용 ") == ["하세용"]


def test_what_is_written_in_place_of_an_erased_word_is_new():
    text = Listener("word")
    text.tell("저는 학생 ")
    text.tell(withdrawn=3)
    assert text.tell("의사 ") == ["의사"]
    text.tell(withdrawn=len(text.committed))
    assert text.tell("저는 ") == ["저는"]


def test_a_backspace_that_opens_words_again_does_not_say_them_twice():
    text = Listener("word")
    assert text.tell("안녕 하세요 반", "가") == ["안녕 하세요"]
    assert text.tell("", " 하세요 반", withdrawn=7) == []
    assert text.tell(" 하세요 반갑 ") == ["반갑"]


def test_text_from_before_may_be_taken_back():
    text = Listener("word")
    text.spoken.update(Update(TextEdit(4, "하세요 "), "하세요 ", "", withdrawn=4), None)
    assert text.voice.said == ["하세요"]


def test_another_mode_says_nothing_of_what_was_written_before():
    text = Listener("manual")
    text.tell("안녕 하세요 ")
    text.spoken.mode = SpeechMode.WORD
    assert text.tell("여러") == []
    assert text.tell("분 ") == ["여러분"]
    assert text.heard(lambda: setattr(text.spoken, "mode", SpeechMode.OFF)) == ["⏹"]


def test_the_end_of_the_signal_says_what_is_left():
    text = Listener("sentence")
    text.tell("안녕", "하세")
    end = Transcript("안녕하세요", (), (), (), TextEdit(0, "요"))
    assert text.heard(lambda: text.spoken.finish(end)) == ["안녕하세요"]


def test_a_stop_reaches_the_voice():
    text = Listener("manual")
    text.spoken.stop()
    assert text.voice.said == ["⏹"]


def test_a_spelled_text_is_said_word_by_word_as_it_becomes_final():
    composer, voice = Composer(OWN, model()), CapturingVoice()
    spoken = SpokenText(voice, SpeechMode.WORD)
    for each in shown("ㅎㅏㄱㄱㅛ_ㄱㅏㄴㄷㅏ_"):
        spoken.update(composer.feed(each), each)
    spoken.finish(composer.flush())
    assert " ".join(voice.said) == "학교 간다"
