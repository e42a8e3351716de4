"""The live session: one queue, and one thread that follows it.

The source puts bytes and how the line is into the queue, the screen its requests. The session's
thread alone takes them out, reads, writes, and publishes a new `LiveState`. A byte goes this way:

    source → queue → `SignalReader`: whole lines → journal, samples → `Writing`: engine → text
    → journal, sinks, `LiveText` → `LiveState` → screen
"""

import math
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import groupby
from queue import Empty, SimpleQueue
from typing import BinaryIO

from jihwa.data.formats.layout import Layout
from jihwa.data.messages import JihwaError, Message, UsageError
from jihwa.data.signal.frames import Frames
from jihwa.io.engine import Engine, Sink
from jihwa.io.failures import explain, stopped
from jihwa.io.live.journal import SessionLog
from jihwa.io.live.signal import SignalReader
from jihwa.io.live.state import Answers, LiveState, Notices, TextState, request
from jihwa.io.live.wearer import CALIBRATED, NO_WEARER, LiveCalibration, PlanName, Wearer
from jihwa.io.live.writing import Writing
from jihwa.io.sources.source import Connection, Link, Received, Source, SourceEvent
from jihwa.recognizer.word_signs import WordSignSpotter

TICK_S = 0.1
"""How often the thread looks around when nothing happens."""
BREATH_S = 0.025
"""The least time between two batches; what comes meanwhile is read together."""
MOST_EVENTS = 200
"""Events that are taken together when the thread is behind."""
LEISURE_S = 0.15
"""How often there is time for what can wait."""

_Queued = SourceEvent | Callable[[], None]


@dataclass(frozen=True, slots=True)
class LiveOptions:
    """How a session behaves.

    Attributes:
        pause_s: How long the hand rests before the text is completed; infinite for never.
        accept_s: How long it holds a letter before the likeliest completion is taken; as well.
        layout: What lines without a header mean; None if they mean nothing.
        wearer: Who is calibrated, and learns from the text; None for nobody.
        recording: A file that takes the glove's lines too, unbuffered, as long as it can.
        word_signs: Reads word signs, too; None for letters alone.
    """

    pause_s: float = math.inf
    accept_s: float = math.inf
    layout: Layout | None = None
    wearer: Wearer | None = None
    recording: BinaryIO | None = None
    word_signs: WordSignSpotter | None = None


