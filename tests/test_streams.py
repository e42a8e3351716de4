"""Standard streams as shells and pipes give them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from jihwa.io import streams
from jihwa.io.live import archive


def run_in_shell(command: str, **environment: str):
    return subprocess.run(
        ["/bin/sh", "-c", command.replace("jihwa", f"{sys.executable} -m jihwa.io")],
        capture_output=True,
        check=False,
        encoding="utf-8",
        env={**os.environ, **environment},
    )


needs_shell = pytest.mark.skipif(os.name != "posix", reason="needs a shell")


@needs_shell
@pytest.mark.parametrize("encoding", ["ascii", "cp949", "utf-8"])
def test_pipes_carry_utf_8_whatever_the_locale(encoding):
    done = run_in_shell("printf 'ㅎㅏㄱㄱㅛ' | jihwa compose | cat", PYTHONIOENCODING=encoding)
    assert (done.stdout, done.stderr) == ("학교\n", "")
    done = run_in_shell("jihwa compose abc", PYTHONIOENCODING=encoding, LC_ALL="ko_KR.UTF-8")
    assert "한글 자모" in done.stderr
    done = run_in_shell(r"printf '\377\nㄱㅏ' | jihwa compose", PYTHONIOENCODING=encoding)
    assert (done.returncode, done.stdout) == (1, "\n가\n")


@needs_shell
def test_a_byte_order_mark_is_no_letter():
    done = run_in_shell(r"printf '\357\273\277ㄱㅏ\r\nㄴㅏ' | jihwa compose")
    assert (done.returncode, done.stdout, done.stderr) == (0, "가\n나\n", "")


@needs_shell
@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-", "<&- >&- 2>&-"])
def test_closed_stream_is_no_obstacle(closed):
    done = run_in_shell(f"jihwa compose ㄱㅏ {closed}")
    assert (done.returncode, done.stderr) == (0, "")
    assert run_in_shell(f"jihwa compose {closed}").returncode == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_full_disk_behind_stdout_is_a_failure_with_one_line():
    done = run_in_shell("jihwa compose ㄱㅏ > /dev/full", LC_ALL="en_US.UTF-8")
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "the disk is full" in done.stderr


def test_reader_that_stops_listening_is_no_error(tmp_path):
    command = [sys.executable, "-m", "jihwa.io", "simulate", "안녕하세요 만나서 반갑습니다"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as run:
        run.stdout.readline()
        run.stdout.close()
        assert run.stderr.read() == b""
    assert run.returncode == 0


PRINTING = [
    "--help",
    "compose ㄱㅏ",
    "demo",
    "transcribe {sample}",
    "simulate 안녕",
    "devices",
    "doctor",
    "config",
    "sessions",
    "profile list",
    "phrases",
    "lm list",
    "data check {takes}",
    "record new --guide --hands-free --source sim:",
    "type --new --source sim:안녕하세요",
    "type --new --source auto:",
]


@needs_shell
@pytest.mark.parametrize("both", [False, True], ids=["stdout", "both"])
@pytest.mark.parametrize("command", PRINTING)
def test_no_command_minds_a_pipe_that_nobody_reads(command, both, tree, tmp_path):
    sample = Path(__file__).parents[1] / "data" / "samples" / "dinner.csv"
    words = command.format(sample=sample, takes=tree / "one").split()
    unread, pipe = os.pipe()
    os.close(unread)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "jihwa.io", "--lang", "en", *words],
            stdin=subprocess.DEVNULL,
            stdout=pipe,
            stderr=pipe if both else subprocess.PIPE,
            cwd=tmp_path,
            timeout=60,
            check=False,
        )
    finally:
        os.close(pipe)
    assert (done.returncode, done.stderr) == (0, None if both else b"")


def test_session_whose_reader_leaves_ends_with_its_text(tmp_path):
    command = [sys.executable, "-m", "jihwa.io", "--lang", "en", "type", "--new"]
    command += ["--source", "sim:안녕하세요 만나서 반갑습니다?speed=fast"]
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as run:
        while not run.stdout.readline().startswith("= 안녕하세요".encode()):
            pass
        run.stdout.close()
        assert run.stderr.read() == b""
    assert run.returncode == 0
    (session,) = archive.sessions()
    assert session.contents().ended
    assert session.contents().text.startswith("안녕하세요 ")


def test_what_was_told_last_is_not_told_again(capsys):
    streams.prepare()
    for text in ("a", "a", "b", "a"):
        streams.warn(text)
    assert capsys.readouterr().err == "jihwa: a\njihwa: b\njihwa: a\n"
