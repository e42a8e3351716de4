"""The voice: texts are queued and spoken one after the other, beside everything else."""

import threading
from collections import deque
from collections.abc import Callable, Sequence

from jihwa.data.messages import Message
from jihwa.io.speech.problems import LASTING, Problem, SpeechError
from jihwa.io.speech.process import WORKER, SpeechProcess, VoiceSettings


class Voice:
    """Speaks what it is given, in order. Its methods return at once, in any thread.

    Where nothing can be heard the user is told once, and the texts are let go.

    Args:
        settings: How to speak.
        notice: Takes what the user has to know; called from a thread of the voice.
        command: The worker to start.
        patience_s: How long the worker may take beyond speaking.
    """

    def __init__(
        self,
        settings: VoiceSettings,
        notice: Callable[[Message], None],
        *,
        command: Sequence[str] = WORKER,
        patience_s: float = 10.0,
    ) -> None:
        self._settings = settings
        self._notice = notice
        self._command = command
        self._patience_s = patience_s
        self._change = threading.Condition()
        self._texts: deque[str] = deque()
        self._speaking = False
        self._stops = 0
        self._closed = False
        self._silent = False
        self._told: set[Problem] = set()
        self._process: SpeechProcess | None = None
        self._thread = threading.Thread(target=self._run, name="voice", daemon=True)
        self._thread.start()

    @property
    def busy(self) -> bool:
        """Whether something is being spoken, or will be."""
        with self._change:
            return self._speaking or bool(self._texts)

    def say(self, text: str) -> None:
        """Speak behind what is already waiting."""
        with self._change:
            if text.strip() and not (self._silent or self._closed):
                self._texts.append(text)
                self._change.notify_all()

    def use(self, settings: VoiceSettings) -> None:
        """Speak like this from the next text on; what failed for the last voice is tried again."""
        with self._change:
            if settings != self._settings:
                self._settings, self._silent = settings, False
                self._told.clear()

    def stop(self) -> None:
        """Be quiet at once, and forget what is waiting."""
        with self._change:
            self._texts.clear()
            self._stops += 1
            process = self._release() if self._speaking else None
        if process is not None:
            threading.Thread(target=process.stop, name="voice-stop", daemon=True).start()

    def close(self) -> None:
        """Be quiet, and end the worker. Returns when it has ended; closing twice is fine."""
        with self._change:
            self._texts.clear()
            self._stops += 1
            self._closed = True
            self._change.notify_all()
            process = self._release()
        if process is not None:
            process.stop()
        self._thread.join()

    def _run(self) -> None:
        while True:
            with self._change:
                self._speaking = False
                self._change.notify_all()
                self._change.wait_for(lambda: self._texts or self._closed)
                if self._closed:
                    break
                text, stops = self._texts.popleft(), self._stops
                self._speaking = True
            try:
                self._speak(text, stops)
            except SpeechError as error:
                self._tell(error, stops)

    def _speak(self, text: str, stops: int) -> None:
        """Speak, with a new worker where the last was stopped, has failed or has another voice."""
        process, settings = self._process, self._settings
        if process and process.settings != settings:
            process.stop()
        if process is None or not process.alive or process.settings != settings:
            process = SpeechProcess(settings, self._command, self._patience_s)
            with self._change:
                stopped = stops != self._stops  # while it was started
                self._process = None if stopped else process
            if stopped:
                process.stop()
                return
            process.open()
        process.say(text)

    def _release(self) -> SpeechProcess | None:
        """The worker, which is about to be stopped; the next text gets a new one."""
        process, self._process = self._process, None
        return process

    def _tell(self, error: SpeechError, stops: int) -> None:
        useless = None
        with self._change:
            if stops != self._stops:
                return
            if error.problem in LASTING:
                self._silent = True
                self._texts.clear()
                useless = self._release()
            known = error.problem in self._told
            self._told.add(error.problem)
        if useless is not None:
            useless.stop()
        if not known:
            self._notice(error.message)
