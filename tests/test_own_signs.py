"""The wearer's own signs: letters, a space, and commands that are obeyed as soon as they are shown.

Stories are written as in `emissions`.
"""

import io
import json

import pytest
from emissions import BASIC, OWN, emission, shown
from stories import Reader, model, read

from jihwa.composer.composer import Composer
from jihwa.composer.decoding.decoder import Decoder
from jihwa.data.alphabet import Alphabet, Control
from jihwa.data.messages import UsageError
from jihwa.io.screen.lines import RecordingLines
from jihwa.io.writers.document import Document
from jihwa.io.writers.plain import write_json
from jihwa.recognizer.events import NO_SIGN

# --- letters


@pytest.mark.parametrize(
    ("inventory", "own", "story", "text"),
    [
        ("basic24", "ㅐ", "ㅎㅐㅇㅂㅗㄱ", "행복"),
        ("basic24", "ㅐ", "ㅎㅏㅣㅇㅂㅗㄱ", "행복"),
        ("basic24", "ㅐ", "ㅇㅗㅐㄱㅏㅈㅣ", "왜가지"),
        ("basic24", "ㅐ", "ㄷㅗㅏㅣㅈㅣ", "돼지"),
        ("basic24", "ㄲㅆ", "ㅇㅏㄲㅏ", "아까"),
        ("basic24", "ㄲㅆ", "ㅇㅏㄱㄱㅏ", "아까"),
        ("basic24", "ㄲㅆ", "ㅇㅣㅆㅇㅓㅇㅛ", "있어요"),
        ("extended31", "", "ㄷㅗㅐㅈㅣ", "돼지"),
        ("extended31", "", "ㄷㅗㅏㅣㅈㅣ", "돼지"),
        ("extended31", "", "ㅅㅡㅜㅔㅌㅓ", "스웨터"),
        ("extended31", "", "ㅅㅡㅇㅜㅔㅌㅓ", "스웨터"),
        ("extended31", "ㄲ", "ㄲㅗㅊ", "꽃"),
        ("full40", "", "ㄲㅗㅊ", "꽃"),
        ("full40", "", "ㄷㅙㅈㅣ", "돼지"),
        ("full40", "", "ㅇㅏㄲㅏ", "아까"),
    ],
)
def test_a_letter_is_read_however_it_is_spelled(inventory, own, story, text):
    assert read(story, Alphabet.load(inventory).with_signs(own)).text.replace(" ", "") == text


def test_signs_bear_the_names_they_were_shown_by():
    assert [sign.sign for sign in read("ㅎㅐㅇㅂㅗㄱ").signs] == list("ㅎㅐㅇㅂㅗㄱ")


def test_an_alphabet_that_only_labels_cannot_be_decoded():
    with pytest.raises(UsageError, match="alphabet digits"):
        Decoder(Alphabet("digits", tuple("01234")), model())


# --- space


@pytest.mark.parametrize(
    ("story", "text"),
    [
        ("ㄴㅏㄴㅡㄴ_ㅎㅏㄱㅅㅐㅇㅇㅣㄷㅏ", "나는 학생이다"),
        ("ㅎㅏㄱ_ㄱㅛ", "학 교"),
        ("ㅎㅏㄱㄱㅛ", "학교"),
        ("ㅎㅏㄱ-_-ㄱㅛ", "학 교"),
        ("ㅎㅏㄱ__ㄱㅛ", "학 교"),
        ("_ㅎㅏㄱㄱㅛ_", "학교"),
        ("ㅋㅎ_ㄴㅏ", "ㅋㅎ 나"),
        ("ㄴㅏㄴㅡㄴ_!ㅈㅣㅂ", "나는 집"),
        ("_", ""),
    ],
)
def test_a_shown_space_is_written_between_words_and_only_there(story, text):
    assert read(story).text == text


def test_a_space_is_a_sign_with_a_name_and_a_decision():
    reader = Reader().feed(shown("ㅎㅏㄱ_ㄱㅛ"))
    transcript = reader.flush()
    assert [sign.sign for sign in transcript.signs] == [*"ㅎㅏㄱ", "space", *"ㄱㅛ"]
    assert [OWN.signs[int(d.posterior.argmax())] for d in reader.decided][3] == "space"


# --- commands


