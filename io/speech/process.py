"""The worker process seen from here: what it is asked, how long it may take, and its end."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from jihwa.io.speech.problems import Problem, SpeechError

WORKER = (sys.executable, "-P", "-m", "jihwa.io.speech.worker")
"""`-P`: what lies in the user's folder is not imported."""

_PATIENCE_S = 10.0
"""How long the worker may take to start, or to do anything beyond speaking."""
_SPEAKING_S, _AT_WPM = 1.5, 180.0
"""What a character may take at this rate: five times the usual, for digits and Latin letters."""
_MOMENT_S = 0.5
"""How long it may take to end by itself."""


@dataclass(frozen=True, slots=True)
class VoiceSettings:
    """How to speak.

    Attributes:
        name: The voice, by identifier or name; None for a Korean one of the engine's.
        rate_wpm: Words a minute.
        volume: 0 to 1.
    """

    name: str | None = None
    rate_wpm: float = 160.0
    volume: float = 1.0


class SpeechProcess:
    """A worker. Its methods block until it has answered; `stop` is for any thread.

    Args:
        settings: How to speak.
        command: What to start.
        patience_s: How long it may take beyond speaking.

    Attributes:
        settings: How it speaks.
        driver: What pyttsx3 calls the engine behind it, once it is open.
        voice: The voice that is set.

    Raises:
        SpeechError: It cannot be started.
    """

    def __init__(
        self,
        settings: VoiceSettings,
        command: Sequence[str] = WORKER,
        patience_s: float = _PATIENCE_S,
    ) -> None:
        self.settings, self._patience_s = settings, patience_s
        self._ending = threading.Lock()
        self.driver = self.voice = ""
        try:
            self._process = subprocess.Popen(  # noqa: S603  # our own worker
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                encoding="utf-8",
                start_new_session=True,  # Ctrl-C in the terminal is for jihwa alone
            )
        except OSError as error:
            raise SpeechError(Problem.ENGINE, str(error)) from error

    def open(self) -> None:
        """Wait until it is ready; before it speaks it has to be.

        Raises:
            SpeechError: It has no engine, or no Korean voice.
        """
        ready = self._ask(asdict(self.settings), self._patience_s)
        self.driver, self.voice = ready["driver"], ready["voice"]

    def __enter__(self) -> Self:
        try:
            self.open()
        except SpeechError:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def say(self, text: str) -> None:
        """Speak, and wait until it is over.

        Raises:
            SpeechError: Nothing was heard, or not all; or `stop` was called meanwhile.
        """
        self._ask({"say": text}, self._longest_s(text))

    def voices(self) -> list[tuple[str, str]]:
        """The Korean voices that the engine has, each by identifier and name.

        Raises:
            SpeechError: It does not answer.
        """
        return [
            (each, name) for each, name in self._ask({"list": "voices"}, self._patience_s)["voices"]
        ]

    def save(self, text: str, path: Path) -> None:
        """Write what would be heard to a sound file (WAV; macOS writes AIFF).

        Raises:
            SpeechError: It could not be made or written.
        """
        self._ask({"save": text, "path": str(path.absolute())}, self._longest_s(text))

    @property
    def alive(self) -> bool:
        """Whether it can be asked anything more."""
        return self._process.poll() is None

    def stop(self) -> None:
        """End it at once, mid-word too; it cannot be used any more. Stopping twice is fine."""
        with self._ending:
            process = self._process
            assert process.stdin is not None  # noqa: S101  # a pipe
            assert process.stdout is not None  # noqa: S101  # a pipe
            with suppress(OSError):  # what it had not read yet
                process.stdin.close()
            try:
                process.wait(_MOMENT_S)
            except subprocess.TimeoutExpired:
                _kill(process)
                process.wait()
            process.stdout.close()

    def _longest_s(self, text: str) -> float:
        return self._patience_s + len(text) * _SPEAKING_S * _AT_WPM / self.settings.rate_wpm

    def _ask(self, request: Mapping[str, object], timeout_s: float) -> dict[str, Any]:
        late = threading.Event()

        def give_up() -> None:
            late.set()
            self.stop()

        timer = threading.Timer(timeout_s, give_up)
        timer.start()
        line = ""
        try:
            with suppress(OSError, ValueError):  # it has ended, or is being stopped
                print(json.dumps(request), file=self._process.stdin, flush=True)
                line = self._process.stdout.readline() if self._process.stdout else ""
        finally:
            timer.cancel()
            timer.join()
        if not line.endswith("\n"):
            self.stop()
            raise SpeechError(Problem.SILENCE if late.is_set() else Problem.CRASH)
        answer: dict[str, Any] = json.loads(line)
        if "problem" in answer:
            raise SpeechError(Problem(answer["problem"]), answer["detail"])
        return answer


def _kill(process: "subprocess.Popen[str]") -> None:
    """End a process that does not listen, and all that it has started."""
    if sys.platform == "win32":
        process.kill()
    else:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
