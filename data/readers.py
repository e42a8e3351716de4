"""Files to frames: recordings of the glove in every format that is met."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from jihwa.data.frames import Array, Frames
from jihwa.data.lines import LineParser
from jihwa.data.messages import DataError, JihwaError, UsageError
from jihwa.data.report import Report
from jihwa.data.tables import TABLES, TableReader, note

STDIN = Path("-")
"""Stands for the standard input where a recording is asked for."""

CHUNK_BYTES = 1 << 16
HDF5_MAGIC = b"\x89HDF\r\n\x1a\n"


class Recording:
    """A recording on disk: lines, an HDF5 episode or a table; its content tells which.

    It is opened once and read from its beginning to its end, so a pipe will do.

    Attributes:
        path: Where it is; `STDIN` is the standard input.
        report: What was found besides samples, so far.
        label: The sign that an HDF5 episode or a Parquet table names; known once it was read.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.report = Report()
        self.label: str | None = None

    def chunks(self) -> Iterator[Frames]:
        """The samples, in pieces of bounded size.

        Raises:
            UsageError: There is no such file, or it cannot be a recording.
            DataError: The file is empty, cannot be read or holds no sample.
        """
        with open_recording(self.path) as file:
            magic = file.read(len(HDF5_MAGIC))
            if not magic:
                raise _empty(self.path)
            table = next((read for begin, read in TABLES.items() if magic.startswith(begin)), None)
            if table:
                yield self._table(table, magic + file.read())
            elif magic == HDF5_MAGIC:
                yield self._hdf5(magic + file.read())
            else:
                yield from self._lines(magic, file)
        if not self.report.samples:
            raise _no_samples(self.path, self.report)

    def frames(self) -> Frames:
        """All samples at once.

        Raises:
            UsageError: There is no such file, or it cannot be a recording.
            DataError: The file is empty, cannot be read or holds no sample.
        """
        return Frames.concatenate(list(self.chunks()))

    def _lines(self, beginning: bytes, file: BinaryIO) -> Iterator[Frames]:
        parser = LineParser()
        self.report = parser.report
        yield parser.feed(beginning)
        while data := file.read(CHUNK_BYTES):
            yield parser.feed(data)
        yield parser.flush()

    def _hdf5(self, content: bytes) -> Frames:
        import h5py  # slow to import, and most recordings are lines

        self.report = Report()
        try:
            with h5py.File(io.BytesIO(content), "r") as file:
                label = file.attrs.get("label")
                self.label = label.decode() if isinstance(label, bytes) else label
                sensor = np.asarray(file["sensor_data"], dtype=np.float64)  # (n, 8)
                raw_s = np.asarray(file["arduino_timestamps"], dtype=np.float64) / 1000
                accel = np.full((len(sensor), 3), np.nan)
                if "sensors/acceleration" in file:
                    accel[:] = file["sensors/acceleration"]
                flex, orientation = sensor[:, :5], sensor[:, 5:8]
                times_s = np.array([self._trust(t) for t in raw_s])
                kept = ~np.isnan(times_s)
                return Frames(times_s, flex, accel, orientation)[kept]
        except (OSError, KeyError, TypeError, ValueError, IndexError) as error:
            raise DataError(
                ko=f"{self.path}: 장갑 녹화가 아닌 HDF5 파일입니다 ({error}). sensor_data (n, 8)와 "
                "arduino_timestamps가 있어야 합니다.",
                en=f"{self.path}: not an HDF5 recording of the glove ({error}). It needs "
                "sensor_data (n, 8) and arduino_timestamps.",
            ) from error

    def _table(self, read: TableReader, content: bytes) -> Frames:
        self.report = Report()
        try:
            found = read(content)
        except (OSError, KeyError, TypeError, ValueError) as error:
            raise DataError(
                ko=f"{self.path}: 장갑 녹화가 든 표가 아닙니다 ({error}). 늘어나는 time_s와 "
                "flex1…flex5 열이 있어야 합니다.",
                en=f"{self.path}: not a table with a recording of the glove ({error}). It needs "
                "the columns time_s, which increases, and flex1…flex5.",
            ) from error
        if found is None:
            raise _no_times(self.path)
        frames, self.label = found
        note(frames, self.report)
        return frames

    def _trust(self, raw_s: float) -> float:
        """The time of one HDF5 sample; NaN when it cannot be trusted."""
        self.report.lines += 1
        time_s = self.report.clock.feed(raw_s)
        if time_s is None:
            self.report.damage(f"{raw_s:.3f} s")
            return np.nan
        self.report.samples += 1
        return time_s


