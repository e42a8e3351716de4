"""A glove on a cable: resets, loose plugs, other names, other readers, and peers that vanish."""

import errno
import os
import time

import numpy as np
import pytest
import serial
from wires import HEADER, QUICK, Glove, Log, following, sample

from jihwa.io.sources.ports import Board, NamedPort, explain_line, is_missing
from jihwa.io.sources.serial_line import SerialSource, open_line
from jihwa.io.sources.source import Link

pytestmark = pytest.mark.skipif(os.name == "nt", reason="needs pseudo-terminals")


@pytest.fixture
def glove(tmp_path):
    glove = Glove(tmp_path / "ttyACM0")
    yield glove
    glove.unplug()


def test_bytes_come_as_they_were_sent_a_torn_first_line_included(glove):
    with following(glove.name) as (_, log):
        log.until(Link.OPENING)
        glove.print(b"81,792,803\n" + HEADER + sample(40))
        log.until_data(b"81,792,803\n" + HEADER + sample(40))
        assert log.links == [Link.OPENING, Link.LIVE]
        assert log.connections[-1].device == str(glove.name)


def test_header_is_asked_for_when_bytes_come(glove):
    with following(glove.name) as (_, log):
        log.until(Link.OPENING)
        assert glove.read(within_s=0.1) == b""
        glove.print(sample(40))
        assert glove.read() == b"header\n"


def test_header_is_asked_of_a_board_that_says_nothing(glove):
    with following(glove.name) as (_, log):
        assert glove.read() == b"header\n"
        assert log.links == [Link.OPENING]
        glove.print(HEADER)
        log.until(Link.LIVE)


def test_header_is_asked_again_after_the_board_restarts(glove):
    with following(glove.name) as (_, log):
        log.until(Link.OPENING)
        glove.print(sample(40))
        assert glove.read() == b"header\n"
        time.sleep(1.5 * QUICK.pause_s)
        glove.print(sample(0))
        assert glove.read() == b"header\n"
        assert log.links == [Link.OPENING, Link.LIVE]


def test_commands_wait_until_the_line_is_up(glove):
    with following(glove.name) as (source, log):
        source.send("interval,20")
        log.until(Link.OPENING)
        glove.print(sample(40))
        log.until(Link.LIVE)
        source.send("yawzero")
        sent = b""
        while not sent.endswith(b"yawzero\n"):
            sent += glove.read()
        assert sent == b"header\ninterval,20\nyawzero\n"


def test_board_that_restarts_is_told_again_what_it_has_forgotten(glove):
    with following(glove.name, commands=["alpha,0.5"]) as (_, log):
        log.until(Link.OPENING)
        for time_ms in (40, 0):
            glove.print(sample(time_ms))
            told = b""
            while not told.endswith(b"alpha,0.5\n"):
                told += glove.read()
            assert told == b"header\nalpha,0.5\n"
            time.sleep(2 * QUICK.pause_s)


def test_missing_glove_is_waited_for(glove):
    glove.unplug()
    with following(glove.name) as (_, log):
        waiting = log.until(Link.SEARCHING)
        assert "Plug in the glove" in waiting.reason.en
        glove.plug(glove.name)
        log.until(Link.OPENING)
        glove.print(HEADER)
        log.until(Link.LIVE)


def test_unplugged_glove_comes_back_under_its_name(glove):
    with following(glove.name) as (_, log):
        log.until(Link.OPENING)
        glove.print(HEADER + sample(40))
        log.until(Link.LIVE)
        glove.unplug()
        assert "Plug" in log.until(Link.LOST).reason.en
        time.sleep(4 * QUICK.longest_retry_s)
        glove.plug(glove.name)
        log.until(Link.OPENING)
        glove.print(HEADER + sample(0))
        log.until(Link.LIVE)
        assert glove.read() == b"header\n"
        log.until_data(HEADER + sample(40) + HEADER + sample(0))
        assert log.links == [Link.OPENING, Link.LIVE, Link.LOST, Link.OPENING, Link.LIVE]


