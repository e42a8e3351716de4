"""All that the owner thread of a session owns, and what it does with what happens."""

import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from jihwa.data.formats.layout import Layout
from jihwa.data.formats.lines import LineParser
from jihwa.data.messages import JihwaError, Message, UsageError
from jihwa.data.signal.frames import Frames
from jihwa.io.engine import Engine, Sink
from jihwa.io.failures import explain
from jihwa.io.live.calibrating import LiveCalibration
from jihwa.io.live.journal import Record
from jihwa.io.live.learning import Learning
from jihwa.io.live.page import LivePage
from jihwa.io.live.relay import Relay
from jihwa.io.live.signal import SignalReader
from jihwa.io.live.state import LiveState, Page
from jihwa.io.live.wearer import Wearer
from jihwa.io.live.writing import Writing
from jihwa.io.sources.source import Connection, Link

KEPT_NOTICES = 8
STRANGE_LINES = 100
"""After so many lines without a sample, what comes is no glove's, or its fields are not known."""
LEISURE_S = 0.15
"""How often there is time for what can wait."""

NO_WEARER = Message(
    ko="이 세션에서는 보정할 수 없습니다. `jihwa calibrate`로 하세요.",
    en="This session cannot calibrate. Use `jihwa calibrate`.",
)
CALIBRATED = Message(
    ko="보정을 마쳤습니다. 이제부터 이 손에 맞춰 읽습니다.",
    en="Calibrated. From now on your hand is read as you showed it.",
)
NOTHING_SHOWN = Message(
    ko="보여 준 지문자가 없어 보정하지 않았습니다.",
    en="No sign was shown, so nothing was calibrated.",
)


@dataclass(frozen=True, slots=True)
class LiveOptions:
    """How a session behaves.

    Attributes:
        pause_s: How long the hand rests before the text is completed; infinite for never.
        layout: What lines without a header mean; None if they mean nothing.
        wearer: Who is calibrated, and learns from the text; None for nobody.
    """

    pause_s: float = 2.5
    layout: Layout | None = None
    wearer: Wearer | None = None


