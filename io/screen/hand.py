"""The hand in characters: how bent its fingers are, where they point, and what it holds.

The picture of a sign beside the wearer's own hand makes the calibration.
"""

from collections.abc import Mapping
from functools import cache

import numpy as np

from jihwa.data.alphabet import Control
from jihwa.data.messages import Language, Message
from jihwa.data.signal.frames import N_FINGERS, Array
from jihwa.data.signal.landmarks import N_POINTS
from jihwa.data.synthesis.hands import HandStatistics
from jihwa.data.takes.collection import STYLE_NAMES
from jihwa.io.live.state import SHOWN_LETTERS, CalibrationProgress, LiveState
from jihwa.io.screen.cells import StyledLine, bar, pad, paragraph, width
from jihwa.io.settings.language import speaker
from jihwa.io.sources.source import Link
from jihwa.recognizer.events import NO_SIGN

FINGERS = (
    Message(ko="엄지", en="thumb"),
    Message(ko="검지", en="index"),
    Message(ko="중지", en="middle"),
    Message(ko="약지", en="ring"),
    Message(ko="새끼", en="little"),
)
TILT = Message(ko="자세", en="tilt")

UNKNOWN = "–"
POINTING: tuple[tuple[float, str, Message], ...] = (
    (50.0, "↑", Message(ko="손끝 위로", en="fingers up")),
    (15.0, "↗", Message(ko="손끝 비스듬히 위로", en="fingers slant up")),
    (-15.0, "→", Message(ko="손끝 옆으로", en="fingers level")),
    (-50.0, "↘", Message(ko="손끝 비스듬히 아래로", en="fingers slant down")),
    (-91.0, "↓", Message(ko="손끝 아래로", en="fingers down")),
)
"""Least elevation of the fingers in degrees, and how it is shown."""

UPPERMOST: Mapping[tuple[int, bool], Message] = {
    (1, False): Message(ko="엄지가 위", en="thumb up"),
    (1, True): Message(ko="새끼가 위", en="little finger up"),
    (2, True): Message(ko="손등이 위", en="back up"),
    (2, False): Message(ko="손바닥이 위", en="palm up"),
}
"""What of the hand is on top, by the axis that gravity has most of and whether it is positive.

In the glove's frame y points to the little finger, z out of the back; x to the wrist.
"""

PICTURE_ROWS = 5
PICTURE_COLUMNS = 4 * len(FINGERS)
_EIGHTHS = " ▁▂▃▄▅▆▇█"
FEEDBACK_ROWS = 3
_GAP_COLUMNS = 6
_SIDE_COLUMNS = 35
"""Columns of a picture and of what is written below it."""
_FINGER_CHARACTERS: Mapping[Language, int] = {"ko": 2, "en": 4}
"""Characters below each finger; two of Hangul are as wide as four others."""

SKELETON_ROWS, SKELETON_COLUMNS = 6, 12
_BONES = [
    *((joint - 1, joint) for joint in range(2, N_POINTS) if joint % 4 != 1),
    *((0, 1), (0, 5), (5, 9), (9, 13), (13, 17), (0, 17)),
]
"""Between which points of a hand that a camera sees there are lines."""
_BRAILLE = 0x2800
_DOTS = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]])
"""The bits of a character's dots, four rows of two."""

NAMES: Mapping[str, Message] = {
    NO_SIGN: Message(ko="없음", en="no sign"),
    Control.REST: Message(ko="쉼", en="rest"),
    Control.SPACE: Message(ko="띄움", en="space"),
    Control.BACKSPACE: Message(ko="지움", en="erase"),
    Control.ENTER: Message(ko="줄", en="enter"),
    Control.SPEAK: Message(ko="말", en="speak"),
    Control.ACCEPT: Message(ko="완성", en="accept"),
    Control.CLEAR: Message(ko="비움", en="clear"),
}
"""What readings are called that are no letters."""
MOVING = Message(ko="손이 움직입니다", en="the hand moves")
NOTHING_COMES = Message(ko="신호가 없습니다", en="no signal")


@cache
def statistics() -> HandStatistics:
    """The fitted hand, of which the pictures are made."""
    return HandStatistics.load()


def bent(flex_adc: Array) -> Array:
    """(5,) how bent the fingers are: 0 straight, 1 as bent as a sign of the average hand has it."""
    of_signs = statistics().mean[..., : len(FINGERS)]  # (S, 5 styles, 5)
    straight, most = of_signs.min(axis=(0, 1)), of_signs.max(axis=(0, 1))
    return np.asarray(np.clip((flex_adc - straight) / (most - straight), 0.0, 1.0))


