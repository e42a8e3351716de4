"""The line parser: every layout by its header, any chunking, and no byte that breaks it."""

import itertools
import json
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jihwa.data.formats.encoding import MAX_LINE_BYTES, clean
from jihwa.data.formats.layout import Layout
from jihwa.data.formats.lines import LineParser
from jihwa.data.formats.names import ACCEL, FLEX, ORIENTATION, RECEIVED, VALUES
from jihwa.data.formats.report import Report, printable
from jihwa.data.signal.frames import Frames

NINE = ("timestamp", *ORIENTATION, *FLEX)
TWELVE = ("timestamp", *ORIENTATION, *ACCEL, *FLEX)
STORED = ("timestamp_ms", RECEIVED, *ORIENTATION, *FLEX, "sampling_hz", *ACCEL)
SAMPLE = {
    **dict(zip(FLEX, (781, 792, 803, 814, 825), strict=True)),
    **dict(zip(ACCEL, (0.27, -0.666, 0.724), strict=True)),
    **dict(zip(ORIENTATION, (-13.41, -41.93, -14.85), strict=True)),
    RECEIVED: 1_759_295_184_657,
    "sampling_hz": 33.3,
}
EXPECTED = [SAMPLE[name] for name in VALUES]


def csv(*rows: tuple, end: str = "\n") -> bytes:
    return b"".join((",".join(map(str, row)) + end).encode() for row in rows)


def row(layout: tuple[str, ...], time_ms: int) -> tuple:
    return tuple(SAMPLE.get(name, time_ms) for name in layout)


def json_line(time_s: float, **changes) -> bytes:
    sample = {name: SAMPLE[name] for name in (*ORIENTATION, *FLEX)}
    return (json.dumps({"timestamp": time_s, **sample, **changes}) + "\n").encode()


def parse(*chunks: bytes) -> tuple[Report, np.ndarray]:
    """The report and the samples, (n, 12): time, flex, acceleration, orientation."""
    parser = LineParser()
    f = Frames.concatenate([*(parser.feed(chunk) for chunk in chunks), parser.flush()])
    return parser.report, np.column_stack([f.time_s, f.flex_adc, f.accel_g, f.orientation_deg])


@pytest.mark.parametrize("layout", [TWELVE, STORED])
def test_every_channel_is_found_by_its_name(layout):
    _, samples = parse(csv(layout, row(layout, 40), row(layout, 70)))
    assert samples == pytest.approx(np.array([[0, *EXPECTED], [0.03, *EXPECTED]]))


@given(st.permutations(STORED))
def test_order_of_the_columns_does_not_matter(layout):
    _, samples = parse(csv(layout, row(layout, 40)))
    assert samples == pytest.approx(np.array([[0, *EXPECTED]]))


def test_nine_fields_have_no_acceleration():
    _, samples = parse(csv(NINE, row(NINE, 40)))
    assert np.isnan(samples[0, 6:9]).all()
    assert samples[0, [1, 5, 9, 11]] == pytest.approx([781, 825, -13.41, -14.85])


def test_header_may_carry_units_case_spaces_a_mark_and_damaged_bytes():
    header = b"\xef\xbb\xbfTimeStamp(ms), Pitch(\xb0), roll(\xff\xfe),YAW,"
    fingers = b"flex1,flex2,flex3,flex4,flex5\r\n"
    report, samples = parse(header + fingers + csv(row(NINE, 40), end="\r\n"))
    assert (report.headers, report.damaged, len(samples)) == (1, 0, 1)


@pytest.mark.parametrize("text", ["", "timestamp", "timestamp,pitch", "flex1,flex2", "x,y,z"])
def test_header_names_the_time_and_a_finger(text):
    assert Layout.of_header(text) is None


def test_json_lines_have_their_time_in_seconds():
    report, samples = parse(json_line(12.5) + json_line(12.53))
    assert samples[:, 0] == pytest.approx([0, 0.03])
    assert samples[1, [1, 9]] == pytest.approx([781, -13.41])
    assert np.isnan(samples[:, 6:9]).all()
    assert (report.samples, report.headers) == (2, 0)


