"""Continuous sessions of a wearer whom the models have never met, with the truth about them.

Classifier and segmenter are fitted on one recorded session; the dev texts are spelled with takes of
the other one.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from statistics import median

import numpy as np
from likeliest import likeliest_segments
from recordings import SESSIONS, episodes, stranger, stranger_network
from scoring import dev_texts

from jihwa.data.alphabet import Alphabet
from jihwa.data.signal.frames import Frames
from jihwa.data.signal.monitor import SensorMonitor
from jihwa.data.synthesis.hands import RecordedHand
from jihwa.data.synthesis.pace import PACES
from jihwa.data.synthesis.sessions import Truth
from jihwa.data.synthesis.spelling import SpelledSession, assemble, spell_words
from jihwa.io.evaluation.sessions import true_segments
from jihwa.models.hold_network import STEP_S
from jihwa.recognizer.classifier import Classifier
from jihwa.recognizer.events import Boundary, Emission, Segment, Tempo
from jihwa.recognizer.segmenter import LONGEST_MOVEMENT_S, TEMPO_HOLDS, TEMPO_PRIOR, Segmenter

Seen = Sequence[tuple[Emission, ...]]
"""The emissions that end at each boundary."""

KINDS = ("persons", "places", "words", "sentences")
TEXTS = {"persons": 40, "places": 40, "words": 60, "sentences": 25}
"""Texts of each kind at each pace and in each direction."""


@dataclass(frozen=True)
class Cell:
    """One kind of text at one pace in one direction."""

    wearer: str
    kind: str
    pace: str

    def is_of(self, kind: str, pace: str) -> bool:
        """Whether a row of a table counts it; a row may be of all kinds or paces."""
        return kind in (self.kind, "all", f"all of {self.wearer}") and pace in (self.pace, "all")


ROWS = [
    *product(KINDS, PACES),
    *(("all", pace) for pace in PACES),
    *((f"all of {name}", "all") for name in SESSIONS),
    ("all", "all"),
]
"""Kind and pace of the rows of a table."""


def spelled_sessions(
    wearer: str, share: float, rate_hz: float | None = None
) -> Iterator[tuple[Cell, SpelledSession]]:
    """Spell texts with the takes of one session, as the sensor monitor lets them through.

    Args:
        wearer: Whose takes.
        share: Of the texts.
        rate_hz: How often the glove samples; by default as often as it did.
    """
    alphabet = Alphabet.load()
    for kind, pace in product(KINDS, PACES):
        rng = np.random.default_rng([SESSIONS.index(wearer), KINDS.index(kind)])
        n = max(1, round(TEXTS[kind] * share))
        for text in rng.choice(dev_texts(kind), n, replace=False):
            hand = RecordedHand(episodes(wearer), alphabet, rng)
            hand.rate_hz = rate_hz or hand.rate_hz
            session = assemble(str(text), hand, alphabet, PACES[pace], rng)
            frames = SensorMonitor().feed(session.frames)
            yield Cell(wearer, kind, pace), replace(session, frames=frames)


def found_boundaries(session: SpelledSession, wearer: str) -> list[Boundary]:
    """The ways to cut a session, as the segmenter sees them that has not met the wearer."""
    segmenter = Segmenter(stranger_network(wearer))
    return segmenter.feed(session.frames) + segmenter.flush()


def true_boundaries(session: SpelledSession) -> list[Boundary]:
    """The letters, and the rests around words, where they really were."""
    truth = Truth(session.text, session.signs, session.pauses)
    lengths = [len(word) for word in spell_words(session.text, Alphabet.load())]
    return [(segment,) for segment in true_segments(session.frames, truth, lengths)]


def likeliest_boundaries(boundaries: Sequence[Boundary]) -> list[Boundary]:
    """The same without any choice: the likeliest cut."""
    alone = (replace(each, spans=1, log_prob=0.0) for each in likeliest_segments(boundaries))
    return [(segment,) for segment in alone]


def cut(frames: Frames, spans_s: Iterable[tuple[float, float]]) -> list[Boundary]:
    """One segment from each first to each last moment, all of them in order.

    A single frame lasts a step: none is known to be shorter.
    """
    segments: list[Segment] = []
    time_s, behind_s = frames.time_s, -np.inf
    for start_s, end_s in spans_s:
        rows = (time_s >= start_s) & (time_s <= end_s)
        end_s = max(end_s, start_s + STEP_S)
        segments.append(Segment(start_s, end_s, max(start_s - behind_s, STEP_S), frames[rows]))
        behind_s = end_s
    return with_tempo(segments)


def with_tempo(segments: Iterable[Segment]) -> list[Boundary]:
    """Segments that know the wearer's tempo as the project's own segmenter tells it."""
    known = deque([Tempo()] * TEMPO_PRIOR)
    boundaries: list[Boundary] = []
    for segment in segments:
        tempo = Tempo(median(t.hold_s for t in known), median(t.gap_s for t in known))
        boundaries.append((replace(segment, tempo=tempo),))
        if segment.gap_s < LONGEST_MOVEMENT_S:
            known.append(Tempo(segment.end_s - segment.start_s, segment.gap_s))
        if len(known) > TEMPO_PRIOR + TEMPO_HOLDS:
            del known[TEMPO_PRIOR]
    return boundaries


def classify(boundaries: Sequence[Boundary], wearer: str) -> Seen:
    """What a model that has not met the wearer says of segments."""
    classifier = Classifier(stranger(wearer))
    return [classifier.feed(*ways) for ways in boundaries]


def without_choice(seen: Seen) -> Seen:
    """The first way at every boundary alone: no other cut, and no stop on the way."""
    return [ways[:1] for ways in seen]
