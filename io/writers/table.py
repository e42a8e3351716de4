"""A table for spreadsheets and statistics: one row a sentence, a word or a sign."""

import csv
import math
from typing import TextIO

from jihwa.io.writers.document import Document
from jihwa.io.writers.tiers import tiers

COLUMNS = ("source", "tier", "start_s", "end_s", "text", "confidence", "candidates")


def write_csv(document: Document, file: TextIO) -> None:
    """All tiers below each other; candidates as `ㄱ 0.81 ㅋ 0.12`."""
    table = csv.writer(file, lineterminator="\n")
    table.writerow(COLUMNS)
    for tier in tiers(document):
        for span in tier.spans:
            times_s = (f"{ms / 1000:.3f}" for ms in (span.start_ms, span.end_ms))
            others = " ".join(f"{label} {p:.4f}" for label, p in span.candidates)
            sure = f"{span.confidence:.4f}" if math.isfinite(span.confidence) else ""
            table.writerow([document.source, tier.name, *times_s, span.text, sure, others])
