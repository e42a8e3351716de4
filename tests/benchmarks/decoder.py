"""How well the decoder reads a simulated classifier, and how fast.

    python tests/benchmarks/decoder.py [--limit N] [--top1 75 90 95] [--stream] [--data FOLDER]

The classifier is simulated: every sign has a random prototype in a space of eight dimensions, an
observation is the prototype plus heavy-tailed noise (Student t), scaled until the given share of
observations is nearest to its own prototype, and the likelihoods are the exact ones of that noise.
2 % of the signs are lost and 2 % random ones are inserted. There are no pauses and no rest: the
language model alone finds the spaces. CER without spaces comes first; exact ignores spaces.
"""

import argparse
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from jihwa.composer.automaton import Automaton
from jihwa.composer.composer import Composer, compose
from jihwa.composer.language_model import LanguageModel
from jihwa.composer.options import DecoderOptions
from jihwa.data.alphabet import Alphabet
from jihwa.data.frames import Array, Frames
from jihwa.recognizer.events import Emission, Segment

DIMENSIONS = 8
DEGREES_OF_FREEDOM = 4.0
INSERTED = MISSED = 0.02
KINDS = ("sentences", "words", "names")


class SimulatedClassifier:
    """Draws emissions of signs as a classifier of the given accuracy would give them."""

    def __init__(self, n_signs: int, top1: float, seed: int = 0) -> None:
        self._prototypes = np.random.default_rng(seed).normal(size=(n_signs, DIMENSIONS))
        low, high = 0.01, 3.0
        for _ in range(20):
            self._noise = (low + high) / 2
            low, high = (low, self._noise) if self.top(1) < top1 else (self._noise, high)
        self._rng = np.random.default_rng(seed + 1)

    def top(self, k: int) -> float:
        """Share of observations whose sign is among the k likeliest."""
        rng = np.random.default_rng(99)
        signs = rng.integers(len(self._prototypes), size=4000)
        log_likelihood = self._log_likelihood(signs, rng)
        own = np.take_along_axis(log_likelihood, signs[:, None], axis=1)
        return float(((log_likelihood > own).sum(axis=1) < k).mean())

    def emissions(self, signs: Sequence[int]) -> list[Emission]:
        """Emissions of signs, some lost and some inserted, without any pause."""
        shown: list[int] = []
        for sign in signs:
            if self._rng.random() >= MISSED:
                shown.append(sign)
            if self._rng.random() < INSERTED:
                shown.append(int(self._rng.integers(len(self._prototypes))))
        rows = self._log_likelihood(np.array(shown, dtype=np.intp), self._rng)
        return [
            Emission(
                segment=Segment(float(i), float(i), gap_s=np.nan, frames=Frames.empty()),
                log_likelihood=row,
                rest=-np.inf,
                no_sign=float(np.logaddexp.reduce(row) - np.log(len(row))),
            )
            for i, row in enumerate(rows)
        ]

    def _log_likelihood(self, signs: Array, rng: np.random.Generator) -> Array:
        noise = rng.standard_t(DEGREES_OF_FREEDOM, size=(len(signs), DIMENSIONS))
        seen = self._prototypes[signs] + self._noise * noise  # (N, D)
        distance = (seen[:, None] - self._prototypes) / self._noise  # (N, S, D)
        tails = np.log1p(distance**2 / DEGREES_OF_FREEDOM)
        return -(DEGREES_OF_FREEDOM + 1) / 2 * tails.sum(axis=2)


