"""Typing what is final into another program, as if its user had typed it there."""

import subprocess
import threading
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from queue import Queue
from typing import Protocol

from jihwa.composer.text.transcript import TextEdit, Transcript, Update
from jihwa.data.messages import JihwaError
from jihwa.recognizer.events import Emission

PATIENCE_S = 5.0
"""How long a tool of the system may take."""

Environment = Mapping[str, str]


class Target(Protocol):
    """A program that takes keys."""

    def type(self, edit: TextEdit) -> None:
        """Press Backspace for every character to delete, then type the others; does not wait.

        Args:
            edit: What to type: characters, and line ends for Enter.

        Raises:
            OutletError: The program is gone, or takes no keys any more.
        """

    def close(self) -> None:
        """Type what still waits, and let go of the program.

        Raises:
            OutletError: Something that was typed did not arrive.
        """


class Outlet:
    """A sink that types what becomes final; preedit never leaves jihwa.

    Args:
        target: Where to type.
    """

    def __init__(self, target: Target) -> None:
        self._target = target
        self._preedit = ""
        self._typed = 0  # characters that can be taken back

    def update(self, update: Update, emission: Emission | None) -> None:
        """Type what has just become final, taking back first what was withdrawn.

        Raises:
            OutletError: The program is gone, or takes no keys any more.
        """
        self._preedit = update.preedit
        self._type(TextEdit(update.withdrawn, update.committed))

    def finish(self, transcript: Transcript) -> None:
        """Type what the preedit came to.

        Raises:
            OutletError: The program is gone, or takes no keys any more.
        """
        kept = len(self._preedit) - transcript.edit.delete  # below 0: final text is taken back
        became = self._preedit[: max(kept, 0)] + transcript.edit.insert
        self._preedit = ""
        self._type(TextEdit(max(-kept, 0), became))

    def _type(self, edit: TextEdit) -> None:
        """Leave alone what stood in the text before the program was typed into."""
        foreign = max(edit.delete - self._typed, 0)
        edit = TextEdit(edit.delete - foreign, without_controls(edit.insert)[foreign:])
        self._typed += len(edit.insert) - edit.delete
        if edit:
            self._target.type(edit)


def without_controls(text: str) -> str:
    """The text without anything that a terminal would obey, one character for one character."""
    composed = unicodedata.normalize("NFC", text)
    return "".join(c if c == "\n" or unicodedata.category(c)[0] != "C" else " " for c in composed)


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


def run(command: Sequence[str], given: bytes = b"") -> None:
    """Run a tool of the system, through which other programs are reached.

    Raises:
        OutletError: It failed, or does not answer.
    """
    try:
        done = subprocess.run(  # noqa: S603  # a list of words, no shell
            command,
            input=given,
            stdout=subprocess.DEVNULL,  # what stays to serve a clipboard would keep a pipe open
            stderr=subprocess.DEVNULL,
            timeout=PATIENCE_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise _failed(command[0], str(error)) from error
    if done.returncode:
        raise _failed(command[0], str(done.returncode))


def _failed(tool: str, why: str) -> OutletError:
    return OutletError(
        ko=f"{tool} 실패 ({why}). 글은 jihwa에 남아 있습니다. `jihwa doctor`로 살펴보세요.",
        en=f"{tool} has failed ({why}). The text is safe in jihwa. See `jihwa doctor`.",
    )
