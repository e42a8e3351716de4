"""Ways to find letters, compared on the same sessions of a wearer whom nothing has met.

    python tests/benchmarks/segmentation.py [--share F]

Everything is fitted on one recorded session and reads texts that are spelled with takes of the
other one; both directions are pooled. All ways share the classifier. Most are composed by the
decoder; the published schemes by the automaton, which knows no language, as well.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from math import nan

from cuts import cut, likeliest_boundaries, with_tempo
from energy import EnergySegmenter
from framewise import Spans, agreeing, change_points, collapsed, windows
from preview import HEAD, watch
from reporting import both, options, pooled, show, table
from semi_markov import semi_markov
from sessions import (
    Seen,
    classify,
    found_boundaries,
    read,
    spelled_sessions,
    true_boundaries,
    without_choice,
)
from strangers import stranger

from jihwa.composer.composer import Composer
from jihwa.composer.language.mixture import Mixture
from jihwa.composer.letters import Automaton
from jihwa.composer.text.transcript import Sign
from jihwa.data.alphabet import Alphabet
from jihwa.data.signal.frames import Frames
from jihwa.data.synthesis.pace import PACES
from jihwa.data.synthesis.spelling import SpelledSession
from jihwa.io.evaluation.errors import Letters, Tally, TextErrors
from jihwa.recognizer.events import NO_SIGN, REST, Boundary, readings

PERFECT, LIKELIEST = "perfect segments", "network, likeliest cut"
ALONE = (PERFECT, LIKELIEST)
"""What knows no other way to cut the signal."""

WATCHED = 0.2
"""Share of the sessions that are followed frame by frame as well."""

Find = Callable[[SpelledSession, str], list[Boundary]]


def _without_lattice(session: SpelledSession, wearer: str) -> list[Boundary]:
    return likeliest_boundaries(found_boundaries(session, wearer))


def _energy(session: SpelledSession, wearer: str) -> list[Boundary]:
    segmenter = EnergySegmenter()
    return with_tempo(segmenter.feed(session.frames) + segmenter.flush())


def _spans(find: Callable[[Frames, str], Spans]) -> Find:
    return lambda session, wearer: cut(session.frames, find(session.frames, wearer))


def _published(find: Callable[[Frames, str], Spans]) -> Find:
    """Whose segments are as long as they are: that says nothing."""

    def boundaries(session: SpelledSession, wearer: str) -> list[Boundary]:
        segments = (segment for (segment,) in cut(session.frames, find(session.frames, wearer)))
        return [
            (replace(each, tempo=replace(each.tempo, hold_s=each.end_s - each.start_s)),)
            for each in segments
        ]

    return boundaries


def _windows(n: int) -> Find:
    return _published(lambda frames, _: windows(frames, n))


CANDIDATES: dict[str, Find] = {
    PERFECT: lambda session, _: true_boundaries(session),
    "network, lattice": found_boundaries,
    LIKELIEST: _without_lattice,
    "energy with hysteresis": _energy,
    "change points": _spans(change_points),
    "semi-Markov": _spans(semi_markov),
}
"""Composed by the decoder."""

PUBLISHED: dict[str, Find] = {
    "three of 30 frames agree": _published(agreeing),
    "80 frames": _windows(80),
    "87 frames": _windows(87),
    "frames, repeats collapsed": _published(collapsed),
}
"""Composed by the automaton, and by the decoder."""


@dataclass
class Score(Tally):
    """How well one way found and read the letters of one pace."""

    letters: Letters = field(default_factory=Letters)
    text: TextErrors = field(default_factory=TextErrors)


Scores = dict[tuple[str, str], Score]
"""By pace and way."""


class Reader:
    """Reads boundaries with and without a language model."""

    def __init__(self, alphabet: Alphabet) -> None:
        self._alphabet = alphabet
        self._readings = readings(alphabet)
        self._composer = Composer(alphabet, Mixture.load())

    def decode(self, seen: Seen) -> tuple[str, Sequence[Sign]]:
        """Text and segments as the decoder reads them."""
        transcript = read(seen, self._composer)
        return transcript.text, transcript.signs

    def compose(self, seen: Seen) -> tuple[str, Sequence[Sign]]:
        """The likeliest label of every segment, and what the automaton makes of the letters."""
        signs = [
            Sign(
                emission.segment.start_s,
                emission.segment.end_s,
                self._readings[int(emission.of_readings.argmax())],
                candidates=(),
            )
            for emission, *_ in seen
        ]
        letters = [sign.sign for sign in signs if sign.sign in self._alphabet.index]
        return Automaton(self._alphabet).compose(letters), signs

    def score(self, session: SpelledSession, text: str, signs: Sequence[Sign]) -> Score:
        """How well a session was read."""
        letters = [sign for sign in signs if sign.sign not in (REST, NO_SIGN)]
        errors = TextErrors.of(session.text, text, self._alphabet)
        return Score(Letters.of(session.signs, letters), errors)


def measure(wearer: str, share: float) -> Scores:
    """Read the sessions of one wearer in every way."""
    reader = Reader(stranger(wearer).alphabet)
    scores: Scores = {}
    for cell, session in spelled_sessions(wearer, share):
        for way, find in (CANDIDATES | PUBLISHED).items():
            seen = classify(find(session, wearer), wearer)
            if way in ALONE:
                seen = without_choice(seen)
            ways = {way: reader.decode}
            if way in PUBLISHED:
                ways = {f"{way}: automaton": reader.compose, f"{way}: decoder": reader.decode}
            for name, understand in ways.items():
                key = cell.pace, name
                scores[key] = scores.get(key, Score()) + reader.score(session, *understand(seen))
    return scores


def report(scores: Scores) -> Iterator[str]:
    """A Markdown table: every way at every pace."""
    head = (
        *("pace", "way", "found %", "spurious %", "onset F1", "onset error, ms"),
        *("jamo errors %", "CER %", "… with spaces", "× perfect"),
    )
    yield from table(head, _rows(scores))


def _rows(scores: Scores) -> Iterator[tuple[str, ...]]:
    for pace in PACES:
        perfect = scores[pace, PERFECT].text.cer
        for (of_pace, way), score in scores.items():
            if of_pace == pace:
                letters, text = score.letters, score.text
                ratio = text.cer / perfect if perfect else nan
                yield (
                    *(pace, way, f"{letters.recall:.1f}", f"{letters.inserted:.1f}"),
                    *(f"{letters.boundary_f1:.1f}", f"{1000 * letters.deviation_s[0]:.0f}"),
                    *(f"{text.jamo_error_rate:.1f}", f"{text.cer:.1f}"),
                    *(f"{text.cer_spaces:.1f}", f"{ratio:.2f}"),
                )


def main() -> None:
    """Measure everything, and print the tables."""
    share = options(__doc__, share=1.0).parse_args().share
    scores, watched = pooled(both(measure, share)), pooled(both(watch, share * WATCHED))
    show(report(scores))
    every = [scores[pace, PERFECT] for pace in PACES]
    letters = sum(score.letters.true for score in every)
    print(f"\n{letters} letters of {sum(score.text.texts for score in every)} texts.\n")
    show(table(HEAD, (watched[pace].row(pace) for pace in PACES)))


if __name__ == "__main__":
    main()
