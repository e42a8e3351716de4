"""Which program `jihwa type` types into beside its own screen."""

import argparse
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass

from jihwa.data.messages import UsageError
from jihwa.io.outlets.outlet import Outlet
from jihwa.io.outlets.targets import Child, open_target
from jihwa.io.screen.program import program_rows
from jihwa.io.settings.arguments import Command
from jihwa.io.settings.language import speaker


@dataclass(frozen=True, slots=True)
class Into:
    """What is typed into.

    Attributes:
        outlets: The sinks that type; none where nothing is typed into.
        child: The program that is shown above the session, if it is one.
    """

    outlets: tuple[Outlet, ...] = ()
    child: Child | None = None

    @property
    def exit_code(self) -> int:
        """The program's, if it has ended by itself, else 0; to be asked before the end."""
        return self.child.wait() if self.child and self.child.has_ended else 0


def add(arguments: Command) -> None:
    """`--into` and `-- COMMAND`."""
    say, into = speaker(arguments.language), arguments.either()
    into(
        "--into",
        "쓴 글을 다른 데에도: tmux의 칸, 클립보드(clipboard), 데스크톱에서 글쇠를 받는 "
        "프로그램(wayland, x11)",
        "put the text elsewhere too: into a pane of tmux, the clipboard, the program of the "
        "desktop (wayland, x11) that has the keyboard",
        metavar=say("tmux:칸|clipboard|wayland|x11", "tmux:PANE|clipboard|wayland|x11"),
    )
    into(
        "command",
        "쓴 글을 받을 프로그램 (셸, 편집기, 대화), 화면 위쪽에서 실행",
        "a program to type into (a shell, an editor, a chat), shown above",
        nargs="*",
        default=[],
        metavar=say("-- 프로그램", "-- COMMAND"),
    )


@contextmanager
def opened(options: argparse.Namespace, *, full_screen: bool) -> Iterator[Into]:
    """What the options say, as long as it is needed.

    Args:
        options: With `into` and `command`.
        full_screen: Whether there is a screen to show a program on.

    Raises:
        UsageError: It cannot be typed into.
        OutletError: Something did not arrive there.
    """
    if options.command:
        if not full_screen:
            raise UsageError(
                ko=f"{options.command[0]}: 터미널 화면이 있어야 보여 줄 수 있습니다. --plain 없이 "
                "터미널에서 실행하거나 --into를 쓰세요.",
                en=f"{options.command[0]}: needs a terminal to be shown on. Run it in one, without "
                "--plain, or use --into.",
            )
        columns, rows = shutil.get_terminal_size()
        with closing(Child(options.command, program_rows(rows), columns)) as child:
            yield Into((Outlet(child),), child)
    elif options.into:
        with closing(open_target(options.into)) as target:
            yield Into((Outlet(target),))
    else:
        yield Into()
