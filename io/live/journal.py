"""The journal of a session: what came and what became of it, on disk before anything else happens.

Every write goes to the kernel at once, so a program that is killed loses nothing that it wrote;
about once a second a thread of its own has the disk catch up, against a machine that dies.

A journal is a recording. Its own lines begin with `#`, as messages of the firmware do, so whatever
reads recordings passes over them. Behind the `#` stands a token that is drawn for every file: what
the glove sends cannot know it, and is never taken for the journal's own.

    # jihwa-journal {"token": "7c…", "session": "…", "part": 1, "started": "…", …}
    #7c… text
    timestamp,pitch,roll,…
    12,0.31,…
    #7c… edit [0, "안"]
    #7c… complete
    #7c… end
"""

import json
import os
import secrets
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from jihwa.composer.text.transcript import TextEdit
from jihwa.data.files import write_whole
from jihwa.data.formats.layout import Layout
from jihwa.data.messages import Message, UsageError
from jihwa.io.user import storage

SYNC_EVERY_S = 1.0
RETRY_EVERY_S = 1.0
PART_BYTES = 8 << 20
"""A part that is larger is followed by a new one: about three quarters of an hour at 50 Hz."""

SUFFIX = ".csv"
MAGIC = b"# jihwa-journal "
"""What a journal begins with."""

_LINE_CHARACTERS = 500
"""Of a text in one line, which stays shorter than any reader's limit."""
_BINARY = getattr(os, "O_BINARY", 0)  # of Windows alone
_synchronise = getattr(os, "fdatasync", os.fsync)


def _new_token() -> str:
    """What marks a file's own lines."""
    return secrets.token_hex(8)


@dataclass(frozen=True, slots=True)
class Header:
    """What a journal's first line says.

    Attributes:
        session: Which session it is of.
        part: Which part of it, from 1.
        started: When the session began, ISO 8601.
        source: Where the signal comes from.
        profile: Whose hand; empty for a stranger.
        mode: What the text may be; in mode `exact` it may be a password.
        token: What marks the journal's own lines.
    """

    session: str
    part: int
    started: str
    source: str
    profile: str
    mode: str = ""
    token: str = field(default_factory=_new_token)

    def following(self) -> "Header":
        """The header of the part behind this one."""
        return replace(self, part=self.part + 1, token=_new_token())

    def line(self) -> bytes:
        """The first line."""
        return MAGIC + json.dumps(asdict(self)).encode() + b"\n"

    def text(self, text: str) -> bytes:
        """Lines that say: the text is this, from here on."""
        return self._own("text") + self.edit(TextEdit(0, text))

    def edit(self, edit: TextEdit) -> bytes:
        """Lines that say: the text has changed like this."""
        shares = range(0, max(len(edit.insert), 1), _LINE_CHARACTERS)
        inserts = [edit.insert[start : start + _LINE_CHARACTERS] for start in shares]
        deletes = [edit.delete, *[0] * (len(inserts) - 1)]
        edits = zip(deletes, inserts, strict=True)
        return b"".join(self._own(f"edit {json.dumps(each)}") for each in edits)

    def complete(self) -> bytes:
        """The line that says: the text is finished here for now."""
        return self._own("complete")

    def end(self) -> bytes:
        """The line that says: the session ended as it should."""
        return self._own("end")

    def _own(self, entry: str) -> bytes:
        return f"#{self.token} {entry}\n".encode()


def part_path(folder: Path, header: Header) -> Path:
    """Where a part of a session is kept."""
    return folder / f"{header.session}.{header.part:03}{SUFFIX}"


class SessionLog:
    """Keeps what a session comes to; this one only the text, and while the program runs.

    Attributes:
        text: What the text came to, and at first what the session goes on with.
    """

    def __init__(self, text: str = "") -> None:
        self.text = text

    def raw(self, lines: bytes, layout: Layout | None = None) -> None:
        """Keep whole lines of the glove.

        Args:
            lines: The lines, as they came.
            layout: What lines of fields meant before these; None if nothing.
        """

    def edit(self, edit: TextEdit) -> None:
        """Keep how the committed text has changed."""
        self.text = edit.apply(self.text)

    def complete(self) -> None:
        """Keep that the text is finished here for now."""

    def listen(self, notice: Callable[[Message], None]) -> None:
        """Tell what goes wrong from now on."""

    def close(self, *, ended: bool = True) -> None:
        """Let go; `ended` says whether the session ended as it should."""


class SessionTakenError(UsageError):
    """A session belongs to another program."""


