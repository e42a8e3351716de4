"""How well the decoder reads a simulated classifier, and how fast.

    python tests/benchmarks/decoder.py [--limit N]

The classifier is simulated: every sign has a random prototype in a space of eight dimensions, an
observation is the prototype plus heavy-tailed noise (Student t), scaled until the given share of
observations is nearest to its own prototype, and the likelihoods are the exact ones of that noise.
2 % of the signs are lost and 2 % random ones are inserted. There are no pauses and no rest: the
language model alone finds the spaces. CER without spaces comes first; exact ignores spaces.
"""

import argparse
import time
from collections.abc import Iterator, Sequence
from itertools import chain

import numpy as np
from scoring import TextErrors, dev_texts

from jihwa.composer.automaton import Automaton
from jihwa.composer.composer import Composer, compose
from jihwa.composer.language_model import LanguageModel
from jihwa.data.alphabet import Alphabet
from jihwa.data.frames import Array, Frames
from jihwa.recognizer.events import Emission, Segment

DIMENSIONS = 8
DEGREES_OF_FREEDOM = 4.0
INSERTED = MISSED = 0.02
TOP1 = (0.75, 0.90, 0.95)
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


def read_perfect(alphabet: Alphabet, model: LanguageModel, limit: int | None) -> Iterator[str]:
    """What certain signs without spaces come out as, beside the automaton."""
    automaton = Automaton(alphabet)
    for kind in KINDS:
        decoded, greedy = TextErrors(), TextErrors()
        for line in dev_texts(kind)[:limit]:
            signs = line.replace(" ", "")
            decoded += TextErrors.of(line, compose(signs, alphabet, model).text, alphabet)
            greedy += TextErrors.of(line, automaton.compose(alphabet.spell(signs)), alphabet)
        yield f"perfect signs, decoder    {kind:10}{describe(decoded)}"
        yield f"perfect signs, automaton  {kind:10}{describe(greedy)}"


def read_noisy(alphabet: Alphabet, model: LanguageModel, limit: int | None) -> Iterator[str]:
    """What simulated classifiers' emissions come out as, and how long a segment takes."""
    composer = Composer(alphabet, model)
    seconds: list[float] = []
    for top1 in TOP1:
        classifier = SimulatedClassifier(len(alphabet.signs), top1)
        tops = ", ".join(f"{100 * classifier.top(k):.1f}" for k in (1, 3, 5))
        yield f"top-1, 3, 5 of the simulated classifier: {tops} %"
        for kind in KINDS:
            errors = TextErrors()
            for line in dev_texts(kind)[:limit]:
                emissions = classifier.emissions(spelled(line, alphabet))
                seconds += [timed_feed(composer, emission) for emission in emissions]
                errors += TextErrors.of(line, composer.flush().text, alphabet)
            yield f"top-1 {top1:.0%}                {kind:10}{describe(errors)}"
    median_ms, p99_ms = 1e3 * np.percentile(seconds, [50, 99])
    yield f"a segment: median {median_ms:.2f} ms, p99 {p99_ms:.2f} ms"


def read_stream(alphabet: Alphabet, model: LanguageModel) -> Iterator[str]:
    """One text of 10,000 segments: the time that a segment takes must not grow with it."""
    composer, classifier = Composer(alphabet, model), SimulatedClassifier(len(alphabet.signs), 0.9)
    signs = [sign for line in dev_texts("sentences") for sign in spelled(line, alphabet)]
    emissions = classifier.emissions((signs * 3)[:10_500])[:10_000]
    seconds = np.array([timed_feed(composer, emission) for emission in emissions])
    for i, part in enumerate(np.split(1e3 * seconds, 4)):
        median_ms, p99_ms = np.percentile(part, [50, 99])
        yield f"quarter {i + 1} of 10,000 segments: median {median_ms:.2f} ms, p99 {p99_ms:.2f} ms"


def spelled(line: str, alphabet: Alphabet) -> list[int]:
    """The indices of the signs of a text, without spaces."""
    return [alphabet.index[sign] for sign in alphabet.spell(line.replace(" ", ""))]


def timed_feed(composer: Composer, emission: Emission) -> float:
    """Seconds that one segment takes."""
    begin = time.perf_counter()
    composer.feed(emission)
    return time.perf_counter() - begin


def describe(errors: TextErrors) -> str:
    """The figures of one row."""
    return (
        f"CER {errors.cer:5.2f} %, with spaces {errors.cer_spaces:5.2f} %, "
        f"exact {errors.exact_share:5.1f} %"
    )


def main() -> None:
    """Print all figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--limit", type=int, help="texts of each kind at most")
    limit = parser.parse_args().limit
    alphabet, model = Alphabet.load(), LanguageModel.load()
    for line in chain(
        read_perfect(alphabet, model, limit),
        read_noisy(alphabet, model, limit),
        read_stream(alphabet, model),
    ):
        print(line, flush=True)


if __name__ == "__main__":
    main()
