"""From bytes to samples: whole lines are kept, then read, and what they say is counted."""

import math
from collections import deque
from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass

import numpy as np

from jihwa.data.formats.layout import Layout
from jihwa.data.formats.lines import LineParser
from jihwa.data.formats.report import MOST_DAMAGED, printable
from jihwa.data.formats.unread import found
from jihwa.data.messages import Message
from jihwa.data.signal.frames import N_FINGERS, Frames
from jihwa.data.signal.monitor import SensorMonitor
from jihwa.data.signal.sensors import ACCELERATION, ANGLES
from jihwa.io.live.state import SignalState
from jihwa.recognizer.word_signs import WordSignSpotter

RATE_WINDOW_S = 1.5
"""Over how long the sampling rate is averaged."""

JUDGED_LINES = 50
"""So many lines tell whether their fields are known."""
GARBLED_SHARE = 0.8
"""Of lines that cannot be read. With one byte in a hundred damaged it is a half."""

SPEECHLESS_S, SPEECHLESS_LINES, SPEECHLESS_BYTES = 1.5, 10, 500
"""If so much came in so long and no sample was in it, that is told."""
STRANGE_LINES = 100
"""After so many lines without a sample it is told at once."""
UNFIT_SHARE = 0.5
"""A sensor of which so many values can be none is named."""

HANDLESS_S = 2.0
"""When pictures have shown no hand for so long, that is told."""
HANDLESS = Message(
    ko="화면에 손이 보이지 않습니다. 손 전체가 밝게, 손가락이 다 보이게 하세요.",
    en="No hand is in the picture. Show all of it, with its fingers, in enough light.",
)
CROWDED = Message(
    ko="화면에 손이 둘 있어 하나만 읽습니다 (먼저 보이던 손). 한 손만 보이게 하세요.",
    en="Two hands are in the picture, and one is read (that which was there). Show one hand only.",
)

NOTHING = Frames(*(np.full(shape, np.nan) for shape in ((1,), (1, N_FINGERS), (1, 3), (1, 3))))
"""A sample of a glove that has no sensors."""


