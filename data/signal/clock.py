"""The signal's time: a device clock made monotone, and samples brought to even steps of it.

Wraps, resets and glitches of a clock are told apart.
"""

from dataclasses import dataclass

import numpy as np

from jihwa.data.signal.frames import Array

WRAP_S = 2**32 / 1000
"""The firmware counts milliseconds in 32 bits."""

ROUNDING_S = 1e-5
"""A smaller step is none, but of rounding."""

GAP_S = 0.4
"""A longer step between two samples is a gap in the signal."""

MAX_GAP_S = 60.0
"""A longer step forward is believed only when the next sample confirms it."""

LATEST_S = 1e10
"""Every device clock lies below, even one that counts from 1970."""

RESET_SILENCE_S = 2.0
"""How long a board that was reset stays silent; its own clock cannot tell."""


@dataclass
class Clock:
    """Turns raw device time into seconds since the first sample, always increasing.

    A step back is either a damaged timestamp or a reset of the board, one forward by more than
    `MAX_GAP_S` a damaged timestamp or a long gap. The next sample tells which: the first sample
    after such a step is refused, and believed after all when another one follows it. A timestamp
    that repeats is refused.

    Attributes:
        resets: Resets so far.
        gaps: Steps of more than `GAP_S` so far, resets included.
        longest_gap_s: The longest of them, resets apart: how long those took is not known.
        lost_s: All of them together.
        elapsed_s: Time of the last trusted sample since the first.
        confirmed_s: The time of the sample before the last one, where that was refused and is
            believed after all; else None.
    """

    resets: int = 0
    gaps: int = 0
    longest_gap_s: float = 0.0
    lost_s: float = 0.0
    elapsed_s: float = 0.0
    confirmed_s: float | None = None
    _raw_s: float | None = None
    _suspect_s: float | None = None

    def feed(self, raw_s: float) -> float | None:
        """Seconds since the first sample, or None when the timestamp cannot be trusted."""
        self.confirmed_s = None
        if not abs(raw_s) < LATEST_S:
            self._suspect_s = None
            return None
        if self._raw_s is None:
            self._raw_s = raw_s
            return self.elapsed_s
        step_s, since_s = raw_s - self._raw_s, 0.0
        if ROUNDING_S < step_s + WRAP_S <= MAX_GAP_S:
            step_s += WRAP_S
        if not ROUNDING_S < step_s <= MAX_GAP_S:
            suspect_s, self._suspect_s = self._suspect_s, raw_s
            if suspect_s is None or not ROUNDING_S < raw_s - suspect_s <= GAP_S:
                return None
            since_s = raw_s - suspect_s
            if step_s <= 0:
                self.resets += 1
                self.gaps += 1
                self.lost_s += RESET_SILENCE_S
                self.elapsed_s += RESET_SILENCE_S
                step_s = since_s
            self.confirmed_s = self.elapsed_s + step_s - since_s
        self._raw_s, self._suspect_s = raw_s, None
        if (gap_s := step_s - since_s) > GAP_S:
            self.gaps += 1
            self.lost_s += gap_s
            self.longest_gap_s = max(self.longest_gap_s, gap_s)
        self.elapsed_s += step_s
        return self.elapsed_s

    @property
    def doubts(self) -> bool:
        """Whether the next sample may confirm one that was refused."""
        return self._suspect_s is not None

    def restart(self, raw_s: float) -> None:
        """Take this for the raw time of the last sample: only now is it known how to read it."""
        self._raw_s, self._suspect_s = raw_s, None


class EvenGrid:
    """Means over even steps of the straight lines between samples.

    A step's mean depends on the samples in it and the two around it alone, so the result does not
    depend on how the input was cut, and a fast glove's noise is averaged out. A channel that is
    NaN in one of them is NaN in the step.

    Args:
        step_s: How long a step is.
    """

    def __init__(self, step_s: float) -> None:
        self._step_s = step_s
        self.reset()

    def reset(self) -> None:
        """Forget everything: the next sample is the first one."""
        self._time_s: Array = np.empty(0)
        self._values: Array | None = None
        self._origin_s = 0.0
        self._done = 0  # steps that are behind

    def feed(self, time_s: Array, values: Array) -> tuple[Array, Array]:
        """The steps that these samples complete.

        Args:
            time_s: (n,) times, ascending.
            values: (n, C) what was read then.

        Returns:
            (k,) when each step begins, and (k, C) the means over them.
        """
        if not len(time_s):
            return np.empty(0), np.empty((0, values.shape[1]))
        if self._values is None:
            self._origin_s = float(time_s[0])
            self._values = values[:0]
        time_s = np.concatenate([self._time_s, time_s])
        values = np.concatenate([self._values, values])
        edges_s = self._edges_s(float(time_s[-1]))
        means = self._means(time_s, values, edges_s)
        self._done += len(means)
        kept = max(int(time_s.searchsorted(edges_s[-1], side="right")) - 1, 0)
        self._time_s, self._values = time_s[kept:], values[kept:]
        return edges_s[:-1], means

    def _edges_s(self, end_s: float) -> Array:
        """(k + 1,) the bounds of the steps that end before this time."""
        n = max(int((end_s - self._origin_s) // self._step_s), self._done)
        edges_s: Array = self._origin_s + self._step_s * np.arange(self._done, n + 2, dtype=float)
        return edges_s[: max(int(edges_s.searchsorted(end_s)), 1)]

    def _means(self, time_s: Array, values: Array, edges_s: Array) -> Array:
        if len(edges_s) < 2:
            return np.empty((0, values.shape[1]))
        before = time_s.searchsorted(edges_s, side="right") - 1  # never the last sample
        share = (edges_s - time_s[before]) / (time_s[before + 1] - time_s[before])  # (k + 1,)
        at_edges = values[before] + share[:, None] * (values[before + 1] - values[before])
        inner = np.arange(before[0] + 1, time_s.searchsorted(edges_s[-1]))
        # A sample at an edge adds nothing, but numpy sums in another order where there is one more.
        inner = inner[edges_s[edges_s.searchsorted(time_s[inner])] != time_s[inner]]
        knots_s = np.concatenate([edges_s, time_s[inner]])
        order = knots_s.argsort(kind="stable")  # of samples at the same time the later one is later
        knots_s = knots_s[order]
        lines = np.concatenate([at_edges, values[inner]])[order]
        areas = (lines[1:] + lines[:-1]) * (0.5 * (knots_s[1:] - knots_s[:-1]))[:, None]
        begins = (order < len(edges_s)).nonzero()[0][:-1]  # where steps begin among the knots
        return np.asarray(np.add.reduceat(areas, begins, axis=0) / self._step_s)
