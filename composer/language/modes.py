"""What a text may be: anything, one word, one name, or exactly the signs that were shown."""

from enum import StrEnum


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