class SignalReader:
    """Bytes in, frames out, whatever the cut; knows how the signal is.

    Args:
        keep: Takes the whole lines before they are interpreted.
        layout: What the fields of a line mean until a header says so.
        word_signs: Sees the pictures of a camera before their frames come; None for nobody.
    """

    def __init__(
        self,
        keep: Callable[[bytes], None],
        layout: Layout | None,
        word_signs: WordSignSpotter | None = None,
    ) -> None:
        self._parser = LineParser(layout, keep, word_signs.see if word_signs else lambda _: None)
        self._arrivals: deque[tuple[float, int]] = deque()  # when, and how many samples
        self._last = NOTHING
        self._judged = (0, 0)  # lines, and damaged ones among them, when that was looked at last
        self._told: set[str] = set()  # what is told once, or once until it is over
        self._speechless = _Speechless()
        self._handless_s = math.inf  # since when
        self._window = (0, 0, dict[str, int]())  # lines, unread ones, and refused values at its end

    @property
    def layout(self) -> Layout | None:
        """What the fields of a line mean by now; None while nobody has said so."""
        return self._parser.layout

    @property
    def is_live(self) -> bool:
        """Whether samples came of late."""
        return bool(self._arrivals)

    def feed(self, data: bytes, at_s: float) -> Frames:
        """The samples that these bytes complete.

        Args:
            data: The bytes.
            at_s: When they came, on `time.monotonic()`.
        """
        report = self._parser.report
        lines, unseen = report.lines, report.unseen
        frames = self._parser.feed(data, at_s)
        is_handless = report.unseen > unseen and not len(frames)
        self._handless_s = min(self._handless_s, at_s) if is_handless else math.inf
        n_pictures = len(frames) + report.unseen - unseen
        self._speechless.count(len(data), report.lines - lines, n_pictures, at_s)
        return self._noted(frames, at_s)

    def end(self, at_s: float) -> Frames:
        """The sample of a last line that has no end; nothing comes behind it."""
        return self._noted(self._parser.flush(at_s), at_s)

    def needs_header(self) -> bool:
        """Whether the header seems damaged: hardly a line can be read, or a sensor is missing.

        A glove that told twice, in the same words, that it lacks a sensor does.
        """
        parser, (lines, unread) = self._parser, self._judged
        n_lines = parser.report.lines - lines
        if n_lines < JUDGED_LINES:
            return False
        self._judged = (parser.report.lines, parser.unread)
        garbled = parser.unread - unread > GARBLED_SHARE * n_lines
        told_once = parser.report.headers > 0 and not parser.belief.is_told_twice
        return garbled or (told_once and _lacks_sensors(self._last))

    def interrupt(self) -> None:
        """The connection has broken."""
        self._parser.interrupt()
        self._arrivals.clear()
        self._speechless = _Speechless()

    def news(self, device: str, sensors: SensorMonitor, now_s: float) -> Iterator[Message]:
        """What the user does not know yet of what comes.

        Args:
            device: Where the signal comes from.
            sensors: Knows which sensors fail.
            now_s: Now, on `time.monotonic()`.
        """
        report = self._parser.report
        for about, said in report.said.items():
            if self._once(about if about == "bends" else said.en, True):  # bends go on changing
                yield said
        is_speechless = not self._parser.waits and self._speechless.lasts(now_s)
        if self._once("speechless", is_speechless):
            yield self._unread(device)
        if self._once("hand", now_s - self._handless_s >= HANDLESS_S):
            yield HANDLESS
        if self._once("hands", report.crowded > 0):
            yield CROWDED
        if (few := report.few_pictures) and self._once("pictures", True):
            yield few
        if self._once("fingers", sensors.is_blind):
            yield sensors.blindness
        yield from self._holes(device)

    def unread(self, device: str) -> Message | None:
        """What to tell at the end if not one sample came; None if one did, or if it was told."""
        report = self._parser.report
        if report.samples or "speechless" in self._told:
            return None
        if report.unseen:
            return HANDLESS
        if report.is_blank:
            return Message(
                ko=f"{device}: 표본이 하나도 오지 않았습니다. 장갑이나 녹화를 확인하세요.",
                en=f"{device}: not one sample came. Check the glove or the recording.",
            )
        return self._unread(device)

    def _once(self, about: str, is_so: bool) -> bool:
        """Whether something is so that was not told since it began."""
        new = is_so and about not in self._told
        if is_so:
            self._told.add(about)
        else:
            self._told.discard(about)
        return new

    def _unread(self, device: str) -> Message:
        told, n = found(self._parser.report), max(self._speechless.lines, self._parser.unread)
        last = printable(self._parser.belief.last_waiting)
        if not self._speechless.lines and self._speechless.data_bytes:
            return Message(
                ko=f"{device}: 데이터가 오지만 줄이 끝나지 않습니다. 전송 속도(baud)를 확인하거나, "
                "표본마다 줄을 끝내게(println) 하세요.",
                en=f"{device}: data come, but no line ends. Check the speed (baud), or let the "
                "board end a line after each sample (println).",
            )
        if self._parser.report.samples:
            return Message(
                ko=f"{device}: 줄은 오지만 더는 읽을 수 없습니다. 마지막 줄: {last} · 보드를 다시 "
                "시작하거나 (리셋 단추) 연결과 전송 속도를 확인하세요.",
                en=f"{device}: lines come but can be read no more. The last: {last} · Restart the "
                "board (reset button), or check the connection and its speed.",
            )
        if not self._parser.unread:  # a header alone
            return Message(ko=f"{device}: {told.ko}", en=f"{device}: {told.en}")
        return Message(
            ko=f"{device}: {n}줄이 왔지만 하나도 읽을 수 없습니다. {told.ko}",
            en=f"{device}: {n} line(s) came and none can be read. {told.en}",
        )

    def _holes(self, device: str) -> Iterator[Message]:
        """Whether much of what came of late was lost: lines, or the values of a sensor."""
        report, unread = self._parser.report, self._parser.unread
        lines, unread_before, refused = self._window
        n = report.lines - lines
        if n < JUDGED_LINES:
            return
        now = {channel: count for channel, (count, _, _) in report.refused.items()}
        self._window = (report.lines, unread, now)
        share = (unread - unread_before) / n
        if self._once("holes", share >= MOST_DAMAGED and report.samples > 0):
            yield Message(
                ko=f"{device}: 줄의 {share:.0%}를 읽을 수 없습니다. 빠지는 글자가 있을 수 있으니 "
                "케이블과 전송 속도를 확인하세요.",
                en=f"{device}: {share:.0%} of the lines cannot be read, and letters may be lost. "
                "Check the cable and the speed of the line.",
            )
        for channel, count in now.items():
            if self._once(channel, count - refused.get(channel, 0) >= UNFIT_SHARE * n):
                _, _, text = report.refused[channel]
                yield Message(
                    ko=f"{channel}: 값이 될 수 없는 것이 와서 빼고 읽습니다 (처음: {text}).",
                    en=f"{channel}: what comes is no value (the first: {text}) and is left out.",
                )

    def signal(self, sensors: SensorMonitor, now_s: float) -> SignalState:
        """What came so far.

        Args:
            sensors: Knows which sensors fail.
            now_s: Now, on `time.monotonic()`.
        """
        report = self._parser.report
        clock = report.clock
        faults = [fault for fault in sensors.faults if math.isinf(fault.until_s)]
        last = _believed(self._last, {fault.sensor for fault in faults})
        return SignalState(
            rate_hz=self._rate_hz(now_s),
            samples=report.samples,
            damaged=self._parser.unread,
            gaps=clock.gaps,
            lost_s=clock.lost_s,
            flex_adc=last.flex_adc[0],
            gravity_g=last.gravity_g[0],
            points=self._parser.points,
            is_seen=report.sees if report.samples else None,
            faults=tuple(sensors.now(report.unfit)),
            blindness=sensors.blindness if sensors.is_blind else None,
        )

    def _noted(self, frames: Frames, at_s: float) -> Frames:
        if len(frames):
            self._last = frames[-1:]
            self._arrivals.append((at_s, len(frames)))
        return frames

    def _rate_hz(self, now_s: float) -> float:
        while self._arrivals and self._arrivals[0][0] < now_s - RATE_WINDOW_S:
            self._arrivals.popleft()
        if len(self._arrivals) < 2:
            return 0.0
        first_s, first_samples = self._arrivals[0]
        samples = sum(n for _, n in self._arrivals) - first_samples
        return samples / max(self._arrivals[-1][0] - first_s, 1e-3)


