"""`jihwa simulate`: a synthetic signer spells a text."""

import argparse
import sys
from pathlib import Path

import numpy as np

from jihwa.data.alphabet import Alphabet
from jihwa.data.messages import Language, Message
from jihwa.data.sessions import write_recording, write_session
from jihwa.data.simulator import HandStatistics, SyntheticHand
from jihwa.data.spelling import PACES, assemble


def configure(parser: argparse.ArgumentParser, language: Language) -> None:
    """Add the command's arguments."""

    def say(ko: str, en: str) -> str:
        return Message(ko=ko, en=en).text(language)

    parser.add_argument("text", metavar="TEXT", help=say("쓸 글", "what to spell"))
    parser.add_argument(
        "--output",
        type=Path,
        metavar="FILE",
        help=say(
            "녹화 파일; 정답은 옆의 .json에 (기본: 화면에 녹화만)",
            "recording; its truth goes to the .json beside it (default: the recording on stdout)",
        ),
    )
    parser.add_argument("--speed", choices=PACES, default="normal", help=say("빠르기", "speed"))
    parser.add_argument("--seed", type=int, default=0, help=say("난수 씨앗", "random seed"))
    parser.add_argument(
        "--wearer", type=int, default=0, metavar="SEED", help=say("누구의 손인지", "whose hand")
    )


def run(options: argparse.Namespace, language: Language) -> int:
    """Write the simulated recording."""
    alphabet = Alphabet.load()
    hand = SyntheticHand(HandStatistics.load(), alphabet, np.random.default_rng(options.wearer))
    pace, rng = PACES[options.speed], np.random.default_rng(options.seed)
    session = assemble(options.text, hand, alphabet, pace, rng)
    if options.output is None:
        write_recording(sys.stdout, session.frames)
    else:
        write_session(options.output, session)
    return 0
