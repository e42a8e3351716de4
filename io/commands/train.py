"""`jihwa train`: labelled data sets to a model bundle, or to the hand of the simulator."""

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path

from jihwa.data.alphabet import Alphabet
from jihwa.data.episodes import EpisodeSet, load_episodes
from jihwa.data.messages import Language, Message
from jihwa.data.simulator import HandStatistics
from jihwa.models.fitting import fit_bundle


def _gaussian(episodes: EpisodeSet, alphabet: Alphabet, options: argparse.Namespace) -> None:
    sources = " ".join(path.name for path in options.datasets)
    command = f"jihwa train {sources} --model gaussian --output {options.output.name}"
    fit_bundle(episodes, alphabet, command).save(options.output)


def _hand(episodes: EpisodeSet, alphabet: Alphabet, options: argparse.Namespace) -> None:
    HandStatistics.fit(episodes).save(options.output)


MODELS: Mapping[str, Callable[[EpisodeSet, Alphabet, argparse.Namespace], None]] = {
    "gaussian": _gaussian,
    "hand": _hand,
}


def configure(parser: argparse.ArgumentParser, language: Language) -> None:
    """Add the command's arguments."""

    def say(ko: str, en: str) -> str:
        return Message(ko=ko, en=en).text(language)

    parser.add_argument(
        "datasets",
        nargs="+",
        type=Path,
        metavar="DATASET",
        help=say("라벨이 있는 폴더, 세션마다 하나", "labelled folders, one a session"),
    )
    parser.add_argument(
        "--model",
        choices=MODELS,
        default="gaussian",
        help=say(
            "gaussian: 인식 모델, hand: 모의 장갑의 손",
            "gaussian: a classifier; hand: the hand of the simulated glove",
        ),
    )
    parser.add_argument("--alphabet", default="basic24", help=say("글자표", "alphabet"))
    parser.add_argument("--output", type=Path, required=True, help=say("모델 파일", "model file"))


def run(options: argparse.Namespace, language: Language) -> int:
    """Fit, and say what was learned from."""
    alphabet = Alphabet.load(options.alphabet)
    episodes = EpisodeSet.join([load_episodes(path, alphabet) for path in options.datasets])
    MODELS[options.model](episodes, alphabet, options)
    done = Message(
        ko=f"{options.output}: 녹화 {len(episodes)}개로 만들었습니다 "
        f"(건너뛴 파일 {len(episodes.skipped)}개).",
        en=f"{options.output}: fitted to {len(episodes)} episodes "
        f"({len(episodes.skipped)} files skipped).",
    )
    print(done.text(language))
    for message in episodes.skipped:
        print(f"  {message.text(language)}")
    return 0
