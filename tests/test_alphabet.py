"""Alphabets: inventories load, and every text of Hangul can be spelled with any of them."""

import dataclasses
import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jihwa.data.alphabet import CONTROLS, LETTERS, Alphabet
from jihwa.data.messages import DataError, UsageError

INVENTORIES = {"basic24": 24, "basic31": 31, "extended31": 31, "full40": 40}
BASIC = Alphabet.load()
SIGNS = 'signs = ["' + '", "'.join(BASIC.signs) + '"]'

syllables = st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3)


@pytest.mark.parametrize(("name", "n_signs"), INVENTORIES.items())
def test_shipped_inventory_spells_every_letter_with_its_own_signs(name, n_signs):
    alphabet = Alphabet.load(name)
    assert (alphabet.name, len(alphabet.signs)) == (name, n_signs)
    for letter in LETTERS:
        ways = alphabet.spellings(letter)
        assert all(set(signs) <= set(alphabet.signs) for signs in ways)
        assert list(map(len, ways)) == sorted(map(len, ways))
        assert ways == ((letter,),) if letter in alphabet.index else len(ways[0]) > 1


def ways(alphabet, letter):
    return " ".join("".join(signs) for signs in alphabet.spellings(letter))


@pytest.mark.parametrize(
    ("inventory", "added", "letter", "spelled"),
    [
        ("basic24", "", "ㅙ", "ㅗㅏㅣ"),
        ("basic24", "", "ㄲ", "ㄱㄱ"),
        ("basic24", "ㅐ", "ㅐ", "ㅐ ㅏㅣ"),
        ("basic24", "ㅐ", "ㅙ", "ㅗㅐ ㅗㅏㅣ"),
        ("basic24", "ㅐ", "ㅔ", "ㅓㅣ"),
        ("basic24", "ㅘ", "ㅙ", "ㅘㅣ ㅗㅏㅣ"),
        ("basic24", "ㅐㅘㅙ", "ㅙ", "ㅙ ㅗㅐ ㅘㅣ ㅗㅏㅣ"),
        ("basic24", "ㄲ", "ㄲ", "ㄲ ㄱㄱ"),
        ("basic24", "ㄲ", "ㄳ", "ㄱㅅ"),
        ("extended31", "", "ㅐ", "ㅐ"),
        ("extended31", "", "ㅙ", "ㅗㅐ ㅗㅏㅣ"),
        ("extended31", "", "ㅞ", "ㅜㅔ ㅜㅓㅣ"),
        ("extended31", "ㅙ", "ㅙ", "ㅙ ㅗㅐ ㅗㅏㅣ"),
        ("full40", "", "ㅙ", "ㅙ"),
        ("full40", "", "ㅄ", "ㅂㅅ"),
    ],
)
def test_what_has_a_sign_may_be_shown_by_it_within_a_sequence(inventory, added, letter, spelled):
    assert ways(Alphabet.load(inventory).with_signs(added), letter) == spelled


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
        ("extended31", "꽤", "ㄱㄱㅗㅐ"),
        ("extended31", "웨", "ㅇㅜㅔ"),
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
        quoted = "".join(c if c.isprintable() else "\ufffd" for c in word[:20])
        assert f"'{quoted}'" in error.message.ko
        assert f"'{quoted}'" in error.message.en
    else:
        assert set(spelled) <= set(BASIC.signs)


@pytest.mark.parametrize("word", ["abc", "가1", "나!", "ㆍ", "漢", "ᄀ", "가 나"])
def test_what_is_not_modern_hangul_cannot_be_spelled(word):
    with pytest.raises(UsageError):
        BASIC.spell(word)


