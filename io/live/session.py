"""The live session: one queue, one owner thread.

Whatever happens (bytes, the state of the line, requests of a screen) is put into the queue; the
owner thread alone reads signal, writes text and publishes what it came to as a new `LiveState`.
"""

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import groupby
from queue import Empty, SimpleQueue
from typing import Literal

from jihwa.data.messages import JihwaError, Message
from jihwa.io.engine import Engine, Sink
from jihwa.io.failures import explain
from jihwa.io.live.journal import Record
from jihwa.io.live.owner import LiveOptions, Owner, Request
from jihwa.io.live.state import LiveState
from jihwa.io.sources.source import Connection, Received, Source, SourceEvent

TICK_S = 0.1
"""How often the owner thread looks around when nothing happens."""
BREATH_S = 0.025
"""What comes sooner after the last batch is read together: a fast glove costs no more than a slow
one, and a slow one never waits."""
MOST_AT_ONCE = 200
"""Events that are taken together when the owner thread is behind."""

Event = SourceEvent | Request


class LiveSession:
    """A session from its first byte to its last letter.

    All requests return at once, from any thread; they take effect in their order. A session that
    fails inside (`failure`) keeps its text and its journal, which the next start can go on with.

    Args:
        source: Where the signal comes from.
        prepare: Makes the engine, in the owner thread: it may take its time, nothing is lost
            meanwhile. Called again after a calibration.
        journal: Keeps what comes and what becomes of it, and brings the text to go on with.
        options: How the session behaves.
        sinks: What follows the text; called by the owner thread.
        changed: Is called by the owner thread whenever `state` is a new one; does not block.

    Attributes:
        failure: What ended the session before its time; None while all is well.
    """

    def __init__(
        self,
        source: Source,
        prepare: Callable[[], Engine],
        journal: Record,
        options: LiveOptions | None = None,
        sinks: Sequence[Sink] = (),
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        self.failure: Exception | None = None
        self._source, self._journal, self._changed = source, journal, changed
        self._queue: SimpleQueue[Event] = SimpleQueue()
        self._owner = Owner(prepare, journal, options or LiveOptions(), sinks, source.send)
        self._state = self._owner.state()
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="live session", daemon=True)

    @property
    def state(self) -> LiveState:
        """The session as it is now."""
        return self._state

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()
        self._source.start(self._queue.put)

    def close(self) -> None:
        """Read what has come, end the text, and let go of everything. Closing twice is fine."""
        self._source.close()
        self._ask(self._end)
        if self._thread.ident is None:  # it was never started
            self._journal.close()
        else:
            self._thread.join()

    def type(self, text: str) -> None:
        """Write characters at the cursor; the preedit before them becomes final."""
        self._ask(lambda owner: owner.writing.type(text))

    def backspace(self) -> None:
        """Take back the last sign."""
        self._ask(lambda owner: owner.writing.backspace())

    def backspace_word(self) -> None:
        """Take back the last word."""
        self._ask(lambda owner: owner.writing.backspace_word())

    def undo(self) -> None:
        """Take back the last change that the user made."""
        self._ask(lambda owner: owner.writing.undo())

    def redo(self) -> None:
        """Take back the last undo."""
        self._ask(lambda owner: owner.writing.redo())

    def complete(self) -> None:
        """Make the text final, as a long rest does."""
        self._ask(lambda owner: owner.writing.complete())

    def clear(self) -> None:
        """Take back the whole text."""
        self._ask(lambda owner: owner.writing.clear())

    def select(self, word: int | None) -> None:
        """Look at what one of the page's words may be; None for the last one again."""
        self._ask(lambda owner: owner.writing.select(word))

    def choose(self, word: int, text: str) -> None:
        """Rewrite one of the page's words as one of its candidates, or as anything."""
        self._ask(lambda owner: owner.choose(word, text))

    def pause(self, paused: bool) -> None:
        """Stop recognising, or go on; the signal is kept and shown meanwhile."""
        self._ask(lambda owner: owner.pause(paused))

    def calibrate(self, plan: Literal["quick", "full"]) -> None:
        """Show sign after sign instead of writing; at the end the hand is known."""
        self._ask(lambda owner: owner.calibrate(plan))

    def skip_prompt(self) -> None:
        """Leave out the sign that the calibration asks for."""
        self._ask(lambda owner: owner.skip_prompt())

    def stop_calibration(self) -> None:
        """Give up the calibration, and what was shown in it."""
        self._ask(lambda owner: owner.stop_calibration())

    def then(self, act: Callable[[], None]) -> None:
        """Do this, in the owner thread, when all that was asked before is done.

        Args:
            act: Does not block; a `JihwaError` that it raises is told to the user.
        """
        self._ask(lambda _: act())

    def notify(self, message: Message) -> None:
        """Tell the user something."""
        self._ask(lambda owner: owner.notify(message))

    def _ask(self, request: Request) -> None:
        self._queue.put(request)

    def _end(self, _: Owner) -> None:
        self._closing = True

    def _run(self) -> None:
        try:
            self._owner.prepare()
            self._publish()
            while not self._closing:
                self._follow()
            self._owner.end()
        except Exception as error:  # an isolation boundary: what was written is kept and shown
            self.failure = error
            self._owner.notify(_failed(error))
        self._journal.close(ended=self.failure is None)
        self._publish()

    def _follow(self) -> None:
        """Take in what has happened, and look around if that was nothing."""
        events: list[Event] = []
        with suppress(Empty):
            events.append(self._queue.get(timeout=TICK_S))
            while len(events) < MOST_AT_ONCE:
                events.append(self._queue.get_nowait())
        next_s = time.monotonic() + BREATH_S
        for event in _joined(events):
            self._take(event)
        news = self._queue.empty() and self._owner.leisure()
        if events or news:
            self._publish()
        if len(events) < MOST_AT_ONCE:
            time.sleep(max(next_s - time.monotonic(), 0))

    def _take(self, event: Event) -> None:
        if isinstance(event, Received):
            self._owner.receive(event.data, event.at_s)
        elif isinstance(event, Connection):
            self._owner.connect(event)
        else:
            self._owner.answer(event)

    def _publish(self) -> None:
        self._state = self._owner.state()
        self._changed()


def _joined(events: Iterable[Event]) -> Iterator[Event]:
    """The same events, but bytes that nothing came between are one."""
    for is_data, group in groupby(events, lambda event: isinstance(event, Received)):
        if is_data:
            received = [event for event in group if isinstance(event, Received)]
            yield Received(b"".join(each.data for each in received), received[-1].at_s)
        else:
            yield from group


def _failed(error: Exception) -> Message:
    if isinstance(error, JihwaError):
        return error.message
    if isinstance(error, OSError):
        return explain(error)
    what = f"{type(error).__name__}: {error}"
    return Message(
        ko=f"세션이 멈췄습니다 ({what}). 쓴 글은 기록되어 있습니다. 프로그램을 다시 시작하면 이어 "
        "쓸 수 있습니다.",
        en=f"The session has stopped ({what}). Its text is on disk: start the program again to go "
        "on with it.",
    )
