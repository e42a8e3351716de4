"""A camera as a source: the process that sees, its end, and what is told of pictures."""

import json
import math
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from live import session, until
from seen import points, points_of, seen_hand
from takes import tree
from wires import Log

from jihwa.data.formats.readers import Recording
from jihwa.data.messages import UsageError
from jihwa.data.synthesis.pace import PACES
from jihwa.data.synthesis.spelling import assemble
from jihwa.io.sources import camera
from jihwa.io.sources.camera import CameraSource, usual_python
from jihwa.io.sources.camera_worker import REQUIREMENT, End, chosen
from jihwa.io.sources.source import Link
from jihwa.io.sources.uri import open_source
from jihwa.models.bundle import LANDMARKS, load_shipped

SEER = usual_python()  # before tests have a data folder of their own
sees = pytest.mark.skipif(not SEER.exists(), reason=f"needs {REQUIREMENT} in {SEER.parents[1]}")
posix = pytest.mark.skipif(sys.platform == "win32", reason="the stand-in is a shell script")
MP4 = b"\0\0\0\x18ftypmp42"
STILL = points(np.tile([0.3, 0.1, 0.4, 2.6, 2.2], (30, 1)), np.tile([-0.8, -0.36, 0.48], (30, 1)))


def seen(hands, rate_hz=30.0, n_hands=1):
    """The lines of a process that sees these (21, 3) hands, or None for none."""
    return "".join(
        json.dumps(
            {
                "timestamp": round(at / rate_hz, 4),
                "hands": n_hands if hand is not None else 0,
                "landmarks": [] if hand is None else (640 * hand).round(1).ravel().tolist(),
            }
        )
        + "\n"
        for at, hand in enumerate(hands)
    )


@pytest.fixture
def stand_in(tmp_path):
    """Makes a Python that sees nothing but prints lines and ends so: `stand_in(text, code)`."""

    def make(text="", code=0, first="", sleeps_s=0):
        lines, script = tmp_path / "lines.jsonl", tmp_path / "python"
        lines.write_text(text)
        lasts = f"exec sleep {sleeps_s}" if sleeps_s else f"exit {code}"
        script.write_text(f"#!/bin/sh\n{first}\ncat '{lines}'\n{lasts}\n")
        script.chmod(0o755)
        return script

    return make


@pytest.fixture
def log():
    """Opens a source and takes what it delivers: `log(source)`."""
    opened = []

    def start(source):
        opened.append(source)
        taken = Log()
        source.start(taken)
        return taken

    yield start
    for source in opened:
        source.close()


@posix
def test_what_is_spelled_before_a_camera_or_in_a_video_becomes_text(jihwa, stand_in, tmp_path):
    bundle = load_shipped(LANDMARKS)
    spelled = assemble(
        "고양이가 예뻐요",
        seen_hand(bundle, 1),
        bundle.alphabet,
        PACES["normal"],
        np.random.default_rng(1),
    )
    hands = points_of(spelled.frames)
    python = stand_in(seen(hands, rate_hz=1 / float(np.median(np.diff(spelled.frames.time_s)))))
    done = jihwa("type", "--plain", "--source", f"camera:0?python={python}")
    assert done.code == 0
    assert "= 고양이가 예뻐요" in done.out

    video = tmp_path / "clip.mp4"
    video.write_bytes(MP4)
    usual = usual_python()
    usual.parent.mkdir(parents=True)
    python.rename(usual)
    done = jihwa("transcribe", video)
    assert (done.code, done.out) == (0, "고양이가 예뻐요\n")


