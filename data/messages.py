"""User-facing messages and the error tree: every message exists in Korean and in English."""

from dataclasses import dataclass
from typing import ClassVar, Literal

Language = Literal["ko", "en"]


@dataclass(frozen=True, slots=True)
class Message:
    """One thing to tell the user: what was found, where, and what to do next."""

    ko: str
    en: str

    def __str__(self) -> str:
        return self.en

    def text(self, language: Language) -> str:
        """The message in one language."""
        return self.ko if language == "ko" else self.en


class JihwaError(Exception):
    """Base of every error that jihwa raises on purpose; carries a bilingual message."""

    exit_code: ClassVar[int] = 1

    def __init__(self, ko: str, en: str) -> None:
        super().__init__(ko, en)
        self.message = Message(ko=ko, en=en)

    def __str__(self) -> str:
        return self.message.en


class UsageError(JihwaError):
    """The user asked for something that cannot be: a missing file, a bad option, a bad text."""

    exit_code = 2


class DataError(JihwaError):
    """A file or stream was opened but does not hold what it should."""
