"""What broken sensors and other rates cost.

    python tests/benchmarks/robustness.py

Broken sensors: faults are put into recorded takes that have none, 0.7 s after their beginning, one
random finger at a time. Static holds are read by a model of the other session; a broken hold is
broken from its beginning, and *short* ones are the middle 0.2 s. Rates: words are spelled with
takes of one session and read by models of the other, cut the likeliest way; every rate is compared
with 33 Hz as it was recorded. Both directions are pooled.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from cuts import likeliest_segments
from reporting import show, table
from shared import SESSIONS, dev_texts
from signals import FLEX_FAULTS, IMU_FAULTS, Readings, broken, resampled
from strangers import episodes, stranger, stranger_network

from jihwa.composer.text.transcript import Sign
from jihwa.data.alphabet import Alphabet
from jihwa.data.signal.frames import N_FINGERS, Array, Frames
from jihwa.data.signal.monitor import SensorMonitor, believed
from jihwa.data.signal.sensors import ACCELERATION, ANGLES, SENSORS
from jihwa.data.synthesis.hands import RecordedHand
from jihwa.data.synthesis.pace import PACES
from jihwa.data.synthesis.spelling import SpelledSession, assemble
from jihwa.data.takes.episodes import Episode
from jihwa.io.evaluation.errors import Letters
from jihwa.models.training.evaluation import score
from jihwa.models.training.takes import truth
from jihwa.recognizer.segmenter import Segmenter

RATES_HZ = (15, 20, 33, 47, 100)
BREAKS_S = 0.7
N_TAKES = 300
N_TEXTS = 40
SHORT = 7
"""Frames of a short hold."""


@dataclass(frozen=True)
class Case:
    """One way in which a sensor breaks; `sensor` None: a random finger."""

    name: str
    readings: Readings
    sensor: int | None = None


CASES = [
    *(Case(f"finger {name}", readings) for name, (_, readings) in FLEX_FAULTS.items()),
    *(
        Case(f"acceleration {name}", readings, ACCELERATION)
        for name, (_, readings) in IMU_FAULTS.items()
    ),
    Case("angles stuck", IMU_FAULTS["stuck"][1], ANGLES),
]


def false_alarms() -> Iterator[str]:
    """How many takes have a sensor that is doubted, by session, sensor and kind of fault."""
    rows: list[tuple[object, ...]] = []
    for session in SESSIONS:
        found: Counter[str] = Counter()
        for episode in episodes(session):
            monitor = SensorMonitor()
            monitor.feed(episode.frames)
            found.update({f"{SENSORS[f.sensor].name} {f.kind.name}" for f in monitor.faults})
        told = ", ".join(f"{name} {n}" for name, n in sorted(found.items()))
        rows.append((session, len(episodes(session)), told))
    yield from table(("session", "takes", "takes in which a sensor was reported"), rows)


def healthy_takes() -> list[Episode]:
    """Takes of both sessions without a defect, in a random order."""
    takes = [e for s in SESSIONS for e in episodes(s) if not e.defects and len(e.frames) > 60]
    return [takes[i] for i in np.random.default_rng(0).permutation(len(takes))[:N_TAKES]]


def delays() -> Iterator[str]:
    """How long a fault takes to be left out, and at which rates within a second."""
    rows: list[tuple[str, ...]] = []
    for case in CASES:
        shares: list[str] = []
        recorded = np.array([_delay_s(take.frames, case, i) for i, take in _numbered()])
        for rate_hz in RATES_HZ:
            rng = np.random.default_rng(rate_hz)
            delay_s = recorded
            if rate_hz != 33:
                signals = [resampled(take.frames, rate_hz, rng) for _, take in _numbered()]
                delay_s = np.array([_delay_s(f, case, i) for i, f in enumerate(signals)])
            shares.append(f"{100 * np.mean(delay_s <= 1):.0f}")
        late = np.percentile(recorded, 95, method="lower")
        rows.append((case.name, f"{np.median(recorded):.2f}", f"{late:.2f}", *shares))
    head = ("fault", "median delay, s", "95 %", *(f"{rate_hz} Hz" for rate_hz in RATES_HZ))
    yield from table(head, rows)


def _numbered() -> list[tuple[int, Episode]]:
    return list(enumerate(healthy_takes()))


def _delay_s(frames: Frames, case: Case, seed: int) -> float:
    """Time from a fault to the first reading that is left out though it looks possible, or not."""
    rng = np.random.default_rng(seed)
    sensor = int(rng.integers(N_FINGERS)) if case.sensor is None else case.sensor
    breaks_s = float(frames.time_s[0]) + BREAKS_S
    told = SensorMonitor().feed(broken(frames, sensor, case.readings, rng, breaks_s))
    channels = np.column_stack([told.flex_adc, told.accel_g[:, 0], told.orientation_deg[:, 0]])
    out = told.time_s[np.isnan(channels[:, sensor]) & (told.time_s >= breaks_s)]
    return float(out[0] - breaks_s) if len(out) else np.inf


def accuracy() -> Iterator[str]:
    """Static holds of a stranger: left out, and believed all the same."""
    ways: dict[str, Callable[[Frames], Frames]] = {"left out": believed, "believed": lambda f: f}
    columns = [f"{way}, {length}" for length, way in product(("whole hold", "short"), ways)]
    kinds = list(product((None, SHORT), ways.values()))
    rows = (
        (case.name, *(_scores(case, mask, length) for length, mask in kinds))
        for case in [Case("none", lambda x, _: x), *CASES]
    )
    yield from table(("fault", *(f"{column}: top-1 / 5 / NLL" for column in columns)), rows)


def _scores(case: Case, mask: Callable[[Frames], Frames], length: int | None) -> str:
    """Mean scores over both directions; a stuck finger stays where another pose left it."""
    figures: list[tuple[float, float, float]] = []
    for wearer in SESSIONS:
        rng = np.random.default_rng(0)
        holds: list[Frames] = []
        for episode in episodes(wearer):
            frames = episode.after_gap
            sensor = int(rng.integers(N_FINGERS)) if case.sensor is None else case.sensor
            if "stuck" in case.name:
                other = episodes(wearer).episodes[rng.integers(len(episodes(wearer)))].after_gap
                frames = _begun_as(other, frames)
            frames = mask(broken(frames, sensor, case.readings, rng))
            middle = len(frames) // 2
            holds.append(frames[middle - length // 2 :][:length] if length else frames)
        with np.errstate(invalid="ignore"):  # an acceleration of 0 has no direction
            likelihood = stranger(wearer).log_likelihood(holds)
        of = score(likelihood, truth(episodes(wearer), Alphabet.load()))
        figures.append((100 * of.top1, 100 * of.top5, of.nll))
    top1, top5, nll = np.mean(figures, axis=0)
    return f"{top1:.1f} / {top5:.1f} / {nll:.2f}"


def _begun_as(other: Frames, frames: Frames) -> Frames:
    """The frames, the first of them with the readings of another pose."""
    flex, accel, angles = (
        np.concatenate([getattr(other, name)[:1], getattr(frames, name)[1:]])
        for name in ("flex_adc", "accel_g", "orientation_deg")
    )
    return Frames(frames.time_s, flex, accel, angles)


def rates() -> Iterator[str]:
    """What the recogniser makes of the same movement at every rate."""
    head = (
        *("rate", f"found: {' / '.join(PACES)}", "too many", "same likeliest sign"),
        "change of the true sign's log-posterior: median / 95 %",
    )
    yield from table(head, _by_rate())


def _by_rate() -> Iterator[tuple[str, ...]]:
    spelled = [(w, p, s) for w, p in product(SESSIONS, PACES) for s in _spelled(w, p)]
    reference = [_log_posteriors(wearer, s, s.frames) for wearer, _, s in spelled]
    for rate_hz in RATES_HZ:
        rng = np.random.default_rng(rate_hz)
        letters = {pace: Letters() for pace in PACES}
        same: list[bool] = []
        change: list[float] = []
        for (wearer, pace, session), known in zip(spelled, reference, strict=True):
            frames = session.frames if rate_hz == 33 else resampled(session.frames, rate_hz, rng)
            tally, here = _log_posteriors(wearer, session, frames)
            letters[pace] += tally
            for i in known[1].keys() & here.keys():
                sign = Alphabet.load().index[session.signs[i].sign]
                one, other = known[1][i], here[i]
                same.append(bool(one.argmax() == other.argmax()))
                change.append(abs(float(one[sign] - other[sign])))
        found = " / ".join(f"{100 * of.found / of.true:.1f}" for of in letters.values())
        all_letters = sum(letters.values(), Letters())
        yield (
            f"{rate_hz} Hz",
            found,
            f"{100 * all_letters.spurious / all_letters.true:.1f}",
            f"{100 * np.mean(same):.1f}",
            f"{np.median(change):.2f} / {np.percentile(change, 95):.2f}",
        )


def _spelled(wearer: str, pace: str) -> list[SpelledSession]:
    rng = np.random.default_rng(0)
    texts = rng.choice(dev_texts("words"), N_TEXTS, replace=False)
    hand = RecordedHand(episodes(wearer), Alphabet.load(), rng)
    return [assemble(str(text), hand, Alphabet.load(), PACES[pace], rng) for text in texts]


def _log_posteriors(
    wearer: str, session: SpelledSession, frames: Frames
) -> tuple[Letters, dict[int, Array]]:
    """The letters found, and the (S,) log-posterior of each by its place in the session."""
    segmenter = Segmenter(stranger_network(wearer))
    told = SensorMonitor().feed(frames)
    segments = likeliest_segments(segmenter.feed(told) + segmenter.flush())
    signs = Alphabet.load().signs
    likelihood = stranger(wearer).log_likelihood([segment.frames for segment in segments])
    posterior = likelihood - np.logaddexp.reduce(likelihood, axis=1, keepdims=True)
    first, last = session.signs[0], session.signs[-1]
    in_word = [
        Sign(segment.start_s, segment.end_s, signs[int(row.argmax())], candidates=())
        for segment, row in zip(segments, likelihood, strict=True)
        if segment.end_s > first.start_s and segment.start_s < last.end_s
    ]
    tally = Letters.of(session.signs, in_word)
    found: dict[int, Array] = {}
    for i, held in enumerate(session.signs):
        middle_s = (held.start_s + held.end_s) / 2
        for segment, row in zip(segments, posterior, strict=True):
            if segment.start_s <= middle_s <= segment.end_s:
                found[i] = row
    return tally, found


def main() -> None:
    """Print the tables."""
    sections: Sequence[Callable[[], Iterator[str]]] = (false_alarms, delays, accuracy, rates)
    for section in sections:
        print(f"\n{section.__doc__}\n")
        show(section())


if __name__ == "__main__":
    main()
