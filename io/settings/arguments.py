"""Arguments and actions of a command, each told in the user's language."""

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jihwa.data.messages import Language, Message
from jihwa.io.settings.language import speaker


@dataclass(frozen=True, slots=True)
class Arguments:
    """Puts arguments on a command line; whatever else is given to a method, argparse takes.

    Attributes:
        container: The parser, or a group of it.
        language: Of the help.
    """

    container: argparse._ActionsContainer
    language: Language

    def __call__(self, name: str, ko: str, en: str, **given: Any) -> None:  # noqa: ANN401
        """Any argument."""
        self.container.add_argument(name, help=Message(ko, en).text(self.language), **given)

    def switch(self, name: str, ko: str, en: str) -> None:
        """An option that is on where it is given."""
        self(name, ko, en, action="store_true")

    def path(self, name: str, metavar: str, ko: str, en: str, **given: Any) -> None:  # noqa: ANN401
        """A file or folder."""
        self(name, ko, en, **{"type": Path, "metavar": metavar, **given})

    def number(self, name: str, ko: str, en: str, *, least: int, default: int) -> None:
        """A whole number, `least` or more; help that does not name the default ends with it."""
        if "%(default)s" not in ko:
            ko, en = f"{ko} (기본: %(default)s)", f"{en} (default: %(default)s)"
        self(name, ko, en, type=self._at_least(least), default=default, metavar="N")

    def _at_least(self, least: int) -> Callable[[str], int]:
        def integer(text: str) -> int:
            value = int(text)
            if value < least:
                wrong = speaker(self.language)(
                    f"값 {value}, {least} 이상이어야 함", f"{value} is less than {least}"
                )
                raise argparse.ArgumentTypeError(wrong)
            return value

        return integer


class Actions:
    """What a command can do, each by a name of its own; `act` among the options does it."""

    def __init__(
        self, parser: argparse.ArgumentParser, language: Language, *, required: bool = True
    ) -> None:
        metavar = speaker(language)("할 일", "ACTION")
        self._actions = parser.add_subparsers(metavar=metavar, required=required, dest="action")
        self._language = language

    def add(
        self, name: str, act: Callable[[argparse.Namespace, Language], int | None], ko: str, en: str
    ) -> Arguments:
        """Add an action; returns what takes its arguments."""
        summary = Message(ko, en).text(self._language)
        parser = self._actions.add_parser(name, help=summary, description=summary)
        parser.set_defaults(act=act)
        return Arguments(parser, self._language)
