"""`jihwa train`: labelled data sets to a model bundle, or to the hand of the simulator."""

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path

from jihwa.data.alphabet import Alphabet
from jihwa.data.episodes import EpisodeSet, load_episodes
from jihwa.data.messages import Language
from jihwa.data.simulator import HandStatistics
from jihwa.io import options as shared
from jihwa.io.language import speaker
from jihwa.io.streams import warn
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
    say = speaker(language)
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
            "무엇을 만들지. gaussian: 인식 모델, hand: 모의 장갑의 손 (기본: %(default)s)",
            "what to fit. gaussian: a classifier; hand: the hand of the simulated glove "
            "(default: %(default)s)",
        ),
    )
    shared.add_alphabet(parser, language)
    parser.add_argument(
        "--output",
        type=shared.output_file,
        required=True,
        metavar="FILE",
        help=say("만들 파일", "the file to write"),
    )


def run(options: argparse.Namespace, language: Language) -> int:
    """Fit, and say what was learned from."""
    alphabet = Alphabet.load(options.alphabet)
    episodes = EpisodeSet.join([load_episodes(path, alphabet) for path in options.datasets])
    MODELS[options.model](episodes, alphabet, options)
    n, n_skipped = len(episodes), len(episodes.skipped)
    done = speaker(language)(
        f"{options.output}: 녹화 {n}개로 만들었습니다 (건너뛴 파일 {n_skipped}개).",
        f"{options.output}: fitted to {n} episodes ({n_skipped} files skipped).",
    )
    print(done)
    for message in episodes.skipped:
        warn(message.text(language))
    return 0
