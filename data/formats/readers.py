"""Files to frames: recordings of the glove in every format that is met."""

import io
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np
from numpy.typing import NDArray

from jihwa.data.formats.compressed import DAMAGES, Inflated, inflated
from jihwa.data.formats.encoding import MAX_LINE_BYTES
from jihwa.data.formats.layout import Layout
from jihwa.data.formats.lines import LineParser
from jihwa.data.formats.objects import is_document, lines_of_document
from jihwa.data.formats.refusals import STDIN, check_kind, damaged, empty, no_samples
from jihwa.data.formats.report import HoledError, Report
from jihwa.data.formats.samples import NAMED
from jihwa.data.formats.tables import (
    HDF5_MAGIC,
    TABLES,
    TIME,
    EpisodeFile,
    TableReader,
    frames_of,
    lines_of,
    note,
    read_npy,
)
from jihwa.data.messages import DataError, UsageError
from jihwa.data.signal.frames import Array, Frames

CHUNK_BYTES = 1 << 16
BEGINNING_BYTES = 2 * MAX_LINE_BYTES
"""Enough of a file to know what it is."""

MOST_DOCUMENT_BYTES = 1 << 26
"""A JSON document is read as a whole; a larger one is not."""

MOST_CLASSES = 1 << 31
"""The label of a sequence is a smaller number."""

Opened = BinaryIO | Inflated
"""A recording's content, from its beginning."""
Open = Callable[[Path], Opened]


class Recording:
    """A recording on disk: lines, an HDF5 episode or a table; its content tells which.

    Any of them may be compressed (see `inflated`). It is opened once and read from its beginning to
    its end, so a pipe will do.

    Args:
        path: Where it is; `STDIN` is the standard input.
        layout: What the fields of its lines mean, where no header says so.
        opens: Gives its content; by default what is on the disk.

    Attributes:
        path: Where it is; `STDIN` is the standard input.
        report: What was found besides samples, so far.
        label: The sign that an HDF5 episode or a Parquet table names; known once it was read.
        read_bytes: How much of the file was read so far.
        see: Takes the points of hands that a camera saw, as `LineParser` tells them.
    """

    def __init__(self, path: Path, layout: Layout | None = None, opens: Open | None = None) -> None:
        self.path, self._layout = path, layout
        self.see: Callable[[Array], None] = lambda _: None
        self._opens = opens or open_recording
        self.report = Report()
        self.label: str | None = None
        self.read_bytes = 0

    def chunks(self) -> Iterator[Frames]:
        """The samples, in chunks of bounded size.

        Raises:
            UsageError: There is no such file, or it cannot be a recording.
            DataError: The file is empty, cannot be read or holds no sample.
        """
        with self._opens(self.path) as file:
            magic = self._read(file, len(HDF5_MAGIC))
            if not magic and not self.report.is_cut:
                raise empty(self.path)
            table = next((read for begin, read in TABLES.items() if magic.startswith(begin)), None)
            if self._layout and (table or magic == HDF5_MAGIC):
                self.report.say("layout", NAMED)
            if table:
                yield from self._table(table, magic + self._read(file, -1))
            else:
                yield from self._episode(file) if magic == HDF5_MAGIC else self._lines(magic, file)
        if not self.report.samples:
            raise no_samples(self.path, self.report)

    def frames(self) -> Frames:
        """All samples at once.

        Raises:
            UsageError: There is no such file, or it cannot be a recording.
            DataError: The file is empty, cannot be read or holds no sample.
        """
        return Frames.concatenate(list(self.chunks()))

    def whole(self) -> Frames:
        """All samples of a recording to learn from: nearly all of it has to be there.

        Raises:
            UsageError: As for `frames`.
            DataError: As for `frames`.
            HoledError: Too much of it was dropped.
        """
        frames = self.frames()
        if self.report.is_holed:
            ko, en = zip(*((loss.ko, loss.en) for loss in self.report.losses()), strict=True)
            raise HoledError(f"{self.path}: {' '.join(ko)}", f"{self.path}: {' '.join(en)}")
        return frames

    def _read(self, file: Opened, size: int) -> bytes:
        """The next bytes; none where compressed data ends before its time."""
        try:
            data = file.read(size)
        except DAMAGES:
            self.report.is_cut = True
            return b""
        if isinstance(file, Inflated):
            self.read_bytes = file.stored_bytes
        else:
            self.read_bytes += len(data)
        return data

    def _lines(self, beginning: bytes, file: Opened) -> Iterator[Frames]:
        parser = LineParser(self._layout, see=self.see)
        parser.report.is_cut, self.report = self.report.is_cut, parser.report
        beginning += self._read(file, BEGINNING_BYTES)
        check_kind(self.path, beginning)
        if is_document(beginning):
            beginning = lines_of_document(beginning + self._read(file, MOST_DOCUMENT_BYTES))
        yield parser.feed(beginning)
        while data := self._read(file, CHUNK_BYTES):
            yield parser.feed(data)
        yield parser.flush()

    def _episode(self, file: Opened) -> Iterator[Frames]:
        with _seekable(file, self.path) as stored, EpisodeFile(stored, self.path) as episode:
            self.label = episode.label
            parser = LineParser()
            parser.report.said, self.report = self.report.said, parser.report
            for at, columns in enumerate(episode.chunks()):
                yield parser.feed(lines_of(columns, has_header=not at))
            yield parser.flush()

    def _table(self, read: TableReader, content: bytes) -> Iterator[Frames]:
        check_kind(self.path, content)
        try:
            columns, self.label = read(content)
            if columns is not None and TIME in columns:
                frames = frames_of(columns)
                note(frames, self.report)
                yield frames
                return
        except (OSError, KeyError, TypeError, ValueError) as error:
            raise DataError(
                ko=f"{self.path}: 장갑 녹화가 든 표가 아닙니다 ({error}). 늘어나는 time_s와 "
                "flex1…flex5 열이 있어야 합니다.",
                en=f"{self.path}: not a table with a recording of the glove ({error}). It needs "
                "the columns time_s, which increases, and flex1…flex5.",
            ) from error
        if columns is None:
            raise UsageError(
                ko=f"{self.path}: 시각이 없는 학습용 배열입니다. CSV나 HDF5 녹화를 주세요.",
                en=f"{self.path}: an array of training sequences without times. Give a CSV or HDF5 "
                "recording.",
            )
        yield from self._lines(lines_of(columns), io.BytesIO())


