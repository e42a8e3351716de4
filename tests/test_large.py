"""Text larger than the terminal's own: what is drawn can be told apart, and fits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prompt_toolkit.utils import get_cwidth

from jihwa.data.alphabet import LETTERS
from jihwa.io.live.state import Answers, LiveState, TextState
from jihwa.io.screen.drawing import Size, draw
from jihwa.io.screen.large import FEW, LEAST_ROWS, SEEN, large_rows
from jihwa.io.screen.view import Place, View

BLOCKS = set(" ▘▝▀▖▌▞▛▗▚▐▜▄▙▟█")
DRAWN = "가나닭 쌓뷁ㄱㅏㅙ 3시 KTX, 7~8!?\n"


def rows_of(text, columns, rows):
    found = large_rows([("", text)], columns, rows)
    return found and ["".join(part for _, part in line) for line in found]


@pytest.mark.parametrize("high", [LEAST_ROWS, LEAST_ROWS + 1, LEAST_ROWS + 4, 16])
def test_no_two_characters_look_alike(high):
    """Every onset with every vowel, every coda below all three shapes, letters, digits, signs."""
    shapes = [chr(0xAC00 + 28 * i) for i in range(19 * 21)]
    shapes += [chr(ord(base) + i) for base in "가고과" for i in range(1, 28)]
    shapes += [*LETTERS, *"123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ.,?!-~:;'\"()[]/%+=…·"]
    columns = SEEN * 3 * high
    seen = {}
    for char in shapes:
        drawn = tuple(rows_of(char, columns, high))
        assert len(drawn) == high
        assert any(row.strip() for row in drawn)
        assert seen.setdefault(drawn, char) == char


@given(st.text(DRAWN, max_size=60), st.integers(1, 150), st.integers(1, 60), st.integers(0, 60))
def test_large_text_of_any_size_fits(text, columns, rows, committed):
    fragments = [("class:committed", text[:committed]), ("class:preedit", text[committed:])]
    found = large_rows(fragments, columns, rows)
    if found is None:
        assert columns < FEW * (2 * LEAST_ROWS + 1) or rows < LEAST_ROWS
        return
    assert len(found) <= rows
    for line in found:
        row = "".join(part for _, part in line)
        assert set(row) <= BLOCKS
        assert get_cwidth(row.rstrip()) <= columns


@pytest.mark.parametrize(
    ("columns", "rows", "high", "seen"),
    [(80, 24, 7, 15), (120, 30, 9, 18), (200, 60, 19, 12), (90, 12, 6, 6)],
)
def test_as_large_as_there_is_room_for_a_dozen_syllables(columns, rows, high, seen):
    shown, one = rows_of("가" * 3 * seen, columns, rows), rows_of("가", columns, rows)
    assert len(one) == high
    assert "".join(shown[:: high + 1]).count(one[0]) == seen


def test_words_stay_whole_and_the_end_is_seen():
    end = rows_of("학생이", 80, 24)
    assert rows_of("안녕하세요 저는 학생이", 80, 24)[-len(end) :] == end


def test_what_cannot_be_drawn_is_shown_small():
    assert rows_of("안녕 😀", 80, 24) is None
    lines = draw(LiveState(text=TextState("안녕 😀")), View("ko", large=True), Size(80, 24))
    assert "안녕 😀" in "".join(text for _, text in lines[0])


def test_only_the_text_is_shown_and_an_answer():
    state = LiveState(ready=True, text=TextState("안녕", "하"), answers=Answers(("네",), 1))
    lines = draw(state, View("ko", large=True), Size(80, 24))
    rows = ["".join(text for _, text in line).strip() for line in lines]
    assert rows[-1] == "» 네"
    assert set("".join(rows[:-1])) <= BLOCKS
    assert {style for line in lines[:-1] for style, _ in line} == {
        "", "class:committed", "class:preedit",
    }  # fmt: skip
    small = ["".join(text for _, text in line) for line in draw(state, View("ko"), Size(80, 24))]
    assert any("엄지" in row for row in small)


def test_place_of_help_is_as_ever():
    state, size = LiveState(text=TextState("안녕")), Size(80, 24)
    assert draw(state, View("ko", Place.HELP, large=True), size) == draw(
        state, View("ko", Place.HELP), size
    )
