"""What the decoder asks of a language model."""

from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

from jihwa.composer.language.modes import Mode
from jihwa.composer.language.ngram import States


class TokenModel(Protocol):
    """A language model over the tokens of `jihwa.composer.language.jamo`."""

    def start(self) -> States:
        """(1, K) the state before the first token."""

    def log_prob(self, states: States) -> NDArray[np.float32]:
        """(B, N_TOKENS) natural log-probability of every next token."""

    def advance(self, states: States, tokens: NDArray[np.uint8]) -> States:
        """(B, K) the states after one more token each."""

    def key(self, states: States) -> NDArray[np.int64]:
        """(B,) equal for states that predict alike."""

    def profane(self, states: States) -> NDArray[np.bool_]:
        """(B,) whether the text ends in a word that correction must not introduce."""

    def in_mode(self, mode: Mode) -> Self:
        """The same model with the expectations of a mode."""
