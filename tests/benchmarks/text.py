"""What a stranger gets: text from continuous sessions of a wearer the model has never met.

    python tests/benchmarks/text.py [--share F] [--third] [--beam N]

The dev texts are spelled with takes of one recorded session; the classifier is fitted on the two
others, the segmenter on the one of them whose glove sits as usual; two wearers are pooled. With
`--third` the texts are spelled with takes of the third, whose glove sits otherwise. Three columns
show what each part costs: the whole path, the same with perfect segmentation, and the best label of
every segment of the likeliest cut through the automaton, without any language model.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from cuts import likeliest_boundaries
from reporting import both, options, show, table
from sessions import (
    ROWS,
    Cell,
    classify,
    found_boundaries,
    read,
    spelled_sessions,
    true_boundaries,
    without_choice,
)
from shared import THIRD
from strangers import stranger

from jihwa.composer.composer import Composer
from jihwa.composer.decoding.options import DecoderOptions
from jihwa.composer.language.mixture import Mixture
from jihwa.composer.letters import Automaton
from jihwa.data.synthesis.spelling import SpelledSession
from jihwa.io.evaluation.errors import Letters, TextErrors
from jihwa.recognizer.events import NO_SIGN, REST

WAYS = ("whole path", "perfect segments", "labels + automaton")


@dataclass
class Outcome:
    """What a cell's texts came to."""

    text: dict[str, TextErrors]
    letters: Letters


def measure(wearer: str, share: float, decoding: DecoderOptions) -> dict[Cell, Outcome]:
    """Spell texts with the takes of one session and read them with a model of the other."""
    composer = Composer(stranger(wearer).alphabet, Mixture.load(), decoding)
    outcomes: dict[Cell, Outcome] = {}
    for cell, session in spelled_sessions(wearer, share):
        nothing = Outcome({way: TextErrors() for way in WAYS}, Letters())
        _read(session, wearer, composer, outcomes.setdefault(cell, nothing))
    return outcomes


def _read(session: SpelledSession, wearer: str, composer: Composer, outcome: Outcome) -> None:
    """Read one session in every way."""
    alphabet = stranger(wearer).alphabet
    boundaries = found_boundaries(session, wearer)
    whole = read(classify(boundaries, wearer), composer)
    perfect = read(without_choice(classify(true_boundaries(session), wearer)), composer)
    labels = [
        alphabet.signs[int(emission.log_likelihood.argmax())]
        for emission, *_ in classify(likeliest_boundaries(boundaries), wearer)
        if emission.log_likelihood.max() > max(emission.rest, emission.no_sign)
    ]
    greedy = Automaton(alphabet).compose(labels)
    for way, text in zip(WAYS, (whole.text, perfect.text, greedy), strict=True):
        outcome.text[way] += TextErrors.of(session.text, text, alphabet)
    letters = [sign for sign in whole.signs if sign.sign not in (REST, NO_SIGN)]
    outcome.letters += Letters.of(session.signs, letters)


def report(outcomes: dict[Cell, Outcome]) -> Iterator[str]:
    """A Markdown table: every kind and pace, then what they share."""
    head = ("text", "pace", "letters found", "repeated found", "spurious")
    ways = (f"{way}: JER / CER / with spaces / exact" for way in WAYS)
    yield from table((*head, *ways), _rows(outcomes))
    letters = sum((outcome.letters for outcome in outcomes.values()), Letters())
    yield f"\n{letters.true} letters, {letters.repeated} of them repeated; all figures in %."


def _rows(outcomes: dict[Cell, Outcome]) -> Iterator[tuple[str, ...]]:
    for kind, pace in ROWS:
        chosen = [outcome for cell, outcome in outcomes.items() if cell.is_of(kind, pace)]
        if not chosen:
            continue
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
        yield kind, pace, *columns


def main() -> None:
    """Measure all cells, and print the table."""
    parser = options(__doc__, share=1.0)
    parser.add_argument("--third", action="store_true", help="a third wearer's texts")
    parser.add_argument("--beam", type=int, default=DecoderOptions().beam, help="of the decoder")
    arguments = parser.parse_args()
    share, decoding = float(arguments.share), DecoderOptions(beam=arguments.beam)
    parts = [measure(THIRD, share, decoding)] if arguments.third else both(measure, share, decoding)
    show(report({cell: outcome for part in parts for cell, outcome in part.items()}))


if __name__ == "__main__":
    main()
