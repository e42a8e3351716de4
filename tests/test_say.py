"""The real engine: what `jihwa say` writes and plays, and what the voice does with it."""

import ctypes.util
import os
import sys
import time
import wave
from argparse import Namespace
from pathlib import Path

import numpy as np
import psutil
import pytest

from jihwa.io.checks.machine import check_voice
from jihwa.io.speech.process import VoiceSettings
from jihwa.io.speech.verbalisation import verbalised
from jihwa.io.speech.voice import Voice

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or ctypes.util.find_library("espeak-ng") is None,
    reason="needs the package libespeak-ng1",
)

PLAYER = """#!/bin/sh
echo $$ "$2" >> "$(dirname "$0")/heard"
cp "$2" "$(dirname "$0")/heard.wav"
{does}
"""


@pytest.fixture
def player(tmp_path, monkeypatch):
    """Puts an `aplay` in place, and nothing else that plays: `player("sleep 60")`."""
    folder = tmp_path / "programs"
    folder.mkdir()
    for program in ("dirname", "cp", "sleep"):
        (folder / program).symlink_to(f"/usr/bin/{program}")

    def install(does="exit 0"):
        (folder / "aplay").write_text(PLAYER.format(does=does))
        (folder / "aplay").chmod(0o755)
        return folder

    monkeypatch.setenv("PATH", str(folder))
    return install


def read(path):
    with wave.open(str(path)) as sound:
        samples = np.frombuffer(sound.readframes(sound.getnframes()), "<i2").astype(float)
        return samples, len(samples) / sound.getframerate()


def until_there(path: Path) -> None:
    end = time.monotonic() + 10.0
    while not path.exists():
        assert time.monotonic() < end, f"{path} does not come"
        time.sleep(0.01)


def test_a_text_becomes_a_sound_file(jihwa, tmp_path):
    outcome = jihwa("say", "안녕하세요", "반갑습니다", "--output", tmp_path / "hello.wav")
    assert (outcome.code, outcome.out, outcome.err) == (0, "", "")
    samples, duration_s = read(tmp_path / "hello.wav")
    assert 1.0 < duration_s < 5.0
    assert np.abs(samples).max() > 3000


def test_what_sounds_the_same_is_the_same_sound(jihwa, tmp_path):
    for name, text in {"written": "꽃잎입니다", "said": "꼰니핌니다", "other": "꽃이다"}.items():
        assert jihwa("say", text, "--output", tmp_path / f"{name}.wav").code == 0
    written, said, other = (
        (tmp_path / f"{n}.wav").read_bytes() for n in ("written", "said", "other")
    )
    assert written == said
    assert written != other


@pytest.mark.parametrize("written", ["3시 30분", "20살", "010-1234-5678", "5kg", "6월 10월", "TV"])
def test_numbers_sound_as_they_are_read(jihwa, tmp_path, written):
    for name, text in {"written": written, "read": verbalised(written)}.items():
        assert jihwa("say", text, "--output", tmp_path / f"{name}.wav").code == 0
    assert (tmp_path / "written.wav").read_bytes() == (tmp_path / "read.wav").read_bytes()
    assert verbalised(written) != written


def test_stdin_is_said_line_by_line_or_written_as_a_whole(jihwa, pipe_in, player, tmp_path):
    folder = player()
    pipe_in("안녕하세요\n\n반갑습니다\n".encode())
    assert jihwa("say").code == 0
    assert len((folder / "heard").read_text().splitlines()) == 2
    pipe_in("안녕하세요\n반갑습니다\n".encode("cp949"))
    assert jihwa("say", "--output", tmp_path / "all.wav").code == 0
    assert read(tmp_path / "all.wav")[1] > 1.5 * read(folder / "heard.wav")[1]
    pipe_in(b"\n")
    assert jihwa("say").code == 2


@pytest.mark.parametrize("name", ["x.mp3", "x.ogg", "x.txt"])
def test_no_other_file_than_a_wav_is_written(jihwa, tmp_path, name):
    outcome = jihwa("say", "안녕", "--output", tmp_path / name)
    assert outcome.code == 2
    assert "x.wav" in outcome.err
    assert not (tmp_path / name).exists()


def test_the_voices_are_listed(jihwa):
    outcome = jihwa("voices")
    assert outcome.code == 0
    assert "engine: espeak\n* ko  Korean\n" in outcome.out


