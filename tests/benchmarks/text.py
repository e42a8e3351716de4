"""What a stranger gets: text from continuous sessions of a wearer the model has never met.

    python tests/benchmarks/text.py [--share F]

The classifier is fitted on one recorded session; the dev texts are spelled with takes of the other
one; both directions are pooled. Three columns show what each part costs: the whole path, the same
with perfect segmentation, and the best label of every segment through the automaton, without any
language model.
"""

import argparse
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from itertools import product, repeat

import numpy as np
from recordings import SESSIONS, episodes, stranger
from scoring import Letters, TextErrors, dev_texts

from jihwa.composer.automaton import Automaton
from jihwa.composer.composer import Composer
from jihwa.composer.language_model import LanguageModel
from jihwa.composer.transcript import Transcript
from jihwa.data.hands import RecordedHand
from jihwa.data.monitor import SensorMonitor
from jihwa.data.spelling import PACES, SpelledSession, assemble
from jihwa.models.bundle import Bundle
from jihwa.recognizer.classifier import Classifier
from jihwa.recognizer.events import NO_SIGN, REST, Emission, Segment
from jihwa.recognizer.segmenter import Segmenter

KINDS = ("persons", "places", "words", "sentences")
TEXTS = {"persons": 40, "places": 40, "words": 60, "sentences": 25}
"""Texts of each kind at each pace and in each direction."""
WAYS = ("whole path", "perfect segments", "labels + automaton")


@dataclass(frozen=True)
class Cell:
    """One kind of text at one pace in one direction."""

    wearer: str
    kind: str
    pace: str


@dataclass
class Outcome:
    """What a cell's texts came to."""

    text: dict[str, TextErrors]
    letters: Letters


def measure(wearer: str, share: float) -> dict[Cell, Outcome]:
    """Spell texts with the takes of one session and read them with a model of the other."""
    bundle, model = stranger(wearer), LanguageModel.load()
    outcomes: dict[Cell, Outcome] = {}
    for kind, pace in product(KINDS, PACES):
        rng = np.random.default_rng([SESSIONS.index(wearer), KINDS.index(kind)])
        n = max(1, round(TEXTS[kind] * share))
        outcome = Outcome({way: TextErrors() for way in WAYS}, Letters())
        for text in rng.choice(dev_texts(kind), n, replace=False):
            hand = RecordedHand(episodes(wearer), bundle.alphabet, rng)
            session = assemble(str(text), hand, bundle.alphabet, PACES[pace], rng)
            _read(session, bundle, model, outcome)
        outcomes[Cell(wearer, kind, pace)] = outcome
    return outcomes


def _read(session: SpelledSession, bundle: Bundle, model: LanguageModel, outcome: Outcome) -> None:
    """Read one session in every way."""
    session = replace(session, frames=SensorMonitor().feed(session.frames))
    segmenter = Segmenter()
    segments = segmenter.feed(session.frames) + segmenter.flush()
    emissions, whole = _compose(segments, bundle, model)
    _, perfect = _compose(list(_true_segments(session)), bundle, model)
    labels = [
        bundle.alphabet.signs[int(emission.log_likelihood.argmax())]
        for emission in emissions
        if emission.log_likelihood.max() > max(emission.rest, emission.no_sign)
    ]
    greedy = Automaton(bundle.alphabet).compose(labels)
    for way, text in zip(WAYS, (whole.text, perfect.text, greedy), strict=True):
        outcome.text[way] += TextErrors.of(session.text, text, bundle.alphabet)
    read = [sign for sign in whole.signs if sign.sign not in (REST, NO_SIGN)]
    outcome.letters += Letters.of(session.signs, read)


def _compose(
    segments: list[Segment], bundle: Bundle, model: LanguageModel
) -> tuple[list[Emission], Transcript]:
    classifier, composer = Classifier(bundle), Composer(bundle.alphabet, model)
    emissions = [classifier.feed(segment) for segment in segments]
    for emission in emissions:
        composer.feed(emission)
    return emissions, composer.flush()


def _true_segments(session: SpelledSession) -> Iterator[Segment]:
    """The letters, where they were really held."""
    time_s, end_s = session.frames.time_s, -np.inf
    for held in session.signs:
        rows = (time_s >= held.start_s) & (time_s <= held.end_s)
        yield Segment(held.start_s, held.end_s, held.start_s - end_s, session.frames[rows])
        end_s = held.end_s


def report(outcomes: dict[Cell, Outcome]) -> Iterator[str]:
    """A Markdown table: every kind and pace, then what they share."""
    yield (
        "| text | pace | letters found | repeated found | spurious | "
        + " | ".join(f"{way}: JER / CER / with spaces / exact" for way in WAYS)
        + " |"
    )
    yield "|---|---|---|---|---|" + "---|" * len(WAYS)
    every = [("all", pace) for pace in PACES] + [(f"all of {name}", "all") for name in SESSIONS]
    for kind, pace in [*product(KINDS, PACES), *every, ("all", "all")]:
        chosen = [
            outcome
            for cell, outcome in outcomes.items()
            if kind in (cell.kind, "all", f"all of {cell.wearer}") and pace in (cell.pace, "all")
        ]
        letters = sum((outcome.letters for outcome in chosen), Letters())
        columns = [
            f"{100 * letters.found / letters.true:.1f}",
            f"{100 * letters.repeated_found / max(letters.repeated, 1):.1f}",
            f"{100 * letters.spurious / letters.true:.1f}",
        ]
        for way in WAYS:
            errors = sum((outcome.text[way] for outcome in chosen), TextErrors())
            columns.append(
                f"{errors.jamo_error_rate:.1f} / {errors.cer:.1f} / {errors.cer_spaces:.1f} / "
                f"{errors.exact_share:.0f}"
            )
        yield f"| {kind} | {pace} | " + " | ".join(columns) + " |"


def main() -> None:
    """Measure all cells, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--share", type=float, default=1.0, help="share of the texts to spell")
    options = parser.parse_args()
    outcomes: dict[Cell, Outcome] = {}
    with ProcessPoolExecutor(len(SESSIONS)) as pool:
        for part in pool.map(measure, SESSIONS, repeat(options.share)):
            outcomes |= part
    for line in report(outcomes):
        print(line)
    letters = sum((outcome.letters for outcome in outcomes.values()), Letters())
    print(f"\n{letters.true} letters, {letters.repeated} of them repeated; all figures in %.")


if __name__ == "__main__":
    main()
