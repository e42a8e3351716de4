"""Lines as people really have them: other names, separators, units and clocks, damaged headers.

Every kind is made here of one spelled session, whose frames it has to come to.
"""

import io
import itertools
import json
import math
from datetime import datetime, timedelta

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from live import signal_of

from jihwa.data.formats.layout import Layout
from jihwa.data.formats.lines import LineParser
from jihwa.data.formats.names import ACCEL, FLEX, ORIENTATION
from jihwa.data.formats.readers import Recording
from jihwa.data.messages import DataError
from jihwa.data.signal.frames import Frames

NAMES = ("timestamp", *ORIENTATION, *ACCEL, *FLEX)
TIME, ANGLES, G, FINGERS = slice(0, 1), slice(1, 4), slice(4, 7), slice(7, 12)


class Glove:
    """What the glove sent, and ways to write it otherwise."""

    def __init__(self, frames: Frames) -> None:
        self.header, *self.lines = signal_of(frames).decode().split()
        self.rows = [line.split(",") for line in self.lines]

    def text(self, names=NAMES, rows=None, separator=",", end="\n") -> str:
        rows = self.rows if rows is None else rows
        return end.join(separator.join(map(str, row)) for row in (names, *rows)) + end

    def changed(self, part: slice, change) -> list[list[str]]:
        """The rows with other numbers in a part of their columns."""
        return [
            [*row[: part.start], *(change(float(v)) for v in row[part]), *row[part.stop :]]
            for row in self.rows
        ]


@pytest.fixture(scope="module")
def glove(spell):
    return Glove(spell("부산", wearer=7, seed=3).frames)


def read(content: str | bytes, layout: str | None = None) -> tuple[LineParser, Frames]:
    parser = LineParser(Layout.of_setting(layout) if layout else None)
    data = content.encode() if isinstance(content, str) else content
    return parser, Frames.concatenate([parser.feed(data), parser.flush()])


def assert_same(glove, content, *, told=None, layout=None, **off) -> LineParser:
    """What is written otherwise is read as it was, and what was noticed is said once."""
    parser, frames = read(content, layout)
    _, expected = read(glove.text())
    tolerance = {"time_s": 1e-3, "flex_adc": 1e-9, "accel_g": 1e-9, "orientation_deg": 1e-9, **off}
    assert parser.report.damaged == 0
    assert len(frames) == len(expected)
    for channel, allowed in tolerance.items():
        got, right = getattr(frames, channel), getattr(expected, channel)
        np.testing.assert_allclose(got, right, rtol=0, atol=allowed, err_msg=channel)
    said = [message.en for message in parser.report.said.values()]
    if told is None:
        assert said == []
    else:
        assert len(said) == 1
        assert told in said[0]
    return parser


OTHER_NAMES = {
    "upper case": [name.upper() for name in NAMES],
    "units in brackets": [f"{name} [x]" for name in NAMES],
    "units behind": ["time_ms", "pitch_deg", "roll_deg", "yaw_deg", "ax_g", "ay_g", "az_g", *FLEX],
    "spaces": ["Time", "Pitch", "Roll", "Yaw", "Acc X", "Acc Y", "Acc Z", *FLEX],
    "camel": ["timeStamp", *ORIENTATION, "accelX", "accelY", "accelZ", "Flex1", "Flex2", "Flex3",
              "Flex4", "Flex5"],
    "from zero": [*NAMES[:7], "flex0", "flex1", "flex2", "flex3", "flex4"],
    "underscores": [*NAMES[:7], "flex_1", "flex_2", "flex_3", "flex_4", "flex_5"],
    "fingers": [*NAMES[:7], "thumb", "index", "middle", "ring", "pinky"],
    "flex of fingers": [*NAMES[:7], "flex_thumb", "flex_index", "flex_middle", "flex_ring",
                        "flex_little"],
    "numbered fingers": [*NAMES[:7], *(f"finger{i}" for i in range(1, 6))],
    "analog pins": [*NAMES[:7], "A0", "A1", "A2", "A3", "A4"],
    "Korean": ["시각", "피치", "롤", "요", "가속도x", "가속도y", "가속도z",
               "엄지", "검지", "중지", "약지", "소지"],
    "quoted": [f'"{name}"' for name in NAMES],
    "trailing separator": [*NAMES, ""],
}  # fmt: skip


