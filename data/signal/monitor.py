"""The first stage of the stream: frames to frames, without what cannot be believed.

A sensor that fails is left out (NaN) until it works again. Nothing after this stage has to ask.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from jihwa.data.messages import Message
from jihwa.data.signal import gravity
from jihwa.data.signal.detection import NOTICED_S, failing, impossible, last_row, remembered
from jihwa.data.signal.frames import N_FINGERS, Array, Frames
from jihwa.data.signal.sensors import ACCELERATION, ANGLES, SENSORS, Fault, FaultKind

RECOVERY_S = 0.4
"""How long a sensor has to work before it is believed again."""

MOST_UNDIRECTED = 0.2
"""Share of samples that may lack the hand's direction without a word."""

NO_DIRECTION = Message(
    ko="가속도도 각도도 없는 표본이 많습니다. 손의 방향 없이 읽어 덜 정확합니다.",
    en="Many samples have neither acceleration nor angles. They are read without the hand's "
    "direction and less surely.",
)


class SensorMonitor:
    """Leaves out what cannot be believed, and remembers what it was.

    A verdict depends on the recent past alone, so it does not matter how the signal is cut.
    """

    def __init__(self) -> None:
        self.reset()

    @property
    def faults(self) -> tuple[Fault, ...]:
        """Every failure so far; those that still last come last."""
        return (*self._past, *(fault for fault in self._present if fault))

    def reset(self) -> None:
        """Forget everything, as before the first frame."""
        self._recent = Frames.empty()
        self._began_s = np.inf
        self._failed_s = np.full(len(SENSORS), -np.inf)  # when each failed last
        self._kind = np.zeros(len(SENSORS), dtype=np.int8)  # how it fails now
        self._past: list[Fault] = []
        self._present: list[Fault | None] = [None] * len(SENSORS)
        self._samples = 0
        self._undirected = 0

    def feed(self, frames: Frames) -> Frames:
        """The same frames, NaN where a sensor cannot be believed."""
        n = len(frames)
        if not n:
            return frames
        self._began_s = min(self._began_s, float(frames.time_s[0]))
        signal = Frames.concatenate([self._recent, frames])
        odd = impossible(signal)  # (m, 7)
        kind = failing(signal, odd)[-n:]  # (n, 7)
        kind = self._until_recovered(frames.time_s, kind)
        self._remember(frames.time_s, kind)
        self._recent = remembered(signal)
        told = _without(frames, (kind > 0) | (odd[-n:] > 0))
        directed = np.isfinite(gravity.of(told)).all(axis=1)  # (n,)
        self._samples += n
        self._undirected += n - int(directed.sum())
        return told

    def flush(self) -> Frames:
        """Nothing is held back."""
        return Frames.empty()

    def warnings(self) -> list[Message]:
        """What to tell about the whole signal so far: one message for each way a sensor failed."""
        if not self._samples:
            return []
        now_s = float(self._recent.time_s[-1])
        found = []
        faults = self.faults
        for sensor, kind in sorted({(fault.sensor, fault.kind) for fault in faults}):
            alike = [f for f in faults if (f.sensor, f.kind) == (sensor, kind)]
            lasted_s = sum(min(f.until_s, now_s) - f.since_s for f in alike)
            first = min(alike, key=lambda fault: fault.since_s)
            found.append(first.message(min(lasted_s / (now_s - self._began_s), 1.0)))
        if self._undirected > MOST_UNDIRECTED * self._samples:
            found.append(NO_DIRECTION)
        return found

    def _until_recovered(self, time_s: Array, kind: NDArray[np.int8]) -> NDArray[np.int8]:
        """(n, 7) how a sensor fails or failed until just now, from how it fails."""
        last = last_row(kind > 0)  # (n, 7)
        failed_s = np.where(last >= 0, time_s[last], self._failed_s)
        kind = np.where(last >= 0, np.take_along_axis(kind, last, axis=0), self._kind)
        self._failed_s, self._kind = failed_s[-1], kind[-1]
        return np.where(time_s[:, None] - failed_s < RECOVERY_S, kind, 0).astype(np.int8)

    def _remember(self, time_s: Array, kind: NDArray[np.int8]) -> None:
        """Follow the beginnings and ends of faults through (n, 7) verdicts."""
        before = [fault.kind if fault else 0 for fault in self._present]
        changes = np.diff(np.vstack([before, kind]), axis=0)  # (n, 7)
        for row, sensor in np.argwhere(changes).tolist():
            now_s = float(time_s[row])
            if fault := self._present[sensor]:
                self._past.append(replace(fault, until_s=now_s))
            if kind[row, sensor]:
                which = FaultKind(kind[row, sensor])
                since_s = max(now_s - NOTICED_S[which], self._began_s)
                self._present[sensor] = Fault(sensor, which, since_s)
            else:
                self._present[sensor] = None


def believed(frames: Frames) -> Frames:
    """A whole recording without what cannot be believed, in hindsight.

    Where the monitor notices a fault only after a while, its beginning is left out as well.
    """
    return examined(frames)[0]


def examined(frames: Frames) -> tuple[Frames, list[Message]]:
    """What is `believed` of a whole recording, and why the rest is not."""
    monitor = SensorMonitor()
    told = monitor.feed(frames)
    failed = np.zeros((len(frames), len(SENSORS)), dtype=np.bool_)
    for fault in monitor.faults:
        meanwhile = (frames.time_s >= fault.since_s) & (frames.time_s < fault.until_s)
        failed[:, fault.sensor] |= meanwhile
    return _without(told, failed), monitor.warnings()


def _without(frames: Frames, failed: NDArray[np.bool_]) -> Frames:
    """The frames with NaN where a sensor failed: (n, 7)."""
    return Frames(
        frames.time_s,
        np.where(failed[:, :N_FINGERS], np.nan, frames.flex_adc),
        np.where(failed[:, [ACCELERATION]], np.nan, frames.accel_g),
        np.where(failed[:, [ANGLES]], np.nan, frames.orientation_deg),
    )
