"""`jihwa tune`: settings of a network with which strangers are read best."""

import argparse
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from jihwa.data.messages import Language, UsageError
from jihwa.data.takes.splits import by_session
from jihwa.io.batch import jobs
from jihwa.io.commands.training import datasets
from jihwa.io.settings import options as shared
from jihwa.io.settings.arguments import Command
from jihwa.io.settings.language import speaker
from jihwa.io.streams import warn
from jihwa.io.user import storage
from jihwa.models.training.tuning import TUNABLE, Asked, Objective, Study, Tried

TRIALS = 50
_AT_ONCE_ON_CLUSTER = 8
"""So many trials are under way together there; more of them would know less of each other."""
_SHOWN = 5


def configure(arguments: Command) -> None:
    """Add the command's arguments."""
    arguments.needs("train")
    datasets.add_datasets(arguments)
    arguments.settings("layout")
    names = ", ".join(TUNABLE)
    arguments(
        "--model",
        f"모델 (기본: %(default)s): {names}",
        f"the model (default: %(default)s): {names}",
        choices=TUNABLE,
        default="combined",
        metavar="NAME",
    )
    arguments.path(
        "--study",
        "FILE",
        "시도를 남길 SQLite 파일. 멈췄다가 다시 부르면 이어서 합니다",
        "SQLite file of the trials; a run that was cut short goes on from there",
        required=True,
    )
    arguments.number(
        "--trials",
        "시도 횟수, 앞서 한 것까지",
        "trials, former ones included",
        least=1,
        default=TRIALS,
    )
    datasets.add_epochs(arguments)
    arguments.seed()
    arguments.alphabet()
    arguments.path(
        "--output",
        "BUNDLE",
        "가장 좋은 설정으로 모든 데이터에서 만든 모델",
        "a model with the best settings, fitted to all of the data",
        type=shared.output_file,
    )
    jobs.add(arguments)
    arguments.json()


def run(options: argparse.Namespace, language: Language) -> int:
    """Search, show the best settings, and fit a model with them.

    1 if no trial came to anything, or a take was too damaged.
    """
    path = shared.output_file(options.study)
    takes, alphabet = datasets.load_to_learn(options)
    list(by_session(takes))  # better refused before the work
    objective = Objective(options.model, takes, alphabet, options.epochs, options.seed)
    lock = storage.occupy(path)
    if lock is None:
        raise UsageError(
            ko=f"{path}: 다른 프로그램이 쓰고 있습니다. 그것이 끝나기를 기다리거나 --study에 다른 "
            "파일을 주세요.",
            en=f"{path}: another program uses it. Wait for it to end, or give --study another "
            "file.",
        )
    try:
        return _search(Study(path, objective), objective, options, language)
    finally:
        os.close(lock)


def _search(
    study: Study, objective: Objective, options: argparse.Namespace, language: Language
) -> int:
    workers = jobs.Workers(options.jobs, options.cluster)
    say, path = speaker(language), options.study
    if n_done := len(study.done):
        say.warn(f"{path}: 앞서 한 {n_done}번을 이어받습니다.", f"{path}: goes on after {n_done}.")
    for message in objective.takes.skipped:
        warn(message.text(language))

    def work(asked: Sequence[Asked]) -> Iterable[Tried]:
        return workers.map(
            objective.attempt,
            asked,
            lost=lambda each: Tried(each, {}, jobs.WORKER_DIED),
            ordered=False,
        )

    at_once = _AT_ONCE_ON_CLUSTER if options.cluster else options.jobs
    for tried in study.run(options.trials, at_once, work):
        warn(f"{len(study.done)}/{options.trials} {_told(tried, language)}")
    done = study.done
    if options.json:
        print(json.dumps({"model": options.model, "trials": done}, ensure_ascii=False))
    else:
        for trial in done[:_SHOWN]:
            print(_line(trial))
    if done and options.output:
        _fit(objective, done[0], options, language)
    return 0 if done and not objective.takes.n_holed else 1


def _fit(
    objective: Objective, best: Mapping[str, Any], options: argparse.Namespace, language: Language
) -> None:
    """Fit the model that ships the best settings, which knows how they were found."""
    learner, training = objective.learner(best["settings"])
    bundle = learner.fit(objective.takes, objective.alphabet, options.seed, training)
    sources = " ".join(path.name for path in options.datasets)
    command = f"jihwa tune {sources} --model {options.model} --trials {options.trials}"
    tuned = {"trial": best["number"], "nll": best["nll"], "top1": best["top1"]}
    provenance = {"command": command, "tuned": tuned, **bundle.provenance}
    replace(bundle, provenance=provenance).save(options.output)
    speaker(language).tell(
        f"{options.output}: 가장 좋은 설정({best['number']}번)으로 녹화 "
        f"{len(objective.takes)}개에서 만들었습니다.",
        f"{options.output}: fitted to {len(objective.takes)} takes with the best settings "
        f"(trial {best['number']}).",
    )


def _told(tried: Tried, language: Language) -> str:
    """What came of a trial, on one line."""
    say, name = speaker(language), f"#{tried.asked.number}"
    if tried.failure is not None:
        return f"{name}: {say('실패.', 'failed.')} {tried.failure.text(language)}"
    return f"{name}: NLL {tried.nll:.3f}, top-1 {tried.top1:.1%}"


def _line(trial: Mapping[str, Any]) -> str:
    """The scores and settings of a trial, on one line."""
    shown = (
        f"{name} {value:.3g}" if isinstance(value, float) else f"{name} {value}"
        for name, value in trial["settings"].items()
    )
    scores = f"NLL {trial['nll']:.3f}  top-1 {trial['top1']:.1%}"
    return f"#{trial['number']:<4} {scores}  {', '.join(shown)}"
