"""Spelled sessions on disk: a recording as the glove sends it, and its truth beside it."""

import io
import json
from dataclasses import asdict
from pathlib import Path
from typing import TextIO

import numpy as np

from jihwa.data.files import write_whole
from jihwa.data.formats.readers import Recording
from jihwa.data.messages import DataError, UsageError
from jihwa.data.signal.frames import Frames
from jihwa.data.synthesis.spelling import SpelledSession
from jihwa.data.synthesis.truth import read_truth

HEADER = "timestamp,pitch,roll,yaw,accel_x,accel_y,accel_z,flex1,flex2,flex3,flex4,flex5"

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


def write_session(
    path: Path, session: SpelledSession, *, speed: str | None = None, takes: str | None = None
) -> None:
    """Write a recording to `path` and its truth to the `.json` file beside it.

    Args:
        path: Where.
        session: The recording and the truth.
        speed: What its pace is called, if anything.
        takes: The labelled session that it was assembled of, if it was.

    Raises:
        UsageError: `path` itself ends in `.json`.
    """
    truth_path = path.with_suffix(".json")
    if truth_path == path:
        raise UsageError(
            ko=f"{path}: 이 자리에는 정답이 놓입니다. 녹화는 .csv로 끝나는 이름으로 두세요.",
            en=f"{path}: the truth goes there. Give the recording a name that ends in .csv.",
        )
    write_recording(path, session.frames)
    signs = [
        {**asdict(sign), "start_s": round(sign.start_s, 3), "end_s": round(sign.end_s, 3)}
        for sign in session.signs
    ]
    about = {name: value for name, value in (("speed", speed), ("takes", takes)) if value}
    pauses = [[round(start_s, 3), round(end_s, 3)] for start_s, end_s in session.pauses]
    truth = {"text": session.text, **about, "signs": signs, "pauses": pauses}
    text = json.dumps(truth, ensure_ascii=False, indent=1)
    write_whole(truth_path, f"{text}\n".encode())


def read_session(path: Path) -> SpelledSession:
    """Read a recording and the truth beside it.

    Raises:
        UsageError: There is no such recording.
        DataError: The recording or its truth cannot be read.
    """
    truth_path = path.with_suffix(".json")
    frames, truth = Recording(path).frames(), read_truth(truth_path)
    if truth.signs is None:
        raise DataError(
            ko=f"{truth_path}: 정답에 signs가 없습니다. text와 signs가 있는 JSON이어야 합니다.",
            en=f"{truth_path}: the truth has no signs. It must be JSON with text and signs.",
        )
    return SpelledSession(truth.text, frames, truth.signs, truth.pauses)
