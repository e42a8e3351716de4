"""What the options that several commands share stand for."""

import argparse
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from jihwa.composer.language.files import read_lexicon
from jihwa.composer.language.history import History
from jihwa.composer.language.mixture import Mixture
from jihwa.composer.language.ngram import LanguageModel
from jihwa.composer.language.token_model import Mode
from jihwa.data.formats.layout import Layout
from jihwa.data.messages import Language, Message, UsageError
from jihwa.io.settings.arguments import Arguments
from jihwa.io.streams import warn
from jihwa.io.user import profiles, vocabulary
from jihwa.models.bundle import GLOVE, LANDMARKS, SHIPPED, Bundle, load_shipped
from jihwa.recognizer.profile import Profile
from jihwa.recognizer.word_signs import WordSignSpotter

NO_WORDS = Message(
    ko="카메라가 본 손의 좌표가 아니라 낱말을 읽을 수 없습니다. --letters와 --model을 빼거나, "
    "카메라로 찍은 것을 주세요.",
    en="No hand that a camera saw, so no words can be read. Leave --letters and --model out, or "
    "give what a camera saw.",
)


def misread(model: str | None, *, is_seen: bool | None, words: bool) -> Message | None:
    """What to tell if a model reads another kind of signal than comes; None if it does not.

    Args:
        model: Its name, None for that of the glove; what else a bundle reads nobody knows.
        is_seen: Whether a camera saw what comes; None while that is not known.
        words: Whether the model is for letters between words.
    """
    option = "--letters" if words else "--model"
    if is_seen and model in (None, GLOVE):
        return Message(
            ko=f"장갑이 아니라 카메라가 본 손의 좌표입니다. {option} {LANDMARKS}로 읽으세요.",
            en=f"This is a hand that a camera saw, not a glove. Read it with {option} {LANDMARKS}.",
        )
    if is_seen is False and words:
        return NO_WORDS
    if is_seen is False and model == LANDMARKS:
        return Message(
            ko=f"카메라가 본 손이 아니라 장갑입니다. {option} {GLOVE}로 읽으세요.",
            en=f"This is a glove, not a hand that a camera saw. Read it with {option} {GLOVE}.",
        )
    return None


def layout(options: argparse.Namespace) -> Layout | None:
    """What lines without a header mean; None if they mean nothing.

    Raises:
        UsageError: There is no such layout.
    """
    return Layout.of_setting(",".join(options.layout)) if options.layout else None


def model(name_or_path: str | None) -> Bundle:
    """The classifier of a file, or one that ships; that of the glove if none is named.

    Raises:
        UsageError: There is no such file.
        DataError: It is no model, or damaged.
    """
    if name_or_path is None or name_or_path in SHIPPED:
        return load_shipped(name_or_path or GLOVE)
    return Bundle.load(Path(name_or_path))


def add_letters(arguments: Arguments) -> None:
    """`--letters`: what reads letters beside a model of words."""
    arguments(
        "--letters",
        "낱말 모델과 함께 지문자도 읽을 모델, 예: landmarks31",
        "a model to read letters with, beside a model of words: landmarks31, for example",
        metavar="NAME|BUNDLE",
    )


def word_sign_spotter(name_or_path: str | None) -> WordSignSpotter:
    """What reads word signs between letters.

    Raises:
        UsageError: There is no such model, it is none of words, or of others than a hand's.
        DataError: It is damaged.
    """
    bundle = model(name_or_path)
    if bundle.gaussian:
        raise UsageError(
            ko="--letters는 낱말 모델과 함께 쓰세요: --model에 낱말로 배운 모델을 주세요.",
            en="--letters goes with a model of words: give one to --model.",
        )
    return WordSignSpotter(bundle)


def profile(options: argparse.Namespace, bundle: Bundle) -> Profile | None:
    """The profile that the user wants, for this classifier; None for a stranger.

    Raises:
        UsageError: There is none of this name.
        DataError: It is damaged, of another version, or of another alphabet.
    """
    return profiles.load(options.profile, bundle.alphabet) if options.profile else None


