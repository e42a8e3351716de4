"""Options that several commands share, and what they stand for."""

import argparse
from pathlib import Path

from jihwa.composer.language_model import LanguageModel
from jihwa.data.messages import Language, Message
from jihwa.models.bundle import Bundle, load_shipped


def add_model(parser: argparse.ArgumentParser, language: Language) -> None:
    """`--model`: another classifier than the shipped one."""
    text = Message(
        ko="인식 모델 파일 (기본: 함께 온 것)", en="model bundle (default: the shipped one)"
    )
    parser.add_argument("--model", type=Path, metavar="BUNDLE", help=text.text(language))


def add_language_model(parser: argparse.ArgumentParser, language: Language) -> None:
    """`--lm`: another language model than the shipped one."""
    text = Message(
        ko="언어 모델 파일 (기본: 함께 온 것)", en="language model (default: the shipped one)"
    )
    parser.add_argument("--lm", type=Path, metavar="FILE", help=text.text(language))


def model(options: argparse.Namespace) -> Bundle:
    """The classifier that the user wants."""
    return Bundle.load(options.model) if options.model else load_shipped()


def language_model(options: argparse.Namespace) -> LanguageModel:
    """The language model that the user wants."""
    return LanguageModel.load(options.lm)
