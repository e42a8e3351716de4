"""Where a text is not as it should be, and what each of these places costs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import nan

from rapidfuzz.distance import Levenshtein

from jihwa.composer.text.transcript import Word


@dataclass(frozen=True, slots=True)
class Difference:
    """A stretch of whole words where a text is not as it should be.

    Attributes:
        truth: What it should be; empty where there should be nothing.
        text: What it is; empty where words are missing.
        start_s: When its first word began, or the word before it ended; NaN where nobody knows.
        end_s: When its last word ended, or the word behind it began; NaN likewise.
        place: Where it is in the whole text as it should be, in characters.
    """

    truth: str
    text: str
    start_s: float
    end_s: float
    place: slice

    @property
    def edits(self) -> int:
        """Character edits from one to the other, spaces counted."""
        return Levenshtein.distance(self.truth, self.text)


def differences(truth: str, text: str, words: Sequence[Word] = ()) -> list[Difference]:
    """Where a text is not as it should be, in its order.

    Args:
        truth: What it should be, single spaces between words.
        text: What it is, likewise.
        words: The words of the text, to tell when each was signed.
    """
    found = []
    for true, got in _stretches(truth, text):
        if truth[true] != text[got]:
            n_before = len(text[: got.start].split())
            start_s, end_s = _when(words, n_before, n_before + len(text[got].split()))
            found.append(Difference(truth[true].strip(), text[got].strip(), start_s, end_s, true))
    return found


def _stretches(truth: str, text: str) -> Iterator[tuple[slice, slice]]:
    """Both texts, cut where both have a space at the same place of their alignment."""
    true_at = got_at = 0
    for block in Levenshtein.opcodes(truth, text):
        if block.tag == "equal":
            for step, char in enumerate(truth[block.src_start : block.src_end]):
                if char == " ":
                    true_end, got_end = block.src_start + step, block.dest_start + step
                    yield slice(true_at, true_end), slice(got_at, got_end)
                    true_at, got_at = true_end + 1, got_end + 1
    yield slice(true_at, len(truth)), slice(got_at, len(text))


def _when(words: Sequence[Word], first: int, end: int) -> tuple[float, float]:
    """When words of a text were signed, or where they would be if there are none."""
    if first < end:
        return (words[first].start_s, words[end - 1].end_s) if end <= len(words) else (nan, nan)
    before_s = words[first - 1].end_s if 0 < first <= len(words) else nan
    return before_s, words[first].start_s if first < len(words) else nan
