"""Where the hand holds still: hypotheses of where holds begin and end, and how likely each is.

A hold that wavers looks like two, and two letters in a hurry look like one, so nothing is decided
here. Stillness comes in stretches (see `stillness`), each of which begins a hold with some
probability; at the end of each a boundary is reported, with every hold that may end there.

For example, let stretch A surely begin a hold and stretch B with probability 0.3. At the end of B
two segments compete: B by itself, log 0.3, behind a hold that was A; or A and B together, log 0.7,
a hold that spans 2. Which of them it was, letters and language decide.
"""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import log
from statistics import median

import numpy as np

from jihwa.data.signal.clock import GAP_S, EvenGrid
from jihwa.data.signal.frames import Array, Floats, Frames
from jihwa.data.signal.landmarks import is_seen
from jihwa.models.hold_network import BEGINS, HELD, STEP_S, HoldNetwork
from jihwa.recognizer.events import Boundary, Segment, Tempo
from jihwa.recognizer.stillness import (
    LIKELY_BEGINNING,
    LONGEST_SPAN,
    MOVED_ON,
    STILL,
    Stillness,
    StillnessFinder,
)

KEPT_OF_HOLD_S = 3.0
"""Samples of a longer hold are not kept: they add nothing, and memory stays bounded."""

LONGEST_MOVEMENT_S = 1.0
"""A longer gap is no movement between two letters."""

TEMPO_HOLDS, TEMPO_PRIOR = 15, 1
"""Holds by which the wearer's tempo is known, and how many the first guess counts for."""

LOOK_AHEAD_S, GONE_AHEAD_S = 0.12, 0.06
"""How far the network looks beyond the step it speaks of, at most, and where the hand has surely
moved on; longer tells letters better apart, shorter says them sooner."""

BEGINNING, SURE_BEGINNING = 0.15, 0.95
"""Probability of a beginning below which there is none, and from which it is certain."""

EARLY_BEGINNING = 0.4
"""Probability of a beginning from which the hold that goes on is shown."""

AROUND_S = 0.04
"""Beginnings are further apart than this."""


@dataclass(frozen=True, slots=True)
class OpenHold:
    """A hold that has not ended yet.

    Attributes:
        segment: What there is of it so far.
        duration_s: How long it has lasted.
        acceptance: 0 to 1, how far the hand has moved on; at 1 it ends.
    """

    segment: Segment
    duration_s: float
    acceptance: float


@dataclass(frozen=True, slots=True)
class _SampledStillness(Stillness):
    """A stretch, how long after the one before it, and its samples."""

    gap_s: float
    frames: Frames


