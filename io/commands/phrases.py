"""`jihwa phrases`: the stored sentences of a wearer."""

import argparse

from jihwa.data.messages import Language
from jihwa.io.settings.arguments import Command
from jihwa.io.settings.language import speaker
from jihwa.io.streams import warn
from jihwa.io.user import phrases, storage


def configure(arguments: Command) -> None:
    """Add the command's arguments."""
    arguments.switch(
        "--edit",
        "파일을 $EDITOR로 열기; 없으면 먼저 만들기",
        "open the file in $EDITOR; it is made if need be",
    )
    arguments.settings("profile")


def run(options: argparse.Namespace, language: Language) -> int:
    """List the sentences, and what of the files cannot be used; with --edit, edit them first."""
    path, say = phrases.path_of(options.profile), speaker(language)
    if options.edit:
        storage.edit(path, phrases.template(options.profile).text(language))
    stored, unusable = phrases.load(options.profile)
    for phrase in stored:
        key = f"{phrase.key}." if phrase.key else "  "
        short = f"{phrase.abbreviation} = " if phrase.abbreviation else ""
        print(f"{key} {short}{phrase.text}")
    n = len(stored)
    say.tell(
        f"{path}: 문장 {n}개. `jihwa phrases --edit`로 고칩니다.",
        f"{path}: {n} sentence(s). Edit them with `jihwa phrases --edit`.",
    )
    for warning in unusable:
        warn(warning.text(language))
    return 0
