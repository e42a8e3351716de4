"""Abbreviations of the wearer's own, found by what the hand spelled.

Stories are written as in `emissions`.
"""

import math
from dataclasses import replace

import pytest
from emissions import BASIC, cut_in_two, emission, shown
from stories import Reader

from jihwa.data.messages import UsageError

KNOWN = ["ㅇㄴ", "ㄱㅅ", "ㄱㅊ", "학교", "ㄴㄴ"]


def found(emissions, known=KNOWN, word=-1):
    composer = Reader(BASIC, abbreviations=dict(zip(known, map(meaning, known), strict=True)))
    candidates = composer.feed(emissions).composer.candidates(word)
    return {c.text[1:-1]: math.exp(c.log_prob) for c in candidates if c.text.startswith("<")}


def meaning(abbreviation):
    return f"<{abbreviation}>"


@pytest.mark.parametrize(
    ("before", "abbreviation"),
    [("", each) for each in KNOWN] + [("ㄴㅏㄴㅡㄴ-", each) for each in ("ㅇㄴ", "ㄱㅅ", "학교")],
)
def test_an_abbreviation_that_was_spelled_is_found_however_the_word_was_read(before, abbreviation):
    story = before + "".join(BASIC.spell(abbreviation))
    assert next(iter(found(shown(story, BASIC)))) == abbreviation
    assert found(shown(story, BASIC))[abbreviation] > 0.5


@pytest.mark.parametrize(
    "story", ["ㅎㅏㄱㄱㅛㅇㅔㅅㅓ".replace("ㅔ", "ㅓㅣ"), "ㅇㅏㄴㄴㅕㅇ", "ㄱㅗㅅ"]
)
def test_other_words_are_no_abbreviations(story):
    assert max(found(shown(story, BASIC)).values(), default=0) < 0.2


def test_of_two_that_look_alike_both_are_offered_the_likelier_one_first():
    emissions = shown("ㄱㅅ", BASIC)
    emissions[1] = emission({"ㅅ": 0.0, "ㅊ": -1.0}, 0.7, BASIC)
    assert list(found(emissions))[:2] == ["ㄱㅅ", "ㄱㅊ"]
    emissions[1] = emission({"ㅅ": -1.0, "ㅊ": 0.0}, 0.7, BASIC)
    assert list(found(emissions))[:2] == ["ㄱㅊ", "ㄱㅅ"]


def test_a_jolt_and_a_false_start_do_not_hide_it():
    assert found(cut_in_two(shown("ㅇㄴ", BASIC), 0))["ㅇㄴ"] > 0.3
    false_start = emission({"no_sign": 0.0}, 0.7, BASIC)
    emissions = shown("ㅇㄴ", BASIC)
    assert found([emissions[0], false_start, emissions[1]])["ㅇㄴ"] > 0.3


def test_the_probabilities_are_of_one_thing_or_another():
    blurred = [replace(e, log_likelihood=e.log_likelihood / 10) for e in shown("ㄱㅅ", BASIC)]
    assert len(found(blurred)) > 1
    assert sum(found(blurred).values()) <= 1 + 1e-9


def test_without_abbreviations_or_emissions_none_is_found():
    assert found(shown("ㅇㄴ", BASIC), []) == {}
    reader = Reader(BASIC, abbreviations={"ㅇㄴ": "안녕하세요"})
    reader.follow(reader.composer.type("ㅇㄴ"))
    assert [candidate.text for candidate in reader.composer.candidates(0)] == ["ㅇㄴ"]


def test_what_it_stands_for_comes_behind_what_is_shown_and_can_be_chosen():
    reader = Reader(BASIC, abbreviations={"ㄱㅅ": "정말 감사합니다"}).feed(shown("ㄱㅅ", BASIC))
    assert reader.composer.candidates(0)[1].text == "정말 감사합니다"
    reader.follow(reader.composer.choose(0, "정말 감사합니다"))
    assert reader.text == "정말 감사합니다"


def test_what_cannot_be_spelled_and_a_word_that_is_not_there_are_refused():
    with pytest.raises(UsageError, match="cannot be fingerspelled"):
        found(shown("ㅇㄴ", BASIC), ["OK"])
    with pytest.raises(IndexError):
        found(shown("ㅇㄴ", BASIC), word=3)
