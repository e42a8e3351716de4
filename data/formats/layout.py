"""What the fields of a line mean: read from its header, never counted."""

import csv
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

import numpy as np

from jihwa.data.formats.names import (
    FLEX,
    IGNORED,
    ORIENTATION,
    POINTS,
    QUATERNION,
    RECEIVED,
    TIME,
    VALUES,
    meanings,
)
from jihwa.data.messages import UsageError
from jihwa.data.signal.frames import Array
from jihwa.data.signal.sensors import BENT_ADC, STRAIGHT_ADC

COLUMNS = (TIME, *VALUES, RECEIVED)
"""What a line tells, in the order in which `Layout.columns` gives it."""

MOST_FIELDS = 256
"""A line of more is no header."""

SEPARATORS = (",", ";", "\t", "|", " ")

_HALF = r"(오전|오후|[ap]\.?m\.?)?"
_MOMENT = re.compile(
    rf"(?:(\d{{1,4}})([-./]) *(\d\d?)[-./] *(\d{{1,4}})\.?[ t]+)?{_HALF} *"
    rf"(?:(\d\d?):)?(\d\d?):(\d\d)(?:[.,:](\d+))? *{_HALF}",
    re.IGNORECASE,
)
"""A date or none, and a time of day, of which spreadsheets leave the hour out."""
_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d*)?")
_WITH_COMMA = re.compile(r" *'?[+-]?\d+,\d")
_WITH_UNIT = re.compile(r"^([+-]?[\d.,]+) *(?:ms|s|us|m?g|m/s[2²]|deg|°|rad|adc|m?v|%)$", re.I)
PROMPT = re.compile(r"^(?:\d\d:\d\d:\d\d\.\d+ -> |[EWIDV] \(\d+\) [^:,;]{1,30}: )")
"""What the Arduino's serial monitor, and the log of an ESP32, put before each line."""

_BEFORE = "[({0123456789EWIDV"
"""How lines begin that have brackets, or that, around their fields."""


