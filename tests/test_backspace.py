"""Backspace takes back one sign as if it had never been shown; edits follow whatever happens.

Stories are written as in `emissions`.
"""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from emissions import BASIC, NAMES, OWN, cut_in_two, emission, shown
from hypothesis import given, settings
from hypothesis import strategies as st
from stories import Reader

from jihwa.composer.decoding.options import DecoderOptions
from jihwa.composer.text.transcript import Sign
from jihwa.recognizer.events import readings

SMALL = DecoderOptions(beam=24)

letters = st.sampled_from([*BASIC.signs, "ㅐ", "space"])
texts = st.lists(st.sampled_from([*"ㄱㄴㄹㅅㅇㅎㅏㅓㅗㅣㅐ-_"]), max_size=14).map("".join)


def noisy(story, seed):
    """A story as a doubtful classifier sees it; commands stay clear."""
    rng = np.random.default_rng(seed)
    noise = rng.normal(scale=6, size=(len(story), len(readings(OWN))))
    noise[:, [OWN.index[name] for name in ("backspace", "enter", "speak", "clear")]] = -60
    return [
        emission({NAMES.get(step, step): 0.0}, 0.7 * i, noise=noise[i])
        for i, step in enumerate(story)
    ]


def test_a_hold_that_was_cut_in_two_is_taken_back_as_one_sign():
    reader = Reader(options=SMALL).feed(cut_in_two(shown("ㅎ"), 0))
    assert reader.text == "ㅎ"
    assert reader.feed([emission({"backspace": 0.0}, 1.4)]).text == ""


@settings(max_examples=20, deadline=None)
@given(texts, texts, st.integers(0, 2**32 - 1), st.sampled_from(["수학", "월세 방", "a"]))
def test_a_word_sign_stands_by_itself_and_is_taken_back_whole(before, after, seed, word):
    first, rest = noisy(before, seed), noisy(after, seed + 1)
    sign = Sign(10.0, 11.0, word, ((word, 0.8), ("무한", 0.1)))
    with_it, without = Reader(options=SMALL).feed(first), Reader(options=SMALL).feed(first)
    with_it.follow(with_it.composer.show(sign))
    *_, shown_word = with_it.composer.words()
    assert with_it.text.split()[-len(word.split()) :] == word.split()
    assert with_it.committed == with_it.text
    assert [each for each in with_it.composer.signs() if each.sign == word] == [sign]
    if " " not in word:
        assert (shown_word.start_s, shown_word.end_s, shown_word.confidence) == (10.0, 11.0, 0.8)
    with_it.follow(with_it.composer.backspace())
    assert with_it.text == without.text
    for each in rest:
        assert with_it.feed([each]).text == without.feed([each]).text
    with_it.follow(with_it.composer.show(sign))
    with_it.feed([emission({"ㄱ": 0.0}, 12.0)])
    assert with_it.text.endswith(f"{word} ㄱ")


@settings(max_examples=40, deadline=None)
@given(texts, letters, texts, st.integers(0, 2**32 - 1), st.booleans())
def test_a_sign_and_a_backspace_are_as_if_neither_had_been_shown(before, sign, after, seed, pause):
    first, rest = noisy(before, seed), noisy(after, seed + 1)
    at_s = 0.7 * len(before)
    with_it, without = Reader(options=SMALL), Reader(options=SMALL)
    for reader in (with_it, without):
        reader.feed(first)
        if pause:
            reader.follow(reader.composer.commit())
    with_it.feed([emission({sign: 0.0}, at_s)])
    with_it.feed([emission({"backspace": 0.0}, at_s)])
    assert (with_it.text, with_it.committed) == (without.text, without.committed)
    for each in rest:
        assert with_it.feed([each]).text == without.feed([each]).text
    once, never = with_it.flush(), without.flush()
    assert (once.text, once.candidates, once.words) == (never.text, never.candidates, never.words)
    assert [sign for sign in once.signs if sign.sign != "backspace"] == list(never.signs)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.sampled_from("ㄱㄴㅅㅇㅎㅏㅓㅗㅣㅐ-_<<<!↵×c"), max_size=40).map("".join),
    st.integers(0, 2**32 - 1),
)
def test_edits_reproduce_the_text_whatever_is_shown(story, seed):
    """`c` is a commit on demand."""
    reader = Reader(options=SMALL)
    clear = set("<!↵×")
    for step, doubtful in zip(story, noisy(story.replace("c", "ㄱ"), seed), strict=True):
        if step == "c":
            reader.follow(reader.composer.commit())
        else:
            sure = replace(shown(step)[0], segment=doubtful.segment)
            reader.feed([sure if step in clear else doubtful])
    transcript = reader.flush()
    assert transcript.candidates[0].text == transcript.text
    assert reader.composer.flush().text == ""


def test_backspaces_take_everything_back_however_long_the_text():
    reader = Reader().feed(shown("ㅇㅏㄴㄴㅕㅇㅎㅏㅅㅔㅇㅛ".replace("ㅔ", "ㅓㅣ") * 6))
    assert len(reader.text) >= 30
    lengths = [len(reader.text)]
    while reader.text:
        reader.feed(shown("<"))
        lengths.append(len(reader.text))
        assert len(lengths) < 100
    # One sign less may be read with one space more.
    assert all(after <= before + 1 for before, after in pairwise(lengths))
    assert reader.feed(shown("ㄴㅏ")).flush().text == "나"


def test_a_hold_that_was_cut_in_two_is_taken_back_at_once():
    reader = Reader().feed(cut_in_two(shown("ㅎㅏ"), 1))
    assert reader.text == "하"
    assert reader.feed(shown("<")).text == "ㅎ"


def test_what_was_committed_because_of_a_sign_is_open_again_without_it():
    reader = Reader().feed(shown("ㄴㅏㄴㅡㄴ"))
    reader.follow(reader.composer.commit())
    assert reader.committed == "나는"
    reader.feed(shown("_ㅈㅣㅂ"))
    for text in ("나는 지", "나는 ㅈ", "나는", "나는", "나느", "난", "나", "ㄴ", ""):
        assert reader.feed(shown("<")).text == text
    assert reader.committed == ""


@pytest.mark.parametrize("is_final", [True, False])
@pytest.mark.parametrize(("kept", "text"), [(0, ""), (2, "나"), (5, "나는"), (9, "나는 집")])
def test_what_was_signed_since_a_moment_is_withdrawn_and_an_undo_brings_it_back(
    kept, text, is_final
):
    emissions = shown("ㄴㅏㄴㅡㄴ_ㅈㅣㅂㅇㅓㅣ_ㄱㅏ")
    reader = Reader().feed(emissions)
    if is_final:
        reader.follow(reader.composer.complete())
    reader.follow(reader.composer.withdraw(emissions[kept].segment.start_s))
    assert reader.text == text
    reader.follow(reader.composer.withdraw(emissions[kept].segment.start_s))
    assert reader.text == text
    reader.follow(reader.composer.undo())
    assert reader.text == "나는 집에 가"
