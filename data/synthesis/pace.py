"""How somebody spells: how fast, how carelessly, and with how good a glove."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from jihwa.data.messages import UsageError

_PHASES = 32
"""Of a drift, whose mean is taken."""

Range = tuple[float, float]
"""From which values are drawn evenly."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How far a signer is from taking every pose exactly, and one after the other.

    Attributes:
        release: How far the hand lets go towards rest between two equal letters.
        undershoot: How far a pose falls short towards the one before it, when it is reached.
        hurries: Whether it falls short the more the shorter it is held, from the one end of that
            range to the other; else that is drawn.
        turns: Share of the letters at which the hand turns back and is never still.
        wobbles: Share of the letters at which it wobbles when it has just arrived.
        tremor: Strength of a tremor; 1 is that of a healthy hand that hurries.
        drift: Strength of a slow drift of all sensors; 1 is a few counts and degrees.
        shown: Share of the word ends at which the hand rests.
        hesitations: Share of the letters that the hand hesitates at.
        false_starts: Share of the letters before which it begins another one.
        second_shape: Whether every sign has a second shape, held every other time.
    """

    release: Range = (0.1, 0.35)
    undershoot: Range = (0.0, 0.0)
    hurries: bool = False
    turns: float = 0.0
    wobbles: float = 0.0
    tremor: float = 0.0
    drift: float = 0.0
    shown: float = 1.0
    hesitations: float = 0.0
    false_starts: float = 0.0
    second_shape: bool = False


@dataclass(frozen=True, slots=True)
class Trouble:
    """What a bad glove adds.

    Attributes:
        rates_hz: Sampling rates that it changes between; None: it keeps the hand's.
        lost: Share of the samples that are lost one by one; as many are lost in bursts.
        dead_finger: Whether one flex sensor dies on the way.
    """

    rates_hz: Range | None = None
    lost: float = 0.0
    dead_finger: bool = False


@dataclass(frozen=True, slots=True)
class Pace:
    """How a signer spells: ranges from which times are drawn evenly, and what disturbs them.

    Attributes:
        hold_s: How long a letter is held.
        transition_s: How long the hand takes from one pose to the next.
        rest_s: How long it rests between words.
        slowest: How many times longer all of that takes when the hand is slowest; it drifts from
            this pace to that and back. 1: it keeps its pace.
        manner: How carelessly.
        trouble: What a bad glove adds.
    """

    hold_s: Range
    transition_s: Range = (0.15, 0.45)
    rest_s: Range = (0.4, 1.0)
    slowest: float = 1.0
    manner: Manner = Manner()
    trouble: Trouble = Trouble()

    def at(self, letters_per_s: float) -> "Pace":
        """The same pace, quickened or slowed: a letter takes 1 / `letters_per_s` on average."""
        quickest_s = 0.5 * (sum(self.hold_s) + sum(self.transition_s))
        return self.longer(1 / letters_per_s / quickest_s / _mean_drift(self.slowest))

    def longer(self, factor: float) -> "Pace":
        """The same pace, where everything takes so many times as long."""
        hold_s, transition_s, rest_s = (
            (factor * low, factor * high)
            for low, high in (self.hold_s, self.transition_s, self.rest_s)
        )
        return replace(self, hold_s=hold_s, transition_s=transition_s, rest_s=rest_s)


def drifted(slowest: float, phase: float) -> float:
    """How many times longer than at its quickest everything takes at a phase of the drift.

    Args:
        slowest: How many times at most.
        phase: In radians; 0 where the hand is quickest.
    """
    return float(slowest ** (0.5 - 0.5 * math.cos(phase)))


def _mean_drift(slowest: float) -> float:
    """The mean of `drifted` over all phases."""
    phases = (2 * math.pi * i / _PHASES for i in range(_PHASES))
    return sum(drifted(slowest, phase) for phase in phases) / _PHASES


_NATURAL = Pace(
    hold_s=(0.12, 0.40),
    transition_s=(0.09, 0.22),
    manner=Manner(
        release=(0.04, 0.15),
        undershoot=(0.05, 0.30),
        tremor=1.0,
        drift=1.0,
        shown=0.5,
        hesitations=0.05,
    ),
)

_FLUENT = Pace(
    hold_s=(0.07, 0.16),
    transition_s=(0.06, 0.13),
    manner=replace(_NATURAL.manner, undershoot=(0.0, 0.50), hurries=True, turns=0.04),
)

PACES: Mapping[str, Pace] = {
    "slow": Pace(hold_s=(0.55, 1.0)),
    "normal": Pace(hold_s=(0.30, 0.55)),
    "fast": Pace(hold_s=(0.13, 0.22)),
    "natural": _NATURAL,
    "stress": replace(
        _NATURAL,
        manner=replace(_NATURAL.manner, false_starts=0.04, second_shape=True),
        trouble=Trouble(rates_hz=(20.0, 50.0), lost=0.01, dead_finger=True),
    ),
    "fluent": _FLUENT,
    "mixed": replace(_FLUENT, slowest=5.0, manner=replace(_FLUENT.manner, wobbles=0.1)),
}


def pace_of(speed: str, letters_per_s: float | None = None) -> Pace:
    """The pace of this name, at its usual letter rate or at another one.

    Raises:
        UsageError: There is none.
    """
    if speed not in PACES:
        raise UsageError(
            ko=f"빠르기 '{speed}'은(는) 없습니다. 있는 것: {', '.join(PACES)}",
            en=f"There is no speed '{speed}'. There are: {', '.join(PACES)}",
        )
    pace = PACES[speed]
    return pace if letters_per_s is None else pace.at(letters_per_s)
