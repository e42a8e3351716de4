"""A journal whose signal goes to a file of the user's as well, to transcribe or to train with."""

from collections.abc import Callable
from pathlib import Path

from jihwa.composer.text.edits import TextEdit
from jihwa.data.messages import Message
from jihwa.io.failures import explain
from jihwa.io.live.journal import Record


class RecordedJournal:
    """Keeps what another journal keeps, and writes the raw lines to a file.

    A file that can no longer be written ends the recording, not the session.

    Args:
        journal: The other one.
        path: The file; what it held is replaced.

    Raises:
        OSError: The file cannot be written.
    """

    def __init__(self, journal: Record, path: Path) -> None:
        self._journal = journal
        self._file = path.open("wb", buffering=0)
        self._notice: Callable[[Message], None] = lambda _: None

    @property
    def text(self) -> str:
        """What the text came to."""
        return self._journal.text

    def raw(self, lines: bytes) -> None:
        """Keep whole lines of the glove."""
        self._journal.raw(lines)
        if self._file.closed:
            return
        try:
            self._file.write(lines)
        except OSError as error:
            self._file.close()
            self._notice(explain(error))

    def edit(self, edit: TextEdit) -> None:
        """Keep how the committed text has changed."""
        self._journal.edit(edit)

    def listen(self, notice: Callable[[Message], None]) -> None:
        """Tell what goes wrong from now on."""
        self._notice = notice
        self._journal.listen(notice)

    def close(self, *, ended: bool = True) -> None:
        """Let go of both."""
        self._file.close()
        self._journal.close(ended=ended)
