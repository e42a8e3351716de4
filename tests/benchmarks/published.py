"""How published recognisers find letters: windows of fixed length, and labels of frames.

Each returns the spans of its letters, first and last moment, in their order. A reading that is no
sign is what they call a blank.
"""

from itertools import groupby

import numpy as np
from frame_readings import frame_readings

from jihwa.data.signal.frames import Frames

WINDOW, AGREEING, SURE = 30, 3, 0.9

Spans = list[tuple[float, float]]


def agreeing(frames: Frames, wearer: str) -> Spans:
    """A window of 30 frames at every frame: three equal predictions above 0.9 give a letter.

    The letter is not given again until they agree on something else.
    """
    if len(frames) < WINDOW:
        return []
    readings = frame_readings(frames, wearer, WINDOW)  # (n, R)
    n_signs = readings.shape[1] - 2
    posterior = np.exp(readings - np.logaddexp.reduce(readings, axis=1, keepdims=True))
    best, sure = posterior.argmax(axis=1).tolist(), (posterior.max(axis=1) > SURE).tolist()
    spans: Spans = []
    given = -1
    for i in range(AGREEING - 1, len(best)):
        last = slice(i - AGREEING + 1, i + 1)
        if len(set(best[last])) == 1 and all(sure[last]) and best[i] != given:
            given = best[i]
            if given < n_signs:
                spans.append(_span(frames, i, i + WINDOW))
    return spans


def windows(frames: Frames, n: int) -> Spans:
    """One window of n frames after the other; what is left over at the end is a shorter one."""
    return [_span(frames, start, start + n) for start in range(0, len(frames), n)]


def collapsed(frames: Frames, wearer: str) -> Spans:
    """A label for every frame; equal ones in a row are one letter."""
    readings = frame_readings(frames, wearer)  # (n, R)
    n_signs = readings.shape[1] - 2
    spans: Spans = []
    start = 0
    for label, group in groupby(readings.argmax(axis=1).tolist()):
        end = start + len(list(group))
        if label < n_signs:
            spans.append(_span(frames, start, end))
        start = end
    return spans


def _span(frames: Frames, start: int, end: int) -> tuple[float, float]:
    """First and last moment of frames[start:end]."""
    return float(frames.time_s[start]), float(frames.time_s[min(end, len(frames)) - 1])