def test_a_file_can_spell_letters_in_its_own_way(tmp_path):
    path = tmp_path / "mine.toml"
    signs = SIGNS.replace("]", ', "ㅐ", "사랑"]')
    path.write_text(
        f'name = "mine"\n{signs}\n[spelling]\n"ㄲ" = ["ㄱ", "ㅋ"]\n"ㅐ" = ["ㅏ", "ㅣ"]',
        encoding="utf-8",
    )
    mine = Alphabet.load(path)
    assert mine.signs == (*BASIC.signs, "ㅐ", "사랑")
    assert mine.spell("깨") == ("ㄱ", "ㅋ", "ㅐ")
    assert ways(mine, "ㄲ") == "ㄱㅋ"
    assert ways(mine, "ㅐ") == "ㅐ ㅏㅣ"


# --- the wearer's own signs


def test_own_signs_stand_behind_all_others():
    mine = BASIC.with_signs(["ㅐ", "space"]).with_signs(["ㄲ", "backspace"])
    assert mine.signs == (*BASIC.signs, "ㅐ", "space", "ㄲ", "backspace")
    assert mine.spell("깨") == ("ㄲ", "ㅐ")
    assert BASIC.spell("깨") == ("ㄱ", "ㄱ", "ㅏ", "ㅣ")


def test_rest_is_a_pose_and_no_sign():
    assert BASIC.with_signs(["rest"]) == BASIC


@pytest.mark.parametrize("inventory", INVENTORIES)
def test_an_alphabet_with_own_signs_is_the_same_from_its_stored_fields(inventory):
    base = Alphabet.load(inventory)
    letters = [letter for letter in Alphabet.load("full40").signs if letter not in base.index]
    mine = base.with_signs([*letters, *CONTROLS])
    stored = json.loads(json.dumps(dataclasses.asdict(mine)))
    again = Alphabet(
        name=stored["name"],
        signs=tuple(stored["signs"]),
        sequences={letter: tuple(signs) for letter, signs in stored["sequences"].items()},
    )
    assert again == mine
    assert [again.spellings(x) for x in LETTERS] == [mine.spellings(x) for x in LETTERS]


@pytest.mark.parametrize(
    ("inventory", "names"),
    [
        ("basic24", ["ㄱ"]),
        ("basic24", ["ㅐ", "ㅐ"]),
        ("basic24", ["ㄳ"]),
        ("basic24", ["사랑"]),
        ("basic24", ["tab"]),
        ("basic24", [""]),
        ("basic24", ["no_sign"]),
        ("extended31", ["ㅐ"]),
        ("full40", ["ㄲ"]),
    ],
)
def test_what_cannot_be_added_is_refused_and_the_message_tells_what_can(inventory, names):
    alphabet = Alphabet.load(inventory)
    with pytest.raises(UsageError) as refused:
        alphabet.with_signs(names)
    for told in (refused.value.message.ko, refused.value.message.en):
        assert f"'{names[-1]}'" in told
        assert "backspace enter speak clear rest" in told
        assert ("ㅙ" in told) == (inventory != "full40")


# --- alphabets that only label


def test_an_alphabet_may_only_name_classes_and_then_spells_nothing():
    labels = Alphabet("digits", ("0", "1", "안녕"))
    assert labels.index["안녕"] == 2
    with pytest.raises(UsageError, match="alphabet digits"):
        labels.spell("안녕")
    with pytest.raises(UsageError, match="alphabet digits"):
        labels.spellings("ㄱ")


def test_a_label_given_twice_is_refused():
    with pytest.raises(DataError, match="twice"):
        Alphabet("digits", ("0", "1", "0"))


# --- bad files


@pytest.mark.parametrize(
    "content",
    [
        "",
        "signs = [",
        'name = "no signs"',
        SIGNS,
        'name = "too few"\nsigns = ["ㄱ", "ㅏ"]',
        f'name = "twice"\n{SIGNS}'.replace('"ㄴ",', '"ㄴ", "ㄴ",'),
        f'name = "unknown sign"\n{SIGNS}\n[spelling]\n"ㄲ" = ["ㄱ", "ㅆ"]',
        f'name = "nested"\n{SIGNS}\n[spelling]\n"ㄲ" = [["ㄱ"], ["ㄱ"]]',
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
