"""Loanwords and foreign names, found among titles by the syllables that they are written with."""

from collections.abc import Collection, Iterable

import numpy as np
from numpy.typing import NDArray

_ROUNDS = 12
_SHARE = 0.2
"""How many titles are thought to be foreign, to begin with."""
_CERTAIN = 0.95
"""Least probability of a title that is known to be foreign."""
_UNSEEN = 0.1
"""How often every syllable is thought to occur, beside those seen."""


def foreign_first(titles: Iterable[str], known: Collection[str]) -> list[str]:
    """The titles, those first that are most likely foreign.

    Expectation-maximisation with two kinds of titles, each with syllable frequencies of its own; it
    starts from what is known to be foreign.
    """
    texts = sorted(set(titles))
    syllables = sorted(set("".join(texts)))
    number = {syllable: i for i, syllable in enumerate(syllables)}
    syllable = np.array([number[s] for text in texts for s in text])
    text = np.repeat(np.arange(len(texts)), [len(text) for text in texts])
    is_known = np.isin(texts, list(known))
    probability = np.where(is_known, _CERTAIN, _SHARE)
    log_odds: NDArray[np.float64] = np.zeros(len(texts))
    for _ in range(_ROUNDS):
        foreign, other = (
            np.bincount(syllable, p[text], len(syllables)) + _UNSEEN
            for p in (probability, 1 - probability)
        )
        ratio = np.log(foreign / foreign.sum()) - np.log(other / other.sum())
        evidence = np.bincount(text, ratio[syllable], len(texts))
        log_odds = evidence + np.log(probability.mean() / (1 - probability.mean()))
        probability = 1 / (1 + np.exp(-log_odds))
        probability = np.where(is_known, np.maximum(probability, _CERTAIN), probability)
    return [texts[i] for i in np.argsort(-log_odds, kind="stable")]
