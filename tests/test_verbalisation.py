"""How numbers, symbols and Latin letters are read, by the pairs in verbalisations.tsv."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pairs import pairs_of

from jihwa.io.speech.pronunciation import pronounce
from jihwa.io.speech.verbalisation import native, sino, verbalised

KINDS = pairs_of("verbalisations.tsv")


@pytest.mark.parametrize("kind", KINDS)
def test_kind(kind):
    found = {written: verbalised(written).strip() for written in KINDS[kind]}
    assert found == KINDS[kind]


def value(said):
    """The number that Chinese numerals name."""
    total = 0
    for group in said.split():
        count, myriad = re.fullmatch("(.*?)([만억조경]?)", group).groups()
        below = 0
        for digit, ten in re.findall("([일이삼사오육칠팔구]?)([십백천]|$)", count):
            if digit or ten:
                below += ("영일이삼사오육칠팔구".index(digit) if digit else 1) * (
                    10 ** "일십백천".index(ten or "일")
                )
        total += (below or 1) * 10 ** (4 * "일만억조경".index(myriad or "일"))
    return total


@given(st.integers(1, 10**20 - 1))
def test_a_number_is_found_in_its_chinese_numerals_again(number):
    assert value(sino(str(number))) == number


def test_native_numerals_differ_from_one_another():
    assert len({native(number) for number in range(1, 1000)}) == 999


@given(st.text() | st.text(st.sampled_from("0123456789,.:/-~+ 시개번월원%$kmA대·제")))
def test_no_digit_is_left(text):
    assert not re.search(r"\d", verbalised(text))
    pronounce(text)


@given(st.text(st.characters(categories=["Lo", "Zs"]) | st.sampled_from(".,!?")))
def test_words_stay_as_they_are(text):
    assert verbalised(text) == text


@pytest.mark.parametrize("unit", ["1", "1.1", "1-", "1,111", "1:", "A", "-1~", "1 ", "제1", "010"])
def test_a_long_text_takes_no_longer_than_its_length(unit):
    began_s = time.monotonic()
    verbalised(unit * (60_000 // len(unit)))
    assert time.monotonic() - began_s < 5.0
