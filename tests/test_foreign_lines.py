"""Lines as people really have them: other names, separators, units and clocks, damaged headers.

Every kind is made here of one spelled session, whose frames it has to come to.
"""

import itertools

import numpy as np
import pytest
from foreign import NAMES, TIME, assert_same, read
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jihwa.data.formats.layout import Layout
from jihwa.data.formats.lines import LineParser
from jihwa.data.formats.names import FLEX, ORIENTATION
from jihwa.data.formats.readers import Recording
from jihwa.data.messages import DataError
from jihwa.data.signal.frames import Frames

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
    "Korean fingers": [*NAMES[:7], "엄지손가락", "집게손가락", "가운뎃손가락", "약손가락",
                       "새끼손가락"],
    "numbered in Korean": [*NAMES[:7], *(f"플렉스{i}" for i in range(1, 6))],
    "of a hand": ["time", *(f"R_{name}" for name in NAMES[1:])],
    "of a glove": ["logging time", *(f"glove1.{name}" for name in NAMES[1:])],
    "an array's": [*NAMES[:7], *(f"flex[{i}]" for i in range(5))],
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


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_names_that_a_korean_spreadsheet_saved_are_known(glove, end):
    parser = assert_same(glove, glove.text(OTHER_NAMES["Korean"], end=end).encode("cp949"))
    assert parser.report.headers == 1


def test_names_in_an_encoding_that_is_not_known_hide_no_column_behind_them(glove, bad):
    path = bad(glove.text(["時間", *"縦横回甲乙丙", *"親人中薬小"]).encode("cp932"))
    with pytest.raises(DataError, match=f"--layout='{','.join(NAMES)}'"):
        Recording(path).frames()


@pytest.mark.parametrize(
    ("change", "is_torn"),
    [
        ({7: "flex\ufffd", 11: "flex5X"}, True),
        ({0: "timest", 7: "f\ufffdex1", 8: "flx2", 9: "flex", 10: "\ufffdlex4", 11: "fl"}, True),
        ({7: "flex6", 8: "flex7", 9: "flex8", 10: "flex9", 11: "flex10"}, False),
        ({7: "flexA", 8: "flexB", 9: "flexC", 10: "flexD", 11: "flexE"}, False),
        ({0: "zeit", 7: "eins", 8: "zwei", 9: "drei", 10: "vier", 11: "acht"}, False),
    ],
)
def test_header_that_was_damaged_is_told_to_be(glove, bad, jihwa, change, is_torn):
    path = bad(glove.text([change.get(at, name) for at, name in enumerate(NAMES)]))
    told = jihwa("transcribe", path).err
    assert ("damaged on its way" in told, "--layout" in told) == (is_torn, not is_torn)


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
    "log of an ESP32": lambda g: wrapped(g, "\x1b[0;32mI (1234) glove: ", "\x1b[0m"),
    "lists": lambda g: "\n".join([g.header, *(f"[{line}]" for line in g.lines)]),
    "units behind the numbers": lambda g: g.text(
        rows=[[f"{r[0]} ms", *(f"{v}°" for v in r[1:4]), *(f"{v}g" for v in r[4:7]), *r[7:]]
              for r in g.rows]
    ),
    "sep=": lambda g: "sep=;\n" + g.text(separator=";"),
    "numbered rows": lambda g: g.text(["", *NAMES], [[i, *r] for i, r in enumerate(g.rows)]),
    "numbered rows, as R writes them": lambda g: g.text(
        rows=[[f'"{i}"', *r] for i, r in enumerate(g.rows, start=1)]
    ),
    "numbered rows and spaces": lambda g: g.text(
        rows=[[i, *r] for i, r in enumerate(g.rows)], separator=" "
    ),
    "the time last, behind tabs": lambda g: g.text(
        [*NAMES[1:], NAMES[0]], [[*r[1:], r[0]] for r in g.rows], separator="\t"
    ),
    "the time last, behind a damaged letter": lambda g: g.text(
        [*NAMES[1:], "n\x02te", NAMES[0]], [[*r[1:], 7, r[0]] for r in g.rows]
    ),
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


