"""Recordings as tables of named columns: Parquet files and structured `.npy` arrays.

Their times are the clock's, made monotone already, so that nothing is lost on the way back.
"""

import io
from collections.abc import Callable, Mapping
from tokenize import TokenError
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from jihwa.data.formats.compressed import Inflated
from jihwa.data.formats.names import POINTS, VALUES
from jihwa.data.formats.report import Report
from jihwa.data.messages import UsageError
from jihwa.data.signal.clock import GAP_S
from jihwa.data.signal.frames import N_FINGERS, Array, Frames
from jihwa.data.signal.landmarks import N_POINTS

PARQUET_MAGIC, NPY_MAGIC = b"PAR1", b"\x93NUMPY"
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
    values = np.column_stack(
        [np.asarray(columns.get(name, absent), dtype=np.float64) for name in VALUES]
    )
    return Frames.of_channels(time_s - time_s[:1], values)


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
