"""`jihwa transcribe`: recordings to text, one or an archive of them."""

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from itertools import chain
from pathlib import Path

from jihwa.composer.text.transcript import DOUBTFUL
from jihwa.data.formats.refusals import STDIN
from jihwa.data.messages import DataError, Language, UsageError
from jihwa.io.batch import jobs
from jihwa.io.batch.discovery import Discovery, Found, discover
from jihwa.io.batch.progress import Progress, reporting
from jihwa.io.batch.reading import StreamBy
from jihwa.io.batch.tasks import STDOUT, Outcome, Task, TaskState, is_file, plan
from jihwa.io.batch.transcribing import Anywhere, Setup, Transcriber
from jihwa.io.evaluation import figures
from jihwa.io.evaluation.comparison import TextComparison, check_truth
from jihwa.io.settings import options as shared
from jihwa.io.settings.arguments import Command
from jihwa.io.settings.language import speaker
from jihwa.io.sources.camera import is_video
from jihwa.io.streams import printable, warn
from jihwa.io.user import profiles, vocabulary
from jihwa.io.writers import FORMATS
from jihwa.io.writers.document import Document
from jihwa.models.bundle import LANDMARKS
from jihwa.recognizer.profile_format import from_json


def configure(arguments: Command) -> None:
    """Add the command's arguments."""
    formats = ", ".join(FORMATS)
    arguments.path(
        "paths",
        "PATH",
        "녹화, 손을 찍은 영상, 녹화가 든 폴더, 또는 '*.csv' 같은 패턴 (-: 표준 입력)",
        "recording, video of a hand, folder of recordings, or pattern such as '*.csv' (-: stdin)",
        nargs="+",
    )
    arguments(
        "--format",
        f"쉼표로 나눈 형식 (기본: txt): {formats}",
        f"formats, comma-separated (default: txt): {formats}",
        type=_formats(arguments.language),
        action="extend",
        metavar="NAME,...",
    )
    arguments(
        "--html",
        "브라우저로 볼 페이지도 (--format html과 같음)",
        "a page to look at in a browser too (the same as --format html)",
        dest="format",
        action="append_const",
        const="html",
    )
    arguments.path(
        "--compare",
        "TRUTH",
        "정답과 견주기: 글(.txt)이나 simulate가 쓴 .json, 또는 녹화와 이름이 같은 정답이 든 "
        "폴더. 결과는 표준 오류와 json에",
        "compare with the truth: a text (.txt), the .json of simulate, or a folder of them "
        "named like the recordings; the result goes to stderr and into json",
    )
    arguments.path(
        "--output",
        "PATH",
        "결과를 둘 폴더, 녹화가 하나면 x.txt 같은 파일도 됨 (기본 -: 화면)",
        "folder for the results, or for a single recording a file such as x.txt "
        "(default -: stdout)",
        default=STDOUT,
    )
    arguments.switch(
        "--force", "결과가 이미 있어도 다시 하기", "do again what has its results already"
    )
    arguments.path(
        "--report",
        "FILE",
        "녹화마다 어떻게 되었는지 JSON으로",
        "what came of every recording, as JSON",
    )
    arguments(
        "--stream-by",
        "낱말 모델이 이어진 흐름의 낱말을 가르는 법: 쉬는 데서(pauses), 또는 세 번 같은 답으로"
        "(vote) (기본: %(default)s)",
        "how a model of words tells those of a stream from each other: by pauses, or by a vote "
        "of three answers (default: %(default)s)",
        choices=list(map(str, StreamBy)),
        default=StreamBy.PAUSES.value,
    )
    shared.add_letters(arguments)
    jobs.add(arguments)
    arguments.settings("profile")
    learning = arguments.either()
    learning.switch(
        "--learn",
        "글에서 배운 것을 프로필과 입력 기록에 남기기",
        "keep in profile and history what was learned from the text",
    )
    learning.settings("adapt")
    arguments.settings("mode", "personal", "history", "model", "lm", "layout")