class LiveSession:
    """A session from its first byte to its last letter.

    All requests, those of `writing` too, return at once, from any thread, and take effect in order.
    A session that fails inside (`failure`) keeps text and journal; the next start can go on.

    Args:
        source: Where the signal comes from.
        make_engine: Makes the engine, in the session's thread, and again after a calibration.
        journal: Keeps what comes and what becomes of it, and brings the text to go on with.
        options: How the session behaves.
        sinks: What follows the text; called by the session's thread.
        changed: Is called by the session's thread whenever `state` is a new one; does not block.

    Attributes:
        writing: The text, and what a user may ask to be done to it.
        failure: What ended the session before its time; None while all is well.
        is_paused: Whether no letters are read; for the session's thread.
    """

    def __init__(
        self,
        source: Source,
        make_engine: Callable[[], Engine],
        journal: SessionLog,
        options: LiveOptions | None = None,
        sinks: Sequence[Sink] = (),
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        self.failure: Exception | None = None
        self._source, self._journal, self._changed = source, journal, changed
        self._options = options = options or LiveOptions()
        self._queue: SimpleQueue[_Queued] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="live session", daemon=True)
        self._is_ready = self._is_closing = self.is_paused = False
        self._active_s, self._leisure_s = time.monotonic(), 0.0  # what `_idle` goes by
        self._notices = Notices()
        journal.listen(self._notices.tell)
        self._connection = Connection(Link.OPENING)
        self._reader = SignalReader(self._keep, options.layout, options.word_signs)
        if options.layout:
            self._keep(options.layout.header)
        self.writing = Writing(
            *(make_engine, journal, sinks, options.wearer, options.pause_s, options.accept_s),
            *(self._notices.tell, self.then, options.word_signs),
        )
        self._wearer, self._answers = options.wearer, Answers()
        self._calibration: LiveCalibration | None = None
        self._state = self._look()

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
        self._leave()
        if self._thread.ident is None:  # it was never started
            self._journal.close()
        else:
            self._thread.join()

    def then(self, act: Callable[[], None]) -> None:
        """Do this, in the session's thread, when all that was asked before is done.

        It must not block; a `JihwaError` that it raises is told to the user.
        """
        self._queue.put(act)

    @request
    def notify(self, message: Message) -> None:
        """Tell the user something."""
        self._notices.tell(message)

    @request
    def answer(self, text: str) -> None:
        """Show what somebody who reads the text answers; nothing puts all answers away."""
        self._answers = self._answers.followed_by(text)

    @request
    def pause(self, paused: bool) -> None:
        """Stop recognising, or go on; the signal is kept and shown meanwhile."""
        if paused and not self.is_paused:
            self.writing.complete_now()
        self.is_paused = paused

    @request
    def calibrate(self, plan: PlanName) -> None:
        """Show sign after sign instead of writing; at the end the hand is known."""
        if self._wearer is None:
            self._notices.tell(NO_WEARER)
            return
        self.writing.complete_now()
        self.writing.overlook(Frames.empty())  # what is held right now writes nothing
        self._calibration = self._wearer.calibration(plan)

    @request
    def wear(self, wearer: Wearer, worn: Callable[[], None] = lambda: None) -> None:
        """Let another wearer go on, with a profile of their own; `worn` is called when they do."""
        if self._wearer is None:
            self._notices.tell(NO_WEARER)
            return
        self.writing.complete_now()
        self.writing.wear(wearer)
        self._wearer, self._calibration = wearer, None
        worn()

    @request
    def skip_prompt(self) -> None:
        """Leave out the sign that the calibration asks for."""
        if self._calibration:
            self._calibration.skip()

    @request
    def accept_form(self) -> None:
        """Take the sign as it was shown last, although it looks like another one."""
        if self._calibration:
            self._calibration.accept()

    @request
    def stop_calibration(self) -> None:
        """Give up the calibration, and what was shown in it."""
        self._calibration = None

    @request
    def _leave(self) -> None:
        self._is_closing = True

    def _run(self) -> None:
        try:
            self.writing.load()
            self._is_ready = True
            self._publish()
            while not self._is_closing:
                self._follow()
            self.writing.end()
        except Exception as error:  # an isolation boundary: what was written is kept and shown
            self.failure = error
            self._notices.tell(stopped(error))
        self._journal.close(ended=self.failure is None)
        self._publish()

    def _follow(self) -> None:
        """Take in what has happened, and look around if that was nothing."""
        events: list[_Queued] = []
        with suppress(Empty):
            events.append(self._queue.get(timeout=TICK_S))
            while len(events) < MOST_EVENTS:
                events.append(self._queue.get_nowait())
        next_s = time.monotonic() + BREATH_S
        for event in _joined(events):
            self._take(event)
        news = self._queue.empty() and self._idle()
        if events or news:
            self._publish()
        if len(events) < MOST_EVENTS:
            time.sleep(max(next_s - time.monotonic(), 0))

    def _take(self, event: _Queued) -> None:
        match event:
            case Received():
                self._receive(event.data, event.at_s)
            case Connection():
                self._connect(event)
            case _:
                self._active_s = time.monotonic()
                try:
                    event()
                except JihwaError as error:  # what cannot be done is told
                    self._notices.tell(error.message)
        self._end_calibration_if_done()

    def _receive(self, data: bytes, at_s: float) -> None:
        self._active_s = at_s
        self._read(self._reader.feed(data, at_s))
        if self._reader.needs_header():
            with suppress(UsageError):  # a recording does not answer
                self._source.send("header")
        self._tell_news()

    def _connect(self, connection: Connection) -> None:
        if connection.link is Link.LIVE and connection.reason:  # told once, it may be read on
            self._notices.tell(connection.reason)
            connection = replace(connection, reason=None)
        self._connection = connection
        if connection.link is Link.ENDED:
            self._read(self._reader.end(time.monotonic()))
            self.writing.conclude()
            self._tell_news()
            if not connection.reason and (unread := self._reader.unread(connection.device)):
                self._notices.tell(unread)
        elif connection.link is not Link.LIVE:
            self._reader.interrupt()

    def _keep(self, lines: bytes) -> None:
        """Write down whole lines of the glove, before anything else happens with them."""
        self._journal.raw(lines, self._reader.layout)
        recording = self._options.recording
        if recording and not recording.closed:
            try:
                recording.write(lines)
            except OSError as error:
                recording.close()
                self._notices.tell(explain(error))

    def _read(self, frames: Frames) -> None:
        if self._calibration:
            self._calibration.feed(self.writing.sensors.feed(frames))
            if self._options.word_signs:
                self._options.word_signs.reset()  # they are not read, nor kept for later
        elif self.is_paused:
            self.writing.overlook(frames)
        else:
            self.writing.feed(frames)

    def _idle(self) -> bool:
        """Do what can wait, now that nothing else does; whether there may be news to see."""
        now_s = time.monotonic()
        if self.writing.is_open and now_s - self._active_s >= self._options.pause_s:
            self.writing.conclude()
            return True
        if now_s >= self._leisure_s:
            self._leisure_s = now_s + LEISURE_S
            return self.writing.tidy() or self._reader.is_live
        return self._reader.is_live

    def _tell_news(self) -> None:
        """Tell what is new about the lines."""
        news = self._reader.news(self._connection.device, self.writing.sensors, time.monotonic())
        self._notices.tell(*news)

    def _end_calibration_if_done(self) -> None:
        """Read with what was shown from now on."""
        calibration, wearer = self._calibration, self._wearer
        if calibration is None or wearer is None or calibration.progress:
            return
        self._calibration = None
        told = calibration.end(wearer)
        if CALIBRATED in told:
            self.writing.renew()
        self._notices.tell(*told)

    def _publish(self) -> None:
        self._state = self._look()
        self._changed()

    def _look(self) -> LiveState:
        """Everything as it is now."""
        known = LiveState(
            paused=self.is_paused,
            connection=self._connection,
            profile=(self._wearer and self._wearer.name) or "",
            answers=self._answers,
            notices=self._notices.last,
            n_told=self._notices.n_told,
        )
        if not self._is_ready:
            return replace(known, text=TextState(committed=self.writing.committed))
        reading = self._reader.is_live and not (self.is_paused or self._calibration)
        return replace(
            known,
            ready=True,
            signal=self._reader.signal(self.writing.sensors, time.monotonic()),
            hold=self.writing.hold() if reading else None,
            text=self.writing.text(),
            calibration=self._calibration.progress if self._calibration else None,
        )


def _joined(events: Iterable[_Queued]) -> Iterator[_Queued]:
    """The same events, but bytes that nothing came between are one."""
    for is_data, group in groupby(events, lambda event: isinstance(event, Received)):
        if is_data:
            received = [event for event in group if isinstance(event, Received)]
            yield Received(b"".join(each.data for each in received), received[-1].at_s)
        else:
            yield from group
