"""What was made of one recording."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from jihwa.composer.text.transcript import Candidate, Sign, Word
from jihwa.data.alphabet import Alphabet
from jihwa.data.messages import Language
from jihwa.data.signal.frames import Frames
from jihwa.io.evaluation.comparison import TextComparison
from jihwa.recognizer.events import NO_SIGN, REST, Emission


class Reading(Protocol):
    """What a signal was read as: a `Transcript` of the composer, or what is like it."""

    @property
    def text(self) -> str:
        """The whole text."""

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
class Signal:
    """What a text was read from, for those who want to look at it.

    Attributes:
        frames: As it was recorded.
        emissions: Every hold as it looked by itself, whatever the text made of it; some of them
            twice.
        alphabet: The signs that emissions tell apart.
    """

    frames: Frames
    emissions: tuple[Emission, ...]
    alphabet: Alphabet


@dataclass(frozen=True, slots=True)
class Document:
    """A text with all that is known of it; times count from the first sample.

    Attributes:
        source: Where the recording is.
        duration_s: Time from its first to its last sample.
        reading: What it was read as.
        warnings: What the user should know, in their language.
        language: Their language.
        comparison: The text beside the truth, where somebody asked for it.
        is_holed: Whether so much of it was skipped that it is not whole.
        signal: What it was read from, where a format shows it.
    """

    source: str
    duration_s: float
    reading: Reading
    warnings: tuple[str, ...]
    language: Language = "ko"
    comparison: TextComparison | None = None
    is_holed: bool = False
    signal: Signal | None = None

    @property
    def letters(self) -> Iterator[Sign]:
        """The segments without those that were rest or no sign."""
        return (sign for sign in self.reading.signs if sign.sign not in (REST, NO_SIGN))
