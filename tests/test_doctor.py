"""`jihwa doctor`: what is there, what is not, and how it is mended."""

import os
import subprocess
import sys

import pytest

from jihwa.io.checks import Verdict, machine
from jihwa.io.checks.machine import (
    check_clock,
    check_encoding,
    check_fonts,
    check_grabbers,
    check_ports,
    check_terminal,
)
from jihwa.io.commands import doctor
from jihwa.io.settings import configuration
from jihwa.io.sources import ports
from jihwa.io.sources.camera import usual_python
from jihwa.io.sources.camera_worker import REQUIREMENT
from jihwa.io.sources.ports import Board
from jihwa.io.speech.problems import Problem, SpeechError
from jihwa.io.user import storage

GLOVE = Board("/dev/ttyACM7", "Nano 33 IoT", (0x2341, 0x8057), "123")
UART = Board("/dev/ttyS0")


@pytest.fixture(autouse=True)
def plain_machine(monkeypatch):
    """One without a glove and without a voice."""

    def start(settings):
        raise SpeechError(Problem.ENGINE)

    monkeypatch.setattr(machine, "connected", lambda: [UART])
    monkeypatch.setattr(machine, "SpeechProcess", start)


def marked(done, mark):
    return [line for line in done.out.splitlines() if line.startswith(mark)]


def test_a_machine_with_all_that_is_needed_is_well(jihwa):
    done = jihwa("doctor")
    assert (done.code, done.err) == (0, "")
    assert marked(done, "✗") == []
    good = "\n".join(marked(done, "✓"))
    assert "model: the shipped one, 24 signs" in good
    assert "language model: the shipped one" in good
    assert f"configuration: {configuration.path()} (none: all defaults)" in good
    assert f"data: {storage.folder()}" in good
    assert "clock: 20" in good


def test_every_line_is_korean_unless_asked(jihwa):
    for line in jihwa("doctor", "--lang", "ko").out.splitlines():
        assert any("가" <= c <= "힣" for c in line)


def test_broken_configuration_and_model_are_both_told(jihwa, tmp_path):
    configuration.path().parent.mkdir(parents=True)
    configuration.path().write_text("speek = 1\nlm = 'none.lm'\nmode = 7")
    model = tmp_path / "broken.bundle"
    model.write_bytes(b"no model")
    done = jihwa("doctor", "--model", model)
    assert done.code == 1
    broken = "\n".join(marked(done, "✗"))
    assert "config.toml:1: unknown setting speek" in broken
    assert "config.toml:3: mode is 7" in broken
    assert str(model) in broken
    assert "none.lm: no such language model" in broken
    assert "clock" in "\n".join(marked(done, "✓"))


def test_profile_that_is_missing_is_told(jihwa):
    done = jihwa("doctor", "--profile", "minsu")
    assert done.code == 1
    assert "minsu.json" in "".join(marked(done, "✗"))


@pytest.mark.parametrize(("mode", "mark", "code"), [("off", "!", 0), ("word", "✗", 1)])
def test_voice_is_needed_by_those_who_want_to_hear_it(jihwa, mode, mark, code):
    done = jihwa("doctor", "--speak", mode)
    assert done.code == code
    assert "voice: Nothing is spoken" in "".join(marked(done, mark))


def test_check_that_fails_stops_no_other(jihwa, monkeypatch):
    def broken():
        raise RuntimeError("out of order")

    monkeypatch.setattr(doctor.machine, "check_ports", broken)
    monkeypatch.setattr(doctor.machine, "check_grabbers", lambda: 1 / 0)
    done = jihwa("doctor")
    assert done.code == 1
    assert len(marked(done, "✗")) == 2
    assert "RuntimeError('out of order')" in done.out
    assert "clock" in done.out


def test_without_a_glove_only_a_doubt_is_told():
    (finding,) = check_ports()
    assert finding.verdict is Verdict.DOUBTFUL
    assert ports.NOTHING_CONNECTED.en in finding.message.en, "as `auto:` says"


@pytest.mark.skipif(os.name != "posix", reason="needs a system where ports have owners")
@pytest.mark.parametrize("may", [True, False])
def test_port_may_be_opened_or_its_group_is_told(monkeypatch, tmp_path, may):
    device = tmp_path / "ttyACM7"
    device.touch()
    board = Board(str(device), GLOVE.name, GLOVE.usb)
    monkeypatch.setattr(machine, "connected", lambda: [board, UART])
    monkeypatch.setattr(machine.os, "access", lambda path, mode: may)
    (finding,) = check_ports()
    assert finding.verdict is (Verdict.GOOD if may else Verdict.BAD)
    assert str(device) in finding.message.ko
    assert ("usermod -aG" in finding.message.en) is not may


