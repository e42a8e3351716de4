"""What a wearer gains from typing: words that are read teach the model their hand.

    python tests/benchmarks/adaptation.py [--words N] [--seeds N]

Classifier and segmenter are fitted to one recorded session and read words that are spelled with
takes of the other, once as they are and once adapting to what was decoded; nothing is calibrated.
Both directions are averaged. Static accuracy is that of takes that were not typed with: other takes
of the same styles, or those of styles that were never typed in (block-disjoint).
"""

from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass

import numpy as np
from reporting import both, options, show, table
from shared import dev_texts
from strangers import Wearer, stranger_network

from jihwa.composer.composer import Composer
from jihwa.composer.language.ngram import LanguageModel
from jihwa.data.synthesis.hands import RecordedHand
from jihwa.data.synthesis.pace import PACES
from jihwa.data.synthesis.spelling import SpelledSession, assemble
from jihwa.io.engine import Engine
from jihwa.io.evaluation.errors import TextErrors
from jihwa.recognizer.classifier import Classifier
from jihwa.recognizer.personal import Adaptation, PersonalModel
from jihwa.recognizer.profile import Profile
from jihwa.recognizer.recognizer import Recognizer
from jihwa.recognizer.segmenter import Segmenter

WORDS_A_TEXT = 4
ALL = (1, 2, 3, 4, 5)


@dataclass(frozen=True)
class Way:
    """A kind of text, the styles that it is typed in, and those that are scored."""

    kind: str
    typed: tuple[int, ...]
    scored: tuple[int, ...]

    def __str__(self) -> str:
        typed, scored = ("".join(map(str, styles)) for styles in (self.typed, self.scored))
        return f"{self.kind} in styles {typed}, scored on {scored}"


WAYS = (
    Way("words", ALL, ALL),
    Way("persons", ALL, ALL),
    Way("words", (2, 3, 4), (1, 5)),
    Way("words", (2, 4), (1, 3, 5)),
    Way("words", (3,), (1, 2, 4, 5)),
)


@dataclass(frozen=True)
class Outcome:
    """Static top-1 (%) and CER (%) of the first and the second half of the words."""

    letters: float
    top1_before: float
    top1_after: float
    cer_first: float
    cer_second: float
    adapted_cer_first: float
    adapted_cer_second: float


def measure(name: str, n_words: int, seeds: int) -> dict[Way, list[Outcome]]:
    """One outcome a seed for every way to type."""
    wearer, language_model = Wearer.load(name), LanguageModel.load()
    return {
        way: [_type(wearer, language_model, way, n_words, seed) for seed in range(seeds)]
        for way in WAYS
    }


def _type(
    wearer: Wearer, language_model: LanguageModel, way: Way, n_words: int, seed: int
) -> Outcome:
    rng = np.random.default_rng(seed)
    styles = wearer.episodes.styles
    usable = (
        rng.random(len(styles)) < 0.5 if way.typed == way.scored else np.full(len(styles), True)
    )
    typed = np.flatnonzero(usable & np.isin(styles, way.typed))
    scored = np.setdiff1d(np.flatnonzero(np.isin(styles, way.scored)), typed)
    hand = RecordedHand(wearer.episodes[typed], wearer.bundle.alphabet, rng)
    words = rng.choice(dev_texts(way.kind), n_words, replace=False).tolist()
    texts = [" ".join(words[i : i + WORDS_A_TEXT]) for i in range(0, n_words, WORDS_A_TEXT)]
    sessions = [
        assemble(text, hand, wearer.bundle.alphabet, PACES["normal"], rng) for text in texts
    ]
    stranger, cer = _read(wearer, language_model, sessions, adapt=False)
    adapted, adapted_cer = _read(wearer, language_model, sessions, adapt=True)
    return Outcome(
        sum(len(session.signs) for session in sessions),
        wearer.scores(stranger, scored)[0],
        wearer.scores(adapted, scored)[0],
        *cer,
        *adapted_cer,
    )


def _read(
    wearer: Wearer,
    language_model: LanguageModel,
    sessions: Sequence[SpelledSession],
    adapt: bool,
) -> tuple[PersonalModel, list[float]]:
    """The model at the end, and the CER of either half."""
    profile = Profile.empty(wearer.bundle.alphabet)
    errors: list[TextErrors] = []
    for session in sessions:
        adaptation = Adaptation(wearer.bundle, profile) if adapt else None
        classifier = Classifier(wearer.bundle, PersonalModel(wearer.bundle, profile))
        segmenter = Segmenter(stranger_network(wearer.name))
        recognizer = Recognizer(segmenter, classifier, adaptation)
        engine = Engine(recognizer, Composer(wearer.bundle.alphabet, language_model))
        text = engine.run([session.frames]).text
        errors.append(TextErrors.of(session.text, text, wearer.bundle.alphabet))
        if adaptation:
            profile = profile.with_step(adaptation.step())
    half = len(errors) // 2
    halves = errors[:half], errors[half:]
    return PersonalModel(wearer.bundle, profile), [sum(h, TextErrors()).cer for h in halves]


def report(parts: Sequence[dict[Way, list[Outcome]]]) -> Iterator[str]:
    """A Markdown table, both directions pooled."""
    head = (
        *("typed", "letters", "static top-1 before → after", "least gain"),
        *("CER first half, as it is / adapting", "CER second half"),
    )
    yield from table(head, _rows(parts))


def _rows(parts: Sequence[dict[Way, list[Outcome]]]) -> Iterator[tuple[object, ...]]:
    for way in WAYS:
        outcomes = [outcome for part in parts for outcome in part[way]]
        mean = Outcome(*np.mean([astuple(each) for each in outcomes], axis=0))
        least = min(each.top1_after - each.top1_before for each in outcomes)
        yield (
            way,
            f"{mean.letters:.0f}",
            f"{mean.top1_before:.1f} → {mean.top1_after:.1f}",
            f"{least:+.1f}",
            f"{mean.cer_first:.1f} / {mean.adapted_cer_first:.1f}",
            f"{mean.cer_second:.1f} / {mean.adapted_cer_second:.1f}",
        )


def main() -> None:
    """Measure both directions, and print the table."""
    parser = options(__doc__)
    parser.add_argument("--words", type=int, default=60, help="words to type")
    parser.add_argument("--seeds", type=int, default=3, help="how often, with other words")
    asked = parser.parse_args()
    show(report(both(measure, asked.words, asked.seeds)))


if __name__ == "__main__":
    main()
