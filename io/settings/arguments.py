"""Arguments of a command, told in the user's language: those that several share, and its own."""

import argparse
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jihwa.composer.language.word_list import shown
from jihwa.data.messages import Language, Message, UsageError
from jihwa.data.synthesis.pace import PACES
from jihwa.io.settings.language import speaker
from jihwa.io.settings.setting import Choice, Number, Switch, Typed, Value
from jihwa.io.settings.table import SETTINGS

Completer = Callable[..., list[str]]
"""Gives all values; argcomplete tells it what is typed so far, and chooses among them."""


def _profile_names(**_: object) -> list[str]:
    from jihwa.io.user import profiles  # what only a shell needs is not loaded for all

    return profiles.names()


MOST = 1_000_000_000
"""A larger number is a slip."""

COMPLETERS: Mapping[str, Completer] = {"profile": _profile_names}
"""Of the settings whose values the user made."""


@dataclass(frozen=True, slots=True)
class Arguments:
    """Puts arguments on a command line; whatever else is given to a method, argparse takes.

    Attributes:
        container: The parser, or a group of it.
        language: Of the help.
    """

    container: argparse._ActionsContainer
    language: Language

    def __call__(
        self,
        name: str,
        ko: str,
        en: str,
        completer: Completer | None = None,
        **given: Any,  # noqa: ANN401
    ) -> None:
        """Any argument; a shell that completes command lines asks the completer for its values."""
        help_ = Message(ko, en).text(self.language)
        action = self.container.add_argument(name, help=help_, **given)
        if completer:
            vars(action)["completer"] = completer

    def switch(self, name: str, ko: str, en: str) -> None:
        """An option that is on where it is given."""
        self(name, ko, en, action="store_true")

    def path(self, name: str, metavar: str, ko: str, en: str, **given: Any) -> None:  # noqa: ANN401
        """A file or folder."""
        self(name, ko, en, **{"type": Path, "metavar": metavar, **given})

    def number(
        self, name: str, ko: str, en: str, *, least: int, most: int = MOST, default: int | None
    ) -> None:
        """A whole number in a range; help that does not name the default ends with it."""
        self._in(Number(least, most), name, ko, en, default=default, metavar="N")

    def decimal(
        self,
        name: str,
        ko: str,
        en: str,
        *,
        least: float = 0.0,
        most: float = float(MOST),
        default: float | None,
        metavar: str = "X",
    ) -> None:
        """A number in a range; help that does not name the default ends with it."""
        self._in(Number(least, most), name, ko, en, default=default, metavar=metavar)

    def _in(self, numbers: Number, name: str, ko: str, en: str, **given: Any) -> None:  # noqa: ANN401
        if "%(default)s" not in ko and given["default"] is not None:
            ko, en = f"{ko} (기본: %(default)s)", f"{en} (default: %(default)s)"
        self(name, ko, en, type=_typed(name, numbers), **given)

    def settings(self, *keys: str) -> None:
        """Settings; one that the user leaves out is unset until `configuration.resolve`."""
        for setting in map(SETTINGS.__getitem__, keys):
            given: dict[str, Any] = {
                "dest": setting.dest,
                "default": argparse.SUPPRESS,
                "help": setting.described(self.language),
            }
            kind = setting.kind
            if isinstance(kind, Switch):
                given["action"] = argparse.BooleanOptionalAction
            elif isinstance(kind, Choice):
                given["choices"] = kind.names
            else:
                given |= {"type": _typed(setting.flag, kind), "metavar": setting.metavar}
            action = self.container.add_argument(setting.flag, **given)
            if complete := COMPLETERS.get(setting.key):
                vars(action)["completer"] = complete

    def alphabet(self) -> None:
        """`--alphabet`: which signs there are."""
        self(
            "--alphabet",
            "글자표: basic24, basic31, extended31, full40 또는 TOML 파일 (기본: basic24)",
            "alphabet: basic24, basic31, extended31, full40 or a TOML file (default: basic24)",
            metavar="NAME",
        )

    def seed(self) -> None:
        """`--seed`: of all that is random."""
        self.number("--seed", "난수 씨앗", "random seed", least=0, default=0)

    def fit(self) -> None:
        """`--fit`: the glove is worn otherwise, in a way that a seed draws."""
        self.number(
            "--fit",
            "장갑을 달리 낀 모습의 씨앗: 손가락 폭, 보드 방향, 왼손 (기본: 녹화된 대로)",
            "seed of another way to wear the glove: spans of the fingers, the board turned, the "
            "left hand (default: as it was recorded)",
            least=0,
            default=None,
        )

    def speed(self) -> None:
        """`--speed`: how fast a text is spelled."""
        self(
            "--speed",
            "빠르기. natural은 자연스레 서두르는 손, stress는 나쁜 장갑까지, fluent는 1초에 네댓 "
            "글자, mixed는 느려졌다 빨라지는 손 (기본: %(default)s)",
            "speed; natural is a hand that hurries as hands do, stress has a bad glove besides, "
            "fluent spells four to five letters a second, mixed is slow and fluent by turns "
            "(default: %(default)s)",
            choices=PACES,
            default="normal",
        )

    def json(self) -> None:
        """`--json`: results for machines."""
        self.switch("--json", "JSON으로 출력", "print JSON")

    def yes(self) -> None:
        """`--yes`: delete unasked."""
        self.switch("--yes", "묻지 않고 지우기", "delete without asking")

    def either(self, *, required: bool = False) -> "Arguments":
        """Takes arguments of which only one may be given, or has to be."""
        group = self.container.add_mutually_exclusive_group(required=required)
        return Arguments(group, self.language)

    def group(self, ko: str, en: str, description: str | None = None) -> "Arguments":
        """Takes arguments that help shows under a title of their own."""
        title = Message(ko, en).text(self.language)
        return Arguments(self.container.add_argument_group(title, description), self.language)

    def preset(self, **options: object) -> None:
        """Options that nobody has to type."""
        self.container.set_defaults(**options)


Act = Callable[[argparse.Namespace, Language], int | None]
"""Does what a command was asked for; returns an exit code, if that can be but 0."""


@dataclass(frozen=True, slots=True)
class Command(Arguments):
    """The arguments of a command, or of an action of it."""

    container: argparse.ArgumentParser

    def needs(self, extra: str) -> None:
        """Tell in help that nothing works without an extra."""
        how = f"pip install 'jihwa[{extra}]'"
        told = speaker(self.language)(f"먼저 설치: {how}", f"Install first: {how}")
        self.container.description = f"{self.container.description}. {told}"

    def actions(self, *, required: bool = True) -> Callable[[str, Act, str, str], "Command"]:
        """Let the command have actions.

        Returns:
            Adds one by its name, what does it (instead of `run` of the command) and its help.
        """
        metavar = speaker(self.language)("할 일", "ACTION")
        actions = self.container.add_subparsers(metavar=metavar, required=required, dest="action")

        def add(name: str, act: Act, ko: str, en: str) -> Command:
            summary = Message(ko, en).text(self.language)
            parser = actions.add_parser(name, help=summary, description=summary)
            parser.set_defaults(run=act)
            return Command(parser, self.language)

        return add


def _typed(flag: str, kind: Typed) -> Callable[[str], Value]:
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
