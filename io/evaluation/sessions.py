"""Sessions with their truth, read twice: segmented as the segmenter does, and segmented perfectly.

The rest of the way is the same both times, so the difference in text is what segmentation costs.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain
from math import inf, isfinite
from pathlib import Path
from statistics import median

from jihwa.composer.text.transcript import Transcript
from jihwa.data.alphabet import Alphabet
from jihwa.data.signal.frames import Frames, Interval
from jihwa.data.synthesis.pace import PACES
from jihwa.data.synthesis.sessions import Truth
from jihwa.data.synthesis.spelling import SpelledSign, spell_words
from jihwa.io.engine import Engine
from jihwa.io.evaluation.comparison import Difference, TextComparison, differences
from jihwa.io.evaluation.errors import Letters, Match, SessionTally, TextErrors, signs_of
from jihwa.models.hold_network import STEP_S
from jihwa.recognizer.events import Segment, Tempo
from jihwa.recognizer.segmenter import LONGEST_MOVEMENT_S

MOST_EXPENSIVE = 10
"""So many errors are shown, those that cost most."""
UNKNOWN = "unknown"
"""The speed of sessions whose truth does not tell it."""


@dataclass(frozen=True, slots=True)
class Cost:
    """A stretch of whole words that was read wrongly.

    A text is cut where it and the truth both have a space at the same place of their alignment. A
    stretch costs the character edits, spaces counted, between its words and the true ones, so the
    most expensive stretch is the one that adds most to the character error rate with spaces.

    Attributes:
        difference: The true words and what was read.
        start_s: When the first true letter began, or what was read there, whichever is earlier.
        end_s: When the last one ended, whichever is later.
        faults: Letters of it that were missed, found where none is, or read as others.
        perfect_text: What is read there with perfect boundaries, whole words that may reach beyond
            the stretch.
        perfect_edits: What that costs.
    """

    difference: Difference
    start_s: float
    end_s: float
    faults: tuple[Match, ...]
    perfect_text: str
    perfect_edits: int

    @property
    def edits(self) -> int:
        """Character edits between what was read and the true words."""
        return self.difference.edits


@dataclass(frozen=True)
class Measured:
    """What came of one session.

    Attributes:
        source: The recording.
        truth: The truth.
        tally: Its figures.
        costs: Every stretch that was read wrongly.
    """

    source: Path
    truth: Truth
    tally: SessionTally
    costs: tuple[Cost, ...]

    @property
    def speed(self) -> str:
        """How fast it was spelled."""
        return self.truth.speed or UNKNOWN


def measure(engine: Engine, source: Path, frames: Frames, compared: TextComparison) -> Measured:
    """Read a session once more with perfect boundaries, and tell what each error costs.

    Args:
        engine: Reads; of the kind that made the text.
        source: The recording.
        frames: Its whole signal.
        compared: What was read of it, beside a truth that fits the signal and the engine's alphabet
            (`Truth.misfit`).
    """
    truth, alphabet = compared.truth, engine.recognizer.alphabet
    perfect = read_perfectly(engine, frames, truth).text
    tally = SessionTally(
        sessions=1,
        letters=compared.letters or Letters(),
        read=compared.errors,
        perfect=TextErrors.of(truth.text, " ".join(perfect.split()), alphabet),
    )
    return Measured(source, truth, tally, tuple(costs(compared, perfect, alphabet)))


@dataclass(frozen=True)
class Expensive:
    """A stretch of a session that was read wrongly, and the session."""

    cost: Cost
    session: Measured


class Evaluation:
    """Adds sessions up by their speed, and keeps the errors that cost most.

    Attributes:
        tallies: Figures by speed.
        expensive: The errors that cost most edits, most first; of equal ones those that perfect
            boundaries would spare more of, then the first.
        takes: `marks` of the takes that sessions were assembled of.
    """

    def __init__(self) -> None:
        self.tallies: dict[str, SessionTally] = {}
        self.expensive: list[Expensive] = []
        self.takes: set[str] = set()

    def add(self, session: Measured) -> None:
        """Add one more session to those of its speed."""
        before = self.tallies.get(session.speed, SessionTally())
        self.tallies[session.speed] = before + session.tally
        self.takes.update(session.truth.takes.values())
        found = chain(self.expensive, (Expensive(cost, session) for cost in session.costs))
        order = sorted(found, key=lambda each: (-each.cost.edits, each.cost.perfect_edits))
        self.expensive = order[:MOST_EXPENSIVE]

    @property
    def by_speed(self) -> Mapping[str, SessionTally]:
        """Figures by speed: the usual ones from slow to natural, then any other."""
        known = [*PACES, *sorted(self.tallies.keys() - PACES.keys() - {UNKNOWN}), UNKNOWN]
        return {speed: self.tallies[speed] for speed in known if speed in self.tallies}

    @property
    def total(self) -> SessionTally:
        """Figures of all sessions."""
        return sum(self.tallies.values(), SessionTally())


def costs(compared: TextComparison, perfect_text: str, alphabet: Alphabet) -> list[Cost]:
    """Every stretch that was read wrongly, in the order of the text.

    Args:
        compared: A text beside the truth, which says when letters were held and fits the alphabet
            (`jihwa.data.synthesis.sessions.Truth.misfit`).
        perfect_text: What is read with perfect boundaries.
        alphabet: The signs that spell the truth.
    """
    truth = compared.truth.text
    remaining = differences(truth, " ".join(perfect_text.split()))
    found = []
    for each in compared.differences:
        begin, end = each.place.start, max(each.place.stop, each.place.start + 1)
        there = [d for d in remaining if d.place.start < end and d.place.stop > begin]
        start_s, end_s = _when(each, truth, compared.truth.signs or (), alphabet)
        found.append(
            Cost(
                difference=each,
                start_s=start_s,
                end_s=end_s,
                faults=tuple(f for f in compared.faults if f.start_s < end_s and f.end_s > start_s),
                perfect_text=_replaced(truth, slice(begin, each.place.stop), there),
                perfect_edits=sum(d.edits for d in there),
            )
        )
    return found


def _replaced(truth: str, place: slice, others: Sequence[Difference]) -> str:
    """The true words at a place, with differences in them, in their order, as they are read."""
    parts, at = [], min([place.start, *(d.place.start for d in others)])
    for each in others:
        parts += [truth[at : each.place.start], each.text]
        at = each.place.stop
    parts.append(truth[at : max(at, place.stop)])
    return " ".join(" ".join(parts).split())


def _when(
    difference: Difference, truth: str, held: tuple[SpelledSign, ...], alphabet: Alphabet
) -> tuple[float, float]:
    """From when to when true letters and read words of a difference last."""
    first, end = (
        len(signs_of(truth[:place].replace(" ", ""), alphabet))
        for place in (difference.place.start, difference.place.stop)
    )
    letters = held[first:end] or held[max(first - 1, 0) : first + 1]  # or those around it
    times_s = [letters[0].start_s, letters[-1].end_s] if letters else []
    times_s += [difference.start_s, difference.end_s]
    known_s = [time_s for time_s in times_s if isfinite(time_s)]
    return min(known_s, default=0.0), max(known_s, default=0.0)


def read_perfectly(engine: Engine, frames: Frames, truth: Truth) -> Transcript:
    """Read the letters where they were held, with all of an engine but its segmenter.

    Args:
        engine: Classifies, learns and composes.
        frames: The whole signal.
        truth: Fits the signal and the engine's alphabet (`Truth.misfit`).
    """
    engine.reset()
    lengths = [len(word) for word in spell_words(truth.text, engine.recognizer.alphabet)]
    for segment in true_segments(engine.sensors.feed(frames), truth, lengths):
        emission = engine.recognizer.take(segment)[0]  # which is no stop on the way
        engine.learn(engine.composer.feed(emission))
    return engine.finish()


def true_segments(frames: Frames, truth: Truth, word_lengths: Sequence[int]) -> list[Segment]:
    """The segments of a segmenter that makes no mistake and knows the wearer's tempo.

    They are the letters, and the rests around words, as far as those are known. A pause inside a
    word is a hesitation: who segments perfectly passes over it.

    Args:
        frames: The whole signal, as the sensor monitor lets it through; a hold without a sample is
            left out.
        truth: With its letters.
        word_lengths: Letters of every word.
    """
    letters = [(sign.start_s, sign.end_s) for sign in truth.signs or ()]
    holds = sorted([*letters, *_rests(letters, truth.pauses, word_lengths)])
    ends_s = [-inf, *(end_s for _, end_s in holds[:-1])]
    gaps_s = [start_s - before_s for (start_s, _), before_s in zip(holds, ends_s, strict=True)]
    short_s = [gap_s for gap_s in gaps_s if gap_s < LONGEST_MOVEMENT_S]
    lengths_s = [end_s - start_s for start_s, end_s in letters]
    tempo = Tempo(median(lengths_s), median(short_s)) if short_s else Tempo()
    segments = []
    for (start_s, end_s), gap_s in zip(holds, gaps_s, strict=True):
        held = frames[(frames.time_s >= start_s) & (frames.time_s <= end_s)]
        if len(held):
            segments.append(Segment(start_s, end_s, max(gap_s, STEP_S), held, tempo=tempo))
    return segments


def _rests(
    letters: Sequence[Interval], pauses: Sequence[Interval], word_lengths: Sequence[int]
) -> Iterator[Interval]:
    """The pauses before, between and behind words that are no mere turning points."""
    places = [0, *accumulate(word_lengths)]  # letters before each of them
    for place in places:
        from_s = letters[place - 1][1] if place else -inf
        to_s = letters[place][0] if place < len(letters) else inf
        yield from (each for each in pauses if from_s <= each[0] < each[1] <= to_s)
