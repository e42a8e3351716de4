"""The first stage of the stream: frames to frames, without what cannot be believed.

A sensor that fails is left out (NaN) until it works again. Nothing after this stage has to ask. A
working sensor has noise of a few counts, stays within its range, and turns round no faster than a
finger does; so one that reads 812 counts sixty times in a row at 50 Hz, while the others tremble,
is stuck.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from jihwa.data.messages import Message
from jihwa.data.signal.faults import (
    DEAD_S,
    NOISY_S,
    SAME,
    STRIDE_S,
    STUCK_S,
    FaultDetector,
    Latest,
    impossible,
)
from jihwa.data.signal.frames import N_FINGERS, Array, Frames
from jihwa.data.signal.landmarks import is_seen
from jihwa.data.signal.sensors import (
    ACCELERATION,
    ANGLES,
    SENSORS,
    USABLE_FLEX_ADC,
    Fault,
    FaultKind,
)

NOTICED_S = {
    FaultKind.DEAD: DEAD_S,
    FaultKind.SATURATED: DEAD_S,
    FaultKind.ABSENT: DEAD_S,
    FaultKind.STUCK: STUCK_S + STRIDE_S,
    FaultKind.NOISY: NOISY_S / 2,
}
"""How long after its beginning a fault is noticed, about."""

_FINGERS = range(N_FINGERS)
_UNFIT = (FaultKind.DEAD, FaultKind.SATURATED)
MOSTLY = 0.9
"""Fingers that are unfit for such a share of the time are not broken one by one."""

RECOVERY_S = 0.4
"""How long a sensor has to work before it is believed again."""

MOST_UNDIRECTED = 0.2
"""Share of samples that may lack the hand's direction without a word."""

NO_DIRECTION = Message(
    ko="가속도도 각도도 없는 표본이 많습니다. 손의 방향 없이 읽어 덜 정확합니다.",
    en="Many samples have neither acceleration nor angles. They are read without the hand's "
    "direction and less surely.",
)

