"""Whether probabilities are right: of single holds, and the decoder's of texts, words and signs.

    python tests/benchmarks/reliability.py [--share F]

A text is right with its spaces, a word or sign if it stands in an alignment with the true ones.
ECE is the expected calibration error over ten bins of equal width. The exponent is the one on the
odds that would make the probabilities likeliest: 1 where they are right, less where they are too
sure. The dev texts as three simulated classifiers see them, and the continuous sessions.

Single holds are those of the three recorded sessions, each read by a model of the others. Takes of
a block were recorded back to back and are read alike, so a session has no more than 120 answers of
its own: beside the ECE stands what it would be on average, and in nine of ten cases, if every
probability were right and a block's takes were right or wrong together. What is left of the error
without what chance adds stands beside that: the root mean square of the gaps, which the ECE is no
greater than, in bins of equal size, less the variance of each gap between blocks (after A. Kumar,
P. Liang and T. Ma (2019), "Verified uncertainty calibration", where every answer is its own block).
"""

from collections.abc import Hashable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from math import exp

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Levenshtein
from reporting import both, options, show, table
from scipy.optimize import minimize_scalar
from sessions import Seen, classify, found_boundaries, read, spelled_sessions
from shared import SESSIONS, THIRD, dev_texts
from simulation import TOP1, SimulatedClassifier, spelled
from strangers import episodes, stranger

from jihwa.composer.composer import Composer
from jihwa.composer.language.mixture import Mixture
from jihwa.composer.text.transcript import Transcript
from jihwa.data.alphabet import Alphabet
from jihwa.data.signal.frames import Array
from jihwa.models.training.evaluation import Predictions, score
from jihwa.models.training.takes import truth
from jihwa.recognizer.events import NO_SIGN, REST

KINDS = ("sentences", "words", "names")
BINS = 10
HOLD_TEMPERATURES = (0.8, 0.9, 1.0, 1.1, 1.2)
DRAWS = 200
_SURE = 1e-6
"""Probabilities are kept this far from 0 and 1."""


@dataclass
class Reliability:
    """Probabilities, and whether what they speak of was right."""

    probability: list[float] = field(default_factory=list)
    right: list[bool] = field(default_factory=list)

    def add(self, probability: float, right: bool) -> None:
        """Count one more."""
        self.probability.append(probability)
        self.right.append(right)

    def bins(self) -> Iterator[tuple[int, float, float]]:
        """How many are in each bin, their mean probability, the share of them that is right."""
        probability, right = np.array(self.probability), np.array(self.right)
        which = np.minimum((probability * BINS).astype(int), BINS - 1)
        for i in range(BINS):
            mine = which == i
            n = int(mine.sum())
            yield n, *((probability[mine].mean(), right[mine].mean()) if n else (0.0, 0.0))

    @property
    def ece(self) -> float:
        """Expected calibration error, %."""
        gaps = sum(n * abs(probability - right) for n, probability, right in self.bins())
        return 100 * gaps / len(self.right)

    @property
    def exponent(self) -> float:
        """The exponent on the odds that makes the outcomes likeliest."""
        probability = np.clip(self.probability, _SURE, 1 - _SURE)
        log_odds: Array = np.log(probability) - np.log1p(-probability)
        signed = np.where(self.right, log_odds, -log_odds)
        found = minimize_scalar(
            lambda exponent: np.logaddexp(0, -exponent * signed).sum(), bounds=(0.05, 5.0)
        )
        return float(found.x)


@dataclass
class Reliabilities:
    """Of texts, words and signs."""

    texts: Reliability = field(default_factory=Reliability)
    words: Reliability = field(default_factory=Reliability)
    signs: Reliability = field(default_factory=Reliability)

    def add(self, truth: str, transcript: Transcript, alphabet: Alphabet) -> None:
        """Count one text."""
        if transcript.candidates:
            best = transcript.candidates[0]
            self.texts.add(exp(best.log_prob), best.text == truth)
        right = matched([word.text for word in transcript.words], truth.split())
        for word, is_right in zip(transcript.words, right, strict=True):
            self.words.add(word.confidence, is_right)
        signs = [sign for sign in transcript.signs if sign.sign not in (NO_SIGN, REST)]
        right = matched([sign.sign for sign in signs], alphabet.spell(truth.replace(" ", "")))
        for sign, is_right in zip(signs, right, strict=True):
            self.signs.add(dict(sign.candidates).get(sign.sign, 0.0), is_right)


def matched(read: Sequence[Hashable], truth: Sequence[Hashable]) -> list[bool]:
    """Which of what was read stands in an alignment with the truth."""
    right = [False] * len(read)
    for block in Levenshtein.opcodes(read, truth):
        if block.tag == "equal":
            right[block.src_start : block.src_end] = [True] * (block.src_end - block.src_start)
    return right


def simulated(share: float, top1: float) -> Reliabilities:
    """Of the dev texts as a simulated classifier sees them."""
    alphabet = Alphabet.load()
    classifier = SimulatedClassifier(len(alphabet.signs), top1)
    lines = [line for kind in KINDS for line in dev_texts(kind)[:: round(1 / share)]]
    emissions = ((line, classifier.emissions(spelled(line, alphabet))) for line in lines)
    return reliabilities(((line, [(e,) for e in of_line]) for line, of_line in emissions), alphabet)


def continuous(wearer: str, share: float) -> Reliabilities:
    """Of one wearer's continuous sessions."""
    sessions = (session for _, session in spelled_sessions(wearer, share))
    emissions = ((each.text, classify(found_boundaries(each, wearer), wearer)) for each in sessions)
    return reliabilities(emissions, stranger(wearer).alphabet)


