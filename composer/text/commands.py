"""Signs that act at once, instead of waiting for the text around them."""

import numpy as np

from jihwa.composer.decoding.alignment import Reading
from jihwa.composer.decoding.evidence import reading_scores
from jihwa.data.alphabet import COMMANDS, Alphabet, Control
from jihwa.recognizer.events import Emission

CERTAINTY = 0.9
"""Probability among all readings of a segment from which a command is obeyed. One that is less
clear is weighed against letters like a segment that is no sign."""


class Commands:
    """Finds commands among emissions.

    Args:
        alphabet: The signs whose likelihoods the emissions carry.
        temperature: Divides the log-likelihoods.
    """

    def __init__(self, alphabet: Alphabet, temperature: float) -> None:
        self._places = {alphabet.index[c]: c for c in COMMANDS if c in alphabet.index}
        self._temperature = temperature

    def find(self, emission: Emission) -> tuple[Control, Reading] | None:
        """The command that an emission certainly is, and how it was read."""
        if not self._places:
            return None
        scores = reading_scores(emission, self._temperature)  # (S + 2,)
        posterior = np.exp(scores - np.logaddexp.reduce(scores))
        best = int(posterior.argmax())
        if best not in self._places or posterior[best] < CERTAINTY:
            return None
        return self._places[best], Reading(emission, posterior, best)
