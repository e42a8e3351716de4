"""The steps a hypothesis can take, built from the alphabet: which signs each token consumes.

With 24 signs the vowel ㅘ consumes ㅗ and ㅏ, or only one of them when the other was missed. Rest
and "no sign" are steps that consume an emission and write nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from itertools import combinations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from jihwa.composer.grammar import ArcKind
from jihwa.composer.jamo import BOUNDARY, KINDS, LETTER_OF, N_TOKENS, SPACE, Kind
from jihwa.data.alphabet import Alphabet
from jihwa.recognizer.events import NO_SIGN, REST, readings

NO_TOKEN = N_TOKENS
"""The token of an arc that writes nothing; also the column of zeros behind the LM's log-probs."""

LAST_RESORT = -1e4
"""Log-cost of a segment without a letter where the options rule that out: only when nothing else
is possible."""


NEVER = -1
"""Where an arc resumes no sign."""


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
        split: Probability that a sign that was shown has two segments, because the hand or a
            sensor jolted.
        rest: Probability that the hand rests at a word end. Only ever weighed against other
            readings of the same segment: a word end without rest costs nothing.
    """

    missed: float = 0.01
    spurious: float = 0.01
    split: float = 0.01
    rest: float = 0.5


class _Arc(NamedTuple):
    kind: ArcKind
    token: int
    signs: tuple[int, ...]
    cost: float
    step: ModelStep
    resumed: int = NEVER


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
        resumed: (A,) which of the consumed emissions only resumes the sign before it; `NEVER`.
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
        self.resumed: NDArray[np.int16] = np.array([arc.resumed for arc in arcs], dtype=np.int16)
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
    spurious = _log(rates.spurious) if rates.spurious > 0 else LAST_RESORT
    yield _Arc(ArcKind.SPACE, SPACE, (), 0.0, advance)
    yield _Arc(ArcKind.LONE_SPACE, SPACE, (), 0.0, keep)
    yield _Arc(ArcKind.END, BOUNDARY, (), 0.0, advance)
    yield _Arc(ArcKind.LONE_END, BOUNDARY, (), 0.0, keep)
    yield _Arc(ArcKind.NO_SIGN, NO_TOKEN, (place[NO_SIGN],), spurious, keep)
    yield _Arc(ArcKind.REST, NO_TOKEN, (place[REST],), _log(rates.rest), keep)
    for token in np.flatnonzero(KINDS >= Kind.ONSET).tolist():
        kind = Kind(KINDS[token])
        signs = tuple(place[sign] for sign in alphabet.spelling[LETTER_OF[token]])
        ways = [(_TOKEN_KINDS[kind], advance)]
        if kind in _LONE_KINDS:
            ways.append((_LONE_KINDS[kind], restart))
        for arc_kind, step in ways:
            yield _Arc(arc_kind, token, signs, 0.0, step)
            for cut in range(1, 1 + len(signs) * (rates.split > 0)):
                doubled = (*signs[:cut], *signs[cut - 1 :])
                yield _Arc(arc_kind, token, doubled, _log(rates.split), step, resumed=cut)
        if rates.missed > 0:
            for seen in sorted(set(combinations(signs, len(signs) - 1))):
                yield _Arc(_TOKEN_KINDS[kind], token, seen, _log(rates.missed), advance)


def _log(probability: float) -> float:
    return float(np.log(probability)) if probability > 0 else -np.inf
