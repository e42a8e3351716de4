"""What hands that do not spell are taken for: letters written in ten minutes, by what they do.

    python tests/benchmarks/silence.py [--sessions N]

Sessions last a minute, of which the first letters are most, or ten. The shared recordings in which
fingers are tested are read too. And a simulated hand spells a short text behind 40 seconds of each:
the errors are those in all that is written.
"""

from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import cache
from itertools import product

import numpy as np
from idle import DOINGS, IdleHand
from reporting import options, show, table
from shared import SHARED

from jihwa.composer.language.mixture import Mixture
from jihwa.data.alphabet import Alphabet
from jihwa.data.formats.readers import Recording
from jihwa.data.signal.frames import Frames
from jihwa.data.synthesis.hands import HandStatistics, SyntheticHand
from jihwa.data.synthesis.pace import PACES
from jihwa.data.synthesis.spelling import assemble
from jihwa.io.engine import Engine, assemble_engine
from jihwa.io.evaluation.errors import TextErrors
from jihwa.models.bundle import load_shipped

LENGTHS_MIN = (1, 10)
TEXTS = ("저녁에 같이 밥 먹을래", "오늘 날씨 좋다", "제 이름은 김민수예요")
SPEEDS = ("normal", "natural", "fluent")
IDLE_S = 40.0


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


def spelled(run: tuple[str | None, str, str]) -> TextErrors:
    """Errors in what is written of a text, behind something else or, after None, by itself."""
    doing, text, speed = run
    alphabet, seed = Alphabet.load(), 3 * TEXTS.index(text) + SPEEDS.index(speed)
    hand = SyntheticHand(HandStatistics.load(), alphabet, np.random.default_rng(seed))
    signal = assemble(text, hand, alphabet, PACES[speed], np.random.default_rng(seed)).frames
    if doing:
        idle = IdleHand(doing, np.random.default_rng(seed)).session(IDLE_S)
        later_s = signal.time_s + (idle.time_s[-1] + 0.03 - signal.time_s[0])
        signal = Frames.concatenate([idle, replace(signal, time_s=later_s)])
    return TextErrors.of(text, _engine().run([signal]).text, alphabet)


def report(n_sessions: int) -> Iterator[str]:
    """A Markdown table by what the hand does, and the texts of the recordings."""
    runs = [*product(DOINGS, LENGTHS_MIN, range(n_sessions))]
    spells = [*product((None, *DOINGS), TEXTS, SPEEDS)]
    with ProcessPoolExecutor() as pool:
        done = dict(zip(runs, pool.map(read, runs), strict=True))
        errors = dict(zip(spells, pool.map(spelled, spells), strict=True))
    rows = []
    for doing in DOINGS:
        row = [doing]
        for minutes in LENGTHS_MIN:
            sessions = [done[doing, minutes, seed] for seed in range(n_sessions)]
            letters, unread_s = map(sum, zip(*sessions, strict=True))
            row.append(f"{10 * letters / minutes / n_sessions:.1f}")
        left_out = f"{100 * unread_s / (60 * minutes * n_sessions):.0f}"
        rows.append((*row, left_out, _cer(errors, doing)))
    lengths = (f"letters in ten minutes, sessions of {minutes} min" for minutes in LENGTHS_MIN)
    cer = "CER of a text behind it, %"
    yield from table(("", *lengths, "of the longest left out, %", cer), rows)
    yield f"The same texts by themselves: {_cer(errors, None)}"
    for path in sorted((SHARED / "signglove" / "continuous").glob("*.csv")):
        yield f"{path.name}: {_engine().run(Recording(path).chunks()).text!r}"


def _cer(errors: Mapping[tuple[str | None, str, str], TextErrors], doing: str | None) -> str:
    of_it = (each for (did, _, _), each in errors.items() if did == doing)
    return f"{sum(of_it, TextErrors()).cer:.1f}"


def main() -> None:
    """Measure, and print the table."""
    parser = options(__doc__)
    parser.add_argument("--sessions", type=int, default=5, help="of everything that a hand does")
    show(report(parser.parse_args().sessions))


if __name__ == "__main__":
    main()