STUCK_OR_ABSENT = Message(
    ko="믿을 수 있는 손가락이 없어 글을 만들지 않습니다: flex 센서가 모두 한 값에 멈췄거나, 심하게 "
    "튀거나, 값을 보내지 않습니다. 센서의 전원과 접지, 보드에 꽂힌 선을 확인하세요.",
    en="No finger can be believed, so no text is made: all flex sensors are stuck at one value, "
    "jump, or send no number. Check their supply and ground, and how they are plugged into the "
    "board.",
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
        self._began_s, self._now_s = np.inf, -np.inf
        self._detector = FaultDetector()
        self._failed = Latest(np.full(len(SENSORS), -np.inf), np.zeros(len(SENSORS), np.int8))
        self._accel = Latest(np.full(3, -np.inf), np.full(3, np.nan))  # when it was there, and what
        self._past: list[Fault] = []
        self._present: list[Fault | None] = [None] * len(SENSORS)
        self._is_seen: bool | None = None  # by a camera
        self._flex_adc = np.full((2, N_FINGERS), [[np.inf], [-np.inf]])  # least and most so far
        self._samples = 0
        self._undirected = 0

    def feed(self, frames: Frames) -> Frames:
        """The same frames, NaN where a sensor cannot be believed."""
        n = len(frames)
        if not n:
            return frames
        self._began_s = min(self._began_s, float(frames.time_s[0]))
        self._now_s = float(frames.time_s[-1])
        if self._is_seen is None and (known := np.isfinite(frames.flex_adc).any(axis=1)).any():
            self._is_seen = is_seen(frames[int(known.argmax()) :][:1])
        odd, gravity_g = impossible(frames), frames.gravity_g  # (n, 7), (n, 3)
        found = self._detector.feed(frames, gravity_g, odd)
        kind = self._until_recovered(frames.time_s, found)  # (n, 7)
        self._remember(frames.time_s, kind)
        least, most = self._flex_adc
        np.fmin(np.fmin.reduce(frames.flex_adc), least, out=least)
        np.fmax(np.fmax.reduce(frames.flex_adc), most, out=most)
        told = self._bridged(_without(frames, (kind > 0) | (odd > 0)))
        gravity_g = gravity_g if told is frames else told.gravity_g
        directed = np.isfinite(gravity_g).all(axis=1)  # (n,)
        self._samples += n
        self._undirected += n - int(directed.sum())
        return told

    def warnings(self, unfit: Collection[str] = ()) -> list[Message]:
        """What to tell about the whole signal so far: one message for each way a sensor failed.

        Args:
            unfit: Of `time`, `flex`, `accel` and `angle` those that come in another unit or range
                than they should. A sensor that reads or changes as it cannot is then not broken.
        """
        if not self._samples:
            return []
        by_kind: dict[tuple[int, FaultKind], list[Fault]] = {}
        for fault in self.faults:
            by_kind.setdefault((fault.sensor, fault.kind), []).append(fault)
        shares = {which: self._share(alike) for which, alike in sorted(by_kind.items())}
        none_works = self.never_worked
        found = [
            min(by_kind[which], key=lambda fault: fault.since_s).message(share)
            for which, share in shares.items()
            if not _is_of_range(*which, unfit)
            if not (none_works and which[0] in _FINGERS)
        ]
        found += [self.blindness] if none_works else []
        if self._undirected > MOST_UNDIRECTED * self._samples:
            found.append(NO_DIRECTION)
        return found

    @property
    def is_blind(self) -> bool:
        """Whether no finger can be believed now."""
        return all(fault and self._blinds(fault) for fault in self._present[:N_FINGERS])

    @property
    def never_worked(self) -> bool:
        """Whether no finger could be believed for nearly all of the time so far, or ever moved."""
        least, most = self._flex_adc
        if self.is_blind and (most - least <= SAME[:N_FINGERS]).all():
            return True
        blinding = [fault for fault in self.faults if self._blinds(fault)]
        each = [[fault for fault in blinding if fault.sensor == finger] for finger in _FINGERS]
        return min(map(self._share, each)) >= MOSTLY

    def _blinds(self, fault: Fault) -> bool:
        """Whether nothing can be read if all fingers are so: to a camera, a hand may be still."""
        return fault.kind in _UNFIT or not self._is_seen

    def _share(self, faults: Sequence[Fault]) -> float:
        """In which share of the time so far one of these faults of a sensor lasted."""
        lasted_s = sum(min(fault.until_s, self._now_s) - fault.since_s for fault in faults)
        return min(lasted_s / max(self._now_s - self._began_s, 1e-9), 1.0)

    def now(self, unfit: Collection[str] = ()) -> list[Fault]:
        """What fails now; fingers only while not all do. `unfit` is as for `warnings`."""
        is_blind = self.is_blind
        return [
            fault
            for fault in self._present
            if fault
            if not _is_of_range(fault.sensor, fault.kind, unfit)
            if not (is_blind and fault.sensor in _FINGERS)
        ]

    @property
    def blindness(self) -> Message:
        """That no finger can be believed, and why."""
        faults = self._present if self.is_blind else self.faults
        if any(f.kind not in _UNFIT for f in faults if f and f.sensor in _FINGERS):
            return STUCK_OR_ABSENT
        least, most = self._flex_adc[0].min(), self._flex_adc[1].max()
        low, high = USABLE_FLEX_ADC
        return Message(
            ko=f"믿을 수 있는 손가락이 없어 글을 만들지 않습니다: flex 값이 {least:.4g}~{most:.4g}"
            f"인데, 제대로 된 센서는 10비트 ADC로 {low:.0f}~{high:.0f}입니다. 보드의 단위나 저항이 "
            "다르면 --layout에 적고 (예: flex1[adc12], 편 값과 굽힌 값은 flex1[300:700]), 아니면 "
            "센서의 전원을 확인하세요.",
            en=f"No finger can be believed, so no text is made: flex reads {least:.4g} to "
            f"{most:.4g}, and working sensors read {low:.0f} to {high:.0f} of a 10-bit ADC. If the "
            "board has other units or resistors, say so with --layout (such as flex1[adc12], or "
            "flex1[300:700] for what a straight and a bent finger read); if not, look at the "
            "supply of the sensors.",
        )

    def _bridged(self, frames: Frames) -> Frames:
        """The frames with the acceleration before where it is missing for a moment.

        Angles have an error of their own: gravity would jump to theirs and back.
        """
        there = np.isfinite(frames.accel_g).all(axis=1, keepdims=True)  # (n, 1)
        last_s, last_g = self._accel.feed(there.repeat(3, axis=1), frames.time_s, frames.accel_g)
        lately = ~there & (frames.time_s[:, None] - last_s < DEAD_S)  # (n, 3)
        if not lately.any():
            return frames
        return replace(frames, accel_g=np.where(lately, last_g, frames.accel_g))

    def _until_recovered(self, time_s: Array, kind: NDArray[np.int8]) -> NDArray[np.int8]:
        """(n, 7) how a sensor fails or failed until just now, from how it fails."""
        all_work = not kind.any()
        if all_work and time_s[0] - self._failed.standing[0].max() >= RECOVERY_S:
            return kind
        failed_s, kind = self._failed.feed(kind > 0, time_s, kind)
        return np.where(time_s[:, None] - failed_s < RECOVERY_S, kind, 0).astype(np.int8)

    def _remember(self, time_s: Array, kind: NDArray[np.int8]) -> None:
        """Follow the beginnings and ends of faults through (n, 7) verdicts."""
        before = [fault.kind if fault else 0 for fault in self._present]
        if not (kind.any() or any(before)):
            return
        changes = np.diff(np.vstack([before, kind]), axis=0)  # (n, 7)
        for row, sensor in np.argwhere(changes).tolist():
            now_s = float(time_s[row])
            if fault := self._present[sensor]:
                self._past.append(replace(fault, until_s=now_s))
            if kind[row, sensor]:
                which = FaultKind(kind[row, sensor])
                since_s = max(now_s - NOTICED_S[which], self._began_s)
                self._present[sensor] = Fault(sensor, which, since_s, is_seen=bool(self._is_seen))
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


def _is_of_range(sensor: int, kind: FaultKind, unfit: Collection[str]) -> bool:
    """Whether a fault may be one of the unit or range in which a sensor reads."""
    quantity = {ACCELERATION: "accel", ANGLES: "angle"}.get(sensor, "flex")
    return bool({quantity, "time"}.intersection(unfit)) and kind != FaultKind.ABSENT


def _without(frames: Frames, failed: NDArray[np.bool_]) -> Frames:
    """The frames with NaN where a sensor failed: (n, 7)."""
    if not failed.any():
        return frames
    return Frames(
        frames.time_s,
        np.where(failed[:, :N_FINGERS], np.nan, frames.flex_adc),
        np.where(failed[:, [ACCELERATION]], np.nan, frames.accel_g),
        np.where(failed[:, [ANGLES]], np.nan, frames.orientation_deg),
    )
