"""The full-screen program: prompt-toolkit around the drawing and the controls."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import lru_cache
from typing import Any

from prompt_toolkit.application import Application
from prompt_toolkit.data_structures import Point
from prompt_toolkit.filters import Condition
from prompt_toolkit.key_binding import (
    KeyBindings,
    KeyBindingsBase,
    KeyPressEvent,
    merge_key_bindings,
)
from prompt_toolkit.layout import Layout, Window
from prompt_toolkit.layout.controls import FormattedTextControl
from prompt_toolkit.layout.mouse_handlers import MouseHandlers
from prompt_toolkit.layout.screen import Char, Screen, WritePosition
from prompt_toolkit.output.color_depth import ColorDepth
from prompt_toolkit.styles import Style

from jihwa.data.messages import Message
from jihwa.io.live.state import LiveState
from jihwa.io.screen.cells import CURSOR, StyledLine, cleaned, width
from jihwa.io.screen.controls import Controls
from jihwa.io.screen.drawing import Size, draw
from jihwa.io.screen.keys import BINDINGS, Binding
from jihwa.io.screen.program import Program, panel_rows

REDRAWS_HZ = 30
CALM_REDRAWS_HZ = 6
"""How often it is drawn because the hand has moved; the text never waits for that, and to draw
takes as long as to read a sample does."""
LOOK_EVERY_S = 1.0
"""How often the screen is drawn although nothing happens: notices grow old."""
ESCAPE_S = 0.1
"""After this long, Esc is a key and not the beginning of another."""
TOLD_S = 15.0
"""How long a notice is shown."""

_BLUE, _ORANGE, _GREY = "#3a8fd0", "#d9700c", "#808080"

STYLE = Style.from_dict(
    {
        "label": _GREY,
        "rule": _GREY,
        "track": _GREY,
        "bar": _BLUE,
        "accept": _ORANGE,
        "good": f"{_BLUE} bold",
        "bad": f"{_ORANGE} bold",
        "best": "bold",
        "committed": "",
        "preedit": _BLUE,
        "doubt": "underline",
        "selected": "reverse",
        "lit": "bold",
        "number": _BLUE,
        "notice": _ORANGE,
        "answer": "bold",
        "code": "#000000 bg:#ffffff",
        "key": "bold",
        "title": "bold",
    }
)
"""Colours that everybody can tell apart, on dark and on light ground; none of them is needed."""


class Panel(Window):
    """Shows lines that are no wider than the screen, as they are.

    prompt-toolkit's own window takes every line apart and its characters over one by one, each
    time, which took as long as all the rest of drawing; here a line that stays is taken over whole.

    Args:
        lines: Draws them.
        height: How many rows there are for them.
    """

    def __init__(
        self, lines: Callable[[], Sequence[StyledLine]], height: Callable[[], int]
    ) -> None:
        super().__init__(FormattedTextControl(focusable=True), height=height)
        self._lines = lines
        self._rows: dict[tuple[object, ...], _Row] = {}  # of the last drawing

    def write_to_screen(
        self,
        screen: Screen,
        mouse_handlers: MouseHandlers,
        write_position: WritePosition,
        parent_style: str,
        erase_bg: bool,
        z_index: int | None,
    ) -> None:
        """Draw the lines, and set the cursor where it stands in them."""
        del mouse_handlers, parent_style, erase_bg, z_index
        at, columns = write_position.ypos, write_position.width
        before, self._rows = self._rows, {}
        for y, line in enumerate(self._lines()[: write_position.height], start=at):
            key = (columns, *line)
            row = self._rows[key] = before.get(key) or _row_of(line, columns)
            screen.data_buffer[y] = row
            for place, (style, _) in enumerate(line):
                if style == CURSOR:
                    screen.set_cursor_position(self, Point(width(line[:place]), y))
        screen.visible_windows_to_write_positions[self] = write_position
        screen.width = max(screen.width, columns)
        screen.height = max(screen.height, at + write_position.height)


_Row = defaultdict[int, Char]
_cell = lru_cache(maxsize=4096)(Char)
_BLANK = Char()


def _row_of(line: StyledLine, columns: int) -> _Row:
    """A line as prompt-toolkit's screen has it: what stands in each column."""
    row: _Row = defaultdict(lambda: _BLANK)
    x = last = 0
    for style, text in line:
        for char in text:
            cell = _cell(char, style)
            if not cell.width:  # it belongs to the one before
                row[last] = _cell(row[last].char + char, row[last].style)
            elif x + cell.width <= columns:
                row[x], last = cell, x
                for covered in range(x + 1, x + cell.width):
                    row[covered] = _cell("", "")  # equal to nothing that may come there
                x += cell.width
    return row


