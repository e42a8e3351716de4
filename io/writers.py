"""Transcripts as files: plain text, and JSON with everything that is known."""

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from jihwa.composer.comparison import TextComparison
from jihwa.composer.transcript import Transcript
from jihwa.io.comparisons import as_content
from jihwa.recognizer.events import NO_SIGN, REST


@dataclass(frozen=True, slots=True)
class Document:
    """What was made of one recording.

    Attributes:
        source: Where the recording is.
        duration_s: Time from its first to its last sample.
        transcript: The text; times count from the first sample.
        warnings: What the user should know, in their language.
        comparison: The text beside the truth, where somebody asked for it.
    """

    source: str
    duration_s: float
    transcript: Transcript
    warnings: tuple[str, ...]
    comparison: TextComparison | None = None


def as_text(document: Document) -> str:
    """The text alone."""
    return document.transcript.text + "\n"


def as_json(document: Document) -> str:
    """Everything, as one JSON object on one line: times to milliseconds, the rest to 6 digits."""
    transcript = document.transcript
    content: dict[str, Any] = {
        "source": document.source,
        "duration_s": _rounded(document.duration_s, 3),
        "text": transcript.text,
        "candidates": [
            {"text": candidate.text, "log_prob": _rounded(candidate.log_prob, 6)}
            for candidate in transcript.candidates
        ],
        "words": [
            {
                "text": word.text,
                "start_s": _rounded(word.start_s, 3),
                "end_s": _rounded(word.end_s, 3),
                "confidence": _rounded(word.confidence, 6),
            }
            for word in transcript.words
        ],
        "signs": [
            {
                "start_s": _rounded(sign.start_s, 3),
                "end_s": _rounded(sign.end_s, 3),
                "sign": sign.sign,
                "candidates": [[label, _rounded(p, 6)] for label, p in sign.candidates],
            }
            for sign in transcript.signs
            if sign.sign not in (REST, NO_SIGN)
        ],
        "warnings": list(document.warnings),
    }
    if document.comparison:
        content["comparison"] = as_content(document.comparison)
    return json.dumps(content, ensure_ascii=False, allow_nan=False) + "\n"


WRITERS: Mapping[str, Callable[[Document], str]] = {"txt": as_text, "json": as_json}
"""How to write every format; its name is also the ending of its files."""


def _rounded(value: float, digits: int) -> float | None:
    """None where there is nothing to say."""
    return round(value, digits) + 0.0 if math.isfinite(value) else None  # no -0.0
