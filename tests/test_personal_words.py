"""The user's own words: a list that keeps every line, a history that fades, josa taken off."""

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jihwa.composer.language.history import (
    CHOSEN,
    HALF_LIFE,
    LISTED,
    MAX_WORDS,
    OTHERS,
    History,
    parse,
    serialise,
    stems,
    words_of,
)
from jihwa.composer.language.word_list import MAX_LENGTH, WordList, fault, normalised, shown
from jihwa.data.messages import DataError

syllables = st.characters(min_codepoint=ord("가"), max_codepoint=ord("힣"))
words = st.text(syllables, min_size=1, max_size=4)
phrases = st.lists(words, min_size=1, max_size=3).map(" ".join)
endings = st.sampled_from([b"\n", b"\r\n", b""])
lines = st.one_of(
    phrases.map(str.encode),
    phrases.map(lambda phrase: unicodedata.normalize("NFD", f"  {phrase} # mine").encode()),
    st.binary(max_size=12),
    st.text(max_size=8).map(str.encode),
    st.sampled_from([b"# names", b"", b"abc", b"\xff\xfe", "\ufeff민수".encode(), "ㅋㅋ".encode()]),
)
files = st.lists(st.tuples(lines, endings)).map(lambda all_: b"".join(map(b"".join, all_)))


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ("", ()),
        ("민수\n해운대\n", ("민수", "해운대")),
        ("민수\n해운대", ("민수", "해운대")),
        ("\ufeff민수\r\n해운대\r\n", ("민수", "해운대")),
        ("# 이름\n\n  민수  # 아들\n", ("민수",)),
        (" 서울 \t 대학교\u3000병원\n", ("서울 대학교 병원",)),
        (unicodedata.normalize("NFD", "김민수\n"), ("김민수",)),
        ("민수\n민수\n" + unicodedata.normalize("NFD", "민수"), ("민수",)),
        ("abc\n민수1\nㅋㅋ\n민수\nᄒ\n가\u200b나\n", ("민수",)),
        ("가" * (MAX_LENGTH + 1) + "\n" + "나" * MAX_LENGTH, ("나" * MAX_LENGTH,)),
    ],
)
def test_list_has_a_word_or_phrase_a_line(content, found):
    assert WordList(content).words == found


def test_lines_that_cannot_be_used_are_counted_and_named():
    lines = ["민수", "abc # me", "# abc", "\udcb0\udca1", "가" * 41, "\x1b[1m", "5"]
    warning = WordList("\n".join(lines)).warning("words.txt")
    assert str(warning).startswith("5 line(s) of your words cannot be used: words.txt:2 'abc' (no")
    assert "words.txt:4 '\ufffd\ufffd' (no UTF-8)" in str(warning)
    assert f"words.txt:5 '{'가' * 20}…' (longer than {MAX_LENGTH} characters)" in str(warning)
    assert str(warning).endswith("and 2 more. Write one Hangul word a line, and save it as UTF-8.")
    assert warning.ko.startswith(
        "내 낱말 5줄을 쓰지 못했습니다: words.txt:2 'abc' (한글 음절이 아님)"
    )
    assert "외 2줄" in warning.ko
    assert "\x1b" not in shown("\x1b[1m")


@given(files)
def test_warning_tells_of_every_line_that_is_no_word_and_of_no_other(content):
    listed = WordList.from_bytes(content)
    used = [line for line in listed.text.splitlines() if normalised(line.split("#")[0])]
    n_faulty = sum(fault(normalised(line.split("#")[0])) is not None for line in used)
    warning = listed.warning("words.txt")
    assert (warning is None) == (n_faulty == 0)
    assert warning is None or str(warning).startswith(f"{n_faulty} line(s)")


@given(files)
def test_any_file_is_kept_byte_by_byte(content):
    listed = WordList.from_bytes(content)
    assert listed.to_bytes() == content
    assert listed.with_words(listed.words).to_bytes() == content
    assert listed.without(["없는낱말이다"]).to_bytes() == content


@given(files, st.lists(phrases, max_size=4))
def test_added_words_follow_what_was_there(content, new):
    before = WordList.from_bytes(content)
    after = before.with_words(new)
    assert after.to_bytes().startswith(content)
    assert after.words == tuple(dict.fromkeys([*before.words, *new]))
    assert after.with_words(new) == after
    assert bool(after.warning("")) == bool(before.warning(""))


@given(files, st.lists(phrases, min_size=1, max_size=4), st.data())
def test_removed_words_leave_every_other_line_as_it_was(content, new, data):
    before = WordList.from_bytes(content).with_words(new)
    gone = data.draw(st.sets(st.sampled_from(before.words)))
    after = before.without(gone)
    assert after.words == tuple(word for word in before.words if word not in gone)
    kept = iter(before.text.splitlines(keepends=True))
    assert all(line in kept for line in after.text.splitlines(keepends=True))
    assert str(after.warning("")).count("(") == str(before.warning("")).count("(")
    if content.endswith(b"\n") and gone.isdisjoint(WordList.from_bytes(content).words):
        assert after.to_bytes().startswith(content)


