"""The command line: finds the command, speaks the user's language, turns errors into exit codes."""

import argparse
import os
import re
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from importlib.metadata import version
from typing import NoReturn, get_args

from jihwa.data.messages import JihwaError, Language, Message, UsageError
from jihwa.io.language import preferred

COMMANDS: Mapping[str, Message] = {
    "demo": Message(ko="함께 온 녹화로 보여 주기", en="watch a shipped recording become text"),
    "transcribe": Message(ko="장갑 녹화를 글로 옮기기", en="turn recordings into text"),
    "compose": Message(ko="자모를 이어 글로 엮기", en="compose letters into text"),
    "simulate": Message(ko="모의 장갑으로 글 쓰기", en="spell a text with a simulated glove"),
    "evaluate": Message(ko="인식기를 데이터로 재기", en="measure a model on labelled data"),
    "train": Message(ko="데이터에서 모델 만들기", en="fit a model to labelled data"),
    "lm": Message(ko="언어 모델 만들고 재기", en="build and measure language models"),
}
"""Each one is a module of `jihwa.io.commands` with `configure` and `run`."""

INTERRUPTED = 130

KOREAN_COMPLAINTS: Mapping[str, str] = {
    r"argument (.+): invalid choice: (.+) \(choose from (.+)\)": r"\1: \2 없음 (\3 가운데 하나)",
    r"argument (.+): invalid \w+ value: (.+)": r"\1: 읽을 수 없는 값 \2",
    r"argument (.+): expected .+": r"\1: 값이 없음",
    r"argument (.+): ignored explicit argument (.+)": r"\1: 필요 없는 값 \2",
    r"the following arguments are required: (.+)": r"빠진 인자 \1",
    r"unrecognized arguments: (.+)": r"모르는 인자 \1",
}
"""What argparse complains about, as patterns, and the same in Korean."""


class Parser(argparse.ArgumentParser):
    """An argument parser whose mistakes are `UsageError`s."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong with the arguments and where help is.

        Raises:
            UsageError: Always.
        """
        korean = message
        for pattern, replacement in KOREAN_COMPLAINTS.items():
            korean = re.sub(pattern, replacement, korean)
        raise UsageError(
            ko=f"명령을 이해하지 못했습니다: {korean}. 도움말: {self.prog} --help",
            en=f"cannot understand the command: {message}. Help: {self.prog} --help",
        )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `jihwa` with command-line arguments; returns the exit code.

    0 is success, 1 a failure, 2 the user's mistake, 130 an interrupt.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    language, debug = preferred(os.environ), False
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    try:
        common, words = _common(language).parse_known_args(words)
        language, debug = common.lang or language, common.debug
        options = _parser(words, language).parse_args(words)
        run: Callable[[argparse.Namespace, Language], int] = options.run
        return run(options, language)
    except JihwaError as error:
        _complain(error.message.text(language), debug)
        return error.exit_code
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        what = f"{error.filename or ''}: {error.strerror or error}".lstrip(": ")
        message = Message(ko=f"{what}. 경로와 권한을 확인하세요.", en=f"{what}. Check the path.")
        _complain(message.text(language), debug)
        return 1


def _complain(text: str, debug: bool) -> None:
    if debug:
        traceback.print_exc()
    print(f"jihwa: {text}", file=sys.stderr)


def _common(language: Language) -> Parser:
    """The options that may stand anywhere."""
    message = Message(ko="메시지 언어", en="language of messages")
    traces = Message(ko="오류의 자세한 경로 보이기", en="show tracebacks")
    common = Parser(prog="jihwa", add_help=False, allow_abbrev=False)
    common.add_argument("--lang", choices=get_args(Language), help=message.text(language))
    common.add_argument("--debug", action="store_true", help=traces.text(language))
    return common


def _parser(words: Sequence[str], language: Language) -> Parser:
    """The parser; only the command that is used is imported."""

    def say(ko: str, en: str) -> str:
        return Message(ko=ko, en=en).text(language)

    parser = Parser(
        prog="jihwa",
        parents=[_common(language)],
        description=say(
            "지화: 장갑으로 쓴 한국어 지문자를 글로 옮깁니다.",
            "jihwa: Korean fingerspelling from a glove to text.",
        ),
    )
    parser.add_argument("--version", action="version", version=f"jihwa {version('jihwa')}")
    commands = parser.add_subparsers(
        title=say("명령", "commands"), metavar=say("명령", "COMMAND"), required=True
    )
    for name, summary in COMMANDS.items():
        command = commands.add_parser(
            name, help=summary.text(language), description=summary.text(language)
        )
        if name in words:
            module = import_module(f"jihwa.io.commands.{name}")
            module.configure(command, language)
            command.set_defaults(run=module.run)
    return parser
