"""Sessions that were kept: what there is, how it ended, and how it goes away."""

import json
import os
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import count, groupby
from pathlib import Path

from jihwa.composer.text.transcript import TextEdit
from jihwa.data.files import is_hidden
from jihwa.data.messages import DataError, UsageError
from jihwa.io.live.journal import MAGIC, SUFFIX, Header, Journal, SessionTakenError
from jihwa.io.user import storage

MB = 1_000_000


def folder() -> Path:
    """Where sessions are kept; it may not exist yet."""
    return storage.folder() / "sessions"


@dataclass(frozen=True, slots=True)
class Contents:
    """What a part of a journal holds beside the signal.

    Attributes:
        header: Its first line.
        text: The text at its end.
        ended: Whether the session ended there as it should.
    """

    header: Header
    text: str
    ended: bool


@dataclass(frozen=True, slots=True)
class StoredSession:
    """A session on disk.

    Attributes:
        name: What it is called: when it began.
        parts: Its files, in order; at least one.
    """

    name: str
    parts: tuple[Path, ...]

    @property
    def size(self) -> int:
        """Bytes on disk."""
        return sum(path.stat().st_size for path in self.parts)

    @property
    def started(self) -> datetime:
        """When it began."""
        return datetime.fromisoformat(read_header(self.parts[0]).started)

    @property
    def duration_s(self) -> float:
        """From its beginning to the last thing that was written down."""
        return max(self.parts[-1].stat().st_mtime - self.started.timestamp(), 0.0)

    @property
    def in_use(self) -> bool:
        """Whether a program writes it right now."""
        lock = storage.occupy(self.parts[0].with_name(self.name))
        if lock is not None:
            os.close(lock)
        return lock is None

    def contents(self) -> Contents:
        """How it stands at its end.

        Raises:
            DataError: It is damaged.
            OSError: It cannot be read.
        """
        return read(self.parts[-1])

    def resume(self) -> Journal:
        """Go on with it: a journal that begins with its text.

        Raises:
            UsageError: Another program does so.
            DataError: It is damaged.
            OSError: It cannot be read or written.
        """
        last = self.contents()
        return Journal(self.parts[0].parent, last.header.following(), last.text)

    def put_away(self) -> None:
        """Do not offer to go on with it any more.

        Raises:
            OSError: It cannot be written.
        """
        with self.parts[-1].open("ab") as file:
            file.write(b"\n" + self.contents().header.end())

    def delete(self) -> None:
        """Delete all of it.

        Raises:
            UsageError: A program writes it right now.
            OSError: It cannot be deleted.
        """
        if self.in_use:
            raise UsageError(
                ko=f"세션 {self.name}은(는) 지금 쓰고 있습니다. 그 프로그램을 끝내고 지우세요.",
                en=f"The session {self.name} is being written. End that program, then delete it.",
            )
        for path in self.parts:
            path.unlink()
        storage.lock_path(self.parts[0].with_name(self.name)).unlink(missing_ok=True)


def begin(source: str, profile: str | None, mode: str = "") -> Journal:
    """The journal of a new session.

    Args:
        source: Where its signal comes from.
        profile: Whose hand it is; None for a stranger.
        mode: What the text may be.

    Raises:
        OSError: It cannot be written.
    """
    now = datetime.now().astimezone()
    for number in count(1):
        name = f"{now:%Y%m%d-%H%M%S}" + f"-{number:02}" * (number > 1)
        header = Header(name, 1, now.isoformat(timespec="seconds"), source, profile or "", mode)
        with suppress(SessionTakenError):  # begun in the same second
            return Journal(folder(), header)
    raise AssertionError("there is a free name")


def sessions() -> list[StoredSession]:
    """All that is kept, oldest first; a file that holds nothing yet is passed over."""
    found = (path for path in folder().glob(f"*{SUFFIX}") if not is_hidden(path.name))
    paths = sorted(found, key=lambda path: path.name.split("."))
    by_name = groupby(paths, key=lambda path: path.name.partition(".")[0])
    return [StoredSession(name, tuple(parts)) for name, parts in by_name]


