"""`jihwa data`: check, convert and assemble recordings."""

import argparse
from collections.abc import Callable

from jihwa.data.messages import Language
from jihwa.io.commands import data_assemble, data_check, data_convert
from jihwa.io.settings.language import speaker


def configure(parser: argparse.ArgumentParser, language: Language) -> None:
    """Add the command's actions."""
    say = speaker(language)
    actions = parser.add_subparsers(required=True, metavar=say("할 일", "ACTION"), dest="action")
    check = say(
        "데이터의 흠 찾기: 끊김, 죽은 센서, 시계, 중복, 라벨",
        "find defects of a data set: gaps, dead sensors, clocks, duplicates, labels",
    )
    data_check.configure(actions.add_parser("check", help=check, description=check), language)
    convert = say("녹화를 다른 형식으로, 손실 없이", "recordings to other formats, without loss")
    data_convert.configure(
        actions.add_parser("convert", help=convert, description=convert), language
    )
    assemble = say(
        "라벨이 있는 녹화로 이어 쓴 세션과 정답 만들기",
        "continuous sessions with their truth, out of labelled takes",
    )
    data_assemble.configure(
        actions.add_parser("assemble", help=assemble, description=assemble), language
    )


def run(options: argparse.Namespace, language: Language) -> int:
    """Do what was asked for."""
    act: Callable[[argparse.Namespace, Language], int] = options.act
    return act(options, language)
