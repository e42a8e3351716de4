"""What the classifier says of every frame, or of every window of frames."""

from collections.abc import Iterator

import numpy as np
from recordings import stranger

from jihwa.data.frames import Array, Frames
from jihwa.recognizer.classifier import Classifier
from jihwa.recognizer.events import Segment

REST_S = 0.5
"""Every session begins with a hand at rest for longer than that."""


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
    return np.array([emission.of_readings for emission in emissions])


def _windows(frames: Frames, window: int) -> Iterator[Segment]:
    for start in range(len(frames) - window + 1):
        yield _hold(frames[start : start + window])


def _hold(frames: Frames) -> Segment:
    return Segment(float(frames.time_s[0]), float(frames.time_s[-1]), np.inf, frames)
