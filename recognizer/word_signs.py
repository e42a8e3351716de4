"""Word signs in a stream of frames: between pauses, or by the vote that published programs take.

A network that has learned whole sequences is asked about a stretch of the stream. `Pauses` asks
whenever the hand comes to rest, about all since it began to move. `Vote` asks at every frame, about
as many of the last ones as the sequences had; what the network is sure of counts as an answer, and
a word is read once the last answers agree. `WordSignSpotter` does the former beside the letters
that a hand spells.
"""

import math
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from jihwa.data.messages import UsageError
from jihwa.data.signal.frames import Array
from jihwa.data.signal.landmarks import FEATURES, POINTS, as_features
from jihwa.data.takes.sequences import derive
from jihwa.models.bundle import Bundle

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
"""What is shorter is no word, and what is longer and none is not gone on with, in lengths of the
sequences that were learned."""
_REMEMBERED = 2000
"""Frames that are kept, and whose times are: many more than a word has."""

LogPosterior = Callable[[Sequence[Array]], Array]
"""Of every word for sequences of frames: (n, S) of n of (T, F)."""


def features_read(bundle: Bundle) -> int:
    """How many features of a frame a model of words reads: of points, where it derives others."""
    return POINTS if bundle.features or not bundle.network else len(bundle.network.inputs.mean)


def frames_learned(bundle: Bundle) -> int:
    """How many frames the words had that a model has learned."""
    return int(bundle.provenance.get("frames", FRAMES))


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

    @property
    def log_odds(self) -> float:
        """Natural log of how much likelier it is than all others together."""
        p = float(self.posterior.max())
        return math.log(p / (1 - p)) if p < 1 else math.inf


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
        self.forget()

    def forget(self) -> None:
        """Begin anew at the next movement."""
        self._taken: deque[Array] = deque(maxlen=_REMEMBERED)
        self._n_moved = self._n_still = self._n_gone = 0

    def feed(self, frames: Array) -> list[WordSign]:
        """The words that ended in these (n, F) frames; without a hand they are NaN or zero."""
        return [word for frame in frames if self.rests(frame) and (word := self.ask())]

    def flush(self) -> list[WordSign]:
        """The word that is still shown, at the end."""
        word = self.ask()
        self.forget()
        return [word] if word else []

    def rests(self, frame: Array) -> bool:
        """Take in the next (F,) frame; whether it is with this one that the hand rests or is gone.

        Then it may be asked what was shown.
        """
        frame = np.nan_to_num(frame)
        self._n += 1
        if not frame.any():
            self._last.clear()
            self._n_gone += 1
            return self._n_gone == GONE
        self._n_gone = 0
        moves = self._moves(frame)
        if not (moves or self._taken):
            return False
        self._taken.append(frame)
        self._n_still = 0 if moves else self._n_still + 1
        self._n_moved = len(self._taken) - self._n_still
        return self._n_still == RESTS

    @property
    def stretch(self) -> tuple[int, int]:
        """The first frame of what is asked about, and the one behind its last."""
        ended = self._n - self._n_gone - self._n_still
        return ended - self._n_moved, ended

    def ask(self) -> WordSign | None:
        """The word that all since the first movement is, if it is one."""
        word = None
        if self._n_moved >= LEAST * self._n_frames:
            posterior = np.exp(self._log_posterior([np.array(self._taken)])[0])  # (S,)
            start, end = self.stretch
            if posterior.max() >= LIKELY:
                word = WordSign(start, end - 1, self._n - 1, posterior)
        if word or self._n_gone or self._n_moved > MOST * self._n_frames:
            self.forget()
        return word

    def _moves(self, frame: Array) -> bool:
        """Whether the hand moves; where nothing was seen before it, it has just come."""
        before = self._last[0] if self._last else frame + np.inf
        steps = max(len(self._last), 1)
        self._last.append(frame)
        return bool(np.linalg.norm(frame - before) > STILL * steps * self._extent)


class WordSignSpotter:
    """Word signs among the letters of a hand that a camera sees.

    It sees the pictures, and is then followed in step with the frames that are made of them.

    Args:
        bundle: A network that has learned words of the points of a hand.

    Attributes:
        names: Of the words.

    Raises:
        UsageError: It has learned from something else, or a library is missing.
    """

    def __init__(self, bundle: Bundle) -> None:
        network, self._derived = bundle.network, bundle.features
        self._n_features = features_read(bundle)
        if network is None or self._n_features not in FEATURES:
            kinds = ", ".join(map(str, FEATURES))
            raise UsageError(
                ko=f"낱말 모델의 특징이 {self._n_features}개인데, 손의 좌표에서 나오는 것은 "
                f"{kinds}개입니다. 그런 데이터로 배운 모델을 주세요.",
                en=f"The model of words reads {self._n_features} features, and points of a hand "
                f"make {kinds}. Give a model that has learned from such data.",
            )
        network.log_posterior([network.inputs.mean[None]])  # loaded now, not at the first word
        self.names = bundle.alphabet.signs
        self._pauses = Pauses(bundle.of_sequences, network.inputs.sd, frames_learned(bundle))
        self.reset()

    def reset(self) -> None:
        """Forget everything."""
        self._pauses.reset()
        self._last = np.zeros((1, self._n_features))
        self._waiting: deque[tuple[Array, bool]] = deque()  # features, and whether there is a hand
        self._times_s: deque[float] = deque([0.0], maxlen=_REMEMBERED)
        self._n = 0

    def see(self, points: Array) -> None:
        """Take in (n, 21, 3) points, NaN where no hand is seen, before their frames come."""
        features = np.vstack([self._last, as_features(points, self._n_features)])
        self._last = features[-1:]
        told = derive(features, self._derived) if self._derived else features
        are_seen = [bool(known.all()) for known in np.isfinite(points)]
        self._waiting.extend(zip(told[1:], are_seen, strict=True))

    def rests(self, time_s: Array) -> Iterator[int]:
        """How many of the next frames, at these times, there were when the hand came to rest.

        Each time it may be asked, before the next one, what was shown.
        """
        at = 0
        while self._waiting and (at < len(time_s) or not self._waiting[0][1]):
            features, is_seen = self._waiting.popleft()
            self._times_s.append(float(time_s[at]) if is_seen else self._times_s[-1])
            self._n += 1
            at += is_seen
            if self._pauses.rests(features):
                yield at

    @property
    def stretch_s(self) -> tuple[float, float]:
        """When what is asked about began, and when it ended."""
        start, end = self._pauses.stretch
        return self.time_s(start), self.time_s(max(end - 1, start))

    def time_s(self, frame: int) -> float:
        """The device time of one of the last frames."""
        return self._times_s[max(frame - self._n, -len(self._times_s))]

    def forget(self) -> None:
        """What was shown since the last word is none."""
        self._pauses.forget()

    def ask(self) -> WordSign | None:
        """The word that was shown, if it is one."""
        return self._pauses.ask()
