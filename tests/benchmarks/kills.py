"""What `kill -9` costs: live sessions on a glove at a serial port, and transcribing an archive.

    python tests/benchmarks/kills.py live 200          # about 30 minutes
    python tests/benchmarks/kills.py transcribe 100    # about 5 minutes

Needs pseudo-terminals. Live, one glove goes on spelling while one `jihwa type` after the other goes
on with the text of the one before (`--continue`) until it is killed. Asked of each: every final
line that it printed is in its journal; so is the whole text of the one before; and the lines of the
glove in its journal, read without any interruption, give the text that was journalled. An archive
is transcribed again and again into the same folder, each time until it is killed; when it is
complete at last, every file must be what an uninterrupted run has written.
"""

import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from unittest.mock import patch

from jihwa.composer.language.mixture import Mixture
from jihwa.data.synthesis.pace import PACES
from jihwa.io.live import archive
from jihwa.io.live.journal import SessionLog
from jihwa.io.live.session import LiveOptions, LiveSession
from jihwa.io.live.wearer import Wearer
from jihwa.io.sources.source import Connection, Deliver, Link, Received
from jihwa.io.virtual.cable import Cable
from jihwa.io.virtual.glove import VirtualGlove
from jihwa.io.virtual.server import Server, open_port
from jihwa.models.bundle import load_shipped

JIHWA = (sys.executable, "-m", "jihwa.io", "--lang", "en")
SENTENCES = ("오늘 저녁에 같이 밥 먹을래", "만나서 반갑습니다", "학교에 가고 싶어요", "고마워요")
RATE_HZ = 50
PAUSE_S = 0.5
"""A short rest makes the text final: as much as possible is at stake."""
SOONEST_S, LATEST_S = 0.2, 15.0
"""When a session is killed: while it loads, connects, or writes."""
RECORDINGS = 8
FORMATS = "txt,json,srt,csv,html"


@dataclass
class Toll:
    """What the kills came to.

    Attributes:
        kills: How many there were.
        characters: That were final, in the end.
        wrong: What should not be, in words.
    """

    kills: int = 0
    characters: int = 0
    wrong: list[str] = field(default_factory=list)


@contextmanager
def home(folder: Path) -> Iterator[dict[str, str]]:
    """An environment in which nothing of the user's is touched, for this process too."""
    own = {name: str(folder) for name in ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME")}
    with patch.dict(os.environ, own):
        yield dict(os.environ)


@contextmanager
def glove(folder: Path) -> Iterator[Path]:
    """A glove at a serial port that spells without end; the port's name."""
    link, hand = folder / "glove", VirtualGlove(PACES["fast"], wearer=7, seed=3, rate_hz=RATE_HZ)
    for number in range(2000):
        hand.spell(SENTENCES[number % len(SENTENCES)])
    server = Server(Cable(hand, (), 3), open_port("pty", link), lambda _: None)
    serving = threading.Thread(target=server.run)
    serving.start()
    try:
        yield link
    finally:
        server.close()
        serving.join()


def killed(command: tuple[str, ...], after_s: float, environment: dict[str, str]) -> str | None:
    """What a program had printed when it was killed; None if it had ended before."""
    with tempfile.TemporaryFile() as printed:
        program = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=printed,
            stderr=subprocess.STDOUT,
            env=environment,
        )
        try:
            program.wait(after_s)
        except subprocess.TimeoutExpired:
            program.send_signal(signal.SIGKILL)
            program.wait()
        printed.seek(0)
        text = printed.read().decode()
        return text if program.returncode == -signal.SIGKILL else None


def live(kills: int, seed: int = 0, latest_s: float = LATEST_S) -> Toll:
    """Kill so many sessions, each of which goes on with the text of the one before."""
    chance, toll = random.Random(seed), Toll()
    with tempfile.TemporaryDirectory() as name, home(Path(name)) as environment:
        with glove(Path(name)) as port:
            command = (*JIHWA, "type", "--plain", "--continue", "--no-adapt", "--no-history")
            command += ("--source", f"serial://{port}", "--pause", str(PAUSE_S))
            before = ""
            while toll.kills < kills:
                after_s = chance.uniform(SOONEST_S, latest_s)
                printed = killed(command, after_s, environment)
                toll.kills += 1
                if printed is None:
                    toll.wrong.append(f"kill {toll.kills}: it had ended before")
                    continue
                before = _account(toll, before, printed)
        toll.characters = len(before)
    return toll


