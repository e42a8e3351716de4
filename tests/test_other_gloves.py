"""Gloves of other makers: OpenGloves' alpha encoding, and layouts that the user describes."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jihwa.data.formats.layout import Layout
from jihwa.data.formats.lines import LineParser
from jihwa.data.formats.names import FLEX, VALUES
from jihwa.data.messages import UsageError
from jihwa.data.signal.frames import Frames

ALPHA = b"A0B4000C2600D3200E3000F511G511P0\n"
FLEX_OF_ALPHA = [0, 999.3, 649.5, 799.4, 749.5]
DESCRIBED = Layout.of_setting("timestamp,-,flex2,flex1,accel_x")


def parse(*chunks: bytes, layout: Layout | None = None) -> tuple[LineParser, Frames]:
    parser = LineParser(layout)
    return parser, Frames.concatenate([*(parser.feed(chunk) for chunk in chunks), parser.flush()])


@pytest.mark.parametrize(
    "line",
    [
        ALPHA,
        b"A0B4000C2600D3200E3000\r\n",
        b"A   0B4000C2600D3200E3000F511G511P0\n",
        b"A0B4000C2600D3200E3000F511G511P0HIJKLMNO\n",
        b"A0B4000C2600D3200E3000F511G511P0(AB)7(BB)8(CB)9(DB)1(EB)2\n",
        b"A0B4000C2600D3200E3000(AAA)0(AAB)1(AAC)2F511G511\n",
    ],
    ids=["joystick", "fingers", "padded", "buttons", "splay", "joints"],
)
def test_fingers_of_opengloves_become_adc_counts(line):
    parser, frames = parse(line, line)
    assert frames.flex_adc[0] == pytest.approx(FLEX_OF_ALPHA, abs=0.1)
    assert np.isnan(frames.accel_g).all()
    assert np.isnan(frames.orientation_deg).all()
    assert (parser.dialect, parser.report.damaged, len(frames)) == ("OpenGloves", 0, 2)


@pytest.mark.parametrize(
    "line",
    [
        b"A0B4095C1000D2000\n",
        b"A0B4096C1000D2000E3000\n",
        b"A0B4095C1000A0B4000C2600D3200E3000\n",
        b"A0B4000C2600D3200E3000,1\n",
        b"A0B4095C1000D2000E" + b"9" * 4000 + b"\n",
    ],
    ids=["a finger missing", "beyond 4095", "two lines run together", "a comma", "digits"],
)
def test_damaged_opengloves_line_is_dropped_and_counted(line):
    parser, frames = parse(ALPHA, line, ALPHA)
    assert (len(frames), parser.report.damaged, parser.report.first_damage[0]) == (2, 1, 2)


def test_samples_without_a_clock_have_the_time_of_their_arrival():
    parser = LineParser()
    times_s = [parser.feed(ALPHA, at_s).time_s[0] for at_s in (100.0, 100.013, 100.05)]
    assert times_s == pytest.approx([0, 0.013, 0.05])


def test_samples_that_arrive_together_were_taken_one_after_the_other():
    parser = LineParser()
    parser.feed(ALPHA, 100.0)
    assert parser.feed(2 * ALPHA, 100.02).time_s == pytest.approx([0.01, 0.02])
    after_a_pause_s = parser.feed(2 * ALPHA, 101.0).time_s
    assert after_a_pause_s == pytest.approx([0.97, 1.0])
    assert parser.report.clock.gaps == 1


def test_samples_without_a_clock_come_in_even_steps_where_nobody_noted_their_arrival():
    _, frames = parse(3 * ALPHA)
    assert frames.time_s == pytest.approx([0, 0.03, 0.06])


@given(st.lists(st.tuples(st.integers(0, 5), st.floats(0, 10)), max_size=20))
def test_arrival_loses_no_sample_and_never_steps_back(arrivals):
    parser, at_s, samples = LineParser(), 0.0, []
    for n, later_s in arrivals:
        at_s += later_s
        samples.append(parser.feed(n * ALPHA, at_s))
    frames = Frames.concatenate(samples)
    assert len(frames) == sum(n for n, _ in arrivals)
    assert np.all(np.diff(frames.time_s) > 0)


def test_fields_mean_what_the_user_says():
    _, frames = parse(b"40,x,700,800,0.5\n60,,701,,0.25\n", layout=DESCRIBED)
    assert frames.time_s == pytest.approx([0, 0.02])
    assert frames.flex_adc[0, :2] == pytest.approx([800, 700])
    assert np.isnan(frames.flex_adc[1, 0])
    assert frames.accel_g[:, 0] == pytest.approx([0.5, 0.25])
    assert np.isnan(frames.flex_adc[:, 2:]).all()


def test_described_layout_without_a_clock_takes_the_time_of_arrival():
    parser = LineParser(Layout.of_setting("flex1, flex2"))
    assert len(parser.feed(b"700,800\n", 5.0)) == 1
    assert parser.feed(b"700,800\n", 5.5).time_s == pytest.approx([0.5])


def test_header_of_the_glove_is_believed_over_the_description():
    lines = b"40,x,700,800,0.5\ntimestamp,flex1,flex2\n60,701,702\n"
    parser, frames = parse(lines, layout=DESCRIBED)
    assert frames.flex_adc[:, 0] == pytest.approx([800, 701])
    parser.reset()
    assert len(parser.feed(lines)) == 2


def test_header_is_waited_for_where_nothing_was_described():
    twelve_numbers = b"40,1,2,3,0,0,1,700,710,720,730,740\n"
    parser, frames = parse(twelve_numbers, twelve_numbers)
    assert (len(frames), parser.report.damaged, parser.dialect) == (0, 2, "")


def test_layout_tells_what_straight_and_bent_fingers_read(tmp_path):
    layout = Layout.of_setting("timestamp,flex1[300:700],flex2[0.9:0.1]")
    lines = b"0,300,0.1\n30,500,0.5\n60,700,0.9\n"
    for sent in (lines, layout.header + lines):  # a journal begins with its layout
        parser = LineParser(layout if sent is lines else None)
        frames = Frames.concatenate([parser.feed(sent), parser.flush()])
        assert frames.flex_adc[:, :2].tolist() == [[780, 920], [850, 850], [920, 780]]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("timestamp,toe", "'toe' is unknown"),
        ("timestamp,flex1,flex1", "'flex1' is unknown or comes twice"),
        ("timestamp,accel_x", "at least one flex"),
        ("", "'' is unknown"),
        ("timestamp,flex1[adc11]", "'adc11' is unknown"),
        ("timestamp,flex1[300:300]", "'300:300' is unknown"),
        ("timestamp,pitch[1:2],flex1", "'1:2' is unknown"),
    ],
)
def test_layout_that_cannot_be_is_told_with_what_can(text, told):
    with pytest.raises(UsageError, match="Fields are timestamp, ") as error:
        Layout.of_setting(text)
    assert told in error.value.message.en
    for name in (*FLEX, *VALUES, "-"):
        assert name in error.value.message.ko


fragments = st.one_of(
    st.lists(st.integers(0, 4200), min_size=5, max_size=5).map(
        lambda values: "".join(f"{k}{v}" for k, v in zip("ABCDE", values, strict=True)).encode()
    ),
    st.tuples(st.integers(0, 10_000), st.integers(0, 1100)).map(
        lambda pair: f"{pair[0]},x,{pair[1]},800,0.5".encode()
    ),
    st.sampled_from([ALPHA[:-1], b"timestamp,flex1,flex2", b"60,1,2", b"# hello", b"A1", b""]),
    st.binary(max_size=12),
)
streams = st.lists(fragments, max_size=12).map(b"\n".join)


@given(streams, st.lists(st.integers(0, 8000)), st.sampled_from([None, DESCRIBED]))
def test_any_chunking_gives_the_same(stream, cuts, layout):
    edges = [0, *sorted(cut % (len(stream) + 1) for cut in cuts), len(stream)]
    parser, frames = parse(*(stream[a:b] for a, b in itertools.pairwise(edges)), layout=layout)
    whole_parser, whole = parse(stream, layout=layout)
    assert np.array_equal(frames.time_s, whole.time_s)
    assert np.array_equal(frames.flex_adc, whole.flex_adc, equal_nan=True)
    assert (parser.report, parser.dialect) == (whole_parser.report, whole_parser.dialect)
