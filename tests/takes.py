"""Made-up takes with labels: trees of a simulated signer, and sequences of any features."""

from itertools import product
from pathlib import Path

import numpy as np

from jihwa.data.alphabet import Alphabet
from jihwa.data.formats.writers import write_recording
from jihwa.data.signal.frames import Frames
from jihwa.data.synthesis.hands import HandStatistics, SyntheticHand
from jihwa.data.takes.sequences import SequenceSet

N_STYLES = 5
LABELS = Alphabet("labels", ("0", "1", "2"))
"""Of the sequences."""

TEXT = "네\n"
"""What the recordings of an `archive` are read as."""


def record_session(
    folder: Path, alphabet: Alphabet, wearer: int, *, n_styles: int = N_STYLES, n: int = 20
) -> None:
    """One take of n frames of every sign and style, by a simulated wearer."""
    rng = np.random.default_rng(wearer)
    hand = SyntheticHand(HandStatistics.load(), alphabet, rng)
    time_s = np.arange(n) / hand.rate_hz
    for sign in alphabet.signs:
        for style in range(1, n_styles + 1):
            channels = np.split(hand.hold(sign, n, rng), [5, 8], axis=1)
            (folder / sign / str(style)).mkdir(parents=True)
            write_recording(folder / sign / str(style) / "take.csv", Frames(time_s, *channels))


def sequences(sessions=("a", "b"), n=12, seed=0, noise=0.5) -> SequenceSet:
    """Three classes, each a mean of its own with noise, as many of each in every session."""
    rng = np.random.default_rng(seed)
    signs = np.array([sign for _, sign, _ in product(sessions, LABELS.signs, range(n))])
    means = np.random.default_rng(0).normal(0, 1, (3, 1, 6))
    takes = [
        means[int(sign)] + rng.normal(0, noise, (1, 6)) + rng.normal(0, 0.2, (length, 6))
        for sign, length in zip(signs, rng.integers(5, 15, len(signs)), strict=True)
    ]
    return SequenceSet(tuple(takes), signs, np.repeat(sessions, 3 * n))


def tree(folder: Path) -> dict[str, str]:
    """Every file below a folder, with what it holds."""
    return {
        str(path.relative_to(folder)): path.read_text(encoding="utf-8")
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
