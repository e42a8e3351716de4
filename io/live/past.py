"""What was written before: the finished texts of stored sessions, to be found and used again.

What a session was written as, with the time of every character, is read from its journal, too.

A text is finished where a pause or the user has completed it, at a line end, or with its session;
what was cleared afterwards was said all the same.
"""

import json
import math
import re
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import numpy as np

from jihwa.composer.language.jamo import LETTER_OF, ONSETS, TOKENS
from jihwa.composer.language.token_model import Mode
from jihwa.composer.text.transcript import TextEdit, Word
from jihwa.data.formats.lines import LineParser
from jihwa.data.messages import DataError
from jihwa.io.live import archive

MOST_TEXTS = 2000
"""More are not looked for: it is months of talking."""

_SYLLABLES_AN_ONSET, _FIRST_SYLLABLE = 588, ord("가")
_ONSETS = "".join(LETTER_OF[TOKENS.index(onset)] for onset in ONSETS)


@dataclass(frozen=True, slots=True)
class FinishedText:
    """A text that was finished.

    Attributes:
        text: The text, one line without spaces around it.
        began: When its session began.
    """

    text: str
    began: datetime


def texts() -> Iterator[FinishedText]:
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
                    yield FinishedText(text, session.started)


def matching(past: Iterable[FinishedText], wanted: str) -> tuple[FinishedText, ...]:
    """Those texts that have all of these words, or what begins so; consonants find syllables.

    Args:
        past: The texts.
        wanted: Words in any order: `저녁 ㅁㅇ` finds `같이 저녁 먹어요`.
    """
    patterns = [re.compile("".join(map(_pattern, word)), re.IGNORECASE) for word in wanted.split()]
    return tuple(each for each in past if all(found.search(each.text) for found in patterns))


class FinishedTexts:
    """The finished texts of all sessions, read beside everything else."""

    def __init__(self) -> None:
        self._texts: list[FinishedText] = []
        self._found: tuple[object, tuple[FinishedText, ...]] = (None, ())
        self._reading = threading.Thread(target=self._read, name="earlier texts", daemon=True)
        self._reading.start()

    def is_empty(self, patience_s: float) -> bool:
        """Whether there is none, as far as that is known when so much time has gone by."""
        self._reading.join(patience_s)
        return not (self._texts or self._reading.is_alive())

    def matching(self, wanted: str) -> tuple[FinishedText, ...]:
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
            behind = _shared(before[kept:][::-1], edit.insert[::-1])
            later = (end for end in self._ends[len(stay) :] if end >= len(before) - behind)
            stay += [end + len(self._text) - len(before) for end in later]
        else:
            whole = pairwise([0, *self._ends])
            self._cleared += [before[a:b] for a, b in whole if kept <= a < b <= len(before)]
        self._ends = stay


@dataclass(frozen=True, slots=True)
class TimedText:
    """The final text of a session.

    Attributes:
        text: The text.
        times_s: By character, about when it was written, in seconds since the first sample; what
            became final at once is spread over the time since the last change. NaN where no sample
            had come.
        duration_s: From the first sample to the last one.
    """

    text: str = ""
    times_s: tuple[float, ...] = ()
    duration_s: float = 0.0

    def words(self) -> tuple[Word, ...]:
        """Its words, each from the end of the one before it: the hand spelled it meanwhile.

        They are what the user left standing, so nothing doubts them.
        """
        words: list[Word] = []
        for found in re.finditer(r"\S+", self.text):
            before_s = max((word.end_s for word in words[-1:]), default=0.0)
            end_s = self.times_s[found.end() - 1]
            words.append(Word(found.group(), min(before_s, end_s), end_s, 1.0))
        return tuple(words)


def read_timed(parts: Sequence[Path]) -> TimedText:
    """Read all parts of a session; an entry that was cut off or is damaged does not count.

    Raises:
        DataError: One is no journal.
        OSError: One cannot be read.
    """
    parser, first_s, now_s, written_s = LineParser(), math.nan, math.nan, 0.0
    text, times_s = "", list[float]()
    known, known_s = text, times_s  # what stood there before; what stands there again is as old
    for path in parts:
        own = f"#{archive.read_header(path).token} ".encode()
        raw: list[bytes] = []
        with path.open("rb") as file:
            for line in file:
                if not (line.startswith(own) and line.endswith(b"\n")):
                    raw.append(line)
                    continue
                seen_s = parser.feed(b"".join(raw)).time_s
                raw.clear()
                if len(seen_s):
                    first_s = float(seen_s[0]) if math.isnan(first_s) else first_s
                    now_s = float(seen_s[-1]) - first_s
                kind, _, value = line.removeprefix(own).strip().partition(b" ")
                if kind == b"text":
                    known, known_s, text, times_s = text, times_s, "", []
                elif kind == b"edit":
                    with suppress(ValueError, TypeError):
                        edit = TextEdit(*json.loads(value))
                        if edit.delete:
                            known, known_s = text, times_s
                        kept, text = len(text) - edit.delete, edit.apply(text)
                        stands = kept + _shared(known[kept:], text[kept:])
                        new = np.linspace(written_s, now_s, len(text) - stands + 1)[1:].tolist()
                        times_s = [*times_s[:kept], *known_s[kept:stands], *new]
                        written_s = now_s if new and not math.isnan(now_s) else written_s
    return TimedText(text, tuple(times_s), 0.0 if math.isnan(now_s) else now_s)


def _shared(one: str, other: str) -> int:
    """How many characters two texts begin with alike."""
    pairs = zip(one, other, strict=False)
    return next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))