@dataclass(frozen=True)
class Layout:
    """What stands where in a line, and what is between.

    Attributes:
        fields: The names of the fields, as they were told.
        separator: What is between fields.
        names: What each field means: one of `COLUMNS` or `QUATERNION`, or `IGNORED`.
        units: The units that names tell, by what is measured (see `jihwa.data.formats.units`).
        ranges: What a finger reads that is straight, and one that is bent, where names tell it.
        is_described: Whether a user said so.
    """

    fields: tuple[str, ...]
    separator: str
    names: tuple[str, ...]
    units: Mapping[str, str] = field(default_factory=dict, hash=False)
    ranges: Mapping[str, tuple[float, float]] = field(default_factory=dict, hash=False)
    is_described: bool = field(default=False, compare=False)

    @classmethod
    def of_header(cls, text: str) -> "Layout | None":
        """The layout that a header line announces; None when it is no such header.

        A header names the time and a finger, or three fingers, or all points of a hand, and no
        field twice.
        """
        fields, separator = header_fields(text)
        return cls.of_names(fields, separator)

    @classmethod
    def of_names(cls, fields: Sequence[str], separator: str = ",") -> "Layout | None":
        """The layout of fields that are called so; None where that is not enough."""
        if len(fields) > MOST_FIELDS:
            return None
        found = meanings(fields)
        fingers = sum(name in FLEX for name in found.names)
        enough = POINTS[0] in found.names or fingers >= (1 if TIME in found.names else 3)
        if found.twice or not enough:
            return None
        return cls(tuple(fields), separator, found.names, found.units, found.ranges)

    @classmethod
    def of_setting(cls, text: str) -> "Layout":
        """The layout that a user describes.

        Args:
            text: The field names of a line in their order, such as `timestamp,flex1,-,flex2`, with
                the separator of the lines between them; `-` for a field that means nothing, no
                `timestamp` for a glove without a clock, a unit in brackets (`flex1[adc12]`), or
                what a straight and a bent finger read (`flex1[300:700]`).

        Raises:
            UsageError: A name or unit is unknown, or a name comes twice, or no finger is named.
        """
        separator = next((s for s in SEPARATORS if s in text.strip()), ",")
        fields = tuple(name.strip() for name in text.split(separator))
        found = meanings(fields)
        wrong = next(iter(found.unknown), None) or next(
            (
                name
                for name, means in zip(fields, found.names, strict=True)
                if (means == IGNORED and name != IGNORED) or means in found.twice
            ),
            None,
        )
        if wrong is None and any(name in FLEX for name in found.names):
            return cls(fields, separator, found.names, found.units, found.ranges, is_described=True)
        known = ", ".join((*COLUMNS, *QUATERNION, IGNORED))
        raise UsageError(
            ko=f"layout '{text}': "
            + (f"'{wrong}'은(는) 없거나 두 번 나온 이름입니다. " if wrong is not None else "")
            + f"쓸 수 있는 이름: {known}. flex가 하나는 있어야 합니다. 단위나, 편 손가락과 굽힌 "
            "손가락의 값은 괄호 안에 적습니다: flex1[adc12], flex1[300:700].",
            en=f"layout '{text}': "
            + (f"'{wrong}' is unknown or comes twice. " if wrong is not None else "")
            + f"Fields are {known}; at least one flex is needed. Units, or what a straight and a "
            "bent finger read, go into brackets: flex1[adc12], flex1[300:700].",
        )

    @property
    def header(self) -> bytes:
        """The line that announces it; empty for one that no header can announce."""
        text = self.separator.join(self.fields)
        announced = Layout.of_header(text)
        return f"{text}\n".encode() if announced and announced.names == self.names else b""

    @cached_property
    def dialect(self) -> str:
        """How a user would describe it."""
        return ",".join(self.fields)

    @cached_property
    def channels(self) -> frozenset[str]:
        """What its fields mean, all but those that mean nothing."""
        return frozenset(self.names) - {IGNORED}

    @cached_property
    def ignored(self) -> tuple[str, ...]:
        """The fields with a name that are no sensor and no clock of the glove."""
        named = zip(self.fields, self.names, strict=True)
        left = (field for field, name in named if name in (IGNORED, RECEIVED))
        return tuple(field for field in left if field not in ("", IGNORED))

    @property
    def has_clock(self) -> bool:
        """Whether a field is the time."""
        return TIME in self.channels

    def takes_away_from(self, other: "Layout") -> bool:
        """Whether something is missing here that is there."""
        return not self.channels >= other.channels - {RECEIVED}

    @cached_property
    def _order(self) -> list[int]:
        """The field that holds each of `COLUMNS`; behind the last one for what none holds."""
        return [self.names.index(name) if name in self.channels else len(self.names)
                for name in COLUMNS]  # fmt: skip

    @cached_property
    def time(self) -> int | None:
        """The field that is the time."""
        return self.names.index(TIME) if self.has_clock else None

    def numbers(self, text: str) -> "list[float] | None":
        """The number in every field of a line that fits, and NaN; None for one that does not.

        It fits if it has as many fields, a time, and hardly a value that is no number. Such a
        value is NaN, or infinite where something stands there that is none.
        """
        fields = text.split(self.separator)
        if len(fields) == len(self.fields):
            try:
                found = list(map(float, fields))  # nearly always, and three times as fast
            except ValueError:
                pass
            else:
                fits = self.time is None or math.isfinite(found[self.time])
                return [*found, math.nan] if fits else None
        return self.numbers_of(split(text, self.separator, len(self.fields)))

    def numbers_of(self, fields: Sequence[object]) -> "list[float] | None":
        """As `numbers`, of what stands in the fields one by one: text, or numbers already."""
        if len(fields) != len(self.fields):
            return None
        found, n_values, n_wrong = [], 0, 0
        separator = " " if self._has_decimal_commas(fields) else self.separator
        for at, name in enumerate(self.names):
            told = fields[at]
            value = math.nan if name == IGNORED else number(told, separator)
            if name == TIME:
                value = value if math.isfinite(value) else moment_s(told)
                if not math.isfinite(value):
                    return None
            elif name not in (IGNORED, RECEIVED):
                n_values += 1
                n_wrong += math.isinf(value)
            found.append(value)
        return None if 2 * n_wrong > n_values else [*found, math.nan]

    def _has_decimal_commas(self, fields: Sequence[object]) -> bool:
        """Whether a comma within a field can mark no thousands in one of them, so in none.

        An angle of thousands is none.
        """
        return any(
            isinstance(told, str)
            and _WITH_COMMA.match(told)
            and (name in ORIENTATION or not _THOUSANDS.fullmatch(told.strip(" '")))
            for name, told in zip(self.names, fields, strict=True)
            if name != IGNORED
        )

    @cached_property
    def sees(self) -> bool:
        """Whether it tells the points of a hand, and no sensors."""
        return POINTS[0] in self.channels

    def told(self, text: str, channel: str) -> str:
        """What stands in a line for a channel; empty where it has no such field."""
        fields = split(text, self.separator, len(self.fields))
        at = self.names.index(channel) if channel in self.names else len(fields)
        return fields[at].strip() if at < len(fields) else ""

    def columns(self, rows: Sequence[Sequence[float]] | Array) -> Array:
        """(n, `COLUMNS`) what n lines of `numbers` tell; NaN where nothing."""
        table = np.array(rows, dtype=np.float64)
        told: Array = table[:, self._order]
        for name, (straight, bent) in self.ranges.items():
            finger = told[:, COLUMNS.index(name)]
            finger -= straight
            finger *= (BENT_ADC - STRAIGHT_ADC) / (bent - straight)
            finger += STRAIGHT_ADC
        if self.channels.issuperset(QUATERNION):
            turn = table[:, [self.names.index(name) for name in QUATERNION]]
            told[:, [COLUMNS.index(name) for name in ORIENTATION]] = _angles_deg(turn)
        return told

    def points(self, rows: Sequence[Sequence[float]] | Array) -> Array:
        """(n, 21, 3) the points of a hand in n lines of `numbers`."""
        at = [self.names.index(name) for name in POINTS]
        return np.array(rows, dtype=np.float64)[:, at].reshape(len(rows), -1, 3)


