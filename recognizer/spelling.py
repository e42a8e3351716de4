"""Whether a hand spells, or idles, gestures, types, scratches an ear.

A hold of a letter is likelier as a sign than as any pose: by 4 nats on average for strangers with
the board where it was in training, by 2 where it is turned by 49°. For hands that do something else
that is -4 to 0. What is found of the mount meanwhile counts as well; but one of so many mounts fits
much, so it has to explain more. A hold that turns out to be a part of another one counts with that
one alone.

A hand that types, scratches or tries its fingers may well look like a sign, but it looks so all the
time: letters bend other fingers and turn the hand, and this one hovers. So *any pose* is one that
is near where the hand has been lately, or anything, each finger and the direction by itself.
"""

import math
from collections import deque
from dataclasses import dataclass, field
from operator import mul

import numpy as np

from jihwa.data.messages import Message
from jihwa.data.signal.frames import Array, Interval
from jihwa.models.features import FLEX, GRAVITY, N_FEATURES
from jihwa.models.gaussian import ANY_BEND, ANY_BEND_SD
from jihwa.recognizer.durations import mixed
from jihwa.recognizer.events import Segment

JUDGED_HOLDS, FIRST_NATS = 20, 0.9
"""Over how many holds the log-ratio is averaged, and what that begins with."""
MOST_NATS = 5.0
"""No hold counts more than that, nor less than one nat above its negative."""
SILENT_NATS, SPELLS_NATS = 0.0, 1.0
"""Below the first nobody spells any more, above the second somebody does again."""
LOWEST_NATS, HIGHEST_NATS, IDLE_NATS, SURE_NATS = -0.5, 1.5, -0.25, 1.4
"""Between which the average stays, for who was long silent may begin to spell, and who spelled for
long to do something else; below which surely nobody spelled, and above which surely somebody did,
whatever followed. What is longer ago than the holds that are judged stays where spelling was as
likely as it is taken to be at first."""
LATELY_HOLDS, LEAST_HOLDS = 14, 3
"""How many holds back a hand is remembered, and how many there have to be first: ㅋㅋㅋ is said."""
HOVERS, NEAR_BEND, NEAR_DEG = 0.75, 2.0, 9.0
"""How often a hand that does not spell keeps a finger, or its direction, near where it was, and how
near in warped bend and degrees (standard deviations)."""
FOUND_NATS, FAMILIAR_HOLDS = 3.0, 36
"""How much more has to be explained by what is found of the mount, and after how many holds of the
same mount half of that will do: it is one of many no more."""

SILENT = Message(
    ko="손이 지문자를 쓰는 것 같지 않아 읽지 않고 있습니다. 쓰기 시작하면 다시 읽습니다. "
    "쓰고 있는데도 이러면 `jihwa calibrate`로 손을 보여 주세요.",
    en="The hand does not seem to spell, so nothing is read until it does. If it does spell, show "
    "it your hand with `jihwa calibrate`.",
)


@dataclass(frozen=True, slots=True)
class _Lately:
    """Where the hand has been: means that forget."""

    total: Array = field(default_factory=lambda: np.zeros(N_FEATURES))
    weight: Array = field(default_factory=lambda: np.zeros(N_FEATURES))
    n_seen: Array = field(default_factory=lambda: np.zeros(N_FEATURES))

    def with_hold(self, pose: Array) -> "_Lately":
        """The same behind (8,) features; a sensor that is missing (NaN) stays where it was."""
        seen = np.isfinite(pose)
        kept = np.where(seen, 1 - 1 / LATELY_HOLDS, 1.0)
        total = kept * self.total + np.where(seen, pose, 0.0)
        return _Lately(total, kept * self.weight + seen, self.n_seen + seen)

    def log_ratio(self, pose: Array) -> float:
        """Natural log of p((8,) features | a hand that hovers or not) / p(features | any pose).

        A direction is a Fisher distribution around where it was, for small spreads.
        """
        known = (np.isfinite(pose) & (self.n_seen >= LEAST_HOLDS)).tolist()
        now = pose.tolist()
        was = (self.total / np.maximum(self.weight, 1e-9)).tolist()
        ratios = [
            ((bend - ANY_BEND) / ANY_BEND_SD) ** 2 / 2
            - ((bend - mean) / NEAR_BEND) ** 2 / 2
            + math.log(ANY_BEND_SD / NEAR_BEND)
            for bend, mean, is_known in zip(now[FLEX], was[FLEX], known[FLEX], strict=True)
            if is_known
        ]
        if all(known[GRAVITY]):
            length = math.hypot(*now[GRAVITY]) * math.hypot(*was[GRAVITY])
            cosine = sum(map(mul, now[GRAVITY], was[GRAVITY])) / max(length, 1e-9)
            kappa = 1 / math.radians(NEAR_DEG) ** 2
            ratios.append(math.log(2 * kappa) + kappa * (cosine - 1))
        return sum(mixed(ratio, 0.0, HOVERS) for ratio in ratios)


