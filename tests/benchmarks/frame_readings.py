"""What the classifier says of every frame, or of every window of frames."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from recordings import stranger

from jihwa.data.signal.frames import Array, Frames
from jihwa.recognizer.classifier import Classifier
from jihwa.recognizer.durations import no_sign_log_ratio
from jihwa.recognizer.events import Segment, Tempo

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
