"""Text edits: what a screen has to do so that it shows the current text."""

from bisect import bisect_left
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TextEdit:
    """Delete characters at the end of the text, then append others.

    Attributes:
        delete: How many characters (precomposed syllables, letters, spaces) to take away.
        insert: What to append.
    """

    delete: int
    insert: str

    def __bool__(self) -> bool:
        return bool(self.delete or self.insert)

    def apply(self, text: str) -> str:
        """The text after the edit.

        Raises:
            ValueError: The text is shorter than what is to be deleted.
        """
        if self.delete > len(text):
            raise ValueError(f"cannot delete {self.delete} characters of {len(text)}")
        return text[: len(text) - self.delete] + self.insert

    @classmethod
    def between(cls, old: str, new: str) -> "TextEdit":
        """The shortest edit that turns one text into the other."""
        lengths = range(1, min(len(old), len(new)) + 1)
        shared = bisect_left(lengths, True, key=lambda n: old[:n] != new[:n])
        return cls(delete=len(old) - shared, insert=new[shared:])
