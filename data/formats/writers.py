"""Frames to files in every format that is read back as it was."""

import io
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import TextIO

import numpy as np

from jihwa.data.files import unfinished, write_whole
from jihwa.data.formats.names import ACCEL, FLEX, ORIENTATION
from jihwa.data.formats.readers import Recording
from jihwa.data.formats.tables import to_npy, to_parquet
from jihwa.data.messages import DataError, Message
from jihwa.data.signal.frames import Frames

SAME_TIME_S = 1e-6
"""Text and HDF5 hold milliseconds, which a clock adds up again: times agree to this."""

HEADER = ",".join(["timestamp", *ORIENTATION, *ACCEL, *FLEX])
"""Of the firmware's 12-field lines."""

LINE_FORMAT = ",".join(["%.0f"] + ["%.2f"] * 3 + ["%.3f"] * 3 + ["%.0f"] * 5)
"""How the firmware prints a sample."""


def write_recording(target: Path | TextIO, frames: Frames) -> None:
    """Write frames as the 12-field lines of the firmware, time in whole milliseconds."""
    columns = np.hstack(
        [frames.time_s[:, None] * 1000, frames.orientation_deg, frames.accel_g, frames.flex_adc]
    )
    lines = io.StringIO()
    np.savetxt(lines, columns, fmt=LINE_FORMAT, header=HEADER, comments="")
    if isinstance(target, Path):
        write_whole(target, lines.getvalue().encode())
    else:
        target.write(lines.getvalue())


def to_csv(frames: Frames) -> bytes:
    """The 12-field lines of the firmware with all digits; an absent value is an empty field."""
    values = np.hstack([frames.orientation_deg, frames.accel_g, frames.flex_adc])  # (n, 11)
    lines = [
        ",".join([_milliseconds(time_s), *map(_number, row)])
        for time_s, row in zip(frames.time_s.tolist(), values.tolist(), strict=True)
    ]
    return "\n".join([HEADER, *lines, ""]).encode()


def to_hdf5(frames: Frames, label: str | None) -> bytes:
    """An episode in the layout of the public ones."""
    import h5py  # slow to import

    content = io.BytesIO()
    with h5py.File(content, "w") as file:
        file["sensor_data"] = np.hstack([frames.flex_adc, frames.orientation_deg])  # (n, 8)
        file["arduino_timestamps"] = frames.time_s * 1000
        if np.isfinite(frames.accel_g).any():
            file["sensors/acceleration"] = frames.accel_g
        if label:
            file.attrs["label"] = label
    return content.getvalue()


FORMATS: Mapping[str, Callable[[Frames, str | None], bytes]] = {
    "csv": lambda frames, _: to_csv(frames),
    "h5": to_hdf5,
    "parquet": to_parquet,
    "npy": lambda frames, _: to_npy(frames),
}
"""By the ending of the files."""

KEEPS_LABEL = ("h5", "parquet")
"""Formats with a place for the sign that a recording shows."""


def write_lossless(path: Path, recording: Recording, kind: str) -> None:
    """Write a recording in another format, make sure that it reads as before, and keep it then.

    Args:
        path: The file.
        recording: What to write; it is read.
        kind: One of `FORMATS`.

    Raises:
        UsageError: There is no such recording, or a library is missing.
        DataError: The recording cannot be read, or not all of it would be read back.
        OSError: The file cannot be written.
    """
    frames = recording.frames()
    with unfinished(path) as unchecked:
        unchecked.write_bytes(FORMATS[kind](frames, recording.label))
        if not _same(frames, Recording(unchecked).frames()):
            raise DataError(
                ko=f"{recording.path}: {kind} 형식으로는 모두 되읽히지 않아 쓰지 않았습니다 (1분이 "
                "넘는 빈 구간이나 센서 범위 밖의 값). parquet이나 npy를 고르세요.",
                en=f"{recording.path}: not written, since not all of it would be read back from "
                f"{kind} (a gap of more than a minute, or values beyond the sensors' range). "
                "Choose parquet or npy.",
            )


def left_out(recording: Recording) -> Iterator[Message]:
    """What a recording that was read holds and its frames do not."""
    report = recording.report
    if report.first_damage is not None:
        number, text = report.first_damage
        yield Message(
            ko=f"{report.damaged}줄은 읽을 수 없어 빠졌습니다. 처음은 {number}번째 줄: {text}",
            en=f"{report.damaged} unreadable line(s) were left out. The first is line {number}: "
            f"{text}",
        )
    yield from report.refusals()
    if report.ignored:
        columns = ", ".join(report.ignored)
        yield Message(
            ko=f"장갑의 센서가 아닌 칸은 빠졌습니다: {columns}",
            en=f"Columns that are no sensor of the glove were left out: {columns}",
        )


def _same(frames: Frames, others: Frames) -> bool:
    return (
        len(frames) == len(others)
        and np.allclose(frames.time_s, others.time_s, rtol=0, atol=SAME_TIME_S)
        and np.array_equal(frames.channels, others.channels, equal_nan=True)
    )


def _milliseconds(time_s: float) -> str:
    """A time as the firmware's milliseconds, to a nanosecond."""
    return _number(float(round(Decimal(repr(time_s)) * 1000, 6)))


def _number(value: float) -> str:
    """The shortest text that is read as this number; empty for NaN."""
    if value != value:
        return ""
    return str(int(value)) if value.is_integer() else repr(value)
