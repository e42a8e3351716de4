"""The first stage of the stream: frames to frames, without what cannot be believed.

A sensor that fails is left out (NaN) until it works again. Nothing after this stage has to ask. A
working sensor has noise of a few counts, stays within its range, and turns round no faster than a
finger does; so one that reads 812 counts sixty times in a row at 50 Hz, while the others tremble,
is stuck.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from jihwa.data.messages import Message
from jihwa.data.signal.frames import N_FINGERS, Array, Frames
from jihwa.data.signal.sensors import (
    ACCELERATION,
    ANGLES,
    SENSORS,
    USABLE_FLEX_ADC,
    Fault,
    FaultKind,
    is_dead,
)

PLAUSIBLE_ACCEL_G = (0.5, 2.0)
"""Length of an acceleration that is mostly gravity; a broken sensor sends 0 or full scale."""

DEAD_S = 0.3
"""A sensor that reads the impossible for so long is reported; single readings are only dropped."""

STUCK_S, STUCK_STEPS = 0.45, 8
"""One that changes over neither a step nor a stride for so long, and so often, is stuck; so it is
found when it has repeated its value for 0.75 s. In the recordings a working flex sensor does so for
0.25 s at most, and acceleration for 0.5 s."""

SAME = np.array([2.0] * N_FINGERS + [0.0] * 5)
"""(10,) steps up to this are none: ADC counts, g, degrees."""

NOISY_S, NOISY_TURNS = 1.0, 4
"""One that turns round so often in this time is noisy; a finger that spells fast turns 3 times."""

TURN = np.array([70.0] * N_FINGERS + [0.5] * 3 + [np.inf] * 2)
"""(10,) what counts as a turn: steps of at least this in both directions. Angles wrap."""

STEP_S, STRIDE_S = 0.025, 0.3
"""Readings are compared over these times, so that a faster glove shows the same steps: a short one
for noise, a long one for drift."""

MEMORY_S = 2.5
"""How far back a verdict can depend on the signal: over two windows for turns."""

_FIRST_CHANNEL = [0, 1, 2, 3, 4, 5, 8]
"""Where the channels of each sensor begin."""

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
        self._flex_adc = (np.inf, -np.inf)  # the least and the most that a finger read
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
        least, most = self._flex_adc
        read = frames.flex_adc[np.isfinite(frames.flex_adc)]
        self._flex_adc = (float(read.min(initial=least)), float(read.max(initial=most)))
        told = _without(frames, (kind > 0) | (odd[-n:] > 0))
        directed = np.isfinite(told.gravity_g).all(axis=1)  # (n,)
        self._samples += n
        self._undirected += n - int(directed.sum())
        return told

    def warnings(self) -> list[Message]:
        """What to tell about the whole signal so far: one message for each way a sensor failed."""
        if not self._samples:
            return []
        now_s = float(self._recent.time_s[-1])
        by_kind: dict[tuple[int, FaultKind], list[Fault]] = {}
        for fault in self.faults:
            by_kind.setdefault((fault.sensor, fault.kind), []).append(fault)
        shares = {}
        for (sensor, kind), alike in sorted(by_kind.items()):
            lasted_s = sum(min(fault.until_s, now_s) - fault.since_s for fault in alike)
            shares[sensor, kind] = min(lasted_s / max(now_s - self._began_s, 1e-9), 1.0)
        unfit = [sum(shares.get((finger, kind), 0.0) for kind in _UNFIT) for finger in _FINGERS]
        none_works = min(unfit) >= MOSTLY
        found = [
            min(by_kind[which], key=lambda fault: fault.since_s).message(share)
            for which, share in shares.items()
            if not (none_works and which[0] in _FINGERS)
        ]
        found += [self.blindness] if none_works else []
        if self._undirected > MOST_UNDIRECTED * self._samples:
            found.append(NO_DIRECTION)
        return found

    @property
    def is_blind(self) -> bool:
        """Whether every finger reads now what no working sensor does."""
        return all(
            fault is not None and fault.kind in _UNFIT for fault in self._present[:N_FINGERS]
        )

    def now(self) -> list[Message]:
        """What to tell of the sensors that fail now."""
        present = [fault for fault in self._present if fault]
        if not self.is_blind:
            return [fault.message() for fault in present]
        others = (fault for fault in present if fault.sensor not in _FINGERS)
        return [*(fault.message() for fault in others), self.blindness]

    @property
    def blindness(self) -> Message:
        """That every finger reads what no working sensor does."""
        (least, most), (low, high) = self._flex_adc, USABLE_FLEX_ADC
        return Message(
            ko=f"믿을 수 있는 손가락이 없어 글을 만들지 않습니다: flex 값이 {least:.4g}~{most:.4g}"
            f"인데, 제대로 된 센서는 10비트 ADC로 {low:.0f}~{high:.0f}입니다. 보드의 단위가 다르면 "
            "--layout에 적고 (예: flex1[adc12]), 아니면 센서의 전원과 저항을 확인하세요.",
            en=f"No finger can be believed, so no text is made: flex reads {least:.4g} to "
            f"{most:.4g}, and working sensors read {low:.0f} to {high:.0f} of a 10-bit ADC. If the "
            "board counts otherwise, say so with --layout (such as flex1[adc12]); if not, look at "
            "the supply and the resistors of the sensors.",
        )

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


def impossible(frames: Frames) -> NDArray[np.int8]:
    """(n, 7) `DEAD`, `SATURATED` or `ABSENT` where a sensor reads what it never can, 0 elsewhere.

    Acceleration that was not sent is no fault.
    """
    length_g = np.linalg.norm(frames.accel_g, axis=1, keepdims=True)  # (n, 1)
    low_g, high_g = PLAUSIBLE_ACCEL_G
    angles = np.zeros_like(length_g, dtype=np.bool_)
    dead = np.hstack([is_dead(frames.flex_adc), length_g <= low_g, angles])
    high = np.hstack([frames.flex_adc > USABLE_FLEX_ADC[1], length_g >= high_g, angles])
    odd = np.where(high, FaultKind.SATURATED, np.where(dead, FaultKind.DEAD, 0)).astype(np.int8)
    odd[:, :N_FINGERS][np.isnan(frames.flex_adc)] = FaultKind.ABSENT
    return odd


def failing(signal: Frames, odd: NDArray[np.int8]) -> NDArray[np.int8]:
    """(m, 7) the `FaultKind` of every sensor at every sample, 0 for none.

    It depends on the `remembered` samples alone. A sensor is stuck only while more sensors change
    than not: some gloves have no noise.

    Args:
        signal: The samples so far, in their order.
        odd: (m, 7) which of them are impossible by themselves, and how.
    """
    time_s = signal.time_s
    reading = signal.channels[:, : len(SAME)]  # (m, 10)
    step, stride = (_change(time_s, reading, over_s) for over_s in (STEP_S, STRIDE_S))  # (m, 10)

    lasts_s, n = _lasting(time_s, (np.abs(step) <= SAME) & (np.abs(stride) <= SAME))
    frozen = (lasts_s >= STUCK_S) & (n >= STUCK_STEPS)  # (m, 10)
    frozen = np.logical_and.reduceat(frozen, _FIRST_CHANNEL, axis=1)  # (m, 7)
    present = np.logical_and.reduceat(np.isfinite(reading), _FIRST_CHANNEL, axis=1)
    frozen &= odd == 0
    alive = present & ~frozen & (odd == 0)
    stuck = frozen & (alive.sum(axis=1) > frozen.sum(axis=1))[:, None]

    turns = _turns(time_s, step)  # (m, 10)
    noisy = np.maximum.reduceat(turns, _FIRST_CHANNEL, axis=1) >= NOISY_TURNS  # (m, 7)

    lasts_s, _ = _lasting(time_s, odd > 0)
    dead = lasts_s >= DEAD_S
    other = np.where(noisy, FaultKind.NOISY, np.where(stuck, FaultKind.STUCK, 0))
    return np.where(dead, odd, other).astype(np.int8)


def remembered(signal: Frames) -> Frames:
    """The samples that a later verdict can depend on."""
    needed = signal.time_s >= signal.time_s[-1] - MEMORY_S
    needed[-3 * STUCK_STEPS :] = True  # of a slow glove
    return signal[needed]


def _change(time_s: Array, reading: Array, over_s: float) -> Array:
    """(m, k) how far readings are from those so long before them, at least from the last ones."""
    before = np.searchsorted(time_s, time_s - over_s, side="right") - 1
    before = np.clip(before, 0, np.maximum(np.arange(len(time_s)) - 1, 0))
    with np.errstate(invalid="ignore"):  # nobody knows how far it is from infinity to infinity
        return reading - reading[before]


def _turns(time_s: Array, step: Array) -> NDArray[np.int64]:
    """(m, k) how often every channel turned round lately, from its (m, k) steps."""
    large = np.abs(step) >= TURN
    never = np.full((1, step.shape[1]), -1)
    last = np.vstack([never, last_row(large)[:-1]])  # (m, k) the large step before
    other_way = np.take_along_axis(step, last, axis=0) * step < 0
    recent = time_s[:, None] - time_s[last] <= NOISY_S
    turned = large & (last >= 0) & other_way & recent
    so_far = np.vstack([never + 1, np.cumsum(turned, axis=0)])  # (m + 1, k)
    first = np.searchsorted(time_s, time_s - NOISY_S)
    return np.asarray(so_far[1:] - so_far[first])


def last_row(holds: NDArray[np.bool_]) -> NDArray[np.int64]:
    """(m, k) the last row up to each in which a condition held; -1 for none."""
    row = np.arange(len(holds))[:, None]
    return np.asarray(np.maximum.accumulate(np.where(holds, row, -1), axis=0))


def _lasting(time_s: Array, holds: NDArray[np.bool_]) -> tuple[Array, NDArray[np.int64]]:
    """How long a condition has held: (m, k) in, seconds and number of steps of (m, k) out."""
    last = np.maximum(last_row(~holds), 0)  # the first sample is where knowledge begins
    return time_s[:, None] - time_s[last], np.arange(len(holds))[:, None] - last
