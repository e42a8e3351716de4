"""Recordings as named columns and no lines: Parquet files, arrays of NumPy, HDF5 episodes.

The times of the first two are the clock's, made monotone already, so that nothing is lost on the
way back. Episodes are read chunk by chunk; nothing outside their file is ever opened.
"""

import io
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from tokenize import TokenError
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from jihwa.data.formats.compressed import Inflated, is_bomb
from jihwa.data.formats.layout import Layout
from jihwa.data.formats.names import ACCEL, FLEX, ORIENTATION, POINTS, VALUES
from jihwa.data.formats.report import Report
from jihwa.data.messages import DataError, UsageError
from jihwa.data.signal.clock import GAP_S
from jihwa.data.signal.frames import N_FINGERS, Array, Frames
from jihwa.data.signal.landmarks import N_POINTS

PARQUET_MAGIC, NPY_MAGIC, NPZ_MAGIC = b"PAR1", b"\x93NUMPY", b"PK\x03\x04"
TIME = "time_s"
_LABEL = b"label"
_POINT_WIDTHS: Mapping[int, tuple[int, ...]] = {3: (63, 64), 4: (84, 85, 99, 100)}
"""Columns of an array of a hand's points, by the numbers that each has: coordinates, and how sure
they are. Angles of 15 joints and a label may follow."""

Columns = Mapping[str, Any]
"""(n,) arrays by name."""


def columns_of(frames: Frames) -> dict[str, Array]:
    """(n,) columns by name: `time_s`, then those of `jihwa.data.formats.layout.VALUES`."""
    return {TIME: frames.time_s, **dict(zip(VALUES, frames.channels.T, strict=True))}


def frames_of(columns: Columns) -> Frames:
    """The recording in columns by name; those that are missing are absent channels.

    Raises:
        KeyError: There is no time, or no flex sensor.
        ValueError: A time does not come after the one before it, or something is no number.
    """
    time_s = np.asarray(columns[TIME], dtype=np.float64)
    if not any(name in columns for name in VALUES[:N_FINGERS]):
        raise KeyError(VALUES[0])
    if not (np.isfinite(time_s).all() and (np.diff(time_s) > 0).all()):
        raise ValueError(f"{TIME} does not increase")
    absent = np.full(len(time_s), np.nan)
    values = [np.asarray(columns.get(name, absent), dtype=np.float64) for name in VALUES]
    return Frames.of_channels(time_s - time_s[:1], np.column_stack(values))


def note(frames: Frames, report: Report) -> None:
    """Count the samples and gaps of a recording whose times are trusted."""
    steps_s = np.diff(frames.time_s)
    gaps_s = steps_s[steps_s > GAP_S]
    report.lines = report.samples = len(frames)
    clock = report.clock
    clock.elapsed_s, clock.gaps, clock.lost_s = frames.duration_s, len(gaps_s), float(gaps_s.sum())
    clock.longest_gap_s = float(gaps_s.max(initial=0.0))


def to_npy(frames: Frames) -> bytes:
    """A structured array with a field for every column, as a `.npy` file."""
    columns = columns_of(frames)
    table = np.empty(len(frames), dtype=[(name, "<f8") for name in columns])
    for name, column in columns.items():
        table[name] = column
    file = io.BytesIO()
    np.save(file, table, allow_pickle=False)
    return file.getvalue()


def read_npy(file: BinaryIO | Inflated) -> NDArray[Any]:
    """The array in a `.npy` file.

    Raises:
        ValueError: It is damaged.
    """
    try:
        array: NDArray[Any] = np.lib.format.read_array(file, allow_pickle=False)
    except (SyntaxError, TypeError, TokenError, MemoryError, OverflowError) as error:
        # NumPy reads the header as Python, which may say anything.
        raise ValueError(f"{type(error).__name__} in its header") from error
    return array


def from_npy(content: bytes) -> tuple[Columns | None, None]:
    """The columns in a `.npy` file; by number if it has no names, None if it has no columns.

    Raises:
        ValueError: It is damaged.
    """
    table = read_npy(io.BytesIO(content))
    if table.dtype.names is not None:
        return {name: table[name] for name in table.dtype.names}, None
    if table.ndim != 2 or not np.issubdtype(table.dtype, np.number):
        return None, None
    return dict(zip(_numbered(table.shape[1]), table.T, strict=True)), None


