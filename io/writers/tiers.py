"""A document in layers, as annotation tools show it: sentences, words and signs on a time axis."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from jihwa.composer.text.transcript import Sign, Word
from jihwa.io.writers.document import Document

SENTENCE_PAUSE_S = 2.0
"""A longer pause between two words ends a sentence; between words a hand rests for about one."""
_FOREVER_MS = 1 << 62
"""Later than anything."""


@dataclass(frozen=True, slots=True)
class Annotation:
    """Something with a place on the time axis.

    Attributes:
        start_ms: Where it begins.
        end_ms: Where it ends, a millisecond later at least.
        text: What it says.
        confidence: Probability that it is right, 0 to 1; of a sentence, of its least sure word.
        candidates: What else it may be, best first.
    """

    start_ms: int
    end_ms: int
    text: str
    confidence: float
    candidates: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Tier:
    """A layer of annotations that follow each other and never overlap."""

    name: str
    annotations: Sequence[Annotation]


def tiers(document: Document) -> tuple[Tier, Tier, Tier]:
    """The sentences, words and signs of a document, in this order."""
    words = word_annotations(document)
    letters = list(document.letters)
    places = _places([(sign.start_s, sign.end_s) for sign in letters])
    signs = [
        Annotation(
            *place, sign.sign, dict(sign.candidates).get(sign.sign, math.nan), sign.candidates
        )
        for place, sign in zip(places, letters, strict=True)
    ]
    sentences = [_joined(part) for part in in_sentences(words)]
    return Tier("sentence", sentences), Tier("words", words), Tier("signs", signs)


def word_annotations(document: Document) -> list[Annotation]:
    """The words of a document on the time axis."""
    words: Sequence[Word] = document.transcript.words
    places = _places([(word.start_s, word.end_s) for word in words])
    return [
        Annotation(*place, word.text, word.confidence)
        for place, word in zip(places, words, strict=True)
    ]


def in_sentences(words: Sequence[Annotation]) -> Iterator[Sequence[Annotation]]:
    """The words that belong together, by the pauses between them."""
    breaks = [
        number
        for number, (before, after) in enumerate(pairwise(words), start=1)
        if after.start_ms - before.end_ms > 1000 * SENTENCE_PAUSE_S
    ]
    for start, end in pairwise([0, *breaks, len(words)]):
        if end > start:
            yield words[start:end]


def _share(sign: Sign) -> float:
    return dict(sign.candidates).get(sign.sign, math.nan)


def _joined(words: Sequence[Annotation]) -> Annotation:
    return Annotation(
        start_ms=words[0].start_ms,
        end_ms=words[-1].end_ms,
        text=" ".join(word.text for word in words),
        confidence=min(word.confidence for word in words),
    )


def _places(times_s: Sequence[tuple[float, float]]) -> Iterator[tuple[int, int]]:
    """Milliseconds of what follows each other, pushed apart where it overlaps.

    What has no time of its own gets a millisecond behind what comes before it.
    """
    starts_s = [start_s for start_s, _ in times_s[1:]]
    earliest_ms = 0
    for (start_s, end_s), next_s in zip(times_s, [*starts_s, math.inf], strict=False):
        start_ms = max(_ms(start_s, earliest_ms), earliest_ms)
        end_ms = min(_ms(end_s, start_ms), _ms(next_s, _FOREVER_MS))
        earliest_ms = max(end_ms, start_ms + 1)
        yield start_ms, earliest_ms


def _ms(time_s: float, otherwise: int) -> int:
    return round(1000 * time_s) if math.isfinite(time_s) else otherwise
