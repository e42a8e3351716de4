"""`jihwa lm`: learn from texts, measure texts, and keep words of one's own."""

import argparse
import logging
import math
import sys
from collections.abc import Sequence
from pathlib import Path

from jihwa.composer.language.jamo import SPACE, encode
from jihwa.composer.language.ngram import LanguageModel
from jihwa.composer.language.training.corpus import TextSource, training_texts
from jihwa.composer.language.training.kneser_ney import BuildOptions, build
from jihwa.composer.language.training.lexicon import LexiconSources, build_lexicon
from jihwa.composer.language.word_list import fault, normalised, shown
from jihwa.data.files import read_text
from jihwa.data.messages import Language, Message, UsageError
from jihwa.io.settings import options as shared
from jihwa.io.settings.arguments import Arguments, Command
from jihwa.io.settings.language import may_delete, speaker
from jihwa.io.streams import warn
from jihwa.io.user import vocabulary

_TEXTS = "한 줄에 한 문장, .gz도 됨", "one sentence a line; .gz will do"


def configure(arguments: Command) -> None:
    """Add the command's actions."""
    actions = arguments.actions()
    _configure_build(
        actions("build", _build, "글에서 언어 모델 만들기", "learn a language model from texts")
    )
    score = actions("score", _score, "글의 자모당 비트 재기", "measure the bits per jamo of texts")
    score.path("texts", "TEXT", *_TEXTS, nargs="+")
    score.settings("lm")
    _configure_lexicon(
        actions(
            "lexicon", _lexicon, "이름과 낱말 사전 만들기", "learn the lexicon of names and words"
        )
    )
    for name, act, ko, en in (
        ("add", _add, "내 낱말 더하기", "add words of your own"),
        ("remove", _remove, "내 낱말 빼기", "remove words of your own"),
    ):
        words = actions(name, act, ko, en)
        words("words", "낱말이나 짧은 구", "word or short phrase", nargs="+", metavar="WORD")
        words.settings("profile")
    typed = actions("forget", _forget, "입력 기록 지우기", "forget what you typed")
    typed(
        "words",
        "잊을 낱말 (없으면 모두)",
        "word to forget (default: all)",
        nargs="*",
        metavar="WORD",
    )
    typed.settings("profile")
    typed.yes()
    actions("list", _list, "내 낱말 보기", "show your own words").settings("profile")


def _configure_build(arguments: Arguments) -> None:
    arguments(
        "texts",
        "한 줄에 한 문장, .gz도 됨; 뒤에 :3을 붙이면 세 번 나온 듯이 셈",
        "one sentence a line; .gz will do; with :3 behind it, counts as if it came three times",
        nargs="+",
        type=TextSource.parse,
        metavar="TEXT[:N]",
    )
    arguments(
        "--names",
        "성과 이름 목록",
        "lists of family and given names, to be combined",
        nargs=2,
        type=Path,
        metavar=("FAMILY", "GIVEN"),
    )
    arguments.path(
        "--output", "FILE", "모델 파일", "model file", type=shared.output_file, required=True
    )
    arguments.number(
        "--order",
        "가장 긴 n-gram의 길이",
        "length of the longest n-grams",
        least=2,
        most=9,
        default=BuildOptions().order,
    )
    arguments.number(
        "--ngrams",
        "남길 n-gram 수, 하나에 2.5바이트",
        "n-grams to keep, 2.5 bytes each",
        least=1,
        default=BuildOptions().max_ngrams,
    )


def _configure_lexicon(arguments: Arguments) -> None:
    arguments.path("texts", "TEXT", *_TEXTS, nargs="+")
    for name, metavar, ko, en, kind in (
        (
            "--titles",
            "TITLES",
            "온갖 이름과 낱말 목록",
            "list of names and words of any kind",
            Path,
        ),
        ("--addresses", "ADDRESSES", "행정 구역 주소 목록", "list of administrative places", Path),
        (
            "--profane",
            "WORDS",
            "고침으로 나오면 안 되는 말",
            "what correction must not write",
            Path,
        ),
        ("--output", "FILE", "사전 파일", "lexicon file", shared.output_file),
    ):
        arguments.path(name, metavar, ko, en, type=kind, required=True)
    arguments(
        "--names",
        "성과 이름 목록",
        "lists of some family and given names",
        nargs=2,
        type=Path,
        required=True,
        metavar=("FAMILY", "GIVEN"),
    )
    arguments(
        "--spoken",
        "말할 때 많이 쓰는 낱말(잦은 것부터)과 입말 문장",
        "words as they are said, the most frequent first, and sentences",
        nargs=2,
        type=Path,
        required=True,
        metavar=("WORDS", "TEXT"),
    )


class _Spoken(logging.Formatter):
    """Speaks logged messages in the user's language."""

    def __init__(self, language: Language) -> None:
        super().__init__()
        self._language = language

    def format(self, record: logging.LogRecord) -> str:
        """The text of one record."""
        message = record.msg
        return message.text(self._language) if isinstance(message, Message) else str(message)


