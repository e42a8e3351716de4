"""Units as gloves have them: clocks, flex, acceleration and angles, noticed and said once."""

import itertools
import json
import math
from datetime import datetime, timedelta

import numpy as np
import pytest
from foreign import ANGLES, FINGERS, NAMES, TIME, G, assert_same, read
from hypothesis import given
from hypothesis import strategies as st

from jihwa.data.formats.lines import LineParser
from jihwa.data.formats.names import FLEX, ORIENTATION
from jihwa.data.formats.readers import Recording
from jihwa.data.signal.frames import Frames


def moment(form):
    start = datetime(2024, 3, 1, 23, 59, 57)
    return lambda ms: (start + timedelta(milliseconds=ms)).strftime(form)


CLOCKS = {
    "seconds": (lambda ms: f"{ms / 1000:.3f}", "Times are in seconds"),
    "microseconds": (lambda ms: f"{ms * 1000:.0f}", "Times are in microseconds"),
    "nanoseconds": (lambda ms: f"{ms * 1e6:.0f}", "Times are in nanoseconds"),
    "days": (lambda ms: f"{45352.5 + ms / 86_400_000:.10f}", "Times are in days"),
    "milliseconds since 1970": (lambda ms: f"{1_709_294_400_000 + ms:.0f}", None),
    "seconds since 1970": (lambda ms: f"{1_709_294_400 + ms / 1000:.3f}", "in seconds"),
    "microseconds since 1970": (lambda ms: f"{1_709_294_400_000_000 + ms * 1000:.0f}", "in micro"),
    "ISO": (moment("%Y-%m-%dT%H:%M:%S.%f"), "in seconds"),
    "ISO with a zone": (moment("%Y-%m-%d %H:%M:%S.%f+09:00"), "in seconds"),
    "slashes": (moment("%Y/%m/%d %H:%M:%S.%f"), "in seconds"),
    "time of day, over midnight": (moment("%H:%M:%S.%f"), "in seconds"),
    "half days": (moment("%m/%d/%Y %I:%M:%S.%f %p"), "in seconds"),
    "half days in Korean": (
        lambda ms: (
            moment("%Y. %m. %d. %p %I:%M:%S.%f")(ms).replace("PM", "오후").replace("AM", "오전")
        ),
        "in seconds",
    ),
    "day, month and year": (moment("%d.%m.%Y %H:%M:%S.%f"), "in seconds"),
    "colons only": (lambda ms: moment("%H:%M:%S:%f")(ms)[:-3], "in seconds"),
    "no hours, over one": (moment("%M:%S.%f"), "in seconds"),
}


@pytest.mark.parametrize(("write", "told"), CLOCKS.values(), ids=CLOCKS)
def test_unit_of_the_clock_is_noticed_and_said(glove, write, told):
    assert_same(glove, glove.text(rows=glove.changed(TIME, write)), told=told)


COARSE = {
    "whole seconds": lambda ms: f"{ms // 1000:.0f}",
    "tenths of seconds": lambda ms: f"{ms // 100 / 10:.1f}",
    "milliseconds by the hundred": lambda ms: f"{ms // 100 * 100:.0f}",
    "milliseconds by the thousand": lambda ms: f"{ms // 1000 * 1000:.0f}",
}


@pytest.mark.parametrize("write", COARSE.values(), ids=COARSE)
def test_samples_of_a_coarse_clock_are_spread_over_its_ticks(glove, write):
    rows = glove.changed(TIME, write)
    parser, frames = read(glove.text(rows=rows))
    _, expected = read(glove.text())
    assert len(frames) == len(expected)
    assert np.abs(frames.time_s - expected.time_s).max() < 0.12
    assert np.diff(frames.time_s).min() > 0
    assert parser.report.damaged == 0
    assert "spread evenly" in parser.report.said["time"].en


def test_a_clock_that_stands_still_is_none(glove, engine):
    parser, frames = read(glove.text(rows=glove.changed(TIME, lambda _: "1.70929E+12")))
    assert len(frames) == len(glove.rows)
    assert "all the same" in parser.report.said["time"].en
    assert engine.run([frames]).text == "부산"


@pytest.mark.parametrize("first", [0, 1, 5000])
@pytest.mark.parametrize("has_arrival", [False, True])
def test_a_clock_that_counts_the_samples_is_none(glove, engine, first, has_arrival):
    parser, numbers = LineParser(), itertools.count(first)
    content = glove.text(rows=glove.changed(TIME, lambda _: next(numbers))).splitlines()
    times = itertools.count(7, 0.03)
    chunks = [
        parser.feed(f"{line}\n".encode(), next(times) if has_arrival else None) for line in content
    ]
    frames = Frames.concatenate([*chunks, parser.flush()])
    assert len(frames) == len(glove.rows)
    np.testing.assert_allclose(np.diff(frames.time_s), 0.03)
    assert "it numbers the samples" in parser.report.said["time"].en
    assert engine.run([frames]).text == "부산"


