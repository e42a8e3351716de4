"""Glove lines to frames: a pure, streaming parser for CSV, JSON lines and OpenGloves."""

import math
import re
from collections.abc import Callable, Iterable

import numpy as np

from jihwa.data.formats.belief import Belief
from jihwa.data.formats.encoding import MAX_LINE_BYTES, LineCutter, clean
from jihwa.data.formats.layout import COLUMNS, Layout
from jihwa.data.formats.names import RECEIVED, flattened
from jihwa.data.formats.objects import is_object, object_in
from jihwa.data.formats.report import Report, printable
from jihwa.data.formats.samples import Line, Samples
from jihwa.data.formats.times import NO_CLOCK, Arrival
from jihwa.data.formats.unread import lacking, unknown
from jihwa.data.signal.frames import N_FINGERS, Array, Frames
from jihwa.data.signal.landmarks import NO_HAND, ODD, SeenHand, unit_of

_JSON, _ALPHA = "JSON", "OpenGloves"
_NO_HAND = re.compile("hand|landmark", re.IGNORECASE).search
"""In the name of something empty: a picture without a hand."""
_ALPHA_FULL_SCALE = 4095
_ALPHA_BEGINNING = re.compile(r"A *\d")
_ALPHA_FINGERS = "".join(rf"{letter} *(\d+)" for letter in "ABCDE")  # thumb to little finger
_ALPHA_LINE = re.compile(rf"{_ALPHA_FINGERS}(?:[F-P] *\d*|\([A-E][A-E]+\) *\d+)*")
"""OpenGloves' alpha encoding, a letter before each value: after the fingers come joystick, trigger,
buttons, and the splay or the joints of fingers."""


