"""How soon a letter is shown while it is held, and what a frame costs, at 50 samples a second."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from time import process_time

import numpy as np
from reliability import matched
from sessions import spelled_sessions
from strangers import stranger, stranger_network

from jihwa.composer.composer import Composer
from jihwa.composer.language.mixture import Mixture
from jihwa.data.signal.frames import Array
from jihwa.data.synthesis.spelling import SpelledSession, SpelledSign
from jihwa.io.evaluation.errors import Tally, signs_of
from jihwa.recognizer.classifier import Classifier
from jihwa.recognizer.segmenter import Segmenter

RATE_HZ = 50.0
HEAD = (
    *("pace", "start of a hold → its letter, ms: median / 90 %", "shown rightly in time %"),
    *("ms a second of signal to cut it", "… a frame: 99.9 % / at most"),
    *("to cut and read it", "… a frame"),
)
AWAITED_S = 1.5
"""A letter that is not shown rightly by then is not waited for."""


@dataclass
class Preview(Tally):
    """What was shown, and what it took.

    Attributes:
        letters: Letters that were held.
        delays_s: From the start of a hold to its letter on the screen, of those shown in time.
        signal_s: How long the signal lasted.
        cutting_s: What finding holds took, of the processor's time, frame by frame.
        reading_s: What classifying and decoding took beyond that.
    """

    letters: int = 0
    delays_s: list[float] = field(default_factory=list)
    signal_s: float = 0.0
    cutting_s: list[float] = field(default_factory=list)
    reading_s: list[float] = field(default_factory=list)

    def row(self, name: str) -> tuple[str, ...]:
        """A row of the table."""
        median_ms, late_ms = 1000 * np.percentile(self.delays_s, [50, 90])
        shown = 100 * len(self.delays_s) / self.letters
        cutting_ms = 1000 * np.array(self.cutting_s)
        all_ms = cutting_ms + 1000 * np.array(self.reading_s)
        return (
            name,
            f"{median_ms:.0f} / {late_ms:.0f}",
            f"{shown:.0f}",
            f"{cutting_ms.sum() / self.signal_s:.1f}",
            _worst(cutting_ms),
            f"{all_ms.sum() / self.signal_s:.1f}",
            _worst(all_ms),
        )


def _worst(took_ms: Array) -> str:
    return f"{np.percentile(took_ms, 99.9):.1f} / {took_ms.max():.1f}"


def watch(wearer: str, share: float) -> dict[str, Preview]:
    """Follow sessions of a wearer frame by frame; by pace."""
    composer = Composer(stranger(wearer).alphabet, Mixture.load())
    previews: dict[str, Preview] = {}
    for cell, session in spelled_sessions(wearer, share, RATE_HZ):
        preview = previews.setdefault(cell.pace, Preview())
        previews[cell.pace] = preview + _follow(session, wearer, composer)
    return previews


def _follow(session: SpelledSession, wearer: str, composer: Composer) -> Preview:
    segmenter = Segmenter(stranger_network(wearer))
    classifier = Classifier(stranger(wearer))
    alphabet = stranger(wearer).alphabet
    shown_s: dict[int, float] = {}
    preview = Preview(letters=len(session.signs), signal_s=session.frames.duration_s)
    for row, now_s in enumerate(session.frames.time_s.tolist()):
        began_s = process_time()
        boundaries = segmenter.feed(session.frames[row : row + 1])
        pending = segmenter.pending
        cut_s = process_time()
        for ways in boundaries:
            composer.feed(*classifier.feed(*ways))
        read_s = process_time()
        preview.cutting_s.append(cut_s - began_s)
        preview.reading_s.append(read_s - cut_s)
        begun = [sign for sign in session.signs if sign.start_s <= now_s]
        if awaited := _awaited(begun, shown_s, now_s):
            holds = [emission for hold in pending for emission in classifier.read(hold)]
            text = (composer.text + composer.preview(holds)).replace(" ", "")
            right = matched([sign.sign for sign in begun], signs_of(text, alphabet))
            for i in awaited:
                # of two equal letters in a row it is the first that is shown first
                if right[i] and (right[i - 1] or i - 1 not in shown_s):
                    shown_s[i] = now_s
    composer.flush()
    delays_s = (now_s - session.signs[i].start_s for i, now_s in shown_s.items())
    preview.delays_s.extend(delays_s)
    return preview


def _awaited(begun: Sequence[SpelledSign], shown_s: dict[int, float], now_s: float) -> list[int]:
    """Which letters may still be shown in time."""
    return [
        i for i, sign in enumerate(begun) if i not in shown_s and now_s - sign.start_s < AWAITED_S
    ]
