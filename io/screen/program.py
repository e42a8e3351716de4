"""The program that takes the text, above a session that is shown small."""

from collections import deque

from prompt_toolkit.application import Application
from prompt_toolkit.filters import Condition
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.keys import Keys
from prompt_toolkit.layout import HSplit, Layout, Window

from jihwa.io.live.session import LiveSession
from jihwa.io.outlets.child import Child
from jihwa.io.outlets.worker import OutletError
from jihwa.io.screen.child import ChildControl, bytes_of
from jihwa.io.screen.controls import Controls
from jihwa.io.screen.view import Place

_PANEL_ROWS, _LARGE_PANEL_ROWS = 7, 18
_LARGE = frozenset({Place.HELP, Place.PHRASES, Place.CALIBRATION})


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
        is_open = self._late or self._session.state.page.preedit
        if is_open and self._session.failure is None:
            self._late.append(keys)
            self._session.writing.complete()
            self._session.then(self._press_late)
            return
        try:
            self._child.write(keys)
        except OutletError as error:
            self._session.notify(error.message)

    def _press_late(self) -> None:
        self._child.write(self._late.popleft())


def panel_rows(place: Place, rows: int) -> int:
    """How many of the screen's rows the session gets beside a program."""
    return min(_LARGE_PANEL_ROWS if place in _LARGE else _PANEL_ROWS, max(rows // 2, 1))


def program_rows(rows: int) -> int:
    """How many of them the program gets to begin with; a rule lies between."""
    return max(rows - 1 - panel_rows(Place.PROGRAM, rows), 1)
