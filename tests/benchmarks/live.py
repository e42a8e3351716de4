"""How soon a session has a letter, how fast one may spell, and whether it can go on for hours.

    python tests/benchmarks/live.py              # all, about 15 minutes
    python tests/benchmarks/live.py latency letters
    python tests/benchmarks/live.py hours 2      # so many hours of signing instead of eight

Needs the shared texts. Where a signal has to be lived through, the simulated glove sends it at its
own pace in a thread beside the session's. What the whole program costs is in `program.py`.
"""

import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from delays import from_starts_ms
from reporting import MIB, resident_mb, show
from shared import dev_texts

from jihwa.composer.language.mixture import Mixture
from jihwa.composer.text.transcript import Transcript, Update
from jihwa.data.alphabet import Alphabet
from jihwa.data.synthesis.pace import PACES
from jihwa.io.evaluation.errors import TextErrors
from jihwa.io.live.journal import Header, Journal
from jihwa.io.live.session import LiveOptions, LiveSession
from jihwa.io.live.state import TextState
from jihwa.io.live.wearer import Wearer
from jihwa.io.settings.table import SETTINGS
from jihwa.io.sources.source import Connection, Deliver, Link, Received
from jihwa.io.virtual.glove import VirtualGlove
from jihwa.models.bundle import load_shipped
from jihwa.recognizer.events import Emission

WEARER, SEED = 7, 3
LATENCY_TARGETS_MS = (100, 200)
PREEDIT_TARGET_MS = 200


@dataclass
class Glove:
    """A source: a virtual glove at its own pace.

    Attributes:
        glove: It.
        began_s: When it was switched on, on `time.monotonic()`.
        sent_s: When it sent something last.
    """

    glove: VirtualGlove
    began_s: float = 0.0
    sent_s: float = 0.0
    _closed: threading.Event = field(default_factory=threading.Event)

    def start(self, deliver: Deliver) -> None:
        """Begin to send."""
        self._deliver = deliver
        threading.Thread(target=self._run, daemon=True).start()

    def send(self, command: str) -> None:
        """Nobody asks."""

    def close(self) -> None:
        """Stop."""
        self._closed.set()

    def _run(self) -> None:
        self.began_s = time.monotonic()
        self._deliver(Connection(Link.LIVE))
        while not self.glove.done and not self._closed.is_set():
            data = self.glove.due(time.monotonic() - self.began_s)
            self.sent_s = time.monotonic()
            self._deliver(Received(data, self.sent_s))
            time.sleep(max(self.began_s + self.glove.next_s - time.monotonic(), 0))
        self._deliver(Connection(Link.ENDED))


@dataclass
class Wire:
    """A source that is handed bytes, and waits until they are read: no pace but the session's."""

    glove: VirtualGlove
    live: LiveSession | None = None

    def start(self, deliver: Deliver) -> None:
        """Remember where to deliver."""
        self._deliver = deliver
        deliver(Connection(Link.LIVE))

    def send(self, command: str) -> None:
        """Nobody asks."""

    def close(self) -> None:
        """Nothing goes on by itself."""

    def pump(self, until_s: float, step_s: float = 1.0) -> None:
        """Let the glove's time run on to a moment."""
        while self.now_s < until_s and not self.glove.done:
            self.now_s += step_s
            data = self.glove.due(self.now_s)
            self.lines += data.count(b"\n")
            self._deliver(Received(data, time.monotonic()))
            while self.live and self.live.state.signal.samples + 2 < self.lines:
                time.sleep(0.0005)

    now_s: float = 0.0
    lines: int = 0


class Stopwatch:
    """A sink, and whoever looks at the state: when did which hold become text, what was shown?"""

    def __init__(self, source: Glove) -> None:
        self._source = source
        self._waiting: list[tuple[float, float, float]] = []
        self.seen: list[tuple[float, float, float, float]] = []  # start, end, sent, seen
        self.shown: list[tuple[float, str]] = []  # from when on, and the text with its preedit

    def update(self, update: Update, emission: Emission | None) -> None:
        """A hold has ended."""
        if emission and update.edit:
            hold = emission.segment
            self._waiting.append((hold.start_s, hold.end_s, self._source.sent_s))

    def finish(self, transcript: Transcript) -> None:
        """That was all."""

    def look(self, page: TextState) -> None:
        """The state is a new one."""
        now_s = time.monotonic()
        self.seen += [(*each, now_s) for each in self._waiting]
        self._waiting.clear()
        text = page.committed + page.preedit
        if not self.shown or text != self.shown[-1][1]:
            self.shown.append((now_s, text))


def session(source: Glove | Wire, folder: str, watch: Stopwatch | None = None) -> LiveSession:
    """A session as it is in use, with a journal and adapting, but without a screen."""
    wearer = Wearer(load_shipped, Mixture.load)
    journal = Journal(Path(folder), Header(f"{time.time_ns()}", 1, "", "", ""))
    options = LiveOptions(SETTINGS["pause_s"].default, wearer=wearer)
    if watch is None:
        return LiveSession(source, wearer.engine, journal, options)
    live: LiveSession = LiveSession(
        source, wearer.engine, journal, options, [watch], lambda: watch.look(live.state.text)
    )
    return live


