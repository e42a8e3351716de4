"""One spelled session, ways to write its lines otherwise, and a reader of them."""

import numpy as np
from live import signal_of

from jihwa.data.formats.layout import Layout
from jihwa.data.formats.lines import LineParser
from jihwa.data.formats.names import ACCEL, FLEX, ORIENTATION
from jihwa.data.signal.frames import Frames

NAMES = ("timestamp", *ORIENTATION, *ACCEL, *FLEX)
TIME, ANGLES, G, FINGERS = slice(0, 1), slice(1, 4), slice(4, 7), slice(7, 12)


class Glove:
    """What the glove sent, and ways to write it otherwise."""

    def __init__(self, frames: Frames) -> None:
        self.header, *self.lines = signal_of(frames).decode().split()
        self.rows = [line.split(",") for line in self.lines]

    def text(self, names=NAMES, rows=None, separator=",", end="\n") -> str:
        rows = self.rows if rows is None else rows
        return end.join(separator.join(map(str, row)) for row in (names, *rows)) + end

    def changed(self, part: slice, change) -> list[list[str]]:
        """The rows with other numbers in a part of their columns."""
        return [
            [*row[: part.start], *(change(float(v)) for v in row[part]), *row[part.stop :]]
            for row in self.rows
        ]


def read(content: str | bytes, layout: str | None = None) -> tuple[LineParser, Frames]:
    parser = LineParser(Layout.of_setting(layout) if layout else None)
    data = content.encode() if isinstance(content, str) else content
    return parser, Frames.concatenate([parser.feed(data), parser.flush()])


def assert_same(glove, content, *, told=None, layout=None, **off) -> LineParser:
    """What is written otherwise is read as it was, and what was noticed is said once."""
    parser, frames = read(content, layout)
    _, expected = read(glove.text())
    tolerance = {"time_s": 1e-3, "flex_adc": 1e-9, "accel_g": 1e-9, "orientation_deg": 1e-9, **off}
    assert parser.report.damaged == 0
    assert len(frames) == len(expected)
    for channel, allowed in tolerance.items():
        got, right = getattr(frames, channel), getattr(expected, channel)
        np.testing.assert_allclose(got, right, rtol=0, atol=allowed, err_msg=channel)
    said = [message.en for message in parser.report.said.values()]
    if told is None:
        assert said == []
    else:
        assert len(said) == 1
        assert told in said[0]
    return parser