class Journal(SessionLog):
    """Writes the parts of one session.

    A full disk stops no session: it is told once, and the text is written down in full as soon as
    there is room again.

    Args:
        folder: Where; it is made if need be.
        header: What the first part to write says of itself.
        text: The text that the session goes on with.
        part_bytes: How large a part may grow.

    Raises:
        SessionTakenError: Another program writes this session, or has written this part of it.
        OSError: The first part cannot be written.
    """

    def __init__(
        self, folder: Path, header: Header, text: str = "", part_bytes: int = PART_BYTES
    ) -> None:
        self._notice: Callable[[Message], None] = lambda _: None
        super().__init__(text)
        self._folder, self._header = folder, header
        self._part_bytes = part_bytes
        self._retry_s: float | None = None  # when to try again; None while the disk works
        lock = storage.occupy(folder / header.session)
        if lock is not None and part_path(folder, header).exists():
            os.close(lock)
            lock = None
        if lock is None:
            raise SessionTakenError(
                ko=f"{folder}: 다른 프로그램이 세션 {header.session}을(를) 쓰고 있습니다. 그것을 "
                "닫거나 새 세션을 시작하세요.",
                en=f"{folder}: another program writes the session {header.session}. Close it, or "
                "begin a new session.",
            )
        self._lock = lock
        self._changing = threading.Lock()  # the file is not closed while the disk catches up
        self._file, self._size = self._begin(header, None)
        self._begun_size = self._size
        self._closed = threading.Event()
        self._syncing = threading.Thread(target=self._sync, name="journal", daemon=True)
        self._syncing.start()

    def listen(self, notice: Callable[[Message], None]) -> None:
        """Tell when the disk fails, and when it works again."""
        self._notice = notice

    def raw(self, lines: bytes, layout: Layout | None = None) -> None:
        """Write down whole lines of the glove, in a new part if the last one has grown too large.

        Args:
            lines: The lines, as they came.
            layout: What lines of fields meant before these; a new part says so.
        """
        if self._size >= self._part_bytes:
            self._rotate(layout)
        self._write(lines)

    def edit(self, edit: TextEdit) -> None:
        """Write down how the committed text has changed."""
        self._write(self._header.edit(edit))
        super().edit(edit)

    def complete(self) -> None:
        """Write down that the text is finished here for now."""
        self._write(self._header.complete())

    def close(self, *, ended: bool = True) -> None:
        """Let go of the files. Closing twice is fine. A session to which nothing came leaves none.

        Args:
            ended: Whether the session ended as it should, which is written down; if not, the next
                start can go on with it.
        """
        if self._closed.is_set():
            return
        is_empty = self._header.part == 1 and self._size == self._begun_size
        if ended:
            self._retry_s = None if self._retry_s is None else 0.0
            self._write(self._header.end())
        self._closed.set()
        self._syncing.join()
        os.close(self._file)
        if ended and is_empty and not self.text:
            part_path(self._folder, self._header).unlink()
            storage.lock_path(self._folder / self._header.session).unlink()
        os.close(self._lock)

    def _write(self, data: bytes) -> None:
        """Write whole lines, or else nothing of them."""
        if self._retry_s is not None:
            if time.monotonic() < self._retry_s:
                return
            data = self._header.text(self.text) + data  # edits are missing
        try:
            rest = data
            while rest:
                rest = rest[os.write(self._file, rest) :]
        except OSError as error:
            if self._retry_s is None:
                self._notice(_unwritten(self._folder, error))
            self._retry_s = time.monotonic() + RETRY_EVERY_S
            with suppress(OSError):
                os.ftruncate(self._file, self._size)
            return
        self._size += len(data)
        if self._retry_s is not None:
            self._retry_s = None
            self._notice(_written_again(self._folder))

    def _rotate(self, layout: Layout | None) -> None:
        header = self._header.following()
        try:
            file, size = self._begin(header, layout)
        except OSError as error:
            self._part_bytes *= 2  # the part that is open is as good
            self._notice(_unwritten(self._folder, error))
            return
        with self._changing:
            os.close(self._file)
            self._header, self._file, self._size = header, file, size

    def _begin(self, header: Header, layout: Layout | None) -> tuple[int, int]:
        """A new part that holds the text so far, or no part: its descriptor and its size."""
        path = part_path(self._folder, header)
        beginning = header.line() + header.text(self.text)
        beginning += layout.header if layout else b""
        write_whole(path, beginning, storage.PRIVATE)
        return os.open(path, os.O_WRONLY | os.O_APPEND | _BINARY), len(beginning)

    def _sync(self) -> None:
        while not self._closed.wait(SYNC_EVERY_S):
            with self._changing, suppress(OSError):  # a full disk is told when it is written to
                _synchronise(self._file)


def _unwritten(folder: Path, error: OSError) -> Message:
    return Message(
        ko=f"{folder}: 세션을 기록할 수 없습니다 ({error.strerror}). 계속 쓸 수 있지만, 자리를 "
        "비우기 전에 꺼지면 그사이의 글을 잃습니다.",
        en=f"{folder}: the session cannot be written down ({error.strerror}). Typing goes on, but "
        "make room: until then a crash would lose what was typed.",
    )


def _written_again(folder: Path) -> Message:
    return Message(
        ko=f"{folder}: 다시 기록합니다. 그사이의 글도 기록했습니다.",
        en=f"{folder}: the session is written down again, with all of its text.",
    )
