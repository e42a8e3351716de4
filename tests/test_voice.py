"""A voice whose engine hangs, crashes, or is not there; and that no process is left behind."""

import subprocess
import sys
import time

import psutil
import pytest
from voices import worker

from jihwa.io.speech.process import VoiceSettings
from jihwa.io.speech.voice import Voice

SOON_S = 10.0


def wait_until(condition):
    end = time.monotonic() + SOON_S
    while not condition():
        assert time.monotonic() < end, "nothing happened"
        time.sleep(0.01)


@pytest.fixture
def start(tmp_path):
    """Starts a voice with a worker of `voices.worker`: `start("time.sleep(60)")`."""
    voices, log, notices = [], tmp_path / "log", []
    log.touch()

    def start(on_say="pass", patience_s=SOON_S, command=None):
        command = command or worker(log, on_say)
        voice = Voice(
            VoiceSettings(rate_wpm=1e6), notices.append, command=command, patience_s=patience_s
        )
        voices.append(voice)
        voice.notices = notices
        return voice

    def lines(kind):
        return [line.partition(" ")[2] for line in log.read_text().splitlines() if kind in line]

    start.said = lambda: lines("say")
    start.pids = lambda: [int(pid) for pid in lines("start")]
    yield start
    for voice in voices:
        voice.close()
    assert not [pid for pid in start.pids() if psutil.pid_exists(pid)]


def test_texts_are_spoken_in_order_by_one_worker(start):
    voice = start()
    for text in ("하나", "둘", "", "셋"):
        voice.say(text)
    wait_until(lambda: not voice.busy)
    assert start.said() == ["하나", "둘", "셋"]
    assert len(start.pids()) == 1
    assert voice.notices == []


def test_an_engine_that_hangs_is_killed_and_the_next_text_is_spoken_by_a_new_one(start):
    voice = start("time.sleep(60 if starts == 1 else 0)", patience_s=3.0)
    voice.say("하나")
    voice.say("둘")
    wait_until(lambda: not voice.busy)
    assert start.said() == ["하나", "둘"]
    assert len(start.pids()) == 2
    assert ["did not answer" in notice.en for notice in voice.notices] == [True]


def test_an_engine_that_crashes_again_and_again_is_told_once(start):
    voice = start("os._exit(1)")
    for text in ("하나", "둘", "셋"):
        voice.say(text)
    wait_until(lambda: not voice.busy)
    assert start.said() == ["하나", "둘", "셋"]
    assert ["ended midway" in notice.en for notice in voice.notices] == [True]


def test_stop_is_at_once_and_forgets_what_is_waiting(start):
    voice = start("time.sleep(60 if text == '긴 글' else 0)")
    voice.say("긴 글")
    voice.say("그다음")
    wait_until(lambda: start.said() == ["긴 글"])
    began_s = time.monotonic()
    voice.stop()
    assert time.monotonic() - began_s < 0.1
    wait_until(lambda: not voice.busy)
    assert time.monotonic() - began_s < 2.0
    voice.say("새 글")
    wait_until(lambda: not voice.busy)
    assert start.said() == ["긴 글", "새 글"]
    assert voice.notices == []


def test_another_voice_speaks_from_the_next_text_on(start):
    voice = start("time.sleep(0.3)")
    voice.say("하나")
    wait_until(start.said)
    voice.use(VoiceSettings(rate_wpm=2e6))
    voice.say("둘")
    voice.use(VoiceSettings(rate_wpm=2e6))
    voice.say("셋")
    wait_until(lambda: not voice.busy)
    assert start.said() == ["하나", "둘", "셋"]
    assert len(start.pids()) == 2
    assert voice.notices == []


def test_a_text_that_follows_a_stop_at_once_is_spoken(start):
    voice = start("time.sleep(60 if text == '긴 글' else 0)")
    voice.say("긴 글")
    wait_until(lambda: start.said() == ["긴 글"])
    voice.stop()
    voice.say("새 글")
    wait_until(lambda: not voice.busy)
    assert start.said() == ["긴 글", "새 글"]


def test_nothing_blocks_whoever_speaks(start):
    voice = start("time.sleep(60)")
    began_s = time.monotonic()
    for number in range(1000):
        voice.say(f"{number}")
    assert time.monotonic() - began_s < 0.5


@pytest.mark.parametrize("command", [["/no/such/worker"], [sys.executable, "-c", "pass"]])
def test_a_worker_that_cannot_start_is_told_once_and_typing_goes_on(start, command):
    voice = start(command=command)
    voice.say("하나")
    wait_until(lambda: voice.notices)
    voice.say("둘")
    wait_until(lambda: not voice.busy)
    assert len(voice.notices) == 1


def test_closing_ends_a_worker_that_does_not_listen(start):
    voice = start("time.sleep(60)")
    voice.say("긴 글")
    wait_until(start.said)
    began_s = time.monotonic()
    voice.close()
    assert time.monotonic() - began_s < 3.0
    voice.say("더")
    voice.close()
    assert start.said() == ["긴 글"]


def test_the_worker_ends_with_a_program_that_is_killed():
    program = (
        "import time; from jihwa.io.speech.process import *\n"
        "p = SpeechProcess(VoiceSettings()); print(flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True
    ) as owner:
        owner.stdout.readline()
        (process,) = psutil.Process(owner.pid).children()
        owner.kill()
    assert psutil.wait_procs([process], timeout=SOON_S)[0]
