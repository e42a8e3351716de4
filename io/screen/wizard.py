"""The calibration: what to show as a picture, the wearer's own hand beside it, and how it goes."""

from collections.abc import Mapping

import numpy as np

from jihwa.data.messages import Language
from jihwa.data.signal.frames import N_FINGERS, Array
from jihwa.data.takes.collection import STYLE_NAMES
from jihwa.io.live.state import CalibrationProgress, LiveState
from jihwa.io.screen import hand
from jihwa.io.screen.hold import NOTHING_COMES
from jihwa.io.screen.text import Line, bar, pad, paragraph
from jihwa.io.settings.language import speaker

FEEDBACK_ROWS = 3
_GAP = 6
_SIDE = 35
"""Columns of a picture and of what is written below it."""
_FINGER: Mapping[Language, int] = {"ko": 2, "en": 4}
"""Characters below each finger; two of Hangul are as wide as four others."""


def wizard_rows(
    state: LiveState, progress: CalibrationProgress, columns: int, rows: int, language: Language
) -> list[Line]:
    """The calibration; where there is little room, without pictures."""
    say = speaker(language)
    lines = _heading(progress, columns, language)
    shown = hand.shown_pose(progress.prompt.sign, progress.prompt.style)
    asked = None if shown is None else shown[N_FINGERS:]
    flex, gravity = state.signal.flex_adc, state.signal.gravity_g
    feedback = _feedback(state, progress, columns, language)
    left = _side(say("이렇게", "like this"), shown, asked, "class:bar", language)
    right = _side(say("지금 손", "your hand now"), flex, gravity, "class:accept", language)
    if rows < len(lines) + len(left) + len(feedback) or columns < 2 * hand.PICTURE_COLUMNS + _GAP:
        return [*lines, *feedback][:rows]
    side = min(_SIDE, (columns - _GAP) // 2)
    beside = [
        [*pad(a, side), ("", " " * _GAP), *pad(b, side)] for a, b in zip(left, right, strict=True)
    ]
    return [*lines, *beside, [], *feedback][:rows]


def _heading(progress: CalibrationProgress, columns: int, language: Language) -> list[Line]:
    say, prompt = speaker(language), progress.prompt
    line: Line = [("class:title", f"{prompt.sign}")]
    if prompt.style is not None:
        line.append(("", f"  {STYLE_NAMES[prompt.style].text(language)}"))
    line.append(("class:label", say("  자세를 잡고 가만히", "  take the pose and hold still")))
    count = f"{progress.done}/{progress.total}  "
    full = progress.done / max(progress.total, 1)
    return [[("", count), *bar(full, columns - len(count))], [], line, []]


def _side(
    title: str, flex_adc: Array | None, gravity_g: Array | None, style: str, language: Language
) -> list[Line]:
    """A hand: its title, its picture, the fingers' names, and where it points."""
    unknown = np.full(N_FINGERS, np.nan)
    pose = unknown if flex_adc is None else flex_adc[:N_FINGERS]
    names = "".join(f"{name.text(language)[:2]:^{_FINGER[language]}}" for name in hand.FINGERS)
    where = hand.UNKNOWN if gravity_g is None else hand.tilt(gravity_g, language)
    return [
        [("class:label", title)],
        *hand.picture(pose, style),
        [("class:label", names)],
        [("", where)],
    ]


def _feedback(
    state: LiveState, progress: CalibrationProgress, columns: int, language: Language
) -> list[Line]:
    """Why the last hold was refused, or that nothing comes."""
    if progress.feedback is not None:
        text = f"! {progress.feedback.text(language)}"
        return [[("class:notice", line)] for line in paragraph(text, columns, FEEDBACK_ROWS)]
    if not state.signal.rate_hz:
        return [[("class:notice", f"! {NOTHING_COMES.text(language)}")]]
    return [[]]
