"""What damaged bytes, resets and a loose cable cost a live session.

    python tests/benchmarks/faults.py            # two sessions of 6 minutes each
    python tests/benchmarks/faults.py 20         # of so many minutes

Needs the shared texts and pseudo-terminals. The same sentences are spelled by the same hand on a
virtual serial port, once without faults and once with 1 % damaged bytes, a reset a minute and an
unplug every two minutes; the session reads it as any serial port. A word is outside the gaps if it
began and ended while the line was up; its characters count in both sessions.
"""

import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from rapidfuzz.distance import Levenshtein
from reporting import show
from shared import dev_texts

from jihwa.composer.language.mixture import Mixture
from jihwa.data.alphabet import Alphabet
from jihwa.data.synthesis.pace import PACES
from jihwa.data.synthesis.spelling import SpelledSign
from jihwa.io.live.journal import SessionLog
from jihwa.io.live.session import LiveOptions, LiveSession
from jihwa.io.live.wearer import Wearer
from jihwa.io.settings.table import SETTINGS
from jihwa.io.sources.ports import NamedPort
from jihwa.io.sources.serial_line import SerialSource
from jihwa.io.sources.source import Link
from jihwa.io.virtual.cable import Cable, parse_schedule
from jihwa.io.virtual.glove import BOOT_S, VirtualGlove
from jihwa.io.virtual.server import Server, open_port
from jihwa.models.bundle import load_shipped

WEARER, SEED, RATE_HZ = 7, 3, 50
FAULTS = "damage=0.01,reset=60,unplug=120:3"
RESET_S, UNPLUG_S, AWAY_S = 60, 120, 3
RECONNECT_TARGET_S = 2.0
AROUND_S = 0.5
"""A word this close to a gap counts as within it: its neighbours are needed to read its ends."""


@dataclass
class Run:
    """A session that was lived through.

    Attributes:
        text: What was written.
        signs: What was really shown, and when, since the line first came up.
        reconnected_s: From each time the device was back until bytes came again.
        damaged: Lines that could not be read.
        samples: Those that could.
        failure: What ended the session before its time.
    """

    text: str = ""
    signs: Sequence[SpelledSign] = ()
    reconnected_s: list[float] = field(default_factory=list)
    damaged: int = 0
    samples: int = 0
    failure: Exception | None = None


def lived_through(texts: Sequence[str], minutes: float, faults: str | None) -> Run:
    """Spell texts on a virtual serial port, and read them live."""
    glove = VirtualGlove(PACES["normal"], wearer=WEARER, seed=SEED, rate_hz=RATE_HZ)
    cable = Cable(glove, parse_schedule(faults) if faults else (), SEED)
    for text in texts:
        cable.glove.spell(text)
    back_s: list[float] = []
    links: list[tuple[float, Link]] = []

    def look() -> None:
        link = live.state.connection.link
        if not links or links[-1][1] is not link:
            links.append((time.monotonic(), link))

    with tempfile.TemporaryDirectory() as folder:
        link = Path(folder) / "glove"
        server = Server(cable, open_port("pty", link), lambda _: back_s.append(time.monotonic()))
        serving = threading.Thread(target=server.run)
        serving.start()
        wearer = Wearer(load_shipped, Mixture.load)
        live = LiveSession(
            SerialSource(NamedPort(str(link))),
            wearer.engine,
            SessionLog(),
            LiveOptions(SETTINGS["pause_s"].default, wearer=wearer),
            changed=look,
        )
        live.start()
        ends_s = time.monotonic() + 60 * minutes
        while time.monotonic() < ends_s and not glove.done and live.failure is None:
            time.sleep(0.5)
        live.close()
        server.close()
        serving.join()
    state = live.state
    reconnected_s = [
        min((at_s for at_s, link in links if link is Link.LIVE and at_s > plugged_s)) - plugged_s
        for plugged_s in back_s[1:]
    ]
    text = state.text.committed + state.text.preedit
    damaged, samples = state.signal.damaged, state.signal.samples
    signs = list(glove.signer.signs)
    return Run(text, signs, reconnected_s, damaged, samples, live.failure)


def outside_gaps(words: Sequence[str], signs: Sequence[SpelledSign], ends_s: float) -> list[bool]:
    """Which words were shown while the line was up, with faults."""
    alphabet = Alphabet.load()
    gaps = [(0.0, 0.0)]
    gaps += [(at_s, at_s + BOOT_S) for at_s in np.arange(RESET_S, ends_s, RESET_S)]
    away_s = AWAY_S + RECONNECT_TARGET_S
    gaps += [(at_s, at_s + away_s) for at_s in np.arange(UNPLUG_S, ends_s, UNPLUG_S)]
    outside: list[bool] = []
    place = 0
    for word in words:
        shown = signs[place : place + len(alphabet.spell(word))]
        place += len(shown)
        begin_s, end_s = shown[0].start_s - AROUND_S, shown[-1].end_s + AROUND_S
        outside.append(end_s < ends_s and all(end_s < a or begin_s > b for a, b in gaps))
    return outside


def cer(words: Sequence[str], counted: Sequence[bool], text: str) -> tuple[float, int]:
    """Character error rate of the words that count, %, without spaces; and their characters."""
    counts = [is_counted for word, is_counted in zip(words, counted, strict=True) for _ in word]
    edits = Levenshtein.editops("".join(words), "".join(text.split()))
    errors = sum(counts[min(edit.src_pos, len(counts) - 1)] for edit in edits)
    return 100 * errors / sum(counts), sum(counts)


def report(minutes: float) -> Iterator[str]:
    """Both sessions and what the faults cost."""
    texts = dev_texts("sentences")[: int(6 * minutes)]
    sessions: dict[str | None, Run] = {}
    for faults in (None, FAULTS):
        run = sessions[faults] = lived_through(texts, minutes, faults)
        yield (
            f"{faults or 'no faults'}: {run.samples} samples, {run.damaged} damaged lines, "
            f"failure: {run.failure}"
        )
    spelled = sessions[None]
    words = _shown(" ".join(texts).split(), len(spelled.signs))
    counted = outside_gaps(words, spelled.signs, 60 * minutes - 2)
    rates = [cer(words, counted, run.text) for run in sessions.values()]
    reconnected_s = sessions[FAULTS].reconnected_s
    yield f"reconnected after {', '.join(f'{s:.2f}' for s in reconnected_s)} s (asked: ≤ 2)"
    yield (
        f"CER outside the gaps, of {rates[0][1]} characters: {rates[0][0]:.1f} % without faults, "
        f"{rates[1][0]:.1f} % with them"
    )


def _shown(words: Sequence[str], n_signs: int) -> list[str]:
    """The words whose text was begun in time."""
    alphabet = Alphabet.load()
    shown = np.cumsum([len(alphabet.spell(word)) for word in words]) <= n_signs
    return [word for word, is_shown in zip(words, shown, strict=True) if is_shown]


def main() -> None:
    """Print all figures."""
    minutes = float(sys.argv[1]) if len(sys.argv) > 1 else 6.0
    show(report(minutes))


if __name__ == "__main__":
    main()