class Segmenter:
    """Frames in, boundaries out; the result does not depend on how the input was cut.

    Where a new hold may have begun a boundary is reported, with all segments that may end there:
    the decoder weighs them against each other. Lost signal (`GAP_S`) ends a hold too.

    Args:
        network: Sees the hand; None for the one that ships for gloves, or for what a camera sees.
        observe: Is told all that boundaries are made of: (n,) times of even steps and the (n, 2)
            probabilities that the network gives them.

    Attributes:
        hold: The hold that goes on; None while the hand moves.
        tempo: What is usual for the wearer by now.
    """

    def __init__(
        self,
        network: HoldNetwork | None = None,
        observe: Callable[[Array, Floats], None] | None = None,
    ) -> None:
        self._given = network
        self._observe = observe
        self._grid = EvenGrid(STEP_S)
        self._finder = StillnessFinder(BEGINNING, round(AROUND_S / STEP_S))
        self._early_finder = StillnessFinder(EARLY_BEGINNING, 1)
        self.hold: OpenHold | None = None
        self.reset()

    def reset(self) -> None:
        """Forget everything, as before the first frame."""
        self._last_end_s = -np.inf
        self._tempi: deque[Tempo] = deque(maxlen=TEMPO_HOLDS)
        self.tempo = Tempo()
        self._source_is_known = self._given is not None  # a glove or a camera
        self._see_with(self._given or HoldNetwork.load())
        self._interrupt()

    def _see_with(self, network: HoldNetwork) -> None:
        self._network, self._extractor = network, network.extractor
        self._head = network.head(LOOK_AHEAD_S)
        self._gone_head = network.head(GONE_AHEAD_S)
        ahead = network.look_ahead
        self._soon: deque[tuple[float, list[float]]] = deque(
            maxlen=ahead[self._head] - ahead[self._gone_head]
        )  # what the earlier head says of the steps that the other one has not come to
        self._stream = network.stream()

    def feed(self, frames: Frames) -> list[Boundary]:
        """The boundaries that become known with these frames."""
        boundaries: list[Boundary] = []
        told = np.isfinite(frames.accel_g).all(axis=1)
        if not self._source_is_known and told.any():
            first = int(told.argmax())
            self._source_is_known = True
            if is_seen(frames[first : first + 1]):
                boundaries += self.feed(frames[:first]) + self.flush()
                self._see_with(HoldNetwork.of_landmarks())
                frames = frames[first:]
        known_s = self._recent.time_s[-1:]
        time_s = np.concatenate([known_s, frames.time_s])
        breaks = (time_s[1:] - time_s[:-1] > GAP_S).nonzero()[0] + 1 - len(known_s)
        edges = [0, *breaks.tolist(), len(frames)]
        for i, (start, end) in enumerate(pairwise(edges)):
            if i:
                boundaries += self.flush()
            boundaries += self._follow(frames[start:end])
        self.hold = self._open_hold()
        return boundaries

    @property
    def pending(self) -> list[Segment]:
        """The holds of which no boundary was reported yet, as far as they are known.

        What the boundaries do not reach yet is told by the earliest head: how the one that goes on
        goes on, and what comes behind it.
        """
        goes_on, early = self._finder.open, self._early_finder.open
        stretches = [goes_on] if goes_on else []
        for stretch in (*self._early, *([early] if early else [])):
            if stretch.start_s >= self._finder.until_s or not goes_on:
                stretches.append(stretch)
            else:
                stretches[0] = replace(stretches[0], end_s=max(stretches[0].end_s, stretch.end_s))
        holds, end_s = [], self._last_end_s
        for stretch in stretches:
            if stretch.start_s >= self._last_end_s - STEP_S:
                holds.append(self._segment([self._sampled(stretch, end_s)], 0.0))
                end_s = stretch.end_s
        return holds

    def _open_hold(self) -> OpenHold | None:
        stretch = self._early_finder.open
        if stretch is None:
            return None
        segment = self._segment([self._sampled(stretch, self._last_end_s)], 0.0)
        moved_on = (1 - self._held_now) / (1 - STILL)
        return OpenHold(segment, stretch.end_s - stretch.start_s, min(max(moved_on, 0.0), 1.0))

    def flush(self) -> list[Boundary]:
        """The boundaries of what was still held when the signal ended."""
        boundaries: list[Boundary] = []
        if self._pose is not None and self._step_s - self._began_s >= STEP_S:
            # the hand stays, as far as anybody knows
            ahead = self._network.look_ahead[self._head]
            later_s = np.asarray(self._step_s + STEP_S * np.arange(1.0, ahead + 1))
            probabilities = self._stream.feed(np.repeat(self._pose, ahead, axis=0))
            stretches = self._new_stretches(later_s, probabilities) + self._finder.flush()
            boundaries = [*map(self._boundary, stretches)]
        self._interrupt()
        return boundaries

    def _interrupt(self) -> None:
        """What comes does not follow what was."""
        self._grid.reset()
        self._stream.reset()
        self._finder.reset()
        self._early_finder.reset()
        self._recent = Frames.empty()
        self._pose: Array | None = None
        self._began_s = self._step_s = np.inf  # the first step, and the last one
        self._held_now = 0.0
        self.hold = None
        self._known_s = -np.inf  # the last step of which something was said
        self._soon.clear()
        self._recent_stretches: list[_SampledStillness] = []
        self._early: list[Stillness] = []  # early ones, beyond what the boundaries are found in

    def _follow(self, frames: Frames) -> list[Boundary]:
        """The boundaries that become known with frames without a gap."""
        self._recent = Frames.concatenate([self._recent, frames])
        time_s, poses = self._grid.feed(frames.time_s, self._extractor.of_frames(frames))
        if not len(time_s):
            return []
        self._began_s = min(self._began_s, float(time_s[0]))
        self._step_s, self._pose = float(time_s[-1]), poses[-1:]
        probabilities = self._stream.feed(poses)  # (n, K, 2)
        self._held_now = float(probabilities[-1, 0, HELD])
        self._early += self._early_finder.feed(*self._of_head(time_s, probabilities, 0))
        boundaries = [*map(self._boundary, self._new_stretches(time_s, probabilities))]
        known_s = self._finder.open.start_s if self._finder.open else self._finder.until_s
        self._early = [stretch for stretch in self._early if stretch.end_s > known_s]
        self._forget()
        return boundaries

    def _new_stretches(self, time_s: Array, probabilities: Floats) -> list[Stillness]:
        """The stretches that become known with what is said at these steps."""
        steps = self._told(time_s, probabilities)
        if self._observe:
            self._observe(*steps)
        return self._finder.feed(*steps)

    def _told(self, time_s: Array, probabilities: Floats) -> tuple[Array, Floats]:
        """The steps that become known, and what is said of them.

        The head that looks furthest tells of a step. But where an earlier one is sure that the hand
        has moved on by then, and that no hold has begun, there is nothing to wait for.
        """
        head, gone_head = self._head, self._gone_head
        lag_s, soon_lag_s = (STEP_S * self._network.look_ahead[i] for i in (head, gone_head))
        steps: list[tuple[float, list[float]]] = []
        known_s = max(self._known_s, self._began_s - STEP_S) + 0.5 * STEP_S
        soon = zip(_ago(time_s, soon_lag_s), probabilities[:, gone_head].tolist(), strict=True)
        now = zip(_ago(time_s, lag_s), probabilities[:, head].tolist(), strict=True)
        for step, early in zip(now, soon, strict=True):
            self._soon.append(early)
            last_s = step[0]
            if last_s > known_s:
                steps.append(step)
            moved_on = early[1][HELD] < MOVED_ON
            if moved_on and all(said[BEGINS] < BEGINNING for _, said in self._soon):
                known_s = max(known_s, last_s)
                steps += [each for each in self._soon if each[0] > known_s]
                last_s = early[0]
            known_s = max(known_s, last_s + 0.5 * STEP_S)
        self._known_s = known_s - 0.5 * STEP_S
        times_s, said = [of_s for of_s, _ in steps], [said for _, said in steps]
        return np.array(times_s), np.array(said, np.float32).reshape(-1, 2)

    def _of_head(self, time_s: Array, probabilities: Floats, head: int) -> tuple[Array, Floats]:
        """The steps that a head speaks of at these steps, and what it says of them."""
        of_s = np.array(_ago(time_s, STEP_S * self._network.look_ahead[head]))
        there = of_s > self._began_s - 0.5 * STEP_S
        return of_s[there], probabilities[there, head]

    def _boundary(self, stretch: Stillness) -> Boundary:
        """All holds that may end with a stretch: by itself, or with those before it."""
        certain = stretch.begins >= SURE_BEGINNING or not self._recent_stretches
        begins = 1.0 if certain else stretch.begins
        last = self._sampled(replace(stretch, begins=begins), self._last_end_s)
        self._recent_stretches = [*self._recent_stretches[1 - LONGEST_SPAN :], last]
        hypotheses, joined = [], 0.0  # the log-probability that the later stretches belong together
        for place in range(len(self._recent_stretches) - 1, -1, -1):
            begins = self._recent_stretches[place].begins
            hypotheses.append(self._segment(self._recent_stretches[place:], joined + log(begins)))
            if begins == 1.0:
                break
            joined += log(1 - begins)
        if last.gap_s < LONGEST_MOVEMENT_S and stretch.begins >= LIKELY_BEGINNING:
            self._tempi.append(Tempo(stretch.end_s - stretch.start_s, last.gap_s))
            known = [*[Tempo()] * TEMPO_PRIOR, *self._tempi]
            hold_s, gap_s = median(t.hold_s for t in known), median(t.gap_s for t in known)
            self.tempo = Tempo(hold_s, gap_s)
        self._last_end_s = stretch.end_s
        return tuple(hypotheses)

    def _segment(self, stretches: Sequence[_SampledStillness], log_prob: float) -> Segment:
        frames = Frames.concatenate([stretch.frames for stretch in stretches])
        if len(stretches) > 1 and frames.duration_s > KEPT_OF_HOLD_S:
            frames = frames[frames.time_s <= frames.time_s[0] + KEPT_OF_HOLD_S]
        return Segment(
            start_s=stretches[0].start_s,
            end_s=stretches[-1].end_s,
            gap_s=stretches[0].gap_s,
            frames=frames,
            spans=len(stretches),
            log_prob=log_prob,
            tempo=self.tempo,
        )

    def _sampled(self, stretch: Stillness, behind_s: float) -> _SampledStillness:
        """A stretch with its samples, or the nearest one; behind a hold that ended then."""
        time_s = self._recent.time_s
        first = int(time_s.searchsorted(stretch.start_s))
        until_s = min(stretch.end_s, stretch.start_s + KEPT_OF_HOLD_S)
        end = int(time_s.searchsorted(until_s, side="right"))
        if first < end:
            frames = self._recent[first:end]
        else:
            away_s = np.abs(time_s - 0.5 * (stretch.start_s + stretch.end_s))
            frames = self._recent[away_s == away_s.min()]
        gap_s = max(stretch.start_s - behind_s, STEP_S)  # none is known to be shorter
        return _SampledStillness(stretch.start_s, stretch.end_s, stretch.begins, gap_s, frames)

    def _forget(self) -> None:
        """Drop the samples that no segment can need any more."""
        time_s = self._recent.time_s
        stretches = filter(None, (self._finder.open, self._early_finder.open, *self._early))
        start_s = min([self._finder.until_s, *(stretch.start_s for stretch in stretches)])
        first = max(int(time_s.searchsorted(start_s, side="right")) - 1, 0)
        self._recent = self._recent[first:]
        # Of a long hold only what its segment takes is kept, and what may begin behind it.
        begun_s = time_s[first] + KEPT_OF_HOLD_S + STEP_S
        late_s = time_s[-1] - KEPT_OF_HOLD_S
        if begun_s < late_s:
            time_s = self._recent.time_s
            self._recent = self._recent[(time_s >= late_s) | (time_s <= begun_s)]


def _ago(time_s: Array, lag_s: float) -> list[float]:
    """Times before these, as exact as steps are told apart."""
    ago_s: list[float] = (time_s - lag_s).round(6).tolist()
    return ago_s
