"""`jihwa lm add|remove|list|forget`: the user's own words, and what jihwa remembers of them."""

import argparse
from collections.abc import Sequence

from jihwa.composer.language.word_list import fault, normalised, shown
from jihwa.data.messages import Language, UsageError
from jihwa.io.settings.language import speaker
from jihwa.io.streams import warn
from jihwa.io.user import vocabulary


def configure(
    actions: "argparse._SubParsersAction[argparse.ArgumentParser]", language: Language
) -> None:
    """Add the actions to those of `jihwa lm`."""
    say = speaker(language)
    word = say("낱말이나 짧은 구", "word or short phrase")
    typed = say("잊을 낱말 (없으면 모두)", "word to forget (default: all)")
    for name, act, summary, nargs, words in (
        ("add", _add, say("내 낱말 더하기", "add words of your own"), "+", word),
        ("remove", _remove, say("내 낱말 빼기", "remove words of your own"), "+", word),
        ("forget", _forget, say("입력 기록 지우기", "forget what you typed"), "*", typed),
    ):
        action = actions.add_parser(name, help=summary, description=summary)
        action.add_argument("words", nargs=nargs, metavar="WORD", help=words)
        action.set_defaults(act=act)
    summary = say("내 낱말 보기", "show your own words")
    actions.add_parser("list", help=summary, description=summary).set_defaults(act=_list)


def _add(options: argparse.Namespace, language: Language) -> None:
    words = _checked(options.words)
    new = vocabulary.add(words)
    say, path = speaker(language), vocabulary.list_path()
    if new:
        print(say(f"{path}: 더했습니다: ", f"{path}: added ") + ", ".join(new))
    if known := [word for word in words if word not in new]:
        print(say(f"{path}: 이미 있습니다: ", f"{path}: already there: ") + ", ".join(known))


def _remove(options: argparse.Namespace, language: Language) -> None:
    words = [normalised(word) for word in options.words]
    vocabulary.remove(words)
    path = vocabulary.list_path()
    print(speaker(language)(f"{path}: 뺐습니다: ", f"{path}: removed ") + ", ".join(words))


def _list(_: argparse.Namespace, language: Language) -> None:
    say = speaker(language)
    (words, unusable), (history, damaged) = vocabulary.word_list(), vocabulary.history()
    for word in words.words:
        print(word)
    n_words, n_typed = len(words.words), len(history.counts)
    print(
        say(
            f"{vocabulary.list_path()}: 내 낱말 {n_words}개\n"
            f"{vocabulary.history_path()}: 입력 기록 낱말 {n_typed}개",
            f"{vocabulary.list_path()}: {n_words} word(s) of your own\n"
            f"{vocabulary.history_path()}: {n_typed} word(s) remembered of what you typed",
        )
    )
    for warning in (unusable, damaged):
        if warning:
            warn(warning.text(language))


def _forget(options: argparse.Namespace, language: Language) -> None:
    say, path = speaker(language), vocabulary.history_path()
    if not options.words:
        vocabulary.wipe()
        print(say(f"{path}: 입력 기록을 모두 지웠습니다.", f"{path}: everything is forgotten."))
        return
    n = vocabulary.forget([normalised(word) for word in options.words])
    print(say(f"{path}: 낱말 {n}개를 잊었습니다.", f"{path}: {n} word(s) forgotten."))


def _checked(words: Sequence[str]) -> list[str]:
    """The words, normalised, each once.

    Raises:
        UsageError: One cannot be learned.
    """
    checked = list(dict.fromkeys(normalised(word) for word in words))
    for word in checked:
        if why := fault(word):
            raise UsageError(
                ko=f"{shown(word)}: 더할 수 없습니다 ({why.ko}). 손으로 쓸 때처럼 한글로 적으세요 "
                "(예: 제이슨).",
                en=f"{shown(word)}: cannot be added ({why.en}). Write it in Hangul, as the hand "
                "spells it, such as 제이슨.",
            )
    return checked
