"""The clipboard of the desktop, or of the terminal that jihwa runs in."""

import base64
import os
import shutil
import sys
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from jihwa.composer.text.transcript import TextEdit
from jihwa.data.messages import Message, UsageError
from jihwa.io.outlets.outlet import PATIENCE_S, Environment, Worker, run, without_controls

_MOST_OSC_BYTES = 74_994
"""Of base64 in one OSC 52; longer ones are dropped by some terminals."""


@dataclass(frozen=True, slots=True)
class Copier:
    """A tool that fills a clipboard with what it reads.

    Attributes:
        command: Does so.
        needs: The variable of the environment without which it cannot; empty for none.
        package: What to install; empty where it is part of the system.
        encoding: What it reads.
    """

    command: tuple[str, ...]
    needs: str = ""
    package: str = ""
    encoding: str = "utf-8"


COPIERS = (
    Copier(("wl-copy",), "WAYLAND_DISPLAY", "wl-clipboard"),
    Copier(("xclip", "-selection", "clipboard"), "DISPLAY", "xclip"),
    Copier(("xsel", "--clipboard", "--input"), "DISPLAY", "xsel"),
    Copier(("pbcopy",)),
    Copier(("clip.exe",), encoding="utf-16"),
    Copier(("tmux", "load-buffer", "-w", "-"), "TMUX"),
)
"""Those that are known, the most direct ones first; tmux hands on to the terminal around it."""


def copier(environment: Environment = os.environ) -> Copier | None:
    """The tool that fills the clipboard here; None if there is none."""
    fitting = (each for each in COPIERS if not each.needs or environment.get(each.needs))
    return next((each for each in fitting if shutil.which(each.command[0])), None)


class Clipboard:
    """The clipboard as a target: it holds what was typed so far. It can be filled at once, too.

    What runs in a terminal tells that as well (OSC 52), which reaches the clipboard of whoever sits
    at it, however far away.

    Args:
        environment: Where to look for displays.
        terminal: File descriptor of the terminal; None if there is none.

    Raises:
        UsageError: There is neither a tool nor a terminal.
    """

    def __init__(self, environment: Environment = os.environ, terminal: int | None = None) -> None:
        self._copier, self._terminal = copier(environment), terminal
        if self._copier is None and terminal is None:
            raise UsageError(ko=f"--into clipboard: {NO_COPIER.ko}", en=NO_COPIER.en)
        self._text = ""
        self._worker = Worker("clipboard")

    def type(self, edit: TextEdit) -> None:
        """Change what it holds.

        Raises:
            OutletError: The tool failed before.
        """
        self.copy(edit.apply(self._text))

    def copy(self, text: str) -> None:
        """Fill it with this; does not wait.

        A line end at its end stays behind: where it is pasted, nothing is done before the user does
        it.

        Raises:
            OutletError: The tool failed before.
        """
        self._text = text
        self._worker.put(partial(self._fill, without_controls(text).rstrip("\n")))

    def close(self) -> None:
        """Do what waits.

        Raises:
            OutletError: The tool failed.
        """
        self._worker.close(PATIENCE_S)

    def _fill(self, text: str) -> None:
        if self._terminal is not None and len(told := osc_52(text)) <= _MOST_OSC_BYTES:
            with suppress(OSError):  # the terminal is gone, and so is its clipboard
                os.write(self._terminal, told)
        if self._copier:
            run(self._copier.command, text.encode(self._copier.encoding))


def osc_52(text: str) -> bytes:
    """What tells a terminal to fill its clipboard."""
    return b"\x1b]52;c;" + base64.b64encode(text.encode()) + b"\x07"


def terminal_of_ours() -> int | None:
    """The descriptor of the terminal that the program writes to; None if there is none."""
    return sys.stdout.fileno() if sys.stdout.isatty() else None


NO_COPIER = Message(
    ko="클립보드를 채울 도구가 없습니다. wl-clipboard(Wayland)나 xclip(X11)을 설치하거나 "
    "터미널에서 실행하세요.",
    en="There is no tool that fills the clipboard. Install wl-clipboard (Wayland) or xclip (X11), "
    "or run it in a terminal.",
)
