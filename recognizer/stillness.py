"""From probabilities to stretches of stillness, and how likely each begins a new hold.

For example, 20 steps of stillness with beginnings of 0.9 at the first and 0.3 at the eleventh are
two stretches of ten steps, of which the second begins a hold with probability 0.3.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from jihwa.data.signal.frames import Array, Floats
from jihwa.models.hold_network import BEGINS, HELD, STEP_S

STILL = 0.35
"""Probability of being held from which the hand counts as still."""

LONGEST_SPAN = 3
"""Stretches that one hold may consist of: no more are begun in it by weak beginnings."""

LEAST_BEGINNING = 0.005
"""Least probability that a stretch begins a hold: the network is never that sure."""

LIKELY_BEGINNING = 0.5
"""A hold of `LONGEST_SPAN` stretches goes on until a beginning is at least so probable."""

STEADY_STEPS, STEADY_LEAST = 5, 0.3
"""A hand that has been still for so many steps begins a new hold only if that is at least so
probable."""

EARLY_STEPS = 2
"""Steps that a hand has been still at most when the beginning of its hold is at its height."""

JOLT_STEPS = 2
"""Steps for which the hand may not be still without having moved on."""

MOVED_ON = 0.005
"""Probability of being held below which the hand has moved on: that is no jolt."""

LAPSE_STEPS = 15
"""The same in a hold of `LONGEST_SPAN` stretches: it ends where the next one begins."""

FLEETING_STEPS = 4
"""Steps of stillness that count for nothing where no beginning was seen."""


@dataclass(frozen=True, slots=True)
class Stillness:
    """A stretch of stillness.

    Attributes:
        start_s: When it begins.
        end_s: When it ends.
        begins: Probability that a hold begins with it; else it belongs to the stretch before.
    """

    start_s: float
    end_s: float
    begins: float


@dataclass(slots=True)
class _OpenStillness:
    """A stretch that goes on.

    Attributes:
        start_s: When it begins.
        end_s: When it ends, as far as that is known.
        begins: Probability that a hold begins with it.
        peaked: Whether a peak began it.
        steps: For how many it has been open.
        still: Whether the hand was still in any of them.
        moving: For how many steps it has not been still.
        steady: For how many steps it has been.
    """

    start_s: float
    end_s: float
    begins: float
    peaked: bool
    steps: int = 0
    still: bool = False
    moving: int = 0
    steady: int = 0

    @property
    def stretch(self) -> Stillness:
        """What there is of it."""
        return Stillness(self.start_s, self.end_s, self.begins)


class StillnessFinder:
    """Follows what one head of a hold network says; the cut of the input does not matter.

    A stretch begins where the probability of a beginning has a peak, or where the hand is still
    though no beginning was seen. It ends where the hand moves, or where the next one begins.

    Args:
        least: Height that a peak needs.
        around: Steps on either side among which it is the highest; so many later ones are awaited.
    """

    def __init__(self, least: float, around: int) -> None:
        self._least, self._around = least, around
        self.reset()

    def reset(self) -> None:
        """Forget everything."""
        self._time_s: list[float] = []
        self._begins: list[float] = []
        self._held: list[float] = []
        self._next = 0  # the first of these steps that was not followed
        self._open: _OpenStillness | None = None
        self._joined = 0  # stretches that may be one hold, without the open one

    def feed(self, time_s: Array, probabilities: Floats) -> list[Stillness]:
        """The stretches that end.

        Args:
            time_s: (n,) when steps begin.
            probabilities: (n, 2) probabilities of `HELD` and `BEGINS` in them.
        """
        self._time_s += time_s.tolist()
        self._begins += probabilities[:, BEGINS].tolist()
        self._held += probabilities[:, HELD].tolist()
        known = max(len(self._time_s) - self._around, self._next)
        while known < len(self._begins) and self._begins[known] < self._least:
            known += 1  # no peak, whatever comes behind it
        stretches = [*self._follow(known)]
        over = max(self._next - self._around, 0)
        del self._time_s[:over], self._begins[:over], self._held[:over]
        self._next -= over
        return stretches

    @property
    def open(self) -> Stillness | None:
        """The stretch that goes on."""
        return self._open.stretch if self._open else None

    @property
    def until_s(self) -> float:
        """Up to when the signal was followed."""
        return self._time_s[self._next - 1] + STEP_S if self._next else -math.inf

    def flush(self) -> list[Stillness]:
        """The stretches that end with the signal."""
        stretches = [*self._follow(len(self._time_s))]
        stretches += self._close()
        self.reset()
        return stretches

    def _follow(self, end: int) -> Iterator[Stillness]:
        """Follow the steps before this one."""
        for step in range(self._next, end):
            time_s, begins, held = self._time_s[step], self._begins[step], self._held[step]
            is_still = held >= STILL
            is_peak = begins >= self._least and self._is_peak(step)  # nearly all are too low
            is_new = self._open is None or self._open.peaked or self._open.steps > EARLY_STEPS
            if is_peak and self._open and not is_new:
                self._open.peaked, self._open.begins = True, begins
            elif is_peak or (is_still and not self._open):
                yield from self._close()
                likely = max(LEAST_BEGINNING, begins)
                self._open = _OpenStillness(time_s, time_s + STEP_S, likely, peaked=is_peak)
            if self._open:
                self._open.steps += 1
                if is_still:
                    self._open.still, self._open.moving = True, 0
                    self._open.steady += 1
                    self._open.end_s = time_s + STEP_S
                else:
                    self._open.moving += 1
                    self._open.steady = 0
                    if self._open.moving > self._patience(self._open, held):
                        yield from self._close()
        self._next = max(self._next, end)

    def _is_peak(self, step: int) -> bool:
        """Whether a step is a peak, as far as that is known; of equal ones the first."""
        height = self._begins[step]
        if height < self._least_now():
            return False
        before = self._begins[max(step - self._around, 0) : step]
        behind = self._begins[step + 1 : step + 1 + self._around]
        return height > max(before, default=-1.0) and height >= max(behind, default=-1.0)

    def _least_now(self) -> float:
        """Height that a peak needs at this step."""
        if self._joined_by(self._open) >= LONGEST_SPAN:
            return LIKELY_BEGINNING
        steady = self._open is not None and self._open.steady >= STEADY_STEPS
        return max(self._least, STEADY_LEAST) if steady else self._least

    def _patience(self, stretch: _OpenStillness, held: float) -> int:
        """For how many steps the hand may not be still before a stretch ends."""
        if not stretch.still:
            return self._around
        if self._joined_by(stretch) >= LONGEST_SPAN:
            return LAPSE_STEPS
        return 0 if held < MOVED_ON else JOLT_STEPS

    def _joined_by(self, stretch: _OpenStillness | None) -> int:
        """How many stretches may be one hold with this one as the last."""
        if stretch is None:
            return self._joined
        return 1 if stretch.begins >= LIKELY_BEGINNING else self._joined + 1

    def _close(self) -> Iterator[Stillness]:
        """End the stretch that goes on, if any; a fleeting one that nothing began is none."""
        closed, self._open = self._open, None
        if closed and (closed.peaked or closed.steps - closed.moving > FLEETING_STEPS):
            self._joined = self._joined_by(closed)
            yield closed.stretch
