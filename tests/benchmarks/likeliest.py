"""What a segmenter says when nothing but itself is asked."""

from collections.abc import Sequence

from jihwa.recognizer.events import Boundary, Segment


def likeliest_segments(boundaries: Sequence[Boundary]) -> list[Segment]:
    """The likeliest segments of a whole signal, whatever the letters (Viterbi)."""
    best = [0.0]
    chosen: list[Segment] = []
    for end, ways in enumerate(boundaries, 1):
        possible = [way for way in ways if way.spans <= end]
        scores = [best[end - way.spans] + way.log_prob for way in possible]
        best.append(max(scores))
        chosen.append(possible[scores.index(best[-1])])
    path: list[Segment] = []
    while chosen:
        path.append(chosen[-1])
        del chosen[len(chosen) - path[-1].spans :]
    return path[::-1]