@pytest.mark.parametrize("per_s", [1, 1000])
def test_json_lines_have_seconds_or_milliseconds(glove, per_s):
    entries = [dict(zip(NAMES, map(float, row), strict=True)) for row in glove.rows]
    for entry in entries:
        entry["timestamp"] *= per_s / 1000
    told = None if per_s == 1 else "milliseconds"
    assert_same(glove, "\n".join(map(json.dumps, entries)), told=told)


@pytest.mark.parametrize(
    "columns", [range(12), [0, 4, 5, 6, *range(7, 12)], [0, 1, 2, 3, 7, 8, 9, 10, 11]]
)
def test_decimal_commas_in_quotes_are_no_thousands(glove, columns):
    rows = [[f'"{row[at]}"'.replace(".", ",") for at in columns] for row in glove.rows]
    _, frames = read(glove.text([NAMES[at] for at in columns], rows))
    _, expected = read(
        glove.text([NAMES[at] for at in columns], [[r[at] for at in columns] for r in glove.rows])
    )
    np.testing.assert_array_equal(frames.channels, expected.channels)


def test_thousands_in_quotes_are_no_decimals(glove):
    rows = glove.changed(G, lambda g: f'"{round(g * 1000):,}"')
    assert_same(glove, glove.text(rows=rows), told="Acceleration is in mg")


JSON = {
    "nested": lambda r: {
        "t": float(r[0]) / 1000,
        "accel": dict(zip("xyz", map(float, r[4:7]), strict=True)),
        **dict(zip(ORIENTATION, map(float, r[1:4]), strict=True)),
        "flex": [float(v) for v in r[7:]],
    },
    "arrays": lambda r: {
        "t": float(r[0]) / 1000,
        "imu": {"acc": list(map(float, r[4:7])), "ypr": [float(r[at]) for at in (3, 1, 2)]},
        "flex": [float(v) for v in r[7:]],
    },
    "texts": lambda r: {**dict(zip(NAMES, r, strict=True)), "timestamp": float(r[0]) / 1000},
}


@pytest.mark.parametrize("entry", JSON.values(), ids=JSON)
def test_json_lines_may_be_nested_or_quoted(glove, entry):
    assert_same(glove, "\n".join(json.dumps(entry(row)) for row in glove.rows))


@pytest.mark.parametrize("key", ["orientation", "euler", "gyro", "quat", "vector"])
def test_json_key_that_is_not_understood_is_named(glove, key):
    entries = [
        {"t": float(r[0]) / 1000, "flex": list(map(float, r[7:])), key: [1.0, 2.0, 3.0]}
        for r in glove.rows
    ]
    parser, frames = read("\n".join(map(json.dumps, entries)))
    assert len(frames) == len(glove.rows)
    assert f"{key}1, {key}2, {key}3" in parser.report.said["keys"].en
    assert np.isnan(frames.orientation_deg).all()


DOCUMENTS = {
    "array": lambda entries: json.dumps(entries),
    "pretty array": lambda entries: json.dumps(entries, indent=2),
    "array in an object": lambda entries: json.dumps({"samples": entries}),
    "columns": lambda entries: json.dumps({n: [e[n] for e in entries] for n in NAMES}),
    "array behind words": lambda entries: json.dumps({"device": "a", "hz": 33, "data": entries}),
    "array within objects": lambda entries: json.dumps(
        {"meta": {"of": ["a"]}, "all": {"d": entries}}
    ),
    "pretty object": lambda entries: json.dumps({"device": "a", "data": entries}, indent=1),
    "rows below their names": lambda entries: json.dumps(
        [list(NAMES), *(list(e.values()) for e in entries)]
    ),
    "names and rows": lambda entries: json.dumps(
        {"columns": list(NAMES), "data": [list(e.values()) for e in entries]}
    ),
    "numbered columns": lambda entries: json.dumps(
        {n: {str(at): e[n] for at, e in enumerate(entries)} for n in NAMES}
    ),
    "a line an entry": lambda entries: "[\n" + ",\n".join(map(json.dumps, entries)) + "\n]\n",
}


