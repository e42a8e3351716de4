"""Where the hand holds still: the ways to cut the signal, and how likely each is."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import log
from statistics import median

import numpy as np

from jihwa.data.signal.clock import GAP_S
from jihwa.data.signal.frames import Array, Frames
from jihwa.data.signal.grid import EvenGrid
from jihwa.models.hold_network import HELD, STEP_S, Floats, HoldNetwork
from jihwa.recognizer.cells import Cell, CellFinder
from jihwa.recognizer.events import Boundary, Segment, Tempo

KEPT_S = 3.0
"""Samples of a longer hold are not kept: they add nothing, and memory stays bounded."""

LONGEST_GAP_S = 1.0
"""A longer gap is no movement between two letters."""

TEMPO_HOLDS, TEMPO_PRIOR = 15, 3
"""Holds by which the wearer's tempo is known, and how many the first guess counts for."""


@dataclass(frozen=True, slots=True)
class SegmenterOptions:
    """How the signal is cut.

    Attributes:
        look_ahead_s: How far the network looks beyond the moment it speaks of, at most; longer
            tells letters better apart, shorter says them sooner.
        least: Probability of a beginning below which there is none.
        sure: Probability from which it is certain.
        around_s: Beginnings are further apart than this.
        longest_span: Cells that one hold may consist of.
        still: Probability of being held from which the hand counts as still.
        early: Probability of a beginning from which the hold that goes on is shown.
    """

    look_ahead_s: float = 0.08
    least: float = 0.15
    sure: float = 0.95
    around_s: float = 0.08
    longest_span: int = 3
    still: float = 0.5
    early: float = 0.4


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
class _Piece(Cell):
    """A cell, how long after the one before it, and its samples."""

    gap_s: float
    frames: Frames