def test_json_acceleration_is_read_where_it_is_sent():
    _, samples = parse(json_line(1, accel_x=0.1, accel_y=0.2, accel_z=0.9))
    assert samples[0, 6:9] == pytest.approx([0.1, 0.2, 0.9])


def test_new_header_changes_the_layout_from_there_on():
    report, samples = parse(csv(NINE, row(NINE, 40), TWELVE, row(TWELVE, 70)))
    assert report.headers == 2
    assert np.isnan(samples[0, 6])
    assert samples[1, 6] == pytest.approx(0.27)


def test_doubled_header_is_counted_and_told():
    report, samples = parse(csv(NINE, NINE, row(NINE, 40)))
    assert (report.headers, report.damaged, len(samples)) == (2, 0, 1)
    assert "2" in report.warnings()[0].en


def test_messages_and_blank_lines_are_no_damage():
    report, samples = parse(b"# SignGlove ready\n\n" + csv(NINE, row(NINE, 40)) + b"\r\n#ok\n")
    assert (report.lines, report.messages, report.damaged, len(samples)) == (6, 2, 0, 1)
    assert report.warnings() == []


def test_sample_in_a_last_line_without_end_counts():
    report, samples = parse(csv(NINE, row(NINE, 40)) + csv(row(NINE, 70))[:-1])
    assert (report.lines, len(samples)) == (3, 2)


def test_empty_field_is_an_absent_channel():
    fields = list(row(NINE, 40))
    fields[NINE.index("flex2")] = ""
    _, samples = parse(csv(NINE, fields))
    assert np.isnan(samples[0, 2])
    assert samples[0, 3] == 803


good = row(NINE, 40)
DAMAGED = {
    "fewer fields": good[:-1],
    "more fields": (*good, 1),
    "text where the time belongs": ("now", *good[1:]),
    "no time": ("", *good[1:]),
    "time that is no number": ("nan", *good[1:]),
    "endless time": ("inf", *good[1:]),
    "text in most fields": (40, *(["?"] * 5), *good[6:]),
    "noise": ("\x00\x7f\x1b[31m",),
}


@pytest.mark.parametrize("line", DAMAGED.values(), ids=DAMAGED)
def test_damaged_line_is_dropped_counted_and_shown(line):
    report, samples = parse(csv(NINE, row(NINE, 10), line, row(NINE, 70)))
    assert samples[:, 0] == pytest.approx([0, 0.06])
    assert (report.samples, report.damaged) == (2, 1)
    number, shown = report.first_damage
    assert number == 3
    assert shown.isprintable()
    warning = report.warnings()[0]
    for told in (warning.ko, warning.en):
        assert "3" in told
        assert shown in told


IMPOSSIBLE = ["8x25", "ovf", "inf", "-inf", "null", "NA", "N/A", "#REF!", "70000", "1e300", "--"]


@pytest.mark.parametrize("value", IMPOSSIBLE)
@pytest.mark.parametrize("name", TWELVE[1:])
def test_value_that_cannot_be_is_absent_and_its_sensor_is_named(name, value):
    if name == "yaw" and value in ("70000", "1e300"):
        pytest.skip("yaw may run on")
    damaged = [
        value if each == name else told for each, told in zip(TWELVE, row(TWELVE, 40), strict=True)
    ]
    report, samples = parse(csv(TWELVE, row(TWELVE, 10), damaged, row(TWELVE, 70)))
    expected = np.array([[0, *EXPECTED], [0.03, *EXPECTED], [0.06, *EXPECTED]])
    expected[1, 1 + VALUES.index(name)] = np.nan
    assert samples == pytest.approx(expected, nan_ok=True)
    assert (report.damaged, [*report.refused]) == (0, [name])
    assert report.refused[name] == (1, 3, value)
    told = report.warnings()[0]
    for text in (told.ko, told.en):
        assert name in text
        assert value in text