@pytest.mark.parametrize("write", DOCUMENTS.values(), ids=DOCUMENTS)
def test_json_document_is_a_recording(glove, tmp_path, write):
    path = tmp_path / "a.json"
    path.write_text(write([dict(zip(NAMES, map(float, r), strict=True)) for r in glove.rows]))
    _, expected = read(glove.text())
    frames = Recording(path).frames()
    np.testing.assert_array_equal(frames.channels, expected.channels)
    np.testing.assert_allclose(frames.time_s, expected.time_s, atol=1e-6)


@pytest.mark.parametrize("name", ["array", "pretty array", "array behind words", "pretty object",
                                  "rows below their names", "a line an entry"])  # fmt: skip
def test_json_document_that_is_cut_is_read_up_to_there(glove, tmp_path, name):
    path = tmp_path / "a.json"
    entries = [dict(zip(NAMES, map(float, r), strict=True)) for r in glove.rows]
    path.write_text(DOCUMENTS[name](entries)[:-90])
    recording, (_, expected) = Recording(path), read(glove.text())
    n = len(recording.frames())
    assert n in range(len(expected) - 3, len(expected))
    assert recording.report.damaged >= 1


def as_json(names, row):
    return json.dumps(dict(zip(names, map(float, row), strict=True)))


NAMED = {
    "serial plotter": lambda names, row: ",".join(map("{}:{}".format, names, row)),
    "equals and spaces": lambda names, row: " ".join(map("{}={}".format, names, row)),
    "bars": lambda names, row: " | ".join(map("{} : {}".format, names, row)),
    "several to a name": lambda _, row: "T:{} YPR: {}, {}, {} Accel: {} {} {} Flex: {} {} {} {} {}"
        .format(row[0], row[3], *row[1:3], *row[4:]),
    "Python": lambda names, row: str(dict(zip(names, map(float, row), strict=True))),
    "YAML": lambda names, row: "- {" + ", ".join(map("{}: {}".format, names, row)) + "}",
    "event": lambda names, row: "data: " + as_json(names, row),
    "serial monitor": lambda names, row: "12:00:00.123 -> "
        + as_json(names, row),
    "serial monitor of a plotter": lambda names, row: "12:00:00.123 -> "
        + ",".join(map("{}:{}".format, names, row)),
    "trailing comma": lambda names, row: as_json(names, row) + ",",
}  # fmt: skip


@pytest.mark.parametrize("write", NAMED.values(), ids=NAMED)
def test_values_may_stand_behind_their_names_in_every_line(glove, write):
    lines = [write(NAMES, row) for row in glove.rows]
    told = "milliseconds" if "{" in lines[0] else None
    assert_same(glove, "\n".join(lines), told=told)


@pytest.mark.parametrize("write", [NAMED["serial plotter"], NAMED["event"]])
def test_named_values_without_a_time_take_that_of_their_arrival(glove, write):
    parser = LineParser()
    lines = [write(NAMES[1:], row[1:]).encode() + b"\n" for row in glove.rows]
    frames = Frames.concatenate([parser.feed(line, 0.02 * at) for at, line in enumerate(lines)])
    assert len(frames) == len(lines)
    np.testing.assert_allclose(np.diff(frames.time_s), 0.02)


FLEX_UNITS = {
    "12-bit ADC": 4095, "14-bit ADC": 16_383, "16-bit ADC": 65_535, "8-bit ADC": 255,
    "% of full scale": 100, "volts (of 3.3)": 3.3, "volts (of 5)": 5, "(0-1)": 1,
    "millivolts": 3300,
}  # fmt: skip


@pytest.mark.parametrize(("told", "full"), FLEX_UNITS.items())
def test_unit_of_flex_is_noticed_and_said(glove, told, full):
    digits = 0 if full > 200 else 4
    rows = glove.changed(FINGERS, lambda adc: f"{adc * full / 1023:.{digits}f}")
    step_adc = 1023 / full * 10**-digits
    assert_same(glove, glove.text(rows=rows), told=told, flex_adc=0.51 * step_adc)


def test_flex_waits_while_two_units_would_fit(glove):
    rows = [
        [*row[:7], *(str(4 * (840 + at % 3 if at < 60 else int(adc))) for adc in row[7:])]
        for at, row in enumerate(glove.rows)
    ]
    parser, frames = read(glove.text(rows=rows))
    _, expected = read(glove.text())
    np.testing.assert_allclose(frames.flex_adc[60:], expected.flex_adc[60:], atol=1.5)
    np.testing.assert_allclose(frames.flex_adc[:60], 841, atol=2.5)
    assert parser.report.said["flex"].en == "Flex is in 12-bit ADC counts."


