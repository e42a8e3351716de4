"""Many pieces of work that know nothing of each other, on several cores or on a cluster."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from jihwa.data.messages import DataError, Message, UsageError
from jihwa.io.settings.arguments import Command

MOST_JOBS = max(64, 4 * (os.cpu_count() or 1))
"""More processes than that only wait for each other, and fill the memory."""
CONNECT_S = 10
"""How long a scheduler may take to answer."""
ATTEMPTS = 2
"""How often an item is begun by itself before it is given up."""
WORKER_DIED = Message(
    ko="일하던 프로세스가 죽었습니다. 메모리가 모자라지 않은지 보고 --jobs를 줄여 다시 하세요.",
    en="the process that worked on it died. See whether memory ran out, and try fewer --jobs.",
)

T = TypeVar("T")
R = TypeVar("R")


def add(arguments: Command) -> None:
    """`--jobs` and `--cluster`: where the work is done."""
    where = arguments.either()
    where.number(
        "--jobs",
        "한꺼번에 일할 프로세스 수",
        "processes that work at once",
        least=1,
        most=MOST_JOBS,
        default=1,
    )
    where(
        "--cluster",
        "일을 맡길 Dask 스케줄러, 예: tcp://HOST:8786 (pip install 'jihwa[cluster]')",
        "Dask scheduler that gets the work, such as tcp://HOST:8786 (pip install 'jihwa[cluster]')",
        metavar="ADDRESS",
    )


@dataclass(frozen=True, slots=True)
class Workers:
    """Who does the work.

    Attributes:
        jobs: Processes on this machine, of one thread each; 1 is this process itself.
        cluster: Address of a Dask scheduler, in place of processes of our own.
    """

    jobs: int = 1
    cluster: str | None = None

    @property
    def elsewhere(self) -> bool:
        """Whether other processes work."""
        return self.jobs > 1 or self.cluster is not None

    def map(
        self,
        do: Callable[[T], R],
        items: Sequence[T],
        lost: Callable[[T], R],
        *,
        ordered: bool = True,
    ) -> Iterator[R]:
        """What comes of every item, once each.

        A worker that dies is replaced, and what it had under way is done again.

        Args:
            do: Does one; can be sent to another process, like items and results.
            items: All there is to do.
            lost: What comes of an item that no worker survives.
            ordered: Whether results come in the order of the items, or as they are done.

        Raises:
            UsageError: Dask is not installed, or no scheduler answers.
            DataError: The cluster is lost.
        """
        if not self.elsewhere:
            yield from map(do, items)
            return
        at_work = _processes(self.jobs) if self.cluster is None else _cluster(self.cluster)
        with at_work as crash:
            left = dict(enumerate(items))
            while left:
                try:
                    for number, result in _parallel(do, list(left.items()), ordered=ordered):
                        del left[number]
                        yield result
                except crash:  # because of one of those that were under way, or of none
                    for number in list(left)[: _at_once()]:
                        yield _alone(do, left.pop(number), lost, crash)


def _parallel(
    do: Callable[[T], R], numbered: Sequence[tuple[int, T]], *, ordered: bool
) -> Iterator[tuple[int, R]]:
    from joblib import Parallel, delayed

    parallel = Parallel(batch_size=1, return_as="generator" if ordered else "generator_unordered")
    results: Iterator[tuple[int, R]] = parallel(
        delayed(_numbered)(do, number, item) for number, item in numbered
    )
    return results


def _alone(do: Callable[[T], R], item: T, lost: Callable[[T], R], crash: type[Exception]) -> R:
    """What comes of an item when no other is under way, so that a crash is its own.

    One crash more may still be the echo of what was under way before.
    """
    for _ in range(ATTEMPTS):
        with suppress(crash):
            ((_, result),) = _parallel(do, [(0, item)], ordered=True)
            return result
    return lost(item)


def _at_once() -> int:
    """How many items are under way at the same time."""
    from joblib import effective_n_jobs

    return int(effective_n_jobs())


def _numbered(do: Callable[[T], R], number: int, item: T) -> tuple[int, R]:
    return number, do(item)


@contextmanager
def _processes(jobs: int) -> Iterator[type[Exception]]:
    """Gives, as `_cluster` does, the error that tells that a worker has died."""
    from joblib import parallel_config
    from joblib.externals.loky.process_executor import TerminatedWorkerError

    with parallel_config(backend="loky", n_jobs=jobs, inner_max_num_threads=1):
        yield TerminatedWorkerError


@contextmanager
def _cluster(address: str) -> Iterator[type[Exception]]:
    try:
        from distributed import Client, KilledWorker
    except ImportError as error:
        raise UsageError(
            ko="--cluster에는 Dask가 필요합니다: pip install 'jihwa[cluster]'",
            en="--cluster needs Dask: pip install 'jihwa[cluster]'",
        ) from error
    from joblib import parallel_config

    try:
        connect: Any = Client
        client = connect(address, timeout=CONNECT_S, set_as_default=True)
    except (OSError, ValueError) as error:
        raise UsageError(
            ko=f"{address}: Dask 스케줄러가 답하지 않습니다 ({error}). `dask scheduler`가 도는지, "
            "주소가 맞는지 확인하세요.",
            en=f"{address}: no Dask scheduler answers ({error}). Check that `dask scheduler` runs "
            "there, and the address.",
        ) from error
    with client:
        try:
            with parallel_config(backend="dask", n_jobs=-1):
                yield KilledWorker
        except TimeoutError as error:
            raise DataError(
                ko=f"{address}: 일할 곳이 없습니다 ({error}). `dask worker {address}`로 더하세요.",
                en=f"{address}: no worker is there ({error}). Add one: `dask worker {address}`.",
            ) from error