@posix
def test_videos_in_a_folder_are_recordings(jihwa, stand_in, archive, tmp_path):
    folder = archive("a.csv", root="clips")
    for name in ("b.MOV", "deep/c.webm"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(MP4)
    usual = usual_python()
    usual.parent.mkdir(parents=True)
    stand_in(seen([None] * 30)).rename(usual)
    done = jihwa("transcribe", folder, "--output", tmp_path / "out")
    assert (done.code, set(tree(tmp_path / "out"))) == (1, {"a.txt"})
    for name in ("b.MOV", "c.webm"):
        assert f"{name}: none of 30 picture(s) shows a hand" in done.err


@posix
@pytest.mark.parametrize(
    ("code", "told"),
    [
        (End.OVER, "clip.mp4: none of 30 picture(s) shows a hand"),
        (End.NO_PACKAGES, REQUIREMENT),
        (End.NO_VIDEO, "clip.mp4: it cannot be read as a video"),
        (7, "clip.mp4: the program that looks at the camera has ended (7). To see why: "),
    ],
    ids=str,
)
def test_of_a_video_without_text_it_is_told_why(jihwa, stand_in, tmp_path, code, told):
    video, usual = tmp_path / "clip.mp4", usual_python()
    video.write_bytes(MP4)
    usual.parent.mkdir(parents=True)
    stand_in(seen([None] * 30), code=int(code)).rename(usual)
    done = jihwa("transcribe", video)
    assert done.code == 1
    assert told in done.err


ENDS = {
    End.OVER: (Link.ENDED, None),
    End.NO_PACKAGES: (Link.ENDED, REQUIREMENT),
    End.NO_CAMERA: (Link.SEARCHING, "there is no such camera"),
    End.IN_USE: (Link.SEARCHING, "Close other programs"),
    End.NO_VIDEO: (Link.ENDED, "cannot be read as a video"),
    7: (Link.ENDED, "has ended (7). To see why: "),
}


@posix
@pytest.mark.parametrize(("code", "expected"), ENDS.items(), ids=str)
def test_how_the_process_ends_is_told(stand_in, log, code, expected):
    link, told = expected
    taken = log(CameraSource("0", stand_in(code=int(code))))
    until(lambda: taken.connections and taken.connections[-1].link is link)
    reason = taken.connections[-1].reason
    assert told in reason.en if told else reason is None


@posix
def test_a_camera_that_was_in_use_is_taken_when_it_is_free(stand_in, log, monkeypatch, tmp_path):
    monkeypatch.setattr(camera, "RETRY_S", 0.05)
    first = f"test -e {tmp_path}/free || {{ touch {tmp_path}/free; exit {int(End.IN_USE)}; }}"
    taken = log(CameraSource("0", stand_in(seen(STILL[:2]), first=first)))
    until(lambda: taken.connections[-1].link is Link.ENDED)
    links = [Link.OPENING, Link.SEARCHING, Link.LIVE, Link.ENDED]
    assert [each.link for each in taken.connections] == links
    assert taken.data.decode() == seen(STILL[:2])


@posix
def test_a_camera_that_falls_silent_is_lost_and_closing_waits_for_nothing(
    stand_in, log, monkeypatch
):
    monkeypatch.setattr(camera, "SILENCE_S", 0.2)
    source = CameraSource("0", stand_in(seen(STILL[:2]), sleeps_s=60))
    taken = log(source)
    until(lambda: taken.connections[-1].link is Link.LOST)
    assert "no pictures come any more" in taken.connections[-1].reason.en
    began_s = time.monotonic()
    source.close()
    assert time.monotonic() - began_s < 1


def test_without_what_sees_it_is_told_how_to_get_it(jihwa, tmp_path):
    videos = {"a.mp4": MP4, "b.avi": b"RIFF\0\1\0\0AVI ", "c.webm": b"\x1a\x45\xdf\xa3"}
    for name, beginning in videos.items():
        (tmp_path / name).write_bytes(beginning)
        done = jihwa("transcribe", tmp_path / name)
        assert done.code == 2
        assert f"-m pip install {REQUIREMENT}" in done.err
    (tmp_path / "sound.wav").write_bytes(b"RIFF\0\1\0\0WAVEfmt ")
    assert "a sound file, not a recording" in jihwa("transcribe", tmp_path / "sound.wav").err
    for uri in ("camera:0", f"camera:0?python={tmp_path / 'none'}"):
        with pytest.raises(UsageError, match=f"-m pip install {REQUIREMENT}"):
            open_source(uri)
    with pytest.raises(UsageError, match="no such video"):
        open_source(f"camera:{tmp_path / 'none.mp4'}")
    with pytest.raises(UsageError, match="behind camera: is missing"):
        open_source("camera:")


def test_of_two_hands_the_one_goes_on_that_was_read():
    small, large = STILL[0], 2 * STILL[0] + (0.4, 0, 0)
    assert chosen([], small) is None
    assert chosen([small, large], None) is large
    assert chosen([large, small], small + 0.01) is small


def pictures(path, hands, **how):
    path.write_text(seen(hands, **how))
    return Recording(path)


@pytest.mark.parametrize(
    ("hands", "how", "told"),
    [
        (STILL, {"n_hands": 2}, "30 picture(s) show more than one hand"),
        ([*STILL[:20], *[None] * 5, *STILL[:20]], {}, "5 picture(s) without a hand"),
        (np.tile(STILL, (2, 1, 1)), {"rate_hz": 5.0}, "only 5 pictures a second"),
    ],
    ids=["two hands", "it leaves", "5 a second"],
)
def test_what_is_wrong_with_pictures_is_told(tmp_path, hands, how, told):
    recording = pictures(tmp_path / "hand.jsonl", hands, **how)
    recording.frames()
    (warning,) = recording.report.warnings()
    assert told in warning.en


def test_pictures_that_are_well_are_not_complained_of(tmp_path):
    recording = pictures(tmp_path / "hand.jsonl", np.tile(STILL, (2, 1, 1)), rate_hz=15.0)
    assert len(recording.frames()) == 60
    assert recording.report.warnings() == []


def test_a_recording_without_a_hand_says_so(jihwa, tmp_path):
    pictures(tmp_path / "hand.jsonl", [None] * 30)
    done = jihwa("transcribe", tmp_path / "hand.jsonl", "--model", LANDMARKS)
    assert done.code == 1
    assert "none of 30 picture(s) shows a hand" in done.err


def test_live_the_hand_that_is_not_seen_is_told_until_it_comes():
    nothing, hand = seen([None] * 30).encode(), seen(STILL, n_hands=2).encode()
    with session() as (live, wire):

        def told(what):
            return [each.en for each in live.state.notices if what in each.en]

        wire.give(nothing)
        time.sleep(2.1)
        wire.give(nothing)
        until(lambda: told("No hand is in the picture"))
        assert live.state.signal.points is None
        wire.give(hand)
        until(lambda: live.state.signal.points is not None)
        until(lambda: told("Two hands are in the picture"))
        assert not told("can be read")
        assert live.state.signal.points == pytest.approx(640 * STILL[0], abs=0.1)


def test_a_hand_that_the_gloves_model_reads_live_is_told(jihwa, tmp_path):
    path = tmp_path / "hand.jsonl"
    path.write_text(seen(np.tile(STILL, (3, 1, 1))))
    command = ("type", "--plain", "--source", f"replay:{path}?speed=4")
    assert jihwa(*command).out.count("--model landmarks31") == 1
    assert "--model landmarks31" not in jihwa(*command, "--model", LANDMARKS).out


def of_drawn(tmp_path, *drawn):
    """What is seen of a drawn video."""
    video = tmp_path / "drawn.avi"
    draw = Path(__file__).with_name("drawn_hand.py")
    subprocess.run([SEER, draw, video, *map(str, drawn)], check=True)
    taken, source = Log(), CameraSource(str(video), SEER, math.inf)
    source.start(taken)
    until(lambda: taken.connections[-1].link is Link.ENDED, 60)
    source.close()
    return [json.loads(line) for line in taken.data.splitlines()]


@sees
@pytest.mark.parametrize(
    "drawn", [(640, 480, 30), (360, 640, 30), (640, 480, 5)], ids=["usual", "upright", "5 a second"]
)
def test_a_drawn_hand_is_seen_with_straight_fingers_up(tmp_path, drawn):
    told = of_drawn(tmp_path, *drawn, 0.5)
    assert [each["hands"] for each in told] == [1] * drawn[2]
    assert np.diff([each["timestamp"] for each in told]) == pytest.approx(1 / drawn[2], rel=0.02)
    path = tmp_path / "hand.jsonl"
    path.write_text("\n".join(map(json.dumps, told)))
    frames = Recording(path).frames()
    last = np.hstack([frames.flex_adc, frames.accel_g])[-1]
    assert last[1:5] == pytest.approx(790, abs=30)  # index to little finger straight
    assert last[5] < -0.9  # fingers up: gravity along them, to the wrist


@sees
def test_no_hand_and_two_hands_of_a_video(tmp_path):
    assert {each["hands"] for each in of_drawn(tmp_path, 640, 480, 10)} == {0}
    two = of_drawn(tmp_path, 1280, 720, 15, 0.25, 0.75)
    assert two[-1]["hands"] == 2
    wrists = np.array([each["landmarks"][0] for each in two if each["hands"]])
    assert np.ptp(wrists) < 100  # always of the same hand


@sees
def test_a_drawn_video_is_transcribed(jihwa, tmp_path):
    of_drawn(tmp_path, 640, 480, 30, 0.5)
    usual_python().parent.parent.parent.mkdir(parents=True, exist_ok=True)
    usual_python().parents[1].symlink_to(SEER.parents[1])
    done = jihwa("transcribe", tmp_path / "drawn.avi", "--format", "json")
    assert done.code == 0
    assert json.loads(done.out)["duration_s"] == pytest.approx(1.0, abs=0.1)


@sees
def test_what_is_kept_of_a_video_is_points_alone(jihwa, tmp_path):
    of_drawn(tmp_path, 640, 480, 10, 0.5)
    video, kept = tmp_path / "drawn.avi", tmp_path / "kept.jsonl"
    assert jihwa("record", kept, "--source", f"camera:{video}?python={SEER}").code == 0
    for line in kept.read_text().splitlines():
        assert set(json.loads(line)) == {"timestamp", "picture", "hands", "landmarks"}
