"""What a stranger gets: text from continuous sessions of a wearer the model has never met.

    python tests/benchmarks/text.py [--share F]

Classifier and segmenter are fitted on one recorded session; the dev texts are spelled with takes of
the other one; both directions are pooled. Three columns show what each part costs: the whole path,
the same with perfect segmentation, and the best label of every segment of the likeliest cut through
the automaton, without any language model.
"""

import argparse
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import repeat

from recordings import SESSIONS, stranger
from sessions import (
    ROWS,
    Cell,
    Seen,
    classify,
    found_boundaries,
    likeliest_boundaries,
    spelled_sessions,
    true_boundaries,
    without_choice,
)

from jihwa.composer.automaton import Automaton
from jihwa.composer.composer import Composer
from jihwa.composer.language.mixture import Mixture
from jihwa.composer.text.transcript import Transcript
from jihwa.data.synthesis.spelling import SpelledSession
from jihwa.io.evaluation.errors import Letters, TextErrors
from jihwa.recognizer.events import NO_SIGN, REST

WAYS = ("whole path", "perfect segments", "labels + automaton")


@dataclass
class Outcome:
    """What a cell's texts came to."""

    text: dict[str, TextErrors]
    letters: Letters


def measure(wearer: str, share: float) -> dict[Cell, Outcome]:
    """Spell texts with the takes of one session and read them with a model of the other."""
    composer = Composer(stranger(wearer).alphabet, Mixture.load())
    outcomes: dict[Cell, Outcome] = {}
    for cell, session in spelled_sessions(wearer, share):
        nothing = Outcome({way: TextErrors() for way in WAYS}, Letters())
        _read(session, wearer, composer, outcomes.setdefault(cell, nothing))
    return outcomes


def _read(session: SpelledSession, wearer: str, composer: Composer, outcome: Outcome) -> None:
    """Read one session in every way."""
    alphabet = stranger(wearer).alphabet
    boundaries = found_boundaries(session, wearer)
    whole = _compose(classify(boundaries, wearer), composer)
    perfect = _compose(without_choice(classify(true_boundaries(session), wearer)), composer)
    labels = [
        alphabet.signs[int(emission.log_likelihood.argmax())]
        for emission, *_ in classify(likeliest_boundaries(boundaries), wearer)
        if emission.log_likelihood.max() > max(emission.rest, emission.no_sign)
    ]
    greedy = Automaton(alphabet).compose(labels)
    for way, text in zip(WAYS, (whole.text, perfect.text, greedy), strict=True):
        outcome.text[way] += TextErrors.of(session.text, text, alphabet)
    read = [sign for sign in whole.signs if sign.sign not in (REST, NO_SIGN)]
    outcome.letters += Letters.of(session.signs, read)


def _compose(seen: Seen, composer: Composer) -> Transcript:
    for ways in seen:
        composer.feed(*ways)
    return composer.flush()


def report(outcomes: dict[Cell, Outcome]) -> Iterator[str]:
    """A Markdown table: every kind and pace, then what they share."""
    yield (
        "| text | pace | letters found | repeated found | spurious | "
        + " | ".join(f"{way}: JER / CER / with spaces / exact" for way in WAYS)
        + " |"
    )
    yield "|---|---|---|---|---|" + "---|" * len(WAYS)
    for kind, pace in ROWS:
        chosen = [outcome for cell, outcome in outcomes.items() if cell.is_of(kind, pace)]
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
