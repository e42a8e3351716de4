"""How well the decoder reads certain signs without spaces, and signs of a simulated classifier.

    python tests/benchmarks/decoder.py [--limit N] [--seeds N] [--beams N ...]

All figures are of the development texts, each beside its target. The classifier is that of
`simulation.py`; the figures are means over several of them. It shows neither pauses nor rest: the
language model alone finds the spaces. The baseline is a plain n-gram of order 8, built here from
the same texts. With --beams only beams are compared, for a classifier that knows a stranger's signs
no better than ours does too. CER is without spaces.
"""

import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import accumulate, product
from pathlib import Path
from typing import Self

from reporting import options, show
from sessions import read
from shared import SHARED, TRAINING_TEXTS, dev_texts
from simulation import TOP1, SimulatedClassifier, spelled

from jihwa.composer.composer import Composer
from jihwa.composer.decoding.options import DecoderOptions
from jihwa.composer.language.mixture import Mixture
from jihwa.composer.language.ngram import LanguageModel
from jihwa.composer.language.training.corpus import Text
from jihwa.composer.language.training.kneser_ney import BuildOptions, build
from jihwa.composer.letters import Automaton, compose
from jihwa.data.alphabet import Alphabet
from jihwa.data.files import read_text
from jihwa.io.evaluation.errors import Tally, TextErrors

KINDS = ("sentences", "words", "names")
EXACT_TARGETS = {"sentences": 99.5, "words": 99.8}
SPACES_TARGET = 93.0
CER_TARGETS = {
    (0.75, "sentences"): 9.0,
    (0.75, "names"): 20.0,
    (0.90, "sentences"): 3.5,
    (0.90, "names"): 8.0,
    (0.95, "sentences"): 2.0,
    (0.95, "names"): 5.0,
}
BASELINE = BuildOptions(order=8)
STRANGERS_TOP1 = 0.62


@dataclass
class Spaces(Tally):
    """How many spaces were found, by the syllables between which they stand.

    Attributes:
        true: Spaces of the true texts.
        found: Those that a text has between the same two syllables.
        written: Spaces of the texts.
    """

    true: int = 0
    found: int = 0
    written: int = 0

    @classmethod
    def of(cls, truth: str, text: str) -> Self:
        """Compare one text with the truth; where their syllables differ no space is found."""
        true, written = _spaces(truth), _spaces(text)
        same = truth.replace(" ", "") == text.replace(" ", "")
        return cls(len(true), len(true & written) if same else 0, len(written))

    @property
    def f1(self) -> float:
        """Harmonic mean of the shares of true spaces found and of written ones true, %."""
        return 100 * 2 * self.found / max(self.true + self.written, 1)


def _spaces(text: str) -> set[int]:
    """How many syllables stand before each space."""
    words = text.split()
    return set(accumulate(len(word) for word in words[:-1]))


@dataclass(frozen=True)
class Reader:
    """What composers are made of.

    Attributes:
        name: For the table.
        n_gram: A model file to use by itself; None for what ships.
        options: How to weigh; None for what ships.
    """

    name: str
    n_gram: Path | None = None
    options: DecoderOptions | None = None

    def composer(self) -> Composer:
        """A new composer."""
        model = LanguageModel.load(self.n_gram) if self.n_gram else Mixture.load()
        return Composer(Alphabet.load(), model, self.options)


def read_certain(limit: int | None) -> Iterator[str]:
    """What certain signs without spaces come out as, beside the automaton."""
    alphabet, model = Alphabet.load(), Mixture.load()
    automaton = Automaton(alphabet)
    yield "certain signs without spaces"
    for kind in KINDS:
        decoded, greedy, spaces = TextErrors(), TextErrors(), Spaces()
        for line in dev_texts(kind)[:limit]:
            text = compose(line.replace(" ", ""), alphabet, model).text
            decoded += TextErrors.of(line, text, alphabet)
            spaces += Spaces.of(line, text)
            composed = automaton.compose(alphabet.spell(line.replace(" ", "")))
            greedy += TextErrors.of(line, composed, alphabet)
        yield (
            f"  {kind:10} right {decoded.exact_share:5.1f} %{_target(EXACT_TARGETS.get(kind), '≥')}"
            f"; automaton {greedy.exact_share:5.1f} %"
        )
        if spaces.true:
            yield f"  {kind:10} spaces F1 {spaces.f1:5.1f} %{_target(SPACES_TARGET, '≥')}"


