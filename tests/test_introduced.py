"""Correction introduces no profanity: it comes out when it was spelled, and only then.

Stories are written as in `emissions`.
"""

from importlib import resources

import numpy as np
import pytest
from emissions import BASIC, emission, shown
from hypothesis import given, settings
from hypothesis import strategies as st
from stories import model

from jihwa.composer.composer import Composer
from jihwa.composer.decoding.options import DecoderOptions
from jihwa.composer.letters import compose
from jihwa.recognizer.events import readings

SMALL = DecoderOptions(beam=24)
LIST = resources.files("jihwa.composer.language") / "profane.txt"
WORDS = [
    word
    for line in LIST.read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
    for word in line.split()
]


def read(emissions, options=None):
    composer = Composer(BASIC, model(), options)
    for each in emissions:
        composer.feed(each)
    return composer.flush()


def introduced(text, emissions):
    """Which words of a text are in the list although nobody spelled them."""
    likeliest = "".join(readings(BASIC)[int(each.of_readings.argmax())] for each in emissions)
    found = [word for word in text.split() if word in WORDS]
    return [word for word in found if "".join(BASIC.spell(word)) not in likeliest]


@pytest.mark.parametrize("word", ["병신", "시발", "지랄", "미친놈", "섹스"])
def test_what_was_spelled_comes_out(word):
    assert compose(word, BASIC, model()).text.replace(" ", "") == word
    assert read(shown(BASIC.spell(word), BASIC)).text.replace(" ", "") == word


@pytest.mark.parametrize("word", WORDS)
def test_a_word_with_one_sign_in_doubt_is_not_mended_into_profanity(word):
    """Each sign in turn looks a little more like another one."""
    signs = BASIC.spell(word)
    for place in range(0, len(signs), 2):
        emissions = shown(signs, BASIC)
        other = "ㅠ" if signs[place] in "ㅏㅑㅓㅕㅗㅛㅜㅠㅡㅣ" else "ㅋ"
        emissions[place] = emission({signs[place]: -0.5, other: 0.0}, 0.7 * place, BASIC)
        assert introduced(read(emissions, SMALL).text, emissions) == []


@pytest.mark.parametrize("word", ["고장", "오피스텔", "시발점", "하고자", "프로리그", "등신대"])
def test_clean_words_that_look_alike_are_mended_as_ever(word):
    signs = BASIC.spell(word)
    emissions = shown(signs, BASIC)
    place = len(signs) - 1
    other = "ㅠ" if signs[place] in "ㅏㅑㅓㅕㅗㅛㅜㅠㅡㅣ" else "ㅋ"
    emissions[place] = emission({signs[place]: -0.5, other: 0.0}, 0.7 * place, BASIC)
    assert read(emissions).text.replace(" ", "") == word


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(WORDS), st.integers(0, 2**32 - 1))
def test_no_noise_turns_into_profanity(word, seed):
    rng = np.random.default_rng(seed)
    emissions = [
        emission({sign: 4.0}, 0.7 * at, BASIC, rng.normal(scale=7, size=26))
        for at, sign in enumerate(BASIC.spell("나는" + word + "이다"))
    ]
    assert introduced(read(emissions, SMALL).text, emissions) == []
