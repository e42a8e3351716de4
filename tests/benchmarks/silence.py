"""What hands that do not spell are taken for: letters written in ten minutes, by what they do.

    python tests/benchmarks/silence.py [--minutes N]

The shared recordings in which fingers are tested are read too.
"""

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from itertools import product

import numpy as np
from idle import DOINGS, SESSION_S, IdleHand
from reporting import options, show, table
from shared import SHARED

from jihwa.composer.language.mixture import Mixture
from jihwa.data.formats.readers import Recording
from jihwa.io.engine import Engine, assemble_engine
from jihwa.models.bundle import load_shipped


@cache
def _engine() -> Engine:
    return assemble_engine(load_shipped(), Mixture.load())


def read(run: tuple[str, int]) -> tuple[int, float]:
    """Letters in the text of a session, and seconds that were left out."""
    doing, seed = run
    engine = _engine()
    text = engine.run([IdleHand(doing, np.random.default_rng(seed)).session()]).text
    unread = engine.recognizer.fit.spelling.unread
    n_letters = len(engine.recognizer.alphabet.spell(text.replace(" ", ""))) if text else 0
    return n_letters, sum(end_s - begin_s for begin_s, end_s in unread)


def report(minutes: int) -> Iterator[str]:
    """A Markdown table by what the hand does, and the texts of the recordings."""
    runs = [*product(DOINGS, range(minutes))]
    with ProcessPoolExecutor() as pool:
        done = dict(zip(runs, pool.map(read, runs), strict=True))
    rows = []
    for doing in DOINGS:
        letters, unread_s = zip(*(done[doing, seed] for seed in range(minutes)), strict=True)
        left_out = 100 * sum(unread_s) / (minutes * SESSION_S)
        rows.append((doing, f"{10 * sum(letters) / minutes:.1f}", f"{left_out:.0f}"))
    yield from table(("sessions of a minute", "letters in ten minutes", "left out, %"), rows)
    for path in sorted((SHARED / "signglove" / "continuous").glob("*.csv")):
        yield f"{path.name}: {_engine().run(Recording(path).chunks()).text!r}"


def main() -> None:
    """Measure, and print the table."""
    parser = options(__doc__)
    parser.add_argument("--minutes", type=int, default=10, help="of everything that a hand does")
    show(report(parser.parse_args().minutes))


if __name__ == "__main__":
    main()
