"""One thing that can be set: its names, and what its value may be, typed or read from a file.

Each kind of value says in `allowed` what may stand in a file; `of_text` reads what was typed and
`of_toml` what a file in a folder holds. Both raise ValueError for what is none of the kind.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from jihwa.data.messages import Language, Message

Value = str | int | float | bool | Path | tuple[str, ...] | None
"""What a setting holds; None where nothing is chosen."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few names; on a command line argparse checks it."""

    names: Sequence[str]

    @property
    def allowed(self) -> Message:
        """The names in quotation marks, comma-separated."""
        names = ", ".join(f'"{name}"' for name in self.names)
        return Message(ko=names, en=names)

    def of_toml(self, found: object, _: Path) -> str:
        """The name, if it is one of them."""
        if (name := _text(found)) not in self.names:
            raise ValueError(name)
        return name


@dataclass(frozen=True, slots=True)
class Switch:
    """On or off; on a command line there is an option for each."""

    allowed: ClassVar = Message("true, false", "true, false")

    def of_toml(self, found: object, _: Path) -> bool:
        """Whether it is on."""
        if not isinstance(found, bool):
            raise ValueError(found)
        return found


@dataclass(frozen=True, slots=True)
class Number:
    """A number from `least` to `most`; whole where both are."""

    least: float
    most: float

    @property
    def allowed(self) -> Message:
        """The range, and whether the number is whole."""
        return Message(
            ko=f"{self.least}부터 {self.most}까지의 {'정수' if self._is_whole else '수'}",
            en=f"a {'whole ' * self._is_whole}number from {self.least} to {self.most}",
        )

    def of_text(self, text: str) -> float:
        """The number that was typed, if it is in the range."""
        return self._checked(int(text) if self._is_whole else float(text))

    def of_toml(self, found: object, _: Path) -> float:
        """The number of the file, if it is in the range."""
        if isinstance(found, bool) or not isinstance(found, int | float):
            raise ValueError(found)
        if self._is_whole and isinstance(found, float):
            raise ValueError(found)
        return self._checked(found if self._is_whole else float(found))

    def _checked(self, number: float) -> float:
        if not self.least <= number <= self.most:  # nor NaN
            raise ValueError(number)
        return number

    @property
    def _is_whole(self) -> bool:
        return isinstance(self.least, int) and isinstance(self.most, int)


@dataclass(frozen=True, slots=True)
class FreeText:
    """Any text; an empty one chooses nothing."""

    allowed: ClassVar = Message('"따옴표로 묶은 글"', 'a text in "quotation marks"')

    def of_text(self, text: str) -> str | None:
        """The text as it was typed; None if it is empty."""
        return text or None

    def of_toml(self, found: object, _: Path) -> str | None:
        """The text of the file; None if it is empty."""
        return _text(found) or None


@dataclass(frozen=True, slots=True)
class File:
    """The path of a file; an empty one chooses nothing.

    In a configuration, paths count from its folder.
    """

    allowed: ClassVar = Message('"따옴표로 묶은 경로"', 'a path in "quotation marks"')

    def of_text(self, text: str) -> Path | None:
        """The path, as the shell left it."""
        return Path(text) if text else None

    def of_toml(self, found: object, folder: Path) -> Path | None:
        """The path, with `~` for the home folder."""
        return folder / _at_home(text) if (text := _text(found)) else None


@dataclass(frozen=True, slots=True)
class NameOrFile:
    """A name, or the path of a file of one kind; an empty one chooses nothing.

    Attributes:
        suffix: What the names of such files end with.
    """

    suffix: str

    @property
    def allowed(self) -> Message:
        """What it looks like in TOML."""
        return Message(
            ko=f'"이름" 또는 "경로{self.suffix}"', en=f'a "name" or a "path{self.suffix}"'
        )

    def of_text(self, text: str) -> str | None:
        """The name or path, as the shell left it."""
        return text or None

    def of_toml(self, found: object, folder: Path) -> str | None:
        """The name, or the path with `~` for the home folder."""
        text = _text(found)
        is_name = Path(text).name == text and not text.endswith(self.suffix)
        return text or None if is_name else str(folder / _at_home(text))


@dataclass(frozen=True, slots=True)
class Names:
    """Names in an order; none chooses nothing.

    Attributes:
        separator: What is between them on a command line.
    """

    separator: str = ","
    allowed: ClassVar = Message('["이름", "이름", …]', '["name", "name", …]')

    def of_text(self, text: str) -> tuple[str, ...] | None:
        """The names between the separators."""
        return tuple(name.strip() for name in text.split(self.separator)) if text else None

    def of_toml(self, found: object, _: Path) -> tuple[str, ...] | None:
        """The names of an array of texts; None if it is empty."""
        if not isinstance(found, list):
            raise ValueError(found)
        return tuple(map(_text, found)) or None


Typed = Number | FreeText | File | NameOrFile | Names
"""What follows its option on the command line, and is checked here."""

ValueKind = Choice | Switch | Typed

NONE = Message(ko="없음", en="none")


@dataclass(frozen=True, slots=True)
class Setting:
    """One thing that can be set.

    Attributes:
        key: Its name in the configuration file, dotted (`voice.rate_wpm`).
        kind: What it may be.
        default: What it is when nobody sets it.
        help: What it does.
        metavar: What stands for its value in help.
        absent: What None means.
        option: Its name among the options of a command, if that is not the last part of its key.
    """

    key: str
    kind: ValueKind
    default: Value
    help: Message
    metavar: str | None = None
    absent: Message = NONE
    option: str | None = None

    @property
    def dest(self) -> str:
        """Its name among the options that a command reads."""
        return self.option or self.key.rpartition(".")[2]

    @property
    def flag(self) -> str:
        """Its option on the command line."""
        return "--" + self.dest.replace("_", "-")

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


def _text(found: object) -> str:
    if not isinstance(found, str):
        raise ValueError(found)
    return found


def _at_home(text: str) -> Path:
    """A path with `~` for the home folder."""
    try:
        return Path(text).expanduser()
    except RuntimeError as error:
        raise ValueError(text) from error
