"""The whole screen as lines of styled text: a plain function of what there is to show."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest

from jihwa.io.live.state import LiveState
from jihwa.io.screen.hand import hand_rows, hold_line, hold_rows, wizard_rows
from jihwa.io.screen.page import candidate_row, text_rows
from jihwa.io.screen.panels import help_rows, key_line, phrase_rows, status_line
from jihwa.io.screen.text import Line, cut, pad, paragraph, rule
from jihwa.io.screen.view import Place, View

MARGIN = 2
FULL_ROWS, FULL_COLUMNS = 18, 64
"""A smaller screen shows no bars."""
RULED_ROWS = 9
"""A lower one has no lines between its parts."""
NOTICE_ROWS = 2
_SIDE_GAP = 4
_EMPTY: Line = []


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
    def between(self) -> list[Line]:
        """What separates two parts of the screen."""
        return [rule(self.columns)] if self.rows >= RULED_ROWS else []


def draw(state: LiveState, view: View, size: Size) -> list[Line]:
    """The rows of the screen, from the top; never more than fit.

    Args:
        state: The session with what the user shall be told now; all of it may be written to a
            terminal.
        view: How it is looked at.
        size: Of the screen.
    """
    top = [*_status(state, view, size), *size.between]
    bottom = [*_notices(state, view, size), *_keys(view, size)]
    room = max(size.rows - len(top) - len(bottom), 1)
    rows = [*top, *_body(state, view, size, room), *bottom]
    return [cut(row, size.columns) for row in rows][: size.rows]


def _status(state: LiveState, view: View, size: Size) -> list[Line]:
    return [status_line(state, view, size.columns)] if size.rows > 2 else []


def _keys(view: View, size: Size) -> list[Line]:
    if size.rows < 5:
        return []
    return [*size.between, *_indent([key_line(view, size.inside)])]


def _notices(state: LiveState, view: View, size: Size) -> list[Line]:
    """What is wrong now, then the newest of what happened."""
    told = [*state.signal.faults, *filter(None, [state.connection.reason]), *state.notices]
    room = NOTICE_ROWS if size.rows >= FULL_ROWS else int(size.rows >= 4)
    lines: list[Line] = []
    for message in reversed(told):
        text = f"! {message.text(view.language)}"
        shown = paragraph(text, size.inside, max(room - len(lines), 0))
        lines = [*([("class:notice", line)] for line in shown), *lines]
    return _indent(lines)


def _body(state: LiveState, view: View, size: Size, rows: int) -> list[Line]:
    """What is between the status and the notices: exactly that many rows."""
    match view.place:
        case Place.HELP:
            lines = help_rows(view, size.inside, rows)
        case Place.PHRASES:
            lines = phrase_rows(view.phrases, size.inside, rows)
        case Place.CALIBRATION if state.calibration:
            lines = wizard_rows(state, state.calibration, size.inside, rows, view.language)
        case _:
            return _writing(state, view, size, rows)
    return _filled(_indent(lines), rows)


def _writing(state: LiveState, view: View, size: Size, rows: int) -> list[Line]:
    hand = _hand(state, view, size) if rows >= 3 else []
    candidates = _indent([candidate_row(state.page, view, size.inside)])
    if rows < 5 and not candidates[0]:
        candidates = []
    room = max(rows - len(hand) - len(candidates), 1)
    text = _indent(text_rows(state.page, view, size.inside, room))
    return [*hand, *_filled(text, room), *candidates][: max(rows, 1)]


def _hand(state: LiveState, view: View, size: Size) -> list[Line]:
    """Fingers and tilt beside what is held; on a small screen, in one line what is held."""
    if not size.is_full:
        line = hold_line(state, size.inside, view.language)
        return [*_indent([line]), *size.between]
    side = (size.inside - _SIDE_GAP) // 2
    signal = state.signal
    hand = hand_rows(signal.flex_adc, signal.gravity_g, side, view.language)
    beside = [
        [*pad(left, side), ("", " " * _SIDE_GAP), *right] if right else left
        for left, right in zip_longest(
            hand, hold_rows(state, side, view.language), fillvalue=_EMPTY
        )
    ]
    return [*_indent(beside), *size.between]


def _indent(lines: Sequence[Line]) -> list[Line]:
    return [[("", " " * MARGIN), *line] if line else [] for line in lines]


def _filled(lines: Sequence[Line], rows: int) -> list[Line]:
    return [*lines, *([] for _ in range(rows - len(lines)))][:rows]
