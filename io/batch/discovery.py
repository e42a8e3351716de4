"""Which recordings a user means: files, folders and patterns."""

import glob
import os
import stat
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from fnmatch import fnmatch
from itertools import takewhile
from pathlib import Path

from jihwa.data.files import is_hidden, is_litter
from jihwa.data.formats.compressed import plain_name
from jihwa.data.formats.refusals import STDIN
from jihwa.data.messages import DataError, JihwaError, UsageError
from jihwa.io.failures import explain

ENDINGS = (".csv", ".jsonl", ".ndjson", ".h5", ".hdf5", ".parquet")
"""What recordings in a folder are called, compressed or not; a file that is named may have any
name. `.json` and `.txt` are left to truths and results."""
VIDEOS = (".mp4", ".m4v", ".mov", ".avi", ".webm", ".mkv", ".mpg", ".mpeg")
"""What videos in a folder are called."""

Problems = list[tuple[Path, JihwaError]]
"""Names that led to nothing, and why."""


@dataclass(frozen=True, slots=True)
class Found:
    """A recording.

    Attributes:
        path: Where it is.
        name: What its results are called below the output folder, without an ending.
        size_bytes: Of the file; 0 where that says nothing.
    """

    path: Path
    name: Path
    size_bytes: int


@dataclass(slots=True)
class Discovery:
    """What was found, and what could not be looked into.

    Attributes:
        recordings: In the order in which they were named; those of a folder by name.
        problems: Folders and names that led to nothing, and why.
    """

    recordings: list[Found] = field(default_factory=list)
    problems: Problems = field(default_factory=list)

    @property
    def n(self) -> int:
        """How many recordings and problems there are."""
        return len(self.recordings) + len(self.problems)


def discover(paths: Sequence[Path], output: Path | None = None) -> Discovery:
    """All recordings of these files, folders and patterns, each once.

    A name that does not exist is kept, so that reading it tells what is wrong. Below a folder,
    hidden files and links to folders are left out, and so are hidden files that a pattern matches.
    Of several names litter is left out too: a shell takes it for a match of `*.csv`.

    Args:
        paths: What the user named; `STDIN` is the standard input.
        output: Folder of the results, which is not looked into unless it was named.
    """
    found = Discovery()
    if len(paths) > 1:
        paths = [path for path in paths if not is_litter(path.name)]
    trees = {path: tree for path in paths if (tree := _tree(path)) is not None}
    root = Path(os.path.commonpath([tree.resolve() for tree in trees.values()] or [Path()]))
    skipped = output.resolve() if output else None
    for path in paths:
        if path == STDIN:
            found.recordings.append(Found(STDIN, Path("stdin"), 0))
        elif path not in trees:
            existing = _as_written(path)
            found.recordings.append(Found(existing, Path(_stem(existing.name)), _size(existing)))
        else:
            prefix, n_before = trees[path].resolve().relative_to(root), found.n
            for file in _files(path, skipped, found.problems):
                name = prefix / file.relative_to(trees[path])
                name = name.with_name(_stem(name.name))
                found.recordings.append(Found(file, name, _size(file)))
            if found.n == n_before:
                found.problems.append((path, _nothing_in(path)))
    found.recordings = list(dict.fromkeys(found.recordings))
    return found


def _tree(path: Path) -> Path | None:
    """The folder that a folder or a pattern stands for; None for the name of a file."""
    if path == STDIN or _is(stat.S_ISREG, path):
        return None
    if _is(stat.S_ISDIR, path):
        return path
    if not glob.has_magic(str(path)) or not _matches(path):
        return None
    return _as_written(Path(*takewhile(lambda part: not glob.has_magic(part), path.parts)))


def _matches(pattern: Path) -> list[Path]:
    """What a pattern stands for; `**` is any number of folders.

    Syllables match however the disk has them, composed or as letters; `glob` would compare bytes.
    """
    found = [Path(pattern.anchor)]
    for part in pattern.parts[bool(pattern.anchor) :]:
        found = [match for folder in found for match in _children(folder, part)]
    return sorted(found)


def _children(folder: Path, part: str) -> Iterator[Path]:
    """What one part of a pattern stands for in a folder."""
    if not glob.has_magic(part) and os.path.lexists(folder / part):
        yield folder / part
    elif part == "**":
        for parent, folders, _ in os.walk(folder):
            folders[:] = [name for name in folders if not is_hidden(name)]
            yield Path(parent)
    elif _is(stat.S_ISDIR, folder):
        wanted = unicodedata.normalize("NFC", part)
        with suppress(OSError):  # a folder that may not be looked into has no match
            for name in os.listdir(folder):  # noqa: PTH208  # names alone
                is_meant = part.startswith(".") or not is_hidden(name)
                if is_meant and fnmatch(unicodedata.normalize("NFC", name), wanted):
                    yield folder / name


def _files(path: Path, skipped: Path | None, problems: Problems) -> Iterator[Path]:
    """The files of a folder or a pattern."""
    for match in [path] if _is(stat.S_ISDIR, path) else _matches(path):
        if _is(stat.S_ISDIR, match):
            yield from _walk(match, skipped, problems)
        else:
            yield match


def _walk(folder: Path, skipped: Path | None, problems: Problems) -> Iterator[Path]:
    """The recordings below a folder; what cannot be opened is noted."""

    def note(error: OSError) -> None:
        message = explain(error)
        where = Path(os.fspath(error.filename or folder))
        problems.append((where, DataError(ko=message.ko, en=message.en)))

    for parent, folders, files in os.walk(folder, onerror=note):
        visible = sorted(name for name in folders if not is_hidden(name))
        folders[:] = [name for name in visible if Path(parent, name).resolve() != skipped]
        for name in sorted(files):
            path = Path(parent, name)
            if _is_recording(name) and _is(stat.S_ISREG, path):
                yield path


def _is(kind: Callable[[int], bool], path: Path) -> bool:
    """Whether a path is of a kind, as far as one may know."""
    try:
        return kind(path.stat().st_mode)
    except (OSError, ValueError):  # ValueError: a name with a zero byte
        return False


def _is_recording(name: str) -> bool:
    is_known = plain_name(name.lower()).endswith(ENDINGS) or name.lower().endswith(VIDEOS)
    return is_known and not is_hidden(name)


def _stem(name: str) -> str:
    """A name without the ending of a recording."""
    return Path(plain_name(name)).stem or name


def _as_written(path: Path) -> Path:
    """The same name as the disk has it: syllables may be stored as letters, or the other way."""
    with suppress(ValueError):  # a name with a zero byte
        if not os.path.lexists(path) and not glob.has_magic(str(path)):
            return next(iter(_matches(path)), path)
    return path


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except (OSError, ValueError):
        return 0


def _nothing_in(path: Path) -> UsageError:
    endings = " ".join(ENDINGS + VIDEOS)
    return UsageError(
        ko=f"{path}: 녹화가 없는 폴더입니다. {endings} 파일이 있는 폴더나 녹화 파일을 주세요.",
        en=f"{path}: a folder without a recording. Give one that holds {endings} files, or name "
        "the recordings.",
    )
