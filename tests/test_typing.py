"""Keyboard and hand at the same cursor; what stands before it says what to expect.

Stories are written as in `emissions`.
"""

import pytest
from emissions import BASIC, emission, shown
from stories import Reader


@pytest.mark.parametrize(
    ("parts", "text"),
    [
        (["ㅊㅡㅇ"], "층"),
        (["+3", "ㅊㅡㅇ"], "3층"),
        (["ㅎㅏㄱㄱㅛ", "+ 3", "ㅊㅡㅇ"], "학교 3층"),
        (["ㅎㅏㄱㄱㅛ-", "+3", "ㅊㅡㅇ"], "학교 3층"),
        (["ㅎㅏㄱㄱㅛ-", "+!"], "학교!"),
        (["+KTX", "ㄹㅡㄹ"], "KTX를"),
        (["+김민수", "ㄴㅡㄴ"], "김민수는"),
        (["ㄱ", "+ㅏ"], "ㄱㅏ"),
        (["+오늘 ", "ㅈㅓㄴㅕㄱ"], "오늘 저녁"),
    ],
)
def test_what_is_typed_stands_as_it_is(parts, text):
    reader = Reader(BASIC)
    for part in parts:
        if part.startswith("+"):
            reader.follow(reader.composer.type(part[1:]))
        else:
            reader.feed(shown(part, BASIC))
    transcript = reader.flush()
    assert transcript.text == text
    assert " ".join(word.text for word in transcript.words) == text


def test_typing_makes_the_preedit_final():
    reader = Reader(BASIC).feed(shown("ㅎㅏㄱㄱㅛ", BASIC))
    assert reader.preedit
    reader.follow(reader.composer.type("."))
    assert (reader.committed, reader.preedit) == ("학교.", "")


def test_backspace_takes_typed_characters_back_one_by_one():
    reader = Reader(BASIC)
    reader.follow(reader.composer.type("12층"))
    for text in ("12", "1", ""):
        reader.follow(reader.composer.backspace())
        assert reader.text == text


def test_text_before_the_cursor_decides_what_follows_it():
    """은 or 는: a toss-up for the hand, but not behind a word that ends in a consonant."""

    def text(before):
        reader = Reader(BASIC)
        reader.composer.reset(before)
        signs = shown("ㅇㅡㄴ", BASIC)
        signs[0] = emission({"ㅇ": 0.0, "ㄴ": 0.0}, 0.0, BASIC)
        return reader.feed(signs).flush().text

    assert text("오늘 저녁") == "은"
    assert text("우리 학교") == "는"


def test_text_before_the_cursor_is_never_edited():
    reader = Reader(BASIC)
    reader.composer.reset("안녕하")
    reader.feed(shown("ㅅㅔㅇㅛ".replace("ㅔ", "ㅓㅣ"), BASIC))
    assert reader.text == "세요"
    while reader.text:
        reader.follow(reader.composer.backspace())
    reader.follow(reader.composer.backspace())
    assert reader.text == ""
