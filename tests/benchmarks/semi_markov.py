"""Frame-level sign likelihoods with a semi-Markov model: holds and movements that last a while.

A session is hold, movement, hold, …, hold. In a hold every frame shows one sign or the hand at
rest, while it moves any pose; how long each lasts is log-normal. The likeliest path is exact:
segmental Viterbi over all frames (Rabiner 1989, section IV D).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from math import log, pi

import numpy as np
from framewise import frame_readings
from sessions import spelled_sessions
from strangers import other_than

from jihwa.data.signal.frames import Array, Frames
from jihwa.data.synthesis.spelling import SpelledSession

LONGEST_S = 3.0
"""No hold or movement is longer; a longer rest is two."""

SHORTEST_S = 0.001
"""Two samples may have the same millisecond."""

PRACTICE = 0.1
"""Share of the other wearer's texts that durations are fitted to."""


@dataclass(frozen=True, slots=True)
class LogNormal:
    """A distribution of durations.

    Attributes:
        mean: Of the natural logarithm of seconds.
        sd: Its standard deviation.
    """

    mean: float
    sd: float

    @classmethod
    def fit(cls, durations_s: Sequence[float]) -> "LogNormal":
        """The likeliest one."""
        logs = np.log(durations_s)
        return cls(float(logs.mean()), float(logs.std()))

    def log_density(self, duration_s: Array) -> Array:
        """Natural log-density a second; durations are above 0."""
        logs = np.log(duration_s)
        z = (logs - self.mean) / self.sd
        return np.asarray(-0.5 * z * z - logs - log(self.sd) - 0.5 * log(2 * pi))


@dataclass(frozen=True, slots=True)
class Durations:
    """How long a sign is held, the hand rests, and the hand moves."""

    hold: LogNormal
    rest: LogNormal
    move: LogNormal

    @classmethod
    def fit(cls, sessions: Sequence[SpelledSession]) -> "Durations":
        """Those of sessions whose truth is known."""
        holds = [(sign.start_s, sign.end_s) for each in sessions for sign in each.signs]
        rests = [pause for each in sessions for pause in each.pauses if pause[1] > pause[0]]
        moves: list[float] = []
        for each in sessions:
            still = sorted([*((s.start_s, s.end_s) for s in each.signs), *each.pauses])
            moves += [after[0] - before[1] for before, after in pairwise(still)]
        return cls(
            *(
                LogNormal.fit([end_s - start_s for start_s, end_s in spans])
                for spans in (holds, rests)
            ),
            LogNormal.fit(moves),
        )


@cache
def durations(wearer: str) -> Durations:
    """Those of the other wearer, at all paces."""
    practice = spelled_sessions(other_than(wearer), PRACTICE)
    return Durations.fit([session for _, session in practice])


def semi_markov(frames: Frames, wearer: str) -> list[tuple[float, float]]:
    """First and last moments of the holds on the likeliest path."""
    readings = frame_readings(frames, wearer)  # (n, R): signs, no sign, rest
    return [
        (float(frames.time_s[start]), float(frames.time_s[end - 1]))
        for start, end in likeliest_holds(readings, frames.time_s, durations(wearer))
    ]


def likeliest_holds(readings: Array, time_s: Array, of: Durations) -> list[tuple[int, int]]:
    """First frame of every hold, and the one behind its last."""
    n = len(time_s)
    edges_s = np.append(time_s, time_s[-1] + np.median(np.diff(time_s)))  # (n + 1,)
    total = np.vstack([np.zeros_like(readings[:1]), np.cumsum(readings, axis=0)])  # (n + 1, R)
    poses = np.delete(total, -2, axis=1)  # signs and rest
    moving = total[:, -2]
    longest = np.maximum(np.searchsorted(edges_s, edges_s - LONGEST_S), 0)  # earliest beginnings
    held, moved = np.full(n + 1, -np.inf), np.full(n + 1, -np.inf)  # best paths that end here
    hold_begins, move_begins = np.zeros(n + 1, int), np.zeros(n + 1, int)
    moved[0] = 0.0
    n_poses = poses.shape[1]
    for end in range(1, n + 1):
        begins = np.arange(longest[end], end)
        lasted_s = np.maximum(edges_s[end] - edges_s[begins], SHORTEST_S)
        as_sign = (poses[end, :-1] - poses[begins, :-1]).max(axis=1) + of.hold.log_density(lasted_s)
        as_rest = poses[end, -1] - poses[begins, -1] + of.rest.log_density(lasted_s)
        scores = moved[begins] + np.maximum(as_sign, as_rest) - log(n_poses)
        hold_begins[end], held[end] = begins[scores.argmax()], scores.max()
        scores = held[begins] + moving[end] - moving[begins] + of.move.log_density(lasted_s)
        move_begins[end], moved[end] = begins[scores.argmax()], scores.max()
    holds: list[tuple[int, int]] = []
    end = n
    while end:
        holds.append((int(hold_begins[end]), end))
        end = int(move_begins[holds[-1][0]])
    return holds[::-1]
