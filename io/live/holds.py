"""What the hand does right now, for the eye alone; no text comes of it."""

from dataclasses import replace

import numpy as np

from jihwa.io.engine import Engine
from jihwa.io.live.state import Hold
from jihwa.recognizer.events import Emission, Segment, readings

READ_EVERY_S = 0.1
"""How often a hold is classified while it goes on."""
SHOWN_FROM_S = 0.05
"""A shorter hold is not shown: many a one turns out to be the beginning of another."""
REMEMBERED = 8
"""Holds whose classification is remembered; fewer wait for their text."""
_LETTERS = 3
RESTING = 0.5
"""Probability of rest or no sign from which a hold is no letter."""


class HoldReader:
    """Classifies the holds that no text was made of yet, seldom enough to cost little.

    Args:
        engine: Knows them, and the text before them.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._labels = readings(engine.recognizer.alphabet)
        self._read: dict[float, Emission] = {}  # by the start of the hold
        self._previewed: tuple[object, ...] = ()  # what the preedit was made of
        self._preedit = ""

    def hold(self) -> Hold | None:
        """The hold that goes on; None while the hand moves."""
        held = self._engine.recognizer.hold
        if held is None or not _is_shown(held.segment):
            return None
        share = self._emission(held.segment).posterior
        best = np.argsort(-share, kind="stable")[:_LETTERS].tolist()
        letters = tuple((self._labels[i], float(share[i])) for i in best)
        return Hold(letters, held.duration_s, held.acceptance)

    def preedit(self) -> str:
        """What is shown behind the composer's text, with the letters of these holds."""
        composer, holds = self._engine.composer, self._holds()
        likeliest = ((each.segment.start_s, each.of_readings.argmax()) for each in holds)
        previewed = (composer.text, composer.preedit, *likeliest)
        if previewed != self._previewed:
            self._previewed = previewed
            self._preedit = composer.preview(holds)
        return self._preedit

    def letters(self) -> list[Emission]:
        """The letters among these holds, and what comes before one."""
        holds = self._holds()
        while holds and is_rest(holds[-1]):
            holds.pop()
        return holds

    def _holds(self) -> list[Emission]:
        """The holds as they will be, as far as anybody knows: as long as usual at least."""
        holds: list[Emission] = []
        for each in filter(_is_shown, self._engine.pending):
            end_s = max(each.end_s, each.start_s + each.tempo.hold_s)
            holds.append(replace(self._emission(each), segment=replace(each, end_s=end_s)))
        return holds

    def _emission(self, segment: Segment) -> Emission:
        """What a hold was when it was classified last."""
        known = self._read.get(segment.start_s)
        if known and _seen_until_s(segment) < _seen_until_s(known.segment) + READ_EVERY_S:
            return known
        (emission,) = self._engine.recognizer.read(segment)
        recent = [*self._read.items()][-REMEMBERED:]
        self._read = {**dict(recent), segment.start_s: emission}
        return emission


def is_rest(emission: Emission) -> bool:
    """Whether a hold is more likely rest, or no sign, than a letter."""
    return float(emission.posterior[-2:].sum()) >= RESTING


def _is_shown(segment: Segment) -> bool:
    return segment.end_s - segment.start_s >= SHOWN_FROM_S


def _seen_until_s(segment: Segment) -> float:
    """When the last of its samples was taken; of a long hold only the first ones are kept."""
    return float(segment.frames.time_s[-1])
