"""What stands between a live session and those who look at it.

A snapshot goes out: all that a screen shows, and nothing that it may change. Requests come in: what
a user asks for waits its turn in a queue, and who asks does not wait.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial, wraps
from typing import Concatenate, ParamSpec, Protocol, TypeVar

import numpy as np

from jihwa.composer.text.transcript import Candidate, Completion, Word
from jihwa.data.messages import Message
from jihwa.data.signal.frames import N_FINGERS, Array
from jihwa.data.signal.sensors import Fault
from jihwa.io.sources.source import Connection, Link
from jihwa.recognizer.calibration import Prompt

SHOWN_LETTERS = 3
"""How many readings of a hold are shown."""

KEPT_NOTICES = KEPT_ANSWERS = 8
"""How many of the latest notices and answers are kept."""


@dataclass(frozen=True, slots=True)
class SignalState:
    """What comes from the glove.

    Attributes:
        rate_hz: Samples a second of late; 0 while nothing comes.
        samples: Samples so far.
        damaged: Lines so far that could not be read.
        gaps: Gaps so far, resets of the board included.
        lost_s: All of them together.
        flex_adc: (5,) the last sample, NaN where a sensor is absent or failed.
        gravity_g: (3,) gravity in the hand's frame, NaN where it is not known.
        points: (21, 3) the hand in a camera's last picture; None where there is none.
        is_seen: Whether a camera saw the hand, and it is no glove; None before the first sample.
        faults: What is wrong with sensors now, but for what `blindness` tells.
        blindness: Why no finger can be believed now; None if one can.
    """

    rate_hz: float = 0.0
    samples: int = 0
    damaged: int = 0
    gaps: int = 0
    lost_s: float = 0.0
    flex_adc: Array = field(default_factory=lambda: np.full(N_FINGERS, np.nan))
    gravity_g: Array = field(default_factory=lambda: np.full(3, np.nan))
    points: Array | None = None
    is_seen: bool | None = None
    faults: tuple[Fault, ...] = ()
    blindness: Message | None = None


@dataclass(frozen=True, slots=True)
class HoldState:
    """The pose that the hand holds right now.

    Attributes:
        letters: The likeliest readings and their probabilities, best first; of the hand alone,
            without the text around it.
        duration_s: How long it has been held.
        acceptance: 0 to 1, how far the hand has moved on; at 1 the hold is over and its letter
            taken.
    """

    letters: tuple[tuple[str, float], ...]
    duration_s: float
    acceptance: float


@dataclass(frozen=True, slots=True)
class TextState:
    """The text.

    Attributes:
        committed: What is final.
        preedit: What is behind it and may still change, with the letter that is held right now;
            without it while a word is selected.
        words: The words that can still be chosen anew, the last ones of the text, in order.
        selected: Which of `words` is being chosen; None if none is.
        candidates: What the selected word, or else the last one, may be; the first is what stands
            there.
        completions: What the last word may become and the next one may be, the likeliest first;
            until somebody has looked, what that was before.
    """

    committed: str = ""
    preedit: str = ""
    words: tuple[Word, ...] = ()
    selected: int | None = None
    candidates: tuple[Candidate, ...] = ()
    completions: tuple[Completion, ...] = ()


@dataclass(frozen=True, slots=True)
class CalibrationProgress:
    """How far a calibration is.

    Attributes:
        prompt: What to show now.
        done: Prompts behind.
        total: All prompts.
        feedback: Why the last hold was refused; None if it was taken.
    """

    prompt: Prompt
    done: int
    total: int
    feedback: Message | None = None


@dataclass(frozen=True, slots=True)
class Answers:
    """What those who read the text have answered.

    Attributes:
        texts: The last few that are not put away, newest last.
        number: How many there were so far: what is said again is another one.
    """

    texts: tuple[str, ...] = ()
    number: int = 0

    def followed_by(self, text: str) -> "Answers":
        """These and another one; an empty one puts all of them away."""
        if not text:
            return Answers((), self.number)
        return Answers((*self.texts, text)[-KEPT_ANSWERS:], self.number + 1)


@dataclass(frozen=True, slots=True)
class LiveState:
    """A snapshot of a live session.

    Attributes:
        ready: Whether the models are loaded and the signal is being read.
        paused: Whether the user has paused recognition.
        connection: How the line is.
        profile: Name or file of the wearer's profile; empty for a stranger.
        signal: What comes over it.
        hold: What the hand holds; None while it moves.
        text: The text.
        calibration: The calibration that goes on; None if none does.
        answers: What those who read the text have answered.
        notices: What to tell the user, the last few, newest last.
        n_told: How many there were so far: what is told again is another one.
    """

    ready: bool = False
    paused: bool = False
    connection: Connection = field(default_factory=lambda: Connection(Link.OPENING))
    profile: str = ""
    signal: SignalState = field(default_factory=SignalState)
    hold: HoldState | None = None
    text: TextState = field(default_factory=TextState)
    calibration: CalibrationProgress | None = None
    answers: Answers = field(default_factory=Answers)
    notices: tuple[Message, ...] = ()
    n_told: int = 0


class Notices:
    """What the user was told of late.

    Attributes:
        n_told: How much that was so far.
    """

    def __init__(self) -> None:
        self._last: deque[Message] = deque(maxlen=KEPT_NOTICES)
        self.n_told = 0

    @property
    def last(self) -> tuple[Message, ...]:
        """The last few, newest last."""
        return tuple(self._last)

    def tell(self, *messages: Message) -> None:
        """Tell some more."""
        self._last.extend(messages)
        self.n_told += len(messages)


class _HasQueue(Protocol):
    """What requests can be made of."""

    @property
    def then(self) -> Callable[[Callable[[], None]], None]:
        """Takes what shall be done behind all that waits."""


_Asked = TypeVar("_Asked", bound=_HasQueue)
_Given = ParamSpec("_Given")


def request(
    method: Callable[Concatenate[_Asked, _Given], None],
) -> Callable[Concatenate[_Asked, _Given], None]:
    """A method that may be called from any thread: it waits its turn, and its caller does not."""

    @wraps(method)
    def ask(self: _Asked, /, *given: _Given.args, **named: _Given.kwargs) -> None:
        self.then(partial(method, self, *given, **named))

    return ask
