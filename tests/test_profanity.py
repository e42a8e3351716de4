"""What correction must not introduce, and what only looks like it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jihwa.composer.language.files import read_lexicon
from jihwa.composer.language.jamo import BOUNDARY, encode
from jihwa.composer.language.lexicon import Lexicon
from jihwa.composer.language.profanity import Profanity
from jihwa.composer.language.training.lexicon import profane_patterns

SMALL = Profanity(
    profane_patterns(
        ["씨발", "고자", "시발", "섹스", "오피"],
        ["고자질", "하고자", "시발점", "동시발생", "미들섹스", "오피스"],
    )
)


@pytest.fixture(scope="module")
def shipped() -> Profanity:
    return Profanity(read_lexicon())


@pytest.mark.parametrize(
    "text", ["씨발", "아씨발", "나는 씨발점에", "섹스를", "한 섹스", "고자", "시발"]
)
def test_profane_words_are_found(text):
    assert SMALL.is_in(text)


@pytest.mark.parametrize(
    "text", ["고장", "하고자", "고자질", "시발점", "동시발생", "오피스", "미들섹스"]
)
def test_clean_words_with_the_same_letters_are_not(text):
    assert not SMALL.is_in(text)


def test_a_word_of_its_own_may_have_a_particle():
    assert SMALL.is_in("저 시발이 또")
    assert not SMALL.is_in("저 시발역에")


def test_a_word_that_ends_in_a_consonant_is_found_with_it():
    state, found = SMALL.start, []
    for token in encode("씨발점").tolist():
        state = SMALL.follow(state, token)
        found.append(SMALL.found(state))
    assert found == [False, False, False, False, True, False, False, False]


def test_a_word_that_ends_in_a_vowel_is_found_behind_it():
    for behind, found in (("섹슨", False), ("섹스", False), ("섹스나", True)):
        state = SMALL.start
        for token in encode(behind)[:6].tolist():
            state = SMALL.follow(state, token)
        assert SMALL.found(state) == found
    state = SMALL.follow(state, BOUNDARY)
    assert not SMALL.found(state)  # it is said once


@given(st.text("시발고자오피점스 ", max_size=8))
def test_spaces_are_the_ends_of_words(text):
    words = text.split()
    assert SMALL.is_in(" ".join(words)) == any(SMALL.is_in(word) for word in words)


def test_without_patterns_nothing_is_profane():
    assert not Profanity(Lexicon.of_words("words", {"가": 1.0})).is_in("씨발")


@pytest.mark.parametrize(
    "text", ["씨발", "병신", "지랄", "개새끼", "미친놈아", "아 시발", "존나웃겨"]
)
def test_the_shipped_list_knows(shipped, text):
    assert shipped.is_in(text)


@pytest.mark.parametrize(
    "text",
    [
        "고장",
        "말하고자",
        "오피스텔",
        "시발점",
        "프로리그",
        "플로리다",
        "도시바",
        "칼로리",
        "에티오피아",
        "낚시바늘",
        "보지",
        "새끼손가락",
        "사건마다",
        "안녕하세요",
        "개념",
    ],
)
def test_the_shipped_list_spares(shipped, text):
    assert not shipped.is_in(text)
