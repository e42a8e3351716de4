"""The configuration file: what the user has set for good."""

import argparse
import re
import reprlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any, cast

import platformdirs

from jihwa.data.messages import Language, Message, UsageError
from jihwa.io.failures import explain
from jihwa.io.settings.setting import Setting, Value
from jihwa.io.settings.table import SETTINGS

_PROFILES = "profiles"
"""Holds a table for every wearer who does not speak like the others."""
_OF_A_WEARER = ("voice.name", "voice.rate_wpm", "voice.volume")
"""What may stand there."""
_POSITION = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)")


class Origin(Enum):
    """Where the value of a setting comes from, as the user is told."""

    COMMAND_LINE = Message("명령줄", "command line")
    FILE = Message("설정 파일", "file")
    DEFAULT = Message("기본값", "default")


@dataclass(frozen=True, slots=True)
class Configuration:
    """What a configuration file says.

    Attributes:
        values: What it sets, by key.
        of_profiles: What it sets for one wearer, by the name of their profile and by key.
        faults: What is wrong in it, from its beginning to its end.
    """

    values: Mapping[str, Value] = field(default_factory=dict)
    of_profiles: Mapping[str, Mapping[str, Value]] = field(default_factory=dict)
    faults: tuple[Message, ...] = ()

    @property
    def language(self) -> Language | None:
        """The language of messages, if it is set."""
        return cast(Language | None, self.values.get("language"))

    def check(self) -> None:
        """Go on only if all of it can be used.

        Raises:
            UsageError: Something in it is wrong; the first such thing is told.
        """
        for fault in self.faults:
            raise UsageError(ko=fault.ko, en=fault.en)


def path() -> Path:
    """The configuration file, which may not exist."""
    return platformdirs.user_config_path("jihwa", appauthor=False) / "config.toml"


def read() -> Configuration:
    """What the user's file says; what is wrong in it is told, not raised."""
    try:
        content = path().read_bytes()
    except FileNotFoundError:
        return Configuration()
    except OSError as error:
        return Configuration(faults=(explain(error),))
    return parse(content, path())


def parse(content: bytes, source: Path) -> Configuration:
    """What a configuration file says.

    Args:
        content: What it holds.
        source: The file, for messages and for the paths in it.
    """
    import tomllib  # it takes time to import, and most users have no such file

    try:
        text = content.decode("utf-8-sig")
        found = tomllib.loads(text)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return Configuration(faults=(_no_toml(f"{source}:{line}", "no UTF-8"),))
    except tomllib.TOMLDecodeError as error:
        return Configuration(faults=(_broken(str(error), text, source),))
    faults: list[Message] = []

    def checked(table: Mapping[str, Any], prefix: str = "") -> dict[str, Value]:
        values: dict[str, Value] = {}
        for key, value in _flat(table):
            where = f"{source}:{_line_of(prefix + key, text)}"
            if key not in SETTINGS or (prefix and key not in _OF_A_WEARER):
                faults.append(_unknown(prefix + key, where))
                continue
            try:
                values[key] = SETTINGS[key].kind.of_toml(value, source.parent)
            except ValueError:
                faults.append(_unfit(prefix + key, SETTINGS[key], value, where))
        return values

    tables = found.pop(_PROFILES, {})
    wearers = tables if isinstance(tables, dict) else {"": tables}
    values, of_profiles = checked(found), dict[str, dict[str, Value]]()
    for name, table in wearers.items():
        entries = table if isinstance(table, dict) else {"": table}
        of_profiles[name] = checked(entries, f"{_PROFILES}.{name}.")
    return Configuration(values, of_profiles, tuple(faults))


def resolve(
    options: argparse.Namespace, configuration: Configuration
) -> Mapping[str, tuple[Value, Origin]]:
    """Give every setting that the command line left open the file's value, or else its default.

    What the file says for the profile that is worn goes before what it says for everybody.

    Returns:
        The value of every setting by its key, and where it comes from.
    """
    worn = getattr(options, "profile", configuration.values.get("profile"))
    own = configuration.of_profiles.get(Path(str(worn or "")).stem, {})
    values = {**configuration.values, **own}
    resolved: dict[str, tuple[Value, Origin]] = {}
    for key, setting in SETTINGS.items():
        if setting.dest in options:
            origin = Origin.COMMAND_LINE
        elif key in values:
            origin = Origin.FILE
            setattr(options, setting.dest, values[key])
        else:
            origin = Origin.DEFAULT
            setattr(options, setting.dest, setting.default)
        resolved[key] = getattr(options, setting.dest), origin
    return resolved


def for_profile(options: argparse.Namespace, profile: str) -> argparse.Namespace:
    """The same options with another profile, as the file has them now."""
    chosen = {
        setting.dest
        for key, setting in SETTINGS.items()
        if options.resolved[key][1] is not Origin.COMMAND_LINE
    }
    kept = {name: value for name, value in vars(options).items() if name not in chosen}
    other = argparse.Namespace(**{**kept, "profile": profile})
    other.resolved = resolve(other, read())
    return other


def _flat(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, object]]:
    """Dotted keys and what stands there; a table where a setting belongs stays whole."""
    for name, value in table.items():
        key = prefix + name
        if isinstance(value, dict) and key not in SETTINGS:
            yield from _flat(value, f"{key}.")
        else:
            yield key, value


def _line_of(key: str, text: str) -> int:
    """The line of the file where a key is set; where it cannot be told, its table's."""
    table, best, best_line = "", "", 1
    for number, line in enumerate(text.splitlines(), start=1):
        if line.lstrip().startswith("["):
            found = table = _dotted(line.partition("]")[0])
        else:
            entry, equals, _ = line.partition("=")
            found = table + _dotted(entry) if equals else ""
        if f"{key}.".startswith(found) and len(found) > len(best):
            best, best_line = found, number
    return best_line


def _dotted(key: str) -> str:
    """A key as TOML writes it, without brackets, quotes and spaces; a dot ends it."""
    return re.sub(r"""[\["'\s]""", "", key) + "."


def _broken(complaint: str, text: str, source: Path) -> Message:
    """What is no TOML, and where."""
    at = _POSITION.search(complaint)
    lines = text.splitlines() or [""]
    line, column = at.groups() if at and at[1] else (len(lines), len(lines[-1]) + 1)
    return _no_toml(f"{source}:{line}:{column}", _POSITION.sub("", complaint))


def _no_toml(where: str, complaint: str) -> Message:
    return Message(
        ko=f"{where}: 설정 파일이 UTF-8로 쓴 TOML이 아닙니다 ({complaint}). 그 줄을 고치세요.",
        en=f"{where}: the configuration is no TOML in UTF-8 ({complaint}). Mend that line.",
    )


def _unknown(key: str, where: str) -> Message:
    from rapidfuzz import process  # it takes time to import

    nearest, *_ = process.extractOne(key, tuple(SETTINGS))
    shown = key if key.isprintable() else repr(key)
    return Message(
        ko=f"{where}: 모르는 설정 {shown}. 가장 비슷한 것: {nearest}. 모두 보기: `jihwa config`",
        en=f"{where}: unknown setting {shown}. The nearest known one: {nearest}. See all with "
        "`jihwa config`.",
    )


def _unfit(key: str, setting: Setting, found: object, where: str) -> Message:
    allowed, shown = setting.kind.allowed, reprlib.repr(found)
    return Message(
        ko=f"{where}: {key}의 값 {shown}은(는) 쓸 수 없습니다. 쓸 수 있는 것: {allowed.ko}.",
        en=f"{where}: {key} is {shown}, which will not do. Allowed: {allowed.en}.",
    )