@pytest.mark.parametrize("names", OTHER_NAMES.values(), ids=OTHER_NAMES)
def test_sensors_are_known_by_other_names(glove, names):
    parser, frames = read(glove.text(names))
    _, expected = read(glove.text())
    np.testing.assert_array_equal(frames.flex_adc, expected.flex_adc)
    np.testing.assert_array_equal(frames.orientation_deg, expected.orientation_deg)
    assert parser.report.damaged == 0


@given(st.permutations(range(12)))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20)
def test_columns_may_stand_in_any_order(glove, order):
    names = [NAMES[i] for i in order]
    assert_same(glove, glove.text(names, [[row[i] for i in order] for row in glove.rows]))


def wrapped(glove, before, behind):
    return "\n".join(f"{before}{line}{behind}" for line in (glove.header, *glove.lines))


FORMATS = {
    "semicolons": lambda g: g.text(separator=";"),
    "tabs": lambda g: g.text(separator="\t"),
    "spaces": lambda g: g.text(separator="  "),
    "bars": lambda g: g.text(separator="|"),
    "comma and space": lambda g: g.text(separator=", "),
    "decimal commas": lambda g: g.text(separator=";").replace(".", ","),
    "decimal commas and tabs": lambda g: g.text(separator="\t").replace(".", ","),
    "quotes": lambda g: g.text(
        [f'"{n}"' for n in NAMES], [[f'"{v}"' for v in row] for row in g.rows]
    ),
    "thousands": lambda g: g.text(rows=[[f'"{int(r[0]):,}"', *r[1:]] for r in g.rows]),
    "trailing separators": lambda g: g.text(rows=[[*row, ""] for row in g.rows]),
    "BOM": lambda g: b"\xef\xbb\xbf" + g.text().encode(),
    "UTF-16": lambda g: g.text().encode("utf-16"),
    "UTF-16 LE without a mark": lambda g: g.text().encode("utf-16-le"),
    "UTF-16 BE without a mark": lambda g: g.text().encode("utf-16-be"),
    "CR": lambda g: g.text(end="\r"),
    "CR LF": lambda g: g.text(end="\r\n"),
    "LF CR": lambda g: g.text(end="\n\r"),
    "header as a message": lambda g: "# " + g.text(),
    "colours": lambda g: wrapped(g, "\x1b[0;32m", "\x1b[0m"),
    "reset of colours": lambda g: wrapped(g, "", "\x1b[0m"),
    "cleared lines": lambda g: wrapped(g, "\x1b[2K\r", ""),
    "serial monitor": lambda g: wrapped(g, "12:00:00.123 -> ", ""),
    "lists": lambda g: "\n".join([g.header, *(f"[{line}]" for line in g.lines)]),
    "units behind the numbers": lambda g: g.text(
        rows=[[f"{r[0]} ms", *(f"{v}°" for v in r[1:4]), *(f"{v}g" for v in r[4:7]), *r[7:]]
              for r in g.rows]
    ),
    "sep=": lambda g: "sep=;\n" + g.text(separator=";"),
    "numbered rows": lambda g: g.text(["", *NAMES], [[i, *r] for i, r in enumerate(g.rows)]),
    "noise before the header": lambda g: b"\x8f,\x12\xff:," + g.text().encode(),
    "other columns": lambda g: g.text([*NAMES, "v", "note"], [[*r, "3.7", "ok"] for r in g.rows]),
}  # fmt: skip


@pytest.mark.parametrize("write", FORMATS.values(), ids=FORMATS)
def test_lines_are_read_however_they_are_written(glove, write):
    assert_same(glove, write(glove))


