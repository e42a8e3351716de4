"""Praat: a text grid with the tiers, and a tier of confidences below each."""

import tempfile
from pathlib import Path
from typing import TextIO

from jihwa.io.writers.document import Document
from jihwa.io.writers.tiers import tiers

LEAST_S = 0.001
"""Praat knows no grid without a duration."""


def write_textgrid(document: Document, file: TextIO) -> None:
    """A TextGrid of interval tiers, as UTF-8."""
    from pympi.Praat import TextGrid  # what only some need is not loaded for all

    layers = tiers(document)
    ends_s = [tier.spans[-1].end_ms / 1000 for tier in layers if tier.spans]
    grid = TextGrid(xmax=max([document.duration_s, LEAST_S, *ends_s]))
    for layer in layers:
        texts, confidences = grid.add_tier(layer.name), grid.add_tier(f"{layer.name} confidence")
        for span in layer.spans:
            place_s = span.start_ms / 1000, span.end_ms / 1000
            texts.add_interval(*place_s, span.text, check=False)  # they never overlap
            confidences.add_interval(*place_s, f"{span.confidence:.3f}", check=False)
    with tempfile.TemporaryDirectory() as folder:  # pympi writes to a path alone
        path = Path(folder) / "grid"
        grid.to_file(path)
        file.write(path.read_text(encoding="utf-8"))
