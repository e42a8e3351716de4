"""Gloves that do not exist, in this very process and at their own pace."""

import io
import time
from collections.abc import Iterator
from dataclasses import replace
from queue import SimpleQueue

import numpy as np

from jihwa.data.alphabet import Alphabet
from jihwa.data.formats.writers import HEADER, write_recording
from jihwa.data.signal.frames import N_FINGERS, Frames
from jihwa.data.synthesis.hands import RATE_HZ, HandStatistics, SyntheticHand
from jihwa.data.synthesis.pace import Pace, pace_of
from jihwa.data.synthesis.spelling import assemble
from jihwa.io.sources.source import Connection, Link, Source
from jihwa.io.virtual.glove import VirtualGlove

REST_S = 0.3
"""How long the hand rests before it looks again whether something is asked for."""
AGAIN_S = 5.0
"""After so long at rest, by the clock on the wall, it shows once more what it was asked for last,
which was not seen."""


class SimulatedSource(Source):
    """A virtual glove that spells a text, then ends.

    Args:
        text: What to spell.
        wearer: Whose hand it is.
        speed: How fast, one of `PACES`.
        seed: Of everything else that differs from one time to the next.
        rate_hz: How often the glove samples; None for as often as in the recordings.
        repeat: How often the text is spelled.
        letters_per_s: How many letters a second on average; None for what is usual at this speed.

    Raises:
        UsageError: There is no such speed, or the text is empty or not Hangul.
    """

    def __init__(
        self,
        text: str,
        wearer: int = 0,
        speed: str = "normal",
        seed: int = 0,
        rate_hz: float | None = None,
        repeat: int = 1,
        letters_per_s: float | None = None,
    ) -> None:
        super().__init__("sim")
        self._glove = VirtualGlove(
            pace_of(speed, letters_per_s), wearer=wearer, seed=seed, rate_hz=rate_hz or RATE_HZ
        )
        for _ in range(repeat):
            self._glove.spell(text)
        self._commands: SimpleQueue[str] = SimpleQueue()

    def send(self, command: str) -> None:
        """Send a firmware command to the glove; never blocks."""
        self._commands.put(command)

    def run(self) -> None:
        """Send what the glove sends, when it does."""
        glove, began_s = self._glove, time.monotonic()
        self.tell(Connection(Link.LIVE, self.device))
        while not (glove.done or self.closing.is_set()):
            while not self._commands.empty():
                glove.command(f"{self._commands.get()}\n".encode())
            self.pass_on(glove.due(time.monotonic() - began_s))
            self.closing.wait(max(began_s + glove.next_s - time.monotonic(), 0))
        self.tell(Connection(Link.ENDED, self.device))


class PosingSource(Source):
    """Sends the lines of a glove on a hand that rests, or shows what it was asked for.

    Args:
        wearer: Whose hand it is.
        seed: Of everything else that differs from one time to the next.
        rate_hz: How often the glove samples.
        speed: How many times faster than its own clock it sends.
    """

    def __init__(
        self, wearer: int = 0, seed: int = 0, rate_hz: float = RATE_HZ, speed: float = 1.0
    ) -> None:
        super().__init__("sim")
        self._alphabet = Alphabet.load()
        self._rng = np.random.default_rng([seed, wearer])
        hand_rng = np.random.default_rng(wearer)
        self._hand = SyntheticHand(HandStatistics.load(), self._alphabet, hand_rng)
        self._hand.rate_hz, self._speed = rate_hz, speed
        self._asked: SimpleQueue[tuple[str, int | None, float]] = SimpleQueue()
        self._shown: tuple[str, int | None, float] | None = None
        self._again_s = AGAIN_S * speed
        self._rested_s = 0.0

    def show(self, sign: str, style: int | None, hold_s: float) -> None:
        """Let the hand show a sign, after those that it was asked for before.

        It knows the 24 basic signs, and rests if it is asked for another.
        """
        if sign in self._alphabet.index:
            self._asked.put((sign, style, hold_s))

    def run(self) -> None:
        """Send what the glove sends, when it does."""
        self.tell(Connection(Link.LIVE, self.device))
        self.pass_on(f"{HEADER}\n".encode())
        began_s, offset_s = time.monotonic(), 0.0
        while not self.closing.is_set():
            frames = self._next()
            for time_s, line in _lines(frames, offset_s):
                early_s = began_s + time_s / self._speed - time.monotonic()
                if early_s > 0:
                    self.closing.wait(early_s)
                if self.closing.is_set():
                    return
                self.pass_on(line)
            offset_s += frames.duration_s + 1 / self._hand.rate_hz

    def _next(self) -> Frames:
        if not self._asked.empty():
            self._shown, self._rested_s = self._asked.get(), self._again_s
        if self._shown is None or self._rested_s < self._again_s:
            self._rested_s += REST_S
            n = max(round(REST_S * self._hand.rate_hz), 2)
            samples = self._hand.rest(n, self._rng)  # (n, 11)
            time_s = np.arange(n) / self._hand.rate_hz
            return Frames(time_s, *np.split(samples, [N_FINGERS, N_FINGERS + 3], axis=1))
        sign, self._hand.style, hold_s = self._shown
        self._rested_s = 0.0
        pace = Pace(hold_s=(hold_s, hold_s))
        return assemble(sign, self._hand, self._alphabet, pace, self._rng).frames


def _lines(frames: Frames, offset_s: float) -> Iterator[tuple[float, bytes]]:
    """Every sample as the firmware prints it, with its time."""
    time_s = frames.time_s + offset_s
    text = io.StringIO()
    write_recording(text, replace(frames, time_s=time_s))
    lines = text.getvalue().encode().splitlines(keepends=True)[1:]
    yield from zip(time_s.tolist(), lines, strict=True)
