"""The virtual glove in real time: on a serial port, at a socket, and inside the program."""

import os
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager

import pytest
import serial

from jihwa.data.formats.lines import LineParser
from jihwa.data.formats.writers import HEADER
from jihwa.data.messages import UsageError
from jihwa.data.synthesis.pace import PACES
from jihwa.io.sources.simulated import SimulatedSource
from jihwa.io.sources.source import Connection, Link, Received
from jihwa.io.virtual.cable import Cable, parse_schedule
from jihwa.io.virtual.glove import VirtualGlove
from jihwa.io.virtual.server import Server, open_port

needs_pty = pytest.mark.skipif(os.name != "posix", reason="needs pseudo-terminals")
PORTS = [pytest.param("pty", marks=needs_pty), "tcp://127.0.0.1:0"]


class Serving:
    """A virtual glove that is served by a thread, and the addresses it announced."""

    def __init__(self, where, link=None, faults="", rate_hz=100):
        self.addresses: list[str] = []
        cable = Cable(VirtualGlove(rate_hz=rate_hz), parse_schedule(faults) if faults else ())
        self.server = Server(cable, open_port(where, link), self.addresses.append)
        self.thread = threading.Thread(target=self.server.run)

    def address(self, plugged=1) -> str:
        """Where it is, once it was plugged in so many times."""
        wait_until(lambda: len(self.addresses) >= plugged)
        return self.addresses[plugged - 1]


@contextmanager
def serving(*arguments, **settings):
    served = Serving(*arguments, **settings)
    served.thread.start()
    try:
        yield served
    finally:
        served.server.close()
        served.thread.join()


def wait_until(condition, timeout_s=5.0):
    give_up_s = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < give_up_s
        time.sleep(0.005)


def opened(address):
    return serial.serial_for_url(address, 115200, timeout=5)


def line(port) -> str:
    return port.readline().decode().removesuffix("\r\n")


@pytest.mark.parametrize("where", PORTS)
def test_a_host_opens_the_port_and_reads_without_damage(where):
    with serving(where) as served, opened(served.address()) as port:
        parser = LineParser()
        began_s = time.monotonic()
        while time.monotonic() < began_s + 1:
            parser.feed(port.read(port.in_waiting or 1))
    assert (parser.report.headers, parser.report.damaged) == (1, 0)
    assert parser.report.samples == pytest.approx(100, abs=15)


@pytest.mark.parametrize("where", PORTS)
def test_commands_reach_the_glove(where):
    with serving(where) as served, opened(served.address()) as port:
        assert line(port) == HEADER
        port.write(b"interval,50\nheader\n")
        wait_until(lambda: line(port) == "# interval(ms) set to 50")
        assert line(port) == HEADER


@pytest.mark.parametrize("where", PORTS)
def test_every_host_is_told_the_header(where):
    with serving(where) as served:
        for _ in range(3):
            with opened(served.address()) as port:
                assert line(port) == HEADER
            time.sleep(0.1)  # nobody notices when a port is closed and opened at once


@pytest.mark.parametrize("where", PORTS)
def test_bytes_that_nobody_reads_do_not_hold_up_the_glove(where):
    with serving(where, rate_hz=500) as served, opened(served.address()) as port:
        time.sleep(1.5)
        port.reset_input_buffer()
        while True:
            fields = line(port).split(",")
            if len(fields) == 12 and fields[0].isdigit():
                break
        assert int(fields[0]) > 1300


@pytest.mark.parametrize("where", PORTS)
def test_a_pulled_cable_is_noticed_and_put_back(where):
    with serving(where) as served:
        with opened(served.address()) as port:
            assert line(port) == HEADER
            served.server.tell("!unplug 0.3")
            with pytest.raises(serial.SerialException):
                wait_until(lambda: not line(port))
        with opened(served.address(plugged=2)) as port:
            wait_until(lambda: line(port) == HEADER)
            assert int(line(port).split(",")[0]) < 3000


@needs_pty
def test_a_link_leads_to_the_port_wherever_it_comes_back(tmp_path):
    link = tmp_path / "glove"
    with serving("pty", link) as served:
        assert served.address() == str(link)
        with opened(str(link)) as port:  # kept open: the port must come back under another name
            before = link.readlink()
            assert line(port) == HEADER
            served.server.tell("!unplug 0.2")
            wait_until(lambda: not link.is_symlink())
            served.address(plugged=2)
        assert link.readlink() != before
        with opened(str(link)) as port:
            wait_until(lambda: line(port) == HEADER)
    assert not link.is_symlink()


