"""Typing what is final into another program, as if its user had typed it there."""

import unicodedata
from typing import Protocol

from jihwa.composer.text.edits import TextEdit
from jihwa.composer.text.transcript import Transcript, Update
from jihwa.recognizer.events import Emission


class Target(Protocol):
    """A program that takes keys."""

    def type(self, edit: TextEdit) -> None:
        """Press Backspace for every character to delete, then type the others; does not wait.

        Args:
            edit: What to type: characters, and line ends for Enter.

        Raises:
            OutletError: The program is gone, or takes no keys any more.
        """

    def close(self) -> None:
        """Type what still waits, and let go of the program.

        Raises:
            OutletError: Something that was typed did not arrive.
        """


class Outlet:
    """A sink that types what becomes final; preedit never leaves jihwa.

    Args:
        target: Where to type.
    """

    def __init__(self, target: Target) -> None:
        self._target = target
        self._preedit = ""
        self._typed = 0  # characters that can be taken back

    def update(self, update: Update, emission: Emission | None) -> None:
        """Type what has just become final, taking back first what was withdrawn.

        Raises:
            OutletError: The program is gone, or takes no keys any more.
        """
        self._preedit = update.preedit
        self._type(TextEdit(update.withdrawn, update.committed))

    def finish(self, transcript: Transcript) -> None:
        """Type what the preedit came to.

        Raises:
            OutletError: The program is gone, or takes no keys any more.
        """
        kept = len(self._preedit) - transcript.edit.delete  # below 0: final text is taken back
        became = self._preedit[: max(kept, 0)] + transcript.edit.insert
        self._preedit = ""
        self._type(TextEdit(max(-kept, 0), became))

    def _type(self, edit: TextEdit) -> None:
        """Leave alone what stood in the text before the program was typed into."""
        foreign = max(edit.delete - self._typed, 0)
        edit = TextEdit(edit.delete - foreign, _printable(edit.insert)[foreign:])
        self._typed += len(edit.insert) - edit.delete
        if edit:
            self._target.type(edit)


def _printable(text: str) -> str:
    """The text without anything that a terminal would obey, one character for one character."""
    composed = unicodedata.normalize("NFC", text)
    return "".join(c if c == "\n" or unicodedata.category(c)[0] != "C" else " " for c in composed)
