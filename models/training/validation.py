"""What is held out of a training: to end it in time, and to say how sure a network may be."""

import numpy as np
from numpy.typing import NDArray

from jihwa.data.signal.frames import Array
from jihwa.data.takes.splits import Split, Takes, by_random, by_session

TEMPERATURES = np.geomspace(1.0, 8.0, 64)
"""What is tried. The takes held out are of sessions that were seen: they may make a network less
sure, never surer."""


def hold_out(takes: Takes, seed: int) -> Split:
    """Hold out what was not recorded back to back with the rest, as far as that is known.

    Of every sign in every session one style, drawn by lot, so that all signs and all styles are
    learned. Without styles a whole session, the smallest one that leaves every sign to learn from;
    with one session random takes, which flatter.
    """
    rng = np.random.default_rng(seed)
    held_out = np.zeros(len(takes), dtype=np.bool_)
    for session in np.unique(takes.sessions):
        for sign in np.unique(takes.signs):
            block = (takes.sessions == session) & (takes.signs == sign)
            styles = np.unique(takes.styles[block])
            if len(styles) > 1:
                held_out |= block & (takes.styles == rng.choice(styles))
    if held_out.any():
        rest, chosen = np.flatnonzero(~held_out), np.flatnonzero(held_out)
        return Split("a style of every sign and session", rest, chosen)
    n_signs = len(np.unique(takes.signs))
    if len(np.unique(takes.sessions)) > 1:
        complete = [s for s in by_session(takes) if len(np.unique(takes.signs[s.train])) == n_signs]
        if complete:
            return min(complete, key=lambda split: len(split.test))
    return next(by_random(takes, seed))


def best_temperature(logits: Array, sign: NDArray[np.int64]) -> float:
    """The temperature of least cross-entropy (Guo et al., 2017), 1 to 8.

    Args:
        logits: (n, S) of the takes held out.
        sign: (n,) their signs.
    """
    scaled = logits / TEMPERATURES[:, None, None]  # (64, n, S)
    of_truth = np.take_along_axis(scaled, sign[None, :, None], axis=2)[:, :, 0]  # (64, n)
    loss = (np.logaddexp.reduce(scaled, axis=2) - of_truth).mean(axis=1)  # (64,)
    return float(TEMPERATURES[loss.argmin()])
