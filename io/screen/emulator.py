"""The terminal that a child program draws on: what it writes becomes cells, and these lines."""

import codecs
import re
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from copy import copy
from functools import lru_cache

from pyte import Screen, Stream, modes
from pyte.screens import Char, Cursor, StaticDefaultDict

from jihwa.io.screen.cells import StyledLine, clean, width

Cells = StaticDefaultDict[int, Char]

APPLICATION_CURSOR = 1
BRACKETED_PASTE = 2004
_ALTERNATE = {47, 1047, 1049}
_WIDTH_OF_PAPER = 3  # 80 or 132 columns: here the window decides

_SEQUENCE = re.compile(
    r"(\x1b(?:"
    r"[P^_X\]k][^\x07\x1b]*(?:\x07|\x1b\\|(?=\x1b[^\\]))"  # a string: device control, a title …
    r"|\[[0-?]*[ -/]*[@-~]"  # a control sequence
    r"|[ -/]+[0-~]"  # a choice of character set …
    r"|[0-OQ-WYZ\\`-jl-~]))"  # a single function
)
_BEGUN = re.compile(r"\x1b(?:[P^_X\]k][^\x07\x1b]*\x1b?|\[[0-?]*[ -/]*|[ -/]*)\Z")
_UNKNOWN = re.compile(r"\x1b(?:[P^_X\]k]|\[(?:[0-?]*[:<=>]|[0-?]*[ -/]|\?[0-?]*[^hlJK0-?]))")
_C1 = dict.fromkeys(range(0x80, 0xA0))  # controls that UTF-8 has no use for
_LONGEST = 1 << 16  # characters of a sequence; beyond, it is none


class Terminal(Screen):
    """A `pyte` screen with what today's programs expect beyond it.

    That is an alternate screen, Hangul that wraps and composes, scrolling where the cursor is not,
    and unknown sequences that are left out instead of being drawn or raised.

    Args:
        columns: Its width.
        lines: Its height.
        answer: Takes what the terminal replies to the program's questions.
    """

    def __init__(self, columns: int, lines: int, answer: Callable[[bytes], None]) -> None:
        self._primary: tuple[dict[int, Cells], Cursor] | None = None
        super().__init__(columns, lines)
        self._answer = answer
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._stream = _Stream(self)
        self._begun = ""

    def feed(self, data: bytes) -> None:
        """Draw what the program has written, cut anywhere."""
        text = self._begun + self._decoder.decode(data).translate(_C1)
        begun = _BEGUN.search(text)
        self._begun = begun.group() if begun and len(begun.group()) < _LONGEST else ""
        text = text[: begun.start()] if begun else text
        for piece in _SEQUENCE.split(text):
            if not _UNKNOWN.match(piece):
                with suppress(Exception):  # pyte raises on parameters that it does not expect
                    self._stream.feed(piece)

    def is_in(self, mode: int) -> bool:
        """Whether the program has set a private mode."""
        return mode << 5 in self.mode  # as pyte keeps them

    def draw(self, data: str) -> None:
        """Draw text; syllables come composed, and wide characters are never cut by the edge."""
        if data.isascii():
            super().draw(data)
            return
        for char in clean(data):
            if self.cursor.x == self.columns - 1 and width(char) == 2 and modes.DECAWM in self.mode:
                self.cursor.x = self.columns
            super().draw(char)

    def set_mode(self, *numbers: int, **kwargs: bool) -> None:
        """Set modes; for a full-screen program, begin on an empty screen."""
        if kwargs.get("private") and _ALTERNATE & {*numbers} and not self._primary:
            self._primary = (self.buffer, copy(self.cursor))
            self.buffer = self._empty()
            self.dirty.update(range(self.lines))
        super().set_mode(*(n for n in numbers if n != _WIDTH_OF_PAPER), **kwargs)

    def reset_mode(self, *numbers: int, **kwargs: bool) -> None:
        """Reset modes; behind a full-screen program, show again what was there before."""
        super().reset_mode(*(n for n in numbers if n != _WIDTH_OF_PAPER), **kwargs)
        if kwargs.get("private") and _ALTERNATE & {*numbers} and self._primary:
            (self.buffer, self.cursor), self._primary = self._primary, None
            self._fit_height()

    def reset(self) -> None:
        """Return to how it was in the beginning."""
        self._primary = None
        super().reset()

    def resize(self, lines: int | None = None, columns: int | None = None) -> None:
        """Change size; lines are lost at the top, and no more of them than the cursor demands."""
        self.lines = lines or self.lines
        self._fit_height()
        super().resize(columns=columns)
        self.margins = None
        self.tabstops = set(range(8, self.columns, 8))
        self.ensure_hbounds()

    def save_cursor(self) -> None:
        """Save it over what was saved before."""
        self.savepoints.clear()
        super().save_cursor()

    def scroll_up(self, count: int = 1) -> None:
        """Move the lines between the margins up; the cursor stays."""
        self._scroll(count, self.delete_lines)

    def scroll_down(self, count: int = 1) -> None:
        """Move the lines between the margins down; the cursor stays."""
        self._scroll(count, self.insert_lines)

    def write_process_input(self, data: str) -> None:
        """Answer a question of the program."""
        self._answer(data.encode())

    def _scroll(self, count: int, move: Callable[[int], None]) -> None:
        here = copy(self.cursor)
        self.cursor.y = self.margins.top if self.margins else 0
        move(count or 1)
        self.cursor = here

    def _empty(self) -> defaultdict[int, Cells]:
        return defaultdict(lambda: StaticDefaultDict[int, Char](self.default_char))

    def _fit_height(self) -> None:
        """After a change of height, forget as many lines at the top as stand below the bottom."""
        beyond = max(0, self.cursor.y - self.lines + 1)
        old, self.buffer = self.buffer, self._empty()
        self.buffer.update(
            {y - beyond: cells for y, cells in old.items() if 0 <= y - beyond < self.lines}
        )
        self.cursor.y -= beyond
        self.ensure_hbounds()
        self.dirty.update(range(self.lines))