@given(st.floats(-1e6, 1e6), st.sampled_from(["ovf", "", "nan"]))
def test_yaw_that_runs_on_stays_the_same_direction(yaw, missing):
    fields = list(row(NINE, 40))
    fields[NINE.index("yaw")], fields[NINE.index("flex2")] = yaw, missing
    report, samples = parse(csv(NINE, fields))
    assert "yaw" not in report.refused
    assert abs(samples[0, -1]) <= 3600
    assert (samples[0, -1] - yaw + 180) % 360 - 180 == pytest.approx(0, abs=1e-6)
    assert np.isnan(samples[0, 2])


@pytest.mark.parametrize(
    "line",
    [
        b'{"timestamp": 1.5',
        b'{"timestamp": null, "flex1": 781}',
        b'{"flex1": 781}',
        b'{"timestamp": 1.53, "event": "boot"}',
        b'{"timestamp": 1.53, "flex1": "bent"}',
        b'{"timestamp": 1.53, "flex1": [781]}',
        b'{"timestamp": 1' + b"0" * 400 + b', "flex1": 781}',
        b'{"timestamp": NaN, "flex1": 781}',
        b'{"timestamp": 1.53, "flex1": 1e999}',
        b'{"a":' * 600,
    ],
)
def test_damaged_json_line_is_dropped_and_counted(line):
    report, samples = parse(json_line(1.5) + line + b"\n" + json_line(1.56))
    assert samples[:, 0] == pytest.approx([0, 0.06])
    assert report.damaged == 1


def test_lines_before_the_header_are_read_when_it_comes():
    lines = csv(row(NINE, 10)[3:], row(NINE, 10), row(NINE, 40), NINE, row(NINE, 70))
    report, samples = parse(lines)
    assert samples[:, 0] == pytest.approx([0, 0.03, 0.06])
    assert (report.damaged, report.first_damage[0]) == (1, 1)


def test_absurd_timestamp_costs_its_line():
    times = (80_000, 80_030, 6_110_000_000, 80_090)
    report, samples = parse(csv(NINE, *(row(NINE, t) for t in times)))
    assert samples[:, 0] == pytest.approx([0, 0.03, 0.09])
    assert report.damaged == 1


def test_reset_and_gap_are_told():
    times = (80_000, 95_000, 95_030, 0, 30, 60)
    report, _ = parse(csv(NINE, *(row(NINE, t) for t in times)))
    told = " ".join(warning.en for warning in report.warnings())
    assert "restarted 1 time" in told
    assert "1 gap(s), the longest 15.0 s" in told


@pytest.mark.parametrize("joined", [(0, 30, 60, 0, 30, 60), (0, 30, 60, 3_600_000, 3_600_030)])
def test_the_first_sample_after_the_clock_jumped_for_good_is_kept(joined):
    report, samples = parse(*(csv(line) for line in (NINE, *(row(NINE, t) for t in joined))))
    assert (report.samples, report.damaged) == (len(joined), 0)
    assert len(samples) == len(joined)
    steps_s = np.diff(samples[:, 0])
    assert np.delete(steps_s, 2) == pytest.approx(0.03)
    assert steps_s[2] == pytest.approx(2 if joined[3] == 0 else 3599.94)


def test_samples_that_were_received_all_at_once_are_a_burst():
    def stored(received_step_ms: int) -> bytes:
        rows = [list(row(STORED, 30 * i)) for i in range(80)]
        for i, fields in enumerate(rows):
            fields[1] += received_step_ms * i
        return csv(STORED, *rows)

    assert parse(stored(2))[0].burst
    assert not parse(stored(30))[0].burst
    assert not parse(stored(0)[: len(csv(STORED, row(STORED, 0)))])[0].burst


def test_line_without_end_takes_bounded_memory_and_counts_once():
    parser = LineParser()
    for _ in range(100):
        parser.feed(b"7" * 3000)
        assert len(parser._cutter._rest) <= MAX_LINE_BYTES + 1
    frames = parser.feed(b"\n" + csv(NINE, row(NINE, 40)))
    assert len(frames) == 1
    assert (parser.report.lines, parser.report.damaged) == (3, 1)


