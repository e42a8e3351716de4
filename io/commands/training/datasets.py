"""What commands that train have in common: data sets, and how long to train.

Data sets are labelled folders of the glove, or `.npy` files of features.
"""

import argparse
from collections.abc import Sequence

from jihwa.data.alphabet import Alphabet
from jihwa.data.messages import UsageError
from jihwa.data.takes.episodes import EpisodeSet, load_episodes
from jihwa.data.takes.sequences import SequenceSet, TakeSet, load_sequences
from jihwa.io.settings import options as shared
from jihwa.io.settings.arguments import Arguments
from jihwa.models.training.runs import TrainingOptions

NUMBERED = "npy"
"""The alphabet of classes that have no other name than their number."""


def add_datasets(arguments: Arguments, *, optional: bool = False) -> None:
    """`DATASET...`: what to learn from, or to measure on; none if they are optional."""
    count = {"nargs": "*", "default": []} if optional else {"nargs": "+"}
    arguments.path(
        "datasets",
        "DATASET",
        "라벨이 있는 폴더 (세션마다 하나), 또는 .npy 파일",
        "labelled folders (one a session), or .npy files",
        **count,
    )


def add_epochs(arguments: Arguments) -> None:
    """`--epochs`: how long a network is trained."""
    default = TrainingOptions.epochs
    arguments.number("--epochs", "최대 에폭", "epochs at most", least=1, default=default)


def load_to_learn(options: argparse.Namespace) -> tuple[TakeSet, Alphabet]:
    """The takes of all data sets together, and their alphabet: the one that the user names, if any.

    Raises:
        UsageError: As for `load`, or a take is there twice: the one would be learned, and the other
            measured.
    """
    takes, alphabet = load(options, Alphabet.load(options.alphabet) if options.alphabet else None)
    first: dict[bytes, str] = {}
    for name, digest in zip(takes.names, takes.digests, strict=True):
        if (other := first.setdefault(digest, name)) != name:
            raise UsageError(
                ko=f"{name}은(는) {other}와(과) 같은 녹화입니다. 하나를 배우고 하나로 재면 점수가 "
                "부풀려집니다. 하나를 지우세요.",
                en=f"{name} is the same take as {other}. Learning the one and measuring the other "
                "would flatter. Delete one of them.",
            )
    return takes, alphabet


def load(
    options: argparse.Namespace, named: Alphabet | None, *, names_classes: bool = True
) -> tuple[TakeSet, Alphabet]:
    """The takes of all data sets together, and the alphabet of their labels.

    Args:
        options: With `datasets` and `layout`.
        named: What the user, or a model, calls the signs. `.npy` files number their classes: by
            their places in it, or without it by no other name than the number.
        names_classes: Whether it names those: the alphabet of a model of the glove does not.

    Raises:
        UsageError: One cannot be used, they are of both kinds, or a class has no name.
    """
    paths, layout = options.datasets, shared.layout(options)
    are_files = {path.suffix == ".npy" for path in paths}
    if are_files == {True, False}:
        raise UsageError(
            ko="장갑 폴더와 .npy 파일을 함께 줄 수 없습니다. 한 가지만 주세요.",
            en="Folders of the glove and .npy files do not go together. Give one kind.",
        )
    if True in are_files:
        sequences = load_sequences(paths)
        if named is None or named.name == NUMBERED or not names_classes:
            return sequences, Alphabet(NUMBERED, sequences.labels)
        return sequences.called(named.signs), named
    signs = named or Alphabet.load()
    return EpisodeSet.join([load_episodes(path, signs, layout) for path in paths]), signs


def derived(takes: TakeSet, names: Sequence[str]) -> SequenceSet:
    """Takes with the features that are asked for by name.

    Raises:
        UsageError: They are no points of a hand.
    """
    if isinstance(takes, SequenceSet):
        return takes.derived(names)
    raise UsageError(
        ko="--features는 손 좌표의 .npy 데이터에 씁니다. 장갑 녹화에는 --channels를 쓰세요.",
        en="--features is for .npy data of the points of a hand. For the glove there is "
        "--channels.",
    )
