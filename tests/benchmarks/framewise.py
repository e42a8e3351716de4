"""Ways to find letters that read every frame, or every window of frames, for itself.

Each returns the spans of its segments, first and last moment in seconds, in their order. A reading
that is no sign is what published recognisers call a blank.
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby, pairwise
from math import log

import numpy as np
from strangers import stranger

from jihwa.data.signal.frames import Array, Frames
from jihwa.recognizer.classifier import Classifier
from jihwa.recognizer.durations import no_sign_log_ratio
from jihwa.recognizer.events import Segment, Tempo

Spans = list[tuple[float, float]]

WINDOW, AGREEING, SURE = 30, 3, 0.9
"""Of the published scheme: frames of a window, equal predictions in a row, their probability."""

COMPARED_S = 0.1
"""Frames that change points compare with the segment before them."""

FALL = log(20)
"""How far the segment's reading has to fall behind theirs, in nats a frame: 95 to 5."""

REST_S = 0.5
"""Every session begins with a hand at rest for longer than that."""

USUAL = Segment(0.0, Tempo().hold_s, np.inf, Frames.empty())
"""A hold as long as usual."""


def frame_readings(frames: Frames, wearer: str, window: int = 1) -> Array:
    """Log-likelihoods of all readings, by a classifier that has seen the hand rest.

    Args:
        frames: The n frames of a session.
        wearer: Whom the classifier has not met.
        window: Frames that are read together.

    Returns:
        (n - window + 1, S + 2) of the windows that begin with each frame.
    """
    classifier = Classifier(stranger(wearer))
    classifier.feed(_hold(frames[frames.time_s < frames.time_s[0] + REST_S]))
    emissions = classifier.read(*_windows(frames, window))
    readings = np.array([emission.of_readings for emission in emissions])
    readings[:, -2] -= no_sign_log_ratio(USUAL.length)  # a window is no hold
    return readings


def _windows(frames: Frames, window: int) -> Iterator[Segment]:
    for start in range(len(frames) - window + 1):
        yield _hold(frames[start : start + window])


def _hold(frames: Frames) -> Segment:
    return replace(USUAL, frames=frames)


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


def change_points(frames: Frames, wearer: str) -> Spans:
    """Change-point detection on the likelihoods of frames; segments follow without a gap.

    A segment looks like one reading. Where that falls behind another one, a new segment begins.
    """
    time_s = frames.time_s
    readings = frame_readings(frames, wearer)  # (n, R)
    total = np.vstack([np.zeros_like(readings[:1]), np.cumsum(readings, axis=0)])  # (n + 1, R)
    begins = np.searchsorted(time_s, time_s - COMPARED_S, side="right")  # of the windows: (n,)
    starts = [0]
    for end, begin in enumerate(begins.tolist(), 1):
        if begin > starts[-1]:
            segment = total[begin] - total[starts[-1]]
            window = (total[end] - total[begin]) / (end - begin)
            if window.max() - window[segment.argmax()] > FALL:
                starts.append(begin)
    edges = pairwise([*starts, len(time_s)])
    return [(float(time_s[start]), float(time_s[end - 1])) for start, end in edges]


def _span(frames: Frames, start: int, end: int) -> tuple[float, float]:
    """First and last moment of frames[start:end]."""
    return float(frames.time_s[start]), float(frames.time_s[min(end, len(frames)) - 1])