def live_through(pace: str, rate_hz: float, texts: list[str]) -> tuple[Glove, Stopwatch]:
    """Spell texts as long as that takes; the glove that did, and what became of it when."""
    glove = VirtualGlove(PACES[pace], wearer=WEARER, seed=SEED, rate_hz=rate_hz)
    for text in texts:
        glove.spell(text)
    source = Glove(glove)
    watch = Stopwatch(source)
    with tempfile.TemporaryDirectory() as folder:
        live = session(source, folder, watch)
        live.start()
        while live.state.connection.link is not Link.ENDED:
            time.sleep(0.1)
        live.close()
    return source, watch


def from_ends_ms(source: Glove, watch: Stopwatch) -> Iterator[tuple[float, float]]:
    """Of every emission that met a letter: from the letter's true end, and from the bytes that
    showed it, to its text in the state."""
    signs = list(source.glove.signer.signs)
    for start_s, end_s, sent_s, seen_s in watch.seen:
        met = [sign for sign in signs if sign.start_s < end_s and sign.end_s > start_s]
        if met:
            true_s = source.began_s + met[-1].end_s
            yield 1000 * (seen_s - true_s), 1000 * (seen_s - sent_s)


def latency() -> Iterator[str]:
    """At 33 and at 100 samples a second, slowly enough for pauses between letters and not so."""
    texts = dev_texts("sentences")[:6]
    for rate_hz in (33.0, 100.0):
        for pace in ("normal", "natural"):
            source, watch = live_through(pace, rate_hz, texts)
            name, spelled = f"{rate_hz:.0f} Hz, {pace}", len(source.glove.signer.signs)
            ends_ms = np.array([*from_ends_ms(source, watch)])  # (n, 2)
            median, p99 = np.percentile(ends_ms, [50, 99], axis=0)
            yield (
                f"{name}: end of a hold to text {median[0]:.0f} ms at the median, {p99[0]:.0f} at "
                f"p99, of {len(ends_ms)} letters (asked: {LATENCY_TARGETS_MS}); {median[1]:.0f} "
                f"and {p99[1]:.0f} of it behind the last byte"
            )
            shown = [(at_s - source.began_s, text) for at_s, text in watch.shown]
            starts_ms = [*from_starts_ms([*source.glove.signer.signs], shown)]
            half, most = np.percentile(starts_ms, [50, 90])
            yield (
                f"{name}: start of a hold to its letter in the preedit {half:.0f} ms at the median "
                f"(asked: {PREEDIT_TARGET_MS}), {most:.0f} at p90, of {len(starts_ms)} letters in "
                f"{spelled}"
            )


def letter_rates() -> Iterator[str]:
    """Texts right at 1, 2 and 4 letters a second, and at natural speed; all by strangers."""
    alphabet = Alphabet.load()
    paces = {
        "1 letter/s": PACES["normal"].at(1.0),
        "2 letters/s": PACES["normal"].at(2.0),
        "4 letters/s": PACES["fast"].at(4.0),
        "natural": PACES["natural"],
        "stress": PACES["stress"],
    }
    for name, pace in paces.items():
        errors = TextErrors()
        for number, text in enumerate(dev_texts("sentences")[:20]):
            source = Wire(VirtualGlove(pace, wearer=number, seed=number))
            source.glove.spell(text)
            with tempfile.TemporaryDirectory() as folder:
                live = session(source, folder)
                source.live = live
                live.start()
                source.pump(np.inf)
                live.close()
            errors += TextErrors.of(text, live.state.text.committed.strip(), alphabet)
        yield (
            f"{name}: {errors.texts} texts of strangers, CER "
            f"{errors.cer:.1f} % ({errors.cer_spaces:.1f} % with spaces), "
            f"{errors.exact_share:.0f} % right"
        )


def hours(n: float = 8) -> Iterator[str]:
    """One session without an end, faster than life."""
    texts = dev_texts("sentences")
    source, spelled = Wire(VirtualGlove(PACES["normal"], wearer=WEARER, seed=SEED)), 0
    with tempfile.TemporaryDirectory() as folder:
        live = session(source, folder)
        source.live = live
        live.start()
        for point in range(1, 9):
            began_s, until_s = time.monotonic(), point / 8 * n * 3600
            while source.now_s < until_s:
                source.glove.spell(texts[spelled % len(texts)])
                spelled += 1
                source.pump(until_s, 5.0)
            taken_s = time.monotonic() - began_s
            page = live.state.text
            yield (
                f"{source.now_s / 3600:.1f} h: {resident_mb():.0f} MB, "
                f"{1000 * taken_s / (n / 8 * 60):.0f} ms a minute of signing (simulator included), "
                f"{len(page.committed)} characters, {len(page.words)} words open to choice"
            )
        live.close()
        yield f"journal: {sum(p.stat().st_size for p in Path(folder).glob('*.csv')) / MIB:.0f} MB"


def main(arguments: list[str]) -> None:
    """Print the figures that were asked for, or all."""
    parts: dict[str, Callable[[], Iterator[str]]] = {
        "latency": latency,
        "letters": letter_rates,
    }
    for name, part in parts.items():
        if not arguments or name in arguments:
            show(part())
    if not arguments or "hours" in arguments:
        n = float(arguments[-1]) if arguments and arguments[-1] != "hours" else 8.0
        show(hours(n))


if __name__ == "__main__":
    main(sys.argv[1:])