def _account(toll: Toll, before: str, printed: str) -> str:
    """Look at what a killed session left behind; its text."""
    kept = archive.sessions()
    if not kept:
        return before  # it was killed while it loaded
    text = kept[-1].contents().text
    if not text.startswith(before):
        toll.wrong.append(f"kill {toll.kills}: {before[-40:]!r} became {text[-40:]!r}")
    lines = [line[2:] for line in printed.splitlines() if line.startswith("= ")]
    told, behind = _letters("".join(lines)), _letters(text[len(before) :])
    if not (behind.startswith(told) or (_letters(before) + behind).endswith(told)):
        toll.wrong.append(f"kill {toll.kills}: told {told!r}, journalled {behind!r}")
    again = read_again(kept[-1].parts[-1], before)
    if not again.startswith(text):
        toll.wrong.append(f"kill {toll.kills}: read again {again[-40:]!r}, was {text[-40:]!r}")
    return text


def _letters(text: str) -> str:
    return "".join(text.split())


class _Bytes:
    """A source that has sent all that it will."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def start(self, deliver: Deliver) -> None:
        """Deliver it at once, and stay connected."""
        deliver(Connection(Link.LIVE, "journal"))
        deliver(Received(self._data, time.monotonic()))

    def send(self, command: str) -> None:
        """Nobody hears it."""

    def close(self) -> None:
        """There is nothing to close."""


def read_again(part: Path, before: str) -> str:
    """The final text that the glove's lines in a part of a journal give, behind an older text."""
    wearer = Wearer(load_shipped, Mixture.load, adapts=False)
    session = LiveSession(
        _Bytes(part.read_bytes()),
        wearer.engine,
        SessionLog(before),
        LiveOptions(PAUSE_S, wearer=wearer),
    )
    done = threading.Event()
    session.start()
    session.then(done.set)
    done.wait()
    text = session.writing.committed
    session.close()
    return text


def transcribe(kills: int, seed: int = 0, n_recordings: int = RECORDINGS) -> Toll:
    """Kill the transcribing of an archive so often, and compare what it comes to."""
    chance, toll = random.Random(seed), Toll()
    with tempfile.TemporaryDirectory() as name, home(Path(name)) as environment:
        folder = Path(name)
        recordings = folder / "recordings"
        for number in range(n_recordings):
            words = ("simulate", SENTENCES[number % len(SENTENCES)], "--seed", str(number))
            path = recordings / f"{number:02}.csv"
            subprocess.run((*JIHWA, *words, "--output", str(path)), check=True, env=environment)

        def command(output: str) -> tuple[str, ...]:
            words = ("transcribe", str(recordings), "--format", FORMATS)
            return (*JIHWA, *words, "--output", str(folder / output))

        began_s = time.monotonic()
        subprocess.run(command("whole"), check=True, env=environment, capture_output=True)
        took_s = time.monotonic() - began_s
        for attempt in range(10 * kills):
            output = f"cut{attempt}"
            while killed(command(output), chance.uniform(0, took_s), environment) is not None:
                toll.kills += 1
            toll.wrong += differences(folder / "whole", folder / output)
            if toll.kills >= kills:
                break
    return toll


def differences(whole: Path, other: Path) -> list[str]:
    """What users would find different in a folder of results."""
    found = {path.relative_to(whole): path.read_bytes() for path in whole.rglob("[!.]*.*")}
    there = {path.relative_to(other): path.read_bytes() for path in other.rglob("[!.]*.*")}
    names = sorted(found.keys() | there.keys())
    return [f"{other.name}/{name}" for name in names if found.get(name) != there.get(name)]


def main() -> None:
    """Kill as often as was asked for, and print what it came to."""
    acts: dict[str, Callable[[int], Toll]] = {"live": live, "transcribe": transcribe}
    what, kills = (*sys.argv[1:], "live", "200")[:2]
    began_s = time.monotonic()
    toll = acts[what](int(kills))
    took_s = time.monotonic() - began_s
    print(f"{what}: {toll.kills} kills in {took_s:.0f} s, {toll.characters} characters final")
    print(f"{len(toll.wrong)} that should not be")
    for each in toll.wrong:
        print(f"  {each}")


if __name__ == "__main__":
    main()