def shown_pose(sign: str, style: int | None) -> Array | None:
    """(8,) flex and gravity of a sign; None for one that was not fitted.

    Args:
        sign: The sign.
        style: How bent, 1 to 5; None for all styles' mean.
    """
    signs = statistics().signs.tolist()
    if sign not in signs:
        return None
    styles = statistics().mean[signs.index(sign)]  # (5, 8)
    return np.asarray(styles.mean(axis=0) if style is None else styles[style - 1])


def tilt(gravity_g: Array, language: Language) -> str:
    """Where the fingers point and what of the hand is on top."""
    norm = float(np.linalg.norm(gravity_g))
    if not np.isfinite(norm) or not norm:
        return UNKNOWN
    x, y, z = (gravity_g / norm).tolist()
    elevation_deg = float(np.degrees(np.arcsin(np.clip(-x, -1.0, 1.0))))
    arrow, words = next((a, w) for least, a, w in POINTING if elevation_deg >= least)
    axis = 1 if abs(y) > abs(z) else 2
    on_top = UPPERMOST[axis, (y, z)[axis - 1] > 0]
    return f"{arrow} {words.text(language)} · {on_top.text(language)}"


def hand_rows(
    flex_adc: Array, gravity_g: Array, columns: int, language: Language
) -> list[StyledLine]:
    """A row for every finger, its name and how bent it is; the last one is where the hand points.

    That one may take more columns.
    """
    names = [name.text(language) for name in (*FINGERS, TILT)]
    names_columns = max(map(width, names)) + 2
    rows: list[StyledLine] = []
    for share in bent(flex_adc).tolist():
        is_known = not np.isnan(share)
        rows.append(bar(share, columns - names_columns) if is_known else [("class:bad", UNKNOWN)])
    rows.append([("", tilt(gravity_g, language))])
    return [
        [*pad([("class:label", name)], names_columns), *row]
        for name, row in zip(names, rows, strict=True)
    ]


def picture(pose: Array, style: str) -> list[StyledLine]:
    """Five fingers upright, the thumb first, the longer the straighter; below them the palm.

    Args:
        pose: (5,) flex in ADC counts.
        style: The style of the fingers.
    """
    heights = (1 - bent(pose)) * (PICTURE_ROWS * 8 - 4) + 4  # (5,) eighths of a row
    rows: list[StyledLine] = []
    for row in reversed(range(PICTURE_ROWS)):
        full = np.clip(np.nan_to_num(heights) - 8 * row, 0, 8).round().astype(int)
        rows.append([(style, "".join(f" {_EIGHTHS[eighths] * 2} " for eighths in full))])
    return [*rows, [("class:label", f" {'▔' * (PICTURE_COLUMNS - 2)} ")]]


