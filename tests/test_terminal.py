"""The real program in a real terminal (tmux), its screen read as a user reads it."""

import json
import os
import re
import signal
import subprocess
import sys
import urllib.request

import pytest
from live import until
from panes import Tmux, tmux

from jihwa.composer.text.transcript import TextEdit
from jihwa.io.live import archive
from jihwa.io.user import profiles
from jihwa.recognizer.profile import Profile

JIHWA = (sys.executable, "-m", "jihwa.io")
FAST = "sim:안녕하세요?speed=fast"
PATIENCE_S = 40.0


@pytest.fixture
def terminal(tmp_path, monkeypatch):
    """A tmux server of this test's own."""
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    server = Tmux(tmp_path, monkeypatch)
    yield server
    server.close()


@pytest.fixture
def open_jihwa(terminal):
    """Starts `jihwa …` in a pane: `open_jihwa("type", "--source", …, columns=40)`."""

    def start(*words, language="ko", **settings):
        words = ("--lang", language, *map(str, words))
        return terminal.open(*JIHWA, *words, LC_ALL="C.UTF-8", **settings)

    return start


class Glove:
    """A virtual glove at a serial port that keeps its name."""

    def __init__(self, path):
        self.uri = f"serial://{path}"
        command = [*JIHWA, "simulate", "--serve", "pty", "--link", str(path), "--speed", "fast"]
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True)
        self._process.stdout.readline()

    def tell(self, line):
        print(line, file=self._process.stdin, flush=True)

    def close(self):
        self._process.terminate()
        self._process.communicate()


@pytest.fixture
def glove(tmp_path):
    glove = Glove(tmp_path / "glove")
    yield glove
    glove.close()


def hides(pane, text):
    until(lambda: not any(text in line for line in pane.lines), PATIENCE_S)


def is_clean(pane):
    """Whether the normal screen is shown, with its cursor."""
    flags = "#{alternate_on} #{cursor_flag} #{bracket_paste_flag}"
    return tmux("display-message", "-p", "-t", pane.name, flags).split()[:2] == ["0", "1"]


def process_of(pane):
    """The process of jihwa in a pane."""
    shell = tmux("display-message", "-p", "-t", pane.name, "#{pane_pid}").strip()
    found = subprocess.run(["pgrep", "-P", shell], capture_output=True, text=True, check=True)
    return int(found.stdout.split()[0])


def test_reader_comes_by_the_address_on_the_screen_and_answers(open_jihwa):
    pane = open_jihwa("captions", "--new", "--source", FAST, "--port", "0", columns=90)
    address, _, ticket = pane.shows("http://127.0.0.1:", PATIENCE_S).strip().partition("/#")
    pane.shows("▄▄")
    pane.press("Escape")
    pane.shows("안녕하세요", PATIENCE_S)

    def post(path, **content):
        headers = {"Content-Type": "application/json", "Origin": address, **cookie}
        request = urllib.request.Request(address + path, json.dumps(content).encode(), headers)
        with urllib.request.urlopen(request, timeout=10) as answer:
            return (answer.headers["Set-Cookie"] or "").partition(";")[0]

    cookie = {}
    cookie = {"Cookie": post("/v1/enter", ticket=ticket)}
    pane.shows("글을 읽을 사람이 들어왔습니다")
    post("/v1/answer", text="네, 반가워요")
    pane.shows("» 네, 반가워요")
    pane.press("Escape")
    hides(pane, "» 네, 반가워요")
    pane.press("C-r")
    assert ticket not in pane.shows(address)
    pane.press("C-q")
    pane.shows("ended with 0", PATIENCE_S)
    assert is_clean(pane)


def test_text_alone_is_shown_large(open_jihwa):
    pane = open_jihwa("type", "--new", "--captions", "--source", FAST)
    pane.shows("▐▌", PATIENCE_S)
    until(lambda: len(pane.lines) > 8)  # two lines of letters
    assert set("".join(pane.lines[:8])) <= set(" ▘▝▀▖▌▞▛▗▚▐▜▄▙▟█")
    assert not any("F1" in line or "연결" in line for line in pane.lines)
    pane.press("C-l")
    pane.shows("  안녕하세요")
    pane.shows("F1 도움말")


