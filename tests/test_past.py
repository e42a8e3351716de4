"""Earlier texts: what of a session was finished, and how it is found again."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from live import session, until

from jihwa.composer.language.token_model import Mode
from jihwa.composer.text.transcript import TextEdit
from jihwa.io.live import archive, past
from jihwa.io.live.past import FinishedText, matching


def told():
    return [each.text for each in past.texts()]


def written(*edits, ended=True, part_bytes=10**6):
    """A session of these edits (how many to delete, what to insert); None completes the text."""
    journal = archive.begin("sim:", None)
    journal._part_bytes = part_bytes
    for edit in edits:
        if edit is None:
            journal.complete()
            journal.raw(b"1,2\n")
        else:
            journal.edit(TextEdit(*edit))
    journal.close(ended=ended)


def test_texts_of_all_sessions_come_newest_first_and_each_once():
    written((0, "안녕하세요"))
    written((0, "네\n\n 물 좀 주세요. \n"))
    written((0, "네"), ended=False)
    assert told() == ["네", "물 좀 주세요.", "안녕하세요"]


@pytest.mark.parametrize("part_bytes", [10**6, 1], ids=["one part", "many parts"])
@pytest.mark.parametrize(
    ("edits", "texts"),
    [
        ([(0, "하나"), None, (0, " 둘"), None], ["하나", "둘"]),
        ([(0, "하나"), None, (0, " 둘")], ["하나", "둘"]),
        ([(0, "하나"), None, (2, ""), (0, "둘"), None], ["하나", "둘"]),  # cleared
        ([(0, "하나 둘"), None, (1, ""), (0, "셋"), None], ["하나 셋"]),  # gone on with
        ([(0, "하나"), None, (0, " 둘"), None, (4, "한 둘"), None], ["한", "둘"]),  # chosen anew
        ([(0, "하나"), None, (0, " 둘"), None, (1, "셋")], ["하나", "셋"]),
        ([(0, "하나 둘"), (4, "")], []),  # never finished
    ],
)
def test_finished_is_what_was_completed(edits, texts, part_bytes):
    written(*edits, part_bytes=part_bytes)
    assert told() == texts[::-1]


def test_what_is_open_in_a_session_that_goes_on_is_not_finished():
    with session(archive.begin("sim:", None)) as (live, _):
        live.writing.type("안녕하세요")
        live.writing.complete()
        live.writing.type(" 저는")
        until(lambda: live.state.text.committed == "안녕하세요 저는")
        assert told() == ["안녕하세요"]
        live.writing.clear()
        until(lambda: not live.state.text.committed)
        assert told() == ["안녕하세요"]


def test_what_may_be_a_password_is_not_told():
    for mode in Mode:
        journal = archive.begin("sim:", None, mode)
        journal.edit(TextEdit(0, f"in {mode}"))
        journal.close()
    assert set(told()) == {"in free", "in word", "in name"}


def test_damaged_session_hides_no_other(data_home):
    written((0, "하나"))
    (data_home / "jihwa" / "sessions" / "20990101-000000.001.csv").write_text("no journal")
    assert told() == ["하나"]


@given(
    st.lists(st.none() | st.tuples(st.integers(0, 6), st.text("가나 \n", max_size=4)), max_size=12)
)
def test_no_text_is_told_that_never_stood_there(edits):
    draft, text, stood = past._Draft(), "", {""}
    for edit in edits:
        if edit is None:
            draft.follow("complete", TextEdit(0, ""))
        else:
            made = TextEdit(min(edit[0], len(text)), edit[1])
            draft.follow("edit", made)
            text = made.apply(text)
            stood |= {text[a:b] for a in range(len(text)) for b in range(a, len(text) + 1)}
    assert set(draft.finished(with_open=True)) <= stood
    standing = "".join(draft.finished(with_open=True)[len(draft._cleared) :])
    assert standing == text


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("", 3),
        ("저녁", 1),
        ("먹 저녁", 1),
        ("ㅈㄴ", 1),
        ("ㅁㅇㅇ", 1),
        ("tv", 1),
        (".", 1),
        ("[", 0),
        ("ㅋㅋ", 1),
    ],
)
def test_texts_are_found_by_words_and_initials(wanted, found):
    texts = ("같이 저녁 먹어요", "TV 볼래?", "ㅋㅋ 네.")
    assert len(matching([FinishedText(text, datetime.now()) for text in texts], wanted)) == found