class Owner:
    """Reads, writes and sums up; only the owner thread comes here once it runs.

    Args:
        make_engine: Makes the engine; again after a calibration.
        journal: Keeps what comes and what becomes of it.
        options: How the session behaves.
        sinks: What follows the text.
        send: Sends the glove a command.
    """

    writing: Writing

    def __init__(
        self,
        make_engine: Callable[[], Engine],
        journal: Record,
        options: LiveOptions,
        sinks: Sequence[Sink],
        send: Callable[[str], None],
    ) -> None:
        self._send = send
        self._make_engine, self._journal, self._options = make_engine, journal, options
        self._notices: deque[Message] = deque(maxlen=KEPT_NOTICES)
        journal.listen(self.notify)
        self._page = LivePage(journal.text)
        if options.layout:
            journal.raw(options.layout.header)
        self._reader = SignalReader(journal.raw, LineParser(options.layout))
        self._warned = False  # whether it was told that nothing can be read
        wearer = options.wearer
        self._learning = Learning(wearer, self._page, self.notify) if wearer else None
        trusted = [self._learning] if self._learning else []
        self._relay = Relay([*trusted, *sinks], self.notify)
        self._connection = Connection(Link.OPENING)
        self._calibration: LiveCalibration | None = None
        self._paused = False
        self._ready = False
        self._active_s = time.monotonic()  # when anything came last
        self._leisure_s = 0.0  # from when on there is time

    def prepare(self) -> None:
        """Load what a session needs."""
        self._engine = self._make_engine()
        self.writing = Writing(
            self._engine, self._page, self._journal.edit, self._relay, self._options.pause_s
        )
        self._ready = True

    def receive(self, data: bytes, at_s: float) -> None:
        """Bytes have come."""
        self._active_s = at_s
        self._read(self._reader.feed(data, at_s))
        if self._reader.needs_header():
            with suppress(UsageError):  # a recording does not answer
                self._send("header")
        self._warn_if_unread(STRANGE_LINES)

    def connect(self, connection: Connection) -> None:
        """The line has changed."""
        self._connection = connection
        if connection.link is Link.ENDED:
            self._read(self._reader.end(time.monotonic()))
            self.writing.settle()
            self._warn_if_unread(0)
        elif connection.link is not Link.LIVE:
            self._reader.interrupt()

    def notify(self, message: Message) -> None:
        """Tell the user something."""
        self._notices.append(message)

    def answer(self, request: "Request") -> None:
        """Do what the user asks for; what cannot be is told."""
        self._active_s = time.monotonic()
        try:
            request(self)
        except JihwaError as error:
            self.notify(error.message)

    def choose(self, word: int, text: str) -> None:
        """Rewrite a word, and learn from it."""
        if self.writing.choose(word, text) and self._learning:
            self._learning.choose(text)

    def pause(self, paused: bool) -> None:
        """Stop reading the signal, or go on."""
        if paused and not self._paused:
            self.writing.complete()
        self._paused = paused

    def calibrate(self, plan: str) -> None:
        """Let holds answer the prompts of a plan, `quick` or `full`."""
        if self._options.wearer is None:
            self.notify(NO_WEARER)
            return
        self.writing.complete()
        self.writing.overlook(Frames.empty())  # what is held right now writes nothing
        self._calibration = LiveCalibration(self._options.wearer.calibration(plan))

    def skip_prompt(self) -> None:
        """Leave a prompt out."""
        if self._calibration:
            self._calibration.skip()
            self._end_calibration_if_done()

    def stop_calibration(self) -> None:
        """Give the calibration up, with all that was shown in it."""
        self._calibration = None

    def leisure(self) -> bool:
        """Do what can wait, now that nothing else does; whether there may be news to see."""
        now_s = time.monotonic()
        if self.writing.is_open and now_s - self._active_s >= self._options.pause_s:
            self.writing.settle()
            return True
        if now_s < self._leisure_s:
            return self._reader.is_live
        self._leisure_s = now_s + LEISURE_S
        self.writing.release()
        if self._learning:
            self._learning.idle()
            if not self.writing.is_open and (expected := self._learning.expected()):
                self.writing.expect(*expected)
        return self._page.look_up(self.writing.composer) or self._reader.is_live

    def end(self) -> None:
        """End signal and text."""
        self.writing.end()

    def state(self) -> LiveState:
        """Everything at one moment."""
        now_s = time.monotonic()
        known = LiveState(
            paused=self._paused, connection=self._connection, notices=tuple(self._notices)
        )
        if not self._ready:
            return replace(known, page=Page(committed=self._page.text))
        signal = self._reader.signal(self._engine.sensors, now_s)
        page = self._page.show(self.writing.composer)
        if page.selected is None:
            page = replace(page, preedit=self.writing.holds.preedit())
        reading = self._reader.is_live and not (self._paused or self._calibration)
        return replace(
            known,
            ready=True,
            signal=signal,
            hold=self.writing.holds.hold() if reading else None,
            page=page,
            calibration=self._calibration.progress if self._calibration else None,
        )

    def _read(self, frames: Frames) -> None:
        if self._calibration:
            self._calibration.feed(self._engine.sensors.feed(frames))
            self._end_calibration_if_done()
        elif self._paused:
            self.writing.overlook(frames)
        else:
            self.writing.feed(frames)

    def _warn_if_unread(self, patience: int) -> None:
        """Say once that so many lines came and none could be read."""
        warning = self._reader.unread(self._connection.device, patience)
        if warning and not (self._warned or self._connection.reason):
            self._warned = True
            self.notify(warning)

    def _end_calibration_if_done(self) -> None:
        """Read with what was shown from now on."""
        calibration, wearer = self._calibration, self._options.wearer
        if calibration is None or wearer is None or calibration.progress:
            return
        self._calibration = None
        if (step := calibration.step()) is None:
            self.notify(NOTHING_SHOWN)
            return
        try:
            wearer.take(step)
        except OSError as error:
            self.notify(explain(error))
        self._engine = self._make_engine()
        self.writing.use(self._engine)
        self.notify(CALIBRATED)


Request = Callable[[Owner], None]
"""What a user asks of a session."""