def run(options: argparse.Namespace, language: Language) -> int:
    """Transcribe every recording; one that fails does not stop the others."""
    workers = jobs.Workers(options.jobs, options.cluster)
    _check(options, workers)
    output, *paths = _anywhere([options.output, *options.paths], workers)
    in_folder = output != STDOUT and not is_file(output)
    found = discover(paths, output if in_folder else None)
    formats = list(dict.fromkeys(options.format or ["txt"]))
    tasks = plan(found.recordings, output, formats)
    alone = len(tasks) + len(found.problems) == 1
    truths: Path | None = None
    if options.compare:
        check_truth(options.compare, len(tasks))
        (truths,) = _anywhere([options.compare], workers)
    report_file = options.report and shared.output_file(options.report, "--report")
    if options.model is None and all(is_video(each.path) for each in found.recordings):
        options.model = LANDMARKS
    setup = Setup.of(options, language)
    transcriber = Transcriber(setup, language, truths)  # finds what is wrong with the models
    to_do = [task.to_do(force=options.force or not in_folder) for task in tasks]
    left = [task for task in to_do if task.targets]
    compared: dict[str, TextComparison] = {}
    n_holed = 0
    size_bytes = sum(task.recording.size_bytes for task in tasks)
    with (
        reporting(report_file, language) as report,
        closing(Progress(len(tasks), size_bytes, language)) as shown,
    ):
        if workers.elsewhere:
            everywhere = Anywhere(setup, language, truths)
            results = workers.map(everywhere, left, _lost, ordered=output == STDOUT)
        else:
            learn = _learner(options, setup, transcriber) if options.learn else None
            results = (transcriber.transcribe(task, shown.follow, learn) for task in left)
        for outcome in chain(_known(found, tasks, to_do), results):
            report.add(outcome)
            shown.done(outcome)
            n_holed += outcome.is_holed
            if outcome.comparison:
                compared[str(outcome.recording.path)] = outcome.comparison
            with shown.aside():
                if outcome.error and alone:
                    raise outcome.error
                warnings, named = "json" not in formats, not alone and formats == ["txt"]
                _tell(outcome, language, warnings=warnings, named=named)
    report.tell()
    for line in figures.report(compared, language):
        print(line, file=sys.stderr)
    missed = report.counts[TaskState.DONE] - len(compared) if truths else 0
    return 1 if report.counts[TaskState.FAILED] or missed or n_holed else 0


def _check(options: argparse.Namespace, workers: jobs.Workers) -> None:
    """Refuse what does not go together."""
    if options.learn and not options.profile:
        raise UsageError(
            ko="--learn은 --profile과 함께 쓰세요: 배운 것을 둘 프로필이 필요합니다.",
            en="Use --learn with --profile: what is learned needs a profile to go to.",
        )
    if options.letters and options.stream_by != StreamBy.PAUSES:
        raise UsageError(
            ko="--letters와 함께는 쉬는 데서만 낱말을 가릅니다. --stream-by를 빼세요.",
            en="With --letters words are told by pauses alone. Leave --stream-by out.",
        )
    if workers.elsewhere and (options.learn or STDIN in options.paths):
        raise UsageError(
            ko="--learn과 표준 입력(-)은 한 프로세스에서만 됩니다. --jobs와 --cluster를 빼세요.",
            en="--learn and stdin (-) need a single process: leave out --jobs and --cluster.",
        )


def _anywhere(paths: Sequence[Path], workers: jobs.Workers) -> Sequence[Path]:
    """The paths, as they are called wherever the work is done."""
    if workers.cluster is None:
        return paths
    return [path if path == STDOUT else path.absolute() for path in paths]


def _known(found: Discovery, tasks: Sequence[Task], to_do: Sequence[Task]) -> Iterator[Outcome]:
    """What is known without any work."""
    for path, error in found.problems:
        yield Outcome(Found(path, Path(), 0), TaskState.FAILED, error=error)
    for task, left in zip(tasks, to_do, strict=True):
        if not left.targets:
            yield Outcome(task.recording, TaskState.KEPT, results=tuple(task.targets.values()))


def _lost(task: Task) -> Outcome:
    """What comes of a recording that no worker survives."""
    path, told = task.recording.path, jobs.WORKER_DIED
    error = DataError(ko=f"{path}: {told.ko}", en=f"{path}: {told.en}")
    return Outcome(task.recording, TaskState.FAILED, error=error)


def _tell(outcome: Outcome, language: Language, *, warnings: bool, named: bool) -> None:
    """Print what comes of a recording, behind its name if `named`."""
    if outcome.error:
        warn(outcome.error.message.text(language))
    for warning in outcome.warnings if warnings else ():
        warn(f"{outcome.recording.path}: {warning}")
    if named and outcome.text:
        sys.stdout.write(f"{printable(str(outcome.recording.path))}: ")
    sys.stdout.write(outcome.text)


def _learner(
    options: argparse.Namespace, setup: Setup, transcriber: Transcriber
) -> Callable[[Document], None]:
    """Keeps what was learned from a recording."""
    profile = from_json(setup.profile or "", options.profile)

    def learn(document: Document) -> None:
        nonlocal profile
        if transcriber.adaptation:
            profile = profile.with_step(transcriber.adaptation.step(profiles.now()))
            profiles.save(options.profile, profile)
        if shared.learns(options):
            sure = (word.text for word in document.transcript.words if word.confidence >= DOUBTFUL)
            vocabulary.learn(" ".join(sure), options.profile)

    return learn


def _formats(language: Language) -> Callable[[str], list[str]]:
    """The type of an argument that names formats, comma-separated."""
    known = ", ".join(map(repr, FORMATS))

    def formats(text: str) -> list[str]:
        names = [name.strip().lower() for name in text.split(",")]
        for name in names:
            if name not in FORMATS:
                told = speaker(language)(
                    f"{name!r} 없음 ({known} 가운데 하나)",
                    f"invalid choice: {name!r} (choose from {known})",
                )
                raise argparse.ArgumentTypeError(told)
        return names

    return formats
