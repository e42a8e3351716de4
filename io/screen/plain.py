"""The text as plain lines: one for every hold, for terminals, pipes and screen readers."""

from collections.abc import Sequence
from typing import TextIO

import numpy as np

from jihwa.composer.text.transcript import Transcript, Update
from jihwa.data.alphabet import LETTERS, Alphabet
from jihwa.data.signal.frames import Array
from jihwa.recognizer.events import Emission

NO_LETTER = "·"
"""Shown for a hold that is rest or no sign."""

_RUNNERS_UP = 2
_HOLD_COLUMNS = 26


class PlainScreen:
    """Prints when each hold ended, what it may have been, and the text so far."""

    def __init__(self, stream: TextIO, alphabet: Alphabet) -> None:
        self._stream = stream
        self._labels = labels(alphabet)
        self._text = ""

    def update(self, update: Update, emission: Emission | None) -> None:
        """Print one line: of a hold what it may have been, and the text."""
        self._text = update.edit.apply(self._text)
        if emission is None:
            print(f"{'':{_HOLD_COLUMNS}}{self._text}", file=self._stream, flush=True)
            return
        ended = f"{emission.segment.end_s:6.1f} s"
        line = f"{ended}  {describe(emission, self._labels)}  {self._text}"
        print(line, file=self._stream, flush=True)

    def finish(self, transcript: Transcript) -> None:
        """Print the text that it came to."""
        print(f"\n{transcript.text}", file=self._stream, flush=True)
        self._text = ""


def labels(alphabet: Alphabet) -> tuple[str, ...]:
    """How each of `_shares` is called."""
    return (*alphabet.signs, NO_LETTER)


def describe(emission: Emission, labels: Sequence[str]) -> str:
    """The likeliest letter of a hold with its probability, then runners-up; always as wide."""
    share = _shares(emission)
    best, *others = np.argsort(-share, kind="stable")[: 1 + _RUNNERS_UP]
    letter = f"{labels[best]} {share[best]:4.0%}"
    rivals = " ".join(labels[i] for i in others if share[i] >= 0.01)
    return f"{letter}  {_pad(rivals)}"


def _shares(emission: Emission) -> Array:
    """(S + 1,) posterior of every sign and, last, of none: rest and no sign together."""
    share = emission.posterior  # (S + 2,)
    return np.append(share[:-2], share[-2:].sum())


def _pad(rivals: str) -> str:
    """Fill up to the width of all runners-up; letters take two columns."""
    columns = sum(2 if char in LETTERS else 1 for char in rivals)
    return rivals + " " * (3 * _RUNNERS_UP - 1 - columns)
