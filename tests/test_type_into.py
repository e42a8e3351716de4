"""`jihwa type` into other programs, in a real terminal, as a user sees it."""

import sys
from pathlib import Path

import pytest
from live import until
from panes import Tmux, tmux

GLOVE = "sim:안녕?speed=fast&seed=1"
NOBODY = "/dev/no-glove"
CURSES = (
    "import curses\n"
    "def main(screen):\n"
    "    while True:\n"
    "        rows, columns = screen.getmaxyx()\n"
    "        screen.erase()\n"
    "        screen.addstr(rows - 1, columns - 9, f'한글{rows}!', curses.A_REVERSE)\n"
    "        if (key := screen.getch()) != curses.KEY_RESIZE:\n"
    "            return 0 if key == curses.KEY_UP else key\n"
    "raise SystemExit(curses.wrapper(main))\n"
)
"""A full-screen program that ends well when it is given an arrow."""


@pytest.fixture
def terminal(tmp_path, monkeypatch):
    """Opens a terminal: `terminal("ls", columns=80, rows=24)`."""
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    server = Tmux(tmp_path, monkeypatch)
    yield server.open
    server.close()


@pytest.fixture
def type_into(terminal):
    """Runs `jihwa type … -- COMMAND` in a terminal: `type_into("cat")`."""

    def start(*command, source=GLOVE, **given):
        options = ("--lang", "en", "type", "--new", "--source", source)
        return terminal(sys.executable, "-m", "jihwa.io", *options, "--", *command, **given)

    return start


def test_a_shell_gets_what_is_spelled_and_what_is_typed(type_into):
    pane = type_into("env", "PS1=$ ", "bash", "--norc", "--noprofile")
    pane.shows("connected")
    pane.shows("$ 안녕")
    pane.type(" echo")
    pane.shows("$ 안녕 echo")
    pane.press("Home")
    pane.type("echo ")
    pane.press("Enter")
    until(lambda: "안녕 echo" in pane.lines)
    pane.type("exit 3")
    pane.press("Enter")
    pane.shows("ended with 3")
    assert pane.lines == ["안녕", "ended with 3"], "what the hand has written is left behind"


def test_what_is_spelled_is_corrected_in_the_shell(type_into):
    pane = type_into("env", "PS1=$ ", "bash", "--norc", "--noprofile")
    pane.shows("$ 안녕")
    pane.press("F12")
    pane.shows("Ctrl-Q quit")
    pane.press("BSpace")
    until(lambda: pane.lines[0].endswith("$ 안"))
    pane.type("심")
    until(lambda: pane.lines[0].endswith("$ 안심"))
    pane.press("F12")
    pane.shows("F12 keys of jihwa")
    column, row = pane.cursor
    assert (column, row) == (len(pane.lines[0]) + len("안심"), 0), "it stands in the shell"


def test_a_key_comes_behind_the_letters_that_are_still_open(type_into):
    pane = type_into("cat")
    until(lambda: any(line.startswith("  안") for line in pane.lines[-4:]))
    pane.press("Enter")
    first, second, *_ = until(lambda: (lines := pane.lines)[1] == lines[0] and lines)
    assert first.startswith("안"), "cat repeats the line: Enter came after the letters"
    assert first == second


def test_a_full_screen_program_has_all_of_its_window(type_into):
    pane = type_into(sys.executable, "-c", CURSES, source=NOBODY, rows=20, columns=50)
    pane.shows(" " * 41 + "한글12!")
    tmux("resize-window", "-t", pane.name, "-x", "60", "-y", "22")
    pane.shows(" " * 51 + "한글14!")
    pane.press("Up")
    pane.shows("ended with 0")


def test_the_program_ends_when_jihwa_does(type_into, tmp_path):
    note = tmp_path / "process"
    pane = type_into("sh", "-c", f"echo $$ >{note}; exec cat", source=NOBODY)
    pane.shows("F12 keys of jihwa")
    process = until(lambda: note.is_file() and note.read_text().strip())
    pane.press("F12")
    pane.shows("Ctrl-Q quit")
    pane.press("C-q")
    pane.shows("ended with 0")
    assert not Path("/proc", process).exists()


def test_endless_output_neither_stops_recognition_nor_the_keys(type_into):
    pane = type_into("sh", "-c", "yes 물; exit 4")
    until(lambda: any(line.startswith("  안") for line in pane.lines[-5:]))
    pane.press("C-c")
    pane.shows("ended with")


@pytest.mark.parametrize("name", ["xterm", "screen", "vt220"])
def test_it_runs_without_colours_on_plain_terminals(type_into, name):
    pane = type_into("cat", source=NOBODY, NO_COLOR="1", TERM=name)
    pane.shows("F12 keys of jihwa")
    pane.type("밖")
    pane.shows("밖")
    assert "\x1b[38" not in tmux("capture-pane", "-e", "-p", "-t", pane.name)
    pane.press("C-u", "C-d")
    pane.shows("ended with 0")


def test_a_terminal_that_can_only_print_lines_shows_no_program(type_into):
    pane = type_into("cat", source=NOBODY, TERM="dumb")
    pane.shows("cat: needs a terminal")
    pane.shows("ended with 2")


def test_a_pane_beside_gets_what_is_spelled(terminal, tmp_path):
    text = tmp_path / "text"
    other = terminal("sh", "-c", f"cat >{text}")
    words = ("--lang", "en", "type", "--plain", "--source", GLOVE, "--into", f"tmux:{other.name}")
    terminal(sys.executable, "-m", "jihwa.io", *words).shows("ended with 0")
    other.press("Enter")
    until(lambda: text.read_text() == "안녕\n")


def test_a_program_needs_a_screen(jihwa):
    outcome = jihwa("type", "--source", NOBODY, "--", "cat")
    assert outcome.code == 2
    assert "cat: needs a terminal" in outcome.err


def test_one_thing_is_typed_into_at_a_time(jihwa):
    outcome = jihwa("type", "--into", "tmux:%0", "--", "cat")
    assert outcome.code == 2
    assert "not allowed with" in outcome.err


def test_a_wrong_target_is_refused_before_anything_starts(jihwa):
    outcome = jihwa("type", "--into", "screen:0")
    assert outcome.code == 2
    assert "give tmux:PANE" in outcome.err
