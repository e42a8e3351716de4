"""What `jihwa doctor` looks at: settings come in, findings go out.

A check is a generator of findings, and fails by raising; the others are made all the same.
"""

from dataclasses import dataclass
from enum import Enum

from jihwa.data.messages import Message


class Verdict(Enum):
    """How it is; the value is the mark that is shown."""

    GOOD = "✓"
    DOUBTFUL = "!"
    """Something that some uses need does not work."""
    BAD = "✗"
    """Something that every use needs does not work."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found.

    Attributes:
        verdict: How it is.
        message: What was found, and how to mend it.
    """

    verdict: Verdict
    message: Message


def good(ko: str, en: str) -> Finding:
    """Something that works as it should."""
    return Finding(Verdict.GOOD, Message(ko=ko, en=en))


def doubtful(ko: str, en: str) -> Finding:
    """Something that works for some uses only."""
    return Finding(Verdict.DOUBTFUL, Message(ko=ko, en=en))


def bad(ko: str, en: str) -> Finding:
    """Something that does not work, and that every use needs."""
    return Finding(Verdict.BAD, Message(ko=ko, en=en))
