"""One thing that can be set: its name in the file, its option, its values and what it does."""

from collections.abc import Callable
from dataclasses import dataclass

from jihwa.composer.language.word_list import shown
from jihwa.data.messages import Language, Message, UsageError
from jihwa.io.settings.kinds import Kind, Typed, Value

NONE = Message(ko="없음", en="none")


@dataclass(frozen=True, slots=True)
class Setting:
    """One thing that can be set.

    Attributes:
        key: Its name in the configuration file, dotted (`voice.rate_wpm`).
        flag: Its option on the command line; what is behind `--` is its name among the options.
        kind: What it may be.
        default: What it is when nobody sets it.
        help: What it does.
        metavar: What stands for its value in help.
        absent: What None means.
    """

    key: str
    flag: str
    kind: Kind
    default: Value
    help: Message
    metavar: str | None = None
    absent: Message = NONE

    @property
    def dest(self) -> str:
        """Its name among the options that a command reads."""
        return self.flag.removeprefix("--").replace("-", "_")

    def described(self, language: Language) -> str:
        """What it does, and its default."""
        if self.default is None:
            default = self.absent
        elif isinstance(self.default, bool):
            default = Message("켬", "on") if self.default else Message("끔", "off")
        else:
            default = Message(str(self.default), str(self.default))
        told = Message(
            ko=f"{self.help.ko} (기본: {default.ko})", en=f"{self.help.en} (default: {default.en})"
        )
        return told.text(language)


def typed(flag: str, kind: Typed) -> Callable[[str], Value]:
    """The type of what follows an option."""

    def read(text: str) -> Value:
        try:
            return kind.of_text(text)
        except ValueError as error:
            raise UsageError(
                ko=f"{flag}: {shown(text)}은(는) 쓸 수 없습니다. 쓸 수 있는 것: {kind.allowed.ko}.",
                en=f"{flag}: {shown(text)} will not do. Allowed: {kind.allowed.en}.",
            ) from error

    return read
