"""What a spelled text came out as: edits while it grows, and in the end a transcript.

An edit is what a screen has to do so that it shows the current text; a transcript is the text, its
alternatives, and where each part was signed.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from jihwa.data.alphabet import Control
from jihwa.recognizer.events import Decision


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
        if new.startswith(old):  # most texts only grow
            return cls(delete=0, insert=new[len(old) :])
        lengths = range(1, min(len(old), len(new)) + 1)
        shared = bisect_left(lengths, True, key=lambda n: old[:n] != new[:n])
        return cls(delete=len(old) - shared, insert=new[shared:])


MOST_CANDIDATES = 5
"""Of a sign."""

DOUBTFUL = 0.3
"""A word of less confidence is not relied on: the user is told, and nothing is learned from it."""


@dataclass(frozen=True, slots=True)
class Sign:
    """How one segment, or a word sign, was read.

    Attributes:
        start_s: Device time of its first sample.
        end_s: Device time of its last sample.
        sign: One of `jihwa.recognizer.events.readings`, or the word.
        candidates: The likeliest readings and their probabilities, best first; the sign and the
            text around it are considered.
    """

    start_s: float
    end_s: float
    sign: str
    candidates: tuple[tuple[str, float], ...]

    @classmethod
    def of_word(
        cls, start_s: float, end_s: float, words: Sequence[str], posterior: Sequence[float]
    ) -> "Sign":
        """A word sign that was shown then, by the probability of every word."""
        best = sorted(range(len(words)), key=posterior.__getitem__, reverse=True)[:MOST_CANDIDATES]
        candidates = tuple((words[at], posterior[at]) for at in best)
        return cls(start_s, end_s, candidates[0][0], candidates)

    @property
    def confidence(self) -> float:
        """Probability of what it was read as."""
        return dict(self.candidates).get(self.sign, 0.0)


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the text.

    Attributes:
        text: The word.
        start_s: Device time at which its first sign began.
        end_s: Device time at which its last sign ended.
        confidence: Probability that it is right, 0 to 1.
    """

    text: str
    start_s: float
    end_s: float
    confidence: float


@dataclass(frozen=True, slots=True)
class Candidate:
    """One reading of a text, or of one of its words.

    Attributes:
        text: The text or word.
        log_prob: Natural log of its probability among all readings that were looked at.
    """

    text: str
    log_prob: float


@dataclass(frozen=True, slots=True)
class Completion:
    """What a text may go on with.

    Attributes:
        word: Which of its words this becomes; behind the last one it is the next word.
        text: The whole word, or a phrase in its place.
        log_prob: Natural log of how probable it is.
    """

    word: int
    text: str
    log_prob: float


@dataclass(frozen=True, slots=True)
class Update:
    """What changed.

    Attributes:
        edit: Turns the text shown so far into `committed so far + preedit`.
        committed: Text that became final just now.
        preedit: Text behind all that is committed; it may still change.
        withdrawn: Characters at the end of what was committed before that were taken back just
            now, before `committed` was added: by a backspace, a clear, an undo or redo or the
            choice of another word, never otherwise.
        command: The command that this emission was, which is obeyed already as far as it concerns
            the text.
        decided: How emissions were read whose sign is in the committed text and can no longer be
            taken back one by one.
        complete: Whether what is committed ends here for now: the text was completed, or is about
            to be expected otherwise.
    """

    edit: TextEdit
    committed: str
    preedit: str
    withdrawn: int = 0
    command: Control | None = None
    decided: tuple[Decision, ...] = ()
    complete: bool = False


@dataclass(frozen=True, slots=True)
class Transcript:
    """A finished text.

    Attributes:
        text: The text.
        candidates: The text itself, then the likeliest other readings, best first; they differ
            only in what was open at the end.
        words: The words of the text.
        signs: Every segment in order, but for those that a backspace or a clear took back.
        edit: Turns the text that was shown last into `text`.
        decided: How those emissions were read that no update told about.
    """

    text: str
    candidates: tuple[Candidate, ...]
    words: tuple[Word, ...]
    signs: tuple[Sign, ...]
    edit: TextEdit
    decided: tuple[Decision, ...] = ()