def skeleton(points: Array) -> list[StyledLine]:
    """A hand that a camera sees as lines of dots, as large as there is room for.

    Args:
        points: (21, 3) x to the right and y down, in any unit.
    """
    corner, far = points[:, :2].min(axis=0), points[:, :2].max(axis=0)
    room = np.array([2 * SKELETON_COLUMNS - 1, 4 * SKELETON_ROWS - 1])
    scale = float((room / np.maximum(far - corner, 1e-9)).min())
    dots = (points[:, :2] - corner) * scale + (room - (far - corner) * scale) / 2
    ends = dots[_BONES]  # (bones, 2, 2)
    along = np.linspace(0, 1, int(room.max()))[:, None, None]
    x, y = (ends[:, 0] + along * (ends[:, 1] - ends[:, 0])).round().astype(int).reshape(-1, 2).T
    cells = np.full((SKELETON_ROWS, SKELETON_COLUMNS), _BRAILLE)
    np.bitwise_or.at(cells, (y // 4, x // 2), _DOTS[y % 4, x % 2])
    return [[("class:bar", "".join(map(chr, row)))] for row in cells.tolist()]


def hold_rows(state: LiveState, columns: int, language: Language) -> list[StyledLine]:
    """A row for every likely letter; at the end how far the hold is from being taken."""
    hold, say = state.hold, speaker(language)
    if hold is None:
        return [[("class:label", _why_none(state, language))]]
    names = [_name(reading, language) for reading, _ in hold.letters]
    name_columns = max(2, *map(width, names)) + 2
    room = columns - name_columns - len(" 100%")
    rows: list[StyledLine] = []
    styles = ("class:best", *[""] * SHOWN_LETTERS)
    for name, (_, share), style in zip(names, hold.letters, styles, strict=False):
        percent = (style, f"{share:5.0%}")
        rows.append([*pad([(style, name)], name_columns), *bar(share, room), percent])
    rows += [[] for _ in range(SHOWN_LETTERS - len(rows))]
    label = say("받기까지", "taken")
    taken = bar(hold.acceptance, columns - width(label) - 2, "class:accept")
    return [*rows, [], [("class:label", f"{label}  "), *taken]]


def hold_line(state: LiveState, columns: int, language: Language) -> StyledLine:
    """The letters and the bar of `hold_rows` in one line, where there is room for no more."""
    hold = state.hold
    if hold is None:
        return [("class:label", _why_none(state, language))]
    line: StyledLine = []
    for i, (reading, share) in enumerate(hold.letters):
        style = "" if i else "class:best"
        line.append((style, f"{_name(reading, language)} {share:.0%}  "))
    room = min(columns - width(line), 20)
    return [*line, *(bar(hold.acceptance, room, "class:accept") if room > 3 else [])]


def wizard_rows(
    state: LiveState, progress: CalibrationProgress, columns: int, rows: int, language: Language
) -> list[StyledLine]:
    """The calibration; where there is little room, without pictures."""
    say = speaker(language)
    lines = _heading(progress, columns, language)
    shown = shown_pose(progress.prompt.sign, progress.prompt.style)
    asked = None if shown is None else shown[N_FINGERS:]
    flex, gravity = state.signal.flex_adc, state.signal.gravity_g
    feedback = _feedback(state, progress, columns, language)
    left = _side(say("이렇게", "like this"), shown, asked, "class:bar", language)
    right = _side(say("지금 손", "your hand now"), flex, gravity, "class:accept", language)
    is_low = rows < len(lines) + len(left) + len(feedback)
    if is_low or columns < 2 * PICTURE_COLUMNS + _GAP_COLUMNS:
        return [*lines, *feedback][:rows]
    side = min(_SIDE_COLUMNS, (columns - _GAP_COLUMNS) // 2)
    beside = [
        [*pad(a, side), ("", " " * _GAP_COLUMNS), *pad(b, side)]
        for a, b in zip(left, right, strict=True)
    ]
    return [*lines, *beside, [], *feedback][:rows]


def _name(reading: str, language: Language) -> str:
    return NAMES[reading].text(language) if reading in NAMES else reading


def _why_none(state: LiveState, language: Language) -> str:
    """Why nothing is held."""
    live = state.connection.link is Link.LIVE and state.signal.rate_hz > 0
    return (MOVING if live else NOTHING_COMES).text(language)


def _heading(progress: CalibrationProgress, columns: int, language: Language) -> list[StyledLine]:
    say, prompt = speaker(language), progress.prompt
    line: StyledLine = [("class:title", f"{prompt.sign}")]
    if prompt.style is not None:
        line.append(("", f"  {STYLE_NAMES[prompt.style].text(language)}"))
    line.append(("class:label", say("  자세를 잡고 가만히", "  take the pose and hold still")))
    count = f"{progress.done}/{progress.total}  "
    full = progress.done / max(progress.total, 1)
    return [[("", count), *bar(full, columns - len(count))], [], line, []]


def _side(
    title: str, flex_adc: Array | None, gravity_g: Array | None, style: str, language: Language
) -> list[StyledLine]:
    """A hand: its title, its picture, the fingers' names, and where it points."""
    unknown = np.full(N_FINGERS, np.nan)
    pose = unknown if flex_adc is None else flex_adc[:N_FINGERS]
    characters = _FINGER_CHARACTERS[language]
    names = "".join(f"{name.text(language)[:2]:^{characters}}" for name in FINGERS)
    where = UNKNOWN if gravity_g is None else tilt(gravity_g, language)
    return [
        [("class:label", title)],
        *picture(pose, style),
        [("class:label", names)],
        [("", where)],
    ]


def _feedback(
    state: LiveState, progress: CalibrationProgress, columns: int, language: Language
) -> list[StyledLine]:
    """Why the last hold was refused, or that nothing comes."""
    if progress.feedback is not None:
        text = f"! {progress.feedback.text(language)}"
        return [[("class:notice", line)] for line in paragraph(text, columns, FEEDBACK_ROWS)]
    if not state.signal.rate_hz:
        return [[("class:notice", f"! {NOTHING_COMES.text(language)}")]]
    return [[]]
