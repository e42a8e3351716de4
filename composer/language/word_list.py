"""The words that a user keeps: names, places, whatever is spelled often; a text that they edit."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from jihwa.data.messages import Message

MAX_LENGTH = 40
"""Characters, spaces among them, of the longest word or phrase."""
COMMENT = "#"
TOLD = 3
"""How many lines a warning names; it counts the others."""

_HANGUL = re.compile("[가-힣]+(?: [가-힣]+)*")
_UNDECODABLE = re.compile("[\udc80-\udcff]")
_BOM = "\ufeff"


def normalised(text: str) -> str:
    """A word or phrase as it is compared and kept: composed syllables, single spaces (NFC)."""
    return " ".join(unicodedata.normalize("NFC", text.replace(_BOM, "")).split())


def fault(word: str) -> Message | None:
    """What is wrong with a normalised word or phrase; None if it can be learned."""
    if _UNDECODABLE.search(word):
        return Message(ko="UTF-8이 아님", en="no UTF-8")
    if not _HANGUL.fullmatch(word):
        return Message(ko="한글 음절이 아님", en="no Hangul syllables")
    if len(word) > MAX_LENGTH:
        return Message(ko=f"{MAX_LENGTH}자보다 김", en=f"longer than {MAX_LENGTH} characters")
    return None


def shown(word: str) -> str:
    """A word of any content, fit for a message."""
    printable = "".join(c if c.isprintable() else "\ufffd" for c in word)
    return f"'{printable[:20]}…'" if len(printable) > 20 else f"'{printable}'"


@dataclass(frozen=True, slots=True)
class WordList:
    """A text with one word or short phrase a line; `#` begins a comment.

    Whatever else stands there stays there: changes keep every line that they do not concern, byte
    by byte, whether it can be used or not.

    Attributes:
        text: The whole text; bytes that are no UTF-8 are lone surrogates.
    """

    text: str = ""

    @classmethod
    def from_bytes(cls, content: bytes) -> "WordList":
        """The list in a file, of any content."""
        return cls(content.decode(errors="surrogateescape"))

    def to_bytes(self) -> bytes:
        """The list as a file."""
        return self.text.encode(errors="surrogateescape")

    @property
    def words(self) -> tuple[str, ...]:
        """What can be used, each once, in the order of the list."""
        entries = dict.fromkeys(_entry(line) for line in self._lines())
        return tuple(entry for entry in entries if entry and fault(entry) is None)

    def warning(self, source: str) -> Message | None:
        """Which lines of the file `source` cannot be used, and why; None if all can."""
        faults = [
            (number, shown(entry), why)
            for number, line in enumerate(self._lines(), start=1)
            if (entry := _entry(line)) and (why := fault(entry))
        ]
        if not faults:
            return None
        ko = ", ".join(f"{source}:{n} {word} ({why.ko})" for n, word, why in faults[:TOLD])
        en = ", ".join(f"{source}:{n} {word} ({why.en})" for n, word, why in faults[:TOLD])
        rest = len(faults) - TOLD
        return Message(
            ko=f"내 낱말 {len(faults)}줄을 쓰지 못했습니다: {ko}"
            + (f" 외 {rest}줄" if rest > 0 else "")
            + ". 한 줄에 한글 낱말 하나씩, UTF-8로 저장하세요.",
            en=f"{len(faults)} line(s) of your words cannot be used: {en}"
            + (f" and {rest} more" if rest > 0 else "")
            + ". Write one Hangul word a line, and save it as UTF-8.",
        )

    def with_words(self, words: Iterable[str]) -> "WordList":
        """The list with normalised words at its end, but for those that it has."""
        have = set(self.words)
        new = [word for word in dict.fromkeys(words) if word not in have]
        if not new:
            return self
        end = "\r\n" if "\r\n" in self.text else "\n"
        is_open = bool(self.text) and not self.text.endswith(("\n", "\r"))
        return WordList(self.text + end * is_open + "".join(word + end for word in new))

    def without(self, words: Iterable[str]) -> "WordList":
        """The list without the lines of normalised words."""
        gone = set(words)
        return WordList("".join(line for line in self._lines() if _entry(line) not in gone))

    def _lines(self) -> list[str]:
        return self.text.splitlines(keepends=True)


def _entry(line: str) -> str:
    """What a line of the list says; empty for a comment or a blank line."""
    return normalised(line.partition(COMMENT)[0])
