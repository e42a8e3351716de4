"""`jihwa train`: labelled data sets to a model bundle, or to the hand of the simulator."""

import argparse
import sys
from dataclasses import replace
from typing import Any

from jihwa.data.alphabet import Alphabet
from jihwa.data.messages import Language, Message, UsageError
from jihwa.data.synthesis.hands import HandStatistics
from jihwa.data.takes.augment import Variation
from jihwa.data.takes.episodes import EpisodeSet
from jihwa.data.takes.sequences import Feature, TakeSet
from jihwa.data.takes.splits import stratified
from jihwa.io.commands.training import datasets
from jihwa.io.settings import options as shared
from jihwa.io.settings.arguments import Arguments, Command
from jihwa.io.settings.language import speaker
from jihwa.io.streams import warn
from jihwa.models.bundle import Bundle
from jihwa.models.network import Channels
from jihwa.models.training.evaluation import score
from jihwa.models.training.fitting import LEARNERS, trains
from jihwa.models.training.runs import FLAGS, TrainingLog, TrainingOptions
from jihwa.models.training.takes import likelihoods, truth

HAND, SEGMENTER = "hand", "segmenter"
_SIZES = {
    "n_hidden": ("첫 순환 층의 단위 수", "units of the first recurrent layer"),
    "n_layers": ("쌓인 순환 층 수", "recurrent layers on each other"),
    "n_filters": ("합성곱의 필터 수", "filters of a convolution"),
}
_GLOVE = [str(channels) for channels in Channels if channels != Channels.GIVEN]


def configure(arguments: Command) -> None:
    """Add the command's arguments."""
    datasets.add_datasets(arguments)
    arguments.settings("layout")
    learners = ", ".join(LEARNERS)
    arguments(
        "--model",
        f"무엇을 만들지 (기본: %(default)s). 인식 모델: {learners}; 모의 장갑의 손: {HAND}; "
        f"멈춘 손을 찾는 망: {SEGMENTER}. 신경망에는 pip install 'jihwa[train]'",
        f"what to fit (default: %(default)s). Classifiers: {learners}; the hand of the simulated "
        f"glove: {HAND}; the network that finds holds: {SEGMENTER}. Networks need pip install "
        "'jihwa[train]'",
        choices=[*LEARNERS, HAND, SEGMENTER],
        default="gaussian",
        metavar="NAME",
    )
    arguments.alphabet()
    arguments.path(
        "--output", "FILE", "만들 파일", "the file to write", type=shared.output_file, required=True
    )
    arguments.decimal(
        "--test-share",
        "지문자마다 이만큼을 무작위로 남겨, 다 배운 뒤에 재기 (예: 0.15)",
        "hold so much of every sign out at random, and measure it in the end (such as 0.15)",
        most=0.99,
        default=None,
    )
    arguments.seed()
    _add_training(arguments.group("신경망", "networks"))


