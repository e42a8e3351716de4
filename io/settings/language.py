"""Which language to speak with the user: Korean first, English second."""

from collections.abc import Mapping
from dataclasses import dataclass

from jihwa.data.messages import Language, Message
from jihwa.io.streams import warn

_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")

UNCHOSEN = '한국어 (for Korean): --lang ko, or language = "ko" in `jihwa config --edit`'
"""What is told where nothing says which language to speak."""


def preferred(environment: Mapping[str, str]) -> Language | None:
    """The language of the user's locale; None where it names none (C, POSIX)."""
    name = next((environment[v] for v in _VARIABLES if environment.get(v)), "C")
    if name.split(".")[0] in ("C", "POSIX"):
        return None
    return "ko" if name.startswith("ko") else "en"


@dataclass(frozen=True, slots=True)
class Speaker:
    """Says things in the user's language: `say(ko, en)` is the one of two texts in it."""

    language: Language

    def __call__(self, ko: str, en: str) -> str:
        """The one of two texts that is in the user's language."""
        return Message(ko, en).text(self.language)

    def tell(self, ko: str, en: str) -> None:
        """Print it, as a result."""
        print(self(ko, en))

    def warn(self, ko: str, en: str) -> None:
        """Tell it beside the result."""
        warn(self(ko, en))


def speaker(language: Language) -> Speaker:
    """What says things in this language, mostly called `say`."""
    return Speaker(language)
