"""Formats that any program reads: text, JSON, a table."""

import csv
import json
import math
from importlib import resources
from typing import Any, TextIO

from jihwa.composer.text.transcript import Candidate, Word
from jihwa.io.evaluation.figures import as_content
from jihwa.io.writers.annotation import tiers
from jihwa.io.writers.document import Document

COLUMNS = ("source", "tier", "start_s", "end_s", "text", "confidence", "candidates")


def write_text(document: Document, file: TextIO) -> None:
    """The text alone, on one line."""
    file.write(document.transcript.text + "\n")


def write_json(document: Document, file: TextIO) -> None:
    """All that is known, one object on one line: times to milliseconds, the rest to 6 digits.

    `transcript.schema.json` beside this module describes it.
    """
    head = {
        "source": document.source,
        "duration_s": _rounded(document.duration_s, 3),
        "text": document.transcript.text,
        "candidates": list(map(candidate_content, document.transcript.candidates)),
        "words": list(map(word_content, document.transcript.words)),
    }
    file.write(_dump(head).removesuffix("}") + ', "signs": [')
    for number, sign in enumerate(document.letters):  # one by one: hours have tens of thousands
        entry = {
            "start_s": _rounded(sign.start_s, 3),
            "end_s": _rounded(sign.end_s, 3),
            "sign": sign.sign,
            "candidates": [[label, _rounded(p, 6)] for label, p in sign.candidates],
        }
        file.write((", " if number else "") + _dump(entry))
    unread = [
        {"start_s": _rounded(start_s, 3), "end_s": _rounded(end_s, 3)}
        for start_s, end_s in document.unread
    ]
    tail: dict[str, Any] = {"unread": unread, "warnings": list(document.warnings)}
    if document.comparison:
        tail["comparison"] = as_content(document.comparison)
    file.write("], " + _dump(tail).removeprefix("{") + "\n")


def candidate_content(candidate: Candidate) -> dict[str, Any]:
    """A candidate as JSON has it."""
    return {"text": candidate.text, "log_prob": _rounded(candidate.log_prob, 6)}


def word_content(word: Word) -> dict[str, Any]:
    """A word as JSON has it."""
    return {
        "text": word.text,
        "start_s": _rounded(word.start_s, 3),
        "end_s": _rounded(word.end_s, 3),
        "confidence": _rounded(word.confidence, 6),
    }


def write_csv(document: Document, file: TextIO) -> None:
    """A row a sentence, a word or a sign, tier below tier; candidates as `ㄱ 0.81 ㅋ 0.12`.

    As RFC 4180 has it, and for spreadsheets: the byte order mark tells them that it is UTF-8, and
    what they would take for a formula stands behind an apostrophe.
    """
    file.write("\ufeff")
    table = csv.writer(file, lineterminator="\r\n")
    table.writerow(COLUMNS)
    for tier in tiers(document):
        for span in tier.annotations:
            times_s = (f"{ms / 1000:.3f}" for ms in (span.start_ms, span.end_ms))
            others = " ".join(f"{label} {p:.4f}" for label, p in span.candidates)
            sure = f"{span.confidence:.4f}" if math.isfinite(span.confidence) else ""
            source, text, others = map(_inert, (document.source, span.text, others))
            table.writerow([source, tier.name, *times_s, text, sure, others])


def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of what `write_json` writes."""
    file = resources.files("jihwa.io.writers") / "transcript.schema.json"
    content: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return content


def _inert(cell: str) -> str:
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


def _dump(content: object) -> str:
    return json.dumps(content, ensure_ascii=False, allow_nan=False)


def _rounded(value: float, digits: int) -> float | None:
    """None where there is nothing to say."""
    return round(value, digits) + 0.0 if math.isfinite(value) else None  # no -0.0
