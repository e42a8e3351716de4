"""Lines of a terminal: what may be written there, and how wide it is.

`cleaned` is the boundary to the terminal: nothing of a state that went through it can do anything
there but be read.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace

from prompt_toolkit.utils import get_cwidth

from jihwa.composer.language.jamo import LETTER_OF, TOKENS
from jihwa.composer.text.transcript import DOUBTFUL, Word
from jihwa.data.messages import Message
from jihwa.io.live.state import LiveState, TextState

Fragment = tuple[str, str]
"""A style and the text that has it, as prompt-toolkit wants them."""
StyledLine = list[Fragment]

CURSOR = "[SetCursorPosition]"
"""The style of a fragment before which the cursor stands."""
ELLIPSIS = "…"

_LETTERS = dict(zip(TOKENS, LETTER_OF, strict=True))
_JAMO = re.compile("[\u1100-\u11ff\ua960-\ua97f\ud7b0-\ud7ff]")
_UNKNOWN = "\ufffd"


def clean(text: str) -> str:
    """Text that cannot do anything to a terminal but be read: NFC, on one line, no controls.

    Jamo that make no syllable become letters (compatibility jamo); conjoining ones would break the
    columns. Control and formatting characters are left out, but for white space.
    """
    text = unicodedata.normalize("NFC", text)
    if not text.isprintable():
        text = "".join(c if c.isprintable() else " " * c.isspace() for c in text)
    return _JAMO.sub(lambda found: _LETTERS.get(found.group(), _UNKNOWN), text)


def width(line: str | Sequence[Fragment]) -> int:
    """The columns that a text or line takes."""
    if isinstance(line, str):
        return get_cwidth(line)
    return sum(get_cwidth(text) for _, text in line)  # it remembers short texts, which come again


def cut(line: Sequence[Fragment], columns: int) -> StyledLine:
    """The beginning of a line, as much as there is room for; `…` says that there is more."""
    if width(line) <= columns:
        return list(line)
    short: StyledLine = []
    room = columns - width(ELLIPSIS)
    for style, text in line:
        taken = text
        while width(taken) > room:
            taken = taken[:-1]
        short.append((style, taken))
        room -= width(taken)
        if taken != text:
            return [*short, (style, ELLIPSIS)] if columns > 0 else []
    return short


def tail(text: str, columns: int) -> str:
    """The end of a text, as much as there is room for; `…` says that there is more."""
    if width(text) <= columns:
        return text
    while width(text) > columns - width(ELLIPSIS):
        text = text[1:]
    return ELLIPSIS + text


def pad(line: Sequence[Fragment], columns: int) -> StyledLine:
    """A line of exactly that many columns."""
    line = cut(line, columns)
    return [*line, ("", " " * (columns - width(line)))]


def apart(left: Sequence[Fragment], right: Sequence[Fragment], columns: int) -> StyledLine:
    """Two ends of a line; the right one goes first where there is no room for both."""
    room = columns - width(left) - width(right)
    return [*left, ("", " " * room), *right] if room > 0 else cut(left, columns)


def wrap(line: Sequence[Fragment], columns: int) -> list[StyledLine]:
    """Lines of at most that many columns; a newline begins another one too."""
    lines: list[StyledLine] = [[]]
    room = columns
    for style, text in line:
        taken = ""
        for char in text:
            if char == "\n" or width(char) > room:
                lines[-1].append((style, taken))
                lines.append([])
                taken, room = "", columns
            if char != "\n":
                taken += char
                room -= width(char)
        lines[-1].append((style, taken))
    return lines


def paragraph(text: str, columns: int, rows: int) -> list[str]:
    """A text on so many lines at most, broken between words; the last one says if there is more."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if not lines or width(longer) > columns:
            lines.append(word)
        else:
            lines[-1] = longer
    if len(lines) > rows > 0:
        lines[rows - 1] = " ".join(lines[rows - 1 :])
    return ["".join(text for _, text in cut([("", line)], columns)) for line in lines[:rows]]


def places(shown: str, words: Sequence[Word]) -> list[tuple[int, int, Word]]:
    """Where the last words of a text stand in it; one that a held letter changes does not."""
    spans = [match.span() for match in re.finditer(r"\S+", shown)]
    found: list[tuple[int, int, Word]] = []
    for word in reversed(words):
        alike = [i for i, (start, end) in enumerate(spans) if shown[start:end] == word.text]
        if alike:
            found.append((*spans[alike[-1]], word))
            del spans[alike[-1] :]
    return found[::-1]


def doubts(shown: str, final: int, words: Sequence[Word]) -> list[tuple[int, int]]:
    """From where to where a text is doubtful words; the last one not before it is over, or final.

    Args:
        shown: The text.
        final: So many characters of it are committed.
        words: Its last words, in their order.
    """
    return [
        (start, end)
        for start, end, word in places(shown, words)
        if word.confidence < DOUBTFUL and (end < len(shown) or end <= final)
    ]


def bar(share: float, columns: int, style: str = "class:bar") -> StyledLine:
    """A bar of which a share, 0 to 1, is full."""
    full = round(min(max(share, 0.0), 1.0) * columns)
    return [(style, "━" * full), ("class:track", "┈" * (columns - full))]


def rule(columns: int) -> StyledLine:
    """A line between two parts of the screen."""
    return [("class:rule", "─" * columns)]


def cleaned(state: LiveState) -> LiveState:
    """The state without anything that could do something to a terminal but be read."""
    connection, calibration = state.connection, state.calibration
    reason = connection.reason and clean_message(connection.reason)
    if calibration and calibration.feedback:
        calibration = replace(calibration, feedback=clean_message(calibration.feedback))
    return replace(
        state,
        connection=replace(connection, device=clean(connection.device), reason=reason),
        text=_clean_text(state.text),
        calibration=calibration,
        answers=replace(state.answers, texts=tuple(map(clean, state.answers.texts))),
        notices=tuple(map(clean_message, state.notices)),
    )


def clean_message(message: Message) -> Message:
    """A message that may be written to a terminal."""
    return Message(ko=clean(message.ko), en=clean(message.en))


def clean_lines(text: str) -> str:
    """A text of several lines that may be written to a terminal."""
    return "\n".join(map(clean, text.split("\n")))


def _clean_text(written: TextState) -> TextState:
    return replace(
        written,
        committed=clean_lines(written.committed),
        preedit=clean_lines(written.preedit),
        words=tuple(replace(word, text=clean(word.text)) for word in written.words),
        candidates=tuple(replace(each, text=clean(each.text)) for each in written.candidates),
        completions=tuple(replace(each, text=clean(each.text)) for each in written.completions),
    )