def test_story_of_a_conversation(open_jihwa, glove):
    pane = open_jihwa("type", "--source", glove.uri)
    pane.shows("● 연결됨", PATIENCE_S)
    glove.tell("같이")
    pane.shows("  같이", PATIENCE_S)

    pane.press("Tab")
    other = pane.shows("1 같이   2 ", PATIENCE_S).split("2 ")[1].split()[0]
    pane.press("2")
    hides(pane, "  같이")
    pane.shows(f"  {other}")
    pane.press("C-z")
    pane.shows("  같이")
    pane.press("C-y")
    pane.shows(f"  {other}")
    pane.press("C-z")
    pane.shows("  같이")

    pane.type("! 반가워")
    pane.shows("  같이! 반가워")
    pane.press("C-w")
    hides(pane, "반가워")
    pane.press("Enter")
    pane.type("둘째 줄")
    pane.shows("  둘째 줄")

    pane.press("M-c")
    pane.shows("클립보드에 복사했습니다")
    until(lambda: tmux("show-buffer").strip() == "같이!\n둘째 줄")

    pane.press("F2")
    pane.shows("‖ 멈춤")
    pane.press("F2")
    hides(pane, "‖ 멈춤")

    glove.tell("!unplug 2")
    hides(pane, "● 연결됨")
    pane.shows("● 연결됨", PATIENCE_S)
    glove.tell("학교")
    pane.shows("  둘째 줄 학교", PATIENCE_S)

    pane.press("F1")
    pane.shows("인식 멈추기, 잇기")
    pane.press("Escape")
    pane.shows("  둘째 줄 학교")
    pane.press("F9")
    hides(pane, "둘째 줄")
    pane.press("C-z")
    pane.shows("  둘째 줄 학교")
    pane.press("C-q")
    pane.shows("ended with 0", PATIENCE_S)
    assert is_clean(pane)
    (kept,) = archive.sessions()
    assert kept.contents().text.split("\n")[1] == "둘째 줄 학교"


def test_small_window_without_colours_works_and_may_grow(open_jihwa):
    pane = open_jihwa("type", "--source", FAST, columns=40, rows=10, language="en", NO_COLOR="1")
    pane.shows("● connected", PATIENCE_S)
    pane.shows("[안", PATIENCE_S)
    assert not any("thumb" in line for line in pane.lines)
    tmux("resize-window", "-t", pane.name, "-x", "100", "-y", "30")
    pane.shows("  thumb ")
    assert len(tmux("capture-pane", "-p", "-t", pane.name).splitlines()) == 30
    colours = tmux("capture-pane", "-e", "-p", "-t", pane.name)
    assert not re.search(r"\x1b\[(\d+;)*(3[0-8]|9[0-7])\b", colours)
    tmux("resize-window", "-t", pane.name, "-x", "10", "-y", "2")
    tmux("resize-window", "-t", pane.name, "-x", "80", "-y", "24")
    pane.shows("■ ended", PATIENCE_S)
    pane.press("C-c")
    pane.shows("Press Ctrl-C once more to quit.")
    pane.press("C-c")
    pane.shows("ended with 0", PATIENCE_S)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_told_to_end_it_leaves_everything_in_order(open_jihwa, number):
    pane = open_jihwa("type", "--source", FAST)
    pane.shows("  안녕", PATIENCE_S)
    os.kill(process_of(pane), number)
    pane.shows("ended with 0", PATIENCE_S)
    assert is_clean(pane)
    (kept,) = archive.sessions()
    assert kept.contents().ended
    assert kept.contents().text.startswith("안녕")


def test_window_that_is_closed_ends_the_session_as_it_should(open_jihwa):
    pane = open_jihwa("type", "--source", FAST)
    pane.shows("  안녕", PATIENCE_S)
    tmux("kill-session", "-t", pane.name)
    until(lambda: archive.sessions()[0].contents().ended, PATIENCE_S)


def test_killed_session_is_offered_again(open_jihwa):
    pane = open_jihwa("type", "--source", FAST)
    pane.shows("● 연결됨", PATIENCE_S)
    pane.type("잊지 마")
    pane.shows("  잊지 마", PATIENCE_S)
    os.kill(process_of(pane), signal.SIGKILL)
    again = open_jihwa("type", "--source", FAST)
    again.shows("이어서 쓸까요?", PATIENCE_S)
    assert "  잊지 마" in again.lines
    again.type("y")
    again.press("Enter")
    again.shows("● 연결됨", PATIENCE_S)
    again.shows("  잊지 마", PATIENCE_S)
    again.press("C-q")
    again.shows("ended with 0", PATIENCE_S)


