"""What everybody says, spelled by simulated wearers: the share right, by kind and pace.

    python tests/benchmarks/everyday.py [--share F] [--wearers N] [--speed NAME ...]

The texts are those of `everyday.txt`. Every second one is held back: the language model was tuned
on the others alone, and what goes wrong is listed for those. Three figures each: right by the
standard, which lets the space before an auxiliary verb be left out (rule 47: 해 주세요, 해주세요);
in principle, which has it; and right but for spaces.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache, partial
from itertools import product
from pathlib import Path
from typing import NamedTuple

import numpy as np
from reporting import options, show, table

from jihwa.composer.language.mixture import Mixture
from jihwa.data.synthesis.hands import HandStatistics, SyntheticHand
from jihwa.data.synthesis.pace import PACES
from jihwa.data.synthesis.spelling import assemble
from jihwa.io.engine import Engine, assemble_engine
from jihwa.models.bundle import load_shipped

FAILURES = 30
"""The commonest ones that are listed."""


class Read(NamedTuple):
    """A text that was spelled, and what came out; in the text `_` is a space or none."""

    text: str
    kind: str
    is_held_back: bool
    pace: str
    out: str

    @property
    def is_right(self) -> bool:
        """Whether it came out as it is, with the spaces that it has to have."""
        return re.fullmatch(self.text.replace("_", " ?"), self.out) is not None

    @property
    def is_right_in_principle(self) -> bool:
        """Whether it came out with every space."""
        return self.out == spelled(self.text)

    @property
    def is_right_but_for_spaces(self) -> bool:
        """Whether its letters did."""
        return self.out.replace(" ", "") == spelled(self.text).replace(" ", "")


def spelled(text: str) -> str:
    """A text with every space that it may have."""
    return text.replace("_", " ")


def everyday_texts() -> Iterator[tuple[str, str, bool]]:
    """The texts as they stand there, their kinds, and whether they are held back."""
    kind, n = "", 0
    for line in Path(__file__).with_suffix(".txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("# "):
            kind = line[2:]
        for text in line.split(" / ") if line and not line.startswith("#") else ():
            yield text, kind, n % 2 == 1
            n += 1


@cache
def _engine() -> Engine:
    return assemble_engine(load_shipped(), Mixture.load())


def read(paces: Sequence[str], run: tuple[int, tuple[str, str, bool]]) -> list[Read]:
    """Spell a text with the hand of a wearer at every pace, and read it."""
    wearer, (text, kind, is_held_back) = run
    engine = _engine()
    alphabet = engine.recognizer.alphabet
    reads = []
    for pace in paces:
        hand = SyntheticHand(HandStatistics.load(), alphabet, np.random.default_rng(wearer))
        session = assemble(
            spelled(text), hand, alphabet, PACES[pace], np.random.default_rng(wearer)
        )
        out = engine.run([session.frames]).text
        reads.append(Read(text, kind, is_held_back, pace, out))
    return reads


def report(reads: Sequence[Read], paces: Sequence[str]) -> Iterator[str]:
    """A Markdown table of the shares, and the commonest failures of what is not held back."""
    kinds = [*dict.fromkeys(each.kind for each in reads)]
    rows = [
        (kind, *(_share(reads, kind, pace) for pace in (*paces, "all")))
        for kind in (*kinds, "tuned on", "held back", "all")
    ]
    yield from table(("right, in principle, but for spaces, %", *paces, "all"), rows)
    failures = Counter(
        (spelled(each.text), each.out)
        for each in reads
        if not each.is_right and not each.is_held_back
    )
    for (text, out), n in failures.most_common(FAILURES):
        yield f"{n:4} × {text} → {out}"


def _share(reads: Sequence[Read], kind: str, pace: str) -> str:
    halves = {"tuned on": False, "held back": True}
    chosen = [
        each
        for each in reads
        if pace in (each.pace, "all")
        and (kind in (each.kind, "all") or halves.get(kind) is each.is_held_back)
    ]
    shares = (
        100 * np.mean([getattr(each, name) for each in chosen]) if chosen else np.nan
        for name in ("is_right", "is_right_in_principle", "is_right_but_for_spaces")
    )
    return ", ".join(f"{share:.1f}" for share in shares)


def main() -> None:
    """Measure, and print the table."""
    parser = options(__doc__, share=1.0)
    parser.add_argument("--wearers", type=int, default=20, help="simulated wearers")
    paces = {"nargs": "+", "choices": list(PACES), "default": ["slow", "normal", "fast"]}
    parser.add_argument("--speed", help="paces", **paces)
    asked = parser.parse_args()
    runs = [*product(range(1, asked.wearers + 1), everyday_texts())]
    rng = np.random.default_rng(0)
    chosen = rng.permutation(len(runs))[: max(1, round(asked.share * len(runs)))]
    with ProcessPoolExecutor() as pool:
        done = pool.map(partial(read, asked.speed), [runs[i] for i in chosen], chunksize=8)
        reads = [each for of_run in done for each in of_run]
    show(report(reads, asked.speed))


if __name__ == "__main__":
    main()
