"""What a recording would say if every letter were cut out where it was held.

The rest of the way is the same, so the difference in text is what segmentation costs.
"""

from collections.abc import Iterator, Sequence
from itertools import accumulate
from math import inf
from statistics import median

from jihwa.composer.text.transcript import Transcript
from jihwa.data.signal.frames import Frames
from jihwa.data.synthesis.sessions import Truth
from jihwa.data.synthesis.spelling import spell_words
from jihwa.io.engine import Engine
from jihwa.models.hold_network import STEP_S
from jihwa.recognizer.events import Segment, Tempo
from jihwa.recognizer.segmenter import LONGEST_MOVEMENT_S

Span = tuple[float, float]
"""From when to when, in seconds."""


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
    letters: Sequence[Span], pauses: Sequence[Span], word_lengths: Sequence[int]
) -> Iterator[Span]:
    """The pauses before, between and behind words that are no mere turning points."""
    places = [0, *accumulate(word_lengths)]  # letters before each of them
    for place in places:
        from_s = letters[place - 1][1] if place else -inf
        to_s = letters[place][0] if place < len(letters) else inf
        yield from (each for each in pauses if from_s <= each[0] < each[1] <= to_s)
