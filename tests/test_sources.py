"""Sources by their URI: what may be written, recordings at the pace of the hand, and stdin."""

import json
import math
import os
import time

import h5py
import numpy as np
import pytest
from live import until
from wires import HEADER, Log, sample

from jihwa.data.formats.lines import LineParser
from jihwa.data.messages import DataError, UsageError
from jihwa.io.sources.playback import PlaybackSource, StdinSource, paced
from jihwa.io.sources.source import Link, Source
from jihwa.io.sources.uri import open_source

DEVICES = {
    "auto:": "auto:",
    "AUTO:": "auto:",
    "/dev/ttyACM0": "/dev/ttyACM0",
    "COM3": "COM3",
    "serial:///dev/ttyACM0": "/dev/ttyACM0",
    "serial:///dev/ttyACM0?baud=9600": "/dev/ttyACM0",
    "serial:/dev/ttyACM0?baud=9600": "/dev/ttyACM0",
    "serial:COM3": "COM3",
    "serial://COM3": "COM3",
    "serial:///COM3": "COM3",
    "socket://192.168.0.7:8888": "socket://192.168.0.7:8888",
    "rfc2217://[::1]:2217": "rfc2217://[::1]:2217",
    "-": "-",
}


@pytest.mark.parametrize(("uri", "device"), DEVICES.items(), ids=DEVICES)
def test_uri_names_a_device(uri, device):
    assert open_source(uri).device == device


@pytest.mark.skipif(os.name != "posix", reason="needs pseudo-terminals")
def test_link_to_a_device_is_one(tmp_path):
    master, slave = os.openpty()
    link = tmp_path / "glove"
    link.symlink_to(os.ttyname(slave))
    assert open_source(str(link)).device == str(link)
    os.close(master)
    os.close(slave)
    link.unlink()
    link.symlink_to(tmp_path / "unplugged")
    assert open_source(str(link)).device == str(link)


@pytest.mark.parametrize(
    ("uri", "told"),
    [
        ("/no/glove", "Is it serial:///no/glove ?"),
        ("seriall:///dev/ttyACM0", "Is it serial://"),
        ("auot:", "Is it auto:"),
        ("rfc2271://host:1", "Is it rfc2217://"),
        ("dinner.csv", "no such source"),
        ("", "no such source"),
        ("replay:", "behind replay: is missing"),
        ("xyz:1", "xyz:1: no such source. There are"),
        ("socket://host", "an address and a port"),
        ("socket://host:port", "an address and a port"),
        ("serial:///dev/ttyACM0?baut=9600", "Is it baud?"),
        ("serial:///dev/ttyACM0?baud=fast", "'fast' is no value for 'baud'"),
        ("sim:가?sed=1", "Is it seed?"),
        ("sim:가?seed=-1", "'-1' is no value for 'seed'"),
        ("sim:가?repeat=0", "'0' is no value for 'repeat'"),
        ("sim:가?rate_hz=0", "'0' is no value for 'rate_hz'. Allowed: a number from 1.0 to 500.0"),
        ("sim:가?letters_per_s=1e6", "Allowed: a number from 0.1 to 20.0"),
        ("sim:가?repeat=1000000000", "Allowed: a whole number from 1 to 10000"),
        ("sim:?speed=0", "'0' is no value for 'speed'"),
        ("socket://host:99999", "a port (1 to 65535)"),
        ("sim:가?speed=quick", "slow, normal, fast"),
        ("replay:none.csv", "no such file"),
        ("camera:none.mp4", "no such video"),
        ("camera:0?speed=-1", "'-1' is no value for 'speed'"),
        ("auto:?seed=1", "no setting 'seed'"),
    ],
)
def test_uri_that_cannot_be_is_told_with_what_can(uri, told):
    with pytest.raises(UsageError) as error:
        open_source(uri)
    assert told in error.value.message.en
    assert error.value.message.ko != error.value.message.en


def test_recording_without_its_scheme_is_recognised(bad):
    path = bad(HEADER)
    with pytest.raises(UsageError) as error:
        open_source(str(path))
    assert f"Is it replay:{path} ?" in error.value.message.en


def heard(source) -> Log:
    """All that a source delivers until it ends."""
    log = Log()
    source.start(log)
    log.until(Link.ENDED)
    source.close()
    return log


@pytest.mark.parametrize("text", ["가", "%EA%B0%80"])
def test_simulated_text_may_be_plain_or_percent_encoded(text):
    log = heard(open_source(f"sim:{text}?speed=fast&seed=1&letters_per_s=20"))
    parser = LineParser()
    assert len(parser.feed(log.data)) > 10
    assert parser.report.damaged == 0


def test_question_mark_of_a_file_name_is_no_setting(tmp_path):
    path = tmp_path / "what?now.csv"
    path.write_bytes(HEADER + sample(0))
    assert heard(open_source(f"replay:{path}?speed=0")).data == path.read_bytes()


def test_recording_is_passed_on_byte_by_byte(bad):
    content = b"# ready\n\xff\xfe torn\n" + HEADER + sample(0) + b"noise\n" + sample(30)[:-1]
    log = heard(PlaybackSource(bad(content)))
    assert log.data == content
    assert log.links == [Link.LIVE, Link.ENDED]


