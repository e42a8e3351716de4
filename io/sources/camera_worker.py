"""The process that sees: pictures of a camera or a video in, the points of a hand out.

It runs in an environment of its own, whose packages fit no other: it imports nothing of jihwa, and
what it needs of others only when it begins. Every picture becomes a line of JSON, its time, its
size, how many hands are in it and the 21 points of one of them in pixels, and is forgotten. How it
ends tells why.

    python camera_worker.py 0|FILE SPEED
"""

import json
import math
import os
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from enum import IntEnum
from pathlib import Path
from typing import Any

REQUIREMENT = "mediapipe==0.10.21"
"""The last release that has the models of the hand in it; it brings OpenCV."""
PYTHONS = ((3, 9), (3, 12))
"""The first and the last Python that it is made for."""

Points = Sequence[tuple[float, float, float]]
"""Points in pixels: x to the right, y down, z away."""


class End(IntEnum):
    """Why it has ended."""

    OVER = 0
    """The video has, or nobody listens any more."""
    NO_PACKAGES = 10
    NO_CAMERA = 11
    IN_USE = 12
    """There is such a camera, and it gives no picture."""
    LOST = 13
    """It gave some."""
    NO_VIDEO = 14


def follow(what: str, speed: float) -> End:
    """Print a line for every picture, to the last one.

    Args:
        what: The number of a camera, or a video file.
        speed: How many times faster than it was taken a video is; infinite for as fast as can be.
    """
    try:
        import cv2
        import mediapipe
    except ImportError:
        return End.NO_PACKAGES
    is_camera = what.isdigit()
    pictures = cv2.VideoCapture(int(what) if is_camera else what)
    if not pictures.isOpened():
        exists = Path(f"/dev/video{what}").exists()
        return (End.IN_USE if exists else End.NO_CAMERA) if is_camera else End.NO_VIDEO
    pictures.set(cv2.CAP_PROP_BUFFERSIZE, 1)  # a picture that waits is an old one
    seer = mediapipe.solutions.hands.Hands(max_num_hands=2)
    last: Points | None = None
    n_pictures = 0
    step_s = 1 / max(pictures.get(cv2.CAP_PROP_FPS), 1.0)
    due = _now(pictures) if is_camera else _timed(pictures, cv2.CAP_PROP_POS_MSEC, step_s, speed)
    for time_s, picture in due:
        n_pictures += 1
        height, width = picture.shape[:2]
        seen = seer.process(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB)).multi_hand_landmarks or []
        hands = [[(p.x * width, p.y * height, p.z * width) for p in hand.landmark] for hand in seen]
        last = chosen(hands, last)
        told = [round(value, 3) for point in last or () for value in point]
        line = {
            "timestamp": round(time_s, 4),
            "picture": [width, height],
            "hands": len(hands),
            "landmarks": told,
        }
        try:
            print(json.dumps(line), flush=True)
        except OSError:  # nobody listens
            return End.OVER
    if is_camera:
        return End.LOST if n_pictures else End.IN_USE
    return End.OVER if n_pictures else End.NO_VIDEO


def chosen(hands: Sequence[Points], last: "Points | None") -> "Points | None":
    """The hand that was read before, or else the largest; None where there is none."""
    if not hands:
        return None
    if last is None:
        return max(hands, key=lambda hand: math.dist(hand[0], hand[9]))
    wrist = last[0]
    return min(hands, key=lambda hand: math.dist(hand[0], wrist))


def _now(camera: Any) -> Iterator[tuple[float, Any]]:  # noqa: ANN401  # OpenCV
    """Every picture as it comes, with its time since the first look."""
    began_s = time.monotonic()
    while True:
        there, picture = camera.read()
        if not there:
            return
        yield time.monotonic() - began_s, picture


def _timed(
    video: Any,  # noqa: ANN401  # OpenCV
    position: int,
    step_s: float,
    speed: float,
) -> Iterator[tuple[float, Any]]:
    """Every picture no sooner than it is due, with its time in the video.

    Args:
        video: Gives them.
        position: What its time in ms is called.
        step_s: Between two pictures, where it does not tell their times.
        speed: How many times faster.
    """
    began_s, time_s = time.monotonic(), -step_s
    while True:
        there, picture = video.read()
        if not there:
            return
        told_s = video.get(position) / 1000
        time_s = told_s if told_s > time_s else time_s + step_s
        time.sleep(max(began_s + time_s / speed - time.monotonic(), 0.0))
        yield time_s, picture


def _end_with_input() -> None:
    """Let go of the camera when whoever has begun this is gone."""
    sys.stdin.read()
    os._exit(End.OVER)


if __name__ == "__main__":
    threading.Thread(target=_end_with_input, daemon=True).start()
    sys.exit(follow(sys.argv[1], float(sys.argv[2])))
