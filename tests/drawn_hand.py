"""Draws a video of an open hand, for tests: `python drawn_hand.py FILE WIDTH HEIGHT FPS X...`.

It runs where OpenCV is. Each X is where a hand stands, as a share of the width; without one there
is none.
"""

import sys

import cv2
import numpy as np

SKIN, CREASE = (150, 180, 225), (120, 150, 195)


def draw(picture, x, y, size):
    """An open hand, its palm's middle at x and y, of so many pixels."""

    def at(dx, dy):
        return round(x + dx * size), round(y + dy * size)

    def thick(share):
        return max(round(share * size), 1)

    cv2.ellipse(picture, at(0, 0), (thick(0.25), thick(0.31)), 0, 0, 360, SKIN, -1)
    for dx, length in ((-0.19, 0.5), (-0.06, 0.62), (0.06, 0.58), (0.19, 0.44)):
        base, tip = at(dx, -0.12), at(dx * 1.6, -0.12 - length)
        cv2.line(picture, base, tip, SKIN, thick(0.095))
        for share in (0.35, 0.7):
            ends = (
                at(dx * (1 + 0.6 * share) + side, -0.12 - share * length) for side in (-0.04, 0.04)
            )
            cv2.line(picture, *ends, CREASE, thick(0.01))
    cv2.line(picture, at(-0.19, 0.08), at(-0.5, -0.2), SKIN, thick(0.11))
    cv2.rectangle(picture, at(-0.17, 0.2), at(0.17, 0.9), SKIN, -1)


def main(file, width, height, fps, *places):
    """One second of it."""
    video = cv2.VideoWriter(file, cv2.VideoWriter_fourcc(*"MJPG"), fps, (width, height))
    for at in range(int(fps)):
        picture = np.full((height, width, 3), 90, np.uint8)
        for place in places:
            draw(picture, place * width + at * width / 600, 0.6 * height, 0.4 * min(width, height))
        video.write(cv2.GaussianBlur(picture, (7, 7), 0))
    video.release()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), *map(float, sys.argv[4:]))
