"""Stored sentences: by key, by abbreviation, whose they are, and whatever else the file holds."""

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jihwa.io.user import phrases
from jihwa.io.user.phrases import Phrase, parse


def read(text):
    return parse(text.encode(), "phrases.txt")


@pytest.fixture
def store():
    """Writes a file of sentences: `store("1. 안녕", profile="minsu")`."""

    def write(text, profile=None):
        path = phrases.path_of(profile)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.mark.parametrize(
    ("line", "phrase"),
    [
        ("물 좀 주세요.", Phrase("물 좀 주세요.")),
        ("1. 안녕하세요!", Phrase("안녕하세요!", key=1)),
        ("2) 안녕하세요", Phrase("안녕하세요", key=2)),
        ("ㅁㅈ = 물 좀 주세요.", Phrase("물 좀 주세요.", abbreviation="ㅁㅈ")),
        ("9. 감사=도와주셔서 감사합니다.", Phrase("도와주셔서 감사합니다.", 9, "감사")),
        ("2시에 만나요", Phrase("2시에 만나요")),
        ("2 시에 만나요", Phrase("2 시에 만나요")),
        ("0. 영", Phrase("0. 영")),
        ("셈 = 1 + 1 = 2", Phrase("1 + 1 = 2", abbreviation="셈")),
        ("제 전화는 010-1234-5678 (집)", Phrase("제 전화는 010-1234-5678 (집)")),
        ("  3.\t가   나  ", Phrase("가 나", key=3)),
        ("\u1100\u1161 = \u1102\u1161", Phrase("나", abbreviation="가")),
    ],
)
def test_line_is_a_sentence_with_a_key_and_an_abbreviation_or_without(line, phrase):
    assert read(line) == ((phrase,), ())


def test_comments_and_blank_lines_are_no_sentences():
    assert read("# 주석\n\n   \n#1. 가\n") == ((), ())


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("1. ", "no sentence"),
        ("ㅁㅈ =", "no sentence"),
        ("hi = 안녕하세요", "no Hangul"),
        ("= 안녕하세요", "no Hangul"),
        ("두 말 = 안녕하세요", "no Hangul"),
        ("가" * 13 + " = 안녕하세요", "longer than 12"),
        ("가" * 201, "longer than 200"),
        ("안녕\x1b[31m하세요", "no character"),
        ("1. 위와 같은 글쇠", "key 1 is taken above"),
        ("ㅇ = 위와 같은 줄임말", "ㅇ is taken above"),
    ],
)
def test_line_that_cannot_be_used_is_told_and_the_others_are_used(line, told):
    found, (warning,) = read(f"1. ㅇ = 안녕\n{line}\n그럼\n")
    assert [phrase.text for phrase in found] == ["안녕", "그럼"]
    assert warning.en.startswith("phrases.txt:2: ")
    assert told in warning.en
    assert warning.en.isprintable()
    assert "2: " in warning.ko


def test_line_that_is_no_utf_8_is_told():
    found, (warning,) = parse("안녕".encode("cp949") + "\n그럼\n".encode(), "phrases.txt")
    assert [phrase.text for phrase in found] == ["그럼"]
    assert "phrases.txt:1: " in warning.en
    assert "no UTF-8" in warning.en


@given(st.binary(max_size=80))
def test_no_content_makes_it_fail(content):
    found, _ = parse(content, "phrases.txt")
    assert all(phrase.text and phrase.text.isprintable() for phrase in found)
    keys = [phrase.key for phrase in found if phrase.key]
    assert len(keys) == len(set(keys))


def test_key_and_abbreviation_stand_before_a_sentence():
    found, _ = read("ㅁㅈ = 물 좀 주세요.\n2. 감사 = 감사합니다.\n안녕하세요\n")
    assert found == (
        Phrase("물 좀 주세요.", None, "ㅁㅈ"),
        Phrase("감사합니다.", 2, "감사"),
        Phrase("안녕하세요"),
    )


def test_wearers_sentences_come_first_and_take_the_keys(store):
    store("1. ㅇ = 모두의 인사\n2. 모두의 부탁\n")
    store("1. 민수의 인사\nㅇ = 민수의 줄임말\n", profile="minsu")
    found, warnings = phrases.load("minsu")
    assert warnings == ()
    assert found == (
        Phrase("민수의 인사", 1),
        Phrase("민수의 줄임말", None, "ㅇ"),
        Phrase("모두의 인사"),
        Phrase("모두의 부탁", 2),
    )
    others, _ = phrases.load("jia")
    assert others[0] == Phrase("모두의 인사", 1, "ㅇ")


def test_without_a_file_there_are_three_sentences_to_start_with(store):
    starters, warnings = phrases.load()
    assert (len(starters), warnings) == (3, ())
    assert {phrase.abbreviation: phrase.text for phrase in starters}["ㄱㅅ"] == "감사합니다"
    assert phrases.load("minsu") == (starters, ())
    store("")
    assert phrases.load() == ((), ())


def test_command_lists_sentences_where_they_are_and_what_is_wrong(jihwa, store):
    path = store("3. ㅁㅈ = 물 좀 주세요.\n그럼 이만\nhi = 안녕\n")
    done = jihwa("phrases")
    assert done.code == 0
    first, second, last = done.out.splitlines()
    assert first.split() == ["3.", "ㅁㅈ", "=", "물", "좀", "주세요."]
    assert second.strip() == "그럼 이만"
    assert last.startswith(f"{path}: 2 sentence(s)")
    assert f"{path}:3: 'hi = 안녕'" in done.err


def test_editing_what_everybody_has_begins_with_the_starters(jihwa, monkeypatch):
    monkeypatch.setenv("VISUAL", f'"{sys.executable}" -c "pass"')
    before = phrases.load()
    assert jihwa("phrases", "--edit").code == 0
    assert phrases.path_of().exists()
    assert phrases.load() == before


@pytest.mark.parametrize("language", ["ko", "en"])
def test_editing_begins_with_examples_that_are_comments(jihwa, monkeypatch, language):
    monkeypatch.setenv("VISUAL", f'"{sys.executable}" -c "pass"')
    done = jihwa("phrases", "--edit", "--profile", "minsu", "--lang", language)
    path = phrases.path_of("minsu")
    assert (done.code, done.err) == (0, "")
    text = path.read_text(encoding="utf-8")
    assert parse(text.encode(), "") == ((), ())
    examples = [line[1:] for line in text.splitlines() if line.startswith("#") and line[1] != " "]
    found, warnings = read("\n".join(examples))
    assert (len(found), warnings) == (3, ())


def test_command_refuses_a_name_that_cannot_be_a_profiles(jihwa):
    assert jihwa("phrases", "--profile", "..").code == 2
