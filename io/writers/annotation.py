"""Text with its times: tiers for ELAN and Praat, and subtitles as SubRip and WebVTT."""

import math
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, TextIO

from jihwa.composer.text.transcript import Sign, Word
from jihwa.io.writers.document import Document

AUTHOR = "jihwa"
"""What an ELAN document names as its author."""
LEAST_S = 0.001
"""Praat knows no grid without a duration."""
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


def write_eaf(document: Document, file: TextIO) -> None:
    """An EAF 2.8 document, which every ELAN since 4.7 opens, with confidences below each tier."""
    from pympi import Elan  # what only some need is not loaded for all

    eaf = Elan.Eaf(author=AUTHOR)
    eaf.header.update(MEDIA_FILE="", TIME_UNITS="milliseconds")
    eaf.add_linguistic_type("about", constraints="Symbolic_Association", timealignable=False)
    for tier in tiers(document):
        eaf.add_tier(tier.name)
        for span in tier.annotations:
            eaf.add_annotation(tier.name, span.start_ms, span.end_ms, span.text)
        _add_about(eaf, tier.name, "confidence", (f"{s.confidence:.3f}" for s in tier.annotations))
        if any(span.candidates for span in tier.annotations):
            others = (" ".join(f"{k} {p:.2f}" for k, p in s.candidates) for s in tier.annotations)
            _add_about(eaf, tier.name, "candidates", others)
    eaf.remove_tier("default")
    _order_time(eaf)
    file.write('<?xml version="1.0" encoding="UTF-8"?>\n')
    file.write(Elan.to_string(eaf) + "\n")


def write_textgrid(document: Document, file: TextIO) -> None:
    """A TextGrid of interval tiers, as UTF-8, with a tier of confidences below each."""
    from pympi.Praat import TextGrid  # what only some need is not loaded for all

    layers = tiers(document)
    ends_s = [tier.annotations[-1].end_ms / 1000 for tier in layers if tier.annotations]
    grid = TextGrid(xmax=max([document.duration_s, LEAST_S, *ends_s]))
    for layer in layers:
        texts, confidences = grid.add_tier(layer.name), grid.add_tier(f"{layer.name} confidence")
        for span in layer.annotations:
            place_s = span.start_ms / 1000, span.end_ms / 1000
            texts.add_interval(*place_s, span.text, check=False)  # they never overlap
            confidences.add_interval(*place_s, f"{span.confidence:.3f}", check=False)
    with tempfile.TemporaryDirectory() as folder:  # pympi writes to a path alone
        path = Path(folder) / "grid"
        grid.to_file(path)
        file.write(path.read_text(encoding="utf-8"))


def _add_about(eaf: Any, parent: str, what: str, values: Iterable[str]) -> None:  # noqa: ANN401
    """A tier that says something about every annotation of another one.

    pympi would look for the annotation at a time, through all of them for each.
    """
    name = f"{parent} {what}"
    eaf.add_tier(name, ling="about", parent=parent)
    for annotation, value in zip(eaf.tiers[parent][0], values, strict=True):
        about = eaf.generate_annotation_id()
        eaf.annotations[about] = name
        eaf.tiers[name][1][about] = (annotation, value, None, None)


def _order_time(eaf: Any) -> None:  # noqa: ANN401
    """Number the time slots in the order of time, as the format wants them and pympi does not."""
    in_order = sorted(eaf.timeslots, key=eaf.timeslots.__getitem__)
    name = {slot: f"ts{number}" for number, slot in enumerate(in_order, start=1)}
    eaf.timeslots = {name[slot]: eaf.timeslots[slot] for slot in in_order}
    for aligned, *_ in eaf.tiers.values():
        for annotation, (start, end, value, image) in aligned.items():
            aligned[annotation] = (name[start], name[end], value, image)


LONGEST_MS = 7000
MOST_CHARACTERS = 32
"""What one can read at once: two lines of 16 syllables. A longer word stands alone."""
SHORTEST_MS = 1000
"""A shorter subtitle stays until then, or until the next one comes."""


def write_subtitles(document: Document, file: TextIO, kind: str) -> None:
    """Subtitles: SubRip (`srt`) or WebVTT (`vtt`)."""
    if kind == "vtt":
        file.write("WEBVTT\n\n")
    point = "." if kind == "vtt" else ","
    cues = list(_cues(word_annotations(document)))
    next_ms = [cue.start_ms for cue in cues[1:]] + [cue.end_ms + SHORTEST_MS for cue in cues[-1:]]
    for number, (cue, latest_ms) in enumerate(zip(cues, next_ms, strict=True), start=1):
        end_ms = max(cue.end_ms, min(cue.start_ms + SHORTEST_MS, latest_ms))
        start, end = (_clock(ms, point) for ms in (cue.start_ms, end_ms))
        file.write(f"{number}\n{start} --> {end}\n{cue.text}\n\n")


def _clock(time_ms: int, point: str) -> str:
    """`HH:MM:SS,mmm`, with as many digits for the hours as there are."""
    minutes, ms = divmod(time_ms, 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{ms // 1000:02}{point}{ms % 1000:03}"


def _cues(words: list[Annotation]) -> Iterator[Annotation]:
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
                cue = Annotation(cue.start_ms, word.end_ms, text, sure)
        yield cue
