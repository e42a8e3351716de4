"""Which language to speak with the user: Korean first, English second."""

from collections.abc import Callable, Mapping

from jihwa.data.messages import Language, Message

_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")

UNCHOSEN = '한국어 (for Korean): --lang ko, or language = "ko" in `jihwa config --edit`'
"""What is told where nothing says which language to speak."""


def preferred(environment: Mapping[str, str]) -> Language | None:
    """The language of the user's locale; None where it names none (C, POSIX)."""
    name = next((environment[v] for v in _VARIABLES if environment.get(v)), "C")
    if name.split(".")[0] in ("C", "POSIX"):
        return None
    return "ko" if name.startswith("ko") else "en"


def speaker(language: Language) -> Callable[[str, str], str]:
    """`say(ko, en)`: the one of two texts that is in this language."""
    return lambda ko, en: Message(ko=ko, en=en).text(language)