def split(text: str, separator: str, n: int) -> list[str]:
    """The fields of a line, as many as wanted if those beyond are empty.

    Quotes and the brackets of a list do not count.
    """
    text = PROMPT.sub("", text).strip("[](){}") if text[:1] in _BEFORE else text
    if '"' in text:
        try:
            fields = next(csv.reader([text], delimiter=separator), [])
        except csv.Error:
            fields = text.split(separator)
    elif separator == " ":
        fields = text.split()
    else:
        fields = text.split(separator)
    while len(fields) > n and not fields[-1].strip():
        fields.pop()
    return fields


def number(told: object, separator: str = ",") -> float:
    """The number that is told; NaN for none, infinite for what is no number.

    A comma is a decimal mark unless it separates fields; then it marks thousands.
    """
    if not isinstance(told, str):
        return _number(told)
    text = _WITH_UNIT.sub(r"\1", told.strip().strip("'"))
    if "," in text:
        is_thousands = separator == "," and _THOUSANDS.fullmatch(text)
        text = text.replace(",", "") if is_thousands else text.replace(",", ".")
    return _number(text) if text else math.nan


def _number(told: object) -> float:
    try:
        return float(told)  # type: ignore[arg-type]  # what it does not take, it refuses
    except (TypeError, ValueError, OverflowError):
        return math.inf


def moment_s(told: object) -> float:
    """The seconds of a date with time, or of a time of day; NaN for anything else."""
    text = str(told).strip().strip("\"'")
    try:
        if (match := _MOMENT.fullmatch(text)) is None:
            return datetime.fromisoformat(text).timestamp() if ":" in text else math.nan
        *date, before, hour, minute, second, part, behind = match.groups()
        if date[0] and hour is None:
            hour, minute, second = minute, second, "0"
        half = (before or behind or "").lower()
        hours = int(hour or 0) % (12 if half else 24) + 12 * half.startswith(("p", "오후"))
        of_day_s = 3600 * hours + 60 * int(minute) + float(f"{second}.{part or 0}")
        return of_day_s + (_midnight_s(*date) if date[0] else 0.0)
    except (ValueError, OverflowError, OSError):
        return math.nan


def _midnight_s(first: str, separator: str, second: str, third: str) -> float:
    """When the day begins that is written in one of the usual orders, local time."""
    year, month, day = first, second, third
    if len(first) < 3:
        year, month, day = (third, *((first, second) if separator == "/" else (second, first)))
    if int(month) > 12:
        month, day = day, month
    return datetime(2000 + int(year) % 100, int(month), int(day)).timestamp()


def header_fields(text: str) -> tuple[list[str], str]:
    """The names in a header line, and what is between them."""
    text = PROMPT.sub("", text)
    at = max(text.find(TIME), 0)
    if not text[:at].replace("\t", " ").isprintable():
        before = meanings(re.split(r"[,;|\s]+", text[:at])).names
        text = text if {*before} - {IGNORED} else text[at:]  # noise, before the board was up
    separator = max(SEPARATORS, key=lambda s: (text.count(s) if s != " " else 0.5, s == ","))
    fields = split(text, separator, 0) if separator == " " or '"' in text else text.split(separator)
    while fields and not fields[-1].strip():
        fields.pop()
    return [name.strip() for name in fields], separator


def _angles_deg(turn: Array) -> Array:
    """(n, 3) pitch, roll and yaw in degrees from (n, 4) unit quaternions w, x, y, z."""
    with np.errstate(all="ignore"):  # what is no turn has no angles
        w, x, y, z = (turn / np.linalg.norm(turn, axis=1, keepdims=True)).T
        pitch = np.arcsin(np.clip(2 * (w * y - x * z), -1, 1))
        roll = np.arctan2(2 * (y * z + w * x), 1 - 2 * (x * x + y * y))
        yaw = np.arctan2(2 * (w * z + x * y), 1 - 2 * (y * y + z * z))
    return np.asarray(np.degrees(np.column_stack([pitch, roll, yaw])))
