"""What of a text is said aloud, and when: every word once, and never what may still change."""

import re
import threading
from difflib import SequenceMatcher
from enum import StrEnum

from jihwa.composer.text.transcript import TextEdit, Transcript, Update
from jihwa.data.alphabet import Control
from jihwa.io.speech.process import VoiceSettings
from jihwa.io.speech.voice import Voice
from jihwa.recognizer.events import Emission

_WORD_END = re.compile(r"\s(?=\S*$)")
_SENTENCE_END = re.compile(r"\n|(?:[?!…]|(?<!\d)\.)+(?=\s|$)|\.(?=\s)")
"""A period behind a digit may be a decimal point, and waits for a space."""


class SpeechMode(StrEnum):
    """What is said by itself."""

    OFF = "off"
    WORD = "word"
    SENTENCE = "sentence"
    MANUAL = "manual"
    """Nothing; but unlike in OFF, what is asked for is said."""


class SpokenText:
    """Follows a text and has it spoken. Its methods may be called from any thread.

    A word is said when a space or newline follows it, a sentence when a newline or one of `.?!…`
    ends it, and both when the text is completed. A word that is rewritten after it was said is a
    correction; one that is erased as a whole is forgotten, and what is written then is new.

    Args:
        voice: What speaks.
        mode: What is said by itself.
        corrections: Whether a corrected word is said again.
    """

    def __init__(
        self, voice: Voice, mode: SpeechMode = SpeechMode.OFF, *, corrections: bool = False
    ) -> None:
        self._voice, self._mode, self._corrections = voice, mode, corrections
        self._lock = threading.Lock()
        self._text = ""
        self._preedit = ""
        self._heard = ""  # the beginning of the text as it was when it was said, or let pass
        self._completed: list[int] = []  # lengths of the text at which it was completed

    @property
    def mode(self) -> SpeechMode:
        """What is said by itself."""
        return self._mode

    @mode.setter
    def mode(self, mode: SpeechMode) -> None:
        with self._lock:
            self._mode = mode
            if mode is SpeechMode.OFF:
                self._voice.stop()

    def say_again(self) -> None:
        """Say the last sentence, also one that goes on."""
        with self._lock:
            self._say(self._sentence())

    def say(self, text: str) -> None:
        """Say another text."""
        with self._lock:
            self._say(text)

    def use(self, settings: VoiceSettings) -> None:
        """Speak like this from the next text on."""
        self._voice.use(settings)

    def stop(self) -> None:
        """Be quiet at once."""
        self._voice.stop()

    def update(self, update: Update, emission: Emission | None) -> None:
        """The text has changed."""
        with self._lock:
            kept = max(len(self._text) - update.withdrawn, 0)
            self._text = self._text[:kept] + update.committed
            self._preedit = update.preedit
            self._completed = [length for length in self._completed if length <= kept]
            if update.withdrawn and not update.committed:
                self._forget_erased()
            asked = update.command is Control.SPEAK
            self._follow(complete=update.complete, silently=asked)
            if asked:
                self._say(self._sentence())

    def finish(self, transcript: Transcript) -> None:
        """The text has ended: what is left of it is said."""
        with self._lock:
            shown = self._text + self._preedit
            edit = TextEdit(min(transcript.edit.delete, len(shown)), transcript.edit.insert)
            self._text, self._preedit = edit.apply(shown), ""
            self._follow(complete=True, silently=False)

    def _follow(self, *, complete: bool, silently: bool) -> None:
        """Say what is over and has not been heard."""
        if complete:
            self._completed.append(len(self._text))
        ready = self._text[: self._end(complete)]
        if silently or self._mode in (SpeechMode.OFF, SpeechMode.MANUAL):
            self._heard = self._text
        elif ready.startswith(self._heard):
            self._say(ready[len(self._heard) :])
            self._heard = ready
        elif not self._heard.startswith(ready):
            self._say(" ".join(self._rewritten(ready)))
            self._heard = ready

    def _end(self, complete: bool) -> int:
        """How much of the text is over."""
        if complete:
            return len(self._text)
        pattern = _WORD_END if self._mode is SpeechMode.WORD else _SENTENCE_END
        ends = [match.end() for match in pattern.finditer(self._text)]
        return max(ends[-1] if ends else 0, self._completed[-1] if self._completed else 0)

    def _rewritten(self, ready: str) -> list[str]:
        """The words to say of a text that is no longer what was heard."""
        old, new = self._heard.split(), ready.split()
        said: list[str] = []
        matcher = SequenceMatcher(a=old, b=new, autojunk=False)
        for change, begin, end, start, stop in matcher.get_opcodes():
            if change != "equal":
                corrected = 0 if self._corrections else end - begin
                said += new[start + corrected : stop]
        return said

    def _forget_erased(self) -> None:
        """Words of which nothing is shown any more count as never said."""
        shown = (self._text + self._preedit).rstrip()
        if len(shown) < len(self._heard):
            rest_of_word = re.match(r"\S*", self._heard[len(shown) :]) if shown else None
            self._heard = self._heard[: len(shown) + (rest_of_word.end() if rest_of_word else 0)]

    def _sentence(self) -> str:
        """The last sentence of the text."""
        text = self._text.rstrip()
        start = max((length for length in self._completed if length < len(text)), default=0)
        ends = [match.end() for match in _SENTENCE_END.finditer(text, start)]
        return text[max((end for end in ends if end < len(text)), default=start) :]

    def _say(self, text: str) -> None:
        if text.strip() and self._mode is not SpeechMode.OFF:
            self._voice.say(text.strip())
