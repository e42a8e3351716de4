"""Continuous sessions of a wearer whom the model has never met, with the truth about them.

The classifier is fitted on one recorded session; the dev texts are spelled with takes of the other
one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from recordings import SESSIONS, episodes, stranger
from scoring import dev_texts

from jihwa.data.hands import RecordedHand
from jihwa.data.monitor import SensorMonitor
from jihwa.data.pace import PACES
from jihwa.data.spelling import SpelledSession, assemble
from jihwa.recognizer.classifier import Classifier
from jihwa.recognizer.events import Emission, Segment
from jihwa.recognizer.segmenter import Segmenter

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


def spelled_sessions(wearer: str, share: float) -> Iterator[tuple[Cell, SpelledSession]]:
    """Spell texts with the takes of one session, as the sensor monitor lets them through."""
    alphabet = stranger(wearer).alphabet
    for kind, pace in product(KINDS, PACES):
        rng = np.random.default_rng([SESSIONS.index(wearer), KINDS.index(kind)])
        n = max(1, round(TEXTS[kind] * share))
        for text in rng.choice(dev_texts(kind), n, replace=False):
            hand = RecordedHand(episodes(wearer), alphabet, rng)
            session = assemble(str(text), hand, alphabet, PACES[pace], rng)
            frames = SensorMonitor().feed(session.frames)
            yield Cell(wearer, kind, pace), replace(session, frames=frames)


def found_segments(session: SpelledSession) -> list[Segment]:
    """The letters where the segmenter finds them."""
    segmenter = Segmenter()
    return segmenter.feed(session.frames) + segmenter.flush()


def true_segments(session: SpelledSession) -> list[Segment]:
    """The letters where they were really held."""
    segments: list[Segment] = []
    time_s, end_s = session.frames.time_s, -np.inf
    for held in session.signs:
        rows = (time_s >= held.start_s) & (time_s <= held.end_s)
        gap_s = held.start_s - end_s
        segments.append(Segment(held.start_s, held.end_s, gap_s, session.frames[rows]))
        end_s = held.end_s
    return segments


def classify(segments: Sequence[Segment], wearer: str) -> list[Emission]:
    """What a model that has not met the wearer says of segments."""
    classifier = Classifier(stranger(wearer))
    return [classifier.feed(segment) for segment in segments]
