"""What the decoder asks of a language model: states, what follows them, what they expect.

A state stands for every text behind which the model expects alike. It is made once, however many
hypotheses come to it, and it remembers what follows it and what it expects, so that the search asks
the model only about what is new:

    state.after(ᄒ).after(ᅡ).row()[ᆨ]    the log-probability of 학 going on behind 하
"""

from array import array
from enum import StrEnum
from typing import Protocol, Self, TypeAlias

Row: TypeAlias = "array[float]"  # Python 3.11 cannot subscript it
"""(N_TOKENS,) natural log-probabilities of every next token, as 32-bit numbers."""


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


class ModelState:
    """What a model expects behind some texts.

    A model keeps its states as long as somebody else does: those that no hypothesis can come back
    to are forgotten, and with them what followed them.

    Attributes:
        profane: Whether the last token completed a word that correction must not introduce. Some
            words are complete only when their end is: behind the next onset, space or boundary.
    """

    __slots__ = ("__weakref__", "_followers", "_row", "profane")

    def __init__(self, *, profane: bool = False) -> None:
        self.profane = profane
        self._followers: dict[int, Self] = {}
        self._row: Row | None = None

    def after(self, token: int) -> Self:
        """The state behind one more token."""
        following = self._followers.get(token)
        if following is None:
            self._followers[token] = following = self._follow(token)
        return following

    def row(self) -> Row:
        """What comes next, and how likely; not to be changed."""
        if self._row is None:
            self._row = self._expect()
        return self._row

    def _follow(self, token: int) -> Self:
        raise NotImplementedError

    def _expect(self) -> Row:
        raise NotImplementedError


class TokenModel(Protocol):
    """A language model over the tokens of `jihwa.composer.language.jamo`."""

    def start(self) -> ModelState:
        """The state before the first token of a text."""

    def in_mode(self, mode: Mode) -> Self:
        """The same model with the expectations of a mode."""
