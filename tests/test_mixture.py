"""The n-gram and the lexicon together."""

import gc
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_models import state_after

from jihwa.composer.language.jamo import BOUNDARY, encode
from jihwa.composer.language.lexicon import Lexicon
from jihwa.composer.language.mixture import Mixture, MixtureState
from jihwa.composer.language.ngram import LanguageModel
from jihwa.composer.language.token_model import Mode

N_GRAM = LanguageModel.load()
SMALL = Mixture(
    N_GRAM,
    Lexicon.of_words("persons", {"김민수": 3.0, "이민지": 1.0})
    | Lexicon.of_words("places", {"경기도": 2.0, "경기도 광주시": 2.0, "뷁쀍": 1.0})
    | Lexicon.of_words("words", {"경기": 2.0, "나는": 5.0, "시장": 1.0})
    | Lexicon.of_words("personal", {"민수네": 1.0}),
)
SHIPPED = Mixture.load()

PARTS = ["경기", "경기도", " ", "광주시", "김민수", "나는", "시장", "민수네", "뷁쀍", "가"]
texts = st.lists(st.sampled_from(PARTS)).map(lambda parts: " ".join("".join(parts).split()))


def score(model: Mixture, text: str) -> float:
    state, total = model.start(), 0.0
    for token in (*encode(text).tolist(), BOUNDARY):
        total += state.row()[token]
        state = state.after(token)
    return total


def test_an_old_state_does_not_keep_all_that_came_of_it():
    def alive() -> int:
        gc.collect()
        return sum(type(each) is MixtureState for each in gc.get_objects())

    before = alive()
    with patch("jihwa.composer.language.mixture.MOST_STATES", 5):
        model = SHIPPED.in_mode(Mode.FREE)
        state = old = model.start()
        for token in encode("나는 시장 " * 100).tolist():
            state = state.after(token)
    assert alive() - before <= 2 + 5
    assert list(old.row()) == list(SHIPPED.start().row())


@settings(max_examples=50)
@given(texts, st.sampled_from(Mode))
def test_probabilities_sum_to_one_where_those_of_the_n_gram_do(text, mode):
    state = state_after(SMALL.in_mode(mode), text)
    mixed, n_gram = (float(np.exp(row).sum()) for row in (state.row(), state.n_gram.row()))
    assert mixed == pytest.approx(1, abs=abs(n_gram - 1) + 0.02)


@settings(max_examples=25)
@given(texts, texts, texts)
def test_states_are_the_same_exactly_where_they_predict_alike(one, other, text):
    first, second = state_after(SMALL, one + text), state_after(SMALL, other + text)
    alike = [(s.n_gram, s.nodes, s.steps, s.spotter) for s in (first, second)]
    assert (first is second) == (alike[0] == alike[1])


@pytest.mark.parametrize("text", ["김민수", "경기도 광주시", "뷁쀍", "나는", "민수네"])
def test_words_of_the_lexicon_are_likelier_than_the_n_gram_says(text):
    assert score(SMALL, text) > N_GRAM.score(text) + 1


@pytest.mark.parametrize("text", ["나는 뷁쀍", "시장에 김민수", "나는 민수네에 갔다"])
def test_so_they_are_inside_a_text(text):
    assert score(SMALL, text) > N_GRAM.score(text) + 1


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("text", ["쫑뷀", "어디서 만날까"])
def test_unknown_words_can_be_spelled_in_every_mode(mode, text):
    assert score(SHIPPED.in_mode(mode), text) > N_GRAM.score(text) - 6


def test_a_word_with_a_space_is_one_word():
    alone = Mixture(N_GRAM, Lexicon.of_words("places", {"뷁쀍 쀍뷁": 1.0}))
    assert np.argmax(state_after(alone, "뷁쀍 ").row()) == encode("쀍")[0]
    assert score(alone, "뷁쀍 쀍뷁") > -5


def test_a_particle_may_follow():
    with_particle = score(SMALL, "경기도에서") - score(SMALL, "경기도")
    assert with_particle > N_GRAM.score("경기도에서") - N_GRAM.score("경기도") - 4


def test_what_the_lexicon_does_not_know_is_soon_forgotten():
    state = state_after(SMALL, "김치")
    np.testing.assert_allclose(state.row(), state.n_gram.row(), atol=1e-5)


def test_modes_expect_different_texts():
    name, word, free = (SHIPPED.in_mode(mode) for mode in (Mode.NAME, Mode.WORD, Mode.FREE))
    for text in ("윤서연", "마포구", "세르비아"):
        assert score(name, text) > score(free, text) > score(word, text)
    for text in ("그래서", "영화"):
        assert score(word, text) > score(free, text) > score(name, text)


def test_without_a_lexicon_it_is_the_n_gram():
    bare = Mixture(N_GRAM, Lexicon.of_words("personal", {}))
    for text in ("나는 학교에 간다", "김민수"):
        assert score(bare, text) == pytest.approx(N_GRAM.score(text), rel=1e-4)


def test_profane_words_are_told_when_they_are_complete():
    def is_profane(text):
        state, (*before, last) = SHIPPED.start(), encode(text).tolist()
        for token in before:
            state = state.after(token)
        return state.is_profane(last)

    assert [is_profane(text) for text in ("씨바", "씨발", "씨발점")] == [False, True, False]
    assert is_profane("시발 ")
    assert state_after(SHIPPED, "시발").is_profane(BOUNDARY)
    assert not is_profane("시발점 ")
