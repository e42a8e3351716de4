"""Takes of steady holds, cut out of a live signal when they are asked for."""

from collections.abc import Iterator

import numpy as np

from jihwa.data.signal.frames import Frames
from jihwa.io.live.page import is_rest
from jihwa.recognizer.recognizer import Recognizer

_KEPT_S = 1.0
"""So much of the signal is kept beyond the length of a take."""


class TakeCutter:
    """Cuts a take out of the signal as soon as the hand was still for long enough.

    Args:
        recognizer: Finds holds, and tells rest.
        take_s: Length of a take in seconds.
        hands_free: Nobody says when the pose is taken: a take then begins with a new hold that
            is no rest. Otherwise it begins when it is asked for.

    Attributes:
        take_s: As given.
        hands_free: As given.
        held_s: How much of the next take was held so far.
        rests: Holds since the last take that were left out as rest.
    """

    def __init__(self, recognizer: Recognizer, take_s: float, *, hands_free: bool) -> None:
        self._recognizer = recognizer
        self.take_s = take_s
        self.hands_free = hands_free
        self._recent = Frames.empty()
        self._asked = False
        self._not_before_s = -np.inf
        self.held_s = 0.0
        self.rests = 0

    def ask(self) -> None:
        """Cut a take as soon as there is one."""
        self._asked = True
        if not self.hands_free and len(self._recent):
            self._not_before_s = float(self._recent.time_s[-1])

    def cancel(self) -> None:
        """Cut none until it is asked for again."""
        self._asked, self.held_s = False, 0.0

    def feed(self, frames: Frames) -> Iterator[Frames]:
        """The takes that these samples complete; ask again between them.

        Args:
            frames: Samples as they came, whatever the cut.
        """
        for row in range(len(frames)):
            take = self._follow(frames[row : row + 1])
            if take is not None:
                yield take

    def _follow(self, sample: Frames) -> Frames | None:
        now_s = float(sample.time_s[0])
        recent = Frames.concatenate([self._recent, sample])
        self._recent = recent[recent.time_s >= now_s - self.take_s - _KEPT_S]
        for _ in self._recognizer.feed(sample):  # a resting hand is known by it later
            pass
        hold = self._recognizer.hold
        if hold is None or not self._asked:
            self.held_s = 0.0
            return None
        start_s = hold.segment.start_s
        if self.hands_free and start_s <= self._not_before_s:
            return None  # the hand has not moved since the last take
        start_s = max(start_s, self._not_before_s)
        self.held_s = now_s - start_s
        if self.held_s < self.take_s:
            return None
        self._not_before_s = now_s
        if self.hands_free and is_rest(*self._recognizer.read(hold.segment)):
            self.rests += 1
            return None
        self.cancel()
        self.rests = 0
        return self._recent[self._recent.time_s >= start_s]