class FullScreen:
    """Shows a session full screen until the user leaves, and leaves the terminal as it was.

    Its methods may be called from any thread.
    """

    def __init__(self) -> None:
        self._application: Application[None] | None = None
        self._is_left = False
        self._drawn, self._drawn_s = LiveState(), 0.0  # what is on the screen, and since when

    def redraw(self, state: LiveState) -> None:
        """Draw anew soon, because the session has changed into this state."""
        is_calm = _but_the_hand(state) == _but_the_hand(self._drawn)
        due = not is_calm or time.monotonic() >= self._drawn_s + 1 / CALM_REDRAWS_HZ
        application = self._application
        if due and application and not application.invalidated:
            _in_its_loop(application, application.invalidate)

    def leave(self) -> None:
        """Stop showing it, or do not even begin."""
        self._is_left = True
        if application := self._application:
            _in_its_loop(application, self._exit)

    def run(self, controls: Controls, program: Program | None = None) -> None:
        """Show it, and do what the keys say, until `leave`.

        Args:
            controls: What the keys do.
            program: Is shown above the session, which is small then; its end ends all.
        """
        news = News()

        def screen() -> Sequence[StyledLine]:
            state, output = controls.state, application.output.get_size()
            self._drawn, self._drawn_s = state, time.monotonic()
            notices = news.current(state, time.monotonic())
            shown = cleaned(replace(state, notices=notices))
            return draw(shown, controls.view, Size(output.columns, rows()))

        def rows() -> int:
            all_of_them = application.output.get_size().rows
            return panel_rows(controls.view.place, all_of_them) if program else all_of_them

        panel = Panel(screen, rows)
        layout = Layout(panel)
        keys: KeyBindingsBase = _bindings(controls)
        if program:
            layout = program.layout(panel)
            keys = merge_key_bindings([keys, program.keys(controls)])
        application: Application[None] = Application(
            layout,
            style=STYLE,
            include_default_pygments_style=False,
            key_bindings=keys,
            full_screen=True,
            color_depth=None if controls.view.colours else ColorDepth.DEPTH_1_BIT,
            min_redraw_interval=1 / REDRAWS_HZ,
            refresh_interval=LOOK_EVERY_S,
        )
        application.timeoutlen = application.ttimeoutlen = ESCAPE_S
        self._application = application

        def begin() -> None:
            self._watch()
            if program:
                program.join(application, controls, panel)
            if self._is_left:
                self.leave()

        try:
            with suppress(EOFError):  # the terminal is gone
                application.run(pre_run=begin, set_exception_handler=False)
        finally:
            self._application = None

    def _exit(self, error: BaseException | None = None) -> None:
        application = self._application
        if application and application.is_running and not application.is_done:
            if error:
                application.exit(exception=error)
            else:
                application.exit()

    def _watch(self) -> None:
        """Leave when drawing fails, with the reason."""
        loop = asyncio.get_running_loop()

        def fail(_: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
            self._exit(context.get("exception") or RuntimeError(context["message"]))

        loop.set_exception_handler(fail)


def _in_its_loop(application: Application[None], act: Callable[[], None]) -> None:
    """Do this in the thread of the application, unless that has ended: it may at any time."""
    if loop := application.loop:
        with suppress(RuntimeError):  # the loop has ended just now
            loop.call_soon_threadsafe(act)


def _but_the_hand(state: LiveState) -> tuple[object, ...]:
    """A state without what changes with every sample."""
    connection, page, calibration = state.connection, state.text, state.calibration
    return state.ready, state.paused, connection, page, calibration, state.n_told


def _bindings(controls: Controls) -> KeyBindings:
    """The table of keys as prompt-toolkit wants it."""
    bindings = KeyBindings()

    def bind(binding: Binding) -> None:
        def act(event: KeyPressEvent) -> None:
            binding.act(controls, event.key_sequence[-1].data)

        here = Condition(lambda: controls.view.place in binding.places)
        for keys in binding.keys:
            bindings.add(*keys, filter=here)(act)

    for binding in BINDINGS:
        bind(binding)
    return bindings


class News:
    """Remembers since when each notice is shown."""

    def __init__(self) -> None:
        self._since_s: dict[int, float] = {}  # by the number of a notice

    def current(self, state: LiveState, now_s: float) -> tuple[Message, ...]:
        """The notices of a state that are still news, newest last.

        Args:
            state: The state.
            now_s: Now, on a monotonic clock.
        """
        numbers = range(state.n_told - len(state.notices), state.n_told)
        self._since_s = {number: self._since_s.get(number, now_s) for number in numbers}
        ages_s = (now_s - since_s for since_s in self._since_s.values())
        told = zip(state.notices, ages_s, strict=True)
        return tuple(notice for notice, age_s in told if age_s < TOLD_S)
