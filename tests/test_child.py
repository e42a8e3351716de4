"""A child program behind a pseudo-terminal, and its window."""

import asyncio
import os
import signal
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

import pytest
from live import until
from prompt_toolkit.application import Application, create_app_session
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.key_binding import KeyBindings
from prompt_toolkit.keys import Keys
from prompt_toolkit.layout import Layout, Window
from prompt_toolkit.output import DummyOutput

from jihwa.composer.text.transcript import TextEdit
from jihwa.data.messages import UsageError
from jihwa.io.outlets.outlet import OutletError
from jihwa.io.outlets.targets import Child
from jihwa.io.screen.program import ChildControl, bytes_of

ECHO = (
    "import os, sys, tty\n"
    "tty.setraw(0)\n"
    "os.write(1, b'ready ')\n"
    "while (keys := os.read(0, 100)) != b'q':\n"
    "    os.write(1, keys.hex(' ').encode() + b' ')\n"
    "sys.exit(7)\n"
)
"""A program that names the bytes of the keys it gets; `q` ends it with 7."""


class Watched:
    """A child whose output is collected."""

    def __init__(self, *command):
        self.child = Child(command)
        self.output = b""

    def read(self):
        with suppress(OSError):
            self.output += os.read(self.child.output, 4096)
        return self.output

    def shows(self, text):
        return until(lambda: text in self.read().decode())


@pytest.fixture
def run():
    """Runs a program on a terminal: `run("cat")`."""
    watched = []

    def start(*command):
        watched.append(Watched(*command))
        return watched[-1]

    yield start
    for each in watched:
        each.child.close()


@pytest.fixture
def echo(run):
    program = run(sys.executable, "-c", ECHO)
    program.shows("ready")
    return program


def test_a_child_gets_text_backspaces_and_enter(echo):
    echo.child.type(TextEdit(2, "가\n"))
    echo.shows("7f 7f ea b0 80 0d")


def test_a_child_gets_raw_keys(echo):
    echo.child.write(b"\x03\x1b[A\x1a")
    echo.shows("03 1b 5b 41 1a")


def test_a_child_ends_with_its_exit_code(echo):
    echo.child.write(b"q")
    assert echo.child.wait() == 7
    assert echo.child.has_ended


def test_a_child_that_a_signal_ends_says_which(run):
    program = run("sh", "-c", "kill -TERM $$")
    assert program.child.wait() == 128 + signal.SIGTERM


def test_typing_into_a_child_that_has_ended_is_an_error(echo):
    echo.child.write(b"q")
    echo.child.wait()
    with pytest.raises(OutletError, match="has ended"):
        until(lambda: echo.child.type(TextEdit(0, "가")))


def test_a_child_has_a_terminal_of_its_own_of_the_right_size(run):
    program = run("sh", "-c", "tty </dev/tty; echo $TERM; stty size; read x; stty size; read x")
    program.shows("24 80")
    assert "screen-256color" in program.output.decode()
    assert "/dev/" in program.output.decode()
    program.child.resize(10, 40)
    program.child.write(b"\r")
    program.shows("10 40")


def test_a_shell_hears_that_the_size_changes(run):
    program = run(
        "sh", "-c", "trap 'stty size; exit 3' WINCH; echo ready; while :; do sleep .05; done"
    )
    program.shows("ready")
    program.child.resize(11, 33)
    program.shows("11 33")
    assert program.child.wait() == 3


def test_backspace_takes_a_whole_syllable_where_the_terminal_edits_the_line(run):
    program = run("sh", "-c", 'echo ready; read line; echo "got<$line>"')
    program.shows("ready")
    program.child.type(TextEdit(0, "안녕"))
    program.child.type(TextEdit(1, "심\n"))
    program.shows("got<안심>")


def test_closing_hangs_up(run, tmp_path):
    text = tmp_path / "text"
    program = run("sh", "-c", f"cat >{text}; sleep 60")
    program.child.type(TextEdit(0, "마지막\n"))
    until(lambda: text.is_file() and text.read_text() == "마지막\n")
    program.child.close()
    assert program.child.wait() == 128 + signal.SIGHUP