def test_rate_and_volume_can_be_set(jihwa, tmp_path):
    for name, options in {"slow": ["--rate", 100], "fast": ["--rate", 300], "quiet": []}.items():
        volume = ["--volume", 0.2] if name == "quiet" else []
        path = tmp_path / f"{name}.wav"
        assert jihwa("say", "오늘 저녁에 같이", "--output", path, *options, *volume).code == 0
    (slow, slow_s), (_, fast_s), (quiet, _) = (
        read(tmp_path / f"{name}.wav") for name in ("slow", "fast", "quiet")
    )
    assert slow_s > 1.5 * fast_s
    assert np.abs(quiet).max() < 0.5 * np.abs(slow).max()


def test_aloud_it_is_played(jihwa, player):
    folder = player()
    assert jihwa("say", "안녕하세요").code == 0
    assert read(folder / "heard.wav")[1] > 0.5


def test_a_voice_that_is_not_korean_is_refused_with_those_that_are(jihwa, tmp_path):
    for name in ("nobody", "en", "gmw/en"):
        outcome = jihwa("say", "안녕", "--voice", name, "--output", tmp_path / "a.wav")
        assert outcome.code == 1
        assert f"no such Korean voice ({name}; ko)" in outcome.err
    assert jihwa("say", "안녕", "--voice", "ko+f3", "--output", tmp_path / "a.wav").code == 0


def test_without_a_player_it_says_what_to_install(jihwa, player):
    outcome = jihwa("say", "안녕")
    assert outcome.code == 1
    assert "alsa-utils" in outcome.err
    assert "alsa-utils" in jihwa("--lang", "ko", "say", "안녕").err


@pytest.mark.parametrize(
    "told",
    [
        "ALSA lib confmisc.c:855:(parse_card) cannot find card '0'\n" * 12
        + "aplay: main:831: audio open error: No such file or directory",
        "Connection failure: Connection refused",
    ],
)
def test_without_a_sound_device_it_says_so_in_one_line(jihwa, player, told):
    folder = player(f"echo '{told}' >&2; exit 1")
    outcome = jihwa("say", "안녕")
    assert outcome.code == 1
    assert "There is no sound device" in outcome.err
    assert len(outcome.err) < 250
    assert outcome.err.count("\n") == 1
    assert "ALSA" not in outcome.err
    assert (folder / "heard").exists()


def test_another_fault_of_the_player_is_told(jihwa, player):
    player("echo 'aplay: pcm_write:2178: write error: Input/output error' >&2; exit 1")
    assert "could not be played (write error: Input/output error)" in jihwa("say", "안녕").err


@pytest.mark.parametrize("arguments", [[""], ["안녕", "--output", "/no/such/folder/a.wav"]])
def test_what_cannot_be_is_refused(jihwa, arguments):
    assert jihwa("say", *arguments).code == 2


def test_a_voice_that_cannot_be_heard_tells_so_once_and_keeps_no_process(player):
    notices = []
    voice = Voice(VoiceSettings(), notices.append)
    for text in ("하나", "둘"):
        voice.say(text)
    while voice.busy or not notices:
        time.sleep(0.01)
    voice.say("셋")
    assert ["alsa-utils" in notice.ko for notice in notices] == [True]
    assert not any("jihwa.io.speech" in " ".join(p.cmdline()) for p in psutil.Process().children())
    voice.close()


def test_what_is_played_stops_at_once_and_leaves_nothing_behind(player):
    folder = player("exec sleep 60")
    voice = Voice(VoiceSettings(), lambda notice: None)
    voice.say("안녕하세요")
    until_there(folder / "heard.wav")
    pid, sound = (folder / "heard").read_text().split()
    began_s = time.monotonic()
    voice.stop()
    while voice.busy:
        time.sleep(0.01)
    assert time.monotonic() - began_s < 1.0
    assert not psutil.pid_exists(int(pid)) or psutil.Process(int(pid)).status() == "zombie"
    assert not os.path.exists(sound)  # noqa: PTH110  # what was said is nobody's business
    voice.close()


def test_the_doctor_hears_the_voice_and_finds_what_is_missing(player):
    options = Namespace(voice=None, speak="word")
    voice, missing = check_voice(options)
    assert "ko of espeak" in voice.message.en
    assert "alsa-utils" in missing.message.en
    player()
    assert [f.verdict.name for f in check_voice(options)] == ["GOOD", "GOOD"]
