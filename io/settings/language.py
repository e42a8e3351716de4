"""Which language to speak with the user: Korean first, English second."""

from collections.abc import Mapping
from dataclasses import dataclass

from jihwa.data.messages import Language, Message
from jihwa.io.streams import warn

_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")


def preferred(environment: Mapping[str, str]) -> Language:
    """The language of the user's locale; Korean where no locale was chosen."""
    name = next((environment[v] for v in _VARIABLES if environment.get(v)), "C")
    neutral = name.split(".")[0] in ("C", "POSIX")
    return "ko" if neutral or name.startswith("ko") else "en"


@dataclass(frozen=True, slots=True)
class Speaker:
    """Says things in the user's language: `say(ko, en)` is the one of two texts in it."""

    language: Language

    def __call__(self, ko: str, en: str) -> str:
        """The text."""
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
