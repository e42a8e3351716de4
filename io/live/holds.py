"""What the hand does right now, for the eye alone; no text comes of it."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from jihwa.data.frames import Array
from jihwa.io.engine import Engine
from jihwa.io.live.state import Hold
from jihwa.recognizer.events import Emission, Segment, readings
from jihwa.recognizer.segmenter import OpenHold

READ_EVERY_S = 0.1
"""How often a hold is classified while it goes on."""
SHOWN_FROM_S = 0.05
"""A shorter hold is not shown: many a one turns out to be the beginning of another."""
_LETTERS = 3
RESTING = 0.5
"""Probability of rest or no sign from which a hold is no letter."""


class HoldReader:
    """Classifies the holds that no text was made of yet, seldom enough to cost little.

    Args:
        engine: Knows them, and the text before them.
    """

    def __init__(self, engine: Engine) -> None:
        self._recognizer, self._composer = engine.recognizer, engine.composer
        self._labels = readings(self._recognizer.alphabet)
        self._read: dict[float, Emission] = {}  # by the start of the hold
        self._previewed: tuple[object, ...] = ()  # what the preedit was made of
        self._preedit = ""

    def look(self) -> tuple[Hold | None, str]:
        """The hold that goes on, None while the hand moves; and the preedit with what is held."""
        held, pending = self._recognizer.hold, self._recognizer.pending
        shown = [each for each in pending if _duration_s(each) >= SHOWN_FROM_S]
        is_held = held is not None and _duration_s(held.segment) >= SHOWN_FROM_S
        segments = [*shown, held.segment] if held and is_held else shown
        self._read = {each.start_s: self._emission(each) for each in segments}
        hold = self._hold(held) if held and is_held else None
        return hold, self._preedit_with(shown)

    def _hold(self, held: OpenHold) -> Hold:
        share = _posterior(self._read[held.segment.start_s])
        best = np.argsort(-share, kind="stable")[:_LETTERS].tolist()
        letters = tuple((self._labels[i], float(share[i])) for i in best)
        return Hold(letters, held.duration_s, held.acceptance)

    def _preedit_with(self, holds: Sequence[Segment]) -> str:
        """What is shown behind the composer's text."""
        likeliest = ((start_s, each.of_readings.argmax()) for start_s, each in self._read.items())
        previewed = (self._composer.text, self._composer.preedit, *likeliest)
        if previewed != self._previewed:
            self._previewed = previewed
            self._preedit = self._composer.preview([*map(self._lasting, holds)])
        return self._preedit

    def _emission(self, segment: Segment) -> Emission:
        """What a hold was when it was classified last."""
        known = self._read.get(segment.start_s)
        if known and _seen_until_s(segment) < _seen_until_s(known.segment) + READ_EVERY_S:
            return known
        (emission,) = self._recognizer.read(segment)
        return emission

    def _lasting(self, segment: Segment) -> Emission:
        """A hold as it will be, as far as anybody knows: as long as usual at least."""
        end_s = max(segment.end_s, segment.start_s + segment.tempo.hold_s)
        return replace(self._read[segment.start_s], segment=replace(segment, end_s=end_s))


def is_rest(emission: Emission) -> bool:
    """Whether a hold is more likely rest, or no sign, than a letter."""
    return float(_posterior(emission)[-2:].sum()) >= RESTING


def _duration_s(segment: Segment) -> float:
    return segment.end_s - segment.start_s


def _seen_until_s(segment: Segment) -> float:
    """When the last of its samples was taken; of a long hold only the first ones are kept."""
    return float(segment.frames.time_s[-1])


def _posterior(emission: Emission) -> Array:
    scores = emission.of_readings  # (S + 2,)
    posterior: Array = np.exp(scores - np.logaddexp.reduce(scores))
    return posterior
