"""The cells of a terminal as lines for prompt-toolkit."""

from functools import lru_cache

from pyte.screens import Char

from jihwa.io.screen.emulator import Cells
from jihwa.io.screen.text import Line, width

_COLOURS = {"black": "black", "brown": "yellow", "white": "gray"}
_BRIGHT = {"black": "brightblack", "brown": "brightyellow", "white": "white"}


def line_of(cells: Cells, columns: int) -> Line:
    """A line of exactly that many columns: neighbours in the same style are one fragment.

    A wide character is shown only if both of its cells are still its own.
    """
    line: Line = []
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
