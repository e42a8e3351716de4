"""Text larger than a terminal's own: letters drawn with blocks, four to a character.

A syllable is drawn as one learns to write it: onset, vowel and coda each in its part of a square.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from math import ceil, cos, hypot, pi, sin
from unicodedata import normalize

from jihwa.composer.language.jamo import LETTER_OF, TOKENS
from jihwa.data.alphabet import COMPOSITION
from jihwa.io.screen.cells import Fragment, StyledLine

LEAST_ROWS = 6
"""Syllables of fewer rows cannot be told apart."""
SEEN = 12
"""So many syllables shall be seen at once; the fewer, the larger they are."""
FEW = 4
"""Where not even so many can be, letters stay as small as the terminal's."""
_BLOCKS = " ▘▝▀▖▌▞▛▗▚▐▜▄▙▟█"

Stroke = Sequence[tuple[float, float]]
"""Points that a line goes through: x to the right and y down, 0 to 1 in the square of a letter."""
Box = tuple[float, float, float, float]
"""A part of that square: left, top, right, bottom."""

# In these tables `008088` is a line through three points, pairs of x and y from 0 to 8; `o0088` is
# a round one between two corners.
# fmt: off
_CONSONANTS: Mapping[str, str] = {
    "ㄱ": "008088", "ㄴ": "000888", "ㄷ": "80000888", "ㄹ": "008084040888", "ㅁ": "0080880800",
    "ㅂ": "00088880 0484", "ㅅ": "4008 4088", "ㅇ": "o0088", "ㅈ": "0080 4008 4088",
    "ㅊ": "3050 0282 4208 4288", "ㅋ": "008088 0484", "ㅌ": "80000888 0484",
    "ㅍ": "0080 2028 6068 0888", "ㅎ": "3050 0282 o1478",
}
_TALL: Mapping[str, str] = {
    "ㅏ": "3038 3484", "ㅐ": "1018 7078 1474", "ㅑ": "3038 3282 3686", "ㅒ": "1018 7078 1272 1676",
    "ㅓ": "7078 0474", "ㅔ": "4048 8088 0444", "ㅕ": "7078 0272 0676", "ㅖ": "4048 8088 0242 0646",
    "ㅣ": "5058",
}
_FLAT: Mapping[str, str] = {
    "ㅗ": "0888 4048", "ㅛ": "0888 2028 6068", "ㅜ": "0080 4048", "ㅠ": "0080 2028 6068",
    "ㅡ": "0484",
}
_BOTH: Mapping[str, tuple[str, str]] = {
    "ㅘ": ("ㅗ", "ㅏ"), "ㅙ": ("ㅗ", "ㅐ"), "ㅚ": ("ㅗ", "ㅣ"), "ㅝ": ("ㅜ", "ㅓ"),
    "ㅞ": ("ㅜ", "ㅔ"), "ㅟ": ("ㅜ", "ㅣ"), "ㅢ": ("ㅡ", "ㅣ"),
}
_NARROW: Mapping[str, str] = {
    "0": "o0088 2662", "1": "124048 0888", "2": "0220608208 0888", "3": "0080448488880808",
    "4": "60068686 6068", "5": "8000048486888808", "6": "80000888848404", "7": "00803848",
    "8": "0080880800 0484", "9": "840400808808", "A": "084088 2565", "B": "0008887484040070820474",
    "C": "80200206288888", "D": "00085886825000", "E": "80000888 0464", "F": "800008 0464",
    "G": "802002062888848444", "H": "0008 8088 0484", "I": "4048", "J": "8086682806",
    "K": "0008 800488", "L": "000888", "M": "0800448088", "N": "08008880", "O": "o0088",
    "P": "080080840404", "Q": "o0088 5588", "R": "080080840404 4488", "S": "82200244866806",
    "T": "0080 4048", "U": "000628688680", "V": "004880", "W": "0028446880", "X": "0088 8008",
    "Y": "0044 8044 4448", "Z": "00800888",
    ".": "4848", ",": "4738", "?": "022060824445 4848", "!": "4045 4848", "-": "1474",
    "~": "0523456483", ":": "4242 4747", ";": "4242 4738", "'": "4042", '"': "2022 6062",
    "[": "60404868", "]": "20404828", "(": "60424668", ")": "20424628", "/": "8008",
    "%": "8008 0000 8888", "+": "4246 1474", "=": "1373 1575", "…": "0808 4848 8888", "·": "4444",
}
# fmt: on
_WIDTHS = {"I": 0.3, " ": 0.45, **dict.fromkeys(".,!:;'·", 0.3)}
_SMALL = 0.3
"""How much lower small letters begin; they are drawn as capitals are."""
_LETTERS = dict(zip(TOKENS, LETTER_OF, strict=True))


