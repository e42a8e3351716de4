"""What is shown instead of the text for a while: the help and the stored sentences."""

from math import ceil

from jihwa.data.messages import Language
from jihwa.io.screen.keys import BINDINGS
from jihwa.io.screen.text import Line, clean, cut, pad, width
from jihwa.io.screen.view import View
from jihwa.io.settings.language import speaker
from jihwa.io.user.phrases import Phrase

_GAP = 3


def help_rows(view: View, columns: int, rows: int) -> list[Line]:
    """A page of the help: all keys and what they do; the title says which page."""
    lines = _help_lines(view.language)
    say, room = speaker(view.language), max(rows - 2, 1)
    pages = ceil(len(lines) / room)
    page = view.page % pages
    title = say("글쇠", "Keys") + (f"  {page + 1}/{pages}" if pages > 1 else "")
    shown = lines[page * room :][:room]
    return [[("class:title", title)], [], *(cut(line, columns) for line in shown)]


def phrase_rows(phrases: tuple[Phrase, ...], columns: int, rows: int) -> list[Line]:
    """The stored sentences: key, abbreviation, sentence."""
    short_columns = max((width(phrase.abbreviation or "") for phrase in phrases), default=0)
    lines: list[Line] = []
    for phrase in phrases:
        key: Line = [("class:number", str(phrase.key or "·")), ("", "  ")]
        short = pad([("class:label", clean(phrase.abbreviation or ""))], short_columns)
        lines.append(cut([*key, *short, ("", "  " + clean(phrase.text))], columns))
    return lines[:rows]


def key_line(view: View, columns: int) -> Line:
    """The keys that matter here, as many as there is room for; the last ones matter most."""
    line: Line = []
    for binding in reversed(BINDINGS):
        if binding.short and view.place in binding.places:
            word, gap = binding.short.text(view.language), "  " if line else ""
            entry = [
                ("class:key", binding.shown.split(",")[0]),
                ("class:label", f" {word}{gap}"),
            ]
            if width([*entry, *line]) > columns:
                break
            line = [*entry, *line]
    return line


def _help_lines(language: Language) -> list[Line]:
    shown = [binding for binding in BINDINGS if binding.shown]
    columns = max(width(binding.shown) for binding in shown) + _GAP
    return [
        [
            *pad([("class:key", binding.shown)], columns),
            ("", binding.does.text(language)),
        ]
        for binding in shown
    ]
