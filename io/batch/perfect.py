"""What a recording would say if every letter were cut out where it was held.

The rest of the way is the same, so the difference in text is what segmentation costs.
"""

from collections.abc import Sequence
from itertools import accumulate
from math import inf
from statistics import median

from jihwa.composer.transcript import Transcript
from jihwa.data.frames import Frames
from jihwa.data.spelling import spell_words
from jihwa.data.truth import Truth
from jihwa.io.engine import Engine
from jihwa.models.hold_network import STEP_S
from jihwa.recognizer.events import Segment, Tempo
from jihwa.recognizer.segmenter import LONGEST_GAP_S

Span = tuple[float, float]
"""From when to when, in seconds."""


def read_perfectly(engine: Engine, frames: Frames, truth: Truth) -> Transcript:
    """Read the letters where they were held, with all of an engine but its segmenter.

    Args:
        engine: Classifies, learns and composes.
        frames: The whole signal.
        truth: Fits the signal and the engine's alphabet (`jihwa.data.truth.Truth.misfit`).
    """
    engine.reset()
    words = spell_words(truth.text, engine.recognizer.alphabet)
    holds = true_holds(truth, [len(word) for word in words])
    for segment in true_segments(engine.sensors.feed(frames), holds):
        emissions = engine.recognizer.take(segment)
        engine.apply(engine.composer.feed(*emissions), *emissions)
    return engine.flush()


def true_holds(truth: Truth, word_lengths: Sequence[int]) -> list[Span]:
    """When the letters were held, and when the hand rested around words.

    A pause inside a word is a hesitation and no hold: who segments perfectly passes over it.

    Args:
        truth: With its letters, and its pauses where those are known.
        word_lengths: Letters of every word.
    """
    signs = truth.signs or ()
    letters = [(sign.start_s, sign.end_s) for sign in signs]
    lasts = list(accumulate(word_lengths))
    starts_s = [-inf, *(letters[last - 1][1] for last in lasts)]
    ends_s = [letters[last][0] for last in (0, *lasts[:-1])] + [inf]
    around = list(zip(starts_s, ends_s, strict=True))
    rests = [
        (start_s, end_s)
        for start_s, end_s in truth.pauses
        if start_s < end_s and any(from_s <= start_s and end_s <= to_s for from_s, to_s in around)
    ]
    return sorted([*letters, *rests])


def true_segments(frames: Frames, holds: Sequence[Span]) -> list[Segment]:
    """The segments of a segmenter that makes no mistake and knows the wearer's tempo.

    Args:
        frames: The whole signal, as the sensor monitor lets it through.
        holds: From when to when, in their order; those without a sample are left out.
    """
    ends_s = [-inf, *(end_s for _, end_s in holds[:-1])]
    gaps_s = [start_s - before_s for (start_s, _), before_s in zip(holds, ends_s, strict=True)]
    short_s = [gap_s for gap_s in gaps_s if gap_s < LONGEST_GAP_S]
    lengths_s = [end_s - start_s for start_s, end_s in holds]
    tempo = Tempo(median(lengths_s), median(short_s)) if short_s else Tempo()
    segments = []
    for (start_s, end_s), gap_s in zip(holds, gaps_s, strict=True):
        held = frames[(frames.time_s >= start_s) & (frames.time_s <= end_s)]
        if len(held):
            segments.append(Segment(start_s, end_s, max(gap_s, STEP_S), held, tempo=tempo))
    return segments
