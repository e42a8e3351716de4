"""Glove lines to frames: a pure, streaming parser for CSV, JSON lines and OpenGloves."""

import json
import math
import re
from collections.abc import Callable
from operator import gt

import numpy as np

from jihwa.data.formats.layout import FLEX, VALUES, Layout
from jihwa.data.formats.report import Report
from jihwa.data.signal.frames import N_FINGERS, Frames

MAX_LINE_BYTES = 4096
"""A longer line is noise; it is dropped and counted."""

_LIMITS = (4096.0,) * 5 + (17.0,) * 3 + (3600.0,) * 3
"""Largest magnitude of every channel of `VALUES` that a sensor can send; angles may run on."""

STEP_S, LEAST_STEP_S = 0.02, 0.001
"""Usual and least time between two samples of a glove that has no clock."""

_ALPHA_FULL_SCALE, _ADC_FULL_SCALE = 4095, 1023
_ALPHA_BEGINNING = re.compile(r"A *\d")
_ALPHA_FINGERS = "".join(rf"{letter} *(\d+)" for letter in "ABCDE")  # thumb to little finger
_ALPHA_LINE = re.compile(rf"{_ALPHA_FINGERS}(?:[F-P] *\d*|\([A-E][A-E]+\) *\d+)*")
"""OpenGloves' alpha encoding, a letter before each value: after the fingers come joystick, trigger,
buttons, and the splay or the joints of fingers."""


class LineParser:
    """Bytes in, frames out; chunks may be cut anywhere.

    Understands the 9-field, 12-field and stored CSV layouts by their header, and JSON lines with
    the time in seconds, and OpenGloves' alpha encoding, whose samples take the time of their
    arrival. Lines that begin with `#` are messages. A line that cannot be read is dropped and
    counted in `report`.

    Args:
        layout: What comma-separated fields mean until a header says so.
        keep: Takes the whole lines, as they came, before they are interpreted; `layout` is then
            what it was before them.

    Attributes:
        layout: What comma-separated fields mean by now; None while nobody has said so.
    """

    def __init__(
        self, layout: Layout | None = None, keep: Callable[[bytes], None] = lambda _: None
    ) -> None:
        self._described, self._keep_lines = layout, keep
        self.reset()

    def reset(self) -> None:
        """Forget everything, as before the first byte."""
        self.report = Report()
        self.language = ""
        """What the last sample came as: the names of its fields, `JSON` or `OpenGloves`."""
        self.layout = self._described
        self._arrival = _Arrival()
        self._rest = b""
        self._rows: list[list[float]] = []

    def feed(self, data: bytes, at_s: float | None = None) -> Frames:
        """The samples that these bytes complete.

        Args:
            data: Bytes as they came.
            at_s: When they came, on any monotone clock: the time of samples without one. None
                where nobody knows; such samples are `STEP_S` apart.
        """
        whole, newline, rest = (self._rest + data).rpartition(b"\n")
        self._rest = rest[: MAX_LINE_BYTES + 1]  # enough to see that it is too long
        if not newline:
            return Frames.empty()
        self._keep_lines(whole + newline)
        lines = whole.split(b"\n")
        self._arrival.note(len(lines), at_s)
        for n_behind, line in zip(reversed(range(len(lines))), lines, strict=True):
            self._read(line, n_behind)
        return self._take()

    def interrupt(self) -> None:
        """Forget a line that was torn with the connection: its last number may be half of one."""
        self._rest = b""

    def flush(self, at_s: float | None = None) -> Frames:
        """The sample in a last line that has no end.

        Args:
            at_s: Now, on the clock of `feed`; None where nobody knows.
        """
        line, self._rest = self._rest, b""
        if not line:
            return Frames.empty()
        self._keep_lines(line + b"\n")
        if at_s is not None:
            self._arrival.note(1, at_s)
        self._read(line, 0)
        return self._take()

    def _take(self) -> Frames:
        if not self._rows:
            return Frames.empty()
        table = np.array(self._rows)  # (n, 1 + channels)
        self._rows = []
        return Frames.of_channels(table[:, 0], table[:, 1:])

    def _read(self, raw: bytes, n_behind: int) -> None:
        text = raw[:MAX_LINE_BYTES].decode("utf-8", errors="replace").strip("\ufeff\0 \t\r")
        self.report.lines += 1
        if len(raw) > MAX_LINE_BYTES:
            self.report.damage(text)
        elif text.startswith("#"):
            self.report.messages += 1
        elif text.startswith("{"):
            self._read_json(text)
        elif _ALPHA_BEGINNING.match(text):
            self._read_alpha(text, n_behind)
        elif text:
            self._read_csv(text, n_behind)

    def _read_csv(self, text: str, n_behind: int) -> None:
        fields = text.split(",")
        layout = self.layout
        try:
            if layout is None or len(fields) != len(layout.names):
                raise ValueError(text)
            numbers = _numbers(fields, layout)
            sample = [numbers[i] if i is not None else math.nan for i in layout.values]
            raw_s = None if layout.time is None else numbers[layout.time] / 1000
            received = layout.received
            received_s = numbers[received] / 1000 if received is not None else None
        except ValueError:
            announced = Layout.of_header(fields)
            if announced is None or (layout and announced.garbles(layout)):
                self.report.damage(text)
            else:
                self.layout = announced
                self.report.headers += 1
            return
        raw_s = self._arrival.time_s(n_behind) if raw_s is None else raw_s
        if self._keep(text, raw_s, sample, ",".join(layout.names)) and received_s is not None:
            self.report.receive(received_s)

    def _read_alpha(self, text: str, n_behind: int) -> None:
        try:
            flex = _alpha_flex_adc(text)
        except ValueError:
            self.report.damage(text)
            return
        sample = [*flex, *[math.nan] * (len(VALUES) - N_FINGERS)]
        self._keep(text, self._arrival.time_s(n_behind), sample, "OpenGloves")

    def _read_json(self, text: str) -> None:
        try:
            entry = json.loads(text)
            if not any(name in entry for name in FLEX):
                raise KeyError(FLEX[0])
            sample = [float(entry.get(name, math.nan)) for name in VALUES]
            raw_s = float(entry["timestamp"])
        except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
            self.report.damage(text)
            return
        self._keep(text, raw_s, sample, "JSON")

    def _keep(self, text: str, raw_s: float, sample: list[float], language: str) -> bool:
        """Take a sample if a sensor can have sent it and its time can be trusted."""
        beyond = any(map(gt, map(abs, sample), _LIMITS))  # no NaN is
        time_s = None if beyond else self.report.clock.feed(raw_s)
        if time_s is None:
            self.report.damage(text)
            return False
        self.language = language
        self._rows.append([time_s, *sample])
        self.report.samples += 1
        return True


