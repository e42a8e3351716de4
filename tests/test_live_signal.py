"""What is told live of the signal: headers, lines, units, sensors, holes."""

import time

import numpy as np
import pytest
from live import session, signals, until

from jihwa.io.sources.source import Link


def test_header_that_did_not_arrive_is_asked_for_again(line):
    header, _, samples = line("학교").partition(b"\n")
    lines = samples.splitlines(keepends=True)
    with session() as (live, wire):
        wire.give(header.replace(b",", b";", 1) + b"\n" + b"".join(lines[:60]))
        until(lambda: wire.sent == ["header"])
        wire.give(header + b"\n" + b"".join(lines[60:]))
        until(signals(live, len(lines)))  # those that came before it are read too
        assert live.state.text.committed + live.state.text.preedit == "학교"
    assert wire.sent == ["header"]


def test_header_without_a_finger_is_asked_for_again_but_not_forever(line):
    header, *samples = line("안녕하세요").splitlines(keepends=True)
    short = header.replace(b"flex3", b"fle\xff3")
    with session() as (live, wire):
        for begin in range(0, 300, 60):
            wire.give(short + b"".join(samples[begin : begin + 60]))
            until(signals(live, begin + 60))
        assert wire.sent == ["header"]  # told twice, it is what the glove means


def test_rate_and_damage_are_counted(line):
    with session() as (live, wire):
        for each in line("가").split(b"\n")[:30]:
            wire.give(each + b"\n")
            time.sleep(0.01)
        wire.give(b"\xff\xfe???\n")
        until(lambda: live.state.signal.damaged == 1)
        assert 10 < live.state.signal.rate_hz < 110
        assert live.state.signal.flex_adc.shape == (5,)
        until(lambda: live.state.signal.rate_hz == 0)


def told(live):
    return [notice.en for notice in live.state.notices]


def slowly(wire, lines, per_s=100):
    for line in lines:
        wire.give(line)
        time.sleep(1 / per_s)


def test_lines_that_end_in_carriage_returns_are_read(line):
    data = line("학교")
    with session() as (live, wire):
        wire.give(data.replace(b"\r\n", b"\n").replace(b"\n", b"\r"))
        wire.connect(Link.ENDED)
        until(lambda: live.state.text.committed == "학교")


STRANGE = {
    "unknown fields": (b"a;b;c\n" + b"1;2;3\n" * 40, "The columns are a;b;c"),
    "noise": (bytes(range(128, 256)) * 8 + b"\n" * 20, "line(s) came and none can be read"),
    "no line ends": (b"7" * 2000, "no line ends"),
}


@pytest.mark.parametrize(("data", "expected"), STRANGE.values(), ids=STRANGE)
def test_what_cannot_be_read_is_told_within_two_seconds(data, expected):
    with session() as (live, wire):
        until(lambda: live.state.ready)
        began_s = time.monotonic()
        while not live.state.notices and time.monotonic() < began_s + 3:
            wire.give(data)
            time.sleep(0.2)
        assert time.monotonic() - began_s < 2.2
        assert expected in told(live)[0]


def test_lines_that_become_unreadable_are_told_once_until_they_are_read_again(line):
    header, *lines = line("학교에서").splitlines(keepends=True)
    with session() as (live, wire):
        wire.give(header + b"".join(lines[:60]))
        until(signals(live, 60))
        wire.give(b"?;?\n" * 150)
        until(lambda: "can be read no more" in " ".join(told(live)))
        wire.give(b"?;?\n" * 150)
        wire.give(b"".join(lines[60:120]))
        until(signals(live, 120))
        assert sum("no more" in notice for notice in told(live)) == 1


def test_units_and_sensors_that_send_no_value_are_told_once(line):
    header, *lines = line("학교").splitlines()
    rows = [row.split(b",") for row in lines]
    data = b"\n".join(
        [
            header,
            *(b",".join([b"%.3f" % (int(r[0]) / 1000), *r[1:3], b"ovf", *r[4:]]) for r in rows),
        ]
    )
    with session() as (live, wire):
        wire.give(data + b"\n")
        wire.connect(Link.ENDED)
        until(lambda: live.state.text.committed == "학교")
        notices = told(live)
        assert sum("Times are in seconds" in notice for notice in notices) == 1
        assert sum(notice.startswith("yaw: what comes is no value") for notice in notices) == 1


def test_a_tenth_that_is_lost_is_told(line):
    header, *lines = line("학교").splitlines(keepends=True)
    with session() as (live, wire):
        damaged = [each[:20] + b"\n" if i % 8 == 0 else each for i, each in enumerate(lines)]
        wire.give(header + b"".join(damaged))
        until(lambda: "of the lines cannot be read" in " ".join(told(live)))


def test_damaged_headers_leave_no_healthy_finger_out(line):
    header, *lines = line("안녕하세요").splitlines(keepends=True)
    garbled = [header.replace(b"flex5", b"fle~5"), header.replace(b"flex2", b"\xff\xff")]
    with session() as (live, wire):
        wire.give(garbled[0] + b"".join(lines[:60]))
        until(signals(live, 60))
        wire.give(garbled[1] + b"".join(lines[60:120]))
        until(signals(live, 120))
        assert wire.sent == ["header"] * 2
        wire.give(header + b"".join(lines[120:]))
        until(signals(live, len(lines)))
        until(lambda: not live.state.signal.faults)
        assert np.isfinite(live.state.signal.flex_adc).all()
        wire.give(garbled[0] + header[:60] + b"\n")
        assert np.isfinite(live.state.signal.flex_adc).all()
    assert wire.sent == ["header"] * 2


def test_fingers_that_all_read_what_none_can_are_told_once_and_write_nothing(line):
    header, *lines = line("학교").splitlines()
    rows = [row.split(b",") for row in lines]
    rows = [[*r[:7], *(b"%d" % (int(adc) - 450) for adc in r[7:])] for r in rows]
    with session() as (live, wire):
        wire.give(b"\n".join([header, *map(b",".join, rows), b""]))
        until(signals(live, len(rows)))
        assert sum("No finger can be believed" in notice for notice in told(live)) == 1
        assert live.state.signal.faults == ()
        assert live.state.signal.blindness.en in told(live)
        wire.connect(Link.ENDED)
    assert live.state.text.committed == ""


def test_another_resistor_is_told_once_though_what_is_known_of_it_changes(line):
    header, *lines = line(
        "만나서 반갑습니다 학교에서 같이 저녁 먹을래요 내일 비가 와요"
    ).splitlines()
    rows = [row.split(b",") for row in lines]
    rows = [[*r[:7], *(b"%d" % (300 + (int(adc) - 780) * 3) for adc in r[7:])] for r in rows]
    with session() as (live, wire):
        wire.give(header + b"\n")
        for begin in range(0, len(rows), 650):
            wire.give(b"".join(b",".join(row) + b"\n" for row in rows[begin : begin + 650]))
            until(signals(live, min(begin + 650, len(rows))))
        wire.connect(Link.ENDED)
        until(lambda: any("Flex moves" in notice for notice in told(live)))
        assert sum("Flex moves" in notice for notice in told(live)) == 1
