"""A data set that grows: where a take goes, which takes there are, and which are still missing."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from jihwa.data.alphabet import Alphabet
from jihwa.data.takes.episodes import recordings_below

STYLES = (1, 2, 3, 4, 5)
"""How bent the fingers are, from very straight to very bent."""

Cell = tuple[str, int]
"""A sign and a style."""


def take_path(root: Path, sign: str, style: int, when: datetime) -> Path:
    """Where a take goes: ``<sign>/<style>/episode_<date>_<time>_<sign>_<style>.csv``."""
    return root / sign / str(style) / f"episode_{when:%Y%m%d_%H%M%S}_{sign}_{style}.csv"


def count_takes(root: Path, alphabet: Alphabet) -> Counter[Cell]:
    """How many takes there are of every sign and style, by their folders; none are read."""
    counts: Counter[Cell] = Counter()
    for path in recordings_below(root):
        sign, style = (unicodedata.normalize("NFC", part) for part in path.parts[-3:-1])
        if sign in alphabet.index and re.fullmatch("[1-5]", style):
            counts[sign, int(style)] += 1
    return counts


def missing(
    counts: Mapping[Cell, int], signs: Iterable[str], styles: Sequence[int], takes: int
) -> list[tuple[Cell, int]]:
    """What is missing to so many takes each, style by style, and how many.

    Style by style the wearer changes it seldom.
    """
    signs = tuple(signs)
    lacking = (
        ((sign, style), takes - counts.get((sign, style), 0)) for style in styles for sign in signs
    )
    return [(cell, n) for cell, n in lacking if n > 0]


def progress(
    counts: Mapping[Cell, int], signs: Iterable[str], styles: Sequence[int], takes: int
) -> tuple[int, int]:
    """How many of the takes are there, those beyond what is asked for not counted, of how many."""
    cells = [(sign, style) for sign in signs for style in styles]
    return sum(min(counts.get(cell, 0), takes) for cell in cells), takes * len(cells)
