"""Continuous sessions, read by today's decoder and by the first one on the same emissions.

    python tests/benchmarks/continuous.py [--share F]

The sessions are those of `sessions.py`: assembled from real holds of a wearer whom the model has
never met, both directions pooled. The recogniser is today's for both decoders; the first
one knows no lattice and reads the likeliest cut. The target is a CER
(without spaces) that is at least 25 % lower; its range is that of 95 % of bootstrap samples.
"""

import argparse
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import repeat

import numpy as np
from foundation import read_with_foundation
from recordings import SESSIONS, stranger
from sessions import (
    ROWS,
    Cell,
    Seen,
    classify,
    found_boundaries,
    likeliest_boundaries,
    spelled_sessions,
    true_boundaries,
    without_choice,
)

from jihwa.composer.composer import Composer
from jihwa.composer.language.mixture import Mixture
from jihwa.io.evaluation.errors import TextErrors
from jihwa.recognizer.events import Emission

WAYS = ("whole path", "perfect segments")
TARGET = -25.0
SAMPLES = 2000


@dataclass(frozen=True)
class Pair:
    """One session's errors with each decoder."""

    foundation: TextErrors
    today: TextErrors


Pairs = dict[tuple[Cell, str], list[Pair]]
"""Those of each cell and way."""


def measure(wearer: str, share: float) -> Pairs:
    """Read the sessions of one wearer with both decoders."""
    cells: list[tuple[Cell, str]] = []
    truths: list[str] = []
    emissions: list[Seen] = []
    alone: list[list[Emission]] = []
    for cell, session in spelled_sessions(wearer, share):
        found, true = found_boundaries(session, wearer), true_boundaries(session)
        likeliest = without_choice(classify(likeliest_boundaries(found), wearer))
        perfect = without_choice(classify(true, wearer))
        each = ((classify(found, wearer), likeliest), (perfect, perfect))
        for way, (seen, of_foundation) in zip(WAYS, each, strict=True):
            cells.append((cell, way))
            truths.append(session.text)
            emissions.append(seen)
            alone.append([emission for (emission,) in of_foundation])
    alphabet = stranger(wearer).alphabet
    composer = Composer(alphabet, Mixture.load())
    foundation = read_with_foundation(alone)
    pairs: Pairs = defaultdict(list)
    for key, truth, of_text, first in zip(cells, truths, emissions, foundation, strict=True):
        for ways in of_text:
            composer.feed(*ways)
        today = composer.flush().text
        each = (TextErrors.of(truth, text, alphabet) for text in (first.text, today))
        pairs[key].append(Pair(*each))
    return pairs


def report(pairs: Pairs) -> Iterator[str]:
    """A Markdown table: every kind and pace, then what they share."""
    yield "| text | pace | " + " | ".join(f"{way}: first / today / change" for way in WAYS) + " |"
    yield "|---|---|" + "---|" * len(WAYS)
    for kind, pace in ROWS:
        columns = []
        for way in WAYS:
            foundation, today = totals(chosen(pairs, kind, pace, way))
            columns.append(
                f"{foundation.cer:.1f} / {today.cer:.1f} / {change(foundation, today):+.0f} %"
            )
        yield f"| {kind} | {pace} | " + " | ".join(columns) + " |"
    yield ""
    for way in WAYS:
        every = chosen(pairs, "all", "all", way)
        foundation, today = totals(every)
        low, high = bootstrap(every)
        yield (
            f"{way}: CER {today.cer:.2f} %, first decoder {foundation.cer:.2f} %, change "
            f"{change(foundation, today):+.1f} % [{low:+.1f}, {high:+.1f}] (target ≤ {TARGET:g}); "
            f"with spaces {today.cer_spaces:.2f} %, first decoder {foundation.cer_spaces:.2f} %"
        )


def chosen(pairs: Pairs, kind: str, pace: str, way: str) -> list[Pair]:
    """The sessions of one row and way."""
    return [
        pair
        for (cell, of_way), of_cell in pairs.items()
        if cell.is_of(kind, pace) and of_way == way
        for pair in of_cell
    ]


def totals(pairs: Sequence[Pair]) -> tuple[TextErrors, TextErrors]:
    """All errors of each decoder."""
    foundation = sum((pair.foundation for pair in pairs), TextErrors())
    return foundation, sum((pair.today for pair in pairs), TextErrors())


def change(foundation: TextErrors, today: TextErrors) -> float:
    """How much higher today's CER is, % of the first decoder's."""
    return 100 * (today.tight_errors / max(foundation.tight_errors, 1) - 1)


def bootstrap(pairs: Sequence[Pair]) -> tuple[float, float]:
    """The range of the change, sessions drawn anew."""
    errors = np.array([(p.foundation.tight_errors, p.today.tight_errors) for p in pairs])  # (N, 2)
    draws = np.random.default_rng(0).integers(len(errors), size=(SAMPLES, len(errors)))
    foundation, today = errors[draws].sum(axis=1).T  # (SAMPLES,) each
    low, high = np.percentile(100 * (today / np.maximum(foundation, 1) - 1), [2.5, 97.5])
    return float(low), float(high)


def main() -> None:
    """Measure all cells, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--share", type=float, default=1.0, help="share of the texts to spell")
    options = parser.parse_args()
    pairs: Pairs = {}
    with ProcessPoolExecutor(len(SESSIONS)) as pool:
        for part in pool.map(measure, SESSIONS, repeat(options.share)):
            pairs |= part
    for line in report(pairs):
        print(line)


if __name__ == "__main__":
    main()
