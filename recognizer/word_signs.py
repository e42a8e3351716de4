"""Word signs in a stream of frames: between pauses, or by the vote that published programs take.

A network that has learned whole sequences is asked about a stretch of the stream. `Pauses` asks
whenever the hand comes to rest, about all since it began to move. `Vote` asks at every frame, about
as many of the last ones as the sequences had; what the network is sure of counts as an answer, and
a word is read once the last answers agree.
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

LIKELY = 0.6
"""Probability from which the one answer of `Pauses` is a word."""
STILL, LOOK_BACK = 0.05, 3
"""Of how much the features vary, a frame, in the mean of so many: a slower hand rests."""
RESTS, GONE = 9, 3
"""After so many frames of rest, or without a hand, a word may have ended."""
LEAST, MOST = 1 / 3, 3
"""A word is as long as that, in lengths of the sequences that were learned."""

LogPosterior = Callable[[Sequence[Array]], Array]
"""Of every word for sequences of frames: (n, S) of n of (T, F)."""


@dataclass(frozen=True, slots=True)
class WordSign:
    """A word that was read.

    Attributes:
        start: Its first frame: of a vote, that of the window of its first answer.
        end: Its last one: of a vote, that of its last answer so far, until another word is read.
        known: The frame at which it was read.
        posterior: (S,) probability of every word, of a vote the mean of the answers that made it.
    """

    start: int
    end: int
    known: int
    posterior: Array

    @property
    def word(self) -> int:
        """Which one."""
        return int(self.posterior.argmax())


class Vote:
    """Frames in, words out; the result does not depend on how frames were cut into chunks.

    The same word twice in a row is one: nothing in the vote tells where it ends.

    Args:
        log_posterior: Of the network.
        n_frames: Of a window.
    """

    def __init__(self, log_posterior: LogPosterior, n_frames: int = FRAMES) -> None:
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
            self._open = WordSign(before.start, last, before.known, before.posterior)
            return None
        mean = np.mean([posterior for _, posterior in self._answers], axis=0)
        self._open = WordSign(first - self._n_frames + 1, last, last, mean)
        return before


class Pauses:
    """Frames in, words out, at the pauses between them; cuts into chunks change nothing.

    What is asked about goes from the first movement since the last word, or since there was no
    hand, to the pause. What the network is not sure of may be the first half of a word, and goes on
    behind the pause.

    Args:
        log_posterior: Of the network.
        sd: (F,) standard deviation of every feature in what it has learned.
        n_frames: Usual for a word.
    """

    def __init__(self, log_posterior: LogPosterior, sd: Array, n_frames: int = FRAMES) -> None:
        self._log_posterior, self._n_frames = log_posterior, n_frames
        self._extent = float(np.linalg.norm(sd))
        self.reset()

    def reset(self) -> None:
        """Forget everything."""
        self._n = 0
        self._last: deque[Array] = deque(maxlen=LOOK_BACK)
        self._forget()

    def _forget(self) -> None:
        """Begin anew at the next movement."""
        self._taken: list[Array] = []
        self._n_moved = self._n_still = self._n_gone = 0

    def feed(self, frames: Array) -> list[WordSign]:
        """The words that ended in these (n, F) frames; without a hand they are NaN or zero."""
        return [word for frame in frames if (word := self._take(np.nan_to_num(frame)))]

    def flush(self) -> list[WordSign]:
        """The word that is still shown, at the end."""
        word = self._ask()
        self._forget()
        return [word] if word else []

    def _take(self, frame: Array) -> WordSign | None:
        self._n += 1
        if not frame.any():
            self._last.clear()
            self._n_gone += 1
            if self._n_gone != GONE:
                return None
            word = self._ask()
            self._forget()
            return word
        self._n_gone = 0
        moves = self._moves(frame)
        if not (moves or self._taken):
            return None
        self._taken.append(frame)
        self._n_still = 0 if moves else self._n_still + 1
        self._n_moved = len(self._taken) - self._n_still
        if self._n_still != RESTS:
            return None
        word = self._ask()
        if word or self._n_moved > MOST * self._n_frames:
            self._forget()
        return word

    def _moves(self, frame: Array) -> bool:
        """Whether the hand moves; where nothing was seen before it, it has just come."""
        before = self._last[0] if self._last else frame + np.inf
        steps = max(len(self._last), 1)
        self._last.append(frame)
        return bool(np.linalg.norm(frame - before) > STILL * steps * self._extent)

    def _ask(self) -> WordSign | None:
        """The word that all since the first movement is, if it is one."""
        if self._n_moved < LEAST * self._n_frames:
            return None
        posterior = np.exp(self._log_posterior([np.array(self._taken)])[0])  # (S,)
        if posterior.max() < LIKELY:
            return None
        ended = self._n - self._n_gone - self._n_still
        return WordSign(ended - self._n_moved, ended - 1, self._n - 1, posterior)
