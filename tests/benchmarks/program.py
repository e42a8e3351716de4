"""What the program costs as its user has it: time until it shows something, processor, memory.

    python tests/benchmarks/program.py

The installed `jihwa` runs with all of its threads, and with the simulated glove in the same
process, on a pseudo-terminal of 80 × 24. Beside wall time stands an interpreter that does nothing,
in the same run, for what the machine has to spare; processor time does not depend on that.
"""

import fcntl
import os
import pty
import select
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pyte

from jihwa.data.spelling import PACES
from jihwa.io.virtual.glove import VirtualGlove

JIHWA = str(Path(sys.executable).with_name("jihwa"))
TEXT, WEARER = "오늘 저녁에 같이 밥 먹을래", 7
COLUMNS, ROWS = 80, 24
TEXT_ROW = 9
RUNS = 7
WATCHED_S = 30.0
TICKS_HZ = os.sysconf("SC_CLK_TCK")


class Terminal:
    """A program on a terminal of its own.

    Args:
        command: The program.
        home: Where it keeps its files.
    """

    def __init__(self, command: Sequence[str], home: str) -> None:
        self._ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        environment = {**os.environ, "XDG_DATA_HOME": home, "XDG_CONFIG_HOME": home}
        environment |= {"TERM": "xterm-256color"}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)  # what is installed has its bytecode
        self.began_s = time.monotonic()
        self._program = subprocess.Popen(
            command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment
        )
        os.close(theirs)
        self._screen = pyte.Screen(COLUMNS, ROWS)
        self._stream = pyte.ByteStream(self._screen)

    def until(self, shown: Callable[[list[str]], bool], timeout_s: float = 30.0) -> float:
        """Seconds since the program began, when its screen shows that.

        Raises:
            TimeoutError: It does not.
        """
        while not shown(self._screen.display):
            if time.monotonic() > self.began_s + timeout_s:
                raise TimeoutError("\n".join(self._screen.display))
            self._look(0.5)
        return time.monotonic() - self.began_s

    def watch(self, duration_s: float) -> None:
        """Let the program go on for a while."""
        end_s = time.monotonic() + duration_s
        while (left_s := end_s - time.monotonic()) > 0:
            self._look(left_s)

    @property
    def processor_s(self) -> float:
        """Processor time that it has taken by now."""
        fields = Path(f"/proc/{self._program.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS_HZ

    @property
    def resident_mb(self) -> float:
        """Memory that it has now."""
        pages = Path(f"/proc/{self._program.pid}/statm").read_text().split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE") / (1 << 20)

    def close(self) -> None:
        """End the program."""
        self._program.terminate()
        while self._program.poll() is None:
            self._look(0.1)
        os.close(self._ours)

    def _look(self, wait_s: float) -> None:
        if select.select([self._ours], [], [], wait_s)[0]:
            try:
                self._stream.feed(os.read(self._ours, 1 << 16))
            except OSError:  # the other side has closed it
                time.sleep(0.01)


@contextmanager
def typing(settings: str = "") -> Iterator[Terminal]:
    """`jihwa type` with a simulated glove."""
    source = f"sim:{TEXT}?wearer={WEARER}{settings}"
    with tempfile.TemporaryDirectory() as home:
        command = [JIHWA, "--lang", "en", "type", "--new", "--source", source]
        terminal = Terminal(command, home)
        try:
            yield terminal
        finally:
            terminal.close()


def run_s(command: Sequence[str]) -> tuple[float, float]:
    """Median wall and processor time of a program that ends by itself."""
    walls_s, processors_s = [], []
    for _ in range(RUNS):
        before, began_s = os.times(), time.monotonic()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        after = os.times()
        walls_s.append(time.monotonic() - began_s)
        user_s = after.children_user - before.children_user
        processors_s.append(user_s + after.children_system - before.children_system)
    return statistics.median(walls_s), statistics.median(processors_s)


def first_screens() -> Iterator[str]:
    """How soon something is shown, and the first letter."""
    glove = VirtualGlove(PACES["normal"], wearer=WEARER)
    glove.spell(TEXT)
    glove.due(10.0)
    signed_s = glove.signer.signs[0].end_s
    screens_s, processors_s, letters_s = [], [], []
    with typing() as terminal:  # writes what bytecode is missing
        terminal.until(lambda rows: "Ctrl-Q" in rows[-1])
    for _ in range(RUNS):
        with typing() as terminal:
            screens_s.append(terminal.until(lambda rows: "Ctrl-Q" in rows[-1]))
            processors_s.append(terminal.processor_s)
            letters_s.append(terminal.until(lambda rows: bool(rows[TEXT_ROW].strip())))
    screen_s, processor_s = statistics.median(screens_s), statistics.median(processors_s)
    yield (
        f"first screen: {1000 * screen_s:.0f} ms ({1000 * max(screens_s):.0f} at most), "
        f"{1000 * processor_s:.0f} ms of processor time (asked: 500)"
    )
    yield (
        f"first letter: {1000 * (statistics.median(letters_s) - screen_s):.0f} ms after the first "
        f"screen; its hold ends {1000 * signed_s:.0f} ms after the glove is switched on"
    )


def costs() -> Iterator[str]:
    """Processor and memory while it types, at 33 and at 100 samples a second."""
    for rate_hz in (33, 100):
        with typing(f"&rate_hz={rate_hz}&repeat=9") as terminal:
            terminal.until(lambda rows: bool(rows[TEXT_ROW].strip()))
            before_s, began_s = terminal.processor_s, time.monotonic()
            terminal.watch(WATCHED_S)
            share = (terminal.processor_s - before_s) / (time.monotonic() - began_s)
            yield (
                f"{rate_hz} Hz: {100 * share:.1f} % of a core, {terminal.resident_mb:.0f} MB "
                "resident, screen and simulator included (asked: 15, 150)"
            )


def main() -> None:
    """Print all figures."""
    for name, command in (
        ("an interpreter that does nothing", [sys.executable, "-c", ""]),
        ("jihwa --help", [JIHWA, "--help"]),
    ):
        wall_s, processor_s = run_s(command)
        print(f"{name}: {1000 * wall_s:.0f} ms, {1000 * processor_s:.0f} of processor time")
    for part in (first_screens, costs):
        for line in part():
            print(line, flush=True)


if __name__ == "__main__":
    main()
