"""What hands that do not spell are taken for: letters written in ten minutes, by what they do.

    python tests/benchmarks/silence.py [--sessions N]

Sessions last a minute, of which the first letters are most, or ten. The shared recordings in which
fingers are tested are read too.
"""

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from itertools import product

import numpy as np
from idle import DOINGS, IdleHand
from reporting import options, show, table
from shared import SHARED

from jihwa.composer.language.mixture import Mixture
from jihwa.data.formats.readers import Recording
from jihwa.io.engine import Engine, assemble_engine
from jihwa.models.bundle import load_shipped

LENGTHS_MIN = (1, 10)


@cache
def _engine() -> Engine:
    return assemble_engine(load_shipped(), Mixture.load())


def read(run: tuple[str, int, int]) -> tuple[int, float]:
    """Letters in the text of a session, and seconds that were left out."""
    doing, minutes, seed = run
    engine = _engine()
    frames = IdleHand(doing, np.random.default_rng(seed)).session(60.0 * minutes)
    text = engine.run([frames]).text
    unread = engine.recognizer.fit.spelling.unread
    n_letters = len(engine.recognizer.alphabet.spell(text.replace(" ", ""))) if text else 0
    return n_letters, sum(end_s - begin_s for begin_s, end_s in unread)


def report(n_sessions: int) -> Iterator[str]:
    """A Markdown table by what the hand does, and the texts of the recordings."""
    runs = [*product(DOINGS, LENGTHS_MIN, range(n_sessions))]
    with ProcessPoolExecutor() as pool:
        done = dict(zip(runs, pool.map(read, runs), strict=True))
    rows = []
    for doing in DOINGS:
        row = [doing]
        for minutes in LENGTHS_MIN:
            sessions = [done[doing, minutes, seed] for seed in range(n_sessions)]
            letters, unread_s = map(sum, zip(*sessions, strict=True))
            row.append(f"{10 * letters / minutes / n_sessions:.1f}")
        rows.append((*row, f"{100 * unread_s / (60 * minutes * n_sessions):.0f}"))
    lengths = (f"letters in ten minutes, sessions of {minutes} min" for minutes in LENGTHS_MIN)
    yield from table(("", *lengths, "of the longest left out, %"), rows)
    for path in sorted((SHARED / "signglove" / "continuous").glob("*.csv")):
        yield f"{path.name}: {_engine().run(Recording(path).chunks()).text!r}"


def main() -> None:
    """Measure, and print the table."""
    parser = options(__doc__)
    parser.add_argument("--sessions", type=int, default=5, help="of everything that a hand does")
    show(report(parser.parse_args().sessions))


if __name__ == "__main__":
    main()
