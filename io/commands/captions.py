"""`jihwa captions`: what is typed is shown to somebody else, in a browser."""

import argparse
from collections.abc import Sequence
from contextlib import closing

from jihwa.data.messages import Language, UsageError
from jihwa.io.commands import live
from jihwa.io.commands import type as typing
from jihwa.io.settings.arguments import Command
from jihwa.io.settings.configuration import Origin
from jihwa.io.settings.language import speaker
from jihwa.io.speech.spoken import SpeechMode
from jihwa.io.streams import warn

PORT = 8517
"""Always the same, so that an open page finds the program again."""
FOUND = "auto"


def configure(arguments: Command) -> None:
    """Add the command's arguments: those of `jihwa type`, and who may read."""
    say = speaker(arguments.language)
    arguments(
        "--lan",
        "같은 망의 휴대 전화나 다른 컴퓨터에서도 읽기, 이 컴퓨터의 주소를 줄 수도 있음 (믿는 "
        "망에서만: 암호화하지 않음)",
        "let phones and computers of the same network read too; this computer's address there "
        "may be given (only in a network you trust: nothing is encrypted)",
        nargs="?",
        const=FOUND,
        metavar=say("주소", "ADDRESS"),
    )
    arguments.number(
        "--port",
        "포트 번호, 0은 비어 있는 아무것",
        "port, 0: any that is free",
        least=0,
        default=PORT,
    )
    typing.configure_typing(arguments)
    typing.configure_beginning(arguments)


def run(options: argparse.Namespace, language: Language) -> int:
    """Type and serve until the user leaves."""
    return serve(options, language, options.lan, options.port)


def serve(options: argparse.Namespace, language: Language, lan: str | None, port: int) -> int:
    """Type and serve until the user leaves.

    Args:
        options: Those of `jihwa type`.
        language: Of messages.
        lan: This computer's address in the local network, `FOUND` to find it; None for this
            computer alone.
        port: Where; 0 for any that is free.
    """
    try:
        from jihwa.io.web.address import lan_address
        from jihwa.io.web.server import CaptionServer
    except ImportError as error:
        raise UsageError(
            ko="글을 브라우저에 보이려면 aiohttp와 segno가 필요합니다. 설치: "
            "pip install 'jihwa[web]'",
            en="Showing the text in a browser needs aiohttp and segno. Install them with: "
            "pip install 'jihwa[web]'",
        ) from error
    if options.resolved["speak"][1] is Origin.DEFAULT:
        options.speak = SpeechMode.MANUAL  # for readers who wish to hear it
    lan = lan_address() if lan == FOUND else lan
    with closing(CaptionServer(lan, port, _reading(options))) as server:
        if not live.can_be_full_screen() or options.plain:
            warn(speaker(language)(f"읽을 주소: {server.url}", f"to read along: {server.url}"))
        return typing.run(options, language, server)


def _reading(options: argparse.Namespace) -> Sequence[str]:
    """Options of `jihwa transcribe` that read a recording as this session reads its glove."""
    values = {
        "profile": options.profile,
        "model": options.model,
        "letters": options.letters,
        "lm": options.lm,
        "mode": options.mode,
        "layout": options.layout and ",".join(options.layout),
    }
    off = [name for name in ("personal", "history", "adapt") if not getattr(options, name)]
    given = [f"--{name}={value}" for name, value in values.items() if value]
    return [*given, *(f"--no-{name}" for name in off)]
