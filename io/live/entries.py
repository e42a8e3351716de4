"""The lines of a journal: those of the glove as they came, and the journal's own between them.

A journal is a recording. Its own lines begin with `#`, as messages of the firmware do, so whatever
reads recordings passes over them. Behind the `#` stands a token that is drawn for every file: what
the glove sends cannot know it, and is never taken for the journal's own.

    # jihwa-journal {"token": "7c…", "session": "…", "part": 1, "started": "…", …}
    #7c… text
    timestamp,pitch,roll,…
    12,0.31,…
    #7c… edit [0, "안"]
    #7c… end
"""

import json
import secrets
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from jihwa.composer.text.edits import TextEdit
from jihwa.data.messages import DataError

_MAGIC = b"# jihwa-journal "
_CHARACTERS = 500
"""Of a text in one line, which stays shorter than any reader's limit."""


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
        token: What marks the journal's own lines.
    """

    session: str
    part: int
    started: str
    source: str
    profile: str
    token: str = field(default_factory=_new_token)

    def following(self) -> "Header":
        """The header of the part behind this one."""
        return replace(self, part=self.part + 1, token=_new_token())

    def line(self) -> bytes:
        """The first line."""
        return _MAGIC + json.dumps(asdict(self)).encode() + b"\n"

    def text(self, text: str) -> bytes:
        """Lines that say: the text is this, from here on."""
        return self._own("text") + self.edit(TextEdit(0, text))

    def edit(self, edit: TextEdit) -> bytes:
        """Lines that say: the text has changed like this."""
        shares = range(0, max(len(edit.insert), 1), _CHARACTERS)
        inserts = [edit.insert[start : start + _CHARACTERS] for start in shares]
        deletes = [edit.delete, *[0] * (len(inserts) - 1)]
        edits = zip(deletes, inserts, strict=True)
        return b"".join(self._own(f"edit {json.dumps(each)}") for each in edits)

    def end(self) -> bytes:
        """The line that says: the session ended as it should."""
        return self._own("end")

    def _own(self, entry: str) -> bytes:
        return f"#{self.token} {entry}\n".encode()


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


def read_header(path: Path) -> Header:
    """The header of a journal.

    Raises:
        DataError: It is no journal, or was cut off before it held anything.
        OSError: It cannot be read.
    """
    with path.open("rb") as file:
        first = file.readline()
    try:
        return Header(**json.loads(first.removeprefix(_MAGIC)))
    except (ValueError, TypeError) as error:
        raise DataError(
            ko=f"{path}: 세션 기록이 아닙니다 (첫 줄이 다름). 녹화라면 `jihwa transcribe`로 "
            "읽으세요.",
            en=f"{path}: not the journal of a session (its first line differs). If it is a "
            "recording, read it with `jihwa transcribe`.",
        ) from error


def read(path: Path) -> Contents:
    """What a part of a journal holds; an entry that was cut off does not count.

    Raises:
        DataError: It is no journal.
        OSError: It cannot be read.
    """
    header, text, ended = read_header(path), "", False
    for entry in _entries(path, header.token):
        kind, _, value = entry.partition(" ")
        ended = kind == "end"
        if kind == "text":
            text = ""
        elif kind == "edit":
            text = TextEdit(*json.loads(value)).apply(text)
    return Contents(header, text, ended)


def _entries(path: Path, token: str) -> Iterator[str]:
    own = f"#{token} ".encode()
    with path.open("rb") as file:
        for line in file:
            if line.startswith(own) and line.endswith(b"\n"):
                yield line.removeprefix(own).decode().strip()
