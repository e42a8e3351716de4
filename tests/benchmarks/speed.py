"""How long the decoder takes for a segment, and what it needs of the computer.

    python tests/benchmarks/speed.py [--beside PYTHON]

One text of 10,000 segments: dev sentences as a simulated classifier of 90 % sees them, again and
again, with a beam of 128, and 1,000 of them as it ships. Times depend on what else the computer
does, so the first 1,000 segments are read by the kernel as plain Python in the same run too, and by
the version that is installed for PYTHON, both with a beam of 128.
"""

import gc
import json
import subprocess
import sys
import time
from collections.abc import Iterator

import numpy as np
from reporting import compared, median_ms, options, show
from shared import dev_texts
from simulation import SimulatedClassifier, spelled

from jihwa.composer.composer import Composer
from jihwa.composer.decoding.options import DecoderOptions
from jihwa.composer.language.mixture import Mixture
from jihwa.data.alphabet import Alphabet
from jihwa.data.signal.frames import Array
from jihwa.io.engine import COLLECTED_EVERY
from jihwa.recognizer.events import Emission

TOP1 = 0.9
SEGMENTS, COMPARED = 10_000, 1_000
NARROW = DecoderOptions(beam=128)
"""What the targets are of; a wider beam finds better texts where signs are doubtful."""
MEDIAN_TARGET_MS, P99_TARGET_MS = 0.5, 2.0
RESIDENT_TARGET_MB, LOAD_TARGET_MS = 100, 50
LOADS = 20
RESIDENT = """
import re
from pathlib import Path
from jihwa.composer.composer import Composer
from jihwa.composer.letters import compose
from jihwa.composer.language.mixture import Mixture
from jihwa.data.alphabet import Alphabet

compose("ㅎㅏㄴㄱㅜㄱㅇㅓ", Alphabet.load(), Mixture.load())
print(re.search(r"VmRSS:\\s*(\\d+)", Path("/proc/self/status").read_text())[1])
"""
"""Linux only; all of a process that has composed a word."""


def long_text(segments: int = SEGMENTS) -> list[Emission]:
    """Emissions of one text without an end."""
    alphabet = Alphabet.load()
    classifier = SimulatedClassifier(len(alphabet.signs), TOP1)
    signs = [sign for line in dev_texts("sentences") for sign in spelled(line, alphabet)]
    times = -(-segments // len(signs)) + 1
    return classifier.emissions(signs * times)[:segments]


def timed(emissions: list[Emission], options: DecoderOptions) -> Array:
    """(N,) milliseconds of the processor for each segment; garbage is looked for as in `jihwa`."""
    gc.set_threshold(COLLECTED_EVERY)
    composer = Composer(Alphabet.load(), Mixture.load(), options)
    times_s = [time.process_time()]
    for emission in emissions:
        composer.feed(emission)
        times_s.append(time.process_time())
    return 1e3 * np.diff(times_s)


def resident_mb() -> float:
    """Memory of a process of its own that has the model loaded."""
    command = [sys.executable, "-c", RESIDENT]
    kib = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    return int(kib) / 1024


def report(beside: str | None) -> Iterator[str]:
    """All figures, each with its target."""
    yield f"load: {median_ms(Mixture.load, LOADS):.1f} ms (target ≤ {LOAD_TARGET_MS})"
    yield f"resident with the model loaded: {resident_mb():.0f} MB (target ≤ {RESIDENT_TARGET_MB})"
    emissions = long_text()
    taken_ms, shipped = timed(emissions, NARROW), DecoderOptions()
    for name, each_ms in (
        (f"a segment, beam of {NARROW.beam}", taken_ms),
        *((f"quarter {i}", part) for i, part in enumerate(np.split(taken_ms, 4), start=1)),
        (f"beam of {shipped.beam}", timed(emissions[:COMPARED], shipped)),
    ):
        half_ms, p99_ms = np.percentile(each_ms, [50, 99])
        yield (
            f"{name}: median {half_ms:.2f} ms (target ≤ {MEDIAN_TARGET_MS:g}), "
            f"p99 {p99_ms:.2f} ms (target ≤ {P99_TARGET_MS:g})"
        )
    yield "beside the kernel as plain Python:"
    yield from compared(__file__, sys.executable, {"JIHWA_PLAIN": "1"})
    if beside:
        yield f"beside {beside}:"
        yield from compared(__file__, beside)


def main() -> None:
    """Print all figures."""
    parser = options(__doc__)
    parser.add_argument("--beside", metavar="PYTHON", help="for which another version is installed")
    parser.add_argument("--figures", action="store_true", help="what is compared, as JSON")
    given = parser.parse_args()
    if given.figures:
        median, p99 = np.percentile(timed(long_text(COMPARED), NARROW), [50, 99])
        print(json.dumps({"median ms": median, "p99 ms": p99}))
    else:
        show(report(given.beside))


if __name__ == "__main__":
    main()
