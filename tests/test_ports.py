"""Finding the glove: known boards first, the one of last time before them, any that speaks so."""

import json
import os
from contextlib import contextmanager
from dataclasses import replace

import pytest
from serial.tools import list_ports
from serial.tools.list_ports_common import ListPortInfo
from wires import HEADER, QUICK, Glove, Log, sample, wait_until

from jihwa.data.formats.layout import Layout
from jihwa.io.sources import ports
from jihwa.io.sources.ports import NANO_33_IOT, AnyGlove, Board, connected
from jihwa.io.sources.serial_line import SerialSource
from jihwa.io.sources.source import Connection, Link

pytestmark = pytest.mark.skipif(os.name == "nt", reason="needs pseudo-terminals")
CH340 = (0x1A86, 0x7523)
JSON_LINE = (json.dumps({"timestamp": 1.5, "flex1": 781}) + "\n").encode()


@pytest.fixture
def plug(tmp_path):
    """Plugs in a board: `plug("ttyACM0")`."""
    gloves = []

    def plug(name):
        gloves.append(Glove(tmp_path / name))
        return gloves[-1]

    yield plug
    for glove in gloves:
        glove.unplug()


@contextmanager
def searching(boards, layout=None, timing=QUICK):
    """A started search among boards, and what it delivers."""
    log, source = Log(), SerialSource(AnyGlove(layout, lambda: boards), timing=timing)
    source.start(log)
    try:
        yield log
    finally:
        source.close()


def board(glove, usb=NANO_33_IOT, serial_number="A1"):
    return Board(str(glove.name), "", usb, serial_number)


def test_devices_are_listed_with_the_likeliest_glove_first(monkeypatch):
    def port(device, description, vid=None, pid=None, serial_number=None):
        info = ListPortInfo(device, skip_link_detection=True)
        info.description, info.vid, info.pid = description, vid, pid
        info.serial_number = serial_number
        return info

    listed = [
        port("/dev/ttyS0", "n/a"),
        port("/dev/ttyUSB0", "USB Serial", *CH340),
        port("/dev/ttyACM1", "Uno", 0x2341, 0x0043, "U"),
        port("/dev/ttyACM2", "Nano 33 IoT", *NANO_33_IOT, "N"),
    ]
    monkeypatch.setattr(list_ports, "comports", lambda: listed)
    assert connected() == [
        Board("/dev/ttyACM2", "Nano 33 IoT", NANO_33_IOT, "N"),
        Board("/dev/ttyACM1", "Uno", (0x2341, 0x0043), "U"),
        Board("/dev/ttyUSB0", "USB Serial", CH340),
        Board("/dev/ttyS0"),
    ]


@pytest.mark.parametrize("on_usb", [True, False])
def test_silent_port_of_the_machine_itself_is_not_called_a_glove(plug, on_usb):
    """The doctor says the same of it."""
    boards = [board(plug("ttyS0"), None, None)]
    if on_usb:
        boards.insert(0, board(plug("ttyACM0")))
    with searching(boards) as log:
        wait_until(lambda: log.connections and log.connections[-1].reason)
        told = log.connections[-1]
    if on_usb:
        assert (told.link, told.device) == (Link.LOST, boards[0].port)
    else:
        assert told == Connection(Link.SEARCHING, "auto:", ports.NOTHING_CONNECTED)


def test_glove_is_waited_for_and_found_when_it_is_plugged_in(plug):
    boards = []
    with searching(boards) as log:
        assert "There is no glove on USB" in log.until(Link.SEARCHING).reason.en
        glove = plug("ttyACM0")
        boards.append(board(glove))
        log.until(Link.OPENING)
        glove.print(HEADER)
        log.until(Link.LIVE)
        log.until_data(HEADER)
        assert log.links == [Link.SEARCHING, Link.OPENING, Link.LIVE]


@pytest.mark.parametrize(
    "line", [JSON_LINE, b"A4095B0C1D2E3\n", HEADER], ids=["JSON", "OpenGloves", "header"]
)
def test_glove_is_known_by_what_it_says_and_nothing_of_that_is_lost(plug, line):
    glove = plug("ttyUSB0")
    with searching([board(glove, CH340)]) as log:
        log.until(Link.OPENING)
        glove.print(b"half a line\n" + line[:5])
        assert glove.read() == b"header\n"
        assert log.links == [Link.OPENING]
        glove.print(line[5:])
        log.until(Link.LIVE)
        log.until_data(b"half a line\n" + line)


