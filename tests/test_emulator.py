"""The terminal of a child program: what is written to it, and what is seen."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from prompt_toolkit.key_binding import KeyPress
from prompt_toolkit.keys import Keys

from jihwa.io.screen.cells import width
from jihwa.io.screen.emulator import Terminal, line_of, place_of
from jihwa.io.screen.program import bytes_of

ENTER_FULL_SCREEN, LEAVE_FULL_SCREEN = "\x1b[?1049h", "\x1b[?1049l"


@pytest.fixture
def terminal():
    return Terminal(10, 4, lambda reply: None)


def shown(terminal):
    """The lines as they are shown, without the empty end."""
    lines = [
        "".join(text for _, text in line_of(terminal.buffer[row], terminal.columns)).rstrip()
        for row in range(terminal.lines)
    ]
    while lines and not lines[-1]:
        lines.pop()
    return lines


def styles(terminal, row=0):
    return [(style, text) for style, text in line_of(terminal.buffer[row], terminal.columns)]


@pytest.mark.parametrize(
    ("written", "lines"),
    [
        ("안녕\r\n하세요", ["안녕", "하세요"]),
        ("123456789가", ["123456789", "가"]),  # no half syllable at the edge
        ("가나다라마바", ["가나다라마", "바"]),
        ("\u1112\u1161\u11ab", ["한"]),  # composed
        ("\u1112!", ["ㅎ!"]),  # no conjoining jamo
        ("가\x1b[2DX", ["X"]),  # over the first half
        ("가\x1b[1DX", [" X"]),  # over the second half
        ("a\u200b\u200db", ["ab"]),
        ("\x1b(0qx\x1b(Bq", ["─│q"]),  # lines drawn with another character set
        ("\x0eq\x0fq", ["─q"]),
        ("ab\x1bP+q544e\x1b\\c", ["abc"]),  # questions to other terminals
        ("a\x1b_hidden\x1b\\\x1bktitle\x1b\\\x1b]0;title\x07b", ["ab"]),
        ("a\x1b[>4;2mb\x1b[?1u\x1b[2 q\x1b[38:5:1mc\x1b[1;2;3Ad", ["abcd"]),
        ("a\x1b[9zb\x1b[5Jc\x9bd", ["abcd"]),
        ("1\r\n2\r\n3\r\n4\r\n5", ["2", "3", "4", "5"]),
        ("1\r\n2\r\n3\x1b[1S", ["2", "3"]),
        ("1\r\n2\x1b[1T", ["", "1", "2"]),
        ("shell\x1b[?1049hvim", ["     vim"]),
        ("shell\x1b[?1049hvim\x1b[?1049l$", ["shell$"]),
        ("\x1b[?3hwide", ["wide"]),  # the window decides about the width
    ],
)
def test_what_is_written_is_what_is_seen(terminal, written, lines):
    terminal.feed(written.encode())
    assert shown(terminal) == lines
    assert terminal.columns == 10


WRITINGS = st.lists(
    st.sampled_from(
        [
            *("가", "a", "ㅎ", "\r\n", "\b", "\x1b[2D", "\x1b[1;31m", "\x1b[H", "\x1b[K"),
            *("\x1bP1$r\x1b\\", "\x1b]0;t\x07", "\x1b(0", "\x1b[S", "\x1b[1P", "\x1b[2@"),
            *(ENTER_FULL_SCREEN, LEAVE_FULL_SCREEN),
        ]
    )
)


@given(WRITINGS, st.integers(1, 5))
def test_how_the_output_is_cut_makes_no_difference(writings, size):
    data = "".join(writings).encode()
    whole, cut = Terminal(8, 3, lambda _: None), Terminal(8, 3, lambda _: None)
    whole.feed(data)
    for start in range(0, len(data), size):
        cut.feed(data[start : start + size])
    assert shown(cut) == shown(whole)
    assert (cut.cursor.x, cut.cursor.y) == (whole.cursor.x, whole.cursor.y)


@given(st.binary())
@example(b"\x0e_")  # a space that does not break, from the set for drawing lines
def test_any_bytes_fill_the_screen_exactly_and_hold_no_controls(data):
    terminal = Terminal(7, 3, lambda _: None)
    terminal.feed(data)
    for row in range(3):
        line = line_of(terminal.buffer[row], 7)
        assert width(line) == 7
        assert all(text.isprintable() for _, text in line)


def test_colours_and_marks_are_shown(terminal):
    terminal.feed(b"\x1b[1;31mA\x1b[0;44;4mB\x1b[0;7mC\x1b[0;38;5;208mD\x1b[0;97mE\x1b[33mF")
    assert styles(terminal)[:6] == [
        ("fg:ansired bg:default bold", "A"),
        ("fg:default bg:ansiblue underline", "B"),
        ("fg:default bg:default reverse", "C"),
        ("fg:#ff8700 bg:default", "D"),
        ("fg:ansiwhite bg:default", "E"),
        ("fg:ansiyellow bg:default", "F"),
    ]


def test_neighbours_in_one_style_are_one_piece(terminal):
    terminal.feed("가나\x1b[31m다".encode())
    assert [text for _, text in styles(terminal)] == ["가나", "다", "    "]


def test_the_cursor_stands_behind_as_many_characters_as_are_before_it(terminal):
    terminal.feed("가나a".encode())
    assert terminal.cursor.x == 5
    assert place_of(terminal.buffer[0], 5) == 3
    assert place_of(terminal.buffer[0], 0) == 0


def test_a_lower_screen_keeps_the_lines_around_the_cursor(terminal):
    terminal.feed(b"1\r\n2\r\n3")
    terminal.resize(2, 10)
    assert shown(terminal) == ["2", "3"]
    assert terminal.cursor.y == 1


def test_a_lower_screen_loses_nothing_while_there_is_room(terminal):
    terminal.feed(b"$ ")
    terminal.resize(2, 10)
    assert shown(terminal) == ["$"]


def test_the_screen_may_shrink_while_a_full_screen_program_runs(terminal):
    terminal.feed(f"1\r\n2\r\n3{ENTER_FULL_SCREEN}\x1b[HVIM".encode())
    terminal.resize(2, 5)
    terminal.feed(LEAVE_FULL_SCREEN.encode())
    assert shown(terminal) == ["2", "3"]
    assert all(width(line_of(terminal.buffer[row], 5)) == 5 for row in range(2))


def test_questions_are_answered():
    replies = []
    terminal = Terminal(10, 4, replies.append)
    terminal.feed(b"ab\x1b[6n\x1b[c")
    assert replies == [b"\x1b[1;3R", b"\x1b[?6c"]


@pytest.mark.parametrize(
    ("key", "sent"),
    [
        (KeyPress("a", "a"), b"a"),
        (KeyPress("한", "한"), "한".encode()),
        (KeyPress(Keys.ControlC, "\x03"), b"\x03"),
        (KeyPress(Keys.ControlH, "\x7f"), b"\x7f"),
        (KeyPress(Keys.Enter, "\r"), b"\r"),
        (KeyPress(Keys.Escape, "\x1b"), b"\x1b"),
        (KeyPress(Keys.Up, "\x1b[A"), b"\x1b[A"),
        (KeyPress(Keys.Home, "\x1bOH"), b"\x1b[1~"),  # however the user's own terminal says it
        (KeyPress(Keys.ControlRight, "\x1b[1;5C"), b"\x1b[1;5C"),
        (KeyPress(Keys.BracketedPaste, "a\nb\x1b"), b"a\rb"),
    ],
)
def test_keys_are_sent_as_a_terminal_does(terminal, key, sent):
    assert bytes_of(key, terminal) == sent


def test_programs_that_ask_get_other_arrows_and_marked_pastes(terminal):
    terminal.feed(b"\x1b[?1h\x1b[?2004h")
    assert bytes_of(KeyPress(Keys.Up, "\x1b[A"), terminal) == b"\x1bOA"
    assert bytes_of(KeyPress(Keys.BracketedPaste, "a"), terminal) == b"\x1b[200~a\x1b[201~"
