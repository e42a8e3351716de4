"""Options that several commands share, and what they stand for."""

import argparse
from collections.abc import Callable, Iterable
from pathlib import Path

from jihwa.composer.history import History
from jihwa.composer.language_model import LanguageModel
from jihwa.composer.lexicon_file import read_lexicon
from jihwa.composer.mixture import Mixture
from jihwa.composer.modes import Mode
from jihwa.composer.word_list import WordList
from jihwa.data.messages import Language, Message, UsageError
from jihwa.io import profiles, vocabulary
from jihwa.io.language import speaker
from jihwa.io.streams import warn
from jihwa.models.bundle import Bundle, load_shipped
from jihwa.recognizer.profile import Profile


def add_model(parser: argparse.ArgumentParser, language: Language) -> None:
    """`--model`: another classifier than the shipped one."""
    text = speaker(language)(
        "인식 모델 파일 (기본: 함께 온 것)", "model bundle (default: the shipped one)"
    )
    parser.add_argument("--model", type=Path, metavar="BUNDLE", help=text)


def add_language_model(parser: argparse.ArgumentParser, language: Language) -> None:
    """`--lm`: another language model than the shipped one."""
    text = speaker(language)(
        "언어 모델 파일 (기본: 함께 온 것)", "language model (default: the shipped one)"
    )
    parser.add_argument("--lm", type=Path, metavar="FILE", help=text)


def add_profile(parser: argparse.ArgumentParser, language: Language) -> None:
    """`--profile`: whose hand it is."""
    text = speaker(language)(
        "쓰는 사람의 프로필: 이름 또는 파일", "the wearer's profile: a name or a file"
    )
    parser.add_argument("--profile", metavar="NAME|FILE", help=text)


def add_personal_words(parser: argparse.ArgumentParser, language: Language) -> None:
    """`--no-personal` and `--no-history`: without the user's own words, or without the history."""
    say = speaker(language)
    parser.add_argument(
        "--no-personal",
        action="store_true",
        help=say(
            "내 낱말도 입력 기록도 쓰지 않고 남기지도 않기",
            "neither words of my own nor the history; nothing is kept",
        ),
    )
    parser.add_argument(
        "--no-history",
        action="store_true",
        help=say(
            "입력 기록을 쓰지도 남기지도 않기", "without what I typed before; nothing is kept"
        ),
    )


def add_mode(parser: argparse.ArgumentParser, language: Language) -> None:
    """`--mode`: what the text may be."""
    text = speaker(language)(
        "무엇을 쓰는지: free 아무 글, word 낱말 하나, name 이름, exact 고치지 않고 쓴 그대로 "
        "(기본: %(default)s)",
        "what is written: free any text, word a single word, name a name, exact what was shown, "
        "uncorrected (default: %(default)s)",
    )
    modes = [mode.value for mode in Mode]
    parser.add_argument("--mode", choices=modes, default=Mode.FREE.value, help=text)


def add_alphabet(parser: argparse.ArgumentParser, language: Language) -> None:
    """`--alphabet`: which signs there are."""
    text = speaker(language)(
        "글자표: basic24, extended31, full40 또는 TOML 파일 (기본: %(default)s)",
        "alphabet: basic24, extended31, full40 or a TOML file (default: %(default)s)",
    )
    parser.add_argument("--alphabet", default="basic24", metavar="NAME", help=text)


def add_json(parser: argparse.ArgumentParser, language: Language) -> None:
    """`--json`: results for machines."""
    text = speaker(language)("JSON으로 출력", "print JSON")
    parser.add_argument("--json", action="store_true", help=text)


def model(options: argparse.Namespace) -> Bundle:
    """The classifier that the user wants."""
    return Bundle.load(options.model) if options.model else load_shipped()


def profile(options: argparse.Namespace, bundle: Bundle) -> Profile | None:
    """The profile that the user wants, for this classifier; None for a stranger.

    Raises:
        UsageError: There is none of this name.
        DataError: It is damaged, of another version, or of another alphabet.
    """
    return profiles.load(options.profile, bundle.alphabet) if options.profile else None