MIXED = {
    **FORMATS,
    "no clock": lambda g: g.text(rows=g.changed(TIME, lambda _: "7")),
    "OpenGloves": lambda g: "\n".join("A{}B{}C{}D{}E{}\n".format(*row[7:]) for row in g.rows),
    "exchange": lambda g: "\n".join(",".join([*row[7:], *row[1:4]]) for row in g.rows),
}


@given(
    st.lists(st.sampled_from(sorted(MIXED)), min_size=1, max_size=3),
    st.lists(st.integers(0, 30_000), max_size=12),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_foreign_lines_may_be_cut_anywhere(glove, names, cuts):
    written = [MIXED[name](glove) for name in names]
    data = b"\n".join(text.encode() if isinstance(text, str) else text for text in written)
    edges = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    parser = LineParser()
    parts = [parser.feed(data[a:b]) for a, b in itertools.pairwise(edges)]
    frames = Frames.concatenate([*parts, parser.flush()])
    whole_parser, whole = read(data)
    np.testing.assert_array_equal(frames.time_s, whole.time_s)
    np.testing.assert_array_equal(frames.channels, whole.channels)
    assert parser.report == whole_parser.report


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


@pytest.mark.parametrize("per_s", [1, 1000])
def test_json_lines_have_seconds_or_milliseconds(glove, per_s):
    entries = [dict(zip(NAMES, map(float, row), strict=True)) for row in glove.rows]
    for entry in entries:
        entry["timestamp"] *= per_s / 1000
    told = None if per_s == 1 else "milliseconds"
    assert_same(glove, "\n".join(map(json.dumps, entries)), told=told)


JSON = {
    "nested": lambda r: {
        "t": float(r[0]) / 1000,
        "accel": dict(zip("xyz", map(float, r[4:7]), strict=True)),
        **dict(zip(ORIENTATION, map(float, r[1:4]), strict=True)),
        "flex": [float(v) for v in r[7:]],
    },
    "texts": lambda r: {**dict(zip(NAMES, r, strict=True)), "timestamp": float(r[0]) / 1000},
}


@pytest.mark.parametrize("entry", JSON.values(), ids=JSON)
def test_json_lines_may_be_nested_or_quoted(glove, entry):
    assert_same(glove, "\n".join(json.dumps(entry(row)) for row in glove.rows))


DOCUMENTS = {
    "array": lambda entries: json.dumps(entries),
    "pretty array": lambda entries: json.dumps(entries, indent=2),
    "array in an object": lambda entries: json.dumps({"samples": entries}),
    "columns": lambda entries: json.dumps({n: [e[n] for e in entries] for n in NAMES}),
}


@pytest.mark.parametrize("write", DOCUMENTS.values(), ids=DOCUMENTS)
def test_json_document_is_a_recording(glove, tmp_path, write):
    path = tmp_path / "a.json"
    path.write_text(write([dict(zip(NAMES, map(float, r), strict=True)) for r in glove.rows]))
    _, expected = read(glove.text())
    frames = Recording(path).frames()
    np.testing.assert_array_equal(frames.channels, expected.channels)
    np.testing.assert_allclose(frames.time_s, expected.time_s, atol=1e-6)


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


HEADERS = {
    "without a finger": lambda h: h.rsplit(",", 1)[0],
    "names run together": lambda h: h.replace("flex2,flex3", "flex2flex3"),
    "cut": lambda h: h[:60],
    "a letter damaged": lambda h: h.replace("flex3", "fle~3"),
    "other names": lambda _: "timestamp,a,b,c",
}


@pytest.mark.parametrize("damage", HEADERS.values(), ids=HEADERS)
def test_damaged_header_in_mid_stream_costs_itself_alone(glove, damage):
    third = len(glove.lines) // 3
    lines = [glove.header, *glove.lines[:third], damage(glove.header), *glove.lines[third:]]
    parser, frames = read("\n".join(lines))
    _, expected = read(glove.text())
    np.testing.assert_array_equal(frames.channels, expected.channels)
    assert parser.report.damaged == 1


@given(st.integers(0, 78), st.integers(0, 78), st.integers(0, 255))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=80)
def test_header_torn_anywhere_loses_no_sample(glove, begin, end, byte):
    header = glove.header.encode()
    torn = header[:begin] + bytes([byte]) + header[max(begin, end) :]
    lines = [line.encode() for line in glove.lines]
    _, frames = read(b"\n".join([header, *lines[:40], torn, *lines[40:]]))
    _, expected = read(glove.text())
    np.testing.assert_array_equal(frames.channels, expected.channels)


