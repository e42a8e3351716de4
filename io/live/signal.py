"""From bytes to samples: whole lines are kept, then read, and what they say is counted."""

import math
from collections import deque
from collections.abc import Callable, Container

import numpy as np

from jihwa.data.formats.layout import Layout
from jihwa.data.formats.lines import LineParser
from jihwa.data.messages import Message
from jihwa.data.signal.frames import N_FINGERS, Frames
from jihwa.data.signal.monitor import SensorMonitor
from jihwa.data.signal.sensors import ACCELERATION, ANGLES
from jihwa.io.live.state import Signal

RATE_WINDOW_S = 1.5
"""Over how long the sampling rate is averaged."""

JUDGED_LINES = 50
"""So many lines tell whether their fields are known."""
GARBLED_SHARE = 0.8
"""Of lines that cannot be read. With one byte in a hundred damaged it is a half."""
MOST_HEADERS = 3
"""A glove that told so often that it lacks a sensor does."""

NOTHING = Frames(*(np.full(shape, np.nan) for shape in ((1,), (1, N_FINGERS), (1, 3), (1, 3))))
"""A sample of a glove that has no sensors."""


class SignalReader:
    """Bytes in, frames out, whatever the cut; knows how the signal is.

    Args:
        keep: Takes the whole lines before they are interpreted.
        layout: What comma-separated fields mean until a header says so.
    """

    def __init__(self, keep: Callable[[bytes], None], layout: Layout | None) -> None:
        self._parser = LineParser(layout, keep)
        self._arrivals: deque[tuple[float, int]] = deque()  # when, and how many samples
        self._last = NOTHING
        self._judged = (0, 0)  # lines, and damaged ones among them, when that was looked at last

    @property
    def layout(self) -> Layout | None:
        """What comma-separated fields mean by now; None while nobody has said so."""
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
        return self._noted(self._parser.feed(data, at_s), at_s)

    def end(self, at_s: float) -> Frames:
        """The sample of a last line that has no end; nothing comes behind it."""
        return self._noted(self._parser.flush(at_s), at_s)

    def needs_header(self) -> bool:
        """Whether the header seems damaged: hardly a line can be read, or a sensor is missing."""
        report, (lines, damaged) = self._parser.report, self._judged
        n_lines = report.lines - lines
        if n_lines < JUDGED_LINES:
            return False
        self._judged = (report.lines, report.damaged)
        garbled = report.damaged - damaged > GARBLED_SHARE * n_lines
        return garbled or (report.headers in range(1, MOST_HEADERS) and _lacks_sensors(self._last))

    def interrupt(self) -> None:
        """The connection has broken."""
        self._parser.interrupt()
        self._arrivals.clear()

    def unread(self, device: str, patience: int) -> Message | None:
        """What to tell if not one sample came; None if one did, or too few lines to be sure.

        Args:
            device: Where the signal comes from.
            patience: How many lines have to be unreadable.
        """
        report = self._parser.report
        if report.samples or report.damaged < patience:
            return None
        if report.first_damage is None:
            return Message(
                ko=f"{device}: 표본이 하나도 오지 않았습니다. 장갑이나 녹화를 확인하세요.",
                en=f"{device}: not one sample came. Check the glove or the recording.",
            )
        _, text = report.first_damage
        return Message(
            ko=f"{device}: {report.damaged}줄이 왔지만 하나도 읽을 수 없습니다. 첫 줄: {text} · "
            "장갑이 맞으면 --layout으로 필드의 뜻을 알려 주세요.",
            en=f"{device}: {report.damaged} lines came and none can be read. The first: {text} · "
            "If it is a glove, say what its fields mean with --layout.",
        )

    def signal(self, sensors: SensorMonitor, now_s: float) -> Signal:
        """What came so far.

        Args:
            sensors: Knows which sensors fail.
            now_s: Now, on `time.monotonic()`.
        """
        report = self._parser.report
        clock = report.clock
        faults = [fault for fault in sensors.faults if math.isinf(fault.until_s)]
        last = _believed(self._last, {fault.sensor for fault in faults})
        return Signal(
            rate_hz=self._rate_hz(now_s),
            samples=report.samples,
            damaged=report.damaged,
            gaps=clock.gaps,
            lost_s=clock.lost_s,
            flex_adc=last.flex_adc[0],
            gravity_g=last.gravity_g[0],
            faults=tuple(fault.message() for fault in faults),
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