def language_model(path: Path | None) -> LanguageModel:
    """The language model of a file; the shipped one without a file.

    Raises:
        UsageError: There is no such file.
        DataError: It is no language model.
    """
    if path is not None and not path.is_file():
        raise UsageError(
            ko=f"{path}: 그런 언어 모델 파일이 없습니다. --lm의 경로를 확인하세요.",
            en=f"{path}: no such language model. Check the path given to --lm.",
        )
    return LanguageModel.load(path)


def token_model(
    options: argparse.Namespace, language: Language, tell: Callable[[str], None] = warn
) -> Mixture:
    """The language model that the user wants, with the shipped lexicon and their own words.

    Tells them which of their words cannot be used.

    Raises:
        UsageError: There is no such language model.
        DataError: It is no language model, or the shipped lexicon is damaged.
        OSError: The user's words cannot be read.
    """
    return mixture(options.lm, personal_words(options, language, tell))


def mixture(lm: Path | None, own_words: Mapping[str, float]) -> Mixture:
    """The language model of a file, or the shipped one, with the lexicon and a user's words.

    Raises:
        UsageError: There is no such language model.
        DataError: It is no language model, or the shipped lexicon is damaged.
    """
    lexicon = read_lexicon()
    lexicon = lexicon.with_words("personal", own_words) if own_words else lexicon
    return Mixture.load(language_model(lm), lexicon)


def personal_words(
    options: argparse.Namespace, language: Language, tell: Callable[[str], None] = warn
) -> dict[str, float]:
    """How much every word of the wearer's own, and of everybody's, is expected.

    Tells them which cannot be used.

    Raises:
        OSError: The words cannot be read.
    """
    listed: list[str] = []
    typed = History()
    for profile in dict.fromkeys((options.profile, None)) if options.personal else ():
        words, unusable = vocabulary.word_list(profile)
        history, damaged = vocabulary.history(profile) if options.history else (History(), None)
        for warning in filter(None, (unusable, damaged)):
            tell(warning.text(language))
        listed += words.words
        typed = typed.beside(history)
    return typed.weights(dict.fromkeys(listed))


def learns(options: argparse.Namespace) -> bool:
    """Whether the history may learn: in mode EXACT, where passwords are spelled, it never does."""
    return bool(options.personal and options.history) and Mode(options.mode) is not Mode.EXACT


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


def output_file(name: str | Path, option: str = "--output") -> Path:
    """The type of an argument that names a file to write; better refused before the work.

    Raises:
        UsageError: It is a folder, or its folder does not exist.
    """
    path = Path(name)
    if path.is_dir():
        raise UsageError(
            ko=f"{path}: 파일이 아니라 폴더입니다. {option}에 파일 이름을 주세요.",
            en=f"{path}: a folder, not a file. Give {option} the name of a file.",
        )
    if not path.parent.is_dir():
        raise UsageError(
            ko=f"{path.parent}: 그런 폴더가 없습니다. 만들거나 {option}을(를) 확인하세요.",
            en=f"{path.parent}: no such folder. Make it, or check {option}.",
        )
    return path


def check_free(targets: Iterable[Path], recordings: Iterable[Path], work: str) -> None:
    """Refuse results of some work that would overwrite another one or a recording.

    Raises:
        UsageError: One would.
    """
    taken = {path.resolve() for path in recordings}
    for target in targets:
        if target.resolve() in taken:
            raise UsageError(
                ko=f"{target}: 다른 결과나 녹화를 덮어쓰게 됩니다. --output에 다른 폴더를 주거나 "
                "이름이 같은 녹화는 따로 옮겨 쓰세요.",
                en=f"{target}: this would overwrite another result or a recording. Give --output "
                f"another folder, and {work} recordings of the same name apart.",
            )
        taken.add(target.resolve())


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
