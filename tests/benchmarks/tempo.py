"""How long gaps and holds are in a wearer's usual ones: where the gap and hold models come from.

    python tests/benchmarks/tempo.py [--share F]

Sessions of both recorded wearers at every pace, cut by a segmenter that has met neither. Medians
and spreads (standard deviation of the natural logarithm) belong into `PauseModel` and `durations`.
"""

from collections import defaultdict
from collections.abc import Iterator

import numpy as np
from cuts import likeliest_segments
from reporting import options, show, table
from sessions import found_boundaries, spelled_sessions
from shared import SESSIONS

from jihwa.data.synthesis.spelling import SpelledSession
from jihwa.recognizer.events import Segment

REST_S = 0.35
"""A pause that is at least so long is rest or a stop, a shorter one a turning point."""


def measured(session: SpelledSession, segments: list[Segment]) -> Iterator[tuple[str, float]]:
    """Lengths by what they are of, in the wearer's usual ones."""
    before = None  # the letter that the segment before showed
    for segment in segments:
        shown = [
            place
            for place, sign in enumerate(session.signs)
            if sign.start_s < segment.end_s and sign.end_s > segment.start_s
        ]
        if shown:
            yield "hold of a letter", segment.length
            if before is not None and shown[0] == before + 1:
                yield "gap between letters", segment.gap_s / segment.tempo.gap_s
        else:
            middle_s = 0.5 * (segment.start_s + segment.end_s)
            stands = any(a < middle_s < b and b - a > REST_S for a, b in session.pauses)
            yield "hold of rest or a stop" if stands else "hold of nothing", segment.length
        before = shown[-1] if shown else None


def main() -> None:
    """Measure, and print a table."""
    share = options(__doc__, share=0.1).parse_args().share
    lengths: dict[tuple[str, str], list[float]] = defaultdict(list)
    for wearer in SESSIONS:
        for cell, session in spelled_sessions(wearer, share):
            for of, length in measured(
                session, likeliest_segments(found_boundaries(session, wearer))
            ):
                for pace in (cell.pace, "all"):
                    lengths[of, pace].append(length)
    rows: list[tuple[object, ...]] = []
    for (of, pace), values in sorted(lengths.items()):
        low, high = np.percentile(values, [2, 98])
        figures = (np.median(values), np.log(values).std(), low, high)
        rows.append((of, pace, len(values), *(f"{figure:.2f}" for figure in figures)))
    show(table(("of", "pace", "n", "median", "spread", "2 %", "98 %"), rows))


if __name__ == "__main__":
    main()