def find(name: str) -> StoredSession:
    """A session by its name, or by an unmistakable beginning of it.

    Raises:
        UsageError: There is none, or there are several.
    """
    fitting = [session for session in sessions() if session.name.startswith(name)]
    exact = [session for session in fitting if session.name == name]
    if len(exact or fitting) == 1:
        return (exact or fitting)[0]
    if fitting:
        raise UsageError(
            ko=f"'{name}'(으)로 시작하는 세션이 {len(fitting)}개입니다. 더 길게 쓰세요: "
            f"{' '.join(session.name for session in fitting)}",
            en=f"{len(fitting)} sessions begin with '{name}'. Write more of it: "
            f"{' '.join(session.name for session in fitting)}",
        )
    raise UsageError(
        ko=f"'{name}'(이)라는 세션이 없습니다. 있는 것은 `jihwa sessions`로 보세요.",
        en=f"There is no session '{name}'. See what there is with `jihwa sessions`.",
    )


def unfinished() -> StoredSession | None:
    """The last session that broke off with a text, if none ended as it should since.

    One that a program writes right now has not broken off.
    """
    for session in reversed(sessions()):
        with suppress(DataError, OSError):
            last = session.contents()
            if last.text and not last.ended and not session.in_use:
                return session
            if last.ended:
                break
    return None


def tidy(keep_days: float, keep_mb: float) -> int:
    """Delete sessions that are too old, and the oldest while all are too large.

    One that a program writes stays, and so does one that the next start would offer to go on with.

    Args:
        keep_days: How many days a session is kept after its end.
        keep_mb: How many megabytes (10^6 bytes) all sessions may take.

    Returns:
        How many were deleted.

    Raises:
        OSError: One cannot be deleted.
    """
    kept, offered, deleted = sessions(), unfinished(), 0
    room = keep_mb * MB - sum(session.size for session in kept)
    oldest_s = datetime.now().timestamp() - keep_days * 86_400
    for session in kept:
        expired = session.parts[-1].stat().st_mtime < oldest_s
        if (expired or room < 0) and session != offered and not session.in_use:
            room += session.size
            session.delete()
            deleted += 1
    return deleted


def read_header(path: Path) -> Header:
    """The header of a journal.

    Raises:
        DataError: It is no journal, or was cut off before it held anything.
        OSError: It cannot be read.
    """
    with path.open("rb") as file:
        first = file.readline()
    try:
        header = Header(**json.loads(first.removeprefix(MAGIC)))
        header.end()  # its token has to be a text that a line can hold
    except (ValueError, TypeError) as error:
        raise DataError(
            ko=f"{path}: 세션 기록이 아닙니다 (첫 줄이 다름). 녹화라면 `jihwa transcribe`로 "
            "읽으세요.",
            en=f"{path}: not the journal of a session (its first line differs). If it is a "
            "recording, read it with `jihwa transcribe`.",
        ) from error
    return header


def read(path: Path) -> Contents:
    """What a part of a journal holds; an entry that was cut off or is damaged does not count.

    Raises:
        DataError: It is no journal.
        OSError: It cannot be read.
    """
    header, text, ended = read_header(path), "", False
    for kind, edit in entries(path):
        ended = kind == "end"
        text = edit.apply("" if kind == "text" else text)
    return Contents(header, text, ended)


def entries(path: Path) -> Iterator[tuple[str, TextEdit]]:
    """What a part of a journal says of the text; what was cut off or is damaged is passed over.

    Yields:
        The kind of the entry (`text`: it begins anew; `edit`, `complete`, `end`) and how the text
        changes, which it does by `edit` alone.

    Raises:
        DataError: It is no journal.
        OSError: It cannot be read.
    """
    own = re.compile(rb"\n#%b (.*)(?=\n)" % re.escape(read_header(path).token.encode()))
    length = 0
    for entry in own.finditer(path.read_bytes()):  # nearly all of it is the signal
        kind, _, value = entry[1].strip().partition(b" ")
        edit = TextEdit(0, "")
        if kind == b"text":
            length = 0
        elif kind == b"edit":
            with suppress(ValueError, TypeError):
                delete, insert = json.loads(value)
                is_edit = isinstance(delete, int) and isinstance(insert, str)
                edit = TextEdit(delete, insert) if is_edit and 0 <= delete <= length else edit
            length += len(edit.insert) - edit.delete
        yield kind.decode(errors="replace"), edit
