"""Labelled trees of a simulated signer."""

from pathlib import Path

import numpy as np

from jihwa.data.alphabet import Alphabet
from jihwa.data.frames import Frames
from jihwa.data.sessions import write_recording
from jihwa.data.simulator import HandStatistics, SyntheticHand

N_STYLES = 5


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