def _speak(language: Language) -> None:
    """Show what is logged while a model is learned."""
    progress = logging.StreamHandler(sys.stderr)
    progress.setFormatter(_Spoken(language))
    logging.basicConfig(level=logging.INFO, handlers=[progress])


def _build(options: argparse.Namespace, language: Language) -> None:
    _speak(language)
    texts = training_texts(options.texts, options.names)
    build(texts, options.output, BuildOptions(options.order, options.ngrams))


def _lexicon(options: argparse.Namespace, language: Language) -> None:
    _speak(language)
    families, given = options.names
    sources = LexiconSources(
        texts=tuple(options.texts),
        titles=options.titles,
        families=families,
        given=given,
        addresses=options.addresses,
        profane=options.profane,
        frequent=options.spoken[0],
        spoken=options.spoken[1],
    )
    build_lexicon(sources, options.output)


def _score(options: argparse.Namespace, language: Language) -> None:
    model = shared.language_model(options.lm)
    for path in options.texts:
        print(_measure(path, model).text(language))


def _measure(path: Path, model: LanguageModel) -> Message:
    """The bits per jamo of one text; lines that are not Hangul are left out, as in building."""
    bits, n_jamo, n_lines, n_skipped = 0.0, 0, 0, 0
    for line in read_text(path).splitlines():
        text = " ".join(line.split())
        if not text:
            continue
        try:
            tokens = encode(text)
        except UsageError:
            n_skipped += 1
            continue
        bits -= model.score(text) / math.log(2)
        n_jamo += int((tokens != SPACE).sum())
        n_lines += 1
    if not n_lines:
        raise UsageError(
            ko=f"{path}: 잴 글이 없습니다(한글이 아닌 줄 {n_skipped}개). 한 줄에 한 문장씩 한글 "
            "음절과 빈칸만 넣으세요.",
            en=f"{path}: nothing to measure ({n_skipped} lines that are not Hangul). Give one "
            "sentence a line, Hangul syllables and spaces only.",
        )
    return Message(
        ko=f"{path}: 자모당 {bits / n_jamo:.3f}비트 ({n_lines}줄, 자모 {n_jamo}개; 한글이 아니어서 "
        f"뺀 줄 {n_skipped}개)",
        en=f"{path}: {bits / n_jamo:.3f} bits per jamo ({n_lines} lines, {n_jamo} jamo; "
        f"{n_skipped} lines that are not Hangul left out)",
    )


def _add(options: argparse.Namespace, language: Language) -> None:
    words = _checked(options.words)
    new = vocabulary.add(words, options.profile)
    say, path = speaker(language), vocabulary.list_path(options.profile)
    if new:
        print(say(f"{path}: 더했습니다: ", f"{path}: added ") + ", ".join(new))
    if known := [word for word in words if word not in new]:
        print(say(f"{path}: 이미 있습니다: ", f"{path}: already there: ") + ", ".join(known))


def _remove(options: argparse.Namespace, language: Language) -> None:
    words = [normalised(word) for word in options.words]
    vocabulary.remove(words, options.profile)
    path = vocabulary.list_path(options.profile)
    print(speaker(language)(f"{path}: 뺐습니다: ", f"{path}: removed ") + ", ".join(words))


def _list(options: argparse.Namespace, language: Language) -> None:
    for profile in dict.fromkeys((options.profile, None)):
        words, unusable = vocabulary.word_list(profile)
        history, damaged = vocabulary.history(profile)
        for word in words.words:
            print(word)
        n_words, n_typed = len(words.words), len(history.counts)
        listed, typed = vocabulary.list_path(profile), vocabulary.history_path(profile)
        speaker(language).tell(
            f"{listed}: 내 낱말 {n_words}개\n{typed}: 입력 기록 낱말 {n_typed}개",
            f"{listed}: {n_words} word(s) of your own\n"
            f"{typed}: {n_typed} word(s) remembered of what you typed",
        )
        for warning in filter(None, (unusable, damaged)):
            warn(warning.text(language))


def _forget(options: argparse.Namespace, language: Language) -> None:
    say, path = speaker(language), vocabulary.history_path(options.profile)
    if not options.words:
        everything = say(f"{path}, 입력 기록 모두", f"{path}, everything that you typed")
        if may_delete(options, everything, language):
            vocabulary.wipe(options.profile)
            say.tell(f"{path}: 입력 기록을 모두 지웠습니다.", f"{path}: everything is forgotten.")
        return
    words = [normalised(word) for word in options.words]
    n = vocabulary.forget(words, options.profile)
    say.tell(f"{path}: 낱말 {n}개를 잊었습니다.", f"{path}: {n} word(s) forgotten.")
    own = vocabulary.word_list(options.profile)[0].words
    if kept := " ".join(word for word in words if word in own):
        say.tell(
            f"내 낱말에는 있습니다: {kept}. 빼려면: jihwa lm remove {kept}",
            f"Still among your own words: {kept}. To take them out: jihwa lm remove {kept}",
        )


def _checked(words: Sequence[str]) -> list[str]:
    """The words, normalised, each once."""
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
