"""Work in other processes: every item is done once, whoever dies meanwhile."""

import os
import signal
import sys
from collections import Counter
from functools import partial

import pytest
from chores import LOST, lost, square, square_or_die, square_slowly

from jihwa.data.messages import UsageError
from jihwa.io.batch.jobs import Workers

N = 12


@pytest.fixture(scope="module")
def cluster():
    """A Dask scheduler with three workers in processes of their own."""
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=3, threads_per_worker=1, dashboard_address=None, silence_logs=50
    ) as cluster:
        yield cluster


@pytest.mark.parametrize("ordered", [True, False])
@pytest.mark.parametrize("jobs", [1, 2])
def test_every_item_is_done_once(jobs, ordered):
    results = list(Workers(jobs).map(square, range(N), lost, ordered=ordered))
    assert sorted(results) == [square(n) for n in range(N)]
    if ordered:
        assert results == sorted(results)


def test_one_job_is_this_process(tmp_path):
    list(Workers().map(partial(square_slowly, tmp_path / "log"), [1, 2], lost))
    pids = {line.split()[0] for line in (tmp_path / "log").read_text().splitlines()}
    assert pids == {str(os.getpid())}


def test_errors_of_the_work_are_the_callers():
    with pytest.raises(ZeroDivisionError):
        list(Workers(2).map((1).__truediv__, [1, 0], lost))


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs signals")
@pytest.mark.parametrize("ordered", [True, False])
def test_only_what_no_process_survives_is_lost(tmp_path, ordered):
    do = partial(square_or_die, {2, 7}, tmp_path / "died")
    results = list(Workers(2).map(do, range(N), lost, ordered=ordered))
    expected = [LOST if n in (2, 7) else n * n for n in range(N)]
    assert Counter(results) == Counter(expected)
    if ordered:
        assert results == expected


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs signals")
def test_worker_of_a_cluster_may_be_killed_while_it_works(cluster, tmp_path):
    do = partial(square_slowly, tmp_path / "log")
    results, killed = [], None
    for result in Workers(cluster=cluster.scheduler_address).map(
        do, range(60), lost, ordered=False
    ):
        results.append(result)
        if len(results) == 6:
            killed = int((tmp_path / "log").read_text().splitlines()[-1].split()[0])
            os.kill(killed, signal.SIGKILL)
    assert sorted(results) == [n * n for n in range(60)]
    began = [line.split() for line in (tmp_path / "log").read_text().splitlines()]
    assert len({pid for pid, _ in began} - {str(killed)}) >= 2
    again = [n for n, times in Counter(n for _, n in began).items() if times > 1]
    assert all(str(killed) in {pid for pid, other in began if other == n} for n in again)


def test_scheduler_that_does_not_answer_is_the_users_mistake(monkeypatch):
    pytest.importorskip("distributed")
    monkeypatch.setattr("jihwa.io.batch.jobs.CONNECT_S", 0.5)
    with pytest.raises(UsageError, match="no Dask scheduler answers"):
        list(Workers(cluster="tcp://127.0.0.1:1").map(square, range(N), lost))


def test_cluster_without_dask_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(UsageError, match=r"jihwa\[cluster\]"):
        list(Workers(cluster="tcp://127.0.0.1:1").map(square, range(N), lost))