@dataclass
class _Speechless:
    """How much has come since the last sample."""

    since_s: float = math.inf
    last_s: float = -math.inf
    lines: int = 0
    data_bytes: int = 0

    def count(self, n_bytes: int, n_lines: int, n_samples: int, at_s: float) -> None:
        """So much came."""
        if n_samples:
            self.since_s, self.lines, self.data_bytes = math.inf, 0, 0
            return
        self.since_s, self.last_s = min(self.since_s, at_s), at_s
        self.lines, self.data_bytes = self.lines + n_lines, self.data_bytes + n_bytes

    def lasts(self, now_s: float) -> bool:
        """Whether so much came and no sample that something is wrong."""
        much = self.lines >= SPEECHLESS_LINES or self.data_bytes >= SPEECHLESS_BYTES
        long = now_s - self.since_s >= SPEECHLESS_S and now_s - self.last_s < SPEECHLESS_S
        return self.lines >= STRANGE_LINES or (much and long)


def _lacks_sensors(frames: Frames) -> bool:
    """Whether a finger is missing, or a part of what has three."""
    absent = [np.isnan(channels) for channels in (frames.accel_g, frames.orientation_deg)]
    partial = any(part.any() and not part.all() for part in absent)
    return bool(np.isnan(frames.flex_adc).any() or partial)


def _believed(frames: Frames, failed: Container[int]) -> Frames:
    """Frames without the sensors of `jihwa.data.signal.sensors.SENSORS` that fail."""
    fingers = np.array([finger in failed for finger in range(N_FINGERS)])
    return Frames(
        frames.time_s,
        np.where(fingers, np.nan, frames.flex_adc),
        np.where(ACCELERATION in failed, np.nan, frames.accel_g),
        np.where(ANGLES in failed, np.nan, frames.orientation_deg),
    )