def test_board_is_found_again_under_another_name(glove, tmp_path):
    mine, other = (0x2341, 0x8057), (0x1A86, 0x7523)
    boards = [Board(str(glove.name), "", mine, "A1")]
    with following(glove.name, boards=boards) as (_, log):
        log.until(Link.OPENING)
        glove.print(HEADER)
        log.until(Link.LIVE)
        glove.unplug()
        glove.plug(tmp_path / "ttyACM7")
        boards[:] = [Board("/dev/none", "", other, "A1"), Board(str(glove.name), "", mine, "A1")]
        log.until(Link.OPENING)
        glove.print(HEADER)
        assert log.until(Link.LIVE).device.endswith("ttyACM7")


def test_silent_line_is_given_up_and_opened_again(glove):
    with following(glove.name) as (_, log):
        log.until(Link.OPENING)
        glove.print(HEADER)
        log.until(Link.LIVE)
        assert "reset button" in log.until(Link.LOST).reason.en
        log.until(Link.OPENING)
        glove.print(sample(40))
        log.until(Link.LIVE)


def test_board_that_never_speaks_is_told(glove):
    with following(glove.name) as (_, log):
        assert "nothing comes" in log.until(Link.LOST).reason.en
        assert log.links == [Link.OPENING, Link.LOST]
        log.until(Link.OPENING)


def test_second_reader_is_kept_out_and_told(glove):
    with following(glove.name) as (_, log):
        log.until(Link.OPENING)
        with following(glove.name) as (_, late):
            assert "another program" in late.until(Link.LOST).reason.en
        glove.print(HEADER)
        log.until_data(HEADER)


def test_port_that_another_program_holds_is_taken_when_it_is_free(glove):
    with open_line(str(glove.name)):
        log, source = Log(), SerialSource(NamedPort(str(glove.name)), timing=QUICK)
        source.start(log)
        log.until(Link.LOST)
    log.until(Link.OPENING)
    source.close()


def test_nothing_comes_after_closing_and_closing_is_quick(glove):
    with following(glove.name) as (source, log):
        log.until(Link.OPENING)
        began_s = time.monotonic()
        source.close()
        source.close()
        assert time.monotonic() - began_s < 0.5
        heard = len(log.connections)
        glove.print(HEADER)
        time.sleep(0.05)
        assert (log.data, len(log.connections)) == (b"", heard)


def test_waits_between_attempts_grow_to_a_limit(tmp_path, monkeypatch):
    tried_s = []

    def candidates(port):
        tried_s.append(time.monotonic())
        return [port.device]

    monkeypatch.setattr(NamedPort, "candidates", candidates)
    with following(tmp_path / "none") as (_, log):
        time.sleep(10 * QUICK.longest_retry_s)
    waits_s = np.diff(tried_s)
    assert waits_s[0] < QUICK.longest_retry_s < min(waits_s[4:])
    assert [each.link for each in log.connections] == [Link.SEARCHING]  # told once


@pytest.mark.parametrize(
    ("number", "advice"),
    [
        (errno.ENOENT, "Plug in the glove"),
        (errno.EACCES, "dialout"),
        (errno.EBUSY, "another program"),
        (errno.EIO, "Plug it in again"),
        (errno.ECONNREFUSED, "Start the program"),
        (errno.ENOTTY, "Check the cable"),
    ],
)
def test_reason_names_the_device_and_what_to_do(number, advice):
    reason = explain_line(serial.SerialException(number, os.strerror(number)), "/dev/ttyACM0")
    assert advice in reason.en
    for text in (reason.ko, reason.en):
        assert "/dev/ttyACM0" in text
    assert is_missing(OSError(number, "")) == (number == errno.ENOENT)


@pytest.mark.parametrize(
    ("raw", "advice"),
    [
        ("device reports readiness to read but returned no data", "came off"),
        (
            "could not open port 'COM3': PermissionError(13, 'Access is denied.', None, 5)",
            "another",
        ),
        ("could not open port 'COM3': FileNotFoundError(2, 'Not found', None, 2)", "Plug in"),
        ("socket disconnected", "peer closed"),
    ],
)
def test_reason_is_read_from_the_words_where_no_number_comes(raw, advice):
    assert advice in explain_line(serial.SerialException(raw), "COM3").en
