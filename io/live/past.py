"""What was written before: the finished texts of stored sessions, to be found and used again.

A text is finished where a pause or the user has completed it, at a line end, or with its session;
what was cleared afterwards was said all the same.
"""

import re
import threading
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from jihwa.composer.language.jamo import LETTER_OF, ONSETS, TOKENS
from jihwa.composer.language.token_model import Mode
from jihwa.composer.text.transcript import TextEdit
from jihwa.data.messages import DataError
from jihwa.io.live import archive

MOST_TEXTS = 2000
"""More are not looked for: it is months of talking."""

_SYLLABLES_AN_ONSET, _FIRST_SYLLABLE = 588, ord("가")
_ONSETS = "".join(LETTER_OF[TOKENS.index(onset)] for onset in ONSETS)


@dataclass(frozen=True, slots=True)
class Past:
    """A text that was finished.

    Attributes:
        text: The text, one line without spaces around it.
        began: When its session began.
    """

    text: str
    began: datetime


def texts() -> Iterator[Past]:
    """The finished texts of all sessions, the newest first and each once.

    What is open in a session that a program writes right now is not finished; what was written in
    mode EXACT may be a password, and is not told.
    """
    known: set[str] = set()
    for session in reversed(archive.sessions()):
        with suppress(DataError, OSError):  # a damaged one hides no other
            for text in reversed(_finished(session)):
                if text not in known and len(known) < MOST_TEXTS:
                    known.add(text)
                    yield Past(text, session.started)


def matching(past: Iterable[Past], wanted: str) -> tuple[Past, ...]:
    """Those texts that have all of these words, or what begins so; consonants find syllables.

    Args:
        past: The texts.
        wanted: Words in any order: `저녁 ㅁㅇ` finds `같이 저녁 먹어요`.
    """
    patterns = [re.compile("".join(map(_pattern, word)), re.IGNORECASE) for word in wanted.split()]
    return tuple(each for each in past if all(found.search(each.text) for found in patterns))


class Recollection:
    """The finished texts of all sessions, read beside everything else."""

    def __init__(self) -> None:
        self._texts: list[Past] = []
        self._found: tuple[object, tuple[Past, ...]] = (None, ())
        self._reading = threading.Thread(target=self._read, name="earlier texts", daemon=True)
        self._reading.start()

    def is_empty(self, patience_s: float) -> bool:
        """Whether there is none, as far as that is known when so much time has gone by."""
        self._reading.join(patience_s)
        return not (self._texts or self._reading.is_alive())

    def matching(self, wanted: str) -> tuple[Past, ...]:
        """Those that have what is wanted, as `matching` finds them."""
        known = [*self._texts]
        if self._found[0] != (asked := (wanted, len(known))):
            self._found = asked, matching(known, wanted)
        return self._found[1]

    def _read(self) -> None:
        for each in texts():
            self._texts.append(each)


def _pattern(letter: str) -> str:
    """What finds a letter: a consonant stands for every syllable that it begins, too."""
    place = _ONSETS.find(letter)
    if place < 0:
        return re.escape(letter)
    first = _FIRST_SYLLABLE + _SYLLABLES_AN_ONSET * place
    return f"[{letter}{chr(first)}-{chr(first + _SYLLABLES_AN_ONSET - 1)}]"


def _finished(session: archive.StoredSession) -> list[str]:
    """The finished texts of a session, oldest first.

    Raises:
        DataError: It is damaged.
        OSError: It cannot be read.
    """
    if archive.read_header(session.parts[0]).mode == Mode.EXACT:
        return []
    draft, kind = _Draft(), ""
    for path in session.parts:
        for kind, edit in archive.entries(path):
            draft.follow(kind, edit)
    found = draft.finished(with_open=kind == "end" or not session.in_use)
    return [line.strip() for text in found for line in text.splitlines() if line.strip()]


class _Draft:
    """The text of a session while its journal is read again."""

    def __init__(self) -> None:
        self._text = ""
        self._ends: list[int] = []  # where finished texts end in it
        self._cleared: list[str] = []

    def follow(self, kind: str, edit: TextEdit) -> None:
        """The next entry."""
        match kind:
            case "text":  # told again at the beginning of a part; where texts end is still known
                self._text = ""
            case "complete":
                self._ends.append(len(self._text))
            case "edit":
                self._change(edit)

    def finished(self, *, with_open: bool) -> list[str]:
        """All that was finished, and what stands behind that if it is over too."""
        ends = [*self._ends, len(self._text)] if with_open else self._ends
        return [*self._cleared, *(self._text[a:b] for a, b in pairwise([0, *ends]))]

    def _change(self, edit: TextEdit) -> None:
        before, self._text = self._text, edit.apply(self._text)
        kept = len(before) - edit.delete
        stay = [end for end in self._ends if end <= kept or not edit.delete]
        if edit.insert:  # a word was chosen anew, and what stands behind it is as it was
            behind = _shared_end(before[kept:], edit.insert)
            later = (end for end in self._ends[len(stay) :] if end >= len(before) - behind)
            stay += [end + len(self._text) - len(before) for end in later]
        else:
            whole = pairwise([0, *self._ends])
            self._cleared += [before[a:b] for a, b in whole if kept <= a < b <= len(before)]
        self._ends = stay


def _shared_end(one: str, other: str) -> int:
    """How many characters two texts end with alike."""
    pairs = zip(reversed(one), reversed(other), strict=False)
    return next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))
