"""`jihwa lm`: learn from texts, measure texts, and keep words of one's own."""

import argparse
import logging
import math
import sys
from collections.abc import Callable
from pathlib import Path

from jihwa.composer.language.jamo import SPACE, encode
from jihwa.composer.language.ngram import LanguageModel
from jihwa.composer.language.training.corpus import Source, read_text, training_texts
from jihwa.composer.language.training.kneser_ney import BuildOptions, build
from jihwa.data.messages import Language, Message, UsageError
from jihwa.io.commands import lm_lexicon, lm_words
from jihwa.io.settings import options as shared
from jihwa.io.settings.language import speaker
from jihwa.io.settings.table import add_settings


def configure(parser: argparse.ArgumentParser, language: Language) -> None:
    """Add the command's actions."""
    say = speaker(language)
    actions = parser.add_subparsers(required=True, metavar=say("할 일", "ACTION"), dest="action")
    learn = say("글에서 언어 모델 만들기", "learn a language model from texts")
    _configure_build(actions.add_parser("build", help=learn, description=learn), language)
    measure = say("글의 자모당 비트 재기", "measure the bits per jamo of texts")
    _configure_score(actions.add_parser("score", help=measure, description=measure), language)
    lm_lexicon.configure(actions, language)
    lm_words.configure(actions, language)


def _configure_build(parser: argparse.ArgumentParser, language: Language) -> None:
    say = speaker(language)
    parser.add_argument(
        "texts",
        nargs="+",
        type=Source.parse,
        metavar="TEXT[:N]",
        help=say(
            "한 줄에 한 문장, .gz도 됨; 뒤에 :3을 붙이면 세 번 나온 듯이 셈",
            "one sentence a line; .gz will do; with :3 behind it, counts as if it came three times",
        ),
    )
    parser.add_argument(
        "--names",
        nargs=2,
        type=Path,
        metavar=("FAMILY", "GIVEN"),
        help=say("성과 이름 목록", "lists of family and given names, to be combined"),
    )
    parser.add_argument(
        "--output",
        type=shared.output_file,
        required=True,
        metavar="FILE",
        help=say("모델 파일", "model file"),
    )
    parser.add_argument(
        "--order",
        type=int,
        default=BuildOptions().order,
        metavar="N",
        help=say(
            "가장 긴 n-gram의 길이 (기본: %(default)s)",
            "length of the longest n-grams (default: %(default)s)",
        ),
    )
    parser.add_argument(
        "--ngrams",
        type=shared.at_least(1, language),
        default=BuildOptions().max_ngrams,
        metavar="N",
        help=say(
            "남길 n-gram 수, 하나에 2.5바이트 (기본: %(default)s)",
            "n-grams to keep, 2.5 bytes each (default: %(default)s)",
        ),
    )
    parser.set_defaults(act=_build)


def _configure_score(parser: argparse.ArgumentParser, language: Language) -> None:
    text = speaker(language)("한 줄에 한 문장, .gz도 됨", "one sentence a line; .gz will do")
    parser.add_argument("texts", nargs="+", type=Path, metavar="TEXT", help=text)
    add_settings(parser, language, "lm")
    parser.set_defaults(act=_score)


def run(options: argparse.Namespace, language: Language) -> int:
    """Do what was asked for."""
    progress = logging.StreamHandler(sys.stderr)
    progress.setFormatter(_Spoken(language))
    logging.basicConfig(level=logging.INFO, handlers=[progress])
    act: Callable[[argparse.Namespace, Language], None] = options.act
    act(options, language)
    return 0


class _Spoken(logging.Formatter):
    """Speaks logged messages in the user's language."""

    def __init__(self, language: Language) -> None:
        super().__init__()
        self._language = language

    def format(self, record: logging.LogRecord) -> str:
        """The text of one record."""
        message = record.msg
        return message.text(self._language) if isinstance(message, Message) else str(message)


def _build(options: argparse.Namespace, language: Language) -> None:
    del language
    texts = training_texts(options.texts, options.names)
    build(texts, options.output, BuildOptions(options.order, options.ngrams))


def _score(options: argparse.Namespace, language: Language) -> None:
    model = shared.language_model(options)
    for path in options.texts:
        print(_measure(path, model).text(language))


def _measure(path: Path, model: LanguageModel) -> Message:
    """The bits per jamo of one text; lines that are not Hangul are left out, as in building.

    Raises:
        UsageError: The text cannot be read or has no line to measure.
    """
    bits, n_jamo, n_lines, n_skipped = 0.0, 0, 0, 0
    for line in read_text(path).lines.splitlines():
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
