"""How far a run is, for who waits; and a report of what came of every recording, for programs."""

import json
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from shutil import get_terminal_size
from time import monotonic
from typing import Any, TextIO

from jihwa.data.files import unfinished
from jihwa.data.messages import Language
from jihwa.io.batch.tasks import Outcome, TaskState
from jihwa.io.settings.language import speaker
from jihwa.io.streams import warn

EVERY_S = 10.0
"""How often a line tells how far it is."""
SHORT_BYTES = 1 << 20
"""So little is done before a bar can be read: a few minutes of recording."""


class Progress:
    """Follows a run: a bar on a terminal, now and then a line elsewhere, nothing if it is short.

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
        """One more recording is done, and this came of it."""
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


class ReportFile:
    """Counts outcomes and writes them as they come: a JSON object with a line for each.

    Args:
        language: Of the reasons.
        file: Where to write; None to count only.
    """

    def __init__(self, language: Language, file: TextIO | None = None) -> None:
        self.counts: Counter[TaskState] = Counter()
        self.duration_s = 0.0
        self._language, self._file = language, file
        if file:
            file.write('{"recordings": [')

    def add(self, outcome: Outcome) -> None:
        """Count what came of one more recording, and write it down."""
        if self._file:
            entry = {
                "source": str(outcome.recording.path),
                "state": outcome.state,
                "results": [str(path) for path in outcome.results],
                "duration_s": round(outcome.duration_s, 3),
                "took_s": round(outcome.took_s, 3),
                "warnings": list(outcome.warnings),
                "error": outcome.error and outcome.error.message.text(self._language),
            }
            line = json.dumps(entry, ensure_ascii=False)
            self._file.write((",\n" if self.counts.total() else "\n") + line)
        self.counts[outcome.state] += 1
        self.duration_s += outcome.duration_s

    def tell(self) -> None:
        """Tell the user what they might not expect."""
        if kept := self.counts[TaskState.KEPT]:
            told = speaker(self._language)(
                f"결과가 이미 있는 녹화 {kept}개는 그대로 두었습니다. --force로 다시 합니다.",
                f"{kept} recording(s) have their results already and were kept. --force does them "
                "again.",
            )
            warn(told)

    def close(self) -> None:
        """Write how many there were of each kind."""
        if self._file:
            counts = {state.value: self.counts[state] for state in TaskState}
            self._file.write("\n], " + json.dumps(counts)[1:] + "\n")


@contextmanager
def reporting(path: Path | None, language: Language) -> Iterator[ReportFile]:
    """A report into a file, which is there in the end, also of a run that was interrupted.

    Raises:
        OSError: It cannot be written.
    """
    if path is None:
        yield ReportFile(language)
        return
    interrupt: BaseException | None = None
    with unfinished(path) as beside, beside.open("w", encoding="utf-8", errors="replace") as file:
        report = ReportFile(language, file)
        try:
            yield report
        except BaseException as error:
            interrupt = error
        report.close()
    if interrupt:
        raise interrupt
