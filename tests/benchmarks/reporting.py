"""What every benchmark does around what it measures: its options, its tables, what things cost."""

import os
from argparse import ArgumentParser
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import reduce
from itertools import repeat
from operator import add
from pathlib import Path
from time import perf_counter
from typing import TypeVar

import numpy as np
from shared import SESSIONS

MIB = 1 << 20
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")

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