def test_glove_without_a_header_is_known_by_the_layout_that_the_user_describes(plug):
    glove = plug("ttyUSB0")
    with searching([board(glove)], Layout.of_setting("flex1,flex2")) as log:
        log.until(Link.OPENING)
        glove.print(b"500,600\n")
        log.until(Link.LIVE)


def test_board_that_is_no_glove_is_passed_over(plug):
    printer, glove = plug("ttyACM0"), plug("ttyUSB0")
    with searching([board(printer), board(glove, CH340)]) as log:
        log.until(Link.OPENING)
        while log.connections[-1].device == str(printer.name):
            printer.print(b"T:200 B:60\n")
            printer.read(within_s=0.02)
        glove.print(sample(40))
        assert glove.read() == b"header\n"
        glove.print(HEADER)
        assert log.until(Link.LIVE).device == str(glove.name)


def test_glove_that_is_plugged_in_is_not_kept_waiting_by_a_silent_port(plug):
    silent = plug("ttyS0")
    boards = [board(silent, None, None)]
    patient = replace(QUICK, boot_s=60)
    with searching(boards, timing=patient) as log:
        log.until(Link.OPENING)
        glove = plug("ttyACM0")
        boards.append(board(glove))
        glove.read(within_s=0.4)
        wait_until(lambda: log.connections[-1] == Connection(Link.OPENING, str(glove.name)))
        glove.print(HEADER)
        log.until(Link.LIVE)


def test_glove_is_found_again_under_another_name(plug, tmp_path):
    glove = plug("ttyACM0")
    boards = [board(glove)]
    with searching(boards) as log:
        log.until(Link.OPENING)
        glove.print(HEADER)
        log.until(Link.LIVE)
        glove.unplug()
        boards.clear()
        log.until(Link.LOST)
        glove.plug(tmp_path / "ttyACM3")
        boards.append(board(glove))
        log.until(Link.OPENING)
        glove.print(HEADER)
        assert log.until(Link.LIVE).device.endswith("ttyACM3")
        assert Link.SEARCHING not in log.links


def test_board_of_last_time_comes_first_next_time(data_home):
    mine, other = Board("/dev/ttyUSB9", "", CH340, "MINE"), Board("/dev/ttyACM0", "", NANO_33_IOT)
    boards = [other, mine]
    first = AnyGlove(connected=lambda: boards)
    assert first.candidates() == ["/dev/ttyACM0", "/dev/ttyUSB9"]
    first.found("/dev/ttyUSB9")
    assert AnyGlove(connected=lambda: boards).candidates() == ["/dev/ttyUSB9", "/dev/ttyACM0"]
    (memory,) = (data_home / "jihwa").iterdir()
    assert memory.read_text() == "MINE\n"
    assert memory.stat().st_mode & 0o777 == 0o600


def test_glove_is_used_even_if_it_cannot_be_remembered(data_home):
    data_home.write_text("in the way")
    glove = AnyGlove(connected=lambda: [Board("/dev/ttyACM0", "", NANO_33_IOT, "A1")])
    glove.found("/dev/ttyACM0")
    assert glove.candidates() == ["/dev/ttyACM0"]


def test_refused_port_is_tried_again_later_or_when_it_was_replugged(monkeypatch):
    boards = [Board("/dev/ttyACM0", "", NANO_33_IOT, "A1")]
    glove = AnyGlove(connected=lambda: boards)
    glove.refused("/dev/ttyACM0")
    assert glove.candidates() == []
    unplugged, boards[:] = list(boards), []
    assert glove.candidates() == []
    boards[:] = unplugged
    assert glove.candidates() == ["/dev/ttyACM0"]
    glove.refused("/dev/ttyACM0")
    monkeypatch.setattr(ports, "REFUSAL_S", 0.0)
    assert glove.candidates() == ["/dev/ttyACM0"]
