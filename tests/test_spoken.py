"""What people say: utterances, interjections, numbers, and how they are put together."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jihwa.composer.language.training.numerals import chinese_number
from jihwa.composer.language.training.spoken import SHORT, SPOKEN, sentence_ends, spoken, standard

FREQUENT = [
    "네",
    "응",
    "좋아요",
    "가요",
    "말아요",
    "가지",
    "좋아",
    "없어요",
    "물을",
    "물이",
    "물",
    "도와줘",
    "기다려줘",
    "없다",
    "씨발",
]
SENTENCES = [
    "화장실 불 좀 꺼라",
    "이제 불 좀 꺼라",
    "거기 문 좀 닫아줘",
    "언제 문 여나",
    "언제 가지 말아요",
]
SAID = spoken(FREQUENT, SENTENCES * 3, lambda text: text != "씨발")


@pytest.mark.parametrize(
    "text",
    [
        "네",
        "네 좋아요",
        "응 좋아",
        "불 좀 꺼라",
        "물 좀 주세요",
        "기다려 주세요",
        "세 개 주세요",
        "몇 시",
        "한 개 더 주세요",
        "만 오천 원",
        "열하나",
        "삼십 분",
        "이 층이에요",
        "스무 살이에요",
        "만 원",
        "천오백 원",
        "유월",
        "하나",
        "네 명이에요",
    ],
)
def test_what_is_said_is_known(text):
    assert SAID.log_prob(SPOKEN, text) > -np.inf


@pytest.mark.parametrize("text", ["씨발", "도와 주세요", "세 원", "삼 시", "화장실 불 좀 꺼라"])
def test_what_is_not_said_so_is_not(text):
    assert SAID.log_prob(SPOKEN, text) == -np.inf


@pytest.mark.parametrize("text", ["언제 가요", "물 좋아요", "문 좀 닫아 주세요"])
def test_short_sentences_are_put_together(text):
    assert SAID.log_prob(SHORT, text) > -np.inf


@pytest.mark.parametrize("text", ["언제 씨발", "네 좋아요", "문 좀 닫아줘", "언제"])
def test_not_of_anything(text):
    assert SAID.log_prob(SHORT, text) == -np.inf


def test_what_ends_no_sentence_is_seldom_said_behind_an_interjection():
    ends, goes_on = (
        SAID.log_prob(SPOKEN, f"네 {word}") - SAID.log_prob(SPOKEN, word)
        for word in ("말아요", "가지")
    )
    assert ends > goes_on


def test_an_utterance_is_as_polite_as_its_interjection():
    for interjection, likely, unlikely in (("네", "좋아요", "좋아"), ("응", "좋아", "좋아요")):
        polite, plain = (
            SAID.log_prob(SPOKEN, f"{interjection} {text}") - SAID.log_prob(SPOKEN, text)
            for text in (likely, unlikely)
        )
        assert polite > plain


def test_sentences_end_in_sentences():
    texts = ["화장실 불 좀 꺼라", "이제 불 좀 꺼라", "비가 온다", "언제 까지", "언제 까지"]
    assert sentence_ends([text.split() for text in texts]) == {"좀 꺼라": 2.0, "불 좀 꺼라": 2.0}


@pytest.mark.parametrize(
    ("written", "right"),
    [
        ("얼마에요", "얼마예요"),
        ("집이에요", "집이에요"),
        ("아니에요", "아니에요"),
        ("에요", "에요"),
        ("문 좀 닫아줘", "문 좀 닫아 줘"),
        ("계산해주세요", "계산해 주세요"),
        ("도와주세요", "도와주세요"),
        ("먼저 주세요", "먼저 주세요"),
        ("안줘", "안줘"),
        ("진심으로 감사 드립니다", "진심으로 감사드립니다"),
    ],
)
def test_utterances_are_spelled_by_the_standard(written, right):
    assert standard(written) == right


@pytest.mark.parametrize(
    ("number", "name"),
    [
        (1, "일"),
        (10, "십"),
        (16, "십육"),
        (100, "백"),
        (1500, "천오백"),
        (10000, "만"),
        (35000, "삼만 오천"),
        (110000, "십일만"),
        (1000000, "백만"),
    ],
)
def test_numbers_are_named(number, name):
    assert chinese_number(number) == name


@given(st.sets(st.integers(1, 99_999_999), min_size=2, max_size=2))
def test_numbers_have_names_of_their_own(numbers):
    one, other = numbers
    assert chinese_number(one) != chinese_number(other)
