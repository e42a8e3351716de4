"""What to tell of lines that no layout fits: what was found, and a layout that would read it."""

import re
from collections.abc import Sequence
from difflib import get_close_matches
from itertools import pairwise

import numpy as np

from jihwa.data.formats.layout import COLUMNS, SEPARATORS, Layout, header_fields, number, split
from jihwa.data.formats.names import ACCEL, FLEX, IGNORED, ORIENTATION, TIME, meanings
from jihwa.data.formats.report import Report, printable
from jihwa.data.messages import Message
from jihwa.data.signal.frames import N_FINGERS, Array
from jihwa.data.signal.sensors import USABLE_FLEX_ADC

OTHERWISE_NAMED = Message(
    ko="다른 이름이면 --layout으로 알려 주세요.", en="If it has another name, say so with --layout."
)
TORN = Message(
    ko="머리줄이 오는 길에 손상된 듯합니다. 장갑이면 다시 연결하거나 보드에 header를 보내고, "
    "파일이면 첫 줄을 고치세요.",
    en="The header seems to have been damaged on its way. Reconnect the glove or send header to "
    "the board; in a file, mend its first line.",
)
NEARLY = 0.8
"""A name that is so much like one of ours is that one, damaged."""

_USUAL = (
    (*FLEX, *ORIENTATION),
    (TIME, *ORIENTATION, *FLEX),
    (TIME, *ORIENTATION, *ACCEL, *FLEX),
)
"""What lines without a header hold, where they have so many fields."""


def found(report: Report) -> Message:
    """What came instead of samples, and what to do."""
    first = report.first_damage[1] if report.first_damage else printable("".join(report.sample[:1]))
    told = printable(report.columns, 200) or first
    if report.keys and not (report.columns or report.sample):
        return Message(
            ko=f"찾은 이름: {report.keys} · 아는 이름이 모자랍니다. 손가락은 flex1…flex5나 "
            "thumb, index, middle, ring, little, 시각은 timestamp라는 이름으로 보내세요.",
            en=f"The names are {report.keys} · Too few of them are known. Call the fingers "
            "flex1…flex5, or thumb, index, middle, ring and little, and the time timestamp.",
        )
    if report.headers and not told:
        return Message(
            ko="머리줄 뒤에 수가 늘어선 줄이 오지 않았습니다. 보드가 표본을 보내는지 확인하세요.",
            en="No row of numbers came behind the header. Check that the board sends samples.",
        )
    what = Message(ko=f"첫 줄: {told}", en=f"The first: {told}")
    if report.columns:
        what = Message(ko=f"찾은 칸: {told}", en=f"The columns are {told}")
    if not any(map(_is_row, report.sample)):
        return Message(
            ko=f"{what.ko} · 수가 늘어선 줄이 없으니 장갑이 아닌 듯합니다. 파일이나 보드를 "
            "확인하세요.",
            en=f"{what.en} · No line is a row of numbers, so this does not seem to be a glove. "
            "Check the file, or what the board sends.",
        )
    n = len(split(report.sample[0], _separator(report.sample), 0))
    if report.described and report.described != n:
        return Message(
            ko=f"--layout에는 필드 {report.described}개인데 줄에는 {n}개 있습니다. 줄에 있는 대로 "
            f"적고, 쓰지 않는 것은 -로 적으세요. 첫 줄: {first}",
            en=f"--layout names {report.described} field(s), but a line has {n}. Name each field "
            f"of the line, and write - for those that mean nothing. The first: {first}",
        )
    if _is_torn(header_fields(report.columns)[0]):
        return Message(f"{what.ko} · {TORN.ko}", f"{what.en} · {TORN.en}")
    mapping = suggested(report)
    if mapping is None:
        return Message(
            ko=f"{what.ko} · 장갑이 맞으면 --layout으로 칸의 뜻을 알려 주세요 "
            "(예: --layout timestamp,flex1,flex2,-,flex3).",
            en=f"{what.en} · If it is a glove, say what its fields mean with --layout (such as "
            "--layout timestamp,flex1,flex2,-,flex3).",
        )
    return Message(
        ko=f"{what.ko} · 이렇게 알려 주면 읽습니다 (맞는지 확인하세요): --layout='{mapping}'",
        en=f"{what.en} · This would read it, if it is right: --layout='{mapping}'",
    )


def _is_torn(fields: Sequence[str]) -> bool:
    """Whether most of these names are right, or were before some of their letters changed."""
    names = meanings(fields).names
    missing = [name for name in COLUMNS if name not in names]
    wrong = [field for field, means in zip(fields, names, strict=True) if means == IGNORED]
    by_chance = any(name in FLEX for name in names) or any("\ufffd" in field for field in fields)
    nearly = sum(
        bool(get_close_matches(field.lower(), missing, n=1, cutoff=NEARLY))
        and not re.fullmatch(r"flex[0-9]+", field.lower())  # numbered otherwise
        for field in wrong
    )
    return (
        by_chance
        and nearly > 0
        and 2 * (len(fields) - len(wrong) + nearly) > len(fields) >= N_FINGERS
    )


