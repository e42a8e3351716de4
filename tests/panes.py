"""A tmux server of a test's own: programs run in its panes, keys are pressed, screens are read."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from shlex import join

import pytest
from live import until


@dataclass(frozen=True)
class Pane:
    """A terminal with a program in it.

    Attributes:
        name: As `tmux -t` takes it.
    """

    name: str

    @property
    def lines(self):
        """What is on its screen, without empty lines."""
        captured = tmux("capture-pane", "-p", "-t", self.name)
        return [line.rstrip() for line in captured.splitlines() if line.strip()]

    @property
    def cursor(self):
        """Column and row of its cursor."""
        place = tmux("display-message", "-p", "-t", self.name, "#{cursor_x} #{cursor_y}")
        return tuple(map(int, place.split()))

    def press(self, *keys):
        """Press keys as tmux calls them."""
        tmux("send-keys", "-t", self.name, *keys)

    def type(self, text):
        """Type characters."""
        tmux("send-keys", "-t", self.name, "-l", "--", text)

    def shows(self, text, patience_s=15.0):
        """Wait for a line that has this in it, and give it."""
        try:
            found = lambda: next((line for line in self.lines if text in line), "")  # noqa: E731
            return until(found, patience_s)
        except AssertionError:
            raise AssertionError(f"no {text!r} in\n" + "\n".join(self.lines)) from None


class Tmux:
    """The server."""

    def __init__(self, folder, monkeypatch):
        if shutil.which("tmux") is None:
            pytest.skip("needs the system package tmux")
        monkeypatch.setenv("TMUX_TMPDIR", str(folder))
        monkeypatch.delenv("TMUX", raising=False)
        self._panes = 0

    def open(self, *command, columns=80, rows=24, **environment):
        """Run a command in a terminal of that size, which stays when the command ends."""
        name = f"pane{self._panes}"
        self._panes += 1
        size = ("-x", str(columns), "-y", str(rows))
        variables = map("=".join, environment.items())  # tmux itself insists on its own TERM
        script = f"{join(['env', *variables, *command])}; echo ended with $?; exec sleep 600"
        tmux("-f", os.devnull, "new-session", "-d", "-s", name, *size, script)
        return Pane(f"{name}:0.0")

    def close(self):
        """End all that still runs."""
        subprocess.run(["tmux", "kill-server"], capture_output=True, check=False)


def tmux(*words):
    done = subprocess.run(
        ["tmux", "-u", *words], capture_output=True, text=True, encoding="utf-8", check=True
    )
    return done.stdout
