"""What an archive of recordings costs: speed of a core, gain of a second one, memory, start-up.

    python tests/benchmarks/archive.py [HOURS] [--beside PYTHON]

Recordings of six minutes at 47 Hz, dev sentences by simulated hands; one of HOURS (six by default)
is the first one again and again. Wall time depends on what else the computer does, the time of the
processor less: both are printed. `jihwa` runs in processes of its own, start-up included. With
--beside the stages alone are measured, a sample a call too, beside those of another version.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter, process_time
from typing import TypeVar

import numpy as np
from reporting import compared, options, show
from shared import dev_texts

from jihwa.composer.composer import Composer
from jihwa.composer.language.mixture import Mixture
from jihwa.data.alphabet import Alphabet
from jihwa.data.formats.readers import Recording
from jihwa.data.formats.writers import write_recording
from jihwa.data.signal.frames import Frames
from jihwa.data.signal.monitor import SensorMonitor
from jihwa.data.synthesis.hands import HandStatistics, SyntheticHand
from jihwa.data.synthesis.pace import PACES
from jihwa.data.synthesis.spelling import assemble
from jihwa.models.bundle import load_shipped
from jihwa.recognizer.classifier import Classifier
from jihwa.recognizer.segmenter import Segmenter

RATE_HZ = 47.0
MINUTES, COMPARED_MINUTES = 6, 1
N_RECORDINGS = 16
SAMPLE = Path(__file__).parents[2] / "data" / "samples" / "dinner.csv"
STARTS = 5
TARGET_TIMES, TARGET_START_S, TARGET_GAIN, TARGET_MEMORY = 400, 0.6, 1.8, 1.2

PROGRAM = """
import re, sys
from pathlib import Path
from jihwa.io.cli import main