@dataclass(slots=True)
class _Hold:
    """A hold, whether it is spelled, and what was known before it."""

    start_s: float
    end_s: float
    is_spelled: bool
    nats: float  # by which the holds before were likelier as signs
    before: tuple[tuple[float, float], _Lately]


class Spelling:
    """Judges by running means whether somebody spells.

    For example, from 0.3 on, a hand whose holds get -4 is silent with the second one: 0.08, -0.12;
    then none of them is a letter. If its holds get 4 from there on, it spells with the seventh one:
    0.09, 0.28, 0.47, 0.64, 0.81, 0.97, 1.12; and all of these are read after all.

    Attributes:
        goes_on: Whether somebody spells, as far as the last holds tell.
        n_changes: How often that has changed.
        unread: When nobody did: pairs of begin and end in seconds.
    """

    def __init__(self) -> None:
        self.goes_on = True
        self.n_changes = 0
        self.unread: list[Interval] = []
        self._nats = FIRST_NATS, FIRST_NATS + FOUND_NATS
        self._lately = _Lately()
        self._holds: deque[_Hold] = deque(maxlen=4 * JUDGED_HOLDS)

    def see(
        self, segment: Segment, nats: tuple[float, float] | None, pose: Array, n_found: int
    ) -> None:
        """Take in a hold; it takes the place of holds that turn out to be parts of it.

        Args:
            segment: Where and when.
            nats: Log-ratios of any sign and any pose, as the glove usually fits and by what
                was believed of the mount before; None of rest, which says nothing.
            pose: (8,) features of the hold.
            n_found: For how many holds the same mount was the likeliest.
        """
        while segment.spans > 1 and self._holds and self._holds[-1].end_s > segment.start_s:
            self._nats, self._lately = self._holds.pop().before
        before = self._nats, self._lately
        doubt = FOUND_NATS * 0.5 ** (n_found / FAMILIAR_HOLDS)
        known = max(self._nats[0], self._nats[1] - doubt)
        if nats is not None:
            lately = self._lately.log_ratio(pose)
            usual, found = (min(max(each - lately, 1 - MOST_NATS), MOST_NATS) for each in nats)
            self._nats = (
                _averaged(self._nats[0], usual, HIGHEST_NATS),
                _averaged(self._nats[1], found, HIGHEST_NATS + doubt),
            )
        self._lately = self._lately.with_hold(pose)
        self._holds.append(_Hold(segment.start_s, segment.end_s, self.goes_on, known, before))
        least = SILENT_NATS if self.goes_on else SPELLS_NATS
        if (max(self._nats[0], self._nats[1] - doubt) > least) != self.goes_on:
            self._change()
        elif not self.goes_on:
            self.unread[-1] = self.unread[-1][0], segment.end_s

    def is_spelled(self, segment: Segment) -> bool:
        """Whether a hold belongs to what is spelled, itself or what it turned out to be part of."""
        known = self.goes_on
        for hold in reversed(self._holds):
            if hold.end_s < segment.end_s:
                break
            known = hold.is_spelled
        return known

    def _change(self) -> None:
        """Judge the last holds anew, now that somebody spells or does not."""
        self.goes_on = not self.goes_on
        self.n_changes += 1
        since_s = self._holds[-1].start_s
        last = [*reversed(self._holds)][: JUDGED_HOLDS if self.goes_on else None]
        idle = min(last, key=lambda hold: hold.nats)
        for ago, hold in enumerate(last):
            sure = SURE_NATS if ago < JUDGED_HOLDS else FIRST_NATS
            if not self.goes_on and hold.nats > sure:
                break
            hold.is_spelled, since_s = self.goes_on, hold.start_s
            if self.goes_on and hold is idle and hold.nats < IDLE_NATS:
                break
        if not self.goes_on:
            self.unread.append((since_s, self._holds[-1].end_s))
        elif (begin_s := self.unread.pop()[0]) < since_s:
            self.unread.append((begin_s, since_s))


def _averaged(mean: float, nats: float, most: float) -> float:
    """A running mean with one more value."""
    return min(max(mean + (nats - mean) / JUDGED_HOLDS, LOWEST_NATS), most)
