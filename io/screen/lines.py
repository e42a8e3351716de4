"""A session as plain lines, for screen readers, pipes and terminals that can do no more."""

from typing import TextIO

from jihwa.composer.text.transcript import TextEdit, Transcript, Update
from jihwa.data.alphabet import Alphabet
from jihwa.data.messages import Language, Message
from jihwa.io.live.state import LiveState
from jihwa.io.screen.panels import LINKS, PAUSED
from jihwa.io.screen.plain import describe, labels
from jihwa.io.screen.text import clean
from jihwa.io.sources.source import Connection
from jihwa.recognizer.events import Emission

RESUMED = Message(ko="다시 읽는 중", en="reading again")


class LineScreen:
    """Prints what changes: the connection, every hold and the open word, and what became final.

    It belongs to the thread that owns the session, which makes all calls.

    Args:
        stream: Where to print.
        alphabet: The signs.
        language: Of what is said beside the text.

    Attributes:
        failure: Why nothing can be printed any more, as when the reader of a pipe has left; None
            while all is well.
    """

    def __init__(self, stream: TextIO, alphabet: Alphabet, language: Language) -> None:
        self.failure: OSError | None = None
        self._stream, self._language = stream, language
        self._labels = labels(alphabet)
        self._connection: Connection | None = None
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
        new, self._n_answers = state.answers.number - self._n_answers, state.answers.number
        for answer in state.answers.texts[-new:] if new else ():
            self._print("< ", answer)
        new, self._n_told = state.n_told - self._n_told, state.n_told
        for notice in state.notices[-new:] if new else ():
            self._print("! ", notice.text(self._language))

    def update(self, update: Update, emission: Emission | None) -> None:
        """Print what a hold may have been with the open text, and what became final."""
        kept = self._final[: max(len(self._final) - update.withdrawn, 0)]
        self._final, self._preedit = kept + update.committed, update.preedit
        if emission is not None:
            self._print(f"  {describe(emission, self._labels)}  ", self._final + self._preedit)
        if update.complete:
            self._show(len(self._final))
        self._show(1 + max(self._final.rfind(" "), self._final.rfind("\n")))

    def finish(self, transcript: Transcript) -> None:
        """Print the rest of the text."""
        shown, edit = self._final + self._preedit, transcript.edit
        self._final = TextEdit(min(edit.delete, len(shown)), edit.insert).apply(shown)
        self._preedit = ""
        self._show(len(self._final))

    def _show(self, length: int) -> None:
        """Print the beginning of what is final, in its own lines."""
        final, self._final = self._final[:length], self._final[length:]
        for line in final.splitlines():
            if line.strip():
                self._print("= ", line.strip())

    def _print(self, mark: str, text: str) -> None:
        if self.failure is None:
            try:
                print(mark + clean(text), file=self._stream, flush=True)
            except OSError as error:
                self.failure = error