def read_noisy(limit: int | None, seeds: int, folder: Path) -> Iterator[str]:
    """What emissions of simulated classifiers come out as, beside the baseline."""
    n_gram = folder / "baseline.lm"
    texts = [Text(name, read_text(SHARED / "text" / name)) for name in TRAINING_TEXTS]
    build(texts, n_gram, BASELINE)
    readers = Reader("decoder"), Reader("baseline", n_gram)
    for top1 in TOP1:
        classifier = SimulatedClassifier(len(Alphabet.load().signs), top1)
        tops = ", ".join(f"{100 * classifier.top(k):.1f}" for k in (1, 3, 5))
        yield f"the first classifier of {top1:.0%}: top-1, 3, 5 {tops} %"
    yield f"signs of {seeds} simulated classifiers, CER"
    for (top1, kind), (decoder, baseline) in _errors(readers, TOP1, limit, seeds):
        yield (
            f"  top-1 {top1:.0%} {kind:10}{decoder.cer:6.2f} %"
            f"{_target(CER_TARGETS.get((top1, kind)), '≤')}; baseline {baseline.cer:6.2f} %; "
            f"exact {decoder.exact_share:.1f} %, baseline {baseline.exact_share:.1f} %"
        )


def compare_beams(beams: Sequence[int], limit: int | None, seeds: int) -> Iterator[str]:
    """What emissions of simulated classifiers come out as, with each of some beams."""
    yield f"signs of {seeds} simulated classifiers, CER with a beam of {', '.join(map(str, beams))}"
    readers = [Reader(f"beam {beam}", options=DecoderOptions(beam=beam)) for beam in beams]
    for (top1, kind), errors in _errors(readers, (STRANGERS_TOP1, *TOP1), limit, seeds):
        told = " / ".join(f"{each.cer:.2f}" for each in errors)
        yield f"  top-1 {top1:.0%} {kind:10}{told} %"


def _errors(
    readers: Sequence[Reader], top1s: Sequence[float], limit: int | None, seeds: int
) -> Iterator[tuple[tuple[float, str], list[TextErrors]]]:
    """By top-1 and kind of text the errors of each reader, with all seeds together."""
    cells = list(product(top1s, KINDS))
    with ProcessPoolExecutor() as pool:
        runs = [(*cell, seed) for cell in cells for seed in range(seeds)]
        errors = list(pool.map(partial(_read, readers, limit), runs))
    for place, cell in enumerate(cells):
        of_cell = errors[place * seeds : (place + 1) * seeds]
        yield cell, [sum(part, TextErrors()) for part in zip(*of_cell, strict=True)]


def _read(
    readers: Sequence[Reader], limit: int | None, run: tuple[float, str, int]
) -> list[TextErrors]:
    """The errors of each reader on the same emissions."""
    top1, kind, seed = run
    alphabet = Alphabet.load()
    classifier = SimulatedClassifier(len(alphabet.signs), top1, seed)
    composers = [reader.composer() for reader in readers]
    errors = [TextErrors() for _ in readers]
    for line in dev_texts(kind)[:limit]:
        emissions = classifier.emissions(spelled(line, alphabet))
        for place, composer in enumerate(composers):
            text = read(((emission,) for emission in emissions), composer).text
            errors[place] += TextErrors.of(line, text, alphabet)
    return errors


def _target(value: float | None, sign: str) -> str:
    """How a target is shown behind a figure."""
    return "" if value is None else f" (target {sign} {value:g})"


def main() -> None:
    """Print all figures."""
    parser = options(__doc__)
    parser.add_argument("--limit", type=int, help="texts of each kind at most")
    parser.add_argument("--seeds", type=int, default=3, help="simulated classifiers of each top-1")
    parser.add_argument("--beams", type=int, nargs="+", metavar="N", help="compare these alone")
    asked = parser.parse_args()
    if asked.beams:
        show(compare_beams(asked.beams, asked.limit, asked.seeds))
        return
    show(read_certain(asked.limit))
    with tempfile.TemporaryDirectory() as folder:
        show(read_noisy(asked.limit, asked.seeds, Path(folder)))


if __name__ == "__main__":
    main()
