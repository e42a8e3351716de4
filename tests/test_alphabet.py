"""Alphabets: inventories load, and every text of Hangul can be spelled with any of them."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jihwa.data.alphabet import LETTERS, Alphabet
from jihwa.data.messages import DataError, UsageError

INVENTORIES = {"basic24": 24, "extended31": 31, "full40": 40}
BASIC = Alphabet.load()
SIGNS = 'signs = ["' + '", "'.join(BASIC.signs) + '"]'
SPELLING = "[spelling]\n" + "\n".join(
    f'"{letter}" = {list(signs)}' for letter, signs in BASIC.sequences.items()
)

syllables = st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3)


@pytest.mark.parametrize(("name", "n_signs"), INVENTORIES.items())
def test_shipped_inventory_spells_every_letter_with_its_own_signs(name, n_signs):
    alphabet = Alphabet.load(name)
    assert (alphabet.name, len(alphabet.signs)) == (name, n_signs)
    assert set(alphabet.spelling) == set(LETTERS)
    for letter, signs in alphabet.spelling.items():
        assert set(signs) <= set(alphabet.signs)
        assert signs == (letter,) if letter in alphabet.index else len(signs) > 1


@pytest.mark.parametrize("name", INVENTORIES)
def test_index_is_the_place_of_a_sign(name):
    alphabet = Alphabet.load(name)
    assert [alphabet.signs[i] for i in alphabet.index.values()] == list(alphabet.index)


@pytest.mark.parametrize(
    ("inventory", "word", "signs"),
    [
        ("basic24", "한글", "ㅎㅏㄴㄱㅡㄹ"),
        ("basic24", "아까", "ㅇㅏㄱㄱㅏ"),
        ("basic24", "값", "ㄱㅏㅂㅅ"),
        ("basic24", "왜", "ㅇㅗㅏㅣ"),
        ("basic24", "ㅋㅋㅢ", "ㅋㅋㅡㅣ"),
        ("extended31", "의외", "ㅇㅢㅇㅚ"),
        ("extended31", "꽤", "ㄱㄱㅗㅏㅣ"),
        ("full40", "꽤", "ㄲㅙ"),
        ("full40", "넋", "ㄴㅓㄱㅅ"),
        ("basic24", "", ""),
    ],
)
def test_letters_without_a_sign_are_spelled_in_sequence(inventory, word, signs):
    assert "".join(Alphabet.load(inventory).spell(word)) == signs


@given(st.text(syllables, max_size=8))
def test_spelling_does_not_depend_on_the_unicode_form(word):
    spelled = BASIC.spell(word)
    assert spelled == BASIC.spell(unicodedata.normalize("NFD", word))
    assert 2 * len(word) <= len(spelled) <= 7 * len(word)


@given(st.text())
def test_a_text_is_spelled_or_refused_and_never_breaks(word):
    try:
        spelled = BASIC.spell(word)
    except UsageError as error:
        assert word in error.message.ko
        assert word in error.message.en
    else:
        assert set(spelled) <= set(BASIC.signs)


@pytest.mark.parametrize("word", ["abc", "가1", "나!", "ㆍ", "漢", "ᄀ", "가 나"])
def test_what_is_not_modern_hangul_cannot_be_spelled(word):
    with pytest.raises(UsageError):
        BASIC.spell(word)


def test_a_wearer_can_add_signs(tmp_path):
    path = tmp_path / "mine.toml"
    signs = SIGNS.replace("]", ', "ㅐ", "사랑"]')
    spelling = SPELLING.replace("\"ㅐ\" = ['ㅏ', 'ㅣ']\n", "")
    path.write_text(f'name = "mine"\n{signs}\n{spelling}', encoding="utf-8")
    mine = Alphabet.load(path)
    assert mine.signs == (*BASIC.signs, "ㅐ", "사랑")
    assert mine.spell("개") == ("ㄱ", "ㅐ")


@pytest.mark.parametrize(
    "content",
    [
        "",
        "signs = [",
        'name = "no signs"',
        f"{SIGNS}\n{SPELLING}",
        'name = "too few"\nsigns = ["ㄱ", "ㅏ"]',
        f'name = "twice"\n{SIGNS}\n{SPELLING}'.replace('"ㄴ",', '"ㄴ", "ㄴ",'),
        f'name = "unknown sign"\n{SIGNS}\n{SPELLING}'.replace('"ㄲ" = [', '"ㄲ" = ["ㄲ", '),
        f'name = "no sequence"\n{SIGNS}\n[spelling]\n"ㄲ" = 1',
        f'name = "no table"\n{SIGNS}\nspelling = 3',
        'name = "no list"\nsigns = 3',
        b"\xff\xfe\x00",
    ],
)
def test_a_file_that_is_no_alphabet_is_refused_by_name(tmp_path, content):
    path = tmp_path / "broken.toml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(DataError):
        Alphabet.load(path)


@pytest.mark.parametrize("name", ["basic25", "no/such.toml", "."])
def test_an_unknown_inventory_is_the_users_mistake(name):
    with pytest.raises(UsageError, match="basic24"):
        Alphabet.load(name)
