"""Counts of errors: of texts in characters and jamo, and of segments beside the letters held.

Counts of several texts or sessions add up, rates are made of the sums. A letter is found if a
segment of its own overlaps it: where ㄱ is held from 0 to 1 s and ㅏ from 1.2 to 2 s, of segments
at 0.1–0.9 s and 0.95–1.1 s the first is ㄱ, the second is spurious, and ㅏ is missed.
"""

import statistics
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from math import nan
from typing import Self

from rapidfuzz.distance import Levenshtein

from jihwa.composer.text.transcript import Sign
from jihwa.data.alphabet import Alphabet
from jihwa.data.messages import UsageError
from jihwa.data.synthesis.spelling import SpelledSign

ONSET_S = 0.06
"""A segment begins where a letter does if it begins this near to it."""


@dataclass
class Tally:
    """Counts that add up over texts."""

    def __add__(self, other: Self) -> Self:
        return type(self)(
            *(getattr(self, field.name) + getattr(other, field.name) for field in fields(self))
        )


@dataclass
class TextErrors(Tally):
    """Character and jamo errors of texts.

    Attributes:
        texts: How many texts.
        exact: Texts without an error, spaces aside.
        chars: True characters with spaces.
        errors: Edits between them.
        tight_chars: True characters without spaces.
        tight_errors: Edits between them.
        jamo: True signs; what cannot be spelled counts as one.
        jamo_errors: Edits between them.
    """

    texts: int = 0
    exact: int = 0
    chars: int = 0
    errors: int = 0
    tight_chars: int = 0
    tight_errors: int = 0
    jamo: int = 0
    jamo_errors: int = 0

    @classmethod
    def of(cls, truth: str, text: str, alphabet: Alphabet) -> Self:
        """Compare one text with the truth."""
        tight_truth, tight = truth.replace(" ", ""), text.replace(" ", "")
        jamo_truth, jamo = signs_of(tight_truth, alphabet), signs_of(tight, alphabet)
        return cls(
            texts=1,
            exact=int(tight == tight_truth),
            chars=len(truth),
            errors=Levenshtein.distance(truth, text),
            tight_chars=len(tight_truth),
            tight_errors=Levenshtein.distance(tight_truth, tight),
            jamo=len(jamo_truth),
            jamo_errors=Levenshtein.distance(jamo_truth, jamo),
        )

    @property
    def cer(self) -> float:
        """Character error rate without spaces, %."""
        return _percent(self.tight_errors, self.tight_chars)

    @property
    def cer_spaces(self) -> float:
        """Character error rate with spaces, %."""
        return _percent(self.errors, self.chars)

    @property
    def jamo_error_rate(self) -> float:
        """Edits between signs, % of the true ones."""
        return _percent(self.jamo_errors, self.jamo)

    @property
    def exact_share(self) -> float:
        """Texts without an error, spaces aside, %."""
        return _percent(self.exact, self.texts)


@dataclass(frozen=True, slots=True)
class Match:
    """A letter that was held and the segment that was found there; one of them may be missing."""

    held: SpelledSign | None
    found: Sign | None

    @property
    def start_s(self) -> float:
        """When it began, in truth where that is known."""
        here = self.held or self.found
        return here.start_s if here else nan

    @property
    def end_s(self) -> float:
        """When it ended, in truth where that is known."""
        here = self.held or self.found
        return here.end_s if here else nan


def match(truth: Sequence[SpelledSign], signs: Sequence[Sign]) -> list[Match]:
    """Match held letters with segments that overlap them, each with one, in their order."""
    free = list(signs)
    matches = []
    for held in truth:
        found = next((s for s in free if s.start_s < held.end_s and s.end_s > held.start_s), None)
        if found is not None:
            free.remove(found)
        matches.append(Match(held, found))
    matches += [Match(None, sign) for sign in free]
    return sorted(matches, key=lambda each: each.start_s)


