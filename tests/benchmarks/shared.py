"""The shared recordings and texts, which are no part of the project."""

from pathlib import Path

SHARED = Path(__file__).parents[3] / "shared" / "data"

SESSIONS = ("hb", "v2")
"""The recorded sessions with the board where it usually sits: benchmarks read each as a stranger's,
in models that are fitted on all others."""

THIRD = "august"
"""Another recorded session, with the board turned and a dead finger. Segmenters are not trained on
it."""

TRAINING_TEXTS = (
    "train_open.txt.gz",
    "train_sharealike.txt.gz",
    "lexicon_sharealike.txt",
    "titles_open.txt.gz",
    "addresses.txt",
)
"""What plain language models are built from, to compare with."""

PERSONS = 75
"""dev_names.txt holds this many persons, then places."""


def dev_texts(kind: str) -> list[str]:
    """The development texts of one kind: sentences, words, names, persons or places."""
    name = "names" if kind in ("persons", "places") else kind
    lines = (SHARED / "text" / f"dev_{name}.txt").read_text(encoding="utf-8").splitlines()
    return {"persons": lines[:PERSONS], "places": lines[PERSONS:]}.get(kind, lines)