def test_killed_session_is_offered_in_lines_too(open_jihwa):
    words = ("type", "--plain", "--source", "sim:?speed=1")
    pane = open_jihwa(*words)
    pane.shows("* 연결됨", PATIENCE_S)
    pane.type("잊지 마")
    pane.press("Enter")
    pane.shows("= 마", PATIENCE_S)
    os.kill(process_of(pane), signal.SIGKILL)
    again = open_jihwa(*words)
    again.shows("이어서 쓸까요?", PATIENCE_S)
    again.type("y")
    again.press("Enter")
    again.shows("* 연결됨", PATIENCE_S)
    again.type("알았지?")
    again.press("Enter")
    again.shows("= 알았지?", PATIENCE_S)
    again.press("C-c")
    again.shows("ended with", PATIENCE_S)
    (kept,) = archive.sessions()
    assert kept.contents().text.split("\n") == ["잊지 마", "알았지?", ""]


def test_another_wearer_goes_on(open_jihwa, alphabet):
    for name in ("me", "you"):
        profiles.save(name, Profile.empty(alphabet))
    pane = open_jihwa("type", "--profile", "me", "--source", FAST)
    pane.shows("me · 말하기 끔", PATIENCE_S)
    pane.shows("  안녕", PATIENCE_S)
    pane.press("M-w")
    pane.shows("2  you")
    pane.press("2")
    pane.shows("you · 말하기 끔", PATIENCE_S)
    pane.shows("  안녕")
    pane.press("C-q")
    pane.shows("ended with 0", PATIENCE_S)


def test_earlier_text_is_found_and_written_again(open_jihwa):
    for text in ("물 좀 주세요.", "저녁 먹었어요?"):
        journal = archive.begin("sim:", None)
        journal.edit(TextEdit(0, text))
        journal.close()
    pane = open_jihwa("type", "--source", "sim:")
    pane.shows("F1 도움말", PATIENCE_S)
    pane.press("C-f")
    assert pane.shows("저녁 먹었어요?").startswith("  → ")
    pane.type("ㅁ 주세")
    until(lambda: pane.shows("물 좀 주세요.").startswith("  → "))
    pane.press("Enter")
    pane.shows("  물 좀 주세요.")
    pane.press("C-q")
    pane.shows("ended with 0", PATIENCE_S)


def test_calibration_is_shown_and_may_be_given_up(open_jihwa, tmp_path):
    profile = tmp_path / "me.json"
    pane = open_jihwa("calibrate", "--quick", "--profile", profile, "--source", "sim:")
    first = pane.shows("자세를 잡고 가만히", PATIENCE_S)
    assert any(line.startswith("  0/20") for line in pane.lines)
    pane.shows("지금 손")
    pane.press("Tab")
    until(lambda: pane.shows("자세를 잡고 가만히") != first)
    pane.press("Escape")
    pane.shows("ended with 0", PATIENCE_S)
    assert is_clean(pane)
    assert not profile.exists()


def test_simulated_hand_shows_what_a_calibration_asks_for(open_jihwa, tmp_path):
    profile = tmp_path / "me.json"
    pane = open_jihwa("calibrate", "--mount", "--profile", profile, "--source", "sim:?speed=6")
    pane.shows("ended with 0", PATIENCE_S)
    pane.shows("보정을 마쳤습니다")
    assert profile.exists()


def test_calibration_whose_signal_ends_is_over_and_says_so(open_jihwa, tmp_path):
    profile = tmp_path / "me.json"
    pane = open_jihwa("calibrate", "--profile", profile, "--source", "sim:가?speed=fast")
    pane.shows("ended with 1", PATIENCE_S)
    pane.shows("다 보이기 전에 신호가 끝나")
    assert not profile.exists()


def test_interrupts_that_end_a_calibration_are_not_told_at_its_end(open_jihwa, tmp_path):
    pane = open_jihwa("calibrate", "--profile", tmp_path / "me.json", "--source", "sim:")
    pane.shows("자세를 잡고 가만히", PATIENCE_S)
    pane.press("C-c")
    pane.shows("한 번 더 누르세요")
    pane.press("C-c")
    pane.shows("ended with 0", PATIENCE_S)
    assert is_clean(pane)
    assert not any("한 번 더" in line for line in pane.lines)


def test_terminal_that_can_do_little_gets_lines(terminal):
    command = ("env", "TERM=dumb", *JIHWA, "type", "--source", FAST)
    pane = terminal.open(*command, LC_ALL="C.UTF-8")
    pane.shows("= 안녕하세요", PATIENCE_S)
    pane.shows("ended with 0", PATIENCE_S)


def test_calibrating_with_the_glove_needs_a_terminal(jihwa):
    done = jihwa("calibrate", "--profile", "me", "--source", FAST)
    assert (done.code, "needs a terminal" in done.err) == (2, True)
    done = jihwa("calibrate", "--profile", "me", "--source", FAST, "--add", "ㅐ")
    assert (done.code, "need recordings" in done.err) == (2, True)