def _numbers(fields: list[str], layout: Layout) -> list[float]:
    """The value of every field that has a meaning; an empty field is an absent channel.

    Raises:
        ValueError: One of them is no number.
    """
    try:
        return list(map(float, fields))  # nearly always, and three times as fast
    except ValueError:
        used = {layout.time, layout.received, *layout.values}
        return [
            float(field) if at in used and field.strip() else math.nan
            for at, field in enumerate(fields)
        ]


class _Arrival:
    """Times by when the lines arrived, always increasing.

    Lines that arrive together were taken one after the other: the last one when it arrived, those
    before it evenly since the arrival before, no more than `STEP_S` apart. Where nobody notes
    arrivals, as in a file, samples are `STEP_S` apart.
    """

    def __init__(self) -> None:
        self._last_s = -math.inf
        self._at_s: float | None = None
        self._step_s = STEP_S

    def note(self, n_lines: int, at_s: float | None) -> None:
        """So many lines have come, at this time of any monotone clock; None if nobody knows."""
        self._at_s = at_s
        if at_s is not None and n_lines:
            self._step_s = min(STEP_S, max(at_s - self._last_s, 0.0) / n_lines)

    def time_s(self, n_behind: int) -> float:
        """The time of a sample that came with so many lines behind it."""
        if self._at_s is None:
            self._last_s = self._last_s + STEP_S if math.isfinite(self._last_s) else 0.0
        else:
            earliest_s = self._last_s + LEAST_STEP_S
            self._last_s = max(self._at_s - n_behind * self._step_s, earliest_s)
        return self._last_s


def _alpha_flex_adc(text: str) -> list[float]:
    """The flex of an OpenGloves line in ADC counts of 0-1023, thumb to little finger.

    Raises:
        ValueError: It is no such line, or a value is beyond the encoding's 4095.
    """
    line = _ALPHA_LINE.fullmatch(text)
    values = [int(value) for value in line.groups()] if line else []
    if len(values) != N_FINGERS or max(values) > _ALPHA_FULL_SCALE:
        raise ValueError(text)
    return [value * _ADC_FULL_SCALE / _ALPHA_FULL_SCALE for value in values]