@needs_pty
def test_a_link_takes_no_other_files_place(tmp_path):
    diary = tmp_path / "diary"
    diary.write_text("dear")
    with pytest.raises(UsageError, match="a file already"):
        open_port("pty", diary).plug()
    assert diary.read_text() == "dear"


def test_a_second_host_waits_until_the_first_one_leaves():
    with serving("tcp://127.0.0.1:0") as served:
        first, second = opened(served.address()), opened(served.address())
        with second:
            with first:
                assert line(first) == HEADER
            assert line(second) == HEADER


def test_a_port_that_is_taken_is_the_users_mistake():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        where = f"tcp://127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(UsageError, match="Cannot listen"):
            open_port(where).plug()


@pytest.mark.parametrize("where", ["com3", "tcp://127.0.0.1", "tcp://:5", "tcp://127.0.0.1:99999"])
def test_a_place_that_does_not_exist_is_the_users_mistake(jihwa, where):
    done = jihwa("simulate", "가", "--serve", where)
    assert (done.code, done.out) == (2, "")
    assert where in done.err


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("가", "--faults", "drop=0.1"),
        ("가", "--link", "glove"),
        ("가", "--serve", "pty", "--output", "a.csv"),
        ("가", "--serve", "tcp://127.0.0.1:0", "--link", "glove"),
        ("가", "--serve", "pty", "--faults", "fire"),
        ("abc", "--serve", "pty"),
        ("가", "--rate-hz", "0"),
        ("가", "--letters-per-s", "nan"),
    ],
)
def test_options_that_do_not_go_together_are_refused(jihwa, arguments):
    done = jihwa("simulate", *arguments)
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)


@needs_pty
def test_the_program_prints_the_port_and_takes_texts_and_faults_on_its_input():
    command = [sys.executable, "-m", "jihwa.io", "--lang", "en", "simulate", "--serve", "pty"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, encoding="utf-8", **pipes) as run:
        with opened(run.stdout.readline().rstrip()) as port:
            assert line(port) == HEADER
            run.stdin.write("안녕\nabc\n!burn\n!reset\n")
            run.stdin.flush()
            assert "cannot be fingerspelled" in run.stderr.readline()
            assert "Unknown fault 'burn'" in run.stderr.readline()
            wait_until(lambda: line(port) == HEADER)
            assert line(port).startswith("2000,")
        run.terminate()


@pytest.mark.parametrize("rate_hz", [20, 100])
def test_rate_and_letter_rate_of_a_recording_are_as_asked_for(jihwa, tmp_path, rate_hz):
    words = ("simulate", "가나다라마바사아", "--speed", "fast", "--letters-per-s", 4)
    done = jihwa(*words, "--rate-hz", rate_hz)
    first, *_, last = done.out.splitlines()[1:]
    lasts_s = (int(last.split(",")[0]) - int(first.split(",")[0])) / 1000
    assert (len(done.out.splitlines()) - 2) / lasts_s == pytest.approx(rate_hz, rel=0.02)
    assert lasts_s == pytest.approx(16 / 4 + 2, rel=0.2)


def followed(source, seconds=20.0):
    """All that a source delivers until it ends, each with the time since it was started."""
    events, ended = [], threading.Event()

    def deliver(event):
        events.append((time.monotonic() - began_s, event))
        if isinstance(event, Connection) and event.link is Link.ENDED:
            ended.set()

    began_s = time.monotonic()
    source.start(deliver)
    ended.wait(seconds)
    source.close()
    return events


def test_the_simulated_source_is_live_at_once_and_ends_with_its_text(engine):
    text = "가자"
    source = SimulatedSource(text, wearer=3, speed="fast", rate_hz=50)
    source.send("interval,10")
    (live_s, live), (first_s, first), *_, (_, end) = events = followed(source)
    assert (live.link, end.link) == (Link.LIVE, Link.ENDED)
    assert live_s <= first_s < 0.05
    assert isinstance(first, Received)
    data = b"".join(event.data for _, event in events if isinstance(event, Received))
    assert b"# interval(ms) set to 10" in data
    parser = LineParser()
    frames = parser.feed(data)
    assert parser.report.damaged == 0
    assert frames.duration_s == pytest.approx(events[-1][0], abs=0.2)
    assert engine.run([frames]).text == text


def test_a_closed_simulated_source_delivers_nothing_more():
    source, events = SimulatedSource("안녕하세요"), []
    source.start(events.append)
    wait_until(lambda: len(events) > 3)
    source.close()
    source.close()
    n = len(events)
    time.sleep(0.1)
    assert len(events) == n
    assert events[-1] != Connection(Link.ENDED, "sim")


def test_a_source_that_was_never_started_can_be_closed():
    SimulatedSource("가", speed=next(iter(PACES))).close()