def suggested(report: Report) -> str | None:
    """A layout that fits what was seen; None if no finger can be made out."""
    if report.columns:
        fields, separator = header_fields(report.columns)
        names = [name if name in COLUMNS else IGNORED for name in meanings(fields).names]
    else:
        separator, fields, names = _separator(report.sample), [], []
    table = _table(report.sample, separator, len(fields))
    if not fields:
        n = table.shape[1]
        names = [IGNORED] * n
        for usual in _USUAL:
            if len(usual) == n and _goes_on(table[:, 0]) == (usual[0] == TIME):
                names = [*usual]
    if sum(name in FLEX for name in names) == len(FLEX):
        _set(names, [at for at, name in enumerate(names) if name in FLEX])
    elif not any(name in FLEX for name in names) and table.shape[1] == len(names):
        low, high = USABLE_FLEX_ADC
        works = (table >= low) & (table <= high)  # (k, m)
        fingers = np.flatnonzero(2 * works.sum(axis=0) > len(table)).tolist()
        if len(fingers) == len(FLEX):
            _set(names, fingers)
    if TIME not in names and len(table) and names[:1] == [IGNORED] and _goes_on(table[:, 0]):
        names[0] = TIME
    if not set(names) & {*ACCEL, *ORIENTATION} and table.shape[1] == len(names):
        off = {
            at: float(np.abs(np.linalg.norm(table[:, at : at + 3], axis=1) - 1).mean())
            for at in range(len(names) - 2)
            if names[at : at + 3] == [IGNORED] * 3 and len(table)
        }
        at = min(off, key=lambda each: off[each], default=0)
        if off.get(at, 1.0) < 0.1:  # gravity
            names[at : at + 3] = ACCEL
    once = [name if name not in names[:at] else IGNORED for at, name in enumerate(names)]
    return ",".join(once) if any(name in FLEX for name in once) else None


def lacking(layout: Layout) -> Message | None:
    """What to tell of a layout that some finger is not in; None if all are."""
    missing = [name for name in FLEX if name not in layout.channels]
    if not missing:
        return None
    columns, lacks = printable(", ".join(layout.fields), 200), ", ".join(missing)
    advice = TORN if _is_torn(layout.fields) else OTHERWISE_NAMED
    return Message(
        ko=f"{lacks} 칸이 없습니다 (찾은 칸: {columns}). {advice.ko}",
        en=f"There is no column {lacks} (found: {columns}). {advice.en}",
    )


def unknown(layout: Layout, *, if_lacking: bool = False) -> Message | None:
    """What to tell of names that mean no sensor; None if all do, or for a camera's.

    Args:
        layout: What was named.
        if_lacking: Whether that matters only where the time or the hand's direction is missing.
    """
    has_direction = not {*ORIENTATION[:2]} - layout.channels or not {*ACCEL} - layout.channels
    named = zip(layout.fields, layout.names, strict=True)
    left = [field for field, means in named if means == IGNORED and field.strip("- ")]
    if layout.sees or not left or (if_lacking and layout.has_clock and has_direction):
        return None
    told = printable(", ".join(left), 200)
    return Message(
        ko=f"뜻을 알 수 없어 읽지 않은 이름: {told}. 시각은 timestamp, 가속도는 accel_x…z나 accel "
        "[x, y, z], 각도는 pitch·roll·yaw나 ypr [요, 피치, 롤]처럼 순서가 드러나는 이름으로 보내면 "
        "읽습니다.",
        en=f"Not read, as it is not known what they mean: {told}. The time is read as timestamp, "
        "acceleration as accel_x…z or accel [x, y, z], angles as pitch, roll and yaw or by a name "
        "that tells their order, such as ypr.",
    )


def _is_row(line: str) -> bool:
    """Whether most of a line is numbers, two at least, whatever separates them."""
    fields = re.findall(r"[^\s,;:|\"\[\]{}]+", line)
    n = sum(bool(np.isfinite(number(each, " "))) for each in fields)
    return n >= 2 and 2 * n >= len(fields)


def _set(names: list[str], places: Sequence[int]) -> None:
    """Name the five fingers in their order."""
    for place, finger in zip(places, FLEX, strict=True):
        names[place] = finger


def _separator(lines: Sequence[str]) -> str:
    line = lines[0] if lines else ""
    return max(SEPARATORS, key=lambda each: (line.count(each), each == ","))


def _table(lines: Sequence[str], separator: str, n: int) -> Array:
    """(k, m) the numbers of the lines that have as many fields as most, mostly numbers."""
    rows = [split(line, separator, n) for line in lines]
    lengths = [len(row) for row in rows]
    m = n or max(lengths, key=lengths.count, default=0)
    numbers = [[number(each, separator) for each in row] for row in rows if len(row) == m]
    table = np.array(numbers, dtype=np.float64).reshape(len(numbers), m)
    table[~(np.abs(table) < 1e18)] = np.nan  # no sensor's
    is_row = 2 * np.isfinite(table).sum(axis=1) >= m  # others are words
    return np.asarray(table[is_row])


def _goes_on(column: Array) -> bool:
    """Whether it is a time."""
    return len(column) > 1 and all(after > before for before, after in pairwise(column.tolist()))