def from_npz(content: bytes) -> tuple[Columns | None, None]:
    """The columns in an archive of arrays: those of the length that most have.

    Raises:
        ValueError: It is damaged, or inflates to more than a recording would.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if is_bomb(sum(entry.file_size for entry in archive.infolist()), len(content)):
                raise ValueError("too large")
            arrays = {
                name.removesuffix(".npy"): read_npy(io.BytesIO(archive.read(name)))
                for name in archive.namelist()
            }
    except (zipfile.BadZipFile, EOFError, zlib.error) as error:
        raise ValueError(str(error)) from error
    found = _as_long({name: array for name, array in arrays.items() if _is_numbers(array)})
    if len(found) == 1:
        (table,) = (array.reshape(len(array), -1) for array in found.values())
        return dict(zip(_numbered(table.shape[1]), table.T, strict=True)), None
    return _columns(found) or None, None


def _columns(arrays: Mapping[str, Array]) -> dict[str, Array]:
    """The columns of arrays (n,) or (n, k)."""
    columns: dict[str, Array] = {}
    for name, array in arrays.items():
        columns |= zip(_names(name, array.shape), array.reshape(len(array), -1).T, strict=False)
    return columns


def _is_numbers(array: Any) -> bool:  # noqa: ANN401  # NumPy's or HDF5's
    return array.ndim in (1, 2) and bool(np.issubdtype(array.dtype, np.number))


def _as_long(arrays: Mapping[str, Any]) -> dict[str, Any]:
    """The arrays that are as long as most of them are."""
    lengths = [*map(len, arrays.values())]
    n = max(lengths, key=lengths.count, default=0)
    return {name: each for name, each in arrays.items() if len(each) == n}


def _numbered(n: int) -> list[str]:
    """The names of so many columns: points of a hand if they are as many, else numbers."""
    each = next((each for each, widths in _POINT_WIDTHS.items() if n in widths), None)
    names = [str(at) for at in range(n)]
    if each:
        at = [each * point + axis for point in range(N_POINTS) for axis in range(3)]
        for place, name in zip(at, POINTS, strict=True):
            names[place] = name
    return names


def to_parquet(frames: Frames, label: str | None) -> bytes:
    """A table with the label in its metadata, as a Parquet file.

    Raises:
        UsageError: pyarrow is not installed.
    """
    arrow, parquet = _arrow()
    table = arrow.table(columns_of(frames))
    if label:
        table = table.replace_schema_metadata({_LABEL: label.encode()})
    file = io.BytesIO()
    parquet.write_table(table, file)
    return file.getvalue()


def from_parquet(content: bytes) -> tuple[Columns, str | None]:
    """The columns and the label in a Parquet file.

    Raises:
        UsageError: pyarrow is not installed.
        ValueError: It is damaged.
    """
    _, parquet = _arrow()
    table = parquet.read_table(io.BytesIO(content))
    label = (table.schema.metadata or {}).get(_LABEL)
    columns = {name: table[name].to_numpy() for name in table.column_names}
    return columns, label.decode() if label else None


def lines_of(columns: Columns, *, has_header: bool = True) -> bytes:
    """The table of another program as lines under their header; without one if it has no names."""
    rows = zip(*(column.tolist() for column in columns.values()), strict=True)
    header = ["\t".join(columns)] if has_header and "0" not in columns else []
    return "\n".join([*header, *("\t".join(map(str, row)) for row in rows), ""]).encode()


TableReader = Callable[[bytes], tuple[Columns | None, str | None]]
"""Gives columns and label; None for an array without columns."""

TABLES: Mapping[bytes, TableReader] = {
    PARQUET_MAGIC: from_parquet,
    NPY_MAGIC: from_npy,
    NPZ_MAGIC: from_npz,
}
"""How to read a table, by what its file begins with."""


def _arrow() -> tuple[Any, Any]:
    """pyarrow, which is large and only needed here."""
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise UsageError(
            ko="Parquet 파일에는 pyarrow가 필요합니다. 설치: pip install 'jihwa[parquet]'",
            en="Parquet files need pyarrow. Install it with: pip install 'jihwa[parquet]'",
        ) from error
    return pyarrow, pyarrow.parquet


HDF5_MAGIC = b"\x89HDF\r\n\x1a\n"
CHUNK_SAMPLES = 4096
MOST_CHUNK_BYTES = 1 << 26
"""HDF5 inflates each chunk of its own as a whole."""

_DAMAGES = (OSError, KeyError, TypeError, ValueError, AttributeError, RuntimeError)
_SENSOR, _TIMES, _ACCEL = "sensor_data", "arduino_timestamps", "sensors/acceleration"
_NAMES = {_SENSOR: (*FLEX, *ORIENTATION), _ACCEL: ACCEL}
"""What stands in the columns of the public episodes; others are called as their data set."""


class EpisodeFile(AbstractContextManager["EpisodeFile"]):
    """An episode, open as long as its context is: the public ones, or data sets of one length.

    Args:
        file: A seekable file that holds it.
        path: What messages call it.

    Attributes:
        label: The sign that it names; None if there is none.

    Raises:
        DataError: It is no episode, or refers to other files.
    """

    def __init__(self, file: BinaryIO, path: Path) -> None:
        import h5py  # slow to import, and most recordings are lines

        self._path = path
        stored_bytes = file.seek(0, 2)
        with ExitStack() as opened:
            try:
                self._file: Any = opened.enter_context(h5py.File(file, "r"))
                self._check_links(h5py)
                label = self._file.attrs.get("label")
                self.label: str | None = label.decode() if isinstance(label, bytes) else label
                self._datasets = self._found(h5py)
                self._check_sizes(stored_bytes)
            except _DAMAGES as error:
                raise self._no_episode(error) from error
            self._opened = opened.pop_all()

    def __exit__(self, *error: object) -> None:
        # HDF5 closes what is still open when the program ends, and asks Python for it, which by
        # then is gone.
        self._opened.close()

    def chunks(self) -> Iterator[Columns]:
        """The samples as columns by name, in chunks of bounded size.

        Raises:
            DataError: They cannot be read.
        """
        n = len(next(iter(self._datasets.values())))
        for start in range(0, n, CHUNK_SAMPLES):
            rows = slice(start, start + CHUNK_SAMPLES)
            try:
                columns = _columns(
                    {name: np.asarray(each[rows], float) for name, each in self._datasets.items()}
                )
            except (OSError, TypeError, ValueError) as error:
                raise self._no_episode(error) from error
            yield columns

    def _found(self, h5py: Any) -> dict[str, Any]:  # noqa: ANN401  # a module
        """The data sets that hold the samples, by name."""
        found: dict[str, Any] = {}

        def look(name: str, each: object) -> None:
            if isinstance(each, h5py.Dataset) and _is_numbers(each):
                found[name] = each

        self._file.visititems(look)
        if _SENSOR in self._file or _TIMES in self._file:
            times, sensor, accel = found[_TIMES], found[_SENSOR], found.get(_ACCEL)
            n, fewest = len(times), (len(FLEX) + len(ORIENTATION),)
            fits = times.shape == (n,) == sensor.shape[:1] and sensor.shape[1:] >= fewest
            if not fits or (accel and accel.shape != (n, len(ACCEL))):
                raise ValueError(f"shapes {sensor.shape}, {times.shape}")
            found = {_TIMES: times, _SENSOR: sensor} | ({_ACCEL: accel} if accel else {})
        found = _as_long(found)
        names = [each for name in found for each in _names(name, found[name].shape)]
        if not Layout.of_names(names):
            raise ValueError(f"data sets: {', '.join(names)}")
        return found

    def _check_links(self, h5py: Any) -> None:  # noqa: ANN401  # a module
        """Raise DataError where something lies in another file."""

        def look(name: str, link: object) -> str | None:
            return name if isinstance(link, h5py.ExternalLink) else None

        def look_into(name: str, each: object) -> str | None:
            lies_there = isinstance(each, h5py.Dataset) and (each.external or each.is_virtual)
            return name if lies_there else None

        elsewhere = self._file.visititems_links(look) or self._file.visititems(look_into)
        if elsewhere:
            raise DataError(
                ko=f"{self._path}: {elsewhere}이(가) 다른 파일에 있다고 합니다. 안전을 위해 다른 "
                "파일은 열지 않습니다. 데이터를 한 파일에 담아 주세요.",
                en=f"{self._path}: {elsewhere} is said to lie in another file. Other files are "
                "not opened, for safety. Put the data into one file.",
            )

    def _check_sizes(self, stored_bytes: int) -> None:
        """Raise ValueError where the data sets are too large to be true."""
        for dataset in self._datasets.values():
            chunk_bytes = int(np.prod(dataset.chunks or (0,))) * dataset.dtype.itemsize
            if is_bomb(dataset.nbytes, stored_bytes) or chunk_bytes > MOST_CHUNK_BYTES:
                raise ValueError(f"{dataset.nbytes} bytes in a file of {stored_bytes}")

    def _no_episode(self, error: Exception) -> DataError:
        return DataError(
            ko=f"{self._path}: 장갑 녹화가 아닌 HDF5 파일입니다 ({error}). sensor_data (n, 8)와 "
            "arduino_timestamps, 또는 timestamp, flex1…flex5와 같은 이름의 값이 있어야 합니다.",
            en=f"{self._path}: not an HDF5 recording of the glove ({error}). It needs "
            "sensor_data (n, 8) and arduino_timestamps, or data sets called timestamp, flex1…flex5 "
            "or the like.",
        )


def _names(name: str, shape: tuple[int, ...]) -> Sequence[str]:
    """What the columns of a data set (n,) or (n, k) are called."""
    called = name.rpartition("/")[2]
    if len(shape) == 1:
        return [called]
    return _NAMES.get(name) or [f"{called}{at + 1}" for at in range(shape[1])]
