"""Shows in a readme what `jihwa type` looks like: `make screens`.

The screen is that of the real program in a terminal of its own (tmux), while a simulated glove
spells a sentence.
"""

import re
import sys
import tempfile
from pathlib import Path

import pytest
from live import until
from panes import Tmux, tmux

COLUMNS, ROWS = 80, 18
SOURCE = "sim:오늘 저녁에 같이 밥 먹을래?wearer=3"
WORTH_LOOKING_AT = re.compile(r"[ㄱ-ㅣ] +━{9,}.*%.*오늘 저녁에 같이.*1 \S+   2 ", re.DOTALL)
PLACE = re.compile(r"(?<=<!-- screen -->\n).*(?=<!-- /screen -->)", re.DOTALL)


def main(readme: str, *words: str) -> None:
    """Start the program, wait until it is worth looking at, and put it into the readme."""
    command = (sys.executable, "-m", "jihwa.io", "type", "--new", "--source", SOURCE, *words)
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME"):
            patch.setenv(name, folder)
        terminal = Tmux(Path(folder), patch)
        try:
            pane = terminal.open(*command, columns=COLUMNS, rows=ROWS, LC_ALL="C.UTF-8")
            screen = until(
                lambda: WORTH_LOOKING_AT.search(tmux("capture-pane", "-p", "-t", pane.name)), 120
            ).string
            pane.press("C-q")
            pane.shows("ended with 0")
        finally:
            terminal.close()
    path = Path(readme)
    text = path.read_text(encoding="utf-8")
    path.write_text(PLACE.sub(f"```\n{screen.rstrip()}\n```\n", text), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
