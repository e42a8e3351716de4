"""Speaking with the user, Korean first and English second: what is said, and what is asked."""

import argparse
import sys
from collections.abc import Mapping
from dataclasses import dataclass

from jihwa.data.messages import Language, Message, UsageError
from jihwa.io.streams import warn

_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")

UNCHOSEN = '한국어 (for Korean): --lang ko, or language = "ko" in `jihwa config --edit`'
"""What is told where nothing says which language to speak."""


def preferred(environment: Mapping[str, str]) -> Language | None:
    """The language of the user's locale; None where it names none (C, POSIX)."""
    name = next((environment[v] for v in _VARIABLES if environment.get(v)), "C")
    if name.split(".")[0] in ("C", "POSIX"):
        return None
    return "ko" if name.startswith("ko") else "en"


@dataclass(frozen=True, slots=True)
class Speaker:
    """Says things in the user's language: `say(ko, en)` is the one of two texts in it."""

    language: Language

    def __call__(self, ko: str, en: str) -> str:
        """The one of two texts that is in the user's language."""
        return Message(ko, en).text(self.language)

    def tell(self, ko: str, en: str) -> None:
        """Print it, as a result."""
        print(self(ko, en))

    def warn(self, ko: str, en: str) -> None:
        """Tell it beside the result."""
        warn(self(ko, en))


def speaker(language: Language) -> Speaker:
    """What says things in this language, mostly called `say`."""
    return Speaker(language)


YES, NO = ("y", "yes", "네", "예", "ㅛ"), ("n", "no", "아니", "아니요", "ㅜ")
"""What may be answered; the last is what the key types while Hangul is on."""


def ask(question: str, *, default: bool) -> bool:
    """Ask until the answer is one; Enter alone is the default.

    Raises:
        KeyboardInterrupt: There will be no answer.
    """
    while True:
        try:
            answer = input(f"{question} (y/n) ").strip().lower()
        except EOFError:
            raise KeyboardInterrupt from None
        if answer in ("", *YES, *NO):
            return answer in YES if answer else default


def may_delete(options: argparse.Namespace, what: str, language: Language) -> bool:
    """Whether the user wants this deleted, which cannot be taken back.

    Args:
        options: With `yes`.
        what: Is deleted.
        language: Of the question.

    Raises:
        UsageError: Nobody is there to be asked.
    """
    if options.yes:
        return True
    if not sys.stdin.isatty():
        raise UsageError(
            ko=f"{what}: 지우면 되돌릴 수 없습니다. 물어볼 터미널이 없으니 --yes를 더하세요.",
            en=f"{what}: what is deleted is gone, and there is no terminal to ask. Add --yes.",
        )
    return ask(
        speaker(language)(
            f"{what}: 지우면 되돌릴 수 없습니다. 지울까요?",
            f"{what}: what is deleted is gone. Delete it?",
        ),
        default=False,
    )
