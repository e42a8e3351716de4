"""The writing of a session: signal and keyboard become text, which is journalled before it is told.

Only the owner thread of a session comes here.
"""

import math
from collections.abc import Callable

import numpy as np

from jihwa.composer.composer import Composer
from jihwa.composer.language.token_model import Mode, TokenModel
from jihwa.composer.text.edits import TextEdit
from jihwa.composer.text.transcript import Transcript, Update
from jihwa.data.alphabet import Control
from jihwa.data.signal.frames import Frames
from jihwa.io.engine import Engine, Sink
from jihwa.io.live.holds import HoldReader, is_rest
from jihwa.io.live.page import LivePage
from jihwa.recognizer.events import Emission

KEPT_WORDS, MOST_WORDS = 40, 80
"""Of more words than can be chosen anew, the composer forgets all but the last ones."""


class Writing:
    """Follows an engine as its only sink, and drives it.

    A hand that comes to rest for `pause_s` completes the text. That is told by the device's clock,
    so that it does not depend on how the signal was cut. Where no signal comes any more, somebody
    else has to `settle` the text.

    Args:
        engine: Turns signal into text.
        page: The text.
        record: Takes every change of the committed text first.
        outlet: Follows the text.
        pause_s: How long the hand rests before the text is completed; infinite for never.

    Attributes:
        page: The text.
        holds: What the hand does right now. Its letters are taken in before the user changes
            the text: what is seen is what counts.
    """

    holds: HoldReader

    def __init__(
        self,
        engine: Engine,
        page: LivePage,
        record: Callable[[TextEdit], None],
        outlet: Sink,
        pause_s: float,
    ) -> None:
        self.page = page
        self._record, self._outlet, self._pause_s = record, outlet, pause_s
        self._now_s = 0.0  # device time of the last sample
        self._changed_s = -math.inf  # device time of the last change of the text
        self._open = False  # whether anything was written since the text was completed
        self._asked_s = -math.inf  # start of the last hold that may have been a pause
        self.use(engine)

    def use(self, engine: Engine) -> None:
        """Go on with another engine behind the same text."""
        engine.reset()
        engine.attach(self)
        self._engine, self.holds = engine, HoldReader(engine)
        self._begin_behind()

    @property
    def composer(self) -> Composer:
        """What composes the end of the text."""
        return self._engine.composer

    @property
    def is_open(self) -> bool:
        """Whether anything was written since the text was completed."""
        return self._open

    def feed(self, frames: Frames) -> None:
        """Read the signal."""
        while len(frames):
            until = int(np.searchsorted(frames.time_s, self._due_s(frames))) + 1
            self._engine.feed(frames[:until])
            self._now_s = float(frames.time_s[:until][-1])
            frames = frames[until:]
            self._complete_if_resting()

    def overlook(self, frames: Frames) -> None:
        """Follow the signal without reading it."""
        self._engine.overlook(frames)

    def settle(self) -> None:
        """Take in what is still held, as if the signal ended, and complete the text."""
        self._engine.settle()

    def finish(self, transcript: Transcript) -> None:
        """The text has ended."""
        self._outlet.finish(transcript)

    def update(self, update: Update, emission: Emission | None) -> None:
        """The text has changed."""
        self.page.follow(update)
        edit = TextEdit(update.withdrawn, update.committed)
        if edit:
            self._record(edit)
        if update.complete:
            self._open = False
        elif edit or update.edit:
            self._open = True
            self._changed_s = emission.segment.end_s if emission else self._now_s
        self._outlet.update(update, emission)
        self._obey(update)

    def type(self, text: str) -> None:
        """Write characters as they are."""
        self._take_held()
        self._engine.apply(self.composer.type(text))

    def complete(self) -> None:
        """Make the text final."""
        self._take_held()
        self._engine.apply(self.composer.complete())

    def undo(self) -> None:
        """Take back the last change of the user's, if there is one."""
        if update := self.composer.undo():
            self._engine.apply(update)

    def redo(self) -> None:
        """Take back the last undo, if there is one."""
        if update := self.composer.redo():
            self._engine.apply(update)

    def backspace(self) -> None:
        """Take back the last sign, or the last character of a text that is older."""
        self._take_held()
        if self._is_older:
            self._cut(1)
        else:
            self._engine.apply(self.composer.backspace())

    def backspace_word(self) -> None:
        """Take back the last word."""
        self._take_held()
        if self._is_older:
            text = self.page.text.rstrip()
            words = text.rsplit(maxsplit=1)
            self._cut(len(self.page.text) - len(text) + len(words[-1]) if words else 0)
        else:
            self._engine.apply(self.composer.backspace_word())

    def clear(self) -> None:
        """Take back the text, as far as that can be undone; if there is none, what is older."""
        self._take_held()
        if self._is_older:
            self._cut(len(self.page.text))
        else:
            self._engine.apply(self.composer.clear())

    def select(self, word: int | None) -> None:
        """Choose a word among those that the page shows; None for none."""
        if word is not None:
            self._take_held()
        self.page.select(word)

    def choose(self, word: int, text: str) -> bool:
        """Rewrite one of the words that the page shows; whether there is such a word.

        Raises:
            UsageError: The text is empty.
        """
        known = 0 <= word < len(self.page.show(self.composer).words)
        if known:
            self._engine.apply(self.composer.choose(word, text))
        return known

    def expect(self, model: TokenModel, mode: Mode) -> None:
        """Go on with a language model that has learned, for a text of this kind."""
        self._engine.apply(self.composer.expect(model, mode))

    def end(self) -> None:
        """End signal and text."""
        self._engine.settle()
        self._engine.flush()

    def release(self) -> None:
        """Let the composer forget what is far behind, so that memory and time stay bounded."""
        page = self.page.show(self.composer)
        choosing = page.selected is not None
        if len(page.words) > MOST_WORDS and not choosing and self.composer.release(KEPT_WORDS):
            self.page.renew()

    @property
    def _is_older(self) -> bool:
        """Whether all of the text is older than what the composer knows."""
        return not (self.composer.text or self.composer.preedit)

    def _take_held(self) -> None:
        self._engine.take(self.holds.letters())

    def _obey(self, update: Update) -> None:
        """Do what a command means beyond what the composer knows."""
        match update.command:
            case Control.ENTER:
                self._engine.apply(self.composer.type("\n"))
                self._open = False
            case Control.BACKSPACE if not update.edit and self._is_older:
                self._cut(1)
            case Control.CLEAR if not update.edit and self._is_older:
                self._cut(len(self.page.text))

    def _cut(self, length: int) -> None:
        """Take characters off the end of a text that the composer does not know."""
        length = min(length, len(self.page.text))
        if length:
            self._engine.apply(Update(TextEdit(length, ""), "", "", withdrawn=length))
            self._begin_behind()

    def _begin_behind(self) -> None:
        self.page.renew()
        self.composer.reset(self.page.context)

    def _due_s(self, frames: Frames) -> float:
        """Device time before which no pause can be over, to look then.

        No hold that begins in these frames is a pause before `pause_s` have gone by.
        """
        hold = self._engine.recognizer.hold
        if hold is None or hold.segment.start_s == self._asked_s:
            return float(frames.time_s[0]) + self._pause_s
        return max(hold.segment.start_s, self._changed_s) + self._pause_s

    def _complete_if_resting(self) -> None:
        recognizer = self._engine.recognizer
        hold = recognizer.hold
        if not self._open or hold is None or hold.segment.start_s == self._asked_s:
            return
        if self._now_s >= max(hold.segment.start_s, self._changed_s) + self._pause_s:
            self._asked_s = hold.segment.start_s
            if is_rest(*recognizer.read(hold.segment)):
                self._engine.apply(self.composer.complete())
