"""What a text may be: free, one word, a name, or exactly what was shown.

Stories are written as in `emissions`.
"""

import functools
import math

import numpy as np
import pytest
from emissions import BASIC, emission, shown
from hypothesis import given, settings
from hypothesis import strategies as st
from stories import Reader, model

from jihwa.composer.composer import Composer
from jihwa.composer.decoding.options import DecoderOptions
from jihwa.composer.language.token_model import Mode
from jihwa.composer.letters import Automaton

SMALL = DecoderOptions(beam=24)


@functools.cache
def composer(mode, options=None):
    return Composer(BASIC, model(), options, mode)


def read(emissions, mode, options=None):
    reader = composer(mode, options)
    for each in emissions:
        reader.feed(each)
    return reader.flush()


def test_one_word_has_no_space_even_if_the_hand_rests():
    story = shown("ㄴㅏㄴㅡㄴ-ㅎㅏㄱㄱㅛ-", BASIC)
    assert read(story, Mode.FREE).text == "나는 학교"
    assert read(story, Mode.WORD).text == "나는학교"


def test_exact_corrects_nothing():
    story = shown("ㄱㅏㅁㅅㅏㅎㅏㅂㄴㅣㄷㅏ", BASIC)
    story[2] = emission({"ㅁ": -2.0, "ㅍ": 0.0}, 1.4, BASIC)
    assert read(story, Mode.FREE).text == "감사합니다"
    assert read(story, Mode.EXACT).text == "갚사합니다"


@pytest.mark.parametrize(
    ("story", "text"),
    [
        ("ㅎㅏㄱㄱㅛ", "학교"),
        ("ㄴㅏㄴㅡㄴㅎㅏㄱㅅㅏㅣㅇ", "나는학생"),
        ("ㄴㅏㄴㅡㄴ-ㅎㅏㄱㅅㅏㅣㅇ", "나는 학생"),
        ("ㄱ-ㅏ-ㄱㅏ", "ㄱ ㅏ 가"),
        ("ㅋㅋㅋ", "ㅋㅋㅋ"),
        ("", ""),
    ],
)
def test_exact_writes_what_was_shown(story, text):
    assert read(shown(story, BASIC), Mode.EXACT).text == text


@settings(max_examples=40, deadline=None)
@given(st.text(alphabet="".join(BASIC.signs) + "-", max_size=16), st.integers(0, 2**32 - 1))
def test_exact_keeps_every_sign_that_was_likeliest(story, seed):
    rng = np.random.default_rng(seed)
    emissions = [
        emission({"rest" if step == "-" else step: 4.0}, 0.7 * at, BASIC, rng.normal(size=26))
        for at, step in enumerate(story)
    ]
    transcript = read(emissions, Mode.EXACT, SMALL)
    spelled = BASIC.spell(transcript.text.replace(" ", ""))
    assert "".join(spelled) == story.replace("-", "")
    words = [word for word in story.split("-") if word]
    assert len(transcript.words) == len(words)


def test_an_exact_text_is_composed_as_well_as_a_certain_one():
    """Better than the automaton, which has no language model to ask."""
    story = "ㅇㅏㄱㄱㅏ"
    assert Automaton(BASIC).compose(story) == "악가"
    assert read(shown(story, BASIC), Mode.EXACT).text == "아까"


def test_an_exact_text_is_as_probable_as_its_signs():
    story = shown("ㄱㅏㄴㅏ", BASIC)
    story[2] = emission({"ㄴ": 0.0, "ㄷ": -0.5}, 1.4, BASIC)
    told = read(story, Mode.EXACT)
    (word,), (sign, p), (other, q) = told.words, *told.signs[2].candidates[:2]
    temperature = DecoderOptions().temperature
    assert (word.text, sign, other) == ("가나", "ㄴ", "ㄷ")
    assert p / q == pytest.approx(math.exp(0.5 / temperature))
    assert 0.5 < word.confidence <= p < 0.7
    assert told.candidates[0].log_prob <= math.log(p)


def test_an_exact_text_can_be_committed_at_any_sign():
    story = shown("ㄱㅏㄱㅏ", BASIC)
    reader = composer(Mode.EXACT)
    for each in story:
        reader.feed(each)
        reader.commit()
    assert reader.flush().text == "가가"


def test_a_text_goes_on_in_another_mode():
    reader = Reader(BASIC).feed(shown("ㅇㅏㅇㅣㄷㅣㄴㅡㄴ-", BASIC))
    reader.follow(reader.composer.expect(model(), Mode.EXACT))
    assert reader.committed == "아이디는"
    assert reader.feed(shown("ㄱㅂㅜㄱ", BASIC)).flush().text == "아이디는 ㄱ북"
