"""Text larger than a terminal's own: letters drawn with blocks, four to a character."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from math import ceil, hypot

from jihwa.io.screen import strokes
from jihwa.io.screen.text import Fragment, StyledLine

LEAST_ROWS = 6
"""Syllables of fewer rows cannot be told apart."""
SEEN = 12
"""So many syllables shall be seen at once; the fewer, the larger they are."""
FEW = 4
"""Where not even so many can be, letters stay as small as the terminal's."""
_BLOCKS = " ▘▝▀▖▌▞▛▗▚▐▜▄▙▟█"


def large_rows(text: Sequence[Fragment], columns: int, rows: int) -> list[StyledLine] | None:
    """The end of a text, as large as there is room for.

    Args:
        text: Its fragments.
        columns: Of the screen.
        rows: Of the screen.

    Returns:
        None where there is no room for large letters, or where the text has others.
    """
    heights = range(rows, LEAST_ROWS - 1, -1)
    fitting = (high for high in heights if _room(high, columns, rows) >= SEEN)
    high = next(fitting, LEAST_ROWS if _room(LEAST_ROWS, columns, rows) >= FEW else 0)
    chars = [(char, style) for style, part in text for char in part]
    if not high or any(char != "\n" and strokes.width(char) is None for char, _ in chars):
        return None
    lines = _wrapped(chars, columns, high)[-((rows + 1) // (high + 1)) :]
    drawn: list[StyledLine] = []
    for line in lines:
        drawn += [[]] * bool(drawn)
        drawn += [[(style, _glyph(char, high)[i]) for char, style in line] for i in range(high)]
    return drawn


def _room(high: int, columns: int, rows: int) -> int:
    """How many syllables of that many rows there is room for, one row between two lines."""
    return (columns // _columns("가", high)) * ((rows + 1) // (high + 1))


def _columns(char: str, high: int) -> int:
    """Of a character of that many rows, with the gap behind it."""
    return ceil((strokes.width(char) or 0) * 2 * high) + ceil(high / 6)


def _wrapped(chars: Sequence[Fragment], columns: int, high: int) -> list[list[Fragment]]:
    """Lines, broken between words, and in a word only where it has no room on a line."""
    lines: list[list[Fragment]] = [[]]
    for word in _words(chars):
        room = columns - sum(_columns(char, high) for char, _ in lines[-1])
        if sum(_columns(char, high) for char, _ in word if char not in " \n") > room and lines[-1]:
            lines.append([])
        for char, style in word:
            used = sum(_columns(each, high) for each, _ in lines[-1])
            if char == "\n" or (char != " " and used + _columns(char, high) > columns):
                lines.append([])
            if char != "\n" and (char != " " or lines[-1]):
                lines[-1].append((char, style))
    return lines


def _words(chars: Sequence[Fragment]) -> Iterator[list[Fragment]]:
    """Words, each with the space behind it."""
    word: list[Fragment] = []
    for char, style in chars:
        word.append((char, style))
        if char in " \n":
            yield word
            word = []
    yield word


@lru_cache(maxsize=512)
def _glyph(char: str, high: int) -> tuple[str, ...]:
    """The rows of a character, with the gap behind it."""
    columns = _columns(char, high)
    dots = _dots(char, 2 * (columns - ceil(high / 6)), 2 * high)
    return tuple(
        "".join(
            _BLOCKS[sum(1 << i for i in range(4) if (2 * x + i % 2, 2 * y + i // 2) in dots)]
            for x in range(columns)
        )
        for y in range(high)
    )


def _dots(char: str, wide: int, high: int) -> set[tuple[int, int]]:
    """Where its strokes leave dots, which are half as wide as they are high."""
    pen_y = max(round(high / 13), 1)
    pen_x = 2 * pen_y
    dots: set[tuple[int, int]] = set()
    for stroke in strokes.strokes(char):
        at = [(x * (wide - pen_x), y * (high - pen_y)) for x, y in stroke]
        for (x0, y0), (x1, y1) in zip(at, at[1:] or at, strict=False):
            steps = ceil(2 * hypot(x1 - x0, y1 - y0)) or 1
            for i in range(steps + 1):
                x, y = x0 + (x1 - x0) * i / steps, y0 + (y1 - y0) * i / steps
                dots |= {
                    (round(x) + dx, round(y) + dy) for dx in range(pen_x) for dy in range(pen_y)
                }
    return dots
