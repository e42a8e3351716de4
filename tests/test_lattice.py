"""Alternative cuts of the signal, weighed in the same beam as everything else.

Stories are written as in `emissions`.
"""

import math
from dataclasses import replace

import numpy as np
import pytest
from decoding import ALPHABET, N_SIGNS, Bigrams
from emissions import BASIC, emission, shown, whole
from hypothesis import given, settings
from hypothesis import strategies as st
from stories import Reader

from jihwa.composer.decoding.arcs import SegmentationRates
from jihwa.composer.decoding.decoder import Decoder
from jihwa.composer.decoding.options import DecoderOptions
from jihwa.data.messages import UsageError

UNMENDED = DecoderOptions(rates=SegmentationRates(missed=0.0, spurious=0.0))
"""The decoder cannot help itself: only the lattice offers other cuts."""


def read(boundaries, options=UNMENDED):
    return Reader(BASIC, options).feed(boundaries)


def test_the_text_decides_that_two_holds_were_one():
    b, a1, a2, b2 = shown("ㅂㅏㅏㅂ", BASIC)
    cut = read([b, a1, (a2, whole("ㅏ", 0.7, 1.8)), b2])
    transcript = cut.flush()
    assert transcript.text == "밥"
    assert [sign.sign for sign in transcript.signs] == list("ㅂㅏㅂ")
    assert (transcript.signs[1].start_s, transcript.signs[1].end_s) == (0.7, 1.8)


def test_the_text_decides_that_one_hold_was_two():
    story = shown("ㅎㅏㄱㄱㅛ", BASIC)
    cut = read([*story[:3], (story[3], whole("ㄱ", 1.4, 2.5)), story[4]])
    transcript = cut.flush()
    assert transcript.text == "학교"
    assert [sign.sign for sign in transcript.signs] == list("ㅎㅏㄱㄱㅛ")


def test_the_likelier_cut_wins_where_the_text_does_not_care():
    first, second = shown("ㅅㅣ", BASIC)

    def text(log_prob):
        return read([first, (second, whole("ㅗ", 0.0, 1.1, log_prob))]).flush().text

    assert text(log_prob=-30.0) == "시"
    assert text(log_prob=30.0) == "ㅗ"


def test_a_letter_of_several_signs_is_spelled_along_any_path():
    wa = shown("ㄱㅗㅏㅏㄴ", BASIC)  # 관, its ㅏ cut in two
    transcript = read([*wa[:3], (wa[3], whole("ㅏ", 1.4, 2.5)), wa[4]]).flush()
    assert transcript.text == "관"
    assert len(transcript.signs) == 4


def test_backspace_takes_back_a_long_hold_at_once():
    b, a1, a2, b2 = shown("ㅂㅏㅏㅂ", BASIC)
    reader = read([b, a1, (a2, whole("ㅏ", 0.7, 1.8)), b2])
    for text in ("바", "ㅂ", ""):
        reader.follow(reader.composer.backspace())
        assert reader.text == text
    assert reader.feed([b, a1, b2]).flush().text == "밥"


def test_an_alternative_that_begins_before_what_is_final_does_not_reopen_it():
    b, a1, a2, b2 = shown("ㅂㅏㅏㅂ", BASIC)
    reader = read([b, a1])
    reader.follow(reader.composer.complete())
    assert reader.committed == "바"
    reader.feed([whole("ㅏ", 0.7, 1.8)])  # nothing else ends here: it is read as far as it is new
    reader.feed([b2, a2])
    assert reader.text.startswith("바")


def test_confidence_counts_both_cuts():
    first, second = shown("ㅅㅣ", BASIC)
    sure = read([first, (second, whole("ㅗ", 0.0, 1.1, -30.0))]).flush()
    torn = read([first, (second, whole("ㅗ", 0.0, 1.1, -0.5))]).flush()
    assert sure.words[0].confidence > torn.words[0].confidence
    probabilities = [math.exp(candidate.log_prob) for candidate in torn.candidates]
    assert sum(probabilities) <= 1 + 1e-9


def test_spans_beyond_the_options_are_refused():
    decoder = Decoder(ALPHABET, Bigrams())
    held = shown("ㅏ", BASIC)[0]
    for spans in (0, DecoderOptions().longest_span + 1):
        wrong = replace(held, segment=replace(held.segment, spans=spans))
        with pytest.raises(UsageError, match="longest_span"):
            decoder.step(decoder.begin(), (held, wrong))
    with pytest.raises(UsageError, match="0 emissions"):
        decoder.step(decoder.begin(), ())


lattices = st.lists(st.tuples(st.booleans(), st.booleans(), st.integers(0, 2**32 - 1)), max_size=14)


@settings(max_examples=40, deadline=None)
@given(lattices, st.sets(st.integers(0, 13), max_size=3))
def test_any_lattice_gives_a_text_whose_signs_do_not_overlap(plan, interruptions):
    reader = Reader(BASIC, DecoderOptions(beam=24))
    for place, (single, double, seed) in enumerate(plan):
        rng = np.random.default_rng(seed)
        one = emission({}, 1.0 + place, BASIC, rng.normal(scale=6, size=N_SIGNS + 2))
        two = emission({}, float(place), BASIC, rng.normal(scale=6, size=N_SIGNS + 2))
        two = replace(two, segment=replace(two.segment, end_s=1.4 + place, spans=2))
        ending = [one] * (single or not double) + [two] * double
        reader.follow(reader.composer.feed(*ending))
        if place in interruptions:
            change = (reader.composer.commit, reader.composer.backspace, reader.composer.complete)
            reader.follow(change[seed % 3]())
    transcript = reader.flush()
    if not interruptions:
        ends = [sign.end_s for sign in transcript.signs]
        begins = [sign.start_s for sign in transcript.signs]
        assert all(a < b for a, b in zip(ends, begins[1:], strict=False))
