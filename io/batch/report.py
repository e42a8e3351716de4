"""The report of a run: what came of every recording, for people and programs."""

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from jihwa.data.files import unfinished
from jihwa.data.messages import Language
from jihwa.io.batch.outcome import Outcome, State
from jihwa.io.settings.language import speaker
from jihwa.io.streams import warn


class Report:
    """Counts outcomes and writes them as they come: a JSON object with a line for each.

    Args:
        language: Of the reasons.
        file: Where to write; None to count only.
    """

    def __init__(self, language: Language, file: TextIO | None = None) -> None:
        self.counts: Counter[State] = Counter()
        self.duration_s = 0.0
        self._language = language
        self._file = file
        if file:
            file.write('{"recordings": [')

    def add(self, outcome: Outcome) -> None:
        """Take one more."""
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
        if kept := self.counts[State.KEPT]:
            told = speaker(self._language)(
                f"결과가 이미 있는 녹화 {kept}개는 그대로 두었습니다. --force로 다시 합니다.",
                f"{kept} recording(s) have their results already and were kept. --force does them "
                "again.",
            )
            warn(told)

    def close(self) -> None:
        """Write how many there were of each kind."""
        if self._file:
            counts = {state.value: self.counts[state] for state in State}
            self._file.write("\n], " + json.dumps(counts)[1:] + "\n")


@contextmanager
def reporting(path: Path | None, language: Language) -> Iterator[Report]:
    """A report into a file, which is there in the end, also of a run that was interrupted.

    Raises:
        OSError: It cannot be written.
    """
    if path is None:
        yield Report(language)
        return
    interrupt: BaseException | None = None
    with (
        unfinished(path) as beside,
        beside.open("w", encoding="utf-8", errors="replace") as file,
    ):
        report = Report(language, file)
        try:
            yield report
        except BaseException as error:
            interrupt = error
        report.close()
    if interrupt:
        raise interrupt
