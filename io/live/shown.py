"""What is seen of a session: its text, and the hold that goes on.

Of a long text the composer knows the end alone; `LiveText` knows all of it.
"""

import math
import time
from collections.abc import Container, Sequence
from dataclasses import replace

import numpy as np

from jihwa.composer.composer import Composer
from jihwa.composer.text.transcript import DOUBTFUL, TextEdit, Update
from jihwa.io.engine import Engine
from jihwa.io.live.state import SHOWN_LETTERS, HoldState, TextState
from jihwa.recognizer.events import Emission, Segment, readings

RESTS_S = 0.7
"""A text that has not changed for so long rests."""
CONTEXT_CHARACTERS = 200
"""How much of an older text tells the composer what to expect."""
READ_EVERY_S = 0.1
"""How often a hold is classified while it goes on."""
SHOWN_FROM_S = 0.05
"""A shorter hold is not shown: many a one turns out to be the beginning of another."""
REMEMBERED_HOLDS = 8
"""Holds whose classification is remembered; fewer wait for their text."""
RESTING = 0.5
"""Probability of rest or no sign from which a hold is no letter."""


class LiveText:
    """Follows the text by its updates, and what of it is being chosen anew.

    Args:
        text: What stands there already.
    """

    def __init__(self, text: str = "") -> None:
        self._state = TextState(committed=text)
        self._changed_s = -math.inf  # when the text changed last, on `time.monotonic()`
        self._fresh = False  # whether words and candidates are of this text
        self._foreseen: tuple[object, ...] = ()  # what the completions are of

    @property
    def committed(self) -> str:
        """What is committed."""
        return self._state.committed

    @property
    def doubtful(self) -> Container[str]:
        """Words that are not to be relied on, as far as that was looked at."""
        return {word.text for word in self._state.words if word.confidence < DOUBTFUL}

    @property
    def context(self) -> str:
        """The end of the text, which says what to expect behind it."""
        return self.committed[-CONTEXT_CHARACTERS:]

    def follow(self, update: Update) -> None:
        """The text has changed."""
        committed = TextEdit(update.withdrawn, update.committed).apply(self.committed)
        self._state = replace(
            self._state, committed=committed, preedit=update.preedit, selected=None, candidates=()
        )
        self._fresh = False
        self._changed_s = time.monotonic()

    def renew(self) -> None:
        """The composer knows less of the text than before."""
        self._state = TextState(committed=self.committed, preedit=self._state.preedit)
        self._fresh = False

    def select(self, word: int | None) -> None:
        """Choose a word among those that are shown; None for none."""
        if word is None or 0 <= word < len(self._state.words):
            self._state = replace(self._state, selected=word, candidates=())
            self._fresh = False

    def show(self, composer: Composer) -> TextState:
        """The text as it is now, its words known but not what else they may be."""
        if not self._fresh:
            words = composer.words()
            self._state = replace(self._state, words=words)
            self._fresh = True
        return self._state

    def look_up(self, composer: Composer) -> bool:
        """Find out what the selected word, or else the last one, may be; whether that was new.

        It takes tens of milliseconds, so it is best done while nothing else waits. What the
        last word may be can wait until the text rests; a word that was selected cannot.
        """
        written = self.show(composer)
        settling = written.selected is None and time.monotonic() - self._changed_s < RESTS_S
        if written.candidates or not written.words or settling:
            return False
        word = len(written.words) - 1 if written.selected is None else written.selected
        self._state = replace(written, candidates=composer.candidates(word))
        return True

    def look_ahead(self, composer: Composer, holds: Sequence[Emission]) -> bool:
        """Find out what the text may go on with; whether that was new.

        Args:
            composer: Knows.
            holds: What it has not taken in yet.
        """
        if self._state.selected is not None or self._foreseen == (seen := _seen(composer, holds)):
            return False
        self._foreseen = seen
        completions = composer.completions(holds)
        is_new = completions != self._state.completions
        self._state = replace(self._state, completions=completions)
        return is_new


class HoldReader:
    """Classifies the holds that no text was made of yet, seldom enough to cost little.

    It serves one engine, which knows these holds and the text before them. No text comes of what is
    found here, but for the `letters` that somebody takes in.
    """

    def __init__(self) -> None:
        self._read: dict[float, Emission] = {}  # by the start of the hold
        self._ranked: tuple[Emission | None, tuple[tuple[str, float], ...]] = (None, ())
        self._previewed: tuple[object, ...] = ()  # what the preedit was made of
        self._preedit = ""

    def hold(self, engine: Engine) -> HoldState | None:
        """The hold that goes on; None while the hand moves."""
        held = engine.recognizer.hold
        if held is None or not _is_shown(held.segment):
            return None
        emission = self._emission(held.segment, engine)
        if emission is not self._ranked[0]:
            share, labels = emission.posterior, readings(engine.recognizer.alphabet)
            best = np.argsort(-share, kind="stable")[:SHOWN_LETTERS].tolist()
            self._ranked = emission, tuple((labels[i], float(share[i])) for i in best)
        return HoldState(self._ranked[1], held.duration_s, held.acceptance)

    def behind(self, written: TextState, engine: Engine) -> TextState:
        """The text with the letters of these holds behind what the composer knows."""
        composer, holds = engine.composer, self.read(engine)
        previewed = _seen(composer, holds)
        if previewed != self._previewed:
            self._previewed = previewed
            self._preedit = composer.preview(holds)
        return replace(written, preedit=self._preedit)

    def letters(self, engine: Engine) -> list[Emission]:
        """The letters among these holds, and what comes before one."""
        holds = self.read(engine)
        while holds and is_rest(holds[-1]):
            holds.pop()
        return holds

    def read(self, engine: Engine) -> list[Emission]:
        """These holds as they will be, as far as anybody knows: as long as usual at least."""
        holds: list[Emission] = []
        for each in filter(_is_shown, engine.pending):
            end_s = max(each.end_s, each.start_s + each.tempo.hold_s)
            holds.append(replace(self._emission(each, engine), segment=replace(each, end_s=end_s)))
        return holds

    def _emission(self, segment: Segment, engine: Engine) -> Emission:
        """What a hold was when it was classified last."""
        known = self._read.get(segment.start_s)
        if known and _seen_until_s(segment) < _seen_until_s(known.segment) + READ_EVERY_S:
            return known
        (emission,) = engine.recognizer.read(segment)
        recent = [*self._read.items()][-REMEMBERED_HOLDS:]
        self._read = {**dict(recent), segment.start_s: emission}
        return emission


def _seen(composer: Composer, holds: Sequence[Emission]) -> tuple[object, ...]:
    """What tells whether a text looks otherwise than before, with holds behind it."""
    likeliest = ((each.segment.start_s, each.of_readings.argmax()) for each in holds)
    return composer.text, composer.preedit, *likeliest


def is_rest(emission: Emission) -> bool:
    """Whether a hold is more likely rest, or no sign, than a letter."""
    return float(emission.posterior[-2:].sum()) >= RESTING


def _is_shown(segment: Segment) -> bool:
    return segment.end_s - segment.start_s >= SHOWN_FROM_S


def _seen_until_s(segment: Segment) -> float:
    """When the last of its samples was taken; of a long hold only the first ones are kept."""
    return float(segment.frames.time_s[-1])
