"""The hand in characters: how bent the fingers are, and where they point."""

from collections.abc import Mapping
from functools import cache

import numpy as np

from jihwa.data.messages import Language, Message
from jihwa.data.signal.frames import Array
from jihwa.data.synthesis.hands import HandStatistics
from jihwa.io.screen.text import Line, bar, pad, width

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


def hand_rows(flex_adc: Array, gravity_g: Array, columns: int, language: Language) -> list[Line]:
    """A row for every finger, its name and how bent it is; the last one is where the hand points.

    That one may take more columns.
    """
    names = [name.text(language) for name in (*FINGERS, TILT)]
    names_columns = max(map(width, names)) + 2
    rows: list[Line] = []
    for share in bent(flex_adc).tolist():
        is_known = not np.isnan(share)
        rows.append(bar(share, columns - names_columns) if is_known else [("class:bad", UNKNOWN)])
    rows.append([("", tilt(gravity_g, language))])
    return [
        [*pad([("class:label", name)], names_columns), *row]
        for name, row in zip(names, rows, strict=True)
    ]


def picture(pose: Array, style: str) -> list[Line]:
    """Five fingers upright, the thumb first, the longer the straighter; below them the palm.

    Args:
        pose: (5,) flex in ADC counts.
        style: The style of the fingers.
    """
    heights = (1 - bent(pose)) * (PICTURE_ROWS * 8 - 4) + 4  # (5,) eighths of a row
    rows: list[Line] = []
    for row in reversed(range(PICTURE_ROWS)):
        full = np.clip(np.nan_to_num(heights) - 8 * row, 0, 8).round().astype(int)
        rows.append([(style, "".join(f" {_EIGHTHS[eighths] * 2} " for eighths in full))])
    return [*rows, [("class:label", f" {'▔' * (PICTURE_COLUMNS - 2)} ")]]
