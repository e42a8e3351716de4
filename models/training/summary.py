"""A comparison: mean and standard deviation over seeds, as Markdown, as JSON and as a figure."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

from jihwa.data.messages import Language, Message
from jihwa.data.takes.splits import LEAKING, PROTOCOLS, title
from jihwa.models.training.canvas import BLUE, GREEN, GREY, PALE_GREY, PINK, canvas
from jihwa.models.training.comparison import Result, Trial


@dataclass(frozen=True, slots=True)
class Column:
    """One figure of the table.

    Attributes:
        name: What it is called in JSON.
        heading: The same in the table.
        scale: Factor for the table.
        digits: After the point, in the table.
    """

    name: str
    heading: Message
    scale: float = 1.0
    digits: int = 0

    def show(self, mean: float | None, sd: float | None) -> str:
        """A cell of the table; nothing is said of a figure that never varies."""
        if mean is None:
            return "–"
        shown = f"{mean * self.scale:,.{self.digits}f}"
        return f"{shown} ± {sd * self.scale:.{self.digits}f}" if sd else shown


COLUMNS = (
    Column("top1", Message("top-1 %", "top-1 %"), 100, 1),
    Column("top3", Message("top-3 %", "top-3 %"), 100, 1),
    Column("top5", Message("top-5 %", "top-5 %"), 100, 1),
    Column("f1", Message("F1 %", "F1 %"), 100, 1),
    Column("ece", Message("ECE", "ECE"), digits=3),
    Column("nll", Message("NLL", "NLL"), digits=3),
    Column("latency_ms", Message("ms/손짓", "ms/hold"), digits=2),
    Column("n_parameters", Message("매개변수", "parameters")),
    Column("size_kb", Message("kB", "kB")),
    Column("fit_s", Message("학습 s", "fit s"), digits=1),
)
LEGEND = Message(
    ko="폴드 평균이고, ±는 시드 사이의 표준편차입니다. random (leaks)은 같은 묶음의 녹화가 학습과 "
    "시험에 함께 들어가 새는 값이라, 처음 보는 사람에게는 뜻이 없습니다. ms/손짓과 kB는 모델 파일 "
    "전체의 것으로, 신경망 곁의 가우시안도 들어 있습니다.",
    en="Means over folds; ± is the standard deviation over seeds. random (leaks) has takes of one "
    "block in training and test alike: it says nothing of a stranger. ms/hold and kB are those of "
    "the whole model file, with the Gaussian that stands beside a network.",
)

_COSTS = ("latency_ms", "n_parameters", "size_kb", "fit_s")

_PROTOCOL_STYLE = {
    "session": (BLUE, "o"),
    "signer": (GREEN, "s"),
    "block": (PINK, "D"),
    LEAKING: (GREY, "x"),
}


@dataclass(frozen=True)
class Standing:
    """A model under a protocol.

    Attributes:
        protocol: One of `PROTOCOLS`.
        model: Which contender.
        n_seeds: How many seeds have a result for every fold; only they count.
        mean: Of every score and cost over folds, then seeds; None where there is none.
        sd: Of every score, standard deviation over seeds of the means over folds; None for a
            single seed.
        folds: Mean scores over seeds by the name of the fold.
    """

    protocol: str
    model: str
    n_seeds: int
    mean: Mapping[str, float | None]
    sd: Mapping[str, float | None]
    folds: Mapping[str, Mapping[str, float | None]]


def summarise(trials: Sequence[Trial], results: Sequence[Result]) -> list[Standing]:
    """One row for each model and protocol; unseen sessions come first, then the best model.

    A seed for which a fold is missing is left out: its mean would be one of other takes.

    Args:
        trials: What was to be done.
        results: What came of it.
    """
    n_folds = Counter((t.protocol, t.model, t.seed) for t in trials)
    done: dict[tuple[str, str, int], list[Result]] = defaultdict(list)
    for result in results:
        done[result.protocol, result.model, result.seed].append(result)
    complete: dict[tuple[str, str], list[list[Result]]] = defaultdict(list)
    for (protocol, model, seed), of_seed in done.items():
        if len(of_seed) == n_folds[protocol, model, seed]:
            complete[protocol, model].append(of_seed)
    rows = [_row(seeds) for seeds in complete.values()]
    order = list(PROTOCOLS)
    return sorted(rows, key=lambda row: (order.index(row.protocol), -(row.mean["top1"] or 0)))


def as_markdown(rows: Sequence[Standing], language: Language) -> str:
    """All rows as one table, and how to read it."""
    headings = [
        Message("프로토콜", "protocol"),
        Message("모델", "model"),
        *(column.heading for column in COLUMNS),
    ]
    lines = [[heading.text(language) for heading in headings]]
    lines += [["---"] * 2 + ["---:"] * len(COLUMNS)]
    lines += [
        [
            title(row.protocol),
            row.model,
            *(c.show(row.mean[c.name], row.sd.get(c.name)) for c in COLUMNS),
        ]
        for row in rows
    ]
    table = "".join(f"| {' | '.join(line)} |\n" for line in lines)
    return f"{table}\n{LEGEND.text(language)}\n"


def as_json(rows: Sequence[Standing]) -> list[dict[str, Any]]:
    """The rows for machines: scores from 0 to 1, not rounded."""
    return [
        {
            "protocol": title(row.protocol),
            "leaks": row.protocol == LEAKING,
            "model": row.model,
            "seeds": row.n_seeds,
            **{name: {"mean": row.mean[name], "sd": row.sd.get(name)} for name in row.mean},
            "folds": row.folds,
        }
        for row in rows
    ]


def draw(rows: Sequence[Standing], path: Path) -> None:
    """Top-1 of every model under every protocol, in the order of the rows.

    Beside its name stands what a model reaches under the first protocol that has it.
    """
    protocols = list(dict.fromkeys(row.protocol for row in rows))
    first = {row.model: row for row in reversed(rows)}
    models = list(dict.fromkeys(row.model for row in rows))
    with canvas(path, 8, 1.2 + 0.32 * len(models)) as figure:
        axes = figure.subplots()
        for protocol in protocols:
            colour, marker = _PROTOCOL_STYLE[protocol]
            of_protocol = [row for row in rows if row.protocol == protocol]
            axes.errorbar(
                [_top1(row) for row in of_protocol],
                [models.index(row.model) for row in of_protocol],
                xerr=[100 * (row.sd["top1"] or 0) for row in of_protocol],
                color=colour,
                marker=marker,
                markersize=7,
                linestyle="",
                capsize=3,
                label=title(protocol),
            )
        names = [f"{model}   {_top1(first[model]):.1f}" for model in models]
        axes.set_yticks(range(len(models)), names)
        axes.set(xlim=(0, 101), ylim=(len(models) - 0.5, -0.5), xlabel="top-1, %")
        axes.grid(color=PALE_GREY)
        axes.set_axisbelow(True)
        axes.set_title(f"Top-1 of every model; numbers: {title(protocols[0])}")
        figure.legend(loc="outside lower center", ncols=len(protocols))


def _top1(row: Standing) -> float:
    return 100 * (row.mean["top1"] or 0)


def _row(seeds: Sequence[Sequence[Result]]) -> Standing:
    """A row of the results of every seed."""
    of_seeds = [_mean([_figures(result) for result in of_seed]) for of_seed in seeds]
    names = {result.fold for of_seed in seeds for result in of_seed}
    folds = {
        name: [result.scores for of_seed in seeds for result in of_seed if result.fold == name]
        for name in sorted(names)
    }
    first = seeds[0][0]
    return Standing(
        protocol=first.protocol,
        model=first.model,
        n_seeds=len(seeds),
        mean=_mean(of_seeds),
        sd={name: _sd([of_seed[name] for of_seed in of_seeds]) for name in first.scores},
        folds={name: _mean(scores) for name, scores in folds.items()},
    )


def _figures(result: Result) -> dict[str, float | None]:
    costs = {name: getattr(result, name) for name in _COSTS}
    return {**result.scores, **costs}


def _mean(figures: Sequence[Mapping[str, float | None]]) -> dict[str, float | None]:
    """The mean of every figure over those that have it."""
    known = {name: [f[name] for f in figures if f[name] is not None] for name in figures[0]}
    return {
        name: fmean(v for v in vs if v is not None) if vs else None for name, vs in known.items()
    }


def _sd(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return stdev(known) if len(known) > 1 else None