def language_model(options: argparse.Namespace) -> LanguageModel:
    """The language model that the user wants.

    Raises:
        UsageError: There is no such file.
        DataError: It is no language model.
    """
    path: Path | None = options.lm
    if path is not None and not path.is_file():
        raise UsageError(
            ko=f"{path}: 그런 언어 모델 파일이 없습니다. --lm의 경로를 확인하세요.",
            en=f"{path}: no such language model. Check the path given to --lm.",
        )
    return LanguageModel.load(path)


def token_model(options: argparse.Namespace, language: Language) -> Mixture:
    """The language model that the user wants, with the shipped lexicon and their own words.

    Tells them which of their words cannot be used.

    Raises:
        UsageError: There is no such language model.
        DataError: It is no language model, or the shipped lexicon is damaged.
        OSError: The user's words cannot be read.
    """
    lexicon, own = read_lexicon(), _personal_words(options, language)
    lexicon = lexicon.with_words("personal", own) if own else lexicon
    return Mixture.load(language_model(options), lexicon)


def _personal_words(options: argparse.Namespace, language: Language) -> dict[str, float]:
    """How much every word of the user's own is expected."""
    words, unusable = (WordList(), None) if options.no_personal else vocabulary.word_list()
    history, damaged = vocabulary.history() if _has_history(options) else (History(), None)
    for warning in filter(None, (unusable, damaged)):
        warn(warning.text(language))
    return history.weights(words.words)


def learns(options: argparse.Namespace) -> bool:
    """Whether the history may learn: in mode EXACT, where passwords are spelled, it never does."""
    return _has_history(options) and mode(options) is not Mode.EXACT


def _has_history(options: argparse.Namespace) -> bool:
    return not (options.no_personal or options.no_history)


def mode(options: argparse.Namespace) -> Mode:
    """What the user says that the text is."""
    return Mode(options.mode)


def at_least(least: int) -> Callable[[str], int]:
    """The type of an argument that is a whole number, `least` or more."""

    def integer(text: str) -> int:
        value = int(text)
        if value < least:
            raise argparse.ArgumentTypeError(f"{value} is less than {least}")
        return value

    return integer


def names_of(known: Iterable[str], kind: Message) -> Callable[[str], list[str]]:
    """The type of an argument that lists names, comma-separated.

    Args:
        known: The names that there are.
        kind: What they are names of.
    """
    known = tuple(known)

    def names(text: str) -> list[str]:
        chosen = list(dict.fromkeys(name.strip() for name in text.split(",")))
        for name in chosen:
            if name not in known:
                raise UsageError(
                    ko=f"{kind.ko} '{name}'은(는) 없습니다. 있는 것: {', '.join(known)}",
                    en=f"There is no {kind.en} '{name}'. There are: {', '.join(known)}",
                )
        return chosen

    return names


def output_file(name: str | Path) -> Path:
    """The type of an argument that names a file to write; better refused before the work.

    Raises:
        UsageError: It is a folder, or its folder does not exist.
    """
    path = Path(name)
    if path.is_dir():
        raise UsageError(
            ko=f"{path}: 파일이 아니라 폴더입니다. --output에 파일 이름을 주세요.",
            en=f"{path}: a folder, not a file. Give --output the name of a file.",
        )
    if not path.parent.is_dir():
        raise UsageError(
            ko=f"{path.parent}: 그런 폴더가 없습니다. 만들거나 --output을 확인하세요.",
            en=f"{path.parent}: no such folder. Make it, or check --output.",
        )
    return path


def output_folder(path: Path, option: str = "--output") -> Path:
    """A folder to write into, which may still have to be made.

    Raises:
        UsageError: A file is in its way.
    """
    existing = next(part for part in (path, *path.parents) if part.exists())
    if not existing.is_dir():
        raise UsageError(
            ko=f"{existing}: 폴더가 아니라 파일입니다. {option}에 다른 폴더를 주세요.",
            en=f"{existing}: a file, not a folder. Give {option} another folder.",
        )
    return path
