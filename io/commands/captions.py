"""`jihwa captions`: what is typed is shown to somebody else, in a browser."""

import argparse

from jihwa.data.messages import Language
from jihwa.io.commands import type as typing
from jihwa.io.settings.arguments import Command
from jihwa.io.settings.language import speaker


def configure(arguments: Command) -> None:
    """Add the command's arguments: those of `jihwa type`, and who may read."""
    arguments.needs("web")
    say = speaker(arguments.language)
    arguments(
        "--lan",
        "같은 망의 휴대 전화나 다른 컴퓨터에서도 읽기, 이 컴퓨터의 주소를 줄 수도 있음 (믿는 "
        "망에서만: 암호화하지 않음)",
        "let phones and computers of the same network read too; this computer's address there "
        "may be given (only in a network you trust: nothing is encrypted)",
        nargs="?",
        const=typing.FOUND,
        metavar=say("주소", "ADDRESS"),
    )
    arguments.number(
        "--port",
        "포트 번호, 0은 비어 있는 아무것",
        "port, 0: any that is free",
        least=0,
        most=65_535,
        default=typing.PORT,
    )
    typing.configure_typing(arguments)
    typing.configure_beginning(arguments)
    arguments.preset(serve_captions=True)


def run(options: argparse.Namespace, language: Language) -> int:
    """Type and serve until the user leaves."""
    return typing.run(options, language)
