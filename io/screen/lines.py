"""The text as plain lines, for screen readers, pipes and terminals that can do no more."""

from collections.abc import Callable, Mapping, Sequence
from typing import TextIO

import numpy as np

from jihwa.composer.text.transcript import TextEdit, Transcript, Update, Word
from jihwa.data.alphabet import LETTERS, Alphabet
from jihwa.data.messages import Language, Message
from jihwa.data.signal.frames import Array
from jihwa.data.signal.sensors import Fault
from jihwa.io.live.state import LiveState
from jihwa.io.screen.cells import clean, doubts
from jihwa.io.screen.panels import LINKS, PAUSED
from jihwa.io.sources.source import Connection
from jihwa.recognizer.events import Emission

NO_LETTER = "·"
"""Shown for a hold that is rest or no sign."""

_RUNNERS_UP = 2
_HOLD_COLUMNS = 26


class RecordingLines:
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


RESUMED = Message(ko="다시 읽는 중", en="reading again")
UNDERLINED, AS_BEFORE = "\x1b[4m", "\x1b[24m"


class SessionLines:
    """Prints what changes: the connection, every hold and the open word, and what became final.

    It belongs to the thread that owns the session, which makes all calls.

    Args:
        stream: Where to print.
        alphabet: The signs.
        language: Of what is said beside the text.
        words: Tells the last words of the text, so that doubtful ones can be underlined; None where
            lines can be nothing but text.

    Attributes:
        failure: Why nothing can be printed any more, as when the reader of a pipe has left; None
            while all is well.
    """

    def __init__(
        self,
        stream: TextIO,
        alphabet: Alphabet,
        language: Language,
        words: Callable[[], Sequence[Word]] | None = None,
    ) -> None:
        self.failure: OSError | None = None
        self._stream, self._language = stream, language
        self._labels, self._look_up = labels(alphabet), words
        self._words: Sequence[Word] = ()
        self._connection: Connection | None = None
        self._faults: Mapping[int, Fault] = {}  # by their sensors
        self._n_told = self._n_answers = 0
        self._paused = False
        self._final = ""  # that no line has shown yet
        self._preedit = ""

    def follow(self, state: LiveState) -> None:
        """Print what is new about the session beside its text."""
        connection = state.connection
        if connection != self._connection:
            self._connection = connection
            _, _, words = LINKS[connection.link]
            self._print("* ", f"{words.text(self._language)}  {connection.device}".rstrip())
            if connection.reason:
                self._print("! ", connection.reason.text(self._language))
        if state.paused != self._paused:
            self._paused = state.paused
            self._print("* ", (PAUSED if state.paused else RESUMED).text(self._language))
        if not state.signal.blindness:  # of which a notice tells
            self._follow_faults({fault.sensor: fault for fault in state.signal.faults})
        new, self._n_answers = state.answers.number - self._n_answers, state.answers.number
        for answer in state.answers.texts[-new:] if new else ():
            self._print("< ", answer)
        new, self._n_told = state.n_told - self._n_told, state.n_told
        for notice in state.notices[-new:] if new else ():
            self._print("! ", notice.text(self._language))

    def _follow_faults(self, faults: Mapping[int, Fault]) -> None:
        """Print which sensors fail in another way than before, and which work again."""
        for sensor, fault in faults.items():
            if sensor not in self._faults or fault.kind != self._faults[sensor].kind:
                self._print("! ", fault.message().text(self._language))
        for sensor in self._faults.keys() - faults.keys():
            self._print("* ", self._faults[sensor].over.text(self._language))
        self._faults = faults

    def update(self, update: Update, emission: Emission | None) -> None:
        """Print what a hold may have been with the open text, and what became final."""
        kept = self._final[: max(len(self._final) - update.withdrawn, 0)]
        self._final, self._preedit = kept + update.committed, update.preedit
        if self._look_up:
            self._words = self._look_up()
        if emission is not None:
            self._print_text(f"  {describe(emission, self._labels)}  ", 0, len(self._shown))
        if update.complete:
            self._show(len(self._final))
        self._show(1 + max(self._final.rfind(" "), self._final.rfind("\n")))

    def finish(self, transcript: Transcript) -> None:
        """Print the rest of the text."""
        shown, edit = self._shown, transcript.edit
        if self._look_up:
            self._words = transcript.words
        self._final = TextEdit(min(edit.delete, len(shown)), edit.insert).apply(shown)
        self._preedit = ""
        self._show(len(self._final))

    def _show(self, length: int) -> None:
        """Print the beginning of what is final, in its own lines."""
        end = 0
        for line in self._final[:length].splitlines(keepends=True):
            start, end = end, end + len(line)
            if line.strip():
                start += len(line) - len(line.lstrip())
                self._print_text("= ", start, start + len(line.strip()))
        self._final = self._final[length:]

    @property
    def _shown(self) -> str:
        return self._final + self._preedit

    def _print_text(self, mark: str, start: int, end: int) -> None:
        """Print a part of the text that is shown, with doubtful words underlined."""
        line, at = mark, start
        for first, last in doubts(self._shown, len(self._final), self._words):
            if start <= first and last <= end:
                word = clean(self._shown[first:last])
                line += f"{clean(self._shown[at:first])}{UNDERLINED}{word}{AS_BEFORE}"
                at = last
        self._write(line + clean(self._shown[at:end]))

    def _print(self, mark: str, text: str) -> None:
        self._write(mark + clean(text))

    def _write(self, line: str) -> None:
        if self.failure is None:
            try:
                print(line, file=self._stream, flush=True)
            except OSError as error:
                self.failure = error
