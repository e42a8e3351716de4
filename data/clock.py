"""A device clock made monotone: wraps, resets and glitches are told apart."""

from dataclasses import dataclass

WRAP_S = 2**32 / 1000
"""The firmware counts milliseconds in 32 bits."""

GAP_S = 0.4
"""A longer step between two samples is a gap in the signal."""

MAX_GAP_S = 60.0
"""A longer step forward is believed only when the next sample confirms it."""

RESET_SILENCE_S = 2.0
"""How long a board that was reset stays silent; its own clock cannot tell."""


@dataclass
class Clock:
    """Turns raw device time into seconds since the first sample, never decreasing.

    A step back, or one forward by more than `MAX_GAP_S`, is either a damaged timestamp or a new
    epoch (the board was reset). The next sample tells which: the first sample after such a step is
    refused, and the new epoch begins when another one follows it.

    Attributes:
        resets: New epochs so far.
        gaps: Steps of more than `GAP_S` so far, resets included.
        longest_gap_s: The longest of them.
    """

    resets: int = 0
    gaps: int = 0
    longest_gap_s: float = 0.0
    _offset_s: float = 0.0
    _last_s: float | None = None
    _suspect_s: float | None = None

    @property
    def elapsed_s(self) -> float:
        """Time of the last trusted sample since the first."""
        return self._last_s or 0.0

    def feed(self, raw_s: float) -> float | None:
        """Seconds since the first sample, or None when the timestamp cannot be trusted."""
        if self._last_s is None:
            self._offset_s = -raw_s
            self._last_s = 0.0
            return 0.0
        step_s = raw_s + self._offset_s - self._last_s
        if step_s < 0 and 0 <= step_s + WRAP_S <= MAX_GAP_S:
            self._offset_s += WRAP_S
            step_s += WRAP_S
        if not 0 <= step_s <= MAX_GAP_S:
            suspect_s, self._suspect_s = self._suspect_s, raw_s
            if suspect_s is None or not 0 <= raw_s - suspect_s <= GAP_S:
                return None
            self.resets += 1
            step_s = RESET_SILENCE_S if step_s < 0 else step_s
            self._offset_s = self._last_s + step_s - raw_s
        self._suspect_s = None
        if step_s > GAP_S:
            self.gaps += 1
            self.longest_gap_s = max(self.longest_gap_s, step_s)
        self._last_s += step_s
        return self._last_s
