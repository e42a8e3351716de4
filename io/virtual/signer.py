"""Somebody who spells one text after the other, and rests while there is none."""

from collections import deque

import numpy as np

from jihwa.data.alphabet import Alphabet
from jihwa.data.signal.frames import Array
from jihwa.data.synthesis.hands import HandStatistics, SyntheticHand
from jihwa.data.synthesis.pace import Pace
from jihwa.data.synthesis.spelling import SpelledSession, SpelledSign, assemble, spell_words

MOTION_HZ = 500.0
"""How finely a movement is known; no glove samples faster."""

REMEMBERED = 10_000
"""How many letters it can still tell about."""


class Signer:
    """A synthetic signer: at any moment the hand is somewhere, and sensors can read it.

    What it does depends on the texts and on when they came, never on how often it is looked at.
    Moments are in seconds and never go back.

    Args:
        pace: How fast it spells.
        wearer: Whose hand it is.
        seed: Of everything else that differs from one time to the next.

    Attributes:
        signs: The last letters whose text has been begun, and when they are held.
    """

    def __init__(self, pace: Pace, wearer: int = 0, seed: int = 0) -> None:
        self._alphabet = Alphabet.load()
        hand_rng = np.random.default_rng(wearer)
        self._hand = SyntheticHand(HandStatistics.load(), self._alphabet, hand_rng)
        self._hand.rate_hz = MOTION_HZ
        self._pace = pace
        self._spelling_rng, self._resting_rng = np.random.default_rng(seed).spawn(2)
        self._texts: deque[str] = deque()
        self._session: SpelledSession | None = None
        self._start_s = self._end_s = 0.0
        self.signs: deque[SpelledSign] = deque(maxlen=REMEMBERED)

    def spell(self, text: str, now_s: float) -> None:
        """Spell a text now, or as soon as those before it are done.

        Raises:
            UsageError: It is empty or holds something that is not Hangul.
        """
        spell_words(text, self._alphabet)
        idle = self.done(now_s)
        self._texts.append(text)
        if idle:
            self._begin(now_s)

    def done(self, now_s: float) -> bool:
        """Whether everything is spelled and the hand has come to rest."""
        return self._end_s <= now_s and not self._texts

    def read(self, now_s: float) -> Array:
        """(11,) what sensors read now: flex, acceleration, orientation."""
        while self._texts and self._end_s <= now_s:
            self._begin(self._end_s)
        if self._session is None or self._end_s <= now_s:
            resting: Array = self._hand.rest(1, self._resting_rng)[0]
            return resting
        frames = self._session.frames
        i = int(np.searchsorted(frames.time_s, now_s - self._start_s, side="right")) - 1
        return np.concatenate([frames.flex_adc[i], frames.accel_g[i], frames.orientation_deg[i]])

    def _begin(self, now_s: float) -> None:
        """Begin with the next text."""
        session = assemble(
            self._texts.popleft(), self._hand, self._alphabet, self._pace, self._spelling_rng
        )
        self._session, self._start_s = session, now_s
        self._end_s = now_s + session.frames.duration_s
        self.signs += (
            SpelledSign(sign.sign, now_s + sign.start_s, now_s + sign.end_s)
            for sign in session.signs
        )
