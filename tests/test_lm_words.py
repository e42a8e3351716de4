"""`jihwa lm add|remove|list|forget`: what is kept of the user's words, and what they are told."""

import unicodedata

import pytest

from jihwa.io.user import vocabulary


def test_words_are_added_listed_and_removed(jihwa):
    path = vocabulary.list_path()
    assert (
        jihwa("lm", "add", "김민수", "서울  대학교").out == f"{path}: added 김민수, 서울 대학교\n"
    )
    known = jihwa("lm", "add", unicodedata.normalize("NFD", "김민수"), "해운대")
    assert known.out == f"{path}: added 해운대\n{path}: already there: 김민수\n"
    assert jihwa("lm", "remove", "서울 대학교").out == f"{path}: removed 서울 대학교\n"
    vocabulary.learn("오늘 저녁에")
    done = jihwa("lm", "list")
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines() == [
        "김민수",
        "해운대",
        f"{path}: 2 word(s) of your own",
        f"{vocabulary.history_path()}: 3 word(s) remembered of what you typed",
    ]


def test_profile_has_words_of_its_own(jihwa):
    path = vocabulary.list_path("me")
    assert jihwa("lm", "add", "지아", "--profile", "me").out == f"{path}: added 지아\n"
    jihwa("lm", "add", "민수")
    vocabulary.learn("해운대 부산", "me")
    assert jihwa("lm", "list", "--profile", "me").out.splitlines() == [
        "지아",
        f"{path}: 1 word(s) of your own",
        f"{vocabulary.history_path('me')}: 2 word(s) remembered of what you typed",
        "민수",
        f"{vocabulary.list_path()}: 1 word(s) of your own",
        f"{vocabulary.history_path()}: 0 word(s) remembered of what you typed",
    ]
    assert "지아" not in jihwa("lm", "list").out
    assert "1 word(s) forgotten" in jihwa("lm", "forget", "부산", "--profile", "me").out
    assert "everything is forgotten" in jihwa("lm", "forget", "--yes", "--profile", "me").out
    assert jihwa("lm", "remove", "지아", "--profile", "me").code == 0
    assert not vocabulary.word_list("me")[0].words


def test_korean_is_spoken(jihwa):
    assert "더했습니다: 민수" in jihwa("--lang=ko", "lm", "add", "민수").out
    assert "이미 있습니다: 민수" in jihwa("--lang=ko", "lm", "add", "민수").out
    listed = jihwa("--lang=ko", "lm", "list").out
    assert "내 낱말 1개" in listed
    assert "입력 기록 낱말 0개" in listed
    assert "뺐습니다: 민수" in jihwa("--lang=ko", "lm", "remove", "민수").out
    assert "없습니다" in jihwa("--lang=ko", "lm", "remove", "민수").err
    assert "낱말 0개를 잊었습니다" in jihwa("--lang=ko", "lm", "forget", "민수").out
    assert "모두 지웠습니다" in jihwa("--lang=ko", "lm", "forget", "--yes").out


@pytest.mark.parametrize(
    ("word", "why"),
    [
        ("John", "no Hangul syllables"),
        ("민수2", "no Hangul syllables"),
        ("ㅋㅋ", "no Hangul syllables"),
        ("", "no Hangul syllables"),
        ("#민수", "no Hangul syllables"),
        ("가" * 41, "longer than 40 characters"),
    ],
)
def test_word_that_no_hand_spells_is_the_users_mistake(jihwa, word, why):
    done = jihwa("lm", "add", "민수", word)
    assert (done.code, done.out) == (2, "")
    (line,) = done.err.splitlines()
    assert f"cannot be added ({why})" in line
    assert "Write it in Hangul" in line
    korean = jihwa("--lang=ko", "lm", "add", word)
    assert (korean.code, "더할 수 없습니다" in korean.err) == (2, True)
    assert not vocabulary.list_path().exists()


def test_lines_that_cannot_be_used_are_told_and_stay(jihwa):
    jihwa("lm", "add", "민수")
    path = vocabulary.list_path()
    edited = "\ufeff# 이름\r\n민수\r\nJohn\r\n".encode() + b"\xb9\xce\xbc\xf6\r\n"
    path.write_bytes(edited)
    done = jihwa("lm", "list")
    assert (done.code, done.out.splitlines()[0]) == (0, "민수")
    assert done.err.startswith(f"jihwa: 2 line(s) of your words cannot be used: {path}:3 'John'")
    assert f"{path}:4" in done.err
    jihwa("lm", "add", "해운대")
    assert path.read_bytes() == edited + "해운대\r\n".encode()
    jihwa("lm", "remove", "해운대")
    assert path.read_bytes() == edited


def test_damaged_history_is_told_and_the_rest_of_it_counts(jihwa):
    vocabulary.learn("민수 지아")
    with vocabulary.history_path().open("ab") as file:
        file.write(b"?\n\xff\n")
    done = jihwa("lm", "list")
    assert "2 word(s) remembered" in done.out
    assert "history.txt: 2 damaged line(s) of the history were left out." in done.err


def test_history_of_another_version_hides_no_word(jihwa):
    jihwa("lm", "add", "민수")
    vocabulary.history_path().write_text("# jihwa history 9\n")
    done = jihwa("lm", "list")
    assert (done.code, done.out.splitlines()[0]) == (0, "민수")
    assert "no history of version 1" in done.err
    assert jihwa("lm", "forget", "민수").code == 1
    assert jihwa("lm", "forget", "--yes").code == 0
    assert not vocabulary.history_path().exists()


def test_word_is_forgotten_wherever_it_stands(jihwa):
    vocabulary.learn("김민수는 김민수를 해운대")
    assert jihwa("lm", "forget", "김민수").out.endswith("3 word(s) forgotten.\n")
    assert "김민수" not in vocabulary.history_path().read_text()
    assert jihwa("lm", "forget", "--yes").out.endswith("everything is forgotten.\n")


def test_word_of_the_list_is_no_typed_one(jihwa):
    jihwa("lm", "add", "민수")
    assert "jihwa lm remove 민수" in jihwa("lm", "forget", "민수", "해운대").out
    assert jihwa("lm", "list").out.startswith("민수")


def test_folder_in_the_place_of_the_list_is_told(jihwa):
    vocabulary.list_path().mkdir(parents=True)
    done = jihwa("lm", "add", "민수")
    assert (done.code, done.out) == (1, "")
    assert "words.txt: a folder, not a file" in done.err


@pytest.mark.parametrize("action", ["add", "remove", "list", "forget"])
def test_actions_have_korean_help(capsys, jihwa, action):
    with pytest.raises(SystemExit):
        jihwa("--lang=ko", "lm", action, "--help")
    assert f"사용법: jihwa lm {action}" in capsys.readouterr().out