@dataclass(frozen=True, slots=True)
class Sequences:
    """Labelled training sequences of any features.

    Attributes:
        features: (N, T, F) N sequences of T frames.
        labels: (N,) the class of every sequence.
    """

    features: Array
    labels: NDArray[np.int64]


def read_sequences(path: Path) -> Sequences:
    """Read a `.npy` array (sequences, frames, features + 1) whose last column is the label.

    Raises:
        UsageError: There is no such file.
        DataError: It is no such array, or a sequence carries more than one label.
    """
    try:
        with open_recording(path) as file:
            array = np.lib.format.read_array(file, allow_pickle=False).astype(np.float64)
        if array.ndim != 3 or array.size == 0 or array.shape[2] < 2:
            raise ValueError(f"shape {array.shape}")
        labels = array[:, :, -1]  # (N, T)
        if np.any(labels != np.floor(labels[:, :1])):
            raise ValueError("a label that is no whole number or changes in a sequence")
    except (ValueError, TypeError, EOFError) as error:
        raise DataError(
            ko=f"{path}: 학습용 배열이 아닙니다 ({error}). 모양은 (시퀀스, 프레임, 특징 + 1), "
            "마지막 열은 라벨이어야 합니다.",
            en=f"{path}: not an array of sequences ({error}). Its shape must be (sequences, "
            "frames, features + 1) with the label in the last column.",
        ) from error
    return Sequences(features=array[:, :, :-1], labels=labels[:, 0].astype(np.int64))


def open_recording(path: Path) -> BinaryIO:
    """An existing, readable file; `STDIN` is the standard input.

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
        return open(0, "rb", closefd=False) if path == STDIN else path.open("rb")
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


def _empty(path: Path) -> JihwaError:
    if path == STDIN:
        return DataError(
            ko="-: 표준 입력에 아무것도 오지 않았습니다. 장갑이 꽂혀 있고 앞의 프로그램이 보내는지 "
            "확인하세요.",
            en="-: nothing came on the standard input. Check that the glove is plugged in and the "
            "program before this one sends.",
        )
    return DataError(
        ko=f"{path}: 빈 파일입니다. 녹화가 저장되었는지 확인하세요.",
        en=f"{path}: the file is empty. Check that the recording was saved.",
    )


def _no_times(path: Path) -> JihwaError:
    return UsageError(
        ko=f"{path}: 시각이 없는 학습용 배열입니다. CSV나 HDF5 녹화를 주세요.",
        en=f"{path}: an array of training sequences without times. Give a CSV or HDF5 recording.",
    )


def _no_samples(path: Path, report: Report) -> JihwaError:
    if not report.lines:
        return DataError(
            ko=f"{path}: 표본이 하나도 없는 녹화입니다. 녹화를 다시 하세요.",
            en=f"{path}: a recording without a sample. Record it again.",
        )
    if report.headers:
        return DataError(
            ko=f"{path}: 머리줄은 있지만 읽을 수 있는 표본이 없습니다 ({report.damaged}줄 손상). "
            "녹화를 다시 하세요.",
            en=f"{path}: a header but no readable sample ({report.damaged} damaged lines). "
            "Record it again.",
        )
    return DataError(
        ko=f"{path}: {report.lines}줄 가운데 장갑의 머리줄이 없습니다. 첫 줄은 "
        "timestamp,pitch,roll,yaw,…,flex1,…,flex5와 같아야 합니다.",
        en=f"{path}: no header of the glove in {report.lines} line(s). The first line must be "
        "like timestamp,pitch,roll,yaw,…,flex1,…,flex5.",
    )
