"""The n-gram and the lexicon together."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jihwa.composer.language.jamo import BOUNDARY, N_TOKENS, encode
from jihwa.composer.language.lexicon import Lexicon
from jihwa.composer.language.mixture import Mixture
from jihwa.composer.language.modes import Mode
from jihwa.composer.language.ngram import LanguageModel

N_GRAM = LanguageModel.load()
COLUMNS = N_GRAM.start().shape[1]
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


def after(model: Mixture, text: str) -> np.ndarray:
    state = model.start()
    for token in encode(text):
        state = model.advance(state, token[None])
    return state


def score(model: Mixture, text: str) -> float:
    state, total = model.start(), 0.0
    for token in [*encode(text), BOUNDARY]:
        total += float(model.log_prob(state)[0, token])
        state = model.advance(state, np.array([token]))
    return total


@settings(max_examples=50)
@given(texts, st.sampled_from(Mode))
def test_probabilities_sum_to_one_where_those_of_the_n_gram_do(text, mode):
    state = after(SMALL.in_mode(mode), text)
    mixed = float(np.exp(SMALL.in_mode(mode).log_prob(state)).sum())
    n_gram = float(np.exp(N_GRAM.log_prob(state[:, :COLUMNS])).sum())
    assert mixed == pytest.approx(1, abs=abs(n_gram - 1) + 0.02)


@settings(max_examples=25)
@given(texts, texts, texts)
def test_states_with_equal_keys_predict_alike(one, other, text):
    pair = np.concatenate([after(SMALL, one + text), after(SMALL, other + text)])
    first, second = SMALL.key(pair)
    assert (first == second) == (pair[0] == pair[1]).all()
    if first == second:
        for token in encode("경기도 광주시"):
            first, second = SMALL.log_prob(pair)
            np.testing.assert_array_equal(first, second)
            pair = SMALL.advance(pair, token.repeat(2))


@settings(max_examples=15)
@given(st.lists(texts, min_size=2, max_size=6))
def test_a_beam_is_scored_like_its_hypotheses_alone(several):
    states = np.concatenate([after(SHIPPED, text) for text in several])
    alone = np.concatenate([SHIPPED.log_prob(state[None]) for state in states])
    np.testing.assert_allclose(SHIPPED.log_prob(states), alone, rtol=1e-5)
    tokens = np.array([encode("가나다라마바")[2 * i] for i in range(len(several))])
    following = [SHIPPED.advance(s[None], t[None]) for s, t in zip(states, tokens, strict=True)]
    np.testing.assert_array_equal(SHIPPED.advance(states, tokens), np.concatenate(following))


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
    following = alone.log_prob(after(alone, "뷁쀍 "))[0]
    assert following.argmax() == encode("쀍")[0]
    assert score(alone, "뷁쀍 쀍뷁") > -5


def test_a_particle_may_follow():
    with_particle = score(SMALL, "경기도에서") - score(SMALL, "경기도")
    assert with_particle > N_GRAM.score("경기도에서") - N_GRAM.score("경기도") - 4


def test_what_the_lexicon_does_not_know_is_soon_forgotten():
    state = after(SMALL, "김치")
    n_gram = N_GRAM.log_prob(state[:, :COLUMNS])
    np.testing.assert_allclose(SMALL.log_prob(state), n_gram, atol=1e-5)


def test_modes_expect_different_texts():
    name, word, free = (SHIPPED.in_mode(mode) for mode in (Mode.NAME, Mode.WORD, Mode.FREE))
    for text in ("윤서연", "마포구", "세르비아"):
        assert score(name, text) > score(free, text) > score(word, text)
    for text in ("그래서", "영화"):
        assert score(word, text) > score(free, text) > score(name, text)


def test_the_mode_can_change_within_a_text():
    state = after(SHIPPED, "나는 ")
    changed = SHIPPED.in_mode(Mode.NAME).log_prob(state)
    np.testing.assert_array_equal(changed, SHIPPED.log_prob(state))


def test_without_a_lexicon_it_is_the_n_gram():
    bare = Mixture(N_GRAM, Lexicon.of_words("personal", {}))
    for text in ("나는 학교에 간다", "김민수"):
        assert score(bare, text) == pytest.approx(N_GRAM.score(text), rel=1e-4)


def test_profane_words_are_told_when_they_are_complete():
    told = [SHIPPED.profane(after(SHIPPED, text))[0] for text in ("씨바", "씨발", "씨발점")]
    assert told == [False, True, False]
    assert SHIPPED.profane(after(SHIPPED, "시발 "))[0]
    assert SHIPPED.profane(SHIPPED.advance(after(SHIPPED, "시발"), np.array([BOUNDARY])))[0]
    assert not SHIPPED.profane(after(SHIPPED, "시발점 "))[0]


def test_an_empty_beam_is_scored_too():
    nothing = SHIPPED.start()[:0]
    assert SHIPPED.log_prob(nothing).shape == (0, N_TOKENS)
    assert SHIPPED.advance(nothing, np.empty(0, dtype=np.uint8)).shape == nothing.shape
    assert SHIPPED.key(nothing).shape == SHIPPED.profane(nothing).shape == (0,)
