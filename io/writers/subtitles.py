"""Subtitles: SubRip and WebVTT."""

from collections.abc import Iterator
from typing import TextIO

from jihwa.io.writers.document import Document
from jihwa.io.writers.tiers import Span, in_sentences, word_spans

LONGEST_MS = 7000
MOST_CHARACTERS = 32
"""What one can read at once: two lines of 16 syllables. A longer word stands alone."""
SHORTEST_MS = 1000
"""A shorter subtitle stays until then, or until the next one comes."""


def write_srt(document: Document, file: TextIO) -> None:
    """SubRip subtitles."""
    file.write(_subtitles(document, "srt"))


def write_vtt(document: Document, file: TextIO) -> None:
    """WebVTT subtitles."""
    file.write(_subtitles(document, "vtt"))


def _subtitles(document: Document, kind: str) -> str:
    import pysubs2  # what only some need is not loaded for all

    file = pysubs2.SSAFile()
    cues = list(_cues(word_spans(document)))
    next_ms = [cue.start_ms for cue in cues[1:]] + [cue.end_ms + SHORTEST_MS for cue in cues[-1:]]
    for cue, latest_ms in zip(cues, next_ms, strict=True):
        end_ms = max(cue.end_ms, min(cue.start_ms + SHORTEST_MS, latest_ms))
        file.append(pysubs2.SSAEvent(start=cue.start_ms, end=end_ms, text=cue.text))
    return file.to_string(kind)


def _cues(words: list[Span]) -> Iterator[Span]:
    """Words put together as far as they can be read at once and belong together."""
    for sentence in in_sentences(words):
        cue = sentence[0]
        for word in sentence[1:]:
            text = f"{cue.text} {word.text}"
            if len(text) > MOST_CHARACTERS or word.end_ms - cue.start_ms > LONGEST_MS:
                yield cue
                cue = word
            else:
                sure = min(cue.confidence, word.confidence)
                cue = Span(cue.start_ms, word.end_ms, text, sure)
        yield cue
