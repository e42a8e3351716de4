"""What was made of one recording: what every writer is given; nothing is written here."""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from jihwa.composer.text.transcript import Candidate, Sign, Word
from jihwa.data.alphabet import Alphabet
from jihwa.data.messages import Language
from jihwa.data.signal.frames import Frames, Interval
from jihwa.io.evaluation.comparison import TextComparison
from jihwa.recognizer.events import NO_SIGN, REST, Emission


class SignStore:
    """Takes signs, and gives them again as often as is wanted; a tenth of the memory of a list."""

    def __init__(self) -> None:
        self._names: dict[str, int] = {}
        self._numbers = array("d")
        """Of every sign: start_s, end_s, name, how many candidates, and name and share of each."""

    def extend(self, signs: Iterable[Sign]) -> None:
        """Take more of them, in order."""
        for sign in signs:
            row = [sign.start_s, sign.end_s, self._name(sign.sign), len(sign.candidates)]
            for name, share in sign.candidates:
                row += [self._name(name), share]
            self._numbers.extend(row)

    def __iter__(self) -> Iterator[Sign]:
        names, numbers = list(self._names), iter(self._numbers)
        for start_s in numbers:
            end_s, name, n = next(numbers), names[int(next(numbers))], int(next(numbers))
            candidates = tuple((names[int(next(numbers))], next(numbers)) for _ in range(n))
            yield Sign(start_s, end_s, name, candidates)

    def _name(self, name: str) -> int:
        return self._names.setdefault(name, len(self._names))


@dataclass(frozen=True, slots=True)
class CompactTranscript:
    """What a signal was read as: a `Transcript` of the composer, in less memory.

    Attributes:
        text: The whole text.
        candidates: The text itself, then the likeliest other readings, best first.
        words: The words of the text.
        signs: Every segment in order; can be gone through again and again.
    """

    text: str
    candidates: Sequence[Candidate]
    words: Sequence[Word]
    signs: Iterable[Sign]


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
        transcript: What it was read as.
        warnings: What the user should know, in their language.
        language: Their language.
        unread: When the hand did not seem to spell: pairs of begin and end in seconds.
        comparison: The text beside the truth, where somebody asked for it.
        is_holed: Whether so much of it was skipped that it is not whole.
        signal: What it was read from, where a format shows it.
    """

    source: str
    duration_s: float
    transcript: CompactTranscript
    warnings: tuple[str, ...]
    language: Language = "ko"
    unread: Sequence[Interval] = ()
    comparison: TextComparison | None = None
    is_holed: bool = False
    signal: Signal | None = None

    @property
    def letters(self) -> Iterator[Sign]:
        """The segments without those that were rest or no sign."""
        return (sign for sign in self.transcript.signs if sign.sign not in (REST, NO_SIGN))
