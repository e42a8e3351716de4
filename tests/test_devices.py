"""`jihwa devices`: what is connected, and what it speaks."""

import os
import threading

import pytest
from serial.tools import list_ports
from serial.tools.list_ports_common import ListPortInfo
from wires import HEADER, Glove, sample

from jihwa.io.commands import devices
from jihwa.io.sources.ports import NANO_33_IOT

pytestmark = pytest.mark.skipif(os.name == "nt", reason="needs pseudo-terminals")


@pytest.fixture
def connect(tmp_path, monkeypatch):
    """Connects boards that say the same line after line: `connect(ttyACM0=lines)`."""
    ended, printers, gloves, infos = threading.Event(), [], [], []

    def print_lines(glove, lines):
        for line in lines:
            if ended.wait(0.02):
                return
            glove.print(line)

    def connect(**boards):
        for name, lines in boards.items():
            gloves.append(Glove(tmp_path / name))
            info = ListPortInfo(str(gloves[-1].name), skip_link_detection=True)
            info.description, info.serial_number = "Nano 33 IoT", "A1"
            info.vid, info.pid = NANO_33_IOT
            infos.append(info)
            printers.append(threading.Thread(target=print_lines, args=(gloves[-1], lines)))
            printers[-1].start()

    monkeypatch.setattr(list_ports, "comports", lambda: infos)
    monkeypatch.setattr(devices, "LISTEN_S", 0.6)
    yield connect
    ended.set()
    for printer in printers:
        printer.join()
    for glove in gloves:
        glove.unplug()


def test_nothing_connected_is_told_with_what_to_do(connect, jihwa):
    outcome = jihwa("devices")
    assert outcome.code == 0
    assert "Plug the glove into USB" in outcome.out
    assert "USB에 꽂으세요" in jihwa("--lang", "ko", "devices").out


def test_every_device_is_named_with_what_it_speaks(connect, jihwa, tmp_path):
    connect(
        ttyACM0=[HEADER, *(line for t in range(0, 2000, 20) for line in (HEADER, sample(t)))],
        ttyACM1=[b"A4095B0C1D2E3\n"] * 100,
        ttyACM2=[b"T:200 B:60\n"] * 100,
        ttyACM3=[],
    )
    told = jihwa("devices").out
    for number, verdict in enumerate(
        [
            f"a glove: {HEADER.decode().strip()}, 50 Hz",
            "a glove: OpenGloves, ",
            f"{tmp_path / 'ttyACM2'}: does not speak as a glove does",
            f"{tmp_path / 'ttyACM3'}: nothing comes",
        ]
    ):
        kind = f"{tmp_path / 'ttyACM'}{number}  Nano 33 IoT  2341:8057  A1"
        assert f"{kind}\n    {verdict}" in told


def test_device_that_cannot_be_opened_is_told_why(connect, jihwa, tmp_path):
    connect(ttyACM0=[])
    (tmp_path / "ttyACM0").unlink()
    assert "no such device" in jihwa("devices").out