@lru_cache(maxsize=1024)
def width(char: str) -> float | None:
    """How wide a character is, of its height; None for one that cannot be drawn."""
    if char.upper() in _NARROW or char == " ":
        return _WIDTHS.get(char.upper(), 0.6)
    letters = [_LETTERS.get(each, each) for each in normalize("NFD", char)]
    drawn = {**_CONSONANTS, **_TALL, **_FLAT, **_BOTH}
    return 1.0 if all(each in drawn or each in COMPOSITION for each in letters) else None


def strokes(char: str) -> Iterator[Stroke]:
    """The strokes of a character that has a `width`, in its own square or narrower box."""
    if char == " ":
        return
    if (drawn := _NARROW.get(char.upper())) is not None:
        yield from _placed(drawn, (0, _SMALL if char.islower() else 0, 1, 1))
        return
    onset, vowel, coda = ([_LETTERS.get(c, c) for c in normalize("NFD", char)] + ["", ""])[:3]
    if not vowel:
        yield from _letter(onset, (0.05, 0.05, 0.95, 0.95))
        return
    below = 0.3 if coda else 0.0
    first, second = _BOTH.get(vowel, (vowel, ""))
    if vowel in _TALL:
        yield from _letter(onset, (0, 0.03, 0.55, 0.92 - below * 1.25))
        yield from _letter(first, (0.66, 0, 1, 1 - below * 1.2))
    elif not second:
        yield from _letter(onset, (0.1, 0, 0.9, 0.5 - below / 2))
        yield from _letter(first, (0, 0.64 - below * 0.6, 1, 0.92 - below * 1.15))
    else:
        yield from _letter(onset, (0.05, 0, 0.55, 0.5 - below / 2))
        yield from _letter(first, (0, 0.64 - below * 0.6, 0.62, 0.92 - below * 1.15))
        yield from _letter(second, (0.7, 0, 1, 1 - below * 1.2))
    if coda:
        yield from _letter(coda, (0.12, 0.68, 1, 1))


def _letter(letter: str, box: Box) -> Iterator[Stroke]:
    drawn = _CONSONANTS.get(letter) or _TALL.get(letter) or _FLAT.get(letter)
    left, top, right, bottom = box
    if drawn:
        yield from _placed(drawn, box)
    elif letter in _BOTH:
        first, second = _BOTH[letter]
        yield from _letter(first, (left, (top + bottom) / 2, 0.6 * right, bottom))
        yield from _letter(second, (0.7 * right, top, right, bottom))
    else:
        first, second = [*COMPOSITION[letter]]
        gap = 0.12 * (right - left)
        yield from _letter(first, (left, top, (left + right - gap) / 2, bottom))
        yield from _letter(second, ((left + right + gap) / 2, top, right, bottom))


def _placed(drawn: str, box: Box) -> Iterator[Stroke]:
    left, top, right, bottom = box
    for each in drawn.split():
        digits = [int(digit) / 8 for digit in each.lstrip("o")]
        points = list(zip(digits[::2], digits[1::2], strict=True))
        if each.startswith("o"):
            (x0, y0), (x1, y1) = points
            turns = (2 * pi * i / 40 for i in range(41))
            points = [
                (x0 + (x1 - x0) * (0.5 + cos(turn) / 2), y0 + (y1 - y0) * (0.5 + sin(turn) / 2))
                for turn in turns
            ]
        yield [(left + x * (right - left), top + y * (bottom - top)) for x, y in points]


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
    if not high or any(char != "\n" and width(char) is None for char, _ in chars):
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
    return ceil((width(char) or 0) * 2 * high) + ceil(high / 6)


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
    for stroke in strokes(char):
        at = [(x * (wide - pen_x), y * (high - pen_y)) for x, y in stroke]
        for (x0, y0), (x1, y1) in zip(at, at[1:] or at, strict=False):
            steps = ceil(2 * hypot(x1 - x0, y1 - y0)) or 1
            for i in range(steps + 1):
                x, y = x0 + (x1 - x0) * i / steps, y0 + (y1 - y0) * i / steps
                dots |= {
                    (round(x) + dx, round(y) + dy) for dx in range(pen_x) for dy in range(pen_y)
                }
    return dots
