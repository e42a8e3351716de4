"""The process that drives pyttsx3: `python -m jihwa.io.speech.worker`, spoken to in JSON lines.

The engine hangs when several threads use it, blocks while it speaks, and prints; so it has a
process of its own. The first line on stdin says how to speak (the fields of `VoiceSettings`), each
further one what to do: `{"say": TEXT}`, `{"save": TEXT, "path": PATH}` or `{"list": "voices"}`.
Every line is answered by one on stdout when it is done: `{}`, the first by `{"driver": …, "voice":
…}`, a list by `{"voices": [[ID, NAME], …]}`, or any by `{"problem": …, "detail": …}`. The end of
stdin ends the process at once, mid-word too: that is how it is stopped, and why it never outlives
the program that started it, however that ends.
"""

import json
import os
import queue
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn, TextIO

from jihwa.io.speech.problems import Problem, SpeechError
from jihwa.io.speech.pronunciation import pronounce

PLAYERS: Sequence[Sequence[str]] = (("aplay", "-q"), ("paplay",), ("pw-play",))
"""Programs that play a WAV file, the first that is there is used."""

ESPEAK = "espeak"
"""The driver that needs our help: it reads Korean without most sound changes, and plays what it
has made with `aplay` without telling whether that is there. The voices of macOS and Windows
pronounce and play by themselves."""

_KOREAN = re.compile(r"ko([-_]|$)", re.IGNORECASE)


_NO_DEVICE = re.compile(
    r"open error|no soundcards|cannot find card|no such device|connection refused|host is down",
    re.IGNORECASE,
)
"""What players say where there is no sound device, or no sound server."""
_PLACE = re.compile(r"^[\w./-]+: (?:\w+:\d+: )?")
"""Program, function and line that a player's message begins with."""
_DETAIL = 120
"""So many characters of a player's last line are told; ALSA writes many more before it."""


def player() -> Sequence[str] | None:
    """The command that plays a sound file here; None where there is none."""
    return next((each for each in PLAYERS if shutil.which(each[0])), None)


class Synthesizer:
    """A pyttsx3 engine with a Korean voice.

    Args:
        name: Identifier or name of the voice, with a variant behind it (`ko+f3`) if the engine has
            those; None for any Korean one.
        rate_wpm: Words a minute.
        volume: 0 to 1.
        scratch: A folder for sounds while they are played.

    Raises:
        SpeechError: There is no engine, or no such voice.
    """

    def __init__(self, name: str | None, rate_wpm: float, volume: float, scratch: Path) -> None:
        try:
            import pyttsx3

            self._engine = pyttsx3.init()
        except Exception as error:  # each driver fails in its own way where it is not at home
            raise SpeechError(Problem.ENGINE, str(error)) from error
        self._scratch = scratch
        self._playing: subprocess.Popen[str] | None = None
        self.driver: str = self._engine.driver_name
        self._settle()
        self.voice = self._choose(name)
        self._engine.setProperty("voice", self.voice)
        self._engine.setProperty("rate", int(rate_wpm))
        self._engine.setProperty("volume", volume)
        self._settle()  # without an error, whatever was set
        if str(self._engine.getProperty("voice")).casefold() != self.voice.casefold():
            raise SpeechError(Problem.KOREAN, self.voice)

    def voices(self) -> list[Any]:
        """The Korean voices, as the engine describes them."""
        every = self._engine.getProperty("voices")
        return [each for each in every if any(map(_is_korean, each.languages or ()))]

    def _choose(self, wanted: str | None) -> str:
        korean = self.voices()
        if not korean:
            raise SpeechError(Problem.KOREAN)
        if wanted is None:
            return str(korean[0].id)
        name, plus, variant = wanted.partition("+")
        for each in korean:
            if name.casefold() in (each.id.casefold(), each.name.casefold()):
                return f"{each.id}{plus}{variant}"
        there_are = ", ".join(str(each.id) for each in korean)
        raise SpeechError(Problem.NAME, f"{wanted}; {there_are}")

    def say(self, text: str) -> None:
        """Speak, and return when it is over.

        Raises:
            SpeechError: Nothing can be heard.
        """
        if self.driver != ESPEAK:
            self._engine.say(text)
            self._engine.runAndWait()
            return
        command = player()
        if command is None:
            raise SpeechError(Problem.PLAYER)
        sound = self._scratch / "speech.wav"
        self._synthesise(text, sound)
        self._playing = subprocess.Popen(  # noqa: S603  # one of PLAYERS
            [*command, str(sound)], stderr=subprocess.PIPE, text=True, errors="replace"
        )
        _, told = self._playing.communicate()
        if self._playing.returncode:
            no_device = _NO_DEVICE.search(told)
            last = (told.strip().splitlines() or [""])[-1]
            detail = _PLACE.sub("", last)[:_DETAIL]
            raise SpeechError(Problem.DEVICE if no_device else Problem.SOUND, detail)

    def save(self, text: str, path: Path) -> None:
        """Write what would be heard to a file: WAV, but AIFF on macOS.

        Raises:
            SpeechError: The file could not be written.
        """
        sound = self._scratch / "saved.wav"
        self._synthesise(text, sound)
        try:
            shutil.copyfile(sound, path)
        except OSError as error:
            raise SpeechError(Problem.FILE, f"{path}: {error.strerror}") from error

    def close(self) -> None:
        """Let go of the engine, which is silent from now on."""
        if self._playing is not None:
            self._playing.kill()

    def _synthesise(self, text: str, sound: Path) -> None:
        spoken = pronounce(text) if self.driver == ESPEAK else text
        self._engine.save_to_file(spoken, str(sound))
        if self.driver == ESPEAK:
            self._settle()
        self._engine.runAndWait()

    def _settle(self) -> None:
        """Wait until everything that was asked so far, and is silent, has been done.

        `runAndWait` would do for this, but for espeak it begins with a stop: what espeak's own
        thread still has to do is cancelled, settings among it, and the stop is kept and cuts off
        the next text before its first sound. So nothing is run while that thread works.
        """
        if self.driver != ESPEAK:
            self._engine.runAndWait()
            return
        from pyttsx3.drivers import _espeak

        self._engine.proxy.setBusy(False)  # what is queued goes to espeak now
        _espeak.Synchronize()


