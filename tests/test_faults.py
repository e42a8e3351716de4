"""Whatever happens to the program, nothing that was final is lost, and nothing hangs.

The short form of `benchmarks/kills.py`, and what else may happen to a session.
"""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from benchmarks.kills import live, transcribe
from live import until

from jihwa.io.live import archive

JIHWA = [sys.executable, "-m", "jihwa.io", "--lang", "en"]
FAST = "sim:오늘 저녁에 같이 밥 먹을래?speed=fast&repeat=20"

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs signals and pseudo-terminals")


@pytest.fixture
def typing():
    """Starts sessions, and ends those that are left: `typing(FAST)`."""
    begun = []

    def start(source, *words, **given):
        command = [*JIHWA, "type", "--plain", "--new", "--pause", "0.5", "--source", source, *words]
        given = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, **given}
        begun.append(subprocess.Popen(command, **given))
        return begun[-1]

    yield start
    for program in begun:
        program.kill()
        program.wait()
        if program.stdout:
            program.stdout.close()


def final(program):
    """The next line of text that is final."""
    while not (line := program.stdout.readline().decode()).startswith("= "):
        assert line, "it has ended"
    return line[2:].strip()


def test_killed_sessions_lose_nothing_that_was_final():
    toll = live(kills=2, latest_s=8.0)
    assert (toll.kills, toll.wrong) == (2, [])


def test_killed_transcribing_comes_to_what_an_uninterrupted_one_does():
    toll = transcribe(kills=2, n_recordings=2)
    assert toll.kills >= 2
    assert toll.wrong == []


def test_session_that_is_hung_up_on_again_and_again_is_saved_first(typing):
    program = typing(FAST)
    word = final(program)
    until_s = time.monotonic() + 20
    while program.poll() is None and time.monotonic() < until_s:
        program.send_signal(signal.SIGHUP)
        time.sleep(0.001)
    assert program.wait(1) == 0
    (session,) = archive.sessions()
    assert session.contents().ended
    assert session.contents().text.startswith(word)


def test_stopped_session_goes_on_where_it_was(typing):
    program = typing(FAST)
    word = final(program)
    program.send_signal(signal.SIGSTOP)
    time.sleep(1.0)
    before = archive.sessions()[0].contents().text
    program.send_signal(signal.SIGCONT)
    assert final(program)
    after = archive.sessions()[0].contents().text
    assert after.startswith(before)
    assert before.startswith(word)


def test_two_sessions_at_once_are_two(typing):
    first, second = typing(FAST), typing(FAST)
    words = [final(first), final(second)]
    for program in (first, second):
        program.send_signal(signal.SIGTERM)
        assert program.wait(20) == 0
    kept = archive.sessions()
    assert len(kept) == 2
    texts = [session.contents().text for session in kept]
    assert all(any(text.startswith(word) for text in texts) for word in words)


@pytest.mark.skipif(not Path("/proc/1").exists(), reason="needs a folder that nobody can fill")
@pytest.mark.parametrize("command", [("type", "--plain", "--source", FAST), ("config", "--edit")])
def test_home_that_cannot_be_written_is_told(command):
    """Not even root makes a folder in /proc."""
    home = dict.fromkeys(("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"), "/proc/1/none")
    done = subprocess.run(
        [*JIHWA, *command],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        env={**os.environ, **home},
        timeout=30,
        check=False,
    )
    assert done.returncode in (1, 2)
    assert done.stderr.startswith("jihwa: /proc/1/none")
    assert done.stderr.count("\n") == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_lines_that_find_no_room_end_the_session_with_its_text(typing):
    with Path("/dev/full").open("wb") as full:
        program = typing(FAST, stdout=full, stderr=subprocess.PIPE)
        _, told = program.communicate(timeout=30)
    assert (program.returncode, told) == (1, b"jihwa: the disk is full. Make room and try again.\n")
    assert all(session.contents().ended for session in archive.sessions())


HOSTILE = ["a\x1b[2Jb.csv", "a\nb.csv", "\u202egpj.csv", "<script>alert(1)<!--.csv", "-x.csv"]


@pytest.mark.parametrize("name", HOSTILE)
def test_names_do_nothing_but_name(jihwa, take, tmp_path, name):
    path = take("plain.csv", "가")
    hostile, other = path.rename(tmp_path / name), path.parent / name
    for output in ("-", tmp_path / "out"):
        done = jihwa("transcribe", hostile, other, "--output", output)
        assert all(c.isprintable() or c == "\n" for c in done.out + done.err)
        assert done.out.count("\n") == (output == "-")
    assert jihwa("transcribe", hostile, "--html", "--output", tmp_path / "out").code == 0
    (page,) = (tmp_path / "out").glob("*.html")
    assert "<script>alert" not in page.read_text(encoding="utf-8")


def test_links_that_go_round_and_pipes_that_never_speak_hold_nothing_up(jihwa, take, tmp_path):
    folder = take("a.csv", "가").parent
    (folder / "round").symlink_to(folder)
    (folder / "nowhere.csv").symlink_to(tmp_path / "none")
    os.mkfifo(folder / "pipe.csv")
    done = jihwa("transcribe", folder, "--output", tmp_path / "out")
    assert (tmp_path / "out" / "a.txt").read_text(encoding="utf-8") == "가\n"
    assert done.code in (0, 1)


def test_text_that_was_typed_does_nothing_to_a_terminal(typing):
    program = typing("sim:가?speed=fast", stdin=subprocess.PIPE)
    program.stdin.write("\x1b[2J\u202e가\x07\n".encode())
    program.stdin.close()
    assert final(program) == "[2J가"
    until(lambda: program.poll() is not None, 20)
