"""The steps a hypothesis can take, built from the alphabet: which signs each token consumes.

With 24 signs the vowel ㅘ consumes ㅗ and ㅏ, or only one of them when the other was missed. Rest
and "no sign" are steps that consume an emission and write nothing, and so are commands. A sign for
a space ends the word like rest; the space itself is written once a letter follows, however many
there were.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from itertools import combinations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from jihwa.composer.decoding.evidence import log_of
from jihwa.composer.decoding.grammar import ArcKind
from jihwa.composer.language.jamo import BOUNDARY, KINDS, LETTER_OF, N_TOKENS, SPACE, Kind
from jihwa.data.alphabet import COMMANDS, Alphabet, Control
from jihwa.recognizer.events import NO_SIGN, REST, readings

NO_TOKEN = N_TOKENS
"""The token of an arc that writes nothing; also the column of zeros behind the LM's log-probs."""

LAST_RESORT = -1e4
"""Log-cost of a segment without a letter where the options rule that out: only when nothing else
is possible."""


class ModelStep(IntEnum):
    """What an arc does to the language model's state."""

    KEEP = 0
    ADVANCE = 1
    RESTART = 2
    """Start afresh behind a lone letter, which the model does not know."""


@dataclass(frozen=True, slots=True)
class SegmentationRates:
    """How often the recogniser is wrong about whether there was a letter at all.

    Attributes:
        missed: Probability that a sign that was shown has no segment.
        spurious: Probability that a segment is no sign.
        rest: Probability that the hand rests at a word end. Only ever weighed against other
            readings of the same segment: a word end without rest costs nothing.
    """

    missed: float = 0.02
    spurious: float = 0.05
    rest: float = 0.5


class _Arc(NamedTuple):
    kind: ArcKind
    token: int
    signs: tuple[int, ...]
    cost: float
    step: ModelStep
    corrects: bool = False


_TOKEN_KINDS = {Kind.ONSET: ArcKind.ONSET, Kind.VOWEL: ArcKind.VOWEL, Kind.CODA: ArcKind.CODA}
_LONE_KINDS = {Kind.ONSET: ArcKind.LONE_CONSONANT, Kind.VOWEL: ArcKind.LONE_VOWEL}


class Arcs:
    """Every arc, ordered by how many emissions it consumes.

    Attributes:
        kind: (A,) `ArcKind`.
        token: (A,) what is written; `NO_TOKEN` for nothing.
        consumed: (A,) emissions consumed.
        signs: (A, longest) which of the `readings` each consumed emission is taken for.
        cost: (A,) natural log-cost of what was missed or spurious.
        step: (A,) `ModelStep`.
        corrects: (A,) whether what was shown is mended: a missed sign added.
        lm_column: (A,) column of the LM's log-probs extended by a column of zeros.
        longest: Emissions consumed by the longest arc.
    """

    def __init__(self, alphabet: Alphabet, rates: SegmentationRates) -> None:
        arcs = sorted(_all_arcs(alphabet, rates), key=lambda arc: len(arc.signs))
        self.longest = len(arcs[-1].signs)
        self.kind: NDArray[np.uint8] = np.array([arc.kind for arc in arcs], dtype=np.uint8)
        self.token: NDArray[np.uint8] = np.array([arc.token for arc in arcs], dtype=np.uint8)
        self.consumed: NDArray[np.int16] = np.array([len(arc.signs) for arc in arcs], np.int16)
        self.cost: NDArray[np.float64] = np.array([arc.cost for arc in arcs])
        self.step: NDArray[np.uint8] = np.array([arc.step for arc in arcs], dtype=np.uint8)
        self.corrects: NDArray[np.bool_] = np.array([arc.corrects for arc in arcs])
        self.lm_column = np.where(self.step == ModelStep.ADVANCE, self.token, NO_TOKEN)
        self.signs: NDArray[np.int16] = np.zeros((len(arcs), self.longest), dtype=np.int16)
        for row, arc in zip(self.signs, arcs, strict=True):
            row[: len(arc.signs)] = arc.signs

    def __len__(self) -> int:
        return len(self.kind)

    def consuming(self, n: int) -> NDArray[np.intp]:
        """The arcs that consume n emissions; those of the text's end are not among them."""
        ends = (self.kind == ArcKind.END) | (self.kind == ArcKind.LONE_END)
        return np.flatnonzero((self.consumed == n) & ~ends)


def _all_arcs(alphabet: Alphabet, rates: SegmentationRates) -> Iterator[_Arc]:
    place = {label: i for i, label in enumerate(readings(alphabet))}
    keep, advance, restart = ModelStep
    spurious = log_of(rates.spurious) if rates.spurious > 0 else LAST_RESORT
    yield _Arc(ArcKind.SPACE, SPACE, (), 0.0, advance)
    yield _Arc(ArcKind.LONE_SPACE, SPACE, (), 0.0, keep)
    yield _Arc(ArcKind.END, BOUNDARY, (), 0.0, advance)
    yield _Arc(ArcKind.LONE_END, BOUNDARY, (), 0.0, keep)
    for sign in (NO_SIGN, *(command for command in COMMANDS if command in alphabet.index)):
        yield _Arc(ArcKind.NO_SIGN, NO_TOKEN, (place[sign],), spurious, keep)
    yield _Arc(ArcKind.REST, NO_TOKEN, (place[REST],), log_of(rates.rest), keep)
    if Control.SPACE in alphabet.index:
        yield _Arc(ArcKind.REST, NO_TOKEN, (place[Control.SPACE],), 0.0, keep)
    for token in np.flatnonzero(KINDS >= Kind.ONSET).tolist():
        kind = Kind(KINDS[token])
        spellings = [
            tuple(place[sign] for sign in signs) for signs in alphabet.spellings(LETTER_OF[token])
        ]
        for signs in spellings:
            yield _Arc(_TOKEN_KINDS[kind], token, signs, 0.0, advance)
            if kind in _LONE_KINDS:
                yield _Arc(_LONE_KINDS[kind], token, signs, 0.0, restart)
        if rates.missed > 0:
            partly = {seen for signs in spellings for seen in combinations(signs, len(signs) - 1)}
            for seen in sorted(partly):
                cost = log_of(rates.missed)
                yield _Arc(_TOKEN_KINDS[kind], token, seen, cost, advance, corrects=True)
