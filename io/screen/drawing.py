"""The whole screen as lines of styled text: a plain function of what there is to show."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, zip_longest

from jihwa.io.live.state import LiveState, TextState
from jihwa.io.screen.cells import (
    CURSOR,
    ELLIPSIS,
    StyledLine,
    cut,
    doubts,
    pad,
    paragraph,
    places,
    rule,
    width,
    wrap,
)
from jihwa.io.screen.hand import (
    SKELETON_COLUMNS,
    hand_rows,
    hold_line,
    hold_rows,
    skeleton,
    wizard_rows,
)
from jihwa.io.screen.large import large_rows
from jihwa.io.screen.panels import (
    help_rows,
    history_rows,
    invitation_rows,
    key_line,
    phrase_rows,
    profile_rows,
    status_line,
)
from jihwa.io.screen.view import Place, View

MARGIN = 2
FULL_ROWS, FULL_COLUMNS = 18, 64
"""A smaller screen shows no bars."""
RULED_ROWS = 9
"""A lower one has no lines between its parts."""
NOTICE_ROWS = 2
LARGE_BLOCK = 200
"""So many characters are more than there is ever room for where they are large."""
_SIDE_GAP = 4
_EMPTY: StyledLine = []


@dataclass(frozen=True, slots=True)
class Size:
    """Of a screen, in characters."""

    columns: int
    rows: int

    @property
    def inside(self) -> int:
        """Columns between the margins."""
        return max(self.columns - 2 * MARGIN, 1)

    @property
    def is_full(self) -> bool:
        """Whether there is room for bars."""
        return self.rows >= FULL_ROWS and self.columns >= FULL_COLUMNS

    @property
    def between(self) -> list[StyledLine]:
        """What separates two parts of the screen."""
        return [rule(self.columns)] if self.rows >= RULED_ROWS else []


def draw(state: LiveState, view: View, size: Size) -> list[StyledLine]:
    """The rows of the screen, from the top; never more than fit.

    Args:
        state: The session with what the user shall be told now; all of it may be written to a
            terminal.
        view: How it is looked at.
        size: Of the screen.
    """
    if view.large and view.place in (Place.TEXT, Place.CHOOSING):
        return _large(state, view, size)
    status = [status_line(state, view, size.columns)] if size.rows > 2 else []
    top = [*status, *size.between]
    bottom = [*_notices(state, view, size), *_keys(view, size)]
    room = max(size.rows - len(top) - len(bottom), 1)
    rows = [*top, *_body(state, view, size, room), *bottom]
    return [cut(row, size.columns) for row in rows][: size.rows]


def _large(state: LiveState, view: View, size: Size) -> list[StyledLine]:
    """The text, and what somebody has to be told; to choose a word, the candidates too."""
    bottom = _notices(state, view, size)
    if view.place is Place.CHOOSING:
        bottom += _indent([candidate_row(state.text, view, size.inside)])
    room = max(size.rows - len(bottom), 1)
    text = [*_marked(_last_blocks(state.text, LARGE_BLOCK), view)]
    rows = large_rows(text, size.inside, room) or text_rows(state.text, view, size.inside, room)
    lines = [*_filled(_indent(rows), room), *bottom]
    return [cut(line, size.columns) for line in lines][: size.rows]


def _keys(view: View, size: Size) -> list[StyledLine]:
    if size.rows < 5:
        return []
    return [*size.between, *_indent([key_line(view, size.inside)])]


def _notices(state: LiveState, view: View, size: Size) -> list[StyledLine]:
    """What is wrong now, then the newest of what happened; below it the last answers."""
    faults = [fault.message() for fault in state.signal.faults]
    lasting = filter(None, [state.signal.blindness, state.connection.reason])
    told = [*faults, *lasting, *state.notices]
    room = NOTICE_ROWS if size.rows >= FULL_ROWS else int(size.rows >= 4)
    lines: list[StyledLine] = []
    for message in reversed(told):
        text = f"! {message.text(view.language)}"
        shown = paragraph(text, size.inside, max(room - len(lines), 0))
        lines = [*([("class:notice", line)] for line in shown), *lines]
    answers: list[StyledLine] = []
    room = (2 if size.is_full else 1) if size.rows >= 4 else 0
    for text in reversed(state.answers.texts):
        shown = paragraph(f"» {text}", size.inside, max(room - len(answers), 0))
        answers = [*([("class:answer", line)] for line in shown), *answers]
    return _indent([*lines, *answers])


def _body(state: LiveState, view: View, size: Size, rows: int) -> list[StyledLine]:
    """What is between the status and the notices: exactly that many rows."""
    match view.place:
        case Place.HELP:
            lines = help_rows(view, size.inside, rows)
        case Place.PHRASES:
            lines = phrase_rows(view.phrases, size.inside, rows)
        case Place.HISTORY:
            lines = history_rows(view, size.inside, rows)
        case Place.INVITATION:
            lines = invitation_rows(view, size.inside, rows)
        case Place.PROFILES:
            lines = profile_rows(view, size.inside, rows)
        case Place.CALIBRATION if state.calibration:
            lines = wizard_rows(state, state.calibration, size.inside, rows, view.language)
        case _:
            return _writing(state, view, size, rows)
    return _filled(_indent(lines), rows)


def _writing(state: LiveState, view: View, size: Size, rows: int) -> list[StyledLine]:
    hand = _hand(state, view, size) if rows >= 3 else []
    completions = _indent([completion_row(state.text, view, size.inside)]) if rows >= 5 else []
    candidates = _indent([candidate_row(state.text, view, size.inside)])
    if rows < 5 and not candidates[0]:
        candidates = []
    room = max(rows - len(hand) - len(completions) - len(candidates), 1)
    text = _indent(text_rows(state.text, view, size.inside, room))
    return [*hand, *_filled(text, room), *completions, *candidates][: max(rows, 1)]


def _hand(state: LiveState, view: View, size: Size) -> list[StyledLine]:
    """Fingers and tilt, with what a camera sees, beside what is held.

    On a small screen, in one line what is held.
    """
    if not size.is_full:
        line = hold_line(state, size.inside, view.language)
        return [*_indent([line]), *size.between]
    side = (size.inside - _SIDE_GAP) // 2
    signal = state.signal
    if signal.points is None:
        hand = hand_rows(signal.flex_adc, signal.gravity_g, side, view.language)
    else:
        bars_columns = side - SKELETON_COLUMNS - MARGIN
        bars = hand_rows(signal.flex_adc, signal.gravity_g, bars_columns, view.language)
        seen = skeleton(signal.points)
        hand = [[*dots, ("", " " * MARGIN), *row] for dots, row in zip(seen, bars, strict=True)]
    hold = hold_rows(state, side, view.language)
    beside = [
        [*pad(left, side), ("", " " * _SIDE_GAP), *right] if right else left
        for left, right in zip_longest(hand, hold, fillvalue=_EMPTY)
    ]
    return [*_indent(beside), *size.between]


def _indent(lines: Sequence[StyledLine]) -> list[StyledLine]:
    return [[("", " " * MARGIN), *line] if line else [] for line in lines]


def _filled(lines: Sequence[StyledLine], rows: int) -> list[StyledLine]:
    return [*lines, *([] for _ in range(rows - len(lines)))][:rows]


def text_rows(written: TextState, view: View, columns: int, rows: int) -> list[StyledLine]:
    """The end of the text with the cursor behind it, as many rows."""
    written = _last_blocks(written, columns * rows)
    return wrap([*_marked(written, view), (CURSOR, ""), ("", " ")], columns)[-rows:]


def _last_blocks(written: TextState, block: int) -> TextState:
    """Without the beginning of a long text; lines break elsewhere once in a block only."""
    begin = max(len(written.committed) - block, 0) // block * block
    return replace(written, committed=written.committed[begin:])


def completion_row(written: TextState, view: View, columns: int) -> StyledLine:
    """What the text may go on with: the one that the key takes is lit, one word more has a +."""
    line: StyledLine = []
    if view.place is not Place.TEXT:
        return line
    offered = [each.text for each in written.completions]
    last = min((each.word for each in written.completions), default=0)
    lit = offered.index(view.lit) if view.lit in offered else 0
    for i, each in enumerate(written.completions):
        adds = "+" * (each.word > last)
        key, style = ("→ ", "class:lit") if i == lit else ("", "class:label")
        between = " · " if line else ""
        shown = [("class:rule", between), ("class:number", key), (style, adds + each.text)]
        if width([*line, *shown]) > columns:
            break
        line += shown
    return line


def candidate_row(written: TextState, view: View, columns: int) -> StyledLine:
    """What the word that is being chosen, or else the last one, may be; numbered."""
    line: StyledLine = []
    if len(written.candidates) < 2 and view.place is not Place.CHOOSING:
        return line
    for i, candidate in enumerate(written.candidates[:9]):
        chosen = view.place is Place.CHOOSING and i == view.highlight
        style = "class:selected" if chosen else ""
        shown = [("class:number", f"{i + 1} "), (style, candidate.text), ("", "   ")]
        more = i + 1 < len(written.candidates[:9])
        if width([*line, *shown]) > columns - more * width(ELLIPSIS):
            return cut([*line, ("class:label", ELLIPSIS)], columns)
        line += shown
    return line


def _marked(written: TextState, view: View) -> Iterator[tuple[str, str]]:
    """The fragments of the whole text: the end that may still change, doubtful words, the choice.

    Nothing stands in the text that is not of it, but for brackets where there are no colours.
    """
    shown, final = written.committed + written.preedit, len(written.committed)
    selected = written.selected if view.place is Place.CHOOSING else None
    opening, closing = ("", "") if view.colours or not written.preedit else ("[", "]")
    styles = [(0, final, "class:committed"), (final, len(shown), "class:preedit")]
    for i, (start, end, _) in enumerate(places(shown, written.words)):
        if i == selected:
            styles.append((start, end, "class:selected"))
    styles += [(*span, "class:doubt") for span in doubts(shown, final, written.words)]
    for start, end in pairwise(sorted({edge for style in styles for edge in style[:2]})):
        if start == final:
            yield "class:preedit", opening
        yield " ".join(style for a, b, style in styles if a <= start < b), shown[start:end]
    yield "class:preedit", closing
