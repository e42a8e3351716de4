"""Questions to the user that need a yes or a no."""

import argparse
import sys

from jihwa.data.messages import Language, UsageError
from jihwa.io.settings.language import speaker

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
