"""Continuous fingerspelling with ground truth, assembled out of single holds.

Between holds the hand moves smoothly; it rests at both ends and between words; between two equal
letters it lets go a little, since nothing else would tell them apart. How carelessly it does all of
that is a matter of its `Manner`.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from jihwa.data.alphabet import Alphabet
from jihwa.data.messages import UsageError
from jihwa.data.signal.frames import N_FINGERS, Array, Frames, Interval
from jihwa.data.synthesis import motion
from jihwa.data.synthesis.hands import Hand
from jihwa.data.synthesis.pace import Manner, Pace, Range, drifted

if TYPE_CHECKING:
    from numpy.random import Generator

END_REST_S = (0.8, 1.2)
"""How long the hand rests before the first and after the last letter."""

HESITATION_S = (0.5, 1.5)
"""How long a hesitation lasts."""

FALSE_START = (0.4, 0.8)
"""How far the hand goes towards a letter that it does not mean."""

SHORT_HOLD_S, UNDERSHOOT_S = 0.07, 0.056
"""A hold that is no longer falls short as far as any; how far shrinks to 1/e with every 56 ms that
the hold is longer (Lindblom 1963, of vowels)."""

TURN_S = (0.03, 0.05)
"""How long a hand is near a pose at which it turns back."""

WOBBLE = (0.05, 0.15)
"""How far a hand springs back in a wobble."""

DRIFT_LETTERS = (10.0, 40.0)
"""Letters in which a pace that drifts becomes slow and quick again."""

SHAPE_SD_ADC, SHAPE_SD_RAD = 10.0, 0.1
"""How a second shape of a sign differs: bend of every finger, direction about every axis."""


@dataclass(frozen=True, slots=True)
class SpelledSign:
    """A letter that was really held, and when."""

    sign: str
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class SpelledSession:
    """A continuous recording and the truth about it.

    Attributes:
        text: What was spelled.
        frames: What the glove sent.
        signs: The letters that were held, in their order.
        pauses: When the hand was still without showing a letter: at rest, or hesitating on its way.
    """

    text: str
    frames: Frames
    signs: tuple[SpelledSign, ...]
    pauses: tuple[Interval, ...] = ()


def assemble(
    text: str, hand: Hand, alphabet: Alphabet, pace: Pace, rng: "Generator"
) -> SpelledSession:
    """Spell a text with a hand.

    Raises:
        UsageError: The text is empty or holds something that is not Hangul.
    """
    text = unicodedata.normalize("NFC", " ".join(text.split()))
    signer = _Signer(hand, alphabet, pace, rng)
    course = signer.hesitate(signer.move(signer.plan(spell_words(text, alphabet))))
    edges_s = course.edges_s
    time_s = motion.ticks_s(edges_s[-1], hand.rate_hz, pace.trouble, rng)
    signal = course.read_at(time_s, hand, rng)
    manner = pace.manner
    for strength, of_one, range_hz in (
        (manner.tremor, motion.TREMOR, motion.TREMOR_HZ),
        (manner.drift, motion.DRIFT, motion.DRIFT_HZ),
    ):
        if strength:
            signal += motion.sway(time_s, range_hz, strength * of_one, rng)
    frames = motion.sensed(time_s, signal, pace.trouble, rng)
    starts_s = (edges_s[:-1:2] - time_s[0]).tolist()
    held = [
        (hold.sign, start_s, start_s + hold.duration_s)
        for hold, start_s in zip(course.holds, starts_s, strict=True)
    ]
    return SpelledSession(
        text,
        frames,
        signs=tuple(SpelledSign(sign, *when_s) for sign, *when_s in held if sign),
        pauses=tuple((start_s, end_s) for sign, start_s, end_s in held if not sign),
    )


def spell_words(text: str, alphabet: Alphabet) -> list[tuple[str, ...]]:
    """The signs of every word of a text.

    Raises:
        UsageError: The text is empty or holds something that is not Hangul.
    """
    words = [alphabet.spell(word) for word in text.split()]
    if not words:
        raise UsageError(
            ko="쓸 글이 없습니다. 한글을 한 글자 이상 주세요.",
            en="There is nothing to spell. Give at least one Hangul letter.",
        )
    return words


class _Signer:
    """Plans what a hand does.

    Args:
        hand: Holds the signs.
        alphabet: What there is to hold.
        pace: How.
        rng: Draws everything; nothing is drawn that the pace does not ask for.
    """

    def __init__(self, hand: Hand, alphabet: Alphabet, pace: Pace, rng: "Generator") -> None:
        self._hand, self._alphabet, self._pace = hand, alphabet, pace
        self._manner: Manner = pace.manner
        self._rng = rng
        self._drift = (0.0, 0.0)  # phase of the first letter, and what each adds
        if pace.slowest != 1:
            turn = 2 * np.pi
            self._drift = (rng.uniform(0, turn), turn / rng.uniform(*DRIFT_LETTERS))
        self._second: dict[str, tuple[Array, Array]] = {}
        if self._manner.second_shape:
            self._second = {
                sign: (rng.normal(0, SHAPE_SD_ADC, N_FINGERS), rng.normal(0, SHAPE_SD_RAD, 3))
                for sign in alphabet.signs
            }

    def plan(self, words: Sequence[tuple[str, ...]]) -> list[motion.Hold]:
        """The poses of a session in their order: rest, letters, rest, letters, …, rest."""
        holds = [self._pose(END_REST_S, None)]
        for i, word in enumerate(words):
            for sign in word:
                holds.append(self._pose(self._pace_at(len(holds)).hold_s, sign))
            if i == len(words) - 1:
                holds.append(self._pose(END_REST_S, None))
            elif self._manner.shown == 1 or self._rng.random() < self._manner.shown:
                holds.append(self._pose(self._pace_at(len(holds)).rest_s, None))
        return holds

    def _pace_at(self, place: int) -> Pace:
        """The pace by now, at the pose of this number."""
        if self._pace.slowest == 1:
            return self._pace
        first, step = self._drift
        return self._pace.longer(drifted(self._pace.slowest, first + step * place))

    def move(self, holds: Sequence[motion.Hold]) -> motion.Motion:
        """The movements between poses, and what they pass through."""
        passed, moves = [holds[0]], []
        for place, (before, after) in enumerate(pairwise(holds)):
            pace = self._pace_at(place)
            equal = before.sign == after.sign is not None
            duration_s = self._rng.uniform(*pace.transition_s)
            release = self._rng.uniform(*self._manner.release) if equal else 0.0
            if after.sign and not equal and self._happens(self._manner.false_starts):
                passed.append(self._false_start(before))
                moves.append(motion.Movement(self._rng.uniform(*pace.transition_s)))
            passed.append(after)
            moves.append(motion.Movement(duration_s, release))
        return motion.Motion(passed, moves)

    def hesitate(self, course: motion.Motion) -> motion.Motion:
        """With hesitations: the hand stays in a pose, moves slowly, or stops on the way."""
        if not self._manner.hesitations:
            return course
        holds, moves = [course.holds[0]], []
        for place, (move, hold) in enumerate(zip(course.moves, course.holds[1:], strict=True)):
            pace = self._pace_at(place)
            if hold.sign and self._happens(self._manner.hesitations):
                longer_s = self._rng.uniform(*HESITATION_S)
                how = self._rng.integers(3)
                if how == 0:
                    hold = self._longer(hold, longer_s)
                elif how == 1:
                    move = replace(move, duration_s=move.duration_s + longer_s)
                else:
                    holds.append(self._on_the_way(holds[-1], hold, longer_s))
                    moves.append(motion.Movement(self._rng.uniform(*pace.transition_s)))
            holds.append(hold)
            moves.append(move)
        return motion.Motion(holds, moves)

    def _happens(self, share: float) -> bool:
        return share > 0 and self._rng.random() < share

    def _pose(self, range_s: Range, sign: str | None) -> motion.Hold:
        if sign and self._happens(self._manner.turns):
            range_s = TURN_S
        duration_s = self._rng.uniform(*range_s)
        undershoot = wobble = wobble_at_s = 0.0
        least, most = self._manner.undershoot
        if sign and self._manner.hurries:
            longer_s = max(duration_s - SHORT_HOLD_S, 0.0)
            undershoot = least + (most - least) * float(np.exp(-longer_s / UNDERSHOOT_S))
        elif sign and most:
            undershoot = self._rng.uniform(least, most)
        if sign and self._happens(self._manner.wobbles):
            wobble, wobble_at_s = self._rng.uniform(*WOBBLE), self._rng.uniform(*motion.WOBBLE_AT_S)
        samples = self._samples(sign, duration_s)
        return motion.Hold(duration_s, samples, sign, undershoot, wobble, wobble_at_s)

    def _samples(self, sign: str | None, duration_s: float) -> Array:
        n = int(np.ceil(duration_s * self._hand.rate_hz)) + 1
        if sign is None:
            return self._hand.rest(n, self._rng)
        samples = self._hand.hold(sign, n, self._rng)
        if sign in self._second and self._rng.random() < 0.5:
            return motion.reshaped(samples, *self._second[sign])
        return samples

    def _longer(self, hold: motion.Hold, by_s: float) -> motion.Hold:
        duration_s = hold.duration_s + by_s
        samples = np.concatenate([hold.samples, self._samples(hold.sign, duration_s)])
        n = int(np.ceil(duration_s * self._hand.rate_hz)) + 1
        return replace(hold, duration_s=duration_s, samples=samples[:n])

    def _false_start(self, before: motion.Hold) -> motion.Hold:
        """Where the hand turns back that meant to show another letter."""
        wrong = self._hand.hold(str(self._rng.choice(self._alphabet.signs)), 1, self._rng)
        way = np.array([self._rng.uniform(*FALSE_START)])
        return motion.Hold(0.0, motion.blend(before.samples[-1:], wrong[0], way), None)

    def _on_the_way(
        self, before: motion.Hold, after: motion.Hold, duration_s: float
    ) -> motion.Hold:
        """A stop between two poses."""
        n = int(np.ceil(duration_s * self._hand.rate_hz)) + 1
        way = np.full(n, self._rng.uniform(0.3, 0.7))
        resting = self._hand.rest(n, self._rng)
        noise = resting - resting.mean(axis=0)
        path = motion.blend(before.samples[-1:].repeat(n, axis=0), after.samples[0], way)
        return motion.Hold(duration_s, path + noise, None)
