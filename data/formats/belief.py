"""Which layout is believed: one that was announced, while the lines fit it."""

import math
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise

from jihwa.data.formats.layout import SEPARATORS, Layout, number, split
from jihwa.data.formats.names import ACCEL, FLEX, IGNORED, ORIENTATION
from jihwa.data.formats.report import Report
from jihwa.data.formats.samples import Line
from jihwa.data.messages import Message
from jihwa.data.signal.sensors import USABLE_FLEX_ADC

MOST_WAITING = 2000
"""Lines that wait for a header; the oldest are given up first."""

DOUBT = 3
"""So many lines in a row have to fit another layout before it is believed, if nothing else speaks
for it."""

EXCHANGE, DIRECTED = (
    tuple(Layout.of_setting(each.join((*FLEX, *direction))) for each in SEPARATORS)
    for direction in (ORIENTATION, ACCEL)
)
"""The published exchange format, T × 8 values without a header or a clock, and the same of gloves
that send acceleration instead of angles."""


LEAST_G, MOST_G = 0.8, 1.25
"""What a hand that spells feels; angles hardly ever come to so much together."""

_LEAST_EXCHANGED, ENOUGH_EXCHANGED = 10, 50
"""So many lines at least tell the exchange format: of a short recording, and of any other."""


@dataclass
class Belief:
    """Decides what the fields of a line mean.

    A header is believed at once where nothing was known, or where it names all that is known. One
    that takes a field away, as a header does that was damaged on its way, is only believed when
    lines fit it that do not fit the old one. Lines that fit nothing wait for a header.

    Attributes:
        report: Takes headers, and lines that are given up.
        believed: What fields mean by now; None while nobody has said so.
        is_told_twice: Whether this very header came at least twice.
    """

    report: Report
    believed: Layout | None = None
    is_told_twice: bool = False
    _others: list[Layout] = field(default_factory=list)
    _fresh: Layout | None = None  # was announced just now
    _has_read: bool = False
    _waiting: deque[Line] = field(default_factory=deque)

    def __post_init__(self) -> None:
        if described := self.believed:  # whatever is between its fields
            self._others = [replace(described, separator=each) for each in SEPARATORS]
            self.report.described = len(described.fields)

    @property
    def certain(self) -> Layout | None:
        """The layout that is believed, while nothing waits and no other one was just announced."""
        return None if self._waiting or self._fresh else self.believed

    @property
    def last_waiting(self) -> str:
        """The last line that waits; empty where none does."""
        return self._waiting[-1].text if self._waiting else ""

    @property
    def n_waiting(self) -> int:
        """How many lines wait."""
        return len(self._waiting)

    def read(self, line: Line) -> Iterator[tuple[Line, list[float]]]:
        """The lines that can be read now, with their numbers: this one, and some that waited."""
        believed = self.believed
        numbers = believed.numbers(line.text) if believed else None
        if numbers is not None:
            self._fresh, self._has_read = None, True
            if self._waiting:
                self._give_up()
            line.layout = believed
            yield line, numbers
            return
        announced = Layout.of_header(line.text)
        if announced is not None:
            yield from self._announce(announced, line)
            return
        if believed and believed.is_described and not self._has_read and _is_words(line.text):
            n = len(split(line.text, believed.separator, len(believed.fields)))
            if n == len(believed.fields):
                self.report.headers += 1  # of names that the user has explained
                return
        self._note(line.text)
        self._waiting.append(line)
        if len(self._waiting) > MOST_WAITING:
            self._drop(self._waiting.popleft())
        if believed is None and len(self._waiting) == ENOUGH_EXCHANGED:
            yield from self._exchanged()
        if other := self._fitting():
            self._others = [each for each in (believed, *self._others) if each and each != other]
            self.believed, self._fresh, self.is_told_twice = other, None, False
            yield from self._read_waiting()

    def is_header(self, text: str) -> bool:
        """Whether a message is a header that was made one."""
        announced = Layout.of_header(text)
        if announced is None or not announced.has_clock or len(announced.channels) < 6:
            return False
        return self.believed is None or not announced.takes_away_from(self.believed)

    def end(self) -> Iterator[tuple[Line, list[float]]]:
        """Nothing comes any more: what waits can only be read if it is the exchange format."""
        if self.believed is None:
            yield from self._exchanged()
        self._give_up()

    def _announce(self, new: Layout, line: Line) -> Iterator[tuple[Line, list[float]]]:
        old = self.believed
        if old is not None and old.is_described and new.names == old.names:
            new = replace(old, separator=new.separator)  # whose units are known
        is_as_long = old is not None and len(new.fields) == len(old.fields)
        if old is not None and new != old:
            if not is_as_long:
                self._others = [new, *(each for each in self._others if each != new)]
            if new.takes_away_from(old) and not old.is_described:
                self._waiting.append(line)
                return
            self._fresh = None if is_as_long else new
        self.report.headers += 1
        if old is None or is_as_long:
            self.is_told_twice = new == old
            self.believed = new
        yield from self._read_waiting()

    def _fitting(self) -> Layout | None:
        """Another layout that was announced and that the last lines fit."""
        if numbered := self._numbered():
            return numbered
        for other in self._others:
            needed = 1 if other is self._fresh else DOUBT
            enough = len(self._waiting) >= needed
            if enough and all(other.numbers(self._waiting[-i].text) for i in range(1, needed + 1)):
                return other
        return None

    def _numbered(self) -> Layout | None:
        """The layout that is believed behind the number of each row, as R writes tables."""
        if self.believed is None or self.believed.is_described or len(self._waiting) < DOUBT:
            return None
        fields, names = ("", *self.believed.fields), (IGNORED, *self.believed.names)
        numbered = replace(self.believed, fields=fields, names=names)
        texts = [self._waiting[-i].text for i in range(1, DOUBT + 1)]
        first = [number(text.split(numbered.separator)[0].strip('" ')) for text in texts]
        counts = all(later - earlier == 1 for later, earlier in pairwise(first))
        return numbered if counts and all(map(numbered.numbers, texts)) else None

    def _read_waiting(self) -> Iterator[tuple[Line, list[float]]]:
        """The lines that waited and fit; if none does, the header may be damaged: they wait on."""
        layout = self.believed
        read = [(line, layout.numbers(line.text) if layout else None) for line in self._waiting]
        if not any(numbers for _, numbers in read):
            return
        self._waiting.clear()
        for line, numbers in read:
            if numbers is None and Layout.of_header(line.text) == layout:
                self.report.headers += 1
            elif numbers is None:
                self._drop(line)
            else:
                line.layout = layout
                yield line, numbers

    def _give_up(self) -> None:
        while self._waiting:
            self._drop(self._waiting.popleft())

    def _drop(self, line: Line) -> None:
        self.report.damage(line.number, line.text)

    def _note(self, text: str) -> None:
        """Remember what may help to describe the lines."""
        report = self.report
        is_names = self.believed is None and _is_words(text) and len(report.sample) < DOUBT
        if is_names and (not report.columns or _n_fields(text) > _n_fields(report.columns)):
            report.columns = text[:500]  # what was before is a title
        elif len(report.sample) < _LEAST_EXCHANGED and not _is_words(text):
            report.sample.append(text[:500])

    def _exchanged(self) -> Iterator[tuple[Line, list[float]]]:
        """The lines that wait, if they are of the exchange format."""
        if layout := next(filter(self._is_exchange, (*DIRECTED, *EXCHANGE)), None):
            self.believed = layout
            direction = ", ".join(layout.names[len(FLEX) :])
            as_exchange = Message(
                ko=f"머리줄이 없어 flex1…flex5, {direction}의 8칸으로 읽었습니다.",
                en=f"There is no header: the 8 columns were read as flex1…flex5, {direction}.",
            )
            self.report.say("layout", as_exchange)
            yield from self._read_waiting()

    def _is_exchange(self, layout: Layout) -> bool:
        """Whether nearly all lines that wait are of the exchange format."""
        low, high = USABLE_FLEX_ADC
        rows = [layout.numbers(line.text) for line in self._waiting]
        working = [
            row
            for row in rows
            if row
            and sum(low <= flex <= high for flex in row[:5]) >= 3
            and all(abs(angle) <= 360 for angle in row[5:8])
            and (layout in EXCHANGE or LEAST_G < math.hypot(*row[5:8]) < MOST_G)
        ]
        return len(working) >= max(_LEAST_EXCHANGED, 0.9 * len(rows))


def _n_fields(text: str) -> int:
    """How many fields a line of names has; words of a title do not count."""
    return max(text.count(each) for each in SEPARATORS if each != " ")


def _is_words(text: str) -> bool:
    """Whether a line looks like names rather than numbers."""
    return sum(c.isalpha() for c in text) > len(text) / 3