@pytest.mark.parametrize(
    ("story", "text"),
    [
        ("ㅎㅏㄱㄱㅗ<ㅛ", "학교"),
        ("ㅎㅏㄱㅅㅏ<<ㄱㅛ", "학교"),
        ("ㅎㅏㄱㄱㅗ-<ㅛ", "학교"),
        ("ㅎㅏㄱ_<ㄱㅛ", "학교"),
        ("ㅎㅏ<<<<ㄴㅏ", "나"),
        ("<ㄴㅏ", "나"),
        ("ㅎㅏㄱㄱㅛ×ㄴㅏ", "나"),
        ("ㅎㅏㄱㄱㅛ×", ""),
        ("×", ""),
        ("ㅎㅏㄱㄱㅛ!", "학교"),
        ("ㅎㅏㄱㄱㅛ↵", "학교"),
        ("ㅎㅏㄱㄱㅛ!<", "학"),
        ("ㅎㅏㄱㄱㅛ!<<", ""),
        ("ㅎㅏㄱㄱㅛ!<<<", ""),
        ("ㄴㅏㄴㅡㄴ_ㅈㅣㅂ!<ㄱㅏㅇ", "나는 강"),
        ("ㅋㅎ!<", "ㅋ"),
        ("ㅎㅏㄱㄱㅛ!<ㅅㅐㅇ", "학생"),
        ("!", ""),
        ("↵", ""),
    ],
)
def test_story(story, text):
    assert read(story).text == text


def test_a_command_is_told_to_those_who_follow_the_text():
    reader = Reader().feed(shown("ㄴㅏ<ㅏ!↵×"))
    assert reader.commands == [Control.BACKSPACE, Control.SPEAK, Control.ENTER, Control.CLEAR]


@pytest.mark.parametrize("sign", "!↵")
def test_speak_and_enter_make_everything_final_even_an_onset(sign):
    reader = Reader().feed(shown("ㅎㅏㄱㄱㅛㅇ" + sign))
    assert (reader.committed, reader.preedit) == ("학교ㅇ", "")


def test_commands_are_signs_with_a_name_and_what_they_took_back_is_none():
    transcript = read("ㅎㅏㄱㄱㅗ<ㅛ!")
    names = [sign.sign for sign in transcript.signs]
    assert names == [*"ㅎㅏㄱㄱ", "backspace", "ㅛ", "speak"]
    starts = [sign.start_s for sign in transcript.signs]
    assert starts == sorted(starts)


@pytest.mark.parametrize(("rival", "text"), [(0.0, "가나"), (-1.0, "가나"), (-6.0, "ㄱ나")])
def test_a_command_that_is_not_clear_is_weighed_against_letters(rival, text):
    reader = Reader().feed(shown("ㄱ"))
    reader.feed([emission({"ㅏ": rival, "backspace": 0.0}, 0.7)])
    assert bool(reader.commands) == (text != "가나")
    reader.feed(shown("ㄴㅏ"))
    assert reader.flush().text == text.removeprefix("ㄱ")


def test_an_unclear_command_among_letters_writes_nothing():
    emissions = shown("ㅎㅏㄱㄱㅛ")
    emissions.insert(2, emission({"clear": 0.0, NO_SIGN: -0.5, "ㅍ": -2.0}, 1.0))
    reader = Reader().feed(emissions)
    assert reader.commands == []
    assert reader.flush().text == "학교"


def test_without_own_signs_nothing_is_a_command():
    reader = Reader(BASIC).feed(shown("ㅎㅏㄱㄱㅛ", BASIC))
    assert reader.commands == []
    assert reader.flush().text == "학교"


def test_an_emission_of_another_alphabet_is_refused_before_it_can_be_a_command():
    reader = Reader()
    with pytest.raises(UsageError, match="24 likelihoods"):
        reader.feed(shown("ㄱ", BASIC))
    assert reader.feed(shown("ㄴㅏ")).flush().text == "나"


# --- who iterates readings


def test_the_plain_screen_shows_commands_and_the_text_they_leave():
    stream = io.StringIO()
    screen, composer = RecordingLines(stream, OWN), Composer(OWN, model())
    for each in shown("ㄴㅏㄴ<"):
        screen.update(composer.feed(each), each)
    screen.finish(composer.flush())
    lines = stream.getvalue().splitlines()
    assert [line.split()[-1] for line in lines[:4]] == ["ㄴ", "나", "난", "나"]
    assert "backspace 100%" in lines[3]


def test_json_names_commands_among_the_signs():
    document = Document("x.csv", 3.0, read("ㅎㅏㄱ_<ㄱㅛ!"), ())
    text = io.StringIO()
    write_json(document, text)
    signs = [sign["sign"] for sign in json.loads(text.getvalue())["signs"]]
    assert signs == [*"ㅎㅏㄱ", "backspace", *"ㄱㅛ", "speak"]