def test_reset_forgets_header_and_counts():
    parser = LineParser()
    parser.feed(csv(NINE, row(NINE, 40)) + b"half a li")
    parser.reset()
    parser.feed(csv(row(NINE, 70)))
    parser.flush()
    assert (parser.report.lines, parser.report.samples, parser.report.damaged) == (1, 0, 1)


fragments = st.one_of(
    st.sampled_from([NINE, TWELVE, STORED]).map(csv),
    st.builds(
        lambda layout, t: csv(row(layout, t)),
        st.sampled_from([NINE, STORED]),
        st.integers(0, 200).map(lambda n: 30 * n),
    ),
    st.integers(-(2**40), 2**40).map(lambda t: csv(row(NINE, t), end="\r\n")),
    st.floats().map(json_line),
    st.sampled_from(
        [b"#hello\n", b"\n", b"\r\n", b"\0\n", b"{\n", b"9" * 5000, b" " * 4097 + b"\n"]
    ),
    st.binary(max_size=20),
)
streams = st.lists(fragments, max_size=12).map(b"".join)


@given(streams, st.lists(st.integers(0, 8000)))
def test_any_chunking_gives_the_same(stream, cuts):
    edges = [0, *sorted(cut % (len(stream) + 1) for cut in cuts), len(stream)]
    chunks = [stream[a:b] for a, b in itertools.pairwise(edges)]
    report, samples = parse(*chunks)
    report_of_whole, samples_of_whole = parse(stream)
    assert np.array_equal(samples, samples_of_whole, equal_nan=True)
    assert report == report_of_whole


@given(streams)
def test_every_line_is_accounted_for(stream):
    report, samples = parse(stream)
    pieces = [piece.strip(b"\r") for piece in stream.split(b"\n")]
    lines = [line for piece in pieces for line in re.split(b"\r+", piece)]
    if stream.endswith(b"\n") or not stream:
        lines.pop()
    blank = sum(len(line) <= MAX_LINE_BYTES and not clean(line) for line in lines)
    counted = report.samples + report.headers + report.messages + report.damaged + blank
    counted += report.repeated
    assert counted == report.lines == len(lines)
    assert len(samples) == report.samples
    assert (report.damaged > 0) == (report.first_damage is not None)
    assert np.all(np.diff(samples[:, 0]) >= 0)


@given(st.binary(max_size=5000))
def test_no_bytes_break_the_parser(data):
    report, samples = parse(data)
    assert report.samples == len(samples) <= report.lines <= len(data)


def test_header_that_was_damaged_on_its_way_does_not_take_a_finger_away():
    names = "timestamp,pitch,roll,yaw,flex1,flex2,flex3,flex4,flex5"
    sample = "{},1,2,3,701,702,703,704,705\n"
    parser = LineParser()
    parser.feed(f"{names}\n{sample.format(0)}".encode())
    frames = parser.feed(f"{names.replace('flex3', 'flEx~')}\n{sample.format(20)}".encode())
    assert frames.flex_adc.tolist() == [[701, 702, 703, 704, 705]]
    assert parser.report.damaged == 1


def test_whole_header_replaces_one_that_was_damaged():
    names = "timestamp,pitch,roll,yaw,flex1,flex2,flex3,flex4,flex5"
    sample = "{},1,2,3,701,702,703,704,705\n"
    parser = LineParser()
    damaged = parser.feed(f"{names.replace('flex3', 'flEx~')}\n{sample.format(0)}".encode())
    assert np.isnan(damaged.flex_adc[0, 2])
    frames = parser.feed(f"{names}\n{sample.format(20)}".encode())
    assert frames.flex_adc[0, 2] == 703


@given(st.text(), st.integers(1, 80))
def test_what_is_quoted_in_part_says_so(text, most):
    shown, is_cut = printable(text, most), len(text) > most
    assert shown.isprintable()
    assert len(shown) == (most + 1 if is_cut else len(text))
    assert shown.endswith("…") or not is_cut
