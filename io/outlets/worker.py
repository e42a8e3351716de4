"""Work that may take its time, done in order in a thread of its own, so that nobody waits."""

import threading
from collections.abc import Callable
from queue import Queue

from jihwa.data.messages import JihwaError

Job = Callable[[], None]


class OutletError(JihwaError):
    """What is typed does not arrive."""


class Worker:
    """Does jobs one after the other, until one fails: after that, no more is done.

    Args:
        name: What the thread is called.
        limit: How many jobs may wait.
    """

    def __init__(self, name: str, limit: int = 1000) -> None:
        self._limit = limit
        self._jobs: Queue[Job | None] = Queue()
        self._failure: OutletError | None = None
        self._failure_is_told = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def put(self, job: Job) -> None:
        """Do this after all that waits; returns at once.

        Args:
            job: Raises `OutletError` if it cannot be done.

        Raises:
            OutletError: An earlier job failed with it, or too many wait.
        """
        if self._failure:
            self._failure_is_told = True
            raise self._failure
        if self._jobs.qsize() >= self._limit:
            raise OutletError(
                ko=f"글을 받는 프로그램이 멈춰 입력 {self._limit}건이 밀렸습니다. 그 프로그램을 "
                "확인하고 jihwa를 다시 시작하세요.",
                en=f"The program typed into is stuck: {self._limit} inputs wait. See to it, then "
                "start jihwa again.",
            )
        self._jobs.put(job)

    def close(self, patience_s: float = 2.0) -> None:
        """Finish what waits.

        Args:
            patience_s: How long to wait for that.

        Raises:
            OutletError: A job failed, and nobody was told yet.
        """
        self._jobs.put(None)
        self._thread.join(patience_s)
        if self._failure and not self._failure_is_told:
            self._failure_is_told = True
            raise self._failure

    def _run(self) -> None:
        while job := self._jobs.get():
            try:
                job()
            except OutletError as error:
                self._failure = error
                return
