"""Times for the samples of a glove that has no clock."""

import math

STEP_S = 0.02
"""The usual time between two samples, where nothing tells it."""
LEAST_STEP_S = 0.001


class Arrival:
    """Times by when the lines arrived, always increasing.

    Lines that arrive together were taken one after the other: the last one when it arrived, those
    before it evenly since the arrival before, no more than `STEP_S` apart. Where nobody notes
    arrivals, as in a file, samples are `STEP_S` apart.
    """

    def __init__(self) -> None:
        self._last_s = -math.inf
        self._at_s: float | None = None
        self._step_s = STEP_S

    def note(self, n_lines: int, at_s: float | None) -> None:
        """So many lines have come, at this time of any monotone clock; None if nobody knows."""
        self._at_s = at_s
        if at_s is not None and n_lines:
            self._step_s = min(STEP_S, max(at_s - self._last_s, 0.0) / n_lines)

    def time_s(self, n_behind: int) -> float:
        """The time of a sample that came with so many lines behind it."""
        if self._at_s is None:
            self._last_s = self._last_s + STEP_S if math.isfinite(self._last_s) else 0.0
        else:
            earliest_s = self._last_s + LEAST_STEP_S
            self._last_s = max(self._at_s - n_behind * self._step_s, earliest_s)
        return self._last_s
