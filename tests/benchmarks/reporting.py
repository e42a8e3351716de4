"""What every benchmark does around what it measures: its options, its tables, what things cost."""

import json
import os
import subprocess
import sys
from argparse import ArgumentParser
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import reduce
from itertools import repeat
from operator import add
from pathlib import Path
from time import perf_counter
from types import MappingProxyType
from typing import TypeVar

import numpy as np
from shared import SESSIONS

MIB = 1 << 20
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
ROUNDS = 3
"""How often each of two versions is measured, in turn: the best of each is compared."""

Key = TypeVar("Key")
Result = TypeVar("Result")


def options(description: str, *, share: float | None = None) -> ArgumentParser:
    """A parser; with a `share`, of an option for how many of the texts to spell.

    Args:
        description: The benchmark's docstring, whose first line is shown by `--help`.
        share: What is spelled by default.
    """
    parser = ArgumentParser(description=description.split("\n")[0])
    if share is not None:
        parser.add_argument("--share", type=float, default=share, help="share of the texts")
    return parser


def both(measure: Callable[..., Result], *arguments: object) -> list[Result]:
    """Measure with either recorded wearer as the stranger, each in a process of its own."""
    with ProcessPoolExecutor(len(SESSIONS)) as pool:
        return list(pool.map(measure, SESSIONS, *map(repeat, arguments)))


def pooled(parts: Sequence[Mapping[Key, Result]]) -> dict[Key, Result]:
    """Counts of several measurements added up, key by key."""
    keys = dict.fromkeys(key for part in parts for key in part)
    return {key: reduce(add, (part[key] for part in parts if key in part)) for key in keys}


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """The lines of a Markdown table."""
    for row in (head, ["---"] * len(head), *rows):
        yield "| " + " | ".join(map(str, row)) + " |"


def show(lines: Iterable[str]) -> None:
    """Print lines as soon as they are there."""
    for line in lines:
        print(line, flush=True)


def compared(
    script: str, python: str, environment: Mapping[str, str] = MappingProxyType({})
) -> Iterator[str]:
    """Times of a benchmark beside those of another version, which is measured in the same run.

    Both meet the same load, so their ratio says more than either time.

    Args:
        script: The benchmark; with `--figures` it prints its times as JSON.
        python: An interpreter for which the other version is installed.
        environment: What is different in its environment.
    """
    here: list[dict[str, float]] = []
    there: list[dict[str, float]] = []
    versions = ((sys.executable, {}, here), (python, environment, there))
    for interpreter, more, figures in ROUNDS * versions:
        done = subprocess.run(
            [interpreter, script, "--figures"],
            env={**os.environ, **more},
            stdout=subprocess.PIPE,
            check=True,
        )
        figures.append(json.loads(done.stdout))
    for name in here[0]:
        ours, other = (min(each[name] for each in figures) for figures in (here, there))
        yield f"  {name}: {ours:.3g} here, {other:.3g} there, {other / ours:.2f} ×"


def median_ms(step: Callable[[], object], repeats: int) -> float:
    """Median milliseconds that a step takes."""
    times_s = [perf_counter()]
    for _ in range(repeats):
        step()
        times_s.append(perf_counter())
    return 1e3 * float(np.median(np.diff(times_s)))


def resident_mb(process: int | str = "self") -> float:
    """Memory of a process now, in MiB; Linux only."""
    return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * PAGE_BYTES / MIB
