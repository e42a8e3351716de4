"""A transcript beside the truth."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from jihwa.composer.text.transcript import Sign, Word
from jihwa.data.alphabet import Alphabet
from jihwa.data.synthesis.sessions import Truth
from jihwa.io.evaluation.alignments import Letters, Match, TextErrors, match
from jihwa.io.evaluation.differences import Difference, differences
from jihwa.recognizer.events import NO_SIGN, REST


@dataclass(frozen=True)
class TextComparison:
    """How a transcript differs from the truth.

    Attributes:
        truth: What was spelled.
        errors: Of the text.
        differences: Where the texts differ.
        matches: Held letters and the segments found there; None where nobody knows when letters
            were held.
    """

    truth: Truth
    errors: TextErrors
    differences: tuple[Difference, ...]
    matches: tuple[Match, ...] | None

    @classmethod
    def of(
        cls,
        text: str,
        words: Sequence[Word],
        signs: Iterable[Sign],
        truth: Truth,
        alphabet: Alphabet,
    ) -> "TextComparison":
        """Compare what was read with the truth.

        Args:
            text: What was read.
            words: Its words.
            signs: Every segment in order.
            truth: What was spelled.
            alphabet: The signs that errors are counted in.
        """
        text = " ".join(text.split())
        letters = [sign for sign in signs if sign.sign not in (REST, NO_SIGN)]
        return cls(
            truth=truth,
            errors=TextErrors.of(truth.text, text, alphabet),
            differences=tuple(differences(truth.text, text, words)),
            matches=None if truth.signs is None else tuple(match(truth.signs, letters)),
        )

    @property
    def letters(self) -> Letters | None:
        """How many letters were found, where that is known."""
        return None if self.matches is None else Letters.of_matches(self.matches)

    @property
    def faults(self) -> tuple[Match, ...]:
        """Letters that were missed, found where none is, or read as others."""
        return tuple(
            each
            for each in self.matches or ()
            if each.held is None or each.found is None or each.held.sign != each.found.sign
        )


def together(compared: Iterable[TextComparison]) -> tuple[TextErrors, Letters | None]:
    """The errors of many transcripts, and their letters where those are known."""
    errors, letters = TextErrors(), None
    for each in compared:
        errors += each.errors
        if each.letters is not None:
            letters = each.letters if letters is None else letters + each.letters
    return errors, letters
