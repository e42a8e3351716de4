"""A glove that does not exist, in this very process and at its own pace."""

import time
from queue import SimpleQueue

from jihwa.data.synthesis.hands import RATE_HZ
from jihwa.data.synthesis.pace import pace_of
from jihwa.io.sources.source import Connection, Link
from jihwa.io.sources.threaded import ThreadedSource
from jihwa.io.virtual.glove import VirtualGlove


class SimulatedSource(ThreadedSource):
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