def test_added_words_end_as_the_lines_of_the_file_do():
    assert WordList("민수\r\n").with_words(["해운대"]).text == "민수\r\n해운대\r\n"
    assert WordList("민수").with_words(["해운대"]).text == "민수\n해운대\n"


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("김민수는", ["김민수"]),
        ("김민준은", ["김민준"]),
        ("김민준이가", ["김민준"]),
        ("김민수예요", ["김민수"]),
        ("해운대에서는", ["해운대에서", "해운대"]),
        ("서울로", ["서울"]),
        ("부산으로", ["부산"]),
        ("부산로", []),
        ("김민수은", []),
        ("김민준가", []),
        ("나이", []),
        ("책은", []),
        ("은", []),
    ],
)
def test_josa_is_told_from_the_word_by_the_syllable_before_it(word, found):
    assert stems(word) == found


@given(words)
def test_stems_are_shorter_and_shorter_beginnings_of_the_word(word):
    for longer, shorter in pairwise([word, *stems(word)]):
        assert longer.startswith(shorter)
        assert 2 <= len(shorter) < len(longer)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("오늘 저녁에", ["오늘", "저녁에"]),
        ("안녕, (민수야)! “오늘”…", ["안녕", "민수야", "오늘"]),
        ("3시에 abc 민수2 ㅋㅋ 민ㅅ", []),
        ("가" * (MAX_LENGTH + 1), []),
        (unicodedata.normalize("NFD", "민수"), ["민수"]),
    ],
)
def test_whole_words_of_hangul_are_worth_learning(text, found):
    assert words_of(text) == found


def test_typed_words_count_and_stems_in_part():
    counts = History().with_text("김민수는 김민수").counts
    assert counts["김민수"] == pytest.approx(1.5, rel=1e-3)
    assert counts["김민수는"] == pytest.approx(1, rel=1e-3)


def test_choice_counts_more_and_the_users_own_list_most():
    history = History().with_text("민지").with_choice("민수")
    assert history.counts["민수"] == CHOSEN
    assert History().weights() == {}
    weights = history.weights(["민수", "서울 대학교"])
    assert weights[""] == OTHERS > sum(history.counts.values())
    assert weights["민수"] == CHOSEN + LISTED
    assert weights["서울 대학교"] == LISTED > weights["민수"] - LISTED > weights["민지"]


@pytest.mark.parametrize("at_once", [1, 100])
def test_word_counts_half_after_its_half_life(at_once):
    history = History().with_text("민수")
    for _ in range(HALF_LIFE // at_once):
        history = history.with_text("가나 " * at_once)
    stored, _ = parse(serialise(history), "")
    assert stored.counts["민수"] == pytest.approx(0.5, rel=1e-3)


def test_text_teaches_the_same_in_parts():
    text = "김민수는 오늘 해운대에서 김민수를"
    whole, parts = History().with_text(text), History()
    for word in text.split():
        parts = parts.with_text(word)
    assert dict(parts.counts) == pytest.approx(dict(whole.counts))


def test_history_stays_bounded_and_keeps_the_latest_words():
    chars = [chr(c) for c in range(ord("가"), ord("가") + 90)]
    typed = [a + b for a in chars for b in chars]
    history = History().with_text(" ".join(typed))
    assert len(history.counts) == MAX_WORDS
    assert set(typed[-4000:]) <= set(history.counts)
    assert len(parse(serialise(history) + b"1\t" + "민수".encode(), "")[0].counts) == MAX_WORDS


def test_word_is_forgotten_with_its_josa():
    history = History().with_text("김민수는 김민수를 김민지는")
    left = {"김민지", "김민지는"}
    assert set(history.without(["김민수"]).counts) == left
    assert set(history.without(["김민수는"]).counts) == left | {"김민수", "김민수를"}


@given(st.lists(st.lists(words, max_size=5).map(" ".join)))
def test_history_survives_its_file(texts):
    history = History()
    for text in texts:
        history = history.with_text(text)
    stored, warning = parse(serialise(history), "history.txt")
    assert warning is None
    assert dict(stored.counts) == pytest.approx(dict(history.counts), rel=1e-5)
    assert parse(serialise(stored), "history.txt") == (stored, None)


@given(st.binary())
def test_damage_never_stops_the_lines_before_it(damage):
    whole = serialise(History({"민수": 2.0}))
    stored, warning = parse(whole + b"\t" + damage, "history.txt")
    assert stored.counts["민수"] == 2.0
    assert warning is not None


@pytest.mark.parametrize(
    "line",
    [
        "1",
        "x\t민수",
        "-1\t민수",
        "nan\t민수",
        "1e9\t민수",
        "99999999\t민수",
        "1\tabc",
        "1\t",
        "1\t가 나",
    ],
)
def test_line_that_no_history_has_is_left_out(line):
    stored, warning = parse(serialise(History({"지아": 1.0})) + line.encode(), "history.txt")
    assert dict(stored.counts) == {"지아": 1.0}
    assert str(warning) == "history.txt: 1 damaged line(s) of the history were left out."
    assert "1줄" in warning.ko


def test_history_that_an_editor_saved_anew_is_read():
    text = serialise(History().with_text("민수 지아")).decode()
    saved = "\ufeff" + unicodedata.normalize("NFD", text).replace("\n", "\r\n")
    stored, warning = parse(saved.encode(), "")
    assert warning is None
    assert set(stored.counts) == {"민수", "지아"}


def test_empty_file_is_an_empty_history():
    assert parse(b"", "") == (History(), None)


@pytest.mark.parametrize(
    "content", [b"# jihwa history 2\n", b"# jihwa history 10\n", b"PK\3\4", b"\n"]
)
def test_other_file_or_version_is_refused(content):
    with pytest.raises(DataError, match=r"history.txt: no history of version 1.*jihwa lm forget"):
        parse(content, "history.txt")