def test_a_child_that_does_not_hang_up_is_killed(run):
    program = run("sh", "-c", "trap '' HUP; echo ready; while :; do sleep 1; done")
    program.shows("ready")
    program.child.close()
    program.child.close()
    assert program.child.wait() == 128 + signal.SIGKILL


def test_a_child_that_reads_nothing_holds_nobody_up(run):
    program = run("sleep", "60")
    began_s = time.monotonic()
    for _ in range(50):
        program.child.write(b"x" * 10_000)
    assert time.monotonic() - began_s < 0.5
    program.child.close()
    assert program.child.wait() == 128 + signal.SIGHUP


def test_a_program_that_is_not_there_is_named():
    with pytest.raises(UsageError, match="no-such-program: cannot be run"):
        Child(["no-such-program"])


def test_without_pseudo_terminals_a_child_is_refused(monkeypatch):
    monkeypatch.setattr("os.name", "nt")
    with pytest.raises(UsageError, match="WSL"):
        Child(["cmd"])


@dataclass
class Show:
    """A command in a window until it ends.

    Attributes:
        code: Its exit code.
        control: The window.
        redraws: How often it was drawn.
        ticks_s: When a clock beside it ticked that should every 10 ms.
    """

    code: int
    control: ChildControl
    redraws: int
    ticks_s: list[float]

    @property
    def lines(self):
        """What was shown in the end."""
        content = self.control.create_content(80, 40)
        rows = (content.get_line(row) for row in range(content.line_count))
        lines = ("".join(text for _, text in row).rstrip() for row in rows)
        return [line for line in lines if line]


def show(*command, keys="", after_s=0.0):
    """Run a command in a window; its user presses keys after a while."""
    ticks_s = []

    async def tick(pipe):
        began_s = time.monotonic()
        while (now_s := time.monotonic()) - began_s < after_s:
            ticks_s.append(now_s)
            await asyncio.sleep(0.01)
        pipe.send_text(keys)

    async def main():
        with create_pipe_input() as pipe, create_app_session(pipe, DummyOutput()):
            child = Child(command)
            control = ChildControl(child)
            bindings = KeyBindings()

            @bindings.add(Keys.Any)
            def _(event):
                child.write(bytes_of(event.key_sequence[-1], control.terminal))

            application = Application(
                Layout(Window(control)), key_bindings=bindings, min_redraw_interval=1 / 30
            )

            async def follow():
                application.exit(await control.follow())

            application.create_background_task(follow())
            application.create_background_task(tick(pipe))
            try:
                code = await asyncio.wait_for(application.run_async(), 10)
            finally:
                child.close()
            return Show(code, control, application.render_counter, ticks_s)

    return asyncio.run(main())


def test_a_program_runs_in_the_window_until_it_ends():
    shown = show("sh", "-c", 'read x; echo "<$x>"; exit 3', keys="안녕\r")
    assert shown.code == 3
    assert "<안녕>" in shown.lines


def test_the_program_sees_the_size_of_the_window():
    shown = show("sh", "-c", "trap 'stty size; exit' WINCH; while :; do sleep .1; done")
    assert shown.code == 0
    assert shown.lines == ["40 80"]


def test_endless_output_leaves_room_for_everything_else():
    shown = show("yes", keys="\x03", after_s=1.0)
    assert shown.code == 128 + signal.SIGINT
    assert median(b - a for a, b in pairwise(shown.ticks_s)) < 0.05
    assert shown.redraws <= 30 * 2


def test_a_program_may_leave_others_behind_that_write_on():
    assert show("sh", "-c", "yes & sleep 0.1; exit 4").code == 4


def test_a_program_that_closes_its_terminal_still_runs():
    assert show("sh", "-c", "exec 0<&- 1>&- 2>&-; sleep 0.2; exit 5").code == 5
