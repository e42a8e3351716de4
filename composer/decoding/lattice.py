"""The signal as a lattice: boundaries in time, and the emissions that lie between them.

Where the recogniser is sure of its boundaries, every emission begins at the one where the emission
before it ended. Where it is not, several that begin apart end at the same boundary, and the search
weighs them against each other:

    0 ──ㅅ──▶ 1 ──ㅅ──▶ 2 ──ㅏ──▶ 3
    └─────────ㅅ───────▶┘

Here two readings compete for the first two spans: a long ㅅ, or ㅅ twice (as in 있어).
"""

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from jihwa.composer.decoding.evidence import Evidence
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


Path = tuple[Edge, ...]
"""Emissions in a row that one arc consumes; none where it consumes nothing."""


@dataclass(frozen=True, slots=True)
class Lattice:
    """What is not decided yet; never changed, so that a snapshot of it is itself.

    Attributes:
        first: The boundary up to which everything is decided.
        last: The newest boundary.
        edges: The emissions, by the boundary that they end at.
    """

    first: int = 0
    last: int = 0
    edges: Mapping[int, tuple[Edge, ...]] = field(default_factory=dict)

    def grown(
        self, emissions: Sequence[Emission], seen: Sequence[Evidence], live: Container[int]
    ) -> "Lattice":
        """With one more boundary, at which these emissions end.

        Those that begin in the middle of what is decided are left out; if that leaves none, all
        of them begin at the boundary before the new one.

        Args:
            emissions: One at least.
            seen: What each of them says.
            live: The boundaries at which an emission may begin, the last one among them.
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
        return replace(self, last=end, edges={**self.edges, end: edges})

    def paths(self, longest: int) -> Iterator[Path]:
        """Every path of up to `longest` emissions that ends at the newest boundary, short first."""
        for n in range(1, longest + 1):
            yield from self._paths(self.last, n)

    def _paths(self, end: int, n: int) -> Iterator[Path]:
        """Every n emissions in a row that end at a boundary."""
        for edge in self.edges.get(end, ()):
            if n == 1:
                yield (edge,)
            else:
                for before in self._paths(edge.begin, n - 1):
                    yield (*before, edge)

    def reach(self, longest: int, longest_span: int) -> int:
        """The earliest boundary at which a path that ends at the next boundary may begin."""
        starts = range(max(self.first, self.last + 1 - longest_span), self.last + 1)
        return min(self._earliest(start, longest - 1) for start in starts)

    def _earliest(self, boundary: int, n_edges: int) -> int:
        if not n_edges or boundary not in self.edges:
            return boundary
        return min(self._earliest(edge.begin, n_edges - 1) for edge in self.edges[boundary])

    def decided(self, end: int) -> "Lattice":
        """Without what can be forgotten now that all up to a boundary is decided."""
        first = max(self.first, end)
        return replace(
            self, first=first, edges={e: of for e, of in self.edges.items() if e > first}
        )
