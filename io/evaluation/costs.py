"""What each wrong stretch of a session costs, and what it would cost with perfect boundaries."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

from jihwa.data.alphabet import Alphabet
from jihwa.data.synthesis.spelling import SpelledSign
from jihwa.io.evaluation.alignments import Match, signs_of
from jihwa.io.evaluation.differences import Difference, differences
from jihwa.io.evaluation.text_comparison import TextComparison


@dataclass(frozen=True, slots=True)
class Cost:
    """A stretch of whole words that was read wrongly.

    A text is cut where it and the truth both have a space at the same place of their alignment. A
    stretch costs the character edits, spaces counted, between its words and the true ones, so the
    most expensive stretch is the one that adds most to the character error rate with spaces.

    Attributes:
        difference: The true words and what was read.
        start_s: When the first true letter began, or what was read there, whichever is earlier.
        end_s: When the last one ended, whichever is later.
        faults: Letters of it that were missed, found where none is, or read as others.
        perfect_text: What is read there with perfect boundaries, whole words that may reach beyond
            the stretch.
        perfect_edits: What that costs.
    """

    difference: Difference
    start_s: float
    end_s: float
    faults: tuple[Match, ...]
    perfect_text: str
    perfect_edits: int

    @property
    def edits(self) -> int:
        """What it costs."""
        return self.difference.edits


def costs(compared: TextComparison, perfect_text: str, alphabet: Alphabet) -> list[Cost]:
    """Every stretch that was read wrongly, in the order of the text.

    Args:
        compared: A text beside the truth, which says when letters were held and fits the alphabet
            (`jihwa.data.synthesis.sessions.Truth.misfit`).
        perfect_text: What is read with perfect boundaries.
        alphabet: The signs that spell the truth.
    """
    truth = compared.truth.text
    remaining = differences(truth, " ".join(perfect_text.split()))
    found = []
    for each in compared.differences:
        begin, end = each.place.start, max(each.place.stop, each.place.start + 1)
        there = [d for d in remaining if d.place.start < end and d.place.stop > begin]
        start_s, end_s = _when(each, truth, compared.truth.signs or (), alphabet)
        found.append(
            Cost(
                difference=each,
                start_s=start_s,
                end_s=end_s,
                faults=tuple(f for f in compared.faults if f.start_s < end_s and f.end_s > start_s),
                perfect_text=_replaced(truth, slice(begin, each.place.stop), there),
                perfect_edits=sum(d.edits for d in there),
            )
        )
    return found


def _replaced(truth: str, place: slice, others: Sequence[Difference]) -> str:
    """The true words at a place, with differences in them, in their order, as they are read."""
    parts, at = [], min([place.start, *(d.place.start for d in others)])
    for each in others:
        parts += [truth[at : each.place.start], each.text]
        at = each.place.stop
    parts.append(truth[at : max(at, place.stop)])
    return " ".join(" ".join(parts).split())


def _when(
    difference: Difference, truth: str, held: tuple[SpelledSign, ...], alphabet: Alphabet
) -> tuple[float, float]:
    """From when to when true letters and read words of a difference last."""
    first, end = (
        len(signs_of(truth[:place].replace(" ", ""), alphabet))
        for place in (difference.place.start, difference.place.stop)
    )
    letters = held[first:end] or held[max(first - 1, 0) : first + 1]  # or those around it
    times_s = [letters[0].start_s, letters[-1].end_s] if letters else []
    times_s += [difference.start_s, difference.end_s]
    known_s = [time_s for time_s in times_s if isfinite(time_s)]
    return min(known_s, default=0.0), max(known_s, default=0.0)