class Segmenter:
    """Frames in, boundaries out; the result does not depend on how the input was cut.

    Where a new hold may have begun a boundary is reported, with all segments that may end there:
    the decoder weighs them against each other. Lost signal (`GAP_S`) ends a hold too.

    Args:
        network: Sees the hand; None for the one that ships.
        options: How the signal is cut.
        observe: Is told all that boundaries are made of: (n,) times of even steps and the (n, 2)
            probabilities that the network gives them.
    """

    def __init__(
        self,
        network: HoldNetwork | None = None,
        options: SegmenterOptions | None = None,
        observe: Callable[[Array, Floats], None] | None = None,
    ) -> None:
        self._options = options or SegmenterOptions()
        self._network = network or HoldNetwork.load()
        self._observe = observe
        around = round(self._options.around_s / STEP_S)
        ahead = self._network.look_ahead
        self._late = max(
            (i for i, n in enumerate(ahead) if n * STEP_S <= self._options.look_ahead_s), default=0
        )
        self._extractor = self._network.extractor
        self._grid = EvenGrid(STEP_S)
        self._stream = self._network.stream()
        self._cells = CellFinder(self._options.least, around, self._options.still)
        self._early = CellFinder(self._options.early, 1, self._options.still)
        self.reset()

    def reset(self) -> None:
        """Forget everything, as before the first frame."""
        self._last_end_s = -np.inf
        self._tempi: deque[Tempo] = deque(maxlen=TEMPO_HOLDS)
        self._interrupt()

    def feed(self, frames: Frames) -> list[Boundary]:
        """The boundaries that become known with these frames."""
        boundaries: list[Boundary] = []
        known_s = self._recent.time_s[-1:]
        steps_s = np.diff(np.concatenate([known_s, frames.time_s]))
        breaks = np.flatnonzero(steps_s > GAP_S) + 1 - len(known_s)
        edges = [0, *breaks.tolist(), len(frames)]
        for i, (start, end) in enumerate(pairwise(edges)):
            if i:
                boundaries += self.flush()
            boundaries += self._follow(frames[start:end])
        return boundaries

    @property
    def tempo(self) -> Tempo:
        """What is usual for the wearer by now."""
        first = [Tempo()] * TEMPO_PRIOR
        known = [*first, *self._tempi]
        return Tempo(median(t.hold_s for t in known), median(t.gap_s for t in known))

    @property
    def pending(self) -> list[Segment]:
        """The holds of which no boundary was reported yet, as far as they are known.

        What the cells of the boundaries do not reach yet is told by the earliest head: how the one
        that goes on goes on, and what comes behind it.
        """
        cells = [*filter(None, [self._cells.open])]
        for cell in (*self._ahead, *filter(None, [self._early.open])):
            if cell.start_s >= self._cells.until_s or not self._cells.open:
                cells.append(cell)
            else:
                cells[0] = replace(cells[0], end_s=max(cells[0].end_s, cell.end_s))
        holds, end_s = [], self._last_end_s
        for cell in cells:
            if cell.start_s >= self._last_end_s - STEP_S:
                holds.append(self._segment([self._piece(cell, end_s)], 0.0))
                end_s = cell.end_s
        return holds

    @property
    def hold(self) -> OpenHold | None:
        """The hold that goes on; None while the hand moves."""
        cell = self._early.open
        if cell is None:
            return None
        segment = self._segment([self._piece(cell, self._last_end_s)], 0.0)
        moved_on = (1 - self._held_now) / (1 - self._options.still)
        return OpenHold(segment, cell.end_s - cell.start_s, min(max(moved_on, 0.0), 1.0))

    def flush(self) -> list[Boundary]:
        """The boundaries of what was still held when the signal ended."""
        boundaries: list[Boundary] = []
        if self._pose is not None and self._step_s - self._began_s >= STEP_S:
            # the hand stays, as far as anybody knows
            ahead = self._network.look_ahead[self._late]
            later_s = np.asarray(self._step_s + STEP_S * np.arange(1.0, ahead + 1))
            said = self._stream.feed(np.repeat(self._pose, ahead, axis=0))
            cells = self._found(later_s, said) + self._cells.flush()
            boundaries = [*map(self._boundary, cells)]
        self._interrupt()
        return boundaries

    def _interrupt(self) -> None:
        """What comes does not follow what was."""
        self._grid.reset()
        self._stream.reset()
        self._cells.reset()
        self._early.reset()
        self._recent = Frames.empty()
        self._pose: Array | None = None
        self._began_s = self._step_s = np.inf  # the first step, and the last one
        self._held_now = 0.0
        self._pieces: list[_Piece] = []
        self._ahead: list[Cell] = []  # early ones, beyond what the boundaries are found in

    def _follow(self, frames: Frames) -> list[Boundary]:
        """The boundaries that become known with frames without a gap."""
        self._recent = Frames.concatenate([self._recent, frames])
        time_s, poses = self._grid.feed(frames.time_s, self._extractor.of_frames(frames))
        if not len(time_s):
            return []
        self._began_s = min(self._began_s, float(time_s[0]))
        self._step_s, self._pose = float(time_s[-1]), poses[-1:]
        said = self._stream.feed(poses)  # (n, K, 2)
        self._held_now = float(said[-1, 0, HELD])
        self._ahead += self._early.feed(*self._spoken_of(time_s, said, 0))
        boundaries = [self._boundary(cell) for cell in self._found(time_s, said)]
        known_s = self._cells.open.start_s if self._cells.open else self._cells.until_s
        self._ahead = [cell for cell in self._ahead if cell.end_s > known_s]
        self._forget()
        return boundaries

    def _found(self, time_s: Array, said: Floats) -> list[Cell]:
        """The cells that become known with what is said at these steps."""
        spoken_of = self._spoken_of(time_s, said, self._late)
        if self._observe:
            self._observe(*spoken_of)
        return self._cells.feed(*spoken_of)

    def _spoken_of(self, time_s: Array, said: Floats, head: int) -> tuple[Array, Floats]:
        """The steps that a head speaks of at these steps, and what it says of them."""
        of_s = np.round(time_s - STEP_S * self._network.look_ahead[head], 6)
        there = of_s > self._began_s - 0.5 * STEP_S
        return of_s[there], said[there, head]

    def _boundary(self, cell: Cell) -> Boundary:
        """All holds that may end with a cell: by itself, or with those before it."""
        certain = cell.begins >= self._options.sure or not self._pieces
        piece = self._piece(cell, self._last_end_s)
        piece = replace(piece, begins=1.0 if certain else cell.begins)
        self._pieces = [*self._pieces[1 - self._options.longest_span :], piece]
        ways, joined = [], 0.0  # the log-probability that the later pieces belong together
        for place in range(len(self._pieces) - 1, -1, -1):
            begins = self._pieces[place].begins
            ways.append(self._segment(self._pieces[place:], joined + log(begins)))
            if begins == 1.0:
                break
            joined += log(1 - begins)
        if piece.gap_s < LONGEST_GAP_S and cell.begins >= self._options.still:
            self._tempi.append(Tempo(cell.end_s - cell.start_s, piece.gap_s))
        self._last_end_s = cell.end_s
        return tuple(ways)

    def _segment(self, pieces: Sequence["_Piece"], log_prob: float) -> Segment:
        return Segment(
            start_s=pieces[0].start_s,
            end_s=pieces[-1].end_s,
            gap_s=pieces[0].gap_s,
            frames=Frames.concatenate([piece.frames for piece in pieces]),
            spans=len(pieces),
            log_prob=log_prob,
            tempo=self.tempo,
        )

    def _piece(self, cell: Cell, behind_s: float) -> "_Piece":
        """A cell with its samples, or the nearest one; behind a hold that ended then."""
        time_s = self._recent.time_s
        rows = (time_s >= cell.start_s) & (time_s <= min(cell.end_s, cell.start_s + KEPT_S))
        if not rows.any():
            away_s = np.abs(time_s - 0.5 * (cell.start_s + cell.end_s))
            rows = away_s == away_s.min()
        gap_s = max(cell.start_s - behind_s, STEP_S)  # none is known to be shorter
        return _Piece(cell.start_s, cell.end_s, cell.begins, gap_s, self._recent[rows])

    def _forget(self) -> None:
        """Drop the samples that no segment can need any more."""
        time_s = self._recent.time_s
        cells = filter(None, (self._cells.open, self._early.open, *self._ahead))
        start_s = min([self._cells.until_s, *(cell.start_s for cell in cells)])
        first = max(int(np.searchsorted(time_s, start_s, side="right")) - 1, 0)
        kept = np.arange(len(time_s)) >= first  # and of a long hold what its segment takes
        kept &= (time_s >= time_s[-1] - KEPT_S) | (time_s <= time_s[first] + KEPT_S + STEP_S)
        self._recent = self._recent[kept]
