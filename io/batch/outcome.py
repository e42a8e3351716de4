"""What came of a recording."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from jihwa.data.messages import JihwaError
from jihwa.io.batch.discovery import Found
from jihwa.io.evaluation.comparison import TextComparison


class State(StrEnum):
    """How it ended."""

    DONE = "done"
    KEPT = "kept"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a recording.

    Attributes:
        recording: The recording.
        state: How it ended.
        results: The files that are there now.
        text: What goes to the standard output.
        duration_s: How long the recording is.
        took_s: How long it took to read and write.
        warnings: What the user should know, in their language.
        comparison: The text beside the truth, where somebody asked for it.
        error: Why it failed.
    """

    recording: Found
    state: State
    results: tuple[Path, ...] = ()
    text: str = ""
    duration_s: float = 0.0
    took_s: float = 0.0
    warnings: tuple[str, ...] = ()
    comparison: TextComparison | None = None
    error: JihwaError | None = None