ACCEL_UNITS = {
    "in mg": 1000, "m/s²": 9.80665, "16384 to the g": 16_384, "8192 to the g": 8192,
    "4096 to the g": 4096, "2048 to the g": 2048,
}  # fmt: skip


@pytest.mark.parametrize("has_angles", [True, False])
@pytest.mark.parametrize(("told", "per_g"), ACCEL_UNITS.items())
def test_unit_of_acceleration_is_noticed_and_said(glove, told, per_g, has_angles):
    rows = glove.changed(G, lambda g: f"{g * per_g:.3f}")
    if has_angles:
        assert_same(glove, glove.text(rows=rows), told=told, accel_g=1e-3)
        return
    parser, frames = read(glove.text([*NAMES[:1], *NAMES[4:]], [[*r[:1], *r[4:]] for r in rows]))
    _, expected = read(glove.text())
    np.testing.assert_allclose(frames.accel_g, expected.accel_g, atol=1e-3)
    assert told in parser.report.said["accel"].en


@pytest.mark.parametrize("has_accel", [True, False])
def test_radians_are_noticed_and_said(glove, has_accel):
    rows = glove.changed(ANGLES, lambda deg: f"{math.radians(deg):.4f}")
    if has_accel:
        assert_same(glove, glove.text(rows=rows), told="radians", orientation_deg=0.01)
        return
    parser, frames = read(glove.text([*NAMES[:4], *NAMES[7:]], [[*r[:4], *r[7:]] for r in rows]))
    _, expected = read(glove.text())
    np.testing.assert_allclose(frames.orientation_deg, expected.orientation_deg, atol=0.01)
    assert "radians" in parser.report.said["angle"].en


def test_a_level_hand_has_degrees():
    """A hand that lies flat for seconds, with the noise of degrees, is not taken for radians."""
    rng = np.random.default_rng(1)
    rows = [
        [30 * i, *np.round(rng.normal(0.4, 0.15, 3), 2), *rng.integers(780, 800, 5)]
        for i in range(300)
    ]
    text = "\n".join(",".join(map(str, row)) for row in [("timestamp", *ORIENTATION, *FLEX), *rows])
    parser, frames = read(text)
    assert parser.report.said == {}
    assert np.abs(frames.orientation_deg).max() < 2


def angles_only(tilts):
    """Lines without acceleration, of a hand at these tilts (degrees or radians)."""
    rows = [[20 * i, f"{p:.3f}", f"{r:.3f}", 0, *[790] * 5] for i, (p, r) in enumerate(tilts)]
    return "\n".join(",".join(map(str, row)) for row in [("timestamp", *ORIENTATION, *FLEX), *rows])


def test_a_hand_that_begins_level_has_degrees():
    """As in a public recording, whose board takes its first pose for level."""
    level = [(-0.85 + 0.005 * i, 0.05) for i in range(110)]
    parser, frames = read(angles_only([*level, *((70 * np.sin(i / 9), 20) for i in range(100))]))
    assert parser.report.said == {}
    assert np.abs(frames.orientation_deg).max() == pytest.approx(70, abs=1)


def test_radians_that_turn_out_to_be_degrees_are_taken_back_and_that_is_said():
    drifts = [(1.55 * np.sin(i / 100), 0.05) for i in range(150)]
    parser, frames = read(angles_only([*drifts, *((60 * np.sin(i / 9), 20) for i in range(100))]))
    assert parser.report.said["angle"].en == "Angles are in degrees after all."
    assert np.abs(frames.orientation_deg[-100:]).max() == pytest.approx(60, abs=1)


@given(st.floats(-80, 80), st.floats(-170, 170), st.floats(-170, 170))
def test_quaternions_are_angles(pitch, roll, yaw):
    p, r, y = (math.radians(angle) / 2 for angle in (pitch, roll, yaw))
    (sp, cp), (sr, cr), (sy, cy) = ((math.sin(a), math.cos(a)) for a in (p, r, y))
    turn = (cr * cp * cy + sr * sp * sy, sr * cp * cy - cr * sp * sy,
            cr * sp * cy + sr * cp * sy, cr * cp * sy - sr * sp * cy)  # fmt: skip
    names = ("timestamp", "qw", "qx", "qy", "qz", *FLEX)
    lines = [",".join(map(str, (t, *turn, 800, 801, 802, 803, 804))) for t in (0, 30)]
    _, frames = read("\n".join([",".join(names), *lines]))
    assert frames.orientation_deg[0] == pytest.approx([pitch, roll, yaw], abs=1e-6)