@dataclass(frozen=True, slots=True)
class Sequences:
    """Labelled training sequences of any features.

    Attributes:
        features: (N, T, F) N sequences of T frames.
        labels: (N,) the class of every sequence.
    """

    features: Array
    labels: NDArray[np.int64]


def is_lines(beginning: bytes) -> bool:
    """Whether a file that begins so is read line by line."""
    return not (beginning.startswith((HDF5_MAGIC, *TABLES)) or is_document(beginning))


def read_sequences(path: Path) -> Sequences:
    """Read a `.npy` array (sequences, frames, features + 1) whose last column is the label.

    Raises:
        UsageError: There is no such file.
        DataError: It is no such array, or a sequence carries more than one label.
    """
    try:
        with open_recording(path) as file:
            array = read_npy(file).astype(np.float64)
        if array.ndim != 3 or array.size == 0 or array.shape[2] < 2:
            raise ValueError(f"shape {array.shape}")
        labels = array[:, :, -1]  # (N, T)
        known = np.abs(labels) < MOST_CLASSES  # of what is no number, nothing
        if not known.all() or np.any(labels != np.floor(labels[:, :1])):
            raise ValueError("a label that is no whole number or changes in a sequence")
    except (ValueError, TypeError, *DAMAGES) as error:
        raise DataError(
            ko=f"{path}: 학습용 배열이 아닙니다 ({error}). 모양은 (시퀀스, 프레임, 특징 + 1), "
            "마지막 열은 라벨이어야 합니다.",
            en=f"{path}: not an array of sequences ({error}). Its shape must be (sequences, "
            "frames, features + 1) with the label in the last column.",
        ) from error
    return Sequences(features=array[:, :, :-1], labels=labels[:, 0].astype(np.int64))


def open_recording(path: Path) -> Opened:
    """An existing, readable file, inflated if need be; `STDIN` is the standard input.

    Raises:
        UsageError: There is no such file, or it is a folder.
        DataError: It cannot be read.
    """
    if path.is_dir():
        raise UsageError(
            ko=f"{path}: 파일이 아니라 폴더입니다. 녹화 파일을 주세요.",
            en=f"{path}: a folder, not a file. Give a recording.",
        )
    try:
        file = open(0, "rb", closefd=False) if path == STDIN else path.open("rb")  # noqa: SIM115
        return inflated(file, str(path)) or file
    except FileNotFoundError:
        raise UsageError(
            ko=f"{path}: 그런 파일이 없습니다. 경로를 확인하세요.",
            en=f"{path}: no such file. Check the path.",
        ) from None
    except OSError as error:
        raise DataError(
            ko=f"{path}: 읽을 수 없습니다 ({error.strerror}). 권한을 확인하세요.",
            en=f"{path}: cannot be read ({error.strerror}). Check its permissions.",
        ) from error


@contextmanager
def _seekable(file: Opened, path: Path) -> Iterator[BinaryIO]:
    """The whole file from its beginning, of which the first bytes were read.

    Raises:
        DataError: It is compressed, and damaged.
    """
    if not isinstance(file, Inflated) and file.seekable():
        yield file
        return
    with tempfile.TemporaryFile() as copy:
        copy.write(HDF5_MAGIC)
        try:
            shutil.copyfileobj(file, copy, CHUNK_BYTES)
        except DAMAGES as error:
            raise damaged(path) from error
        yield cast(BinaryIO, copy)
