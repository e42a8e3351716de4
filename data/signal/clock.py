"""A device clock made monotone: wraps, resets and glitches are told apart."""

from dataclasses import dataclass

WRAP_S = 2**32 / 1000
"""The firmware counts milliseconds in 32 bits."""

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
        longest_gap_s: The longest of them.
        lost_s: All of them together.
        elapsed_s: Time of the last trusted sample since the first.
    """

    resets: int = 0
    gaps: int = 0
    longest_gap_s: float = 0.0
    lost_s: float = 0.0
    elapsed_s: float = 0.0
    _raw_s: float | None = None
    _suspect_s: float | None = None

    def feed(self, raw_s: float) -> float | None:
        """Seconds since the first sample, or None when the timestamp cannot be trusted."""
        if not abs(raw_s) < LATEST_S:
            return None
        if self._raw_s is None:
            self._raw_s = raw_s
            return self.elapsed_s
        step_s = raw_s - self._raw_s
        if 0 < step_s + WRAP_S <= MAX_GAP_S:
            step_s += WRAP_S
        if not 0 < step_s <= MAX_GAP_S:
            suspect_s, self._suspect_s = self._suspect_s, raw_s
            if suspect_s is None or not 0 < raw_s - suspect_s <= GAP_S:
                return None
            if step_s <= 0:
                self.resets += 1
                step_s = RESET_SILENCE_S
        self._raw_s, self._suspect_s = raw_s, None
        if step_s > GAP_S:
            self.gaps += 1
            self.lost_s += step_s
            self.longest_gap_s = max(self.longest_gap_s, step_s)
        self.elapsed_s += step_s
        return self.elapsed_s
