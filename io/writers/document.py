"""What was made of one recording."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from jihwa.composer.transcript import Candidate, Sign, Word
from jihwa.recognizer.events import NO_SIGN, REST


class Reading(Protocol):
    """What a signal was read as: `jihwa.composer.transcript.Transcript`, or what is like it."""

    @property
    def text(self) -> str:
        """The text."""

    @property
    def candidates(self) -> Sequence[Candidate]:
        """The text itself, then the likeliest other readings, best first."""

    @property
    def words(self) -> Sequence[Word]:
        """The words of the text."""

    @property
    def signs(self) -> Iterable[Sign]:
        """Every segment in order; can be gone through again and again."""


@dataclass(frozen=True, slots=True)
class Document:
    """A text with all that is known of it; times count from the first sample.

    Attributes:
        source: Where the recording is.
        duration_s: Time from its first to its last sample.
        reading: What it was read as.
        warnings: What the user should know, in their language.
    """

    source: str
    duration_s: float
    reading: Reading
    warnings: tuple[str, ...]

    @property
    def letters(self) -> Iterator[Sign]:
        """The segments without those that were rest or no sign."""
        return (sign for sign in self.reading.signs if sign.sign not in (REST, NO_SIGN))
