"""The program that takes the text, above a session that is shown small."""

import asyncio
import os
import threading
import time
from collections import deque
from contextlib import suppress

from prompt_toolkit.application import Application, get_app
from prompt_toolkit.data_structures import Point
from prompt_toolkit.filters import Condition
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.input.ansi_escape_sequences import REVERSE_ANSI_SEQUENCES
from prompt_toolkit.key_binding import KeyBindings, KeyPress, KeyPressEvent
from prompt_toolkit.keys import Keys
from prompt_toolkit.layout import HSplit, Layout, Window
from prompt_toolkit.layout.controls import UIContent, UIControl

from jihwa.io.live.session import LiveSession
from jihwa.io.outlets.outlet import OutletError
from jihwa.io.outlets.targets import Child
from jihwa.io.screen import emulator
from jihwa.io.screen.cells import StyledLine
from jihwa.io.screen.controls import Controls
from jihwa.io.screen.view import Place

_CHUNK_BYTES = 4096
_LAST_CHUNKS = 16  # of a program that has ended; those it leaves behind may write for ever
_REST_PER_DRAWING = 3  # drawings long: endless output gets a quarter of the processor
_ARROWS = {f"\x1b[{letter}": f"\x1bO{letter}" for letter in "ABCD"}
_PANEL_ROWS, _LARGE_PANEL_ROWS = 7, 18
_LARGE = frozenset(
    {Place.HELP, Place.PHRASES, Place.PROFILES, Place.HISTORY, Place.CALIBRATION, Place.INVITATION}
)


class Program:
    """Shows a child program, and gives it the keys while the user is in its place.

    Args:
        child: The program.
        session: Spells what it gets beside the keys.
    """

    def __init__(self, child: Child, session: LiveSession) -> None:
        self._child, self._session = child, session
        self._control = ChildControl(child)
        self._window = Window(self._control, wrap_lines=False)
        self._late: deque[bytes] = deque()  # keys behind what is being spelled

    def layout(self, panel: Window) -> Layout:
        """The program above, the session below."""
        rule = Window(height=1, char="─", style="class:rule")
        return Layout(HSplit([self._window, rule, panel]), focused_element=self._window)

    def keys(self, controls: Controls) -> KeyBindings:
        """Every key that does nothing else in the program's place goes to the program."""
        keys = KeyBindings()

        @keys.add(Keys.Any, filter=Condition(lambda: controls.view.place is Place.PROGRAM))
        def _(event: KeyPressEvent) -> None:
            for key in event.key_sequence:
                self._press(bytes_of(key, self._control.terminal))

        return keys

    def join(self, application: Application[None], controls: Controls, panel: Window) -> None:
        """Let the cursor stand where the keys go, and end the application with the program.

        It runs already.
        """

        def focus(_: Application[None]) -> None:
            in_program = controls.view.place is Place.PROGRAM
            application.layout.focus(self._window if in_program else panel)

        async def end() -> None:
            await self._control.follow()
            controls.leave()

        application.before_render += focus
        application.create_background_task(end())

    def _press(self, keys: bytes) -> None:
        """Give it keys, behind all that was spelled before; that becomes final."""
        is_open = self._late or self._session.state.text.preedit
        if is_open and self._session.failure is None:
            self._late.append(keys)
            self._session.writing.complete()
            self._session.then(lambda: self._child.write(self._late.popleft()))
            return
        try:
            self._child.write(keys)
        except OutletError as error:
            self._session.notify(error.message)


def panel_rows(place: Place, rows: int) -> int:
    """How many of the screen's rows the session gets beside a program."""
    return min(_LARGE_PANEL_ROWS if place in _LARGE else _PANEL_ROWS, max(rows // 2, 1))


def program_rows(rows: int) -> int:
    """How many of them the program gets to begin with; a rule lies between."""
    return max(rows - 1 - panel_rows(Place.PROGRAM, rows), 1)


class ChildControl(UIControl):
    """Shows a child program in whatever room its window has.

    It belongs to one application: everything runs in its event loop.

    Args:
        child: The program.

    Attributes:
        terminal: What the program draws on.
    """

    def __init__(self, child: Child) -> None:
        self.terminal = emulator.Terminal(80, 24, self._answer)
        self._child = child
        self._lines: dict[int, StyledLine] = {}
        self._is_silent = False

    async def follow(self) -> int:
        """Draw what the program writes until it ends; returns its exit code."""
        loop, awake = asyncio.get_running_loop(), asyncio.Event()

        def wake_at_end() -> None:
            self._child.wait()
            with suppress(RuntimeError):  # the loop has ended before
                loop.call_soon_threadsafe(awake.set)

        threading.Thread(target=wake_at_end, name="end of the child", daemon=True).start()
        while not self._child.has_ended:
            began_s = time.monotonic()
            if self._draw():
                await asyncio.sleep(_REST_PER_DRAWING * (time.monotonic() - began_s))
            else:
                await self._wait_for_output(loop, awake)
        for _ in range(_LAST_CHUNKS):
            self._draw()
        return self._child.wait()

    def is_focusable(self) -> bool:
        """The cursor may stand in it."""
        return True

    def create_content(self, width: int, height: int) -> UIContent:
        """The program's screen, after telling it how large that is."""
        terminal = self.terminal
        if (terminal.columns, terminal.lines) != (width, height):
            terminal.resize(height, width)
            self._child.resize(height, width)
        for row in terminal.dirty:
            self._lines.pop(row, None)
        terminal.dirty.clear()
        cursor = terminal.cursor
        return UIContent(
            self._line,
            line_count=terminal.lines,
            cursor_position=Point(emulator.place_of(terminal.buffer[cursor.y], cursor.x), cursor.y),
            show_cursor=not cursor.hidden,
        )

    def _line(self, row: int) -> StyleAndTextTuples:
        if row not in self._lines:
            self._lines[row] = emulator.line_of(self.terminal.buffer[row], self.terminal.columns)
        return [*self._lines[row]]

    async def _wait_for_output(self, loop: asyncio.AbstractEventLoop, awake: asyncio.Event) -> None:
        """Until there is some, or the program has ended."""
        if not self._is_silent:
            loop.add_reader(self._child.output, awake.set)
        try:
            await awake.wait()
        finally:
            if not self._is_silent:
                loop.remove_reader(self._child.output)
        awake.clear()

    def _draw(self) -> bool:
        """Draw one chunk; returns whether there was one."""
        try:
            data = os.read(self._child.output, _CHUNK_BYTES)
        except BlockingIOError:
            return False
        except OSError:  # nobody has its terminal open any more
            data = b""
        self._is_silent = not data
        self.terminal.feed(data)
        get_app().invalidate()
        return bool(data)

    def _answer(self, reply: bytes) -> None:
        with suppress(OutletError):  # it asked, and did not wait for the answer
            self._child.write(reply)


def bytes_of(key: KeyPress, terminal: emulator.Terminal) -> bytes:
    """What a terminal in this state sends for a key."""
    text = key.data
    if key.key is Keys.BracketedPaste:
        text = text.replace("\x1b", "").replace("\r\n", "\r").replace("\n", "\r")
        if terminal.is_in(emulator.BRACKETED_PASTE):
            text = f"\x1b[200~{text}\x1b[201~"
    elif isinstance(key.key, Keys) and len(text) > 1:
        text = REVERSE_ANSI_SEQUENCES.get(key.key, text)
        if terminal.is_in(emulator.APPLICATION_CURSOR):
            text = _ARROWS.get(text, text)
    return text.encode()