@dataclass
class Letters(Tally):
    """How many letters were found.

    Attributes:
        true: Letters that were held.
        found: Those with a segment of their own.
        spurious: Segments read as letters that are none.
        repeated: Letters equal to the one before them in their word.
        repeated_found: Those of them that were found.
        right: Letters found and read as what they are.
        onsets: Letters within `ONSET_S` of whose beginning a segment begins, each one's own.
        starts_s: How much later than the letter each found segment begins.
        ends_s: How much later it ends.
    """

    true: int = 0
    found: int = 0
    spurious: int = 0
    repeated: int = 0
    repeated_found: int = 0
    right: int = 0
    onsets: int = 0
    starts_s: list[float] = field(default_factory=list)
    ends_s: list[float] = field(default_factory=list)

    @classmethod
    def of(cls, truth: Sequence[SpelledSign], signs: Sequence[Sign]) -> Self:
        """Count what `match` makes of held letters and segments."""
        return cls.of_matches(match(truth, signs))

    @classmethod
    def of_matches(cls, matches: Sequence[Match]) -> Self:
        """Count matches in the order of their time."""
        tally, before = cls(), ""
        for held, found in ((each.held, each.found) for each in matches):
            if held is None:
                tally.spurious += 1
                continue
            repeated = held.sign == before
            before = held.sign
            tally.true += 1
            tally.repeated += repeated
            if found is not None:
                tally.found += 1
                tally.repeated_found += repeated
                tally.right += found.sign == held.sign
                tally.starts_s.append(found.start_s - held.start_s)
                tally.ends_s.append(found.end_s - held.end_s)
        tally.onsets = _near(
            sorted(each.held.start_s for each in matches if each.held),
            sorted(each.found.start_s for each in matches if each.found),
        )
        return tally

    @property
    def recall(self) -> float:
        """Letters that were found, % of all."""
        return _percent(self.found, self.true)

    @property
    def precision(self) -> float:
        """Segments that are letters, % of all segments."""
        return _percent(self.found, self.found + self.spurious)

    @property
    def inserted(self) -> float:
        """Segments that are no letters, % of the letters."""
        return _percent(self.spurious, self.true)

    @property
    def boundary_f1(self) -> float:
        """Harmonic mean of the shares of letters and of segments that begin together, %."""
        return _percent(2 * self.onsets, self.true + self.found + self.spurious)

    @property
    def timing_s(self) -> tuple[float, float]:
        """Median error of where segments begin and where they end, later above 0."""
        starts_s, ends_s = self.starts_s, self.ends_s
        return (statistics.median(starts_s), statistics.median(ends_s)) if starts_s else (nan, nan)

    @property
    def deviation_s(self) -> tuple[float, float]:
        """Median size of the same errors, whether earlier or later."""
        sizes_s = ([*map(abs, times_s)] for times_s in (self.starts_s, self.ends_s))
        start_s, end_s = (statistics.median(each) if each else nan for each in sizes_s)
        return start_s, end_s


@dataclass
class SessionTally(Tally):
    """What sessions came to.

    Attributes:
        sessions: How many.
        letters: Their letters, as they were found.
        read: Errors of what was read.
        perfect: Errors of what is read with perfect boundaries.
    """

    sessions: int = 0
    letters: Letters = field(default_factory=Letters)
    read: TextErrors = field(default_factory=TextErrors)
    perfect: TextErrors = field(default_factory=TextErrors)


def _near(truth_s: Sequence[float], found_s: Sequence[float]) -> int:
    """How many of two ascending sequences of times can be paired within `ONSET_S`, at most."""
    n = at = 0
    for true_s in truth_s:
        while at < len(found_s) and found_s[at] < true_s - ONSET_S:
            at += 1
        if at < len(found_s) and found_s[at] <= true_s + ONSET_S:
            n, at = n + 1, at + 1
    return n


def signs_of(text: str, alphabet: Alphabet) -> list[str]:
    """The signs that spell a text; a character that they cannot spell stands for itself."""
    signs: list[str] = []
    for char in unicodedata.normalize("NFC", text):
        try:
            signs += alphabet.spell(char)
        except UsageError:
            signs.append(char)
    return signs


def _percent(part: int, whole: int) -> float:
    return 100 * part / whole if whole else nan