def _add_training(arguments: Arguments) -> None:
    arguments.path(
        "--log",
        "DIR",
        "체크포인트, 기록과 학습 곡선을 둘 폴더. 멈춘 학습은 같은 명령으로 이어집니다",
        "folder for checkpoints, logs and learning curves; the same command goes on with a "
        "training that was cut short",
    )
    datasets.add_epochs(arguments)
    usual = TrainingOptions()
    arguments.number(
        "--patience",
        "이만큼의 에폭 동안 나아지지 않으면 멈춤",
        "so many epochs without a better loss end the training",
        least=1,
        default=usual.patience,
    )
    arguments.decimal(
        "--validation-share",
        "언제 멈출지 보려고 지문자마다 무작위로 남길 몫 (기본: 따로 녹화한 것)",
        "share of every sign that is held out at random to tell when to stop (default: what was "
        "not recorded back to back with the rest)",
        most=0.99,
        default=None,
    )
    arguments.number(
        "--batch-size", "한 번에 배울 녹화 수", "takes in a step", least=1, default=usual.batch_size
    )
    arguments.decimal("--lr", "처음 학습률", "learning rate at first", default=usual.learning_rate)
    arguments.decimal(
        "--weight-decay", "AdamW의 가중치 감소", "weight decay of AdamW", default=usual.weight_decay
    )
    for size, (ko, en) in _SIZES.items():
        arguments.number(
            FLAGS[size], f"{ko} (기본: 발표된 대로)", f"{en} (default: as published)",
            least=1, default=None,
        )  # fmt: skip
    arguments.decimal(
        FLAGS["dropout"],
        "모든 드롭아웃 비율 (기본: 발표된 대로)",
        "every rate of dropout (default: as published)",
        most=0.99,
        default=None,
    )
    arguments(
        "--channels",
        "장갑에서 볼 것. angles: 손가락과 각도, all: 가속도도, pose: 손가락과 중력 "
        "(기본: 모델마다 다름)",
        "what it sees of the glove. angles: flex and angles, all: acceleration too, pose: "
        "flex and gravity (default: the model's own)",
        choices=_GLOVE,
    )
    features = ", ".join(Feature)
    arguments(
        "--features",
        f".npy의 손 좌표로 만들 특징과 손가락 (기본: 그대로): {features}",
        f"features to make of the hand's points in .npy files, and of which fingers (default: as "
        f"they are): {features}",
        type=shared.names_of(Feature, Message("특징", "feature")),
        default=(),
        metavar="NAME,...",
    )
    kinds = ", ".join(Variation)
    arguments(
        "--without",
        f"쓰지 않을 데이터 변형: {kinds}",
        f"variations of the training takes to leave out: {kinds}",
        type=shared.names_of(Variation, Message("변형", "variation")),
        default=(),
        metavar="KIND,...",
    )
    arguments(
        "--no-augment",
        "데이터를 변형하지 않기",
        "leave all of them out",
        dest="without",
        action="store_const",
        const=tuple(Variation),
    )


def run(options: argparse.Namespace, language: Language) -> int:
    """Fit, and say what was learned from; 1 if a take was too damaged to be."""
    if options.test_share and options.model in (HAND, SEGMENTER):
        raise UsageError(
            ko=f"--test-share는 인식 모델에 씁니다. {options.model}에서는 빼세요.",
            en=f"--test-share is for classifiers. Leave it out for {options.model}.",
        )
    takes, alphabet = datasets.load_to_learn(options)
    for message in takes.skipped:
        warn(message.text(language))
    if options.features:
        takes = datasets.derived(takes, options.features)
    bundle = None
    if options.model == HAND:
        HandStatistics.fit(_of_glove(takes)).save(options.output)
    elif options.model == SEGMENTER:
        _fit_segmenter(_of_glove(takes), alphabet, options)
    else:
        bundle = _fit(takes, alphabet, options)
        bundle.save(options.output)
    say, n_skipped = speaker(language), len(takes.skipped)
    tested = bundle.metrics.get("test") if bundle else None
    n_learned = len(takes) - (tested["episodes"] if tested else 0)
    say.tell(
        f"{options.output}: 녹화 {n_learned}개로 만들었습니다 (건너뛴 파일 {n_skipped}개).",
        f"{options.output}: fitted to {n_learned} episodes ({n_skipped} files skipped).",
    )
    validation = bundle.metrics.get("validation") if bundle else None
    if validation:
        n, top1, epoch = (validation[name] for name in ("episodes", "top1", "epoch"))
        say.tell(
            f"  배우지 않고 남긴 {n}개 ({validation['held_out']}): top-1 {top1:.1%}, "
            f"에폭 {epoch + 1}",
            f"  {n} held out ({validation['held_out']}): top-1 {top1:.1%}, epoch {epoch + 1}",
        )
    if tested:
        n, top1, top5 = (tested[name] for name in ("episodes", "top1", "top5"))
        say.tell(
            f"  시험하려고 남긴 {n}개 ({tested['held_out']}): top-1 {top1:.1%}, top-5 {top5:.1%}",
            f"  {n} held out to test ({tested['held_out']}): top-1 {top1:.1%}, top-5 {top5:.1%}",
        )
    return 1 if takes.n_holed else 0