code = main(sys.argv[1:])
print(re.search(r"VmHWM:\\s*(\\d+)", Path("/proc/self/status").read_text())[1])
sys.exit(code)
"""
"""Linux only; tells how much memory it took at most."""

UNUSUAL = ("PYTHONDONTWRITEBYTECODE", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")
INSTALLED = {name: value for name, value in os.environ.items() if name not in UNUSUAL}
"""An environment as users have it: pip has compiled all modules, and nobody speaks of threads."""

T = TypeVar("T")


@dataclass(frozen=True)
class Cost:
    """What a run of `jihwa` took."""

    wall_s: float
    cpu_s: float
    resident_mb: float


def run(*arguments: object) -> Cost:
    """Run `jihwa transcribe`; processes of its own count for time, but not for memory."""
    command = [sys.executable, "-c", PROGRAM, "transcribe", "--no-personal", *map(str, arguments)]
    began_s, before = perf_counter(), os.times()
    done = subprocess.run(
        command, env=INSTALLED, capture_output=True, text=True, encoding="utf-8", check=True
    )
    wall_s, after = perf_counter() - began_s, os.times()
    cpu_s = sum(after[2:4]) - sum(before[2:4])  # of children
    return Cost(wall_s, cpu_s, int(done.stdout.split()[-1]) / 1024)


def apart_s(recordings: Path, folder: Path) -> float:
    """How long two programs take at the same time that share the work beforehand."""
    files = sorted(recordings.iterdir())
    began_s = perf_counter()
    with ThreadPoolExecutor() as pool:
        halves = (files[::2], files[1::2])
        runs = [pool.submit(run, *half, "--output", folder / "apart") for half in halves]
    for each in runs:
        each.result()
    return perf_counter() - began_s


def spelled(minutes: float, wearer: int) -> Frames:
    """So much of dev sentences, one after the other."""
    alphabet = Alphabet.load()
    hand = SyntheticHand(HandStatistics.load(), alphabet, np.random.default_rng(wearer))
    hand.rate_hz = RATE_HZ
    parts: list[Frames] = []
    until_s, texts = 0.0, dev_texts("sentences")
    while until_s < 60 * minutes:
        text = texts[(17 * wearer + len(parts)) % len(texts)]
        rng = np.random.default_rng(len(parts))
        frames = assemble(text, hand, alphabet, PACES["normal"], rng).frames
        parts.append(replace(frames, time_s=frames.time_s + until_s))
        until_s = float(parts[-1].time_s[-1]) + 1 / RATE_HZ
    return Frames.concatenate(parts)


def repeated(path: Path, frames: Frames, hours: float) -> None:
    """Write frames again and again until the recording is so long."""
    n = round(hours * 3600 / frames.duration_s)
    step_s = frames.duration_s + 1 / RATE_HZ
    with path.open("w", encoding="utf-8") as file:
        for i in range(n):  # a header each time, which is none but the first
            write_recording(file, replace(frames, time_s=frames.time_s + i * step_s))


def timed(stage: Callable[[], T]) -> tuple[float, T]:
    """Seconds of the processor that something takes, and what comes of it."""
    began_s = process_time()
    result = stage()
    return process_time() - began_s, result


def stages(path: Path) -> Iterator[tuple[str, float]]:
    """Seconds of the processor that each stage takes by itself, nothing learned of the wearer."""
    read_s, frames = timed(lambda: list(Recording(path).chunks()))
    yield "read", read_s
    monitor = SensorMonitor()
    monitor_s, believed = timed(lambda: [monitor.feed(chunk) for chunk in frames])
    yield "sensors", monitor_s
    segmenter = Segmenter()
    segment_s, boundaries = timed(lambda: [b for chunk in believed for b in segmenter.feed(chunk)])
    yield "segment", segment_s
    classifier = Classifier(load_shipped())
    classify_s, emissions = timed(lambda: [classifier.feed(*ways) for ways in boundaries])
    yield "classify", classify_s
    composer = Composer(Alphabet.load(), Mixture.load())
    yield "compose", timed(lambda: [composer.feed(*ways) for ways in emissions])[0]


def figures() -> dict[str, float]:
    """Milliseconds of the processor for a second of signal, by stage."""
    with tempfile.TemporaryDirectory() as name:
        path, frames = Path(name) / "recording.csv", spelled(COMPARED_MINUTES, 0)
        write_recording(path, frames)
        taken_s = dict(stages(path))
    samples = [frames[i : i + 1] for i in range(len(frames))]
    monitor, segmenter = SensorMonitor(), Segmenter()
    one_by_one_s, believed = timed(lambda: [monitor.feed(sample) for sample in samples])
    taken_s["sensors, a sample a call"] = one_by_one_s
    taken_s["segment, a sample a call"], _ = timed(lambda: [*map(segmenter.feed, believed)])
    return {f"{stage} ms": 1e3 * each / frames.duration_s for stage, each in taken_s.items()}


def report(folder: Path, hours: float) -> Iterator[str]:
    """All figures, each with its target."""
    starts_s = [run(SAMPLE).wall_s for _ in range(STARTS)]
    yield f"start-up and 28 s of recording: {min(starts_s):.2f} s (target ≤ {TARGET_START_S:g})"
    recordings = folder / "recordings"
    recordings.mkdir()
    signals = [spelled(MINUTES, wearer) for wearer in range(N_RECORDINGS)]
    for number, frames in enumerate(signals):
        write_recording(recordings / f"{number}.csv", frames)
    all_s = sum(frames.duration_s for frames in signals)
    first, first_s = recordings / "0.csv", signals[0].duration_s
    for name, taken_s in stages(first):
        yield f"  {name}: {first_s / taken_s:.0f} × real time"
    one = run(recordings, "--output", folder / "one")
    yield (
        f"one core: {all_s / one.cpu_s:.0f} × real time by the processor's time, "
        f"{all_s / one.wall_s:.0f} × by the clock (target ≥ {TARGET_TIMES})"
    )
    two = run(recordings, "--output", folder / "two", "--jobs", 2)
    yield (
        f"two jobs: {one.wall_s / two.wall_s:.2f} × one job by the clock (target ≥ "
        f"{TARGET_GAIN:g}); two programs apart, each with half of it: "
        f"{one.wall_s / apart_s(recordings, folder):.2f} ×, which is what the computer has left"
    )
    short = run(first, "--format", "json", "--output", folder / "short.json")
    repeated(folder / "long.csv", signals[0], hours)
    long = run(folder / "long.csv", "--format", "json", "--output", folder / "long.json")
    yield (
        f"memory: {short.resident_mb:.0f} MB for {MINUTES} minutes, {long.resident_mb:.0f} MB for "
        f"{hours:g} hours, {long.resident_mb / short.resident_mb:.2f} × (target ≤ {TARGET_MEMORY})"
    )
    yield f"{hours:g} hours: {3600 * hours / long.cpu_s:.0f} × real time by the processor's time"


def main() -> None:
    """Print all figures."""
    parser = options(__doc__)
    parser.add_argument("hours", nargs="?", type=float, default=6.0, help="of the long recording")
    parser.add_argument("--beside", metavar="PYTHON", help="for which another version is installed")
    parser.add_argument("--figures", action="store_true", help="what is compared, as JSON")
    given = parser.parse_args()
    if given.figures:
        print(json.dumps(figures()))
    elif given.beside:
        show(compared(__file__, given.beside))
    else:
        with tempfile.TemporaryDirectory() as name:
            show(report(Path(name), given.hours))


if __name__ == "__main__":
    main()
