"""Change-point detection on the sign likelihoods, frame by frame.

A segment looks like one reading. Where that falls behind another one, a new segment begins.
"""

from itertools import pairwise
from math import log

import numpy as np
from frame_readings import frame_readings

from jihwa.data.signal.frames import Frames

WINDOW_S = 0.1
"""Frames that are compared with the segment before them."""

FALL = log(20)
"""How far its reading has to fall behind the window's, in nats a frame: 95 to 5."""


def change_points(frames: Frames, wearer: str) -> list[tuple[float, float]]:
    """First and last moments of the segments, which follow each other without a gap."""
    time_s = frames.time_s
    readings = frame_readings(frames, wearer)  # (n, R)
    total = np.vstack([np.zeros_like(readings[:1]), np.cumsum(readings, axis=0)])  # (n + 1, R)
    begins = np.searchsorted(time_s, time_s - WINDOW_S, side="right")  # of the windows: (n,)
    starts = [0]
    for end, begin in enumerate(begins.tolist(), 1):
        if begin > starts[-1]:
            segment = total[begin] - total[starts[-1]]
            window = (total[end] - total[begin]) / (end - begin)
            if window.max() - window[segment.argmax()] > FALL:
                starts.append(begin)
    edges = pairwise([*starts, len(time_s)])
    return [(float(time_s[start]), float(time_s[end - 1])) for start, end in edges]