def test_programs_that_take_ports_are_named_with_how_to_stop_them(tmp_path):
    for number, name in (("1", "systemd"), ("20", "ModemManager"), ("300", "brltty")):
        (tmp_path / number).mkdir()
        (tmp_path / number / "comm").write_text(name + "\n")
    first, second = check_grabbers(tmp_path)
    assert "disable --now ModemManager" in first.message.en
    assert "brltty" in second.message.ko
    assert list(check_grabbers(tmp_path / "none")) == []


@pytest.mark.skipif(os.name != "posix", reason="needs permissions of files")
def test_what_others_may_read_is_told_with_the_command_that_closes_it(jihwa):
    folder = storage.folder()
    folder.mkdir(mode=0o700, parents=True)
    (folder / "words.txt").touch(0o644)
    (doubt,) = [line for line in marked(jihwa("doctor"), "!") if "data:" in line]
    assert f"{folder / 'words.txt'}" in doubt
    command = doubt.split("`")[1]
    subprocess.run(command.split(), check=True)
    assert not [line for line in marked(jihwa("doctor"), "!") if "data:" in line]


def test_folder_that_cannot_be_written_is_bad(jihwa):
    storage.folder().parent.mkdir(parents=True)
    storage.folder().write_text("in the way")
    done = jihwa("doctor")
    assert done.code == 1
    assert f"data: {storage.folder()} cannot be written" in "".join(marked(done, "✗"))


@pytest.mark.parametrize(
    ("encoding", "verdict"), [("UTF-8", Verdict.GOOD), ("latin-1", Verdict.DOUBTFUL)]
)
def test_encoding_without_hangul_is_told(monkeypatch, encoding, verdict):
    monkeypatch.setattr(machine.locale, "getencoding", lambda: encoding)
    (finding,) = check_encoding()
    assert finding.verdict is verdict


@pytest.mark.skipif(sys.platform == "win32", reason="needs terminals that have a TERM")
@pytest.mark.parametrize(
    ("kind", "size", "told"),
    [
        ("xterm-256color", (80, 24), "terminal: xterm-256color 80×24"),
        ("xterm-256color", (79, 24), "80×24 or more"),
        ("dumb", (80, 24), "--plain"),
        ("", (80, 24), "TERM=(none)"),
        ("linux", (80, 24), "no Hangul"),
    ],
)
def test_terminal_is_told_with_what_it_lacks(monkeypatch, kind, size, told):
    monkeypatch.setattr(machine.sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(machine.sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(machine.shutil, "get_terminal_size", lambda: size)
    (finding,) = check_terminal({"TERM": kind})
    assert told in finding.message.en


@pytest.mark.parametrize(
    ("listed", "verdict"),
    [("Noto Sans CJK KR\nNoto Sans CJK KR\n", Verdict.GOOD), ("", Verdict.DOUBTFUL)],
)
def test_fonts_of_this_machine_are_counted(monkeypatch, tmp_path, listed, verdict):
    done = subprocess.CompletedProcess([], 0, listed.encode())
    monkeypatch.setattr(machine.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(machine.subprocess, "run", lambda *_, **__: done)
    (finding,) = check_fonts({})
    assert finding.verdict is verdict


def test_over_ssh_and_without_a_list_the_user_looks_for_themselves(monkeypatch):
    monkeypatch.setattr(machine.shutil, "which", lambda name: None)
    for environment in ({"SSH_CONNECTION": "a b"}, {}):
        (finding,) = check_fonts(environment)
        assert finding.verdict is Verdict.GOOD
        assert "한글 ㄱㄴㄷ" in finding.message.en


def test_clock_that_starts_in_1970_is_told(monkeypatch):
    (finding,) = check_clock()
    assert finding.verdict is Verdict.GOOD

    class Past(machine.datetime):
        @classmethod
        def now(cls):
            return cls(1970, 1, 1)

    monkeypatch.setattr(machine, "datetime", Past)
    (finding,) = check_clock()
    assert finding.verdict is Verdict.DOUBTFUL
    assert "Set the clock" in finding.message.en


def test_camera_that_is_not_set_up_works_or_is_broken(jihwa):
    assert f"pip install {REQUIREMENT}" in "".join(marked(jihwa("doctor"), "✓"))
    seer = usual_python()
    seer.parent.mkdir(parents=True)
    for code, mark, told in ((0, "✓", "camera: can see hands"), (1, "!", "(no libGL). Delete it")):
        seer.write_text(f"#!/bin/sh\necho no libGL >&2\nexit {code}\n")
        seer.chmod(0o755)
        assert told in "".join(marked(jihwa("doctor"), mark))