class LineParser:
    """Bytes in, frames out; chunks may be cut anywhere.

    Understands lines of fields by their header (see `belief`), JSON lines and other `objects`, and
    OpenGloves' alpha encoding. Samples without a time take that of their arrival. Lines that begin
    with `#` are messages. A line that cannot be read is dropped and counted in `report`.

    Args:
        layout: What fields mean until a header says so.
        keep: Takes the whole lines before they are interpreted; `layout` is then as before them.
        see: Takes (n, 21, 3) points of hands that a camera saw, see `unit_of`; NaN without one.
    """

    def __init__(
        self,
        layout: Layout | None = None,
        keep: Callable[[bytes], None] = lambda _: None,
        see: Callable[[Array], None] = lambda _: None,
    ) -> None:
        self._described, self._keep_lines, self._see = layout, keep, see
        self.reset()

    def reset(self) -> None:
        """Forget everything, as before the first byte."""
        self.report = Report()
        self.dialect = ""
        """What the last sample came as: the names of its fields, `JSON` or `OpenGloves`."""
        self.belief = Belief(self.report, self._described)
        self._arrival = Arrival()
        self._cutter = LineCutter()
        self._samples = Samples(self.report)
        self._hand, self._picture = SeenHand(), unit_of(None)
        self.points: Array | None = None
        """(21, 3) the hand in the last picture; None where there is none."""
        self._objects: dict[tuple[str, ...], Layout | None] = {}
        self._has_clock = False  # the object before
        self._layout: Layout | None = None  # of the rows
        self._rows: list[list[float]] = []
        self._lines: list[Line] = []
        self._done: list[Frames] = []
        self._quick_layout: Layout | None = None
        self._quick_read: Callable[[bytes], bool] | None = None

    @property
    def layout(self) -> Layout | None:
        """What fields mean by now; None while nobody has said so."""
        return self.belief.believed

    @property
    def waits(self) -> bool:
        """Whether samples wait until their units are known."""
        return self._samples.waits

    @property
    def is_of_glove(self) -> bool:
        """Whether what came is a glove's."""
        return bool(self.report.headers or self.report.samples or self.waits)

    @property
    def unread(self) -> int:
        """Lines that no layout fits so far."""
        return self.report.damaged + self.belief.n_waiting

    def feed(self, data: bytes, at_s: float | None = None) -> Frames:
        """The samples that these bytes complete.

        Args:
            data: Bytes as they came.
            at_s: When they came, on any monotone clock: the time of samples without one. None
                where nobody knows; such samples are `UNTIMED_STEP_S` apart.
        """
        whole = self._cutter.feed(data)
        if not whole:
            return Frames.empty()
        self._keep_lines(whole)
        lines = whole.split(b"\n")
        del lines[-1]
        self._arrival.note(len(lines), at_s)
        n_behind, quick = len(lines), self._quick()
        for line in lines:
            n_behind -= 1
            if not (quick and quick(line)):
                self._read(line, n_behind)
                if self._samples.needs_arrival and len(self._rows) > 1:
                    self._convert()  # so that the clock is known, and the rest is quick
                quick = self._quick()
        return self._take()

    def _quick(self) -> Callable[[bytes], bool] | None:
        """What reads a line of the layout that goes on, nearly always; None where none goes on."""
        layout = self._layout
        if layout is None or layout is not self.belief.certain or self._samples.needs_arrival:
            return None
        if layout is not self._quick_layout:
            self._quick_layout, self._quick_read = layout, self._reader_of(layout)
        return self._quick_read

    def _reader_of(self, layout: Layout) -> Callable[[bytes], bool]:
        """What takes a line if all its fields are numbers, and says whether it did."""
        rows, lines, report = self._rows, self._lines, self.report
        separator, n, time = layout.separator.encode(), len(layout.fields), layout.time
        isfinite = math.isfinite

        def read(raw: bytes) -> bool:
            try:
                numbers = list(map(float, raw.split(separator)))
            except ValueError:
                return False
            if len(numbers) != n or not isfinite(numbers[time or 0]) or len(raw) > MAX_LINE_BYTES:
                return False
            report.lines += 1
            numbers.append(math.nan)
            rows.append(numbers)
            lines.append(Line(report.lines, raw, layout=layout))
            return True

        return read

    def interrupt(self) -> None:
        """Forget a line that was torn with the connection: its last number may be half of one."""
        self._cutter.interrupt()

    def flush(self, at_s: float | None = None) -> Frames:
        """The sample in a last line that has no end, and those that waited.

        Args:
            at_s: Now, on the clock of `feed`; None where nobody knows.
        """
        if line := self._cutter.flush():
            self._keep_lines(line)
            if at_s is not None:
                self._arrival.note(1, at_s)
            self._read(line[:-1], 0)
        self._take_rows(self.belief.end())
        self._convert()
        self._done += self._samples.flush()
        return self._take()

    def _take(self) -> Frames:
        self._convert()
        done, self._done = self._done, []
        return Frames.concatenate(done) if len(done) != 1 else done[0]

    def _read(self, raw: bytes, n_behind: int) -> None:
        report = self.report
        report.lines += 1
        text = clean(raw)
        if len(raw) > MAX_LINE_BYTES:
            report.damage(report.lines, text)
        elif text.startswith("#"):
            header = text.lstrip("# ")
            if self.belief.is_header(header):
                self._take_rows(self.belief.read(Line(report.lines, header)))
            else:
                report.messages += 1
        elif text.startswith("sep="):
            report.messages += 1  # to a spreadsheet
        elif is_object(text):
            self._read_object(self._line(text, n_behind))
        elif _ALPHA_BEGINNING.match(text):
            self._read_alpha(self._line(text, n_behind))
        elif text:
            self._take_rows(self.belief.read(self._line(text, n_behind)))

    def _line(self, text: str, n_behind: int) -> Line:
        """A line, with its arrival: whether that is asked for may be known later."""
        return Line(self.report.lines, text, self._arrival.time_s(self.report.lines, n_behind))

    def _take_rows(self, read: Iterable[tuple[Line, list[float]]]) -> None:
        for line, numbers in read:
            if line.layout is not self._layout and line.layout is not None:
                self._convert()
                layout = self._layout = line.layout
                certain = layout.is_described
                if not (certain or layout.sees) and (message := lacking(layout)):
                    self.report.say("columns", message)
                if not certain and (message := unknown(layout, if_lacking=True)):
                    self.report.say("keys", message)
                if not (layout.has_clock or self._arrival.is_noted):
                    self.report.say("clock", NO_CLOCK)
                units = dict(layout.units)
                self._done += self._samples.switch_to(layout, units, layout.has_clock, certain)
            self._rows.append(numbers)
            self._lines.append(line)

    def _convert(self) -> None:
        """Make samples of the rows so far."""
        if not self._rows or self._layout is None:
            return
        table, lines = self._table(self._layout, self._rows), self._lines
        if self._layout.sees:
            seen = np.isfinite(table[:, 1])
            lines = [line for line, shows in zip(lines, seen, strict=True) if shows]
            table, self.report.unseen = table[seen], self.report.unseen + int((~seen).sum())
        before = self.report.samples
        self._done += self._samples.feed(table[:, :-1], lines, self._arrival.is_noted)
        if self.report.samples > before:
            self.dialect = self._layout.dialect
            self.report.ignored = self._layout.ignored
            if RECEIVED in self._layout.channels:
                received_ms = table[:, -1]
                for end_ms in received_ms[np.isfinite(received_ms)].tolist():
                    self.report.receive(end_ms / 1000)
        self._rows.clear()
        self._lines.clear()

    def _table(self, layout: Layout, rows: list[list[float]]) -> Array:
        """(n, `COLUMNS`) what rows tell; of the points of a hand, what a glove on it would send."""
        table = layout.columns(rows)
        if layout.sees:
            self.report.sees = True
            points = layout.points(rows)
            table[:, 1 : 1 + N_FINGERS + 3] = self._hand.feed(points)
            self._see(np.where(np.isnan(table[:, 1, None, None]), np.nan, points / self._picture))
            self.points = points[-1] if np.isfinite(table[-1, 1]) else None
            if self._hand.is_odd:
                self.report.say("order", ODD)
        return table

    def _read_alpha(self, line: Line) -> None:
        try:
            flex = _alpha_flex(line.text)
        except ValueError:
            self.report.damage(line.number, line.text)
            return
        row = np.full(len(COLUMNS) - 1, np.nan)
        row[1 : 1 + N_FINGERS] = flex
        self._take_row(_ALPHA, {"flex": "adc12"}, row, line, has_clock=False)

    def _read_object(self, line: Line) -> None:
        told = {}
        try:
            told = object_in(line.text)
            entry = dict(flattened(told))
            layout = self._layout_of(tuple(entry))
            numbers = layout and layout.numbers_of(tuple(entry.values()))
            if not layout or not numbers or (self._has_clock and not layout.has_clock):
                raise ValueError(line.text)
        except (ValueError, RecursionError):
            if any(_NO_HAND(k) and not told[k] for k in told):
                self.report.unseen, self.points = self.report.unseen + 1, None
                self._see(NO_HAND)
            else:
                self.report.damage(line.number, line.text)
            return
        self.report.count_hands(told.get("hands"))
        self._picture = unit_of(told.get("picture"))
        row = self._table(layout, [numbers])[0, : COLUMNS.index(RECEIVED)]
        if layout.sees and np.isnan(row[1]):
            self.report.unseen += 1
            return
        is_json, self._has_clock = "{" in line.text, layout.has_clock
        usual = {"time": "s"} if is_json else {}
        dialect = _JSON if is_json else layout.dialect
        self._take_row(dialect, usual | {**layout.units}, row, line, has_clock=self._has_clock)

    def _layout_of(self, names: tuple[str, ...]) -> Layout | None:
        """What the names of an object mean; None where that is not enough."""
        if names not in self._objects:
            made = self._objects[names] = Layout.of_names(names)
            if made is None:
                self.report.keys = self.report.keys or printable(", ".join(names), 200)
            elif message := unknown(made):
                self.report.say("keys", message)
            if made and not (made.has_clock or self._arrival.is_noted):
                self.report.say("clock", NO_CLOCK)
        return self._objects[names]

    def _take_row(
        self, dialect: str, units: dict[str, str], row: Array, line: Line, *, has_clock: bool
    ) -> None:
        """Take a sample that has no fields."""
        self._convert()
        self._layout = None
        self._done += self._samples.switch_to(dialect, units, has_clock)
        before = self.report.samples
        self._done += self._samples.feed(row[None], [line], self._arrival.is_noted)
        if self.report.samples > before:
            self.dialect = dialect


def _alpha_flex(text: str) -> list[int]:
    """The flex of an OpenGloves line, thumb to little finger.

    Raises:
        ValueError: It is no such line, or a value is beyond the encoding's 4095.
    """
    line = _ALPHA_LINE.fullmatch(text)
    values = [int(value) for value in line.groups()] if line else []
    if len(values) != N_FINGERS or max(values) > _ALPHA_FULL_SCALE:
        raise ValueError(text)
    return values
