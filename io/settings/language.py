"""Which language to speak with the user: Korean first, English second."""

from collections.abc import Callable, Mapping

from jihwa.data.messages import Language, Message

_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")


def preferred(environment: Mapping[str, str]) -> Language:
    """The language of the user's locale; Korean where no locale was chosen."""
    name = next((environment[v] for v in _VARIABLES if environment.get(v)), "C")
    neutral = name.split(".")[0] in ("C", "POSIX")
    return "ko" if neutral or name.startswith("ko") else "en"


def speaker(language: Language) -> Callable[[str, str], str]:
    """`say(ko, en)`: the one of two texts that is in this language."""
    return lambda ko, en: Message(ko=ko, en=en).text(language)