def reliabilities(texts: Iterable[tuple[str, Seen]], alphabet: Alphabet) -> Reliabilities:
    """Of what texts come out as."""
    composer = Composer(alphabet, Mixture.load())
    found = Reliabilities()
    for text, seen in texts:
        found.add(text, read(seen, composer), alphabet)
    return found


def rows(name: str, of: Reliabilities) -> Iterator[tuple[str, ...]]:
    """A row for each kind of probability: the figures, then share right and count of each bin."""
    for kind in ("texts", "words", "signs"):
        each: Reliability = getattr(of, kind)
        bins = " ".join(f"{100 * right:.0f}/{n}" if n else "-" for n, _, right in each.bins())
        yield name, kind, f"{each.ece:.1f}", f"{each.exponent:.2f}", bins


def every_row(share: float) -> Iterator[tuple[str, ...]]:
    """Those of the simulated classifiers, then of the continuous sessions."""
    with ProcessPoolExecutor() as pool:
        of_simulated = pool.map(partial(simulated, share), TOP1)
        for top1, found in zip(TOP1, of_simulated, strict=True):
            yield from rows(f"simulated, {top1:.0%}", found)
    for wearer, found in zip(SESSIONS, both(continuous, share), strict=True):
        yield from rows(f"continuous, {wearer}", found)


def holds(wearer: str) -> tuple[Array, NDArray[np.int64], NDArray[np.int64]]:
    """(n, S) log-likelihoods of a stranger's takes, their (n,) signs and blocks."""
    bundle, takes = stranger(wearer), episodes(wearer)
    sign = truth(takes, bundle.alphabet)
    block = np.unique(np.stack([sign, takes.styles]), axis=1, return_inverse=True)[1]
    return bundle.log_likelihood([take.hold for take in takes]), sign, block


def hold_rows() -> Iterator[tuple[str, ...]]:
    """A row for each stranger, and one for all of them."""
    parts = {wearer: holds(wearer) for wearer in (*SESSIONS, THIRD)}
    seen, signs, blocks = zip(*parts.values(), strict=True)
    apart = [1000 * place + block for place, block in enumerate(blocks)]
    parts["all"] = np.concatenate(seen), np.concatenate(signs), np.concatenate(apart)
    for name, (log_likelihood, sign, block) in parts.items():
        answers = Predictions.of(log_likelihood, sign)
        mean, *between = _expected_ece(answers, block)
        left, least, most = _unbiased_error(answers, block)
        by_temperature = (score(log_likelihood / t, sign) for t in HOLD_TEMPERATURES)
        yield (
            name,
            f"{answers.right.mean():.3f} / {answers.confidence.mean():.3f}",
            f"{mean:.3f} ({between[0]:.3f}-{between[1]:.3f})",
            f"{left:.3f} ({least:.3f}-{most:.3f})",
            *(f"{of.ece:.3f} / {of.nll:.3f}" for of in by_temperature),
        )


def _expected_ece(answers: Predictions, block: NDArray[np.int64]) -> tuple[float, float, float]:
    """Mean, 5 % and 95 % of the ECE if probabilities were right."""
    rng, of = np.random.default_rng(0), np.unique(block, return_inverse=True)[1]
    drawn = []
    for _ in range(DRAWS):
        wrong = rng.random(of.max() + 1)[of] >= answers.confidence
        drawn.append(Predictions(wrong.astype(int), np.zeros_like(of), answers.confidence).ece)
    return float(np.mean(drawn)), *np.percentile(drawn, [5, 95]).tolist()


def _unbiased_error(answers: Predictions, block: NDArray[np.int64]) -> tuple[float, float, float]:
    """The error without what chance adds to it, and between what it lies in nine cases of ten."""
    rng, rows = np.random.default_rng(0), [np.flatnonzero(block == of) for of in np.unique(block)]
    gap = answers.right - answers.confidence  # (n,)
    drawn = []
    for _ in range(DRAWS):
        chosen = [rows[i] for i in rng.integers(len(rows), size=len(rows))]
        row = np.concatenate(chosen)
        of = np.repeat(np.arange(len(chosen)), [len(each) for each in chosen])
        drawn.append(_square_error(answers.confidence[row], gap[row], of))
    square, sd = _square_error(answers.confidence, gap, block), np.std(drawn)
    around = square + 1.645 * sd * np.array([0, -1, 1])  # 0, 5 % and 95 % of a normal distribution
    left, least, most = np.sqrt(np.maximum(around, 0)).tolist()
    return left, least, most


def _square_error(confidence: Array, gap: Array, block: NDArray[np.int64]) -> float:
    """Mean square of the gaps in bins of equal size, whose mean is 0 if probabilities are right."""
    total = 0.0
    for rows in np.array_split(np.argsort(confidence, kind="stable"), BINS):
        mean = gap[rows].mean()
        of = np.unique(block[rows], return_inverse=True)[1]
        sums = np.bincount(of, gap[rows] - mean)  # (blocks,)
        variance = (sums**2).sum() / len(rows) ** 2 * len(sums) / (len(sums) - 1)
        total += len(rows) / len(gap) * (mean**2 - variance)
    return float(total)


def main() -> None:
    """Print the tables."""
    share = options(__doc__, share=1.0).parse_args().share
    at = (f"ECE / NLL at temperature {t:g}" for t in HOLD_TEMPERATURES)
    head = ("holds of", "right / mean confidence", "ECE if all were right", "without chance", *at)
    show(table(head, hold_rows()))
    print()
    head = ("of", "probability of", "ECE %", "exponent", "% right / how many, by tens of percent")
    show(table(head, every_row(share)))


if __name__ == "__main__":
    main()
