"""What the decoder asks of a language model: states, what follows them, what they expect.

A state stands for every text behind which the model expects alike. It is made once, however many
hypotheses come to it, and it remembers what follows it and what it expects, so that the search asks
the model only about what is new:

    state.after(ᄒ).after(ᅡ).row()[ᆨ]    the log-probability of 학 going on behind 하

Models are tries of tokens, in which the children of a node stand together, in their order.
"""

from array import array  # of the alias
from enum import StrEnum
from typing import Protocol, Self, TypeAlias

Row: TypeAlias = "array[float]"  # Python 3.11 cannot subscript it
"""(N_TOKENS,) natural log-probabilities of every next token, as 32-bit floats."""


class Mode(StrEnum):
    """How much the composer knows of the text before it begins."""

    FREE = "free"
    """Any text: words, names, sentences."""
    WORD = "word"
    """One word, as a form or a dictionary asks for it."""
    NAME = "name"
    """The name of a person or of a place."""
    EXACT = "exact"
    """No correction: every hold is its likeliest sign, and no space is added."""


FLAG = 128
"""The bit of a token's byte that is not the token's."""
_TOKEN_BITS = FLAG - 1

MOST_STATES = 2048
"""So many does a model keep: about what a processor's cache holds."""


class ModelState:
    """What a model expects behind some texts.

    A model keeps so many of them and then forgets some: who has one can go on from it, and another
    one with the same `key` is as good.

    Attributes:
        key: The same for two states of a model exactly when they expect alike (but for one chance
            in 2⁶⁴ or so).
    """

    __slots__ = ("_row", "key")

    def __init__(self, key: int) -> None:
        self.key = key
        self._row: Row | None = None

    def after(self, token: int) -> Self:
        """The state behind one more token."""
        raise NotImplementedError

    def is_profane(self, token: int) -> bool:
        """Whether a token would complete a word that correction must not introduce.

        Some words are complete only when their end is: with the next onset, space or boundary.
        """
        return False

    def row(self) -> Row:
        """What comes next, and how likely; not to be changed."""
        if self._row is None:
            self._row = self._expect()
        return self._row

    def _expect(self) -> Row:
        raise NotImplementedError


class TokenModel(Protocol):
    """A language model over the tokens of `jihwa.composer.language.jamo`."""

    def start(self) -> ModelState:
        """The state before the first token of a text."""

    def in_mode(self, mode: Mode) -> Self:
        """The same model with the expectations of a mode."""


def child_of(tokens: memoryview, begin: int, end: int, token: int) -> int:
    """The node among the children from `begin` to before `end` that a token leads to, or -1."""
    low, high = begin, end
    while low < high:
        middle = (low + high) >> 1
        if tokens[middle] & _TOKEN_BITS < token:
            low = middle + 1
        else:
            high = middle
    return low if low < end and tokens[low] & _TOKEN_BITS == token else -1
