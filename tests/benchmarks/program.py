"""What the program costs as its user has it: time until it shows something, processor, memory.

    python tests/benchmarks/program.py

The installed `jihwa` runs with all of its threads on a pseudo-terminal of 80 × 24. The simulated
glove is in the same process; where letters are timed, from the start of a hold to its letter on the
terminal, it sends through a serial line. Beside wall time stands an interpreter that does
nothing, in the same run, for what the machine has to spare; processor time does not depend on that.
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
import threading
import time
import tty
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pyte
from delays import from_starts_ms
from reporting import resident_mb, show

from jihwa.data.synthesis.pace import PACES
from jihwa.io.virtual.glove import VirtualGlove

JIHWA = str(Path(sys.executable).with_name("jihwa"))
TEXT, WEARER = "오늘 저녁에 같이 밥 먹을래", 7
COLUMNS, ROWS = 80, 24
TEXT_ROW, LAST_TEXT_ROW = 9, 15
RUNS = 7
SPELLED = 6
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

    def text(self, wait_s: float) -> str:
        """What is written on the screen, looked at again after so long or as soon as it changes."""
        self._look(wait_s)
        return "".join(self._screen.display[TEXT_ROW : LAST_TEXT_ROW + 1])

    @property
    def processor_s(self) -> float:
        """Processor time that it has taken by now."""
        fields = Path(f"/proc/{self._program.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS_HZ

    @property
    def resident_mb(self) -> float:
        """Memory that it has now."""
        return resident_mb(self._program.pid)

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


class SerialGlove:
    """A simulated glove at one end of a pseudo-terminal.

    Args:
        rate_hz: How often it samples.

    Attributes:
        glove: It.
        port: What to open.
    """

    def __init__(self, rate_hz: float) -> None:
        self.glove = VirtualGlove(PACES["natural"], wearer=WEARER, rate_hz=rate_hz)
        for _ in range(SPELLED):
            self.glove.spell(TEXT)
        self._ours, theirs = pty.openpty()
        tty.setraw(theirs)
        self.port = os.ttyname(theirs)
        self._began_s = 0.0

    @property
    def now_s(self) -> float:
        """Since it was switched on."""
        return time.monotonic() - self._began_s

    def start(self) -> None:
        """Switch it on."""
        self._began_s = time.monotonic()
        threading.Thread(target=self._send, daemon=True).start()

    def _send(self) -> None:
        while not self.glove.done:
            os.write(self._ours, self.glove.due(self.now_s))
            time.sleep(max(self.glove.next_s - self.now_s, 0))


SIMULATED = f"sim:{TEXT}?wearer={WEARER}&speed=natural"


@contextmanager
def typing(source: str) -> Iterator[Terminal]:
    """`jihwa type` from a source."""
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
    glove = VirtualGlove(PACES["natural"], wearer=WEARER)
    glove.spell(TEXT)
    glove.due(10.0)
    signed_s = glove.signer.signs[0].start_s
    screens_s, processors_s, letters_s = [], [], []
    with typing(SIMULATED) as terminal:  # writes what bytecode is missing
        terminal.until(lambda rows: "Ctrl-Q" in rows[-1])
    for _ in range(RUNS):
        with typing(SIMULATED) as terminal:
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
        f"screen; its hold begins {1000 * signed_s:.0f} ms after the glove is switched on"
    )


def costs() -> Iterator[str]:
    """Processor and memory while it types, at 33 and at 100 samples a second."""
    for rate_hz in (33, 100):
        with typing(f"{SIMULATED}&rate_hz={rate_hz}&repeat=9") as terminal:
            terminal.until(lambda rows: bool(rows[TEXT_ROW].strip()))
            before_s, began_s = terminal.processor_s, time.monotonic()
            terminal.watch(WATCHED_S)
            share = (terminal.processor_s - before_s) / (time.monotonic() - began_s)
            yield (
                f"{rate_hz} Hz: {100 * share:.1f} % of a core, {terminal.resident_mb:.0f} MB "
                "resident, screen and simulator included (asked: 15, 150)"
            )


def letters() -> Iterator[str]:
    """From the start of a hold to its letter on the terminal, at 33 and 100 samples a second."""
    for rate_hz in (33, 100):
        glove = SerialGlove(rate_hz)
        shown: list[tuple[float, str]] = []
        with typing(glove.port) as terminal:
            terminal.until(lambda rows: "opening" in rows[0])
            glove.start()
            while not glove.glove.done:
                text = terminal.text(0.1)
                if not shown or text != shown[-1][1]:
                    shown.append((glove.now_s, text))
        signs = [*glove.glove.signer.signs]
        delays_ms = [*from_starts_ms(signs, shown)]
        median, p90 = np.percentile(delays_ms, [50, 90])
        yield (
            f"{rate_hz} Hz: from the start of a hold to the terminal {median:.0f} ms at the median "
            f"(asked: 200), {p90:.0f} at p90, of {len(delays_ms)} letters in {len(signs)}"
        )


def main() -> None:
    """Print all figures."""
    for name, command in (
        ("an interpreter that does nothing", [sys.executable, "-c", ""]),
        ("jihwa --help", [JIHWA, "--help"]),
    ):
        wall_s, processor_s = run_s(command)
        print(f"{name}: {1000 * wall_s:.0f} ms, {1000 * processor_s:.0f} of processor time")
    for part in (first_screens, costs, letters):
        show(part())


if __name__ == "__main__":
    main()
