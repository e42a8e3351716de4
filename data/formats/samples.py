"""Numbers to frames: units, times that can be trusted, and values that can be."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from jihwa.data.formats.encoding import clean
from jihwa.data.formats.layout import Layout
from jihwa.data.formats.names import ACCEL, FLEX, ORIENTATION, VALUES
from jihwa.data.formats.report import Report
from jihwa.data.formats.times import Times
from jihwa.data.formats.units import USUAL, Bends, Guess, tells
from jihwa.data.messages import Message
from jihwa.data.signal.frames import Array, Frames

LIMITS = np.array([4096.0] * len(FLEX) + [17.0] * len(ACCEL) + [3600.0] * len(ORIENTATION))
"""(11,) largest magnitude of every channel of `VALUES` that a sensor can send; yaw may run on."""

NAMED = Message(
    ko="함께 온 이름(머리줄, JSON)대로 필드를 읽고 --layout은 쓰지 않았습니다. 그 이름이 틀렸으면 "
    "지우고 다시 하세요.",
    en="Fields were read by the names that came with them (a header, JSON), not by --layout. If "
    "those are wrong, take them out and try again.",
)

_YAW = VALUES.index("yaw")
_PARTS = {"flex": slice(0, 5), "accel": slice(5, 8), "angle": slice(8, 11)}


@dataclass(slots=True)
class Line:
    """Where a sample comes from.

    Attributes:
        number: Of its line, from 1.
        raw: The line, as text or as it came.
        arrival_s: When it came, or a time on an even grid; NaN where nobody asked.
        layout: What its fields mean, where they have places.
    """

    number: int
    raw: str | bytes
    arrival_s: float = math.nan
    layout: Layout | None = None

    @property
    def text(self) -> str:
        """The line as text."""
        return self.raw if isinstance(self.raw, str) else clean(self.raw)

    def told(self, channel: str) -> str:
        """What stands there for a channel; empty where that is not known."""
        return self.layout.told(self.text, channel) if self.layout else ""


@dataclass
class _LineForm:
    """One way of sending, with its units.

    Attributes:
        times: Of its clock.
        guesses: Of its sensors' units.
        held: Rows that wait until the units are known, and their lines.
        last: Raw time, arrival and unit of the sample that was read last.
        is_told: Whether it was told what straight and bent fingers read.
        bends: Of its fingers.
    """

    times: Times
    guesses: dict[str, Guess]
    held: list[Array] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    last: tuple[float, float, object] | None = None
    is_told: bool = False
    bends: Bends = field(default_factory=Bends)

    def __post_init__(self) -> None:
        self.open = list(self.guesses.items())  # what is to be guessed yet

    def knows(self, rows: Array) -> bool:
        """Whether nothing is left to guess about these rows."""
        if not self.times.decided or not self.open:
            return self.times.decided
        self.open = [(quantity, guess) for quantity, guess in self.open if not guess.decided]
        return not any(tells(name, rows[:, 1:][:, _PARTS[name]]) for name, _ in self.open)

    @property
    def waits(self) -> bool:
        return self.times.waits or any(guess.waits for guess in self.guesses.values())

    def look(self, row: Array, *, arrives: bool) -> None:
        """Look at one row: time and channels."""
        self.times.look(float(row[0]), arrives=arrives)
        values = row[1:]
        accel = self.guesses["accel"]
        for quantity, guess in self.guesses.items():
            if not guess.decided:
                known = quantity == "angle" and not accel.waits
                gravity = values[_PARTS["accel"]] / accel.per if known else np.full(3, np.nan)
                guess.look(values[_PARTS[quantity]], gravity)

    def decide(self) -> None:
        self.times.decide()
        for guess in self.guesses.values():
            guess.decide()


class Samples:
    """Rows of numbers in, frames out; the same whatever the cut.

    Rows wait, never long, while their units are in doubt.

    Args:
        report: Takes what was found on the way.
    """

    def __init__(self, report: Report) -> None:
        self._report = report
        self._forms: dict[object, _LineForm] = {}
        self._form: _LineForm | None = None
        self._refused: tuple[Array, Line] | None = None  # a sample that the next one may confirm
        self._last: Line | None = None

    def switch_to(
        self, key: object, units: dict[str, str], has_clock: bool, certain: bool = False
    ) -> list[Frames]:
        """What follows is sent in this way; the samples that waited, of another one.

        Args:
            key: Tells ways apart.
            units: What the names of its fields tell of units, by quantity, or is usual for it.
            has_clock: Whether it tells the time.
            certain: Whether the units are not to be doubted.
        """
        form = self._forms.get(key)
        if form is None:
            if self._report.described and not certain:
                self._report.say("layout", NAMED)
            told = {**USUAL, **units}
            is_certain = certain and "time" in units
            times = Times(told["time"], is_certain=is_certain, is_absent=not has_clock)
            guesses = {
                quantity: Guess(quantity, told[quantity], is_told=certain and quantity in units)
                for quantity in _PARTS
            }
            is_told = isinstance(key, Layout) and bool(key.ranges)
            form = self._forms[key] = _LineForm(times, guesses, is_told=is_told)
        if form is self._form:
            return []
        waited = self.flush()
        self._form = form
        return waited

    @property
    def needs_arrival(self) -> bool:
        """Whether rows have to tell when they arrived."""
        times = self._form.times if self._form else None
        return times is None or not times.decided or times.by_arrival

    @property
    def waits(self) -> bool:
        """Whether rows wait."""
        return self._form is not None and bool(self._form.held)

    def feed(self, rows: Array, lines: Sequence[Line], arrives: bool) -> list[Frames]:
        """The samples that these rows complete.

        Args:
            rows: (n, 12) time and channels, in the units of the glove; NaN where absent.
            lines: Where they come from.
            arrives: Whether their arrival was noted by a clock.
        """
        form = self._form
        if form is None or not len(rows):
            return []
        if not form.held and form.knows(rows):
            return [self._read(form, rows, lines)]
        done: list[Frames] = []
        for at, (row, line) in enumerate(zip(rows, lines, strict=True)):
            if not form.held and form.knows(rows[at:]):
                return [*done, self._read(form, rows[at:], lines[at:])]
            form.held.append(row)
            form.lines.append(line)
            form.look(row, arrives=arrives)
            if not form.waits:
                done.append(self._release(form))
        return done

    def flush(self) -> list[Frames]:
        """The samples that still wait; their units are decided by what there is."""
        form, done = self._form, list[Frames]()
        if form and form.held:
            form.decide()
            done = [self._release(form)]
        if form:
            self._say_bends(form)
        self._give_up()
        return done

    def _release(self, form: _LineForm) -> Frames:
        known: dict[str, Times | Guess] = {"time": form.times, **form.guesses}
        for quantity, unit in known.items():
            if said := unit.said:
                self._report.say(quantity, said)
            if unit.doubt:
                self._report.doubted.add(quantity)
        rows, lines = np.array(form.held), form.lines
        form.held, form.lines = [], []
        return self._read(form, rows, lines)

    def _read(self, form: _LineForm, rows: Array, lines: Sequence[Line]) -> Frames:
        values = rows[:, 1:].copy()
        for quantity, guess in form.guesses.items():
            if guess.unit != USUAL[quantity]:
                with np.errstate(over="ignore"):  # what is infinite is left out below
                    values[:, _PARTS[quantity]] /= guess.per
        if form.bends.feed(rows[:, 1:][:, _PARTS["flex"]]):
            self._say_bends(form)
        self._leave_out_impossible(values, rows, lines)
        time_s, values = self._timed(form, rows[:, 0].tolist(), values, lines)
        self._report.samples += len(time_s)
        return Frames(time_s, *(values[:, part] for part in _PARTS.values()))

    def _say_bends(self, form: _LineForm) -> None:
        if self._report.sees or form.guesses["flex"].doubt:
            return  # a camera, to which no resistor belongs, or a wrong unit
        if found := form.bends.found(form.guesses["flex"].per, is_told=form.is_told):
            self._report.say("bends", found)
        else:
            self._report.said.pop("bends", None)

    def _timed(
        self, form: _LineForm, raw: list[float], values: Array, lines: Sequence[Line]
    ) -> tuple[Array, Array]:
        """(k,) times since the first sample and (k, 11) values, of those that can be trusted."""
        clock, times = self._report.clock, form.times
        way = (times.unit, times.by_arrival, times.step_s)
        if form.last and form.last[2] != way:  # the first sample was timed before that was known
            clock.restart(times.second(*form.last[:2]))
        form.last = (raw[-1], lines[-1].arrival_s, way)
        known_s: list[float | None] = [None]  # of the sample that was refused before
        for at, line in zip(raw, lines, strict=True):
            second_s = clock.feed(times.second(at, line.arrival_s))
            if clock.confirmed_s is not None:
                known_s[-1] = clock.confirmed_s
            known_s.append(second_s)
        if self._refused and known_s[0] is not None:
            row, line = self._refused
            values, lines, self._refused = np.vstack([row, values]), [line, *lines], None
        else:
            self._give_up()
            del known_s[0]
        before, self._last = [self._last, *lines], lines[-1]
        if None not in known_s:
            return np.array(known_s, dtype=np.float64), values
        repeats = [
            second_s is None and last is not None and line.text == last.text
            for second_s, line, last in zip(known_s, lines, before, strict=False)
        ]
        if clock.doubts and known_s[-1] is None and not repeats[-1]:
            self._refused = (values[-1].copy(), lines[-1])
            known_s, values, lines = known_s[:-1], values[:-1], lines[:-1]
        time_s = np.array(known_s, dtype=np.float64)  # None is NaN
        kept = ~np.isnan(time_s)
        for at in np.flatnonzero(~kept).tolist():
            if repeats[at]:
                self._report.repeated += 1
            else:
                self._report.damage(lines[at].number, lines[at].text)
        return time_s[kept], values[kept]

    def _give_up(self) -> None:
        """Count the sample that was refused as damaged."""
        if self._refused:
            _, line = self._refused
            self._report.damage(line.number, line.text)
            self._refused = None

    def _leave_out_impossible(self, values: Array, rows: Array, lines: Sequence[Line]) -> None:
        """Make NaN of what no sensor can send, and name it; a yaw that runs on is brought back."""
        if not (np.abs(values) > LIMITS).any():
            return
        yaw = values[:, _YAW]
        far = np.isfinite(yaw) & (np.abs(yaw) > LIMITS[_YAW])
        yaw[far] = np.remainder(yaw[far] + 180, 360) - 180
        beyond = np.abs(values) > LIMITS
        if beyond.any():
            for at, channel in np.argwhere(beyond).tolist():
                told = f"{rows[at, 1 + channel]:g}"
                line = lines[at]
                name = VALUES[channel]
                self._report.refuse(name, line.number, line.told(name) or told)
            values[beyond] = np.nan
