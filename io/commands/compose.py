"""`jihwa compose`: letters to text, as if every sign had been certain."""

import argparse
from collections.abc import Callable, Sequence

from jihwa.composer.language.token_model import Mode
from jihwa.composer.letters import compose, compose_as_shown
from jihwa.data.alphabet import LETTERS, Alphabet
from jihwa.data.messages import Language, UsageError
from jihwa.io.settings import options as shared
from jihwa.io.settings.arguments import Command
from jihwa.io.settings.language import speaker
from jihwa.io.streams import typed_lines, warn


def configure(arguments: Command) -> None:
    """Add the command's arguments."""
    arguments(
        "letters",
        "자모 (예: ㅎㅏㄱㄱㅛ). 없으면 표준 입력에서 한 줄에 하나씩",
        "letters such as ㅎㅏㄱㄱㅛ; without any, one sequence a line on stdin",
        nargs="*",
        metavar="JAMO",
    )
    arguments.settings("mode", "personal", "history", "lm")
    arguments.alphabet()


def run(options: argparse.Namespace, language: Language) -> int:
    """Print the text of the arguments, or of every line of stdin.

    A line that cannot be composed gives an empty one, so that the lines stay side by side.
    """
    compose_letters = _composer(options, language)
    if options.letters:
        print(compose_letters(_joined(options.letters)))
        return 0
    say, exit_code = speaker(language), 0
    for number, line in enumerate(typed_lines(), 1):
        try:
            text = compose_letters(line)
        except UsageError as error:
            where = say(f"{number}번째 줄", f"line {number}")
            warn(f"{where}: {error.message.text(language)}")
            text, exit_code = "", 1
        print(text, flush=True)
    return exit_code


def _composer(options: argparse.Namespace, language: Language) -> Callable[[str], str]:
    """What makes texts of letters; in mode EXACT it needs no language model."""
    alphabet, mode = Alphabet.load(options.alphabet), Mode(options.mode)
    if mode is Mode.EXACT:
        return lambda letters: compose_as_shown(letters, alphabet)
    model = shared.token_model(options, language)
    return lambda letters: compose(letters, alphabet, model, mode=mode).text


def _joined(words: Sequence[str]) -> str:
    """Arguments as one sequence: single letters are signs of one word, all else are words."""
    letters = " ".join(words).strip()
    if not letters:
        raise UsageError(
            ko="엮을 자모가 없습니다. ㅎㅏㄱㄱㅛ처럼 주세요.",
            en="There are no letters to compose. Give some, such as ㅎㅏㄱㄱㅛ.",
        )
    are_single = all(len(word) == 1 and word in LETTERS for word in words)
    return "".join(words) if are_single else letters
