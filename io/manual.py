"""The manual page as `man` wants it (its macros for groff), made of the parsers themselves."""

import argparse
import re
from collections.abc import Iterator, Mapping

from jihwa.data.messages import Language
from jihwa.io.settings.language import speaker

_SPECIAL = re.compile(r"[\\-]")
_WIDE = 1_000_000
"""So many columns that nothing is broken into lines."""


def manual(
    program: argparse.ArgumentParser,
    commands: Mapping[str, argparse.ArgumentParser],
    version: str,
    language: Language,
) -> str:
    """The whole page.

    Args:
        program: The parser of the program.
        commands: Those of its commands, by name.
        version: Of the program.
        language: Of all but what argparse says by itself.
    """
    say, name = speaker(language), program.prog
    summary = program.description or ""
    lines = [
        f'.TH {name.upper()} 1 "" "{name} {_plain(version)}"',
        f".SH {say('이름', 'NAME')}",
        f"{name} \\- {_plain(summary.partition(': ')[2] or summary)}",
        f".SH {say('개요', 'SYNOPSIS')}",
        f".B {name}",
        say("[선택 사항] 명령 ...", "[OPTION]... COMMAND ..."),
        f".SH {say('선택 사항', 'OPTIONS')}",
        *_options(program),
        f".SH {say('명령', 'COMMANDS')}",
    ]
    for parser in commands.values():
        lines += _command(parser)
    lines += [
        f".SH {say('파일', 'FILES')}",
        _plain(
            say(
                "`jihwa doctor`가 설정, 프로필, 낱말, 문장, 세션이 어디 있는지 알려 줍니다.",
                "`jihwa doctor` tells where settings, profiles, words, phrases and sessions are.",
            )
        ),
    ]
    return "\n".join(lines) + "\n"


def _command(parser: argparse.ArgumentParser) -> Iterator[str]:
    """A command, and its actions behind it."""
    yield f".SS {_plain(parser.prog)}"
    if parser.description:
        yield _plain(parser.description)
    yield ".PP"
    yield _plain(parser.format_usage())
    yield from _options(parser)
    for action in parser._actions:  # argparse tells them in no other way
        if isinstance(action, argparse._SubParsersAction):
            for each in dict.fromkeys(action.choices.values()):
                yield from _command(each)


def _options(parser: argparse.ArgumentParser) -> Iterator[str]:
    formatter = _formatter(parser)
    for action in parser._actions:
        if action.help and action.help != argparse.SUPPRESS:
            yield ".TP"
            yield f".B {_plain(formatter._format_action_invocation(action))}"
            yield _plain(formatter._expand_help(action))


def _formatter(parser: argparse.ArgumentParser) -> argparse.HelpFormatter:
    return argparse.HelpFormatter(parser.prog, width=_WIDE)


def _plain(text: str) -> str:
    """A text on one line that stands for itself."""
    line = _SPECIAL.sub(
        lambda found: {"\\": "\\e", "-": "\\-"}[found.group()], " ".join(text.split())
    )
    return f"\\&{line}" if line.startswith((".", "'")) else line
