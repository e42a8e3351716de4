"""A transcript beside the truth: where they differ, and what that comes to."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import nan
from pathlib import Path

from rapidfuzz.distance import Levenshtein

from jihwa.composer.text.transcript import Sign, Word
from jihwa.data.alphabet import Alphabet
from jihwa.data.messages import UsageError
from jihwa.data.synthesis.sessions import Truth
from jihwa.io.evaluation.errors import Letters, Match, TextErrors, match
from jihwa.recognizer.events import NO_SIGN, REST


@dataclass(frozen=True, slots=True)
class Difference:
    """A stretch of whole words where a text is not as it should be.

    Attributes:
        truth: What it should be; empty where there should be nothing.
        text: What it is; empty where words are missing.
        start_s: When its first word began, or the word before it ended; NaN where nobody knows.
        end_s: When its last word ended, or the word behind it began; NaN likewise.
        place: Where it is in the whole text as it should be, in characters.
    """

    truth: str
    text: str
    start_s: float
    end_s: float
    place: slice

    @property
    def edits(self) -> int:
        """Character edits from one to the other, spaces counted."""
        return Levenshtein.distance(self.truth, self.text)


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


def check_truth(where: Path, n_recordings: int) -> None:
    """Make sure that this can be the truth about so many recordings; better before the work.

    Raises:
        UsageError: There is no such file or folder, or a file stands for several recordings.
    """
    if not where.exists():
        raise UsageError(
            ko=f"{where}: 그런 정답이 없습니다. --compare의 경로를 확인하세요.",
            en=f"{where}: no such truth. Check the path given to --compare.",
        )
    if n_recordings > 1 and not where.is_dir():
        raise UsageError(
            ko=f"{where}: 녹화가 {n_recordings}개입니다. --compare에 정답 파일이 든 폴더를 주세요.",
            en=f"{where}: there are {n_recordings} recordings: give --compare a folder of truths.",
        )


def together(compared: Iterable[TextComparison]) -> tuple[TextErrors, Letters | None]:
    """The errors of many transcripts, and their letters where those are known."""
    errors, letters = TextErrors(), None
    for each in compared:
        errors += each.errors
        if each.letters is not None:
            letters = each.letters if letters is None else letters + each.letters
    return errors, letters


def differences(truth: str, text: str, words: Sequence[Word] = ()) -> list[Difference]:
    """Where a text is not as it should be, in its order.

    Args:
        truth: What it should be, single spaces between words.
        text: What it is, likewise.
        words: The words of the text, to tell when each was signed.
    """
    found = []
    for true, got in _stretches(truth, text):
        if truth[true] != text[got]:
            n_before = len(text[: got.start].split())
            start_s, end_s = _when(words, n_before, n_before + len(text[got].split()))
            found.append(Difference(truth[true].strip(), text[got].strip(), start_s, end_s, true))
    return found


def _stretches(truth: str, text: str) -> Iterator[tuple[slice, slice]]:
    """Both texts, split where both have a space at the same place of their alignment.

    "밥 먹자 응" and "밥먹자 응" have only the second space in common, so the stretches are
    "밥 먹자" beside "밥먹자", and "응" beside "응".
    """
    true_at = got_at = 0
    for block in Levenshtein.opcodes(truth, text):
        if block.tag == "equal":
            for step, char in enumerate(truth[block.src_start : block.src_end]):
                if char == " ":
                    true_end, got_end = block.src_start + step, block.dest_start + step
                    yield slice(true_at, true_end), slice(got_at, got_end)
                    true_at, got_at = true_end + 1, got_end + 1
    yield slice(true_at, len(truth)), slice(got_at, len(text))


def _when(words: Sequence[Word], first: int, end: int) -> tuple[float, float]:
    """When words of a text were signed, or where they would be if there are none."""
    if first < end:
        return (words[first].start_s, words[end - 1].end_s) if end <= len(words) else (nan, nan)
    before_s = words[first - 1].end_s if 0 < first <= len(words) else nan
    return before_s, words[first].start_s if first < len(words) else nan
