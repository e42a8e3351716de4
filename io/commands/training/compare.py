"""`jihwa compare`: every model, fitted and measured in the same way on the same takes."""

import argparse
import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import fmean

from jihwa.data.files import write_whole
from jihwa.data.messages import Language, Message
from jihwa.data.takes.sequences import TakeSet
from jihwa.data.takes.splits import PROTOCOLS, untested
from jihwa.io.batch import jobs
from jihwa.io.commands.training import datasets
from jihwa.io.settings import options as shared
from jihwa.io.settings.arguments import Command
from jihwa.io.settings.language import speaker
from jihwa.io.streams import warn
from jihwa.models.training.canvas import require_matplotlib
from jihwa.models.training.comparison import (
    CONTENDERS,
    Comparison,
    Failure,
    Result,
    ResultStore,
    Trial,
    plan,
)
from jihwa.models.training.plots import learning_curves
from jihwa.models.training.runs import Epoch
from jihwa.models.training.summary import Standing, as_json, as_markdown, draw, summarise


def configure(arguments: Command) -> None:
    """Add the command's arguments."""
    arguments.needs("train")
    datasets.add_datasets(arguments)
    arguments.settings("layout")
    names = ", ".join(CONTENDERS)
    arguments(
        "--models",
        f"쉼표로 나눈 모델 이름 (기본: 모두): {names}",
        f"models, comma-separated (default: all): {names}",
        type=shared.names_of(CONTENDERS, Message("모델", "model")),
        default=list(CONTENDERS),
        metavar="NAME,...",
    )
    arguments(
        "--protocol",
        "쉼표로 나눈, 나누는 방법. session: 세션 하나 빼기, signer: 사람 하나 빼기, block: "
        "스타일 하나 빼기, random: 무작위로, 새는 값 (기본: session)",
        "how to split, comma-separated. session, signer, block: leave one session, wearer or "
        "style out; random: at random, which leaks (default: session)",
        type=shared.names_of(PROTOCOLS, Message("나누는 방법", "protocol")),
        default=["session"],
        metavar="NAME,...",
    )
    arguments.number("--seeds", "시드 개수", "number of seeds", least=1, default=1)
    arguments.alphabet()
    arguments.path(
        "--output",
        "DIR",
        "표, 그림과 결과를 둘 폴더. 멈췄다가 다시 부르면 이어서 합니다",
        "folder for table, figures and results; a run that was cut short goes on from there",
    )
    jobs.add(arguments)
    arguments.json()


def run(options: argparse.Namespace, language: Language) -> int:
    """Fit and measure all, then show one table; 1 if a fit failed or a take was too damaged."""
    folder: Path | None = options.output and shared.output_folder(options.output)
    if folder:
        require_matplotlib()
    takes, alphabet = datasets.load_to_learn(options)
    trials = plan(takes, options.protocol, options.models, options.seeds)
    store = ResultStore(folder / "fits", takes, alphabet) if folder else None
    if store and (n_kept := sum(store[trial] is not None for trial in trials)):
        told = speaker(language)(
            f"{folder}: 앞서 끝낸 {n_kept}개를 이어받습니다. 모두 새로 하려면 폴더를 지우세요.",
            f"{folder}: {n_kept} fits were done before and are kept. Delete the folder to do all "
            "anew.",
        )
        warn(told)
    comparison = Comparison(takes, alphabet, CONTENDERS, store)
    outcomes = jobs.Workers(options.jobs, options.cluster).map(
        comparison.attempt, trials, lost=lambda trial: Failure(trial, jobs.WORKER_DIED)
    )
    results, failures = _follow(trials, outcomes, language)
    rows = summarise(trials, results)
    warnings = [message.text(language) for message in _warnings(takes, trials)]
    content = {
        "takes": dict(Counter(takes.sessions.tolist())),
        "signs": list(alphabet.signs),
        "rows": as_json(rows),
        "failed": [_told(failure.trial, failure, language) for failure in failures],
        "skipped": [message.text(language) for message in takes.skipped],
        "warnings": warnings,
    }
    texts = {
        "comparison.json": json.dumps(content, ensure_ascii=False, allow_nan=False) + "\n",
        "comparison.md": as_markdown(rows, language),
    }
    if folder:
        for name, text in texts.items():
            write_whole(folder / name, text.encode())
        _draw(results, rows, folder)
    print(texts["comparison.json" if options.json else "comparison.md"], end="")
    for told in (*content["skipped"], *warnings, *content["failed"]):
        warn(told)
    return 1 if failures or takes.n_holed else 0


def _warnings(takes: TakeSet, trials: Sequence[Trial]) -> Iterator[Message]:
    """What the figures do not tell."""
    for protocol in dict.fromkeys(trial.protocol for trial in trials):
        splits = [trial.split for trial in trials if trial.protocol == protocol]
        if lacking := " ".join(untested(takes, splits)):
            yield Message(
                ko=f"{protocol}: 한 묶음에만 있어 시험하지 못한 지문자: {lacking}. 다른 묶음에도 "
                "있어야 잴 수 있습니다.",
                en=f"{protocol}: these signs are in one group alone and were not tested: "
                f"{lacking}. Others need takes of them too.",
            )


def _follow(
    trials: Sequence[Trial], outcomes: Iterator[Result | Failure], language: Language
) -> tuple[list[Result], list[Failure]]:
    """Tell of every fit as it is done."""
    results: list[Result] = []
    failures: list[Failure] = []
    for n_done, (trial, outcome) in enumerate(zip(trials, outcomes, strict=True), start=1):
        if isinstance(outcome, Result):
            results.append(outcome)
        else:
            failures.append(outcome)
        left = _time_left(trials[n_done:], results, language)
        warn(f"{n_done}/{len(trials)} {_told(trial, outcome, language)}{left}")
    return results, failures


def _draw(results: Sequence[Result], rows: Sequence[Standing], folder: Path) -> None:
    """Models by protocols, and the learning curves of every training run."""
    if rows:
        draw(rows, folder / "comparison.png")
    for result in results:
        if result.history:
            history = [Epoch(**epoch) for epoch in result.history]
            learning_curves(history, folder / "learning_curves" / f"{result.name}.png")


def _told(trial: Trial, outcome: Result | Failure, language: Language) -> str:
    """What came of a fit, on one line."""
    say = speaker(language)
    fold = trial.split.name
    where = fold if fold.startswith(trial.protocol) else f"{trial.protocol}, {fold}"
    what = f"{where} · {trial.model} · {say('시드', 'seed')} {trial.seed}: "
    if isinstance(outcome, Failure):
        return what + say("실패. ", "failed. ") + outcome.reason.text(language)
    return what + f"top-1 {outcome.scores['top1']:.1%} ({outcome.fit_s:.1f} s)"


def _time_left(todo: Sequence[Trial], results: Sequence[Result], language: Language) -> str:
    """How long the other fits will take, by those that were done."""
    if not todo or not results:
        return ""
    by_model: dict[str, list[float]] = defaultdict(list)
    for result in results:
        by_model[result.model].append(result.fit_s)
    of_any = [fmean(times_s) for times_s in by_model.values()]
    left_min = sum(fmean(by_model.get(trial.model, of_any)) for trial in todo) / 60
    return speaker(language)(f", 약 {left_min:.0f}분 남음", f", about {left_min:.0f} min left")
