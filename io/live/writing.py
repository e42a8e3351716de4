"""The text of a session: hand and keyboard write it, it is journalled, and then it is told.

What a user asks for is a `request`. Everything else here belongs to the thread that follows the
session's queue.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from functools import cached_property

import numpy as np

from jihwa.composer.composer import Composer
from jihwa.composer.text.transcript import Completion, TextEdit, Update
from jihwa.data.alphabet import COMMANDS, Control
from jihwa.data.messages import JihwaError, Message
from jihwa.data.signal.frames import Frames
from jihwa.data.signal.monitor import SensorMonitor
from jihwa.io.engine import Change, Engine, Relay, Sink
from jihwa.io.live.journal import SessionLog
from jihwa.io.live.shown import HoldReader, LiveText, is_rest
from jihwa.io.live.state import HoldState, TextState, request
from jihwa.io.live.wearer import Learning, Wearer
from jihwa.recognizer.events import Emission
from jihwa.recognizer.word_signs import WordSignSpotter

KEPT_WORDS, MOST_WORDS = 40, 80
"""Of more words than can be chosen anew, the composer forgets all but the last ones."""


class Writing:
    """Drives an engine with the signal and with what the user asks for.

    A hand that rests for `pause_s` by the device's clock completes the text, as `conclude` does.

    Args:
        make_engine: Makes what turns signal into text, in the thread that needs it.
        journal: Brings the text to go on with, and keeps every change of it before it is told.
        sinks: What follows the text.
        wearer: Who learns from the text; None for nobody.
        pause_s: How long the hand rests before the text is completed; infinite for never.
        accept_s: How long it holds a letter before the likeliest completion is taken; as well.
        notify: Tells the user something.
        then: Takes requests, and does them in their order.
        word_signs: Reads word signs, too; None for letters alone.
    """

    def __init__(
        self,
        make_engine: Callable[[], Engine],
        journal: SessionLog,
        sinks: Sequence[Sink],
        wearer: Wearer | None,
        pause_s: float,
        accept_s: float,
        notify: Callable[[Message], None],
        then: Callable[[Callable[[], None]], None],
        word_signs: WordSignSpotter | None = None,
    ) -> None:
        self.then = then
        self._make_engine, self._journal, self._word_signs = make_engine, journal, word_signs
        self._pause_s, self._accept_s, self._notify = pause_s, accept_s, notify
        self._text = LiveText(journal.text)
        self._learning = Learning(wearer, self._text, notify) if wearer else None
        self._relay = Relay([*filter(None, [self._learning]), *sinks], notify)
        self._holds = HoldReader()
        self._is_open, self._now_s = False, 0.0  # device time of the last sample
        self._changed_s = -math.inf  # device time of the last change of the text
        self._asked_s = -math.inf  # start of the last hold that may have been a pause
        self._dwelt_s = -math.inf  # start of the last one that was held for so long

    @request
    def type(self, text: str) -> None:
        """Write characters at the cursor; the preedit before them becomes final."""
        self._take_held()
        self._change(self._composer.type(text))

    @request
    def backspace(self) -> None:
        """Take back the last sign, or the last character of a text that is older."""
        self._take_held()
        if self._is_older:
            self._shorten(1)
        else:
            self._change(self._composer.backspace())

    @request
    def backspace_word(self) -> None:
        """Take back the last word."""
        self._take_held()
        if self._is_older:
            text = self._text.committed.rstrip()
            words = text.rsplit(maxsplit=1)
            self._shorten(len(self._text.committed) - len(text) + len(words[-1]) if words else 0)
        else:
            self._change(self._composer.backspace_word())

    @request
    def clear(self) -> None:
        """Take back the text, as far as that can be undone; if there is none, what is older."""
        self._take_held()
        if self._is_older:
            self._shorten(len(self._text.committed))
        else:
            self._change(self._composer.clear())

    @request
    def undo(self) -> None:
        """Take back the last change of the text, by hand or by key, if there is one."""
        if update := self._composer.undo():
            self._change(update)

    @request
    def redo(self) -> None:
        """Take back the last undo, if there is one."""
        if update := self._composer.redo():
            self._change(update)

    @request
    def select(self, word: int | None) -> None:
        """Look at what one of the words shown may be; None for the last one again."""
        if word is not None:
            self._take_held()
        self._text.select(word)

    @request
    def choose(self, word: int, text: str) -> None:
        """Rewrite one of the words shown as one of its candidates, or as anything."""
        if 0 <= word < len(self._text.show(self._composer).words):
            self._change(self._composer.choose(word, text))
            if self._learning:
                self._learning.choose(text)

    @request
    def accept(self, completion: Completion) -> None:
        """Write a completion, if its word is still the last one or the next."""
        self._take_held()
        with suppress(IndexError):
            self._change(self._composer.accept(completion))

    def complete_now(self) -> None:
        """Make the text final, as a long rest does."""
        self._take_held()
        self._change(self._composer.complete())

    complete = request(complete_now)

    @property
    def is_open(self) -> bool:
        """Whether anything was written since the text was completed."""
        return self._is_open

    @property
    def committed(self) -> str:
        """The text that is final; it is known before there is an engine."""
        return self._text.committed

    @property
    def sensors(self) -> SensorMonitor:
        """Which sensors fail."""
        return self._engine.sensors

    def text(self) -> TextState:
        """The text as it is shown, with the letter that is held right now."""
        written = self._text.show(self._composer)
        return (
            written if written.selected is not None else self._holds.behind(written, self._engine)
        )

    def hold(self) -> HoldState | None:
        """The hold that goes on; None while the hand moves."""
        return self._holds.hold(self._engine)

    def load(self) -> None:
        """Make the engine now: that takes its time.

        Raises:
            UsageError: The models or the profile cannot be opened.
            DataError: One of them is damaged.
        """
        _ = self._engine

    def renew(self) -> None:
        """Go on behind the same text with an engine that knows what the wearer has shown."""
        self._engine = self._begun()
        self._holds = HoldReader()

    def wear(self, wearer: Wearer) -> None:
        """Go on behind the same text with another wearer; what was learned of this one is kept.

        Raises:
            UsageError: The profile cannot be opened; this wearer goes on.
            DataError: It is damaged; as well.
        """
        if self._learning:
            self._learning.keep()
        made, self._make_engine = self._make_engine, wearer.engine
        try:
            self.renew()
        except JihwaError:
            self._make_engine = made
            raise
        if self._learning:
            self._learning.wear(wearer)

    def feed(self, frames: Frames) -> None:
        """Read the signal."""
        if not len(frames):  # a word sign may end where there is no hand any more
            self._follow(self._engine.feed(frames))
        while len(frames):
            until = int(np.searchsorted(frames.time_s, self._due_s(frames))) + 1
            self._follow(self._engine.feed(frames[:until]))
            self._now_s = float(frames.time_s[:until][-1])
            frames = frames[until:]
            self._complete_if_resting()
            self._accept_if_held()

    def overlook(self, frames: Frames) -> None:
        """Follow the signal without reading letters; what is held writes nothing either."""
        self._follow(self._engine.overlook(frames))

    def conclude(self) -> None:
        """Take in what is still held, as if the signal ended, and complete the text."""
        self._follow(self._engine.flush())
        self._change(self._composer.complete())

    def end(self) -> None:
        """End signal and text."""
        self.conclude()
        self._relay.finish(self._engine.finish())

    def tidy(self) -> bool:
        """Do what can wait, now that nothing else does; whether there is news to see.

        The composer forgets what is far behind, so that memory and time stay bounded; the wearer
        learns one thing; and `LiveText` finds out what a word may be, and what may come next.
        """
        written = self._text.show(self._composer)
        choosing = written.selected is not None
        if len(written.words) > MOST_WORDS and not choosing and self._composer.release(KEPT_WORDS):
            self._text.renew()
        if self._learning:
            self._learning.idle()
            if not self._is_open and (expected := self._learning.expected()):
                self._change(self._composer.expect(*expected))
        foreseen = self._text.look_ahead(self._composer, self._holds.read(self._engine))
        return self._text.look_up(self._composer) or foreseen

    @cached_property
    def _engine(self) -> Engine:
        return self._begun()

    def _begun(self) -> Engine:
        engine = self._make_engine()
        engine.word_signs = self._word_signs
        engine.reset()
        self._begin_behind(engine.composer)
        return engine

    @property
    def _composer(self) -> Composer:
        return self._engine.composer

    @property
    def _is_older(self) -> bool:
        """Whether all of the text is older than what the composer knows."""
        return not (self._composer.text or self._composer.preedit)

    def _take_held(self) -> None:
        """Take in what is held before the user changes the text: what is seen is what counts."""
        self._follow(self._engine.take(self._holds.letters(self._engine)))

    def _follow(self, changes: Iterable[Change]) -> None:
        for update, emission in changes:
            self._tell(update, emission)
            for message in self._engine.recognizer.fit.take_messages():
                self._notify(message)

    def _change(self, update: Update) -> None:
        """Follow a change that no hold has made."""
        self._tell(self._engine.learn(update), None)

    def _tell(self, update: Update, emission: Emission | None) -> None:
        """Journal how the text has changed, tell it, and do what a command of the hand means."""
        self._text.follow(update)
        if edit := TextEdit(update.withdrawn, update.committed):
            self._journal.edit(edit)
        if update.complete:
            if self._is_open:
                self._journal.complete()
            self._is_open = False
        elif edit or update.edit:
            self._is_open = True
            self._changed_s = emission.segment.end_s if emission else self._now_s
        self._relay.update(update, emission)
        match update.command:
            case Control.ENTER:
                self._change(self._composer.type("\n"))
                self._is_open = False
            case Control.BACKSPACE if not update.edit and self._is_older:
                self._shorten(1)
            case Control.CLEAR if not update.edit and self._is_older:
                self._shorten(len(self._text.committed))

    def _shorten(self, length: int) -> None:
        """Take characters off the end of a text that the composer does not know."""
        length = min(length, len(self._text.committed))
        if length:
            self._change(Update(TextEdit(length, ""), "", "", withdrawn=length))
            self._begin_behind(self._composer)

    def _begin_behind(self, composer: Composer) -> None:
        self._text.renew()
        composer.reset(self._text.context)

    def _due_s(self, frames: Frames) -> float:
        """Device time before which no pause can be over and no letter held for long, to look then.

        No hold that begins in these frames is either before `pause_s` or `accept_s` have gone by.
        """
        hold, soonest_s = self._engine.recognizer.hold, float(frames.time_s[0])
        begun_s = hold.segment.start_s if hold else soonest_s
        rests_s = soonest_s if begun_s == self._asked_s else max(begun_s, self._changed_s)
        held_s = soonest_s if begun_s == self._dwelt_s else begun_s
        return min((rests_s if hold else soonest_s) + self._pause_s, held_s + self._accept_s)

    def _complete_if_resting(self) -> None:
        recognizer = self._engine.recognizer
        hold = recognizer.hold
        if not self._is_open or hold is None or hold.segment.start_s == self._asked_s:
            return
        if self._now_s >= max(hold.segment.start_s, self._changed_s) + self._pause_s:
            self._asked_s = hold.segment.start_s
            if is_rest(*recognizer.read(hold.segment)):
                self._change(self._composer.complete())

    def _accept_if_held(self) -> None:
        engine = self._engine
        hold = engine.recognizer.hold
        if hold is None or hold.segment.start_s == self._dwelt_s:
            return
        if self._now_s >= hold.segment.start_s + self._accept_s:
            self._dwelt_s = hold.segment.start_s
            (emission,) = engine.recognizer.read(hold.segment)
            sign = engine.recognizer.alphabet.signs[int(emission.log_likelihood.argmax())]
            if not is_rest(emission) and sign not in COMMANDS:
                self._take_held()
                self._change(self._composer.accept())
