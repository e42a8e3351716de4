"""`jihwa simulate`: a synthetic signer spells a text."""

import argparse
import sys

import numpy as np

from jihwa.data.alphabet import Alphabet
from jihwa.data.messages import Language
from jihwa.data.sessions import write_recording, write_session
from jihwa.data.simulator import HandStatistics, SyntheticHand
from jihwa.data.spelling import PACES, assemble
from jihwa.io import options as shared
from jihwa.io.language import speaker


def configure(parser: argparse.ArgumentParser, language: Language) -> None:
    """Add the command's arguments."""
    say = speaker(language)
    parser.add_argument("text", metavar="TEXT", help=say("쓸 글", "what to spell"))
    parser.add_argument(
        "--output",
        type=shared.output_file,
        metavar="FILE",
        help=say(
            "녹화 파일; 정답은 옆의 .json에 (기본: 화면에 녹화만)",
            "recording; its truth goes to the .json beside it (default: the recording on stdout)",
        ),
    )
    parser.add_argument(
        "--speed",
        choices=PACES,
        default="normal",
        help=say("빠르기 (기본: %(default)s)", "speed (default: %(default)s)"),
    )
    parser.add_argument(
        "--seed",
        type=shared.at_least(0),
        default=0,
        metavar="N",
        help=say("난수 씨앗 (기본: %(default)s)", "random seed (default: %(default)s)"),
    )
    parser.add_argument(
        "--wearer",
        type=shared.at_least(0),
        default=0,
        metavar="N",
        help=say("누구의 손인지 (기본: %(default)s)", "whose hand (default: %(default)s)"),
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
