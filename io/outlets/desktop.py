"""Programs of the desktop: the one that has the keyboard is typed into.

The usual tools of the system do it. Text goes to their standard input, never into their words, so
nothing of it can be an option or a command; a line end is the Enter key alone.
"""

import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from jihwa.composer.text.transcript import TextEdit
from jihwa.data.messages import Message, UsageError
from jihwa.io.outlets.outlet import Environment, OutletError, Worker, run

_DELAY_MS = "100"
"""Between two letters. Each is put on the keyboard first; a program that is slow to learn of that
would miss it."""

Call = tuple[Sequence[str], str]
"""A command, and what it reads."""


DESKTOPS = {"wayland": "WAYLAND_DISPLAY", "x11": "DISPLAY"}
"""Those that can be typed into, and the variable of the environment that names each."""


@dataclass(frozen=True, slots=True)
class Typist:
    """A tool that presses keys in the program that has the keyboard.

    Attributes:
        desktop: Whose programs it types into, `wayland` or `x11`.
        tool: The program.
        package: What to install.
        probe: A command that presses nothing and fails where the tool cannot type.
        refused: Why it fails, most likely, and what to do.
    """

    desktop: str
    tool: str
    package: str
    probe: tuple[str, ...]
    refused: Message

    def calls(self, edit: TextEdit) -> Iterator[Call]:
        """What makes an edit, command by command."""
        if edit.delete:
            yield self._pressed("BackSpace", edit.delete)
        for number, line in enumerate(edit.insert.split("\n")):
            if number:
                yield self._pressed("Return", 1)
            if line:
                yield from self._typed(line)

    def _pressed(self, key: str, times: int) -> Call:
        match self.tool:
            case "xdotool":
                return ("xdotool", "key", "--clearmodifiers", "--repeat", str(times), key), ""
            case "wtype":
                return ("wtype", *(("-k", key) * times)), ""
            case _:
                code = {"BackSpace": "14", "Return": "28"}[key]
                return ("ydotool", "key", *((f"{code}:1", f"{code}:0") * times)), ""

    def _typed(self, line: str) -> Iterator[Call]:
        match self.tool:
            case "xdotool":
                yield (
                    ("xdotool", "type", "--clearmodifiers", "--delay", _DELAY_MS, "--file", "-"),
                    line,
                )
            case "wtype":
                yield ("wtype", "-"), line
            case _:  # it knows no Hangul: the line is pasted
                yield ("wl-copy",), line
                yield ("ydotool", "key", "29:1", "47:1", "47:0", "29:0"), ""


TYPISTS = (
    Typist(
        "wayland",
        "wtype",
        "wtype",
        ("wtype", "-s", "0"),
        Message(
            "이 데스크톱은 프로그램이 글쇠를 누르게 두지 않습니다 (GNOME, KDE가 그렇습니다)",
            "this desktop lets no program press keys (GNOME and KDE do not)",
        ),
    ),
    Typist(
        "wayland",
        "ydotool",
        "ydotool wl-clipboard",
        ("ydotool", "type", ""),
        Message(
            "ydotoold가 돌지 않습니다 (예: systemctl --user enable --now ydotool)",
            "ydotoold does not run (systemctl --user enable --now ydotool, for example)",
        ),
    ),
    Typist(
        "x11",
        "xdotool",
        "xdotool",
        ("xdotool", "getdisplaygeometry"),
        Message(
            "DISPLAY의 화면에 닿지 않습니다. 그 데스크톱의 터미널에서 실행하세요",
            "the screen that DISPLAY names is not there; run it in a terminal of that desktop",
        ),
    ),
)
"""Those that are known. ydotool has a way of its own, a service of the system."""


def typists(desktop: str, environment: Environment = os.environ) -> Iterator[Typist | Message]:
    """The tools that can type into a desktop here, and why the others cannot."""
    for each in TYPISTS:
        if each.desktop == desktop:
            yield _fault(each, environment) or each


def _fault(typist: Typist, environment: Environment) -> Message | None:
    tool, needs = typist.tool, DESKTOPS[typist.desktop]
    if not environment.get(needs):
        return Message(
            ko=f"{tool}: {needs}이(가) 없습니다. 그 데스크톱의 터미널에서 실행하세요",
            en=f"{tool}: there is no {needs}; run it in a terminal of that desktop",
        )
    tools = [tool, "wl-copy"] if tool == "ydotool" else [tool]
    if not all(map(shutil.which, tools)):
        return Message(
            ko=f"{tool}: 설치되어 있지 않습니다 (예: apt install {typist.package})",
            en=f"{tool}: is not installed (apt install {typist.package}, for example)",
        )
    try:
        run(typist.probe)
    except OutletError:
        return Message(ko=f"{tool}: {typist.refused.ko}", en=f"{tool}: {typist.refused.en}")
    return None


class Desktop:
    """Whatever program has the keyboard, as the target of an outlet.

    Args:
        desktop: `wayland` or `x11`.
        environment: Where to look for displays.

    Raises:
        UsageError: No tool can type there.
    """

    def __init__(self, desktop: str, environment: Environment = os.environ) -> None:
        found = list(typists(desktop, environment))
        able = [each for each in found if isinstance(each, Typist)]
        if not able:
            why = [each for each in found if isinstance(each, Message)]
            raise UsageError(
                ko=f"--into {desktop}: 글쇠를 눌러 줄 도구가 없습니다. "
                + "; ".join(each.ko for each in why),
                en=f"--into {desktop}: no tool can press keys there. "
                + "; ".join(each.en for each in why),
            )
        self._typist = able[0]
        self._worker = Worker("desktop")

    def type(self, edit: TextEdit) -> None:
        """Press these keys; does not wait.

        Raises:
            OutletError: The tool failed before.
        """
        self._worker.put(partial(self._press, edit))

    def close(self) -> None:
        """Press what waits.

        Raises:
            OutletError: The tool failed.
        """
        self._worker.close()

    def _press(self, edit: TextEdit) -> None:
        for command, text in self._typist.calls(edit):
            run(command, text.encode())
