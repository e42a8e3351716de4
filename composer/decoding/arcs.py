"""The steps a hypothesis can take, built from the alphabet: which signs each token consumes.

With 24 signs the vowel ㅘ consumes ㅗ and ㅏ, or only one of them when the other was missed. Rest
and "no sign" are steps that consume an emission and write nothing, and so are commands. A sign for
a space ends the word like rest; the space itself is written once a letter follows, however many
there were.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from jihwa.composer.decoding.evidence import log_of
from jihwa.composer.decoding.grammar import BEGINS_SYLLABLE, IS_SPACE, ArcKind
from jihwa.composer.decoding.lattice import Path
from jihwa.composer.language.jamo import BOUNDARY, KINDS, LETTER_OF, N_TOKENS, SPACE, Kind
from jihwa.data.alphabet import COMMANDS, Alphabet, Control
from jihwa.recognizer.events import NO_SIGN, REST, readings

NO_TOKEN = N_TOKENS
"""The token of an arc that writes nothing."""

LAST_RESORT_NATS = -1e4
"""Log-cost of a segment without a letter where the options rule that out: only when nothing else
is possible."""

LONE_OF_SEVERAL_NATS = -3.0
"""Log-cost of a lone letter that several signs show: ㄱㄱ and ㅏㅣ are commoner than ㄲ and ㅐ."""


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


class Arc:
    """One step.

    Attributes:
        kind: Its `ArcKind`.
        token: What is written; `NO_TOKEN` for nothing.
        signs: Which of the `readings` each emission that it consumes is taken for.
        cost: Natural log-cost of what was missed or spurious.
        advances: Whether the language model is asked about the token, and goes on behind it.
        restarts: Whether the language model starts afresh behind it.
        corrects: Whether what was shown is mended: a missed sign added.
        number: Its place among all arcs.
        letter: The token of the lone letter that it writes; 0 where it writes none.
        is_space: Whether it begins a new word.
        begins_syllable: Whether it leaves the syllable before it as it is.
    """

    __slots__ = (
        *("advances", "begins_syllable", "corrects", "cost", "is_space", "kind", "letter"),
        *("number", "restarts", "signs", "token"),
    )

    def __init__(
        self,
        kind: ArcKind,
        token: int,
        signs: tuple[int, ...],
        cost: float,
        *,
        corrects: bool = False,
    ) -> None:
        self.kind, self.token, self.signs, self.cost = int(kind), token, signs, cost
        self.corrects = corrects
        self.number = 0
        self.restarts = kind in _LONE_KINDS.values()
        self.letter = token if self.restarts else 0
        self.advances = kind in _ADVANCES
        self.is_space, self.begins_syllable = IS_SPACE[kind], BEGINS_SYLLABLE[kind]


class Move:
    """An arc along a path.

    Attributes:
        weight: Log-likelihood of what it consumes, and its log-costs.
        arc: The arc.
        path: The emissions that it consumes.
        spelled: Whether it takes what was shown for what it looks like most.
    """

    __slots__ = ("arc", "path", "spelled", "weight")

    def __init__(self, weight: float, arc: Arc, path: Path, spelled: bool) -> None:
        self.weight, self.arc, self.path, self.spelled = weight, arc, path, spelled


Moves = list[list[Move]]
"""By the kind of their arc, moves, the likeliest first."""


_TOKEN_KINDS = {Kind.ONSET: ArcKind.ONSET, Kind.VOWEL: ArcKind.VOWEL, Kind.CODA: ArcKind.CODA}
_LONE_KINDS = {Kind.ONSET: ArcKind.LONE_CONSONANT, Kind.VOWEL: ArcKind.LONE_VOWEL}
_ADVANCES = (*_TOKEN_KINDS.values(), ArcKind.SPACE, ArcKind.END)
_ENDS = (ArcKind.END, ArcKind.LONE_END)


class Arcs:
    """Every arc, by how many emissions it consumes.

    Attributes:
        consuming: The arcs that consume 0, 1, … emissions; those of the text's end are not among
            them.
        ends: The arcs that end the text.
        longest: Emissions consumed by the longest arc.
    """

    def __init__(self, alphabet: Alphabet, rates: SegmentationRates) -> None:
        arcs = sorted(_all_arcs(alphabet, rates), key=lambda arc: len(arc.signs))
        for number, arc in enumerate(arcs):
            arc.number = number
        self.longest = len(arcs[-1].signs)
        self.ends = tuple(arc for arc in arcs if arc.kind in _ENDS)
        self.consuming = tuple(
            tuple(arc for arc in arcs if len(arc.signs) == n and arc.kind not in _ENDS)
            for n in range(self.longest + 1)
        )


def _all_arcs(alphabet: Alphabet, rates: SegmentationRates) -> Iterator[Arc]:
    place = {label: i for i, label in enumerate(readings(alphabet))}
    spurious = log_of(rates.spurious) if rates.spurious > 0 else LAST_RESORT_NATS
    yield Arc(ArcKind.SPACE, SPACE, (), 0.0)
    yield Arc(ArcKind.LONE_SPACE, SPACE, (), 0.0)
    yield Arc(ArcKind.END, BOUNDARY, (), 0.0)
    yield Arc(ArcKind.LONE_END, BOUNDARY, (), 0.0)
    for sign in (NO_SIGN, *(command for command in COMMANDS if command in alphabet.index)):
        yield Arc(ArcKind.NO_SIGN, NO_TOKEN, (place[sign],), spurious)
    yield Arc(ArcKind.REST, NO_TOKEN, (place[REST],), log_of(rates.rest))
    if Control.SPACE in alphabet.index:
        yield Arc(ArcKind.REST, NO_TOKEN, (place[Control.SPACE],), 0.0)
    for token in np.flatnonzero(KINDS >= Kind.ONSET).tolist():
        kind = Kind(KINDS[token])
        spellings = [
            tuple(place[sign] for sign in signs) for signs in alphabet.spellings(LETTER_OF[token])
        ]
        for signs in spellings:
            yield Arc(_TOKEN_KINDS[kind], token, signs, 0.0)
            if kind in _LONE_KINDS:
                weight = LONE_OF_SEVERAL_NATS if len(signs) > 1 else 0.0
                yield Arc(_LONE_KINDS[kind], token, signs, weight)
        if rates.missed > 0:
            partly = {seen for signs in spellings for seen in combinations(signs, len(signs) - 1)}
            for seen in sorted(partly):
                cost = log_of(rates.missed)
                yield Arc(_TOKEN_KINDS[kind], token, seen, cost, corrects=True)
