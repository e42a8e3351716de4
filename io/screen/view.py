"""What the screen knows beside the state of the session."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto

from jihwa.data.messages import Language
from jihwa.io.live.past import FinishedText
from jihwa.io.user.phrases import Phrase


class Place(Enum):
    """What the user is doing; it decides what is shown and what the keys mean."""

    TEXT = auto()
    CHOOSING = auto()
    """Another reading of a word."""
    CALIBRATION = auto()
    HELP = auto()
    PHRASES = auto()
    PROFILES = auto()
    HISTORY = auto()
    """Looking for an earlier text."""
    INVITATION = auto()
    """How somebody else comes to read the text."""
    PROGRAM = auto()
    """Using the program that takes the text."""


@dataclass(frozen=True, slots=True)
class View:
    """How the session is looked at.

    Attributes:
        language: Of all labels.
        place: What the user is doing.
        highlight: Which candidate, or which of the earlier texts, is about to be taken.
        lit: The completion that is about to be taken; the first one where that is not offered.
        page: Which page of the help is shown.
        profile: Whose hand it is; empty for a stranger.
        speaks: When the text is spoken, as the option is called.
        phrases: The stored sentences.
        profiles: The names of the stored profiles, where one may be chosen.
        wanted: What is looked for among earlier texts.
        past: Those that have it, the newest first.
        invitation: The address at which the next reader finds the text, and the lines of its QR
            code; empty where nobody may come.
        large: Whether the text alone is shown, as large as there is room for.
        has_program: Whether there is one that takes the text, and in its place the keys.
        colours: Whether there are any; without, brackets tell what may still change.
    """

    language: Language
    place: Place = Place.TEXT
    highlight: int = 0
    lit: str = ""
    page: int = 0
    profile: str = ""
    speaks: str = "off"
    phrases: tuple[Phrase, ...] = ()
    profiles: tuple[str, ...] = ()
    wanted: str = ""
    past: tuple[FinishedText, ...] = ()
    invitation: Sequence[str] = ()
    large: bool = False
    has_program: bool = False
    colours: bool = True