class _Stream(Stream):
    """Reads the sequences, also those that scroll; text has been decoded before."""

    csi = {**Stream.csi, "S": "scroll_up", "T": "scroll_down"}  # noqa: RUF012  # as in the base

    def __init__(self, screen: Terminal) -> None:
        super().__init__(screen)
        self.use_utf8 = False  # obey changes of the character set: programs draw lines with it


_COLOURS = {"black": "black", "brown": "yellow", "white": "gray"}
_BRIGHT = {"black": "brightblack", "brown": "brightyellow", "white": "white"}


def line_of(cells: Cells, columns: int) -> StyledLine:
    """A line of exactly that many columns: neighbours in the same style are one fragment.

    A wide character is shown only if both of its cells are still its own.
    """
    line: StyledLine = []
    for char, text in _shown(cells, columns):
        style = style_of(char._replace(data=""))
        if line and line[-1][0] == style:
            text = line.pop()[1] + text
        line.append((style, text))
    return line


def place_of(cells: Cells, column: int) -> int:
    """Which character of `line_of` stands in a column, or begins behind the line's end."""
    return sum(len(text) for _, text in _shown(cells, column))


def _shown(cells: Cells, columns: int) -> list[tuple[Char, str]]:
    """Every cell and what is written for it; nothing for the second half of a wide character."""
    shown: list[tuple[Char, str]] = []
    column = 0
    while column < columns:
        char = cells[column]
        is_wide = width(char.data[:1]) == 2
        is_whole = is_wide and column + 1 < columns and not cells[column + 1].data
        is_shown = is_whole or (char.data and not is_wide)
        # other character sets have characters that nobody can print
        shown.append((char, char.data if is_shown and char.data.isprintable() else " "))
        column += 2 if is_whole else 1
    return shown


@lru_cache(maxsize=4096)
def style_of(char: Char) -> str:
    """How a cell looks, in the words of prompt-toolkit."""
    flags = {
        "bold": char.bold,
        "italic": char.italics,
        "underline": char.underscore,
        "strike": char.strikethrough,
        "blink": char.blink,
        "reverse": char.reverse,
    }
    colours = [f"{part}:{_colour(name)}" for part, name in (("fg", char.fg), ("bg", char.bg))]
    return " ".join([*colours, *(name for name, is_set in flags.items() if is_set)])


def _colour(name: str) -> str:
    """The name of a colour, out of pyte's: those of the Linux console, or six digits."""
    if name == "default":
        return name
    if name.startswith(("bright", "bfight")):  # as pyte spells one of them
        return f"ansi{_BRIGHT.get(name[6:], f'bright{name[6:]}')}"
    if len(name) == 6 and set(name) <= set("0123456789abcdef"):
        return f"#{name}"
    return f"ansi{_COLOURS.get(name, name)}"
