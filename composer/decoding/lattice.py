"""The signal as a lattice: boundaries in time, and the emissions that lie between them.

Where the recogniser is sure of its cuts, every emission begins at the boundary where the one
before it ended. Where it is not, several that begin apart end at the same boundary, and the search
weighs them against each other:

    0 ──ㅅ──▶ 1 ──ㅅ──▶ 2 ──ㅏ──▶ 3
    └─────────ㅅ───────▶┘
"""

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from jihwa.composer.decoding.arcs import Arcs
from jihwa.composer.decoding.evidence import Evidence
from jihwa.data.signal.frames import Array
from jihwa.recognizer.events import Emission


@dataclass(frozen=True, slots=True, eq=False)
class Edge:
    """An emission between two boundaries.

    Attributes:
        emission: What was seen.
        begin: Number of the boundary before it.
        end: Number of the boundary behind it.
        seen: What it may be, and what the gap before it says.
    """

    emission: Emission
    begin: int
    end: int
    seen: Evidence


@dataclass(frozen=True, slots=True, eq=False)
class Path:
    """Emissions in a row that one arc may consume.

    Attributes:
        number: Names it in the histories of hypotheses; later paths have larger numbers.
        edges: The emissions.
    """

    number: int
    edges: tuple[Edge, ...]

    @property
    def begin(self) -> int:
        """Number of the boundary before it."""
        return self.edges[0].begin

    @property
    def span(self) -> int:
        """Boundaries from its begin to its end."""
        return self.edges[-1].end - self.edges[0].begin

    def looks_like(self, arcs: Arcs, chosen: NDArray[np.intp]) -> Array:
        """(A,) log-likelihood of its poses if read as these arcs, which consume as many."""
        total = np.zeros(len(chosen))
        for place, edge in enumerate(self.edges):
            total += edge.seen.scores.take(arcs.signs[:, place].take(chosen))
        return total

    def gaps_say(self, arcs: Arcs, chosen: NDArray[np.intp]) -> Array:
        """(A,) log-evidence of the gap before it for what these arcs mend."""
        return np.where(arcs.corrects[chosen], self.edges[0].seen.missed, 0.0)

    @property
    def log_prob(self) -> float:
        """Log-evidence for cutting the signal so."""
        return sum(edge.seen.cut for edge in self.edges)


@dataclass(frozen=True, slots=True)
class Lattice:
    """What is not decided yet; never changed, so that a snapshot of it is itself.

    Attributes:
        first: The boundary up to which everything is decided.
        last: The newest boundary.
        edges: The emissions, by the boundary that they end at.
        paths: Every path that a hypothesis may hold, by number.
        drawn: Number of the newest path; arcs that consume nothing have none, which is 0.
    """

    first: int = 0
    last: int = 0
    edges: Mapping[int, tuple[Edge, ...]] = field(default_factory=dict)
    paths: Mapping[int, Path] = field(default_factory=dict)
    drawn: int = 0

    def grown(
        self,
        emissions: Sequence[Emission],
        seen: Sequence[Evidence],
        longest: int,
        live: Container[int],
    ) -> tuple["Lattice", tuple[Path, ...]]:
        """With one more boundary, at which these emissions end.

        Those that begin in the middle of what is decided are left out; if that leaves none, all
        of them begin at the boundary before the new one.

        Args:
            emissions: One at least.
            seen: What each of them says.
            longest: Emissions in a row that one arc may consume.
            live: The boundaries at which an emission may begin, the last one among them.

        Returns:
            The lattice, and the new paths of up to `longest` emissions, the shortest first.
        """
        end = self.last + 1
        begins = [end - each.segment.spans for each in emissions]
        if not any(begin in live for begin in begins):
            begins = [self.last] * len(emissions)
        edges = tuple(
            Edge(emission, begin, end, of)
            for emission, begin, of in zip(emissions, begins, seen, strict=True)
            if begin in live
        )
        known = {**self.edges, end: edges}
        rows = (row for n in range(1, longest + 1) for row in _rows(known, end, n))
        new = tuple(Path(number, row) for number, row in enumerate(rows, self.drawn + 1))
        paths = {**self.paths, **{path.number: path for path in new}}
        return Lattice(self.first, end, known, paths, self.drawn + len(new)), new

    def reach(self, longest: int, longest_span: int) -> int:
        """The earliest boundary at which a path that ends at the next boundary may begin."""
        starts = range(max(self.first, self.last + 1 - longest_span), self.last + 1)
        return min(self._earliest(start, longest - 1) for start in starts)

    def _earliest(self, boundary: int, n_edges: int) -> int:
        if not n_edges or boundary not in self.edges:
            return boundary
        return min(self._earliest(edge.begin, n_edges - 1) for edge in self.edges[boundary])

    def decided(self, path: Path) -> "Lattice":
        """Without what can be forgotten now that a path is decided: all up to its end."""
        first = max(self.first, path.edges[-1].end)
        edges = {end: edges for end, edges in self.edges.items() if end > first}
        paths = {n: later for n, later in self.paths.items() if n > path.number}
        return replace(self, first=first, edges=edges, paths=paths)


def _rows(edges: Mapping[int, tuple[Edge, ...]], end: int, n: int) -> Iterator[tuple[Edge, ...]]:
    """Every n edges in a row that end at a boundary."""
    for edge in edges.get(end, ()):
        if n == 1:
            yield (edge,)
        else:
            for before in _rows(edges, edge.begin, n - 1):
                yield (*before, edge)
