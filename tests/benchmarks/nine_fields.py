"""What it costs that a glove sends no acceleration: gravity comes from pitch and roll alone.

    python tests/benchmarks/nine_fields.py [--share F]

Texts of `hb` and `v2` at natural speed, by models of the others. Pitch and roll are those that were
recorded, whose error is next to nothing but for some signs of a session that were recorded in a
stretch of their own (ㅡ of `hb` is 101° off, ㅇ of `v2` 15°), or those of the acceleration with an
error that is drawn for each wearer and stays.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np
from reporting import both, options, pooled, show, table
from sessions import spelled_sessions
from usual_mount import WAYS, read

from jihwa.data.signal.frames import Array, Frames, angles_of_gravity
from jihwa.io.evaluation.errors import TextErrors
from jihwa.models.mount import rotation

ERRORS_DEG = {"error of 0°": 0.0, "error of 10°": 10.0, "error of 25°": 25.0}
"""Standard deviations about each axis."""

GLOVES = ("acceleration", "angles as recorded", *ERRORS_DEG)


def measure(wearer: str, share: float) -> dict[tuple[str, str], TextErrors]:
    """One wearer's texts by glove and way."""
    errors: dict[tuple[str, str], TextErrors] = {}
    sessions = [session for _, session in spelled_sessions(wearer, share, paces=["natural"])]
    sessions = [sessions[i] for i in np.random.default_rng(0).permutation(len(sessions))]
    for glove in GLOVES:
        for way, (in_a_row, learns) in WAYS.items():
            rng = np.random.default_rng(5)
            for first in range(0, len(sessions), in_a_row):
                error = rotation(np.radians(rng.normal(0, ERRORS_DEG.get(glove, 0.0), 3)))
                row = sessions[first : first + in_a_row]
                texts = [replace(each, frames=sent(each.frames, glove, error)) for each in row]
                found = sum(read(texts, wearer, learns=learns), TextErrors())
                errors[glove, way] = errors.get((glove, way), TextErrors()) + found
    return errors


def sent(frames: Frames, glove: str, error: Array) -> Frames:
    """What a glove sends of a movement, whose angles have this (3, 3) error."""
    if glove == "acceleration":
        return frames
    angles = frames.orientation_deg
    if glove in ERRORS_DEG:
        angles = angles_of_gravity(frames.accel_g @ error.T)
    return replace(frames, accel_g=np.full_like(frames.accel_g, np.nan), orientation_deg=angles)


def report(errors: Mapping[tuple[str, str], TextErrors]) -> Iterator[str]:
    """A Markdown table: CER by glove and way."""
    rows = ((glove, *(f"{errors[glove, way].cer:.1f}" for way in WAYS)) for glove in GLOVES)
    return table(("glove", *WAYS), rows)


def main() -> None:
    """Measure both wearers, and print the table. CER without spaces, %."""
    share = options(__doc__, share=1.0).parse_args().share
    show(report(pooled(both(measure, share))))


if __name__ == "__main__":
    main()
