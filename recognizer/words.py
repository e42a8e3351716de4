"""Word signs in a stream of frames, by the vote that published programs take.

A network that has learned whole sequences sees the last frames, as many as those had, at every
frame. What it is sure of counts as an answer, and a word is read once the last answers agree.
"""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from jihwa.data.signal.frames import Array

FRAMES = 30
"""Frames of a window where nothing is known of what the network has learned."""

AGREEING, SURE = 3, 0.9
"""So many answers in a row have to agree, each of this probability at least."""


@dataclass(frozen=True, slots=True)
class WordSign:
    """A word that was read.

    Attributes:
        start: The first frame of the window of its first answer.
        end: The last frame of that of its last one so far: it goes on until another is read.
        posterior: (S,) mean probability of every word over the answers that made it one.
    """

    start: int
    end: int
    posterior: Array

    @property
    def word(self) -> int:
        """Which one."""
        return int(self.posterior.argmax())


class Vote:
    """Frames in, words out; the result does not depend on how frames were cut into chunks.

    The same word twice in a row is one: nothing in the vote tells where it ends.

    Args:
        log_posterior: Of every word for sequences of frames: (n, S) of n of (T, F).
        n_frames: Of a window.
    """

    def __init__(
        self, log_posterior: Callable[[Sequence[Array]], Array], n_frames: int = FRAMES
    ) -> None:
        self._log_posterior, self._n_frames = log_posterior, n_frames
        self.reset()

    def reset(self) -> None:
        """Forget everything."""
        self._window: deque[Array] = deque(maxlen=self._n_frames)
        self._answers: deque[tuple[int, Array]] = deque(maxlen=AGREEING)
        self._open: WordSign | None = None
        self._n = 0

    def feed(self, frames: Array) -> list[WordSign]:
        """The words that ended with these (n, F) frames: another one was read."""
        ended = []
        for frame in frames:
            self._window.append(frame)
            self._n += 1
            if len(self._window) < self._n_frames:
                continue
            posterior = np.exp(self._log_posterior([np.array(self._window)])[0])  # (S,)
            if posterior.max() < SURE:
                continue
            self._answers.append((self._n - 1, posterior))
            if len({int(each.argmax()) for _, each in self._answers}) > 1:
                continue
            if len(self._answers) == AGREEING and (word := self._read()):
                ended.append(word)
        return ended

    def flush(self) -> list[WordSign]:
        """The word that is still shown, at the end."""
        last, self._open = self._open, None
        return [last] if last else []

    def _read(self) -> WordSign | None:
        """Take up that the answers agree; the word before it, if this is another one."""
        (first, _), *_, (last, latest) = self._answers
        before = self._open
        if before and before.word == int(latest.argmax()):
            self._open = WordSign(before.start, last, before.posterior)
            return None
        mean = np.mean([posterior for _, posterior in self._answers], axis=0)
        self._open = WordSign(first - self._n_frames + 1, last, mean)
        return before