def edit_distance(a: str, b: str) -> int:
    """Levenshtein distance."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, start=1):
        above, row[0] = row[0], i
        for j, y in enumerate(b, start=1):
            above, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, above + (x != y))
    return row[-1]


class ErrorRate:
    """Character errors with and without spaces, and the share of texts without any."""

    def __init__(self) -> None:
        self.errors = self.letters = self.tight_errors = self.tight_letters = 0
        self.exact = self.texts = 0

    def add(self, truth: str, text: str) -> None:
        tight, tight_truth = text.replace(" ", ""), truth.replace(" ", "")
        self.errors += edit_distance(truth, text)
        self.letters += len(truth)
        self.tight_errors += edit_distance(tight_truth, tight)
        self.tight_letters += len(tight_truth)
        self.exact += tight == tight_truth
        self.texts += 1

    def __str__(self) -> str:
        tight = 100 * self.tight_errors / self.tight_letters
        spaced = 100 * self.errors / self.letters
        exact = 100 * self.exact / self.texts
        return f"CER {tight:5.2f} %  with spaces {spaced:5.2f} %  exact {exact:5.1f} %"


def texts(data: Path, kind: str, limit: int | None) -> list[str]:
    return (data / f"dev_{kind}.txt").read_text(encoding="utf-8").splitlines()[:limit]


def run(
    composer: Composer, classifier: SimulatedClassifier, alphabet: Alphabet, lines: list[str]
) -> tuple[ErrorRate, list[float]]:
    """Error rate over the lines and seconds of every segment."""
    rate, seconds = ErrorRate(), []
    for line in lines:
        signs = [alphabet.index[sign] for sign in alphabet.spell(line.replace(" ", ""))]
        for emission in classifier.emissions(signs):
            begin = time.perf_counter()
            composer.feed(emission)
            seconds.append(time.perf_counter() - begin)
        rate.add(line, composer.flush().text)
    return rate, seconds


def stream(
    composer: Composer, classifier: SimulatedClassifier, alphabet: Alphabet, lines: list[str]
) -> Iterator[str]:
    """One text of 10,000 segments: time and open text must not grow with it."""
    signs = [alphabet.index[s] for line in lines for s in alphabet.spell(line.replace(" ", ""))]
    emissions = classifier.emissions((signs * (10_500 // len(signs) + 1))[:10_500])[:10_000]
    seconds, open_text = [], []
    for emission in emissions:
        begin = time.perf_counter()
        open_text.append(len(composer.feed(emission).preedit))
        seconds.append(time.perf_counter() - begin)
    for first in range(0, 10_000, 2_500):
        part = slice(first, first + 2_500)
        median, p99 = 1e3 * np.percentile(seconds[part], [50, 99])
        yield (
            f"segments {first:5} to {first + 2_500:5}: median {median:.2f}, p99 {p99:.2f} ms; "
            f"preedit {np.mean(open_text[part]):.1f} characters, at most {max(open_text[part])}"
        )


def report(arguments: argparse.Namespace, options: DecoderOptions) -> Iterator[str]:
    alphabet, model = Alphabet.load(), LanguageModel.load()
    automaton = Automaton(alphabet)
    if not arguments.only_noisy:
        for kind in KINDS:
            decoded, greedy = ErrorRate(), ErrorRate()
            for line in texts(arguments.data, kind, arguments.limit):
                signs = line.replace(" ", "")
                decoded.add(line, compose(signs, alphabet, model, options).text)
                greedy.add(line, automaton.compose(alphabet.spell(signs)))
            yield f"perfect signs    {kind:10}{decoded}"
            yield f"  automaton      {kind:10}{greedy}"
    seconds: list[float] = []
    for top1 in arguments.top1:
        classifier = SimulatedClassifier(len(alphabet.signs), top1 / 100)
        tops = " ".join(f"{100 * classifier.top(k):.1f}" for k in (1, 3, 5))
        yield f"top-1, 3, 5 of the simulated classifier: {tops} %"
        for kind in KINDS:
            lines = texts(arguments.data, kind, arguments.limit)
            rate, took = run(Composer(alphabet, model, options), classifier, alphabet, lines)
            seconds += took
            yield f"top-1 {top1:.0f} %       {kind:10}{rate}"
    median, p99 = 1e3 * np.percentile(seconds, [50, 99])
    yield f"ms a segment: median {median:.2f}, p99 {p99:.2f} (beam {options.beam})"
    if arguments.stream:
        classifier = SimulatedClassifier(len(alphabet.signs), 0.9)
        lines = texts(arguments.data, "sentences", None)
        yield from stream(Composer(alphabet, model, options), classifier, alphabet, lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data/text"))
    parser.add_argument("--limit", type=int, help="texts of each kind at most")
    parser.add_argument("--top1", type=float, nargs="+", default=[75, 90, 95])
    parser.add_argument("--beam", type=int, default=DecoderOptions().beam)
    parser.add_argument("--only-noisy", action="store_true", help="skip perfect signs")
    parser.add_argument("--stream", action="store_true", help="also 10,000 segments in one text")
    arguments = parser.parse_args()
    for line in report(arguments, DecoderOptions(beam=arguments.beam)):
        print(line, flush=True)


if __name__ == "__main__":
    main()