@pytest.mark.parametrize("damage", [HEADERS["without a finger"], HEADERS["cut"]])
def test_lines_wait_for_a_whole_header_when_the_first_one_was_damaged(glove, damage):
    lines = [damage(glove.header), *glove.lines[:60], glove.header, *glove.lines[60:]]
    parser, frames = read("\n".join(lines))
    _, expected = read(glove.text())
    np.testing.assert_array_equal(frames.channels, expected.channels)
    assert parser.report.damaged == 0


def test_a_glove_may_change_its_layout_and_go_back(glove):
    nine, rows = [*NAMES[:4], *NAMES[7:]], [[*row[:4], *row[7:]] for row in glove.rows]
    parts = (glove.text(rows=glove.rows[:60]), glove.text(nine, rows[60:120]))
    parser, frames = read("".join(parts) + glove.text(rows=glove.rows[120:]))
    _, expected = read(glove.text())
    np.testing.assert_array_equal(frames.flex_adc, expected.flex_adc)
    assert np.isnan(frames.accel_g[60:120]).all()
    assert np.isfinite(frames.accel_g[120:]).all()
    assert parser.report.damaged == 0


@pytest.mark.parametrize("separator", [",", " ", "\t", ";"])
def test_exchange_format_is_read_without_a_header(glove, engine, separator):
    lines = [separator.join([*row[7:], *row[1:4]]) for row in glove.rows]
    parser, frames = read("\n".join(lines))
    _, expected = read(glove.text())
    np.testing.assert_array_equal(frames.flex_adc, expected.flex_adc)
    np.testing.assert_array_equal(frames.orientation_deg, expected.orientation_deg)
    assert [*parser.report.said] == ["layout", "clock"]
    assert engine.run([frames]).text == "부산"


def test_exchange_format_may_be_an_array(glove, tmp_path):
    array = np.array(glove.rows, dtype=float)[:, [7, 8, 9, 10, 11, 1, 2, 3]]
    np.save(tmp_path / "a.npy", array)
    np.testing.assert_array_equal(Recording(tmp_path / "a.npy").frames().flex_adc, array[:, :5])


STRANGE = {
    "no header": lambda g: "\n".join(g.lines),
    "no header, nine": lambda g: "\n".join(",".join([*r[:4], *r[7:]]) for r in g.rows),
    "unknown names": lambda g: g.text(["zeit", *"abcdef", *(f"x{i}y" for i in range(5))]),
    "a finger twice": lambda g: g.text([*NAMES[:7], "flex1", "flex1", *NAMES[9:]]),
    "two numberings": lambda g: g.text([*NAMES[:7], "flex1", "flex_1", *NAMES[9:]]),
}


@pytest.mark.parametrize("write", STRANGE.values(), ids=STRANGE)
def test_what_is_not_read_names_what_was_found_and_the_layout_that_reads_it(
    glove, bad, write, jihwa
):
    path = bad(write(glove))
    with pytest.raises(DataError) as caught:
        Recording(path).frames()
    told = caught.value.message.en
    assert write(glove).split()[0][:60] in told
    mapping = told.rsplit("--layout '", 1)[1].rstrip("'")
    assert mapping in caught.value.message.ko
    frames = Recording(path, Layout.of_setting(mapping)).frames()
    np.testing.assert_array_equal(frames.flex_adc, read(glove.text())[1].flex_adc)
    done = jihwa("transcribe", path)
    assert (done.code, done.out) == (1, "")
    assert jihwa("transcribe", path, "--layout", mapping).out == "부산\n"


