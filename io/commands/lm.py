"""`jihwa lm`: build language models, and measure texts with them."""

import argparse
import logging
import math
import sys
from collections.abc import Callable
from pathlib import Path

from jihwa.composer.jamo import SPACE, encode
from jihwa.composer.language_text import read_text, training_texts
from jihwa.composer.language_training import BuildOptions, build
from jihwa.data.messages import Language, Message, UsageError
from jihwa.io import options as shared


def configure(parser: argparse.ArgumentParser, language: Language) -> None:
    """Add the command's arguments."""

    def say(ko: str, en: str) -> str:
        return Message(ko=ko, en=en).text(language)

    actions = parser.add_subparsers(required=True, metavar=say("할 일", "ACTION"), dest="action")
    building = actions.add_parser("build", help=say("글에서 언어 모델 만들기", "learn from texts"))
    building.add_argument(
        "texts",
        nargs="+",
        type=Path,
        metavar="TEXT",
        help=say("한 줄에 한 문장, .gz도 됨", "one sentence a line; .gz will do"),
    )
    building.add_argument(
        "--names",
        nargs=2,
        type=Path,
        metavar=("FAMILY", "GIVEN"),
        help=say("성과 이름 목록", "lists of family and given names, to be combined"),
    )
    building.add_argument(
        "--output", type=Path, required=True, metavar="FILE", help=say("모델 파일", "model file")
    )
    building.add_argument(
        "--order",
        type=int,
        default=BuildOptions().order,
        help=say("가장 긴 n-gram의 길이", "length of the longest n-grams"),
    )
    building.add_argument(
        "--ngrams",
        type=int,
        default=BuildOptions().max_ngrams,
        metavar="N",
        help=say("남길 n-gram 수, 하나에 2.5바이트", "n-grams to keep, 2.5 bytes each"),
    )
    building.set_defaults(act=_build)
    scoring = actions.add_parser(
        "score", help=say("글의 자모당 비트 재기", "bits per jamo of a text")
    )
    scoring.add_argument("texts", nargs="+", type=Path, metavar="TEXT", help=say("글", "text"))
    shared.add_language_model(scoring, language)
    scoring.set_defaults(act=_score)


def run(options: argparse.Namespace, language: Language) -> int:
    """Do what was asked for."""
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
    folder = options.output.resolve().parent
    if not folder.is_dir():  # better said now than after the work
        raise UsageError(
            ko=f"{folder}: 그런 폴더가 없습니다. --output을 확인하세요.",
            en=f"{folder}: no such folder. Check --output.",
        )
    progress = logging.StreamHandler(sys.stderr)
    progress.setFormatter(_Spoken(language))
    logging.basicConfig(level=logging.INFO, handlers=[progress])
    texts = training_texts(options.texts, options.names)
    build(texts, options.output, BuildOptions(options.order, options.ngrams))


def _score(options: argparse.Namespace, language: Language) -> None:
    model = shared.language_model(options)
    for path in options.texts:
        bits, jamo, lines = 0.0, 0, 0
        for number, line in enumerate(read_text(path).lines.splitlines(), 1):
            text = " ".join(line.split())
            if not text:
                continue
            try:
                bits -= model.score(text) / math.log(2)
            except UsageError as error:
                raise UsageError(
                    ko=f"{path}:{number}: {error.message.ko}",
                    en=f"{path}:{number}: {error.message.en}",
                ) from error
            jamo += int((encode(text) != SPACE).sum())
            lines += 1
        if not lines:
            raise UsageError(
                ko=f"{path}: 글이 없습니다. 한 줄에 한 문장씩 넣으세요.",
                en=f"{path}: no text. Give one sentence a line.",
            )
        result = Message(
            ko=f"{path}: 자모당 {bits / jamo:.3f}비트 ({lines}줄, 자모 {jamo}개)",
            en=f"{path}: {bits / jamo:.3f} bits per jamo ({lines} lines, {jamo} jamo)",
        )
        print(result.text(language))
