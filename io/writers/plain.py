"""Plain text."""

from typing import TextIO

from jihwa.io.writers.document import Document


def write_text(document: Document, file: TextIO) -> None:
    """The text alone, on one line."""
    file.write(document.reading.text + "\n")
