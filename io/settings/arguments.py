"""The argument parser of all commands: it speaks Korean, and its mistakes are `UsageError`s."""

import argparse
import re
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, NoReturn

from jihwa.data.messages import Language, UsageError
from jihwa.io.settings import settings
from jihwa.io.settings.language import speaker

_COMPLAINTS: Mapping[str, str] = {
    r"argument (.+): invalid choice: (.+) \(choose from (.+)\)": r"\1: \2 없음 (\3 가운데 하나)",
    r"argument (.+): invalid \w+ value: (.+)": r"\1: 읽을 수 없는 값 \2",
    r"argument (.+): (\S+) is less than (\d+)": r"\1: 값 \2, \3 이상이어야 함",
    r"argument (.+): expected .+": r"\1: 값이 없음",
    r"argument (.+): ignored explicit argument (.+)": r"\1: 필요 없는 값 \2",
    r"the following arguments are required: (.+)": r"빠진 인자 \1",
    r"argument (.+): not allowed with argument (.+)": r"\1: \2와(과) 함께 쓸 수 없음",
    r"one of the arguments (.+) is required": r"\1 가운데 하나가 빠짐",
    r"unrecognized arguments: (.+)": r"모르는 인자 \1",
}
"""What argparse and the types of `options` complain about, and the same in Korean."""

_HEADINGS: Mapping[str | None, str] = {"positional arguments": "인자", "options": "선택 사항"}


class _KoreanHelp(argparse.HelpFormatter):
    """Help whose fixed words are Korean too."""

    def add_usage(
        self,
        usage: str | None,
        actions: Iterable[argparse.Action],
        groups: Iterable[Any],
        prefix: str | None = None,
    ) -> None:
        """Begin with how the command is written."""
        super().add_usage(usage, actions, groups, "사용법: " if prefix is None else prefix)

    def start_section(self, heading: str | None) -> None:
        """Begin a list of arguments."""
        super().start_section(_HEADINGS.get(heading, heading))


class _Complaining(argparse.ArgumentParser):
    """An argument parser whose mistakes are `UsageError`s."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong with the arguments and where help is.

        Raises:
            UsageError: Always.
        """
        korean = message
        for pattern, replacement in _COMPLAINTS.items():
            korean = re.sub(pattern, replacement, korean)
        raise UsageError(
            ko=f"명령을 이해하지 못했습니다: {korean}. 도움말: {self.prog} --help",
            en=f"cannot understand the command: {message}. Help: {self.prog} --help",
        )


class Parser(_Complaining):
    """The parser of the program or of one command; its help lists the common options too.

    Commands added to it get a parser of the same class.
    """

    language: ClassVar[Language] = "en"
    formatter: ClassVar[type[argparse.HelpFormatter]] = argparse.HelpFormatter

    def __init__(self, **given: Any) -> None:  # noqa: ANN401  # whatever argparse takes
        super().__init__(
            **given, add_help=False, allow_abbrev=False, formatter_class=self.formatter
        )
        text = speaker(self.language)("이 도움말 보이기", "show this help")
        self.add_argument("-h", "--help", action="help", help=text)
        _add_common(self, self.language)


class _KoreanParser(Parser):
    language = "ko"
    formatter = _KoreanHelp


PARSERS: Mapping[Language, type[Parser]] = {"ko": _KoreanParser, "en": Parser}


def split_common(words: list[str], language: Language) -> tuple[argparse.Namespace, list[str]]:
    """The options that may stand anywhere, where given (`lang`, `debug`), and the other words.

    Raises:
        UsageError: One of them has no value, or one that it cannot have.
    """
    common = _Complaining(prog="jihwa", add_help=False, allow_abbrev=False)
    _add_common(common, language)
    return common.parse_known_args(words)


def _add_common(parser: argparse.ArgumentParser, language: Language) -> None:
    settings.add(parser, language, "language")
    parser.add_argument(
        "--debug",
        action="store_true",
        default=argparse.SUPPRESS,
        help=speaker(language)("오류의 자세한 경로 보이기", "show tracebacks"),
    )