UNFIT = {
    "another resistor": lambda adc: adc - 450,
    "bend from 0 to 1": lambda adc: (adc - 700) / 300,
    "degrees of bend": lambda adc: (adc - 700) / 4,
    "all zero": lambda _: 0,
}


@pytest.mark.parametrize("change", UNFIT.values(), ids=UNFIT)
def test_no_text_is_made_up_of_flex_in_a_range_that_is_not_known(glove, bad, jihwa, change):
    done = jihwa("transcribe", bad(glove.text(rows=glove.changed(FINGERS, change))))
    assert done.out == "\n"
    assert done.err.count("No finger can be believed") == 1
    assert "--layout" in done.err
    assert "wiring" not in done.err


def test_a_tenth_that_is_skipped_is_an_error(glove, bad, jihwa):
    for each, code in ((20, 0), (8, 1)):
        lines = [line[: 30 if i % each == 0 else None] for i, line in enumerate(glove.lines)]
        done = jihwa("transcribe", bad("\n".join([glove.header, *lines])))
        assert done.code == code
        assert ("of the recording could not be read" in done.err) == bool(code)


@pytest.mark.parametrize("kind", ["csv", "h5", "npy"])
def test_convert_tells_what_it_leaves_out(glove, tmp_path, jihwa, kind):
    cases = {
        "whole.csv": (glove.text(), 0, ""),
        "line.csv": (glove.text().replace(glove.lines[9], glove.lines[9][:20]), 1, "1 unreadable"),
        "value.csv": (glove.text(rows=[[*r[:3], "ovf", *r[4:]] for r in glove.rows]), 1, "yaw: "),
        "column.csv": (glove.text([*NAMES, "volt"], [[*r, "3"] for r in glove.rows]), 1, "volt"),
    }
    for name, (content, code, told) in cases.items():
        (tmp_path / name).write_text(content)
        output = tmp_path / "out" / name
        done = jihwa("data", "convert", tmp_path / name, "--format", kind, "--output", output)
        assert done.code == code
        assert told in done.err
        assert "1 converted" in done.out


@pytest.fixture(scope="module")
def headless(tree, tmp_path_factory):
    """A labelled session without headers, its times in seconds, and the layout that reads it."""
    root = tmp_path_factory.mktemp("headless") / "one"
    for path in (tree / "one").rglob("*.csv"):
        _, *lines = path.read_text().splitlines()
        rows = [line.split(",") for line in lines]
        target = root / path.relative_to(tree / "one")
        target.parent.mkdir(parents=True, exist_ok=True)
        told = [[*r[7:], "x", f"{int(r[0]) / 1000:.3f}", *r[4:7]] for r in rows]
        target.write_text("".join(";".join(row) + "\n" for row in told))
    return root, "flex1,flex2,flex3,flex4,flex5,-,timestamp[s],accel_x,accel_y,accel_z"


@pytest.mark.parametrize(
    "command",
    [
        ("train", "{data}", "--output", "{out}/a.bundle"),
        ("evaluate", "{data}"),
        ("data", "check", "{data}"),
        ("data", "convert", "{data}", "--format", "npy", "--output", "{out}/converted"),
    ],
    ids=lambda command: " ".join(command[: 1 + (command[0] == "data")]),
)
def test_layout_is_for_every_command_that_reads_recordings(headless, tmp_path, jihwa, command):
    root, layout = headless
    words = [word.format(data=root, out=tmp_path) for word in command]
    without, done = jihwa(*words), jihwa(*words, "--layout", layout)
    assert without.code in (1, 2)
    assert "--layout" in without.err + without.out
    assert done.code == 0, done.err


@pytest.fixture
def no_keyboard(monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO())


def test_layout_reads_what_is_played_back(glove, bad, jihwa, no_keyboard):
    path = bad("\n".join(glove.lines))
    source = ("--source", f"replay:{path}?speed=0")
    assert "none can be read" in jihwa("type", "--plain", "--new", *source).out
    done = jihwa("type", "--plain", "--new", *source, "--layout", ",".join(NAMES))
    assert "= 부산" in done.out
