"""A recording played back at the pace at which it was made."""

import time
from collections.abc import Iterable, Iterator
from itertools import pairwise

import numpy as np

from jihwa.data.frames import Frames

TICK_S = 0.05
"""How often samples are handed on."""


def replay(chunks: Iterable[Frames]) -> Iterator[Frames]:
    """The same samples, each handed on no sooner than it was taken."""
    began_s = time.monotonic()
    for frames in chunks:
        ticks = np.floor(frames.time_s / TICK_S)
        edges = [0, *(np.flatnonzero(np.diff(ticks)) + 1).tolist(), len(frames)]
        for start, end in pairwise(edges):
            if end > start:
                due_s = began_s + float(frames.time_s[end - 1])
                time.sleep(max(due_s - time.monotonic(), 0.0))
                yield frames[start:end]