def test_recording_takes_as_long_as_the_hand_did(bad):
    path = bad(HEADER + b"".join(sample(t) for t in range(0, 401, 20)))
    for speed, lasts_s in ((0.5, 0.8), (4, 0.1)):
        began_s = time.monotonic()
        heard(open_source(f"replay:{path}?speed={speed}"))
        assert lasts_s <= time.monotonic() - began_s < lasts_s + 0.5


@pytest.mark.parametrize("speed", ["0", "inf"])
def test_recording_without_a_speed_does_not_wait(bad, speed):
    path = bad(HEADER + sample(0) + sample(30_000))
    began_s = time.monotonic()
    assert heard(open_source(f"replay:{path}?speed={speed}")).data == path.read_bytes()
    assert time.monotonic() - began_s < 1


def test_episode_comes_as_the_lines_of_the_firmware(tmp_path):
    path, n = tmp_path / "take.h5", 5
    with h5py.File(path, "w") as file:
        file["sensor_data"] = 700 + np.arange(8 * n, dtype=float).reshape(n, 8)
        file["arduino_timestamps"] = 1000.0 + 20 * np.arange(n)
    frames = LineParser().feed(heard(PlaybackSource(path, math.inf)).data)
    assert frames.time_s == pytest.approx(0.02 * np.arange(n))
    assert frames.flex_adc[1] == pytest.approx([708, 709, 710, 711, 712])
    assert np.isnan(frames.accel_g).all()


def test_file_that_is_no_recording_ends_the_source_and_says_why(tmp_path):
    path = tmp_path / "other.h5"
    with h5py.File(path, "w") as file:
        file["something"] = [1]
    assert "sensor_data" in heard(PlaybackSource(path)).connections[-1].reason.en


def test_samples_without_a_time_that_can_be_are_counted(jihwa, tmp_path):
    path, n = tmp_path / "episode.h5", 80
    times_ms = np.where(np.arange(n) % 20 == 3, np.nan, 30.0 * np.arange(n))
    with h5py.File(path, "w") as file:
        file["sensor_data"] = np.tile([780.0] * 5 + [0.0, 36.87, 0.0], (n, 1))
        file["arduino_timestamps"] = times_ms
    told = "Skipped 4 unreadable line(s). The first is line 5"
    assert told in jihwa("transcribe", path, "--lang", "en").err
    source = ("--source", f"replay:{path}?speed=0", "--lang", "en")
    assert jihwa("type", "--plain", "--new", *source).out.count(told) == 1
    assert jihwa("record", tmp_path / "new.csv", *source).err.count(told) == 1


def test_recording_that_cannot_be_read_is_an_error_at_once(tmp_path, monkeypatch):
    def refused(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.open", refused)
    with pytest.raises(DataError, match="permissions"):
        PlaybackSource(tmp_path / "private.csv")


def test_picture_that_is_to_be_played_back_is_an_error_at_once(bad):
    with pytest.raises(DataError, match="a picture, not a recording"):
        PlaybackSource(bad(b"\x89PNG\r\n\x1a\n" + bytes(99)))


def test_closing_does_not_wait_for_the_hand(bad):
    source, log = PlaybackSource(bad(HEADER + sample(0) + sample(50_000))), Log()
    source.start(log)
    log.until_data(sample(0))
    began_s = time.monotonic()
    source.close()
    assert time.monotonic() - began_s < 0.5
    assert log.links == [Link.LIVE]


def test_recording_takes_no_commands(bad):
    with pytest.raises(UsageError, match="no glove is there to take the command yawzero"):
        PlaybackSource(bad(HEADER)).send("yawzero")


def test_each_item_waits_for_its_time_and_no_longer():
    waits_s = []
    assert list(paced([(0.0, "a"), (2.0, "b"), (2.0, "c")], 2, waits_s.append)) == ["a", "b", "c"]
    assert waits_s == pytest.approx([1, 1], abs=0.05)


@pytest.fixture
def pipe():
    ends = os.pipe()
    yield ends
    for end in ends:
        os.close(end)


def test_stdin_comes_as_it_is_written(pipe):
    reading, writing = pipe
    source, log = StdinSource(reading), Log()
    source.start(log)
    for data in (HEADER, sample(40)):
        os.write(writing, data)
        log.until_data(data)
    assert log.links == [Link.LIVE]
    source.close()


def test_stdin_ends_with_the_other_program(tmp_path):
    path = tmp_path / "lines"
    path.write_bytes(json.dumps({"timestamp": 1, "flex1": 2}).encode())
    with path.open("rb") as file:
        log = heard(StdinSource(file.fileno()))
    assert log.data == path.read_bytes()
    assert log.links == [Link.LIVE, Link.ENDED]


def test_source_that_the_system_stops_ends_and_says_why():
    class Stopped(Source):
        def run(self):
            raise OSError(28, "No space left on device")

    assert "disk is full" in heard(Stopped("it")).connections[-1].reason.en


def test_simulated_glove_obeys_commands_from_the_start():
    source = open_source("sim:가?speed=fast", commands=["interval,20"])
    assert "# interval(ms) set to 20" in heard(source).data.decode()


@pytest.mark.parametrize(("sign", "moves"), [("ㅂ", True), ("ㅐ", False)])
def test_simulated_hand_shows_what_it_knows_and_rests_else(sign, moves):
    source, log = open_source("sim:?speed=50&seed=1"), Log()
    source.show(sign, None, 1.0)
    source.start(log)
    until(lambda: len(log.data) > 9000)
    source.close()
    flex = LineParser().feed(log.data).flex_adc
    assert (np.ptp(flex, axis=0).max() > 45) == moves
