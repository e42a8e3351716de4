"""What is to be made of recordings, where it goes, and what came of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from jihwa.data.messages import JihwaError, UsageError
from jihwa.io.batch.discovery import Found
from jihwa.io.evaluation.comparison import TextComparison
from jihwa.io.settings import options as shared
from jihwa.io.writers import FORMATS

STDOUT = Path("-")


@dataclass(frozen=True, slots=True)
class Task:
    """A recording and the files that are to come of it.

    Attributes:
        recording: The recording.
        targets: The file for every format; `STDOUT` for the standard output.
    """

    recording: Found
    targets: Mapping[str, Path]

    def to_do(self, *, force: bool) -> "Task":
        """The same without the results that are there already."""
        kept = {} if force else {f: p for f, p in self.targets.items() if p.is_file()}
        return Task(self.recording, {f: p for f, p in self.targets.items() if f not in kept})


class TaskState(StrEnum):
    """How the work on a recording ended; the values are words of the report."""

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
        is_holed: Whether so much of it was skipped that the text cannot be whole.
        error: Why it failed.
    """

    recording: Found
    state: TaskState
    results: tuple[Path, ...] = ()
    text: str = ""
    duration_s: float = 0.0
    took_s: float = 0.0
    warnings: tuple[str, ...] = ()
    comparison: TextComparison | None = None
    is_holed: bool = False
    error: JihwaError | None = None


def is_file(output: Path) -> bool:
    """Whether an output names a single file and not a folder."""
    return output != STDOUT and bool(output.suffix) and not output.is_dir()


def plan(recordings: Sequence[Found], output: Path, formats: Sequence[str]) -> list[Task]:
    """A task for every recording.

    Raises:
        UsageError: A result cannot go there, or would overwrite another one or a recording.
    """
    _check(len(recordings), output, formats)
    if output == STDOUT or is_file(output):
        target = output if output == STDOUT else shared.output_file(output)
        tasks = [Task(recording, {formats[0]: target}) for recording in recordings]
    else:
        folder = shared.output_folder(output)
        tasks = [
            Task(each, {f: folder / f"{each.name}{FORMATS[f].ending}" for f in formats})
            for each in recordings
        ]
    if output != STDOUT:
        targets = (target for task in tasks for target in task.targets.values())
        shared.check_free(targets, (each.path for each in recordings), "transcribe")
    return tasks


def _check(n_recordings: int, output: Path, formats: Sequence[str]) -> None:
    """Refuse results of which nobody could tell which is which."""
    if is_file(output) and n_recordings > 1:
        raise UsageError(
            ko=f"{output}: 녹화가 {n_recordings}개입니다. --output에 폴더를 주세요.",
            en=f"{output}: there are {n_recordings} recordings: give a folder to --output.",
        )
    one_place = output == STDOUT or is_file(output)
    if one_place and len(formats) > 1:
        raise UsageError(
            ko=f"형식이 {len(formats)}가지입니다. --output에 폴더를 주세요.",
            en=f"There are {len(formats)} formats: give a folder to --output.",
        )
    if output == STDOUT and n_recordings > 1 and not FORMATS[formats[0]].joins:
        raise UsageError(
            ko=f"{formats[0]} 결과 {n_recordings}개는 이어 쓸 수 없습니다. --output에 폴더를 "
            "주세요.",
            en=f"{n_recordings} results in {formats[0]} cannot follow each other: give a folder "
            "to --output.",
        )
