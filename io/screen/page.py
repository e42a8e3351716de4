"""The text: what is final, what may still change, what is doubtful, and what else it may be."""

import re
from collections.abc import Iterator
from dataclasses import replace

from jihwa.composer.text.transcript import DOUBTFUL, Word
from jihwa.io.live.state import Page
from jihwa.io.screen.text import CURSOR, ELLIPSIS, Line, cut, width, wrap
from jihwa.io.screen.view import Place, View


def text_rows(page: Page, view: View, columns: int, rows: int) -> list[Line]:
    """The end of the text with the cursor behind it, as many rows."""
    page = _last_blocks(page, columns * rows)
    return wrap([*_marked(page, view), (CURSOR, ""), ("", " ")], columns)[-rows:]


def _last_blocks(page: Page, block: int) -> Page:
    """The page without the beginning of a long text; lines break elsewhere once in a block only."""
    begin = max(len(page.committed) - block, 0) // block * block
    return replace(page, committed=page.committed[begin:])


def candidate_row(page: Page, view: View, columns: int) -> Line:
    """What the word that is being chosen, or else the last one, may be; numbered."""
    line: Line = []
    if len(page.candidates) < 2 and view.place is not Place.CHOOSING:
        return line
    for i, candidate in enumerate(page.candidates[:9]):
        chosen = view.place is Place.CHOOSING and i == view.highlight
        style = "class:selected" if chosen else ""
        shown = [("class:number", f"{i + 1} "), (style, candidate.text), ("", "   ")]
        more = i + 1 < len(page.candidates[:9])
        if width([*line, *shown]) > columns - more * width(ELLIPSIS):
            return cut([*line, ("class:label", ELLIPSIS)], columns)
        line += shown
    return line


def _marked(page: Page, view: View) -> Iterator[tuple[str, str]]:
    """The fragments of the whole text, with marks."""
    shown, final = page.committed + page.preedit, len(page.committed)
    selected = page.selected if view.place is Place.CHOOSING else None
    opening, closing = ("", "") if view.colours else ("[", "]")
    marks = {final: opening} if page.preedit else {}
    styles: list[tuple[int, int, str]] = []
    for i, (start, end, word) in enumerate(_places(shown, page.words)):
        if i == selected:
            styles.append((start, end, "class:selected "))
        if word.confidence < DOUBTFUL and (end < len(shown) or end <= final):
            marks[end] = "?" if view.colours else "(?)"
    edges = sorted({0, final, len(shown), *marks, *(e for s in styles for e in s[:2])})
    for start, end in zip(edges, [*edges[1:], len(shown)], strict=True):
        style = "class:committed" if start < final else "class:preedit"
        style = next((s for a, b, s in styles if a <= start < b), "") + style
        yield "class:doubt", marks.get(start, "")
        yield style, shown[start:end]
    yield "", closing if page.preedit else ""


def _places(shown: str, words: tuple[Word, ...]) -> list[tuple[int, int, Word]]:
    """Where the last words of a text stand in it; one that a held letter changes does not."""
    spans = [found.span() for found in re.finditer(r"\S+", shown)]
    places: list[tuple[int, int, Word]] = []
    for word in reversed(words):
        alike = [i for i, (start, end) in enumerate(spans) if shown[start:end] == word.text]
        if alike:
            places.append((*spans[alike[-1]], word))
            del spans[alike[-1] :]
    return places[::-1]