def test_lines_of_separators_alone_are_damage_and_no_more(glove):
    parser, frames = read(glove.text() + ",\n,,,\n,,,\n;\n,,,,,,,,,,,,\n")
    assert (len(frames), parser.report.damaged) == (len(glove.rows), 5)


def test_acceleration_instead_of_angles_is_known_without_a_header(glove, engine):
    parser, frames = read("\n".join(",".join([*row[7:], *row[4:7]]) for row in glove.rows))
    np.testing.assert_array_equal(frames.accel_g, read(glove.text())[1].accel_g)
    assert "flex1…flex5, accel_x, accel_y, accel_z" in parser.report.said["layout"].en
    assert engine.run([frames]).text == "부산"


def test_exchange_format_may_be_an_array(glove, tmp_path):
    array = np.array(glove.rows, dtype=float)[:, [7, 8, 9, 10, 11, 1, 2, 3]]
    np.save(tmp_path / "a.npy", array)
    np.testing.assert_array_equal(Recording(tmp_path / "a.npy").frames().flex_adc, array[:, :5])


STRANGE = {
    "no header": lambda g: "\n".join(g.lines),
    "no header, nine": lambda g: "\n".join(",".join([*r[:4], *r[7:]]) for r in g.rows),
    "unknown names": lambda g: g.text(["zeit", *"abcdef", *(f"x{i}y" for i in range(5))]),
    "unknown names below a title": lambda g: (
        "glove,3\n2025-11-30, at home\n"
        + g.text(["zeit", *"abcdef", *(f"x{i}y" for i in range(5))])
    ),
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
    assert write(glove).replace("glove,3\n2025-11-30, at home\n", "").split()[0][:60] in told
    mapping = told.rsplit("--layout='", 1)[1].rstrip("'")
    assert mapping in caught.value.message.ko
    frames = Recording(path, Layout.of_setting(mapping)).frames()
    np.testing.assert_array_equal(frames.flex_adc, read(glove.text())[1].flex_adc)
    done = jihwa("transcribe", path)
    assert (done.code, done.out) == (1, "")
    assert jihwa("transcribe", path, "--layout", mapping).out == "부산\n"


@pytest.mark.parametrize("cut", [2000, 1, 7])
def test_lines_that_repeat_the_one_before_are_read_once_and_are_no_damage(glove, cut):
    lines = [line for at, line in enumerate(glove.lines) for line in (1 + (at % 3 > 0)) * [line]]
    text = "".join(f"{line}\n" for line in (glove.header, *lines)).encode()
    parser = LineParser()
    chunks = [parser.feed(text[at : at + cut]) for at in range(0, len(text), cut)]
    frames = Frames.concatenate([*chunks, parser.flush()])
    _, expected = read(glove.text())
    np.testing.assert_array_equal(frames.channels, expected.channels)
    report, n = parser.report, len(lines) - len(glove.lines)
    assert (report.damaged, report.repeated, report.is_holed) == (0, n, False)
    (told,) = (message.en for message in report.warnings())
    assert told == f"{n} line(s) repeat the one before, and were read once."


def test_values_that_cannot_be_are_told_at_once_for_many_channels(glove):
    rows = [
        [*row[:1], *4 * ["ERR"], *row[5:]] if row is glove.rows[9] else row for row in glove.rows
    ]
    parser, _ = read(glove.text(rows=rows))
    (told,) = (message.en for message in parser.report.warnings())
    assert told.startswith("4 values that no sensor can send were left out (")
    assert told.endswith("The first is in line 11: ERR")


@pytest.mark.parametrize("at", [[0], [1, 2, 3, 4, 5, 6]])
def test_columns_of_unknown_names_are_told_where_time_or_direction_is_missing(glove, at):
    strange = {place: f"zeit{place}" for place in at}
    names = [strange.get(place, name) for place, name in enumerate(NAMES)]
    parser, _ = read(glove.text(names))
    assert f"what they mean: {', '.join(strange.values())}." in parser.report.said["keys"].en
    parser, _ = read(glove.text([*NAMES, "volt"], [[*row, "3"] for row in glove.rows]))
    assert "keys" not in parser.report.said
