"""Continuous sessions of a wearer whom the models have never met, with the truth about them.

The dev texts are spelled with takes of one recorded session; the models are fitted on others.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from shared import SESSIONS, THIRD, dev_texts
from strangers import episodes, stranger, stranger_network

from jihwa.composer.composer import Composer
from jihwa.composer.text.transcript import Transcript
from jihwa.data.alphabet import Alphabet
from jihwa.data.signal.monitor import SensorMonitor
from jihwa.data.synthesis.hands import RecordedHand
from jihwa.data.synthesis.pace import PACES
from jihwa.data.synthesis.sessions import Truth
from jihwa.data.synthesis.spelling import SpelledSession, assemble, spell_words
from jihwa.data.takes.episodes import EpisodeSet
from jihwa.io.evaluation.sessions import true_segments
from jihwa.recognizer.classifier import Classifier
from jihwa.recognizer.events import Boundary, Emission
from jihwa.recognizer.segmenter import Segmenter

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
    wearer: str,
    share: float,
    rate_hz: float | None = None,
    *,
    paces: Iterable[str] = tuple(PACES),
    takes: EpisodeSet | None = None,
) -> Iterator[tuple[Cell, SpelledSession]]:
    """Spell texts with the takes of one session, as the sensor monitor lets them through.

    Args:
        wearer: Whose takes.
        share: Of the texts.
        rate_hz: How often the glove samples; by default as often as it did.
        paces: Which paces.
        takes: The takes to spell with, by default all of the wearer's.
    """
    alphabet = Alphabet.load()
    for kind, pace in product(KINDS, paces):
        rng = np.random.default_rng([(*SESSIONS, THIRD).index(wearer), KINDS.index(kind)])
        n = max(1, round(TEXTS[kind] * share))
        for text in rng.choice(dev_texts(kind), n, replace=False):
            hand = RecordedHand(episodes(wearer) if takes is None else takes, alphabet, rng)
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


def classify(
    boundaries: Sequence[Boundary], wearer: str, classifier: Classifier | None = None
) -> Seen:
    """What a model that has not met the wearer, or another one, says of segments."""
    classifier = classifier or Classifier(stranger(wearer))
    return [classifier.feed(*segments) for segments in boundaries]


def without_choice(seen: Seen) -> Seen:
    """The first emission at every boundary alone: no other cut, and no stop on the way."""
    return [emissions[:1] for emissions in seen]


def read(seen: Iterable[Sequence[Emission]], composer: Composer) -> Transcript:
    """What a composer makes of a whole session; it is ready for the next one then."""
    for emissions in seen:
        composer.feed(*emissions)
    return composer.flush()
