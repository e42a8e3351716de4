"""`jihwa lm lexicon`: learn the lexicon that stands beside the language model."""

import argparse
from pathlib import Path

from jihwa.composer.language.training.lexicon import LexiconSources, build_lexicon
from jihwa.data.messages import Language
from jihwa.io.settings import options as shared
from jihwa.io.settings.language import speaker


def configure(
    actions: "argparse._SubParsersAction[argparse.ArgumentParser]", language: Language
) -> None:
    """Add the action to those of `jihwa lm`."""
    say = speaker(language)
    learn = say("이름과 낱말 사전 만들기", "learn the lexicon of names and words")
    parser = actions.add_parser("lexicon", help=learn, description=learn)
    text = say("한 줄에 한 문장, .gz도 됨", "one sentence a line; .gz will do")
    parser.add_argument("texts", nargs="+", type=Path, metavar="TEXT", help=text)
    for option, names, of in (
        ("--titles", "TITLES", say("온갖 이름과 낱말 목록", "list of names and words of any kind")),
        ("--addresses", "ADDRESSES", say("행정 구역 주소 목록", "list of administrative places")),
        ("--profane", "WORDS", say("고침으로 나오면 안 되는 말", "what correction must not write")),
        ("--output", "FILE", say("사전 파일", "lexicon file")),
    ):
        kind = shared.output_file if option == "--output" else Path
        parser.add_argument(option, type=kind, required=True, metavar=names, help=of)
    parser.add_argument(
        "--names",
        nargs=2,
        type=Path,
        required=True,
        metavar=("FAMILY", "GIVEN"),
        help=say("성과 이름 목록", "lists of some family and given names"),
    )
    parser.set_defaults(act=_lexicon)


def _lexicon(options: argparse.Namespace, language: Language) -> None:
    del language
    families, given = options.names
    sources = LexiconSources(
        texts=tuple(options.texts),
        titles=options.titles,
        families=families,
        given=given,
        addresses=options.addresses,
        profane=options.profane,
    )
    build_lexicon(sources, options.output)
