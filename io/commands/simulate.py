"""`jihwa simulate`: a synthetic signer spells a text, into a recording or as a glove at a port."""

import argparse
import sys
import threading

import numpy as np

from jihwa.data.alphabet import Alphabet
from jihwa.data.formats.writers import write_recording
from jihwa.data.messages import Language, UsageError
from jihwa.data.synthesis.fits import Fit
from jihwa.data.synthesis.hands import RATE_HZ, HandStatistics, SyntheticHand
from jihwa.data.synthesis.pace import pace_of
from jihwa.data.synthesis.sessions import write_session
from jihwa.data.synthesis.spelling import assemble
from jihwa.io.settings import options as shared
from jihwa.io.settings.arguments import Arguments, Command
from jihwa.io.settings.language import speaker
from jihwa.io.streams import typed_lines, warn
from jihwa.io.virtual.cable import Cable, parse_schedule
from jihwa.io.virtual.glove import VirtualGlove
from jihwa.io.virtual.server import Server, open_port


def configure(arguments: Command) -> None:
    """Add the command's arguments."""
    arguments("text", "쓸 글", "what to spell", nargs="?", metavar="TEXT")
    arguments.path(
        "--output",
        "FILE",
        "녹화 파일; 정답은 옆의 .json에 (기본: 화면에 녹화만)",
        "recording; its truth goes to the .json beside it (default: the recording on stdout)",
    )
    arguments.speed()
    arguments.decimal(
        "--letters-per-s",
        "평균 초당 글자 수 (기본: 빠르기대로)",
        "letters a second on average (default: what is usual at that speed)",
        least=0.1,
        most=20.0,
        default=None,
        metavar="R",
    )
    arguments.seed()
    arguments.number("--wearer", "누구의 손인지", "whose hand", least=0, default=0)
    arguments.fit()
    arguments.decimal(
        "--rate-hz",
        "초당 표본 수",
        "samples a second of the glove",
        least=1.0,
        most=500.0,
        default=RATE_HZ,
        metavar="HZ",
    )
    _configure_serving(arguments)


def _configure_serving(arguments: Arguments) -> None:
    say = speaker(arguments.language)
    serving = arguments.group(
        "가상 장갑",
        "virtual glove",
        say(
            "실제 장갑처럼 포트에서 보내고 명령에 답합니다. 첫 줄에 여는 주소가 나옵니다. 표준 "
            "입력의 줄마다 이어서 쓸 글이고, !로 시작하면 고장입니다: !reset, !stall 2, !unplug 3, "
            "!drop 0.01, !damage 0.01",
            "Sends at a port and obeys commands as a real one. The first line tells what to open. "
            "Every line on stdin is a further text to spell, or with ! before it a fault: !reset, "
            "!stall 2, !unplug 3, !drop 0.01, !damage 0.01",
        ),
    )
    serving(
        "--serve",
        "가상 직렬 포트 또는 소켓 (포트 0: 아무것이나)",
        "a virtual serial port, or a socket (port 0: any)",
        metavar="pty|tcp://HOST:PORT",
    )
    serving.path(
        "--link",
        "PATH",
        "다시 꽂아도 같은, 가상 직렬 포트의 이름",
        "a name of the virtual serial port that stays when it is plugged in again",
    )
    serving(
        "--faults",
        "고장: damage=바이트 비율, drop=바이트 비율, reset=몇 초마다, stall=몇 초마다:몇 초 "
        "동안, unplug=몇 초마다:몇 초 동안. 예: damage=0.01,reset=60,unplug=120:3",
        "what goes wrong: damage=SHARE and drop=SHARE of all bytes, reset=EVERY_S, "
        "stall=EVERY_S:FOR_S, unplug=EVERY_S:FOR_S. Example: damage=0.01,reset=60,unplug=120:3",
        type=parse_schedule,
        default=(),
        metavar="LIST",
    )


def run(options: argparse.Namespace, language: Language) -> int:
    """Write the simulated recording, or serve the glove until interrupted."""
    if options.serve is not None:
        _serve(options, language)
        return 0
    if options.text is None or options.link or options.faults:
        raise UsageError(
            ko="쓸 글이 없거나 --serve 없이는 안 되는 옵션이 있습니다. TEXT를 주거나 --serve를 "
            "더하세요.",
            en="There is no TEXT, or an option that needs --serve. Give a TEXT, or add --serve.",
        )
    if options.output:
        shared.output_folder(options.output.parent).mkdir(parents=True, exist_ok=True)
        shared.output_file(options.output)
    alphabet = Alphabet.load()
    hand = SyntheticHand(HandStatistics.load(), alphabet, np.random.default_rng(options.wearer))
    hand.rate_hz = options.rate_hz
    pace, rng = pace_of(options.speed, options.letters_per_s), np.random.default_rng(options.seed)
    session = assemble(options.text, hand, alphabet, pace, rng)
    if options.fit is not None:
        session = Fit.draw(options.fit).worn_in(session)
    if options.output is None:
        write_recording(sys.stdout, session.frames)
    else:
        write_session(
            options.output, session, speed=None if options.letters_per_s else options.speed
        )
    return 0


def _serve(options: argparse.Namespace, language: Language) -> None:
    """Serve the glove; what comes on stdin is spelled, or goes wrong."""
    if options.output is not None:
        raise UsageError(
            ko="--output과 --serve는 함께 쓸 수 없습니다. 하나만 주세요.",
            en="--output and --serve cannot go together. Give one of them.",
        )
    glove = VirtualGlove(
        pace_of(options.speed, options.letters_per_s),
        wearer=options.wearer,
        seed=options.seed,
        rate_hz=options.rate_hz,
        fit=None if options.fit is None else Fit.draw(options.fit),
    )
    if options.text is not None:
        glove.spell(options.text)
    cable = Cable(glove, options.faults, options.seed)
    port = open_port(options.serve, options.link)
    server = Server(cable, port, lambda address: print(address, flush=True))
    threading.Thread(target=_listen, args=(server, language), daemon=True).start()
    server.run()


def _listen(server: Server, language: Language) -> None:
    """Tell the server every line of the standard input."""
    for line in filter(None, map(str.strip, typed_lines())):
        try:
            server.tell(line)
        except UsageError as error:
            warn(error.message.text(language))
