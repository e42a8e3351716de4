"""How far a run is: a bar on a terminal, now and then a line elsewhere, nothing if it is short."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from shutil import get_terminal_size
from time import monotonic
from typing import Any

from jihwa.data.messages import Language
from jihwa.io.batch.outcome import Outcome
from jihwa.io.settings.language import speaker
from jihwa.io.streams import warn

EVERY_S = 10.0
"""How often a line tells how far it is."""
SHORT_BYTES = 1 << 20
"""So little is done before a bar can be read: a few minutes of recording."""


class Progress:
    """Follows a run.

    Args:
        n_recordings: How many there are.
        size_bytes: Of all of them; 0 where that is not known.
        language: Of what is told.
    """

    def __init__(self, n_recordings: int, size_bytes: int, language: Language) -> None:
        self._n, self._size_bytes = n_recordings, size_bytes
        self._language = language
        self._began_s = self._told_s = monotonic()
        self._n_done, self._done_bytes, self._read_s = 0, 0, 0.0
        self._bar: Any = None
        if sys.stderr.isatty() and size_bytes > SHORT_BYTES:
            from tqdm import tqdm  # what only terminals need is not loaded for pipes

            columns, lines = get_terminal_size()  # which guesses where a terminal does not say
            self._bar = tqdm(
                total=size_bytes,
                ncols=columns,
                nrows=lines,
                bar_format="{percentage:3.0f}% |{bar}| {elapsed} < {remaining}  {desc}",
                leave=False,
            )
            self._show()

    def follow(self, read_bytes: int, read_s: float) -> None:
        """So much of the next recording was read by now."""
        self._show(read_bytes, read_s)

    def done(self, outcome: Outcome) -> None:
        """One more is done."""
        self._n_done += 1
        self._done_bytes += outcome.recording.size_bytes
        self._read_s += outcome.duration_s
        self._show()

    def aside(self) -> Any:  # noqa: ANN401  # a context manager of tqdm's
        """Within this, others may write to the terminal."""
        return self._bar.external_write_mode() if self._bar is not None else nullcontext()

    def close(self) -> None:
        """Leave the terminal as it was."""
        if self._bar is not None:
            self._bar.close()

    def _show(self, within_bytes: int = 0, within_s: float = 0.0) -> None:
        read_bytes = self._done_bytes + within_bytes
        told = self._told(self._read_s + within_s)
        if self._bar is not None:
            self._bar.set_description_str(told, refresh=False)
            self._bar.update(read_bytes - self._bar.n)
        elif monotonic() - self._told_s > EVERY_S:
            self._told_s = monotonic()
            left = ""
            if 0 < read_bytes <= self._size_bytes:
                took_s = self._told_s - self._began_s
                left_min = took_s * (self._size_bytes / read_bytes - 1) / 60
                left = speaker(self._language)(
                    f", 약 {left_min:.0f}분 남음", f", about {left_min:.0f} min left"
                )
            warn(told + left)

    def _told(self, read_s: float) -> str:
        times = read_s / max(monotonic() - self._began_s, 1e-9)
        rate = speaker(self._language)(f", 실제의 {times:.0f}배", f", {times:.0f} × real time")
        return f"{self._n_done}/{self._n}" + (rate if read_s else "")


@contextmanager
def progress(n_recordings: int, size_bytes: int, language: Language) -> Iterator[Progress]:
    """Shows how far a run is while it lasts."""
    shown = Progress(n_recordings, size_bytes, language)
    try:
        yield shown
    finally:
        shown.close()