def _is_korean(language: str | bytes) -> bool:
    name = language.decode(errors="ignore") if isinstance(language, bytes) else str(language)
    return bool(_KOREAN.match(name))


class _Requests:
    """The lines of stdin; its end is the end of the process."""

    def __init__(self, lines: TextIO) -> None:
        self.scratch = Path(tempfile.mkdtemp(prefix="jihwa-voice-"))
        self.speaker: Synthesizer | None = None
        self._lines = lines
        self._requests: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        threading.Thread(target=self._read, daemon=True).start()

    def next(self) -> dict[str, Any]:
        """Wait for the next request."""
        return self._requests.get()

    def close(self) -> None:
        """Be quiet, and leave nothing behind."""
        if self.speaker is not None:
            self.speaker.close()
        shutil.rmtree(self.scratch, ignore_errors=True)

    def _read(self) -> None:
        for line in self._lines:
            self._requests.put(json.loads(line))
        self.close()
        os._exit(0)  # the engine may be in the middle of anything


def main() -> None:
    """Serve stdin until it ends, or the engine fails in a way that nobody foresaw."""
    answers = _apart()
    requests = _Requests(sys.stdin)
    try:
        _serve(requests, answers)
    finally:
        requests.close()


def _serve(requests: _Requests, answers: TextIO) -> NoReturn:
    def answer(content: Mapping[str, object]) -> None:
        print(json.dumps(content), file=answers, flush=True)

    while True:
        request = requests.next()
        try:
            if requests.speaker is None:
                requests.speaker = Synthesizer(**request, scratch=requests.scratch)
                answer({"driver": requests.speaker.driver, "voice": requests.speaker.voice})
            elif "list" in request:
                answer({"voices": [[each.id, each.name] for each in requests.speaker.voices()]})
            elif "save" in request:
                requests.speaker.save(request["save"], Path(request["path"]))
                answer({})
            else:
                requests.speaker.say(request["say"])
                answer({})
        except SpeechError as error:
            answer({"problem": error.problem, "detail": error.detail})


def _apart() -> TextIO:
    """A stream for answers; what engine and player print to stdout or stderr goes nowhere."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    return answers


if __name__ == "__main__":
    main()
