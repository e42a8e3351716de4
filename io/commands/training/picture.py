"""A session as a picture: the signal over time, what was found in it, and the text."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from jihwa.composer.text.transcript import DOUBTFUL
from jihwa.data.signal.frames import Array, Interval
from jihwa.io.writers.document import Document
from jihwa.io.writers.view import UNSURE_LETTER, SessionView
from jihwa.models.hold_network import STEP_S
from jihwa.models.training.canvas import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PALE_BLUE,
    PALE_GREY,
    PINK,
    canvas,
    label,
)
from jihwa.recognizer.events import NO_SIGN, REST
from jihwa.recognizer.segmenter import BEGINNING
from jihwa.recognizer.stillness import STILL

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import SubFigure

LONGEST_S = 120.0
"""No figure shows more: letters would no longer be readable."""

_ROW_S = 20.0
"""A longer session is drawn in several rows of the same length."""
_SECOND_IN, _LEAST_IN, _MARGIN_IN = 0.8, 7.0, 1.0
"""Width of a second, of a short view, and of what stands beside it."""
_ROOM_IN = 0.3
"""In a narrower segment the confidence is written upright, and nothing besides."""
_FINGERS = ("thumb", "index", "middle", "ring", "little")
_COLOURS = (BLUE, ORANGE, GREEN, PINK, "#8A6D00")
_DARK_GREY, _PALE_ORANGE = "#444444", "#F7D3BD"
_LANE_IN = 0.22
"""Height of a lane of rival segments."""
_NAMES = {REST: "rest", NO_SIGN: "no sign"}


def draw(document: Document, path: Path, window_s: Interval) -> None:
    """Draw a stretch of a view, as PNG or SVG by the ending of the file's name.

    Args:
        document: What to draw, with its signal.
        path: The file.
        window_s: From when to when, in seconds since the first sample.

    Raises:
        UsageError: matplotlib is not installed.
        OSError: The file cannot be written.
    """
    view, (start_s, end_s) = SessionView(document), window_s
    n_rows = math.ceil((end_s - start_s) / _ROW_S)
    row_s = (end_s - start_s) / n_rows
    n_lanes = _lanes(view, window_s)
    rivals = [_LANE_IN * n_lanes] if n_lanes else []
    heights = [0.45, 0.95, *([0.45] if view.held else []), *rivals, 2.6, 1.6, 1.5]
    width_in = _MARGIN_IN + max(_LEAST_IN, _SECOND_IN * row_s)
    with canvas(path, width_in, n_rows * (sum(heights) + 0.9)) as figure:
        rows = figure.subfigures(n_rows, squeeze=False)[:, 0]
        for number, row in enumerate(rows):
            row_start_s = start_s + number * row_s
            _row(row, view, (row_start_s, row_start_s + row_s), heights, n_lanes)


def _row(
    figure: "SubFigure",
    view: SessionView,
    window_s: Interval,
    heights: Sequence[float],
    n_lanes: int,
) -> None:
    """A stretch that fits side by side."""
    axes = iter(figure.subplots(len(heights), sharex=True, height_ratios=heights))
    _words(next(axes), view, window_s)
    _signs(next(axes), view, window_s)
    if view.held:
        _truth(next(axes), view, window_s)
    if n_lanes:
        _rivals(next(axes), view, window_s, n_lanes)
    flex, gravity, holds = axes
    _flex(flex, view)
    _gravity(gravity, view)
    _holds(holds, view)
    for each in (flex, gravity, holds):
        _shade(each, view, window_s)
    holds.set_xlim(window_s)
    holds.set_xlabel("time, s")


def _words(axes: "Axes", view: SessionView, window_s: Interval) -> None:
    _strip(axes, "text")
    for word in view.document.transcript.words:
        if _seen(word.start_s, word.end_s, window_s):
            colour = _PALE_ORANGE if word.confidence < DOUBTFUL else PALE_GREY
            _box(axes, word.start_s, word.end_s, colour)
            _write(axes, (word.start_s, word.end_s), window_s, 0.5, label(word.text), 11)


def _signs(axes: "Axes", view: SessionView, window_s: Interval) -> None:
    """Every segment with its letter, how sure it is, and what else the hand looked like."""
    _strip(axes, "read")
    beside: dict[str, Any] = {"transform": axes.transAxes, "ha": "right", "va": "center"}
    axes.text(-0.005, 0.13, "hand alone", size=6, color=GREY, **beside)
    for sign in view.document.transcript.signs:
        if not _seen(sign.start_s, sign.end_s, window_s):
            continue
        span, room_in = (sign.start_s, sign.end_s), _width_in(sign.start_s, sign.end_s, window_s)
        if sign.sign in _NAMES:
            _box(axes, *span, PALE_GREY)
            if room_in > _ROOM_IN:
                _write(axes, span, window_s, 0.5, _NAMES[sign.sign], 7, GREY)
            continue
        share = dict(sign.candidates).get(sign.sign, 0.0)
        _box(axes, *span, _PALE_ORANGE if share < UNSURE_LETTER else PALE_BLUE)
        _write(axes, span, window_s, 0.7, label(sign.sign), 15)
        rival = next(((n, p) for n, p in view.seen(sign) if n != sign.sign and p >= 0.1), None)
        upright = 90 if room_in <= _ROOM_IN else 0
        _write(axes, span, window_s, 0.3 if upright else 0.36, f"{share:.0%}", 7, rotation=upright)
        if rival and room_in > _ROOM_IN:
            name, rival_share = rival
            told = f"{label(_NAMES.get(name, name))} {rival_share:.0%}"
            _write(axes, span, window_s, 0.13, told, 7, _DARK_GREY)


def _truth(axes: "Axes", view: SessionView, window_s: Interval) -> None:
    """What was held; orange where it was missed or read as something else."""
    _strip(axes, "truth")
    compared = view.document.comparison
    faults = {id(fault.held) for fault in compared.faults} if compared else set()
    for held in view.held:
        if _seen(held.start_s, held.end_s, window_s):
            _box(axes, held.start_s, held.end_s, _PALE_ORANGE if id(held) in faults else PALE_BLUE)
            _write(axes, (held.start_s, held.end_s), window_s, 0.5, label(held.sign), 11)


def _lanes(view: SessionView, window_s: Interval) -> int:
    """How many lanes the rivals of a stretch take."""
    seen = (each for each in view.rivals if _seen(each.start_s, each.end_s, window_s))
    return max((1 + each.lane for each in seen), default=0)


def _rivals(axes: "Axes", view: SessionView, window_s: Interval, n_lanes: int) -> None:
    """How else the signal might be segmented; blue is what the text was made of."""
    _strip(axes, "cuts")
    for each in view.rivals:
        if not _seen(each.start_s, each.end_s, window_s):
            continue
        bottom, length_s = each.lane / n_lanes, each.end_s - each.start_s
        colour = PALE_BLUE if each.chosen else "white"
        axes.barh(
            bottom,
            length_s,
            0.88 / n_lanes,
            each.start_s,
            align="edge",
            color=colour,
            edgecolor=GREY,
            linewidth=0.6,
        )
        if _width_in(each.start_s, each.end_s, window_s) > _ROOM_IN:
            span, middle = (each.start_s, each.end_s), bottom + 0.44 / n_lanes
            _write(axes, span, window_s, middle, f"{each.share:.0%}", 7)


def _flex(axes: "Axes", view: SessionView) -> None:
    time_s, believed = view.frames.time_s, view.believed.flex_adc
    axes.plot(*_broken(time_s, view.frames.flex_adc, view), color=PALE_GREY, linewidth=0.9)
    _lines(axes, view, believed, _FINGERS)
    shown = believed[np.isfinite(believed)]
    if len(shown):
        axes.set_ylim(shown.min() - 15, shown.max() + 15)  # a dead sensor's 0 would flatten all
    axes.set_ylabel("flex, ADC")


def _gravity(axes: "Axes", view: SessionView) -> None:
    _lines(axes, view, view.gravity_g, ("x", "y", "z"))
    axes.set(ylabel="gravity, g", ylim=(-1.3, 1.3))


def _holds(axes: "Axes", view: SessionView) -> None:
    """What the segmenter sees, and the levels from which it believes it."""
    trace = view.trace
    said = np.stack([trace.held, trace.begins], axis=1)  # (n, 2)
    time_s, said = _broken(trace.time_s + 0.5 * STEP_S, said, view)
    lines = (("held", "black", STILL), ("a hold begins", ORANGE, BEGINNING))
    for column, (name, colour, level) in zip(said.T, lines, strict=True):
        axes.plot(time_s, column, color=colour, linewidth=1.1, label=name)
        axes.axhline(level, color=colour, linewidth=0.8, linestyle="--", alpha=0.6)
    axes.set(ylabel="probability", ylim=(0, 1.03))
    _legend(axes, len(lines))


def _lines(axes: "Axes", view: SessionView, values: Array, names: Sequence[str]) -> None:
    time_s, values = _broken(view.frames.time_s, values, view)
    for column, name, colour in zip(values.T, names, _COLOURS, strict=False):
        axes.plot(time_s, column, color=colour, linewidth=1.1, label=name)
    _legend(axes, len(names))


def _legend(axes: "Axes", columns: int) -> None:
    axes.legend(
        loc="lower right", bbox_to_anchor=(1, 0.97), ncols=columns, fontsize=8, borderaxespad=0
    )


def _broken(time_s: Array, values: Array, view: SessionView) -> tuple[Array, Array]:
    """(n + gaps,) times and (n + gaps, k) values that no line joins over a gap."""
    rows = np.searchsorted(time_s, [end_s for _, end_s in view.gaps])
    return np.insert(time_s, rows, np.nan), np.insert(values, rows, np.nan, axis=0)


def _shade(axes: "Axes", view: SessionView, window_s: Interval) -> None:
    """Show behind the signal where letters were found, and where it is missing."""
    for sign in view.document.transcript.signs:
        if sign.sign not in _NAMES and _seen(sign.start_s, sign.end_s, window_s):
            axes.axvspan(sign.start_s, sign.end_s, color=PALE_BLUE, alpha=0.25, linewidth=0)
    for start_s, end_s in view.gaps:
        if _seen(start_s, end_s, window_s):
            axes.axvspan(start_s, end_s, facecolor="none", edgecolor=ORANGE, hatch="///", alpha=0.5)
            _write(axes, (start_s, end_s), window_s, 0.5, "no signal", 8, ORANGE)


def _strip(axes: "Axes", name: str) -> None:
    axes.set(ylim=(0, 1), yticks=[])
    axes.set_ylabel(name, rotation=0, ha="right", va="center")
    axes.spines[:].set_visible(False)
    axes.tick_params(bottom=False)


def _box(axes: "Axes", start_s: float, end_s: float, colour: str) -> None:
    axes.axvspan(start_s, end_s, facecolor=colour, linewidth=0)


def _write(
    axes: "Axes",
    text_s: Interval,
    window_s: Interval,
    height: float,
    text: str,
    size: float,
    colour: str = "black",
    rotation: int = 0,
) -> None:
    """Write a text in the middle of what is seen of its time."""
    middle_s = (max(text_s[0], window_s[0]) + min(text_s[1], window_s[1])) / 2
    written = axes.text(middle_s, height, text, ha="center", va="center", size=size, color=colour)
    written.set(transform=axes.get_xaxis_transform(), rotation=rotation, clip_on=True)
    written.set_in_layout(False)  # it has its place


def _width_in(start_s: float, end_s: float, window_s: Interval) -> float:
    """How wide a stretch is drawn, about."""
    seen_s = min(end_s, window_s[1]) - max(start_s, window_s[0])
    duration_s = window_s[1] - window_s[0]
    return seen_s / duration_s * max(_LEAST_IN, _SECOND_IN * duration_s)


def _seen(start_s: float, end_s: float, window_s: Interval) -> bool:
    return end_s > window_s[0] and start_s < window_s[1]  # never what has no time
