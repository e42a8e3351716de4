"""`jihwa compose`: letters to text, as if every sign had been certain."""

import argparse
import sys

from jihwa.composer.composer import compose
from jihwa.data.alphabet import Alphabet
from jihwa.data.messages import Language, Message
from jihwa.io import options as shared


def configure(parser: argparse.ArgumentParser, language: Language) -> None:
    """Add the command's arguments."""
    letters = Message(
        ko="자모 (예: ㅎㅏㄱㄱㅛ). 없으면 표준 입력에서 한 줄에 하나씩",
        en="letters such as ㅎㅏㄱㄱㅛ; without any, one sequence a line on stdin",
    )
    alphabet = Message(ko="글자표", en="alphabet")
    parser.add_argument("letters", nargs="*", metavar="JAMO", help=letters.text(language))
    parser.add_argument("--alphabet", default="basic24", help=alphabet.text(language))
    shared.add_language_model(parser, language)


def run(options: argparse.Namespace, language: Language) -> int:
    """Print the text of the arguments, or of every line of stdin."""
    alphabet, model = Alphabet.load(options.alphabet), shared.language_model(options)
    lines = [" ".join(options.letters)] if options.letters else sys.stdin
    for line in lines:
        print(compose(line.strip(), alphabet, model).text, flush=True)
    return 0