def _fit(takes: TakeSet, alphabet: Alphabet, options: argparse.Namespace) -> Bundle:
    """A bundle that knows the command which was typed to get it."""
    training = TrainingOptions(
        channels=Channels(options.channels) if options.channels else None,
        augment=tuple(kind for kind in Variation if kind not in options.without),
        epochs=options.epochs,
        patience=options.patience,
        batch_size=options.batch_size,
        learning_rate=options.lr,
        weight_decay=options.weight_decay,
        sizes={size: n for size in _SIZES if (n := _given(options, FLAGS[size])) is not None},
        dropout=options.dropout,
        validation_share=options.validation_share,
    )
    folder = options.log and shared.output_folder(options.log, "--log")
    log = TrainingLog(folder, progress=sys.stdout.isatty())
    share = options.test_share
    split = stratified(takes, share, options.seed) if share else None
    learned = takes[split.train] if split else takes
    bundle = LEARNERS[options.model].fit(learned, alphabet, options.seed, training, log)
    metrics = dict(bundle.metrics)
    if split:
        test = takes[split.test]
        scores = score(likelihoods(bundle, test), truth(test, alphabet)).rounded()
        metrics["test"] = {"held_out": split.name, "episodes": len(test), **scores}
    provenance = {"command": _command(options), **bundle.provenance}
    if options.features:
        provenance["features"] = list(options.features)
    return replace(bundle, provenance=provenance, metrics=metrics)


def _command(options: argparse.Namespace) -> str:
    """What was typed, in one order and without folders."""
    sources = " ".join(path.name for path in options.datasets)
    usual = TrainingOptions()
    given = {
        "--alphabet": (options.alphabet, None),
        "--test-share": (options.test_share, None),
        "--validation-share": (options.validation_share, None),
        "--seed": (options.seed, 0),
        "--epochs": (options.epochs, usual.epochs),
        "--patience": (options.patience, usual.patience),
        "--batch-size": (options.batch_size, usual.batch_size),
        "--lr": (options.lr, usual.learning_rate),
        "--weight-decay": (options.weight_decay, usual.weight_decay),
        **{flag: (_given(options, flag), None) for flag in FLAGS.values()},
        "--channels": (options.channels, None),
        "--features": (",".join(options.features), ""),
        "--without": (",".join(kind for kind in Variation if kind in options.without), ""),
    }
    extra = "".join(f" {k} {value}" for k, (value, default) in given.items() if value != default)
    return f"jihwa train {sources} --model {options.model}{extra} --output {options.output.name}"


def _given(options: argparse.Namespace, flag: str) -> Any:  # noqa: ANN401  # whatever it is
    """What the user gave for an option."""
    return getattr(options, flag.removeprefix("--").replace("-", "_"))


def _fit_segmenter(takes: EpisodeSet, alphabet: Alphabet, options: argparse.Namespace) -> None:
    """Fit the network that finds holds."""
    with trains(SEGMENTER):
        from jihwa.models.training.hold_training import train_holds
    network = train_holds(takes, alphabet, options.seed)
    network = replace(network, provenance={"command": _command(options), **network.provenance})
    network.save(options.output)


def _of_glove(takes: TakeSet) -> EpisodeSet:
    """The takes, which have to be the glove's."""
    if not isinstance(takes, EpisodeSet):
        raise UsageError(
            ko="이것은 장갑 녹화로만 만듭니다. 라벨이 있는 폴더를 주세요.",
            en="This takes recordings of the glove. Give labelled folders.",
        )
    return takes
