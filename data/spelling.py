"""Continuous fingerspelling with ground truth, assembled out of single holds.

Between holds the hand moves smoothly; it rests at both ends and between words; between two equal
letters it lets go a little, since nothing else would tell them apart.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

import numpy as np
from numpy.random import Generator

from jihwa.data.alphabet import Alphabet
from jihwa.data.frames import N_FINGERS, Array, Frames
from jihwa.data.messages import UsageError
from jihwa.data.sensors import is_dead


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a signer spells: ranges from which times are drawn evenly.

    Attributes:
        hold_s: How long a letter is held.
        transition_s: How long the hand takes from one pose to the next.
        rest_s: How long it rests between words.
    """

    hold_s: tuple[float, float]
    transition_s: tuple[float, float] = (0.15, 0.45)
    rest_s: tuple[float, float] = (0.4, 1.0)

    def at(self, letters_per_s: float) -> "Pace":
        """The same pace, quickened or slowed: a letter takes 1 / `letters_per_s` on average."""
        factor = 2 / letters_per_s / (sum(self.hold_s) + sum(self.transition_s))
        ranges = {name: getattr(self, name) for name in ("hold_s", "transition_s", "rest_s")}
        return Pace(**{name: (factor * low, factor * high) for name, (low, high) in ranges.items()})


PACES: Mapping[str, Pace] = {
    "slow": Pace(hold_s=(0.55, 1.0)),
    "normal": Pace(hold_s=(0.30, 0.55)),
    "fast": Pace(hold_s=(0.13, 0.22)),
}

END_REST_S = (0.8, 1.2)
"""How long the hand rests before the first and after the last letter."""

RELEASE = (0.1, 0.35)
"""How far the hand lets go towards rest between two equal letters."""

JITTER_S = 0.002
"""Standard deviation of the device's sampling times."""

SENSOR_NOISE = np.array([4.0] * N_FINGERS + [0.005] * 3 + [0.15] * 3)
"""Sensor noise within a hold: ADC counts, g and degrees, as measured in the recordings."""

N_CHANNELS = len(SENSOR_NOISE)
_FLEX, _ACCEL, _ANGLES = slice(0, 5), slice(5, 8), slice(8, 11)


def pace_of(speed: str, letters_per_s: float | None = None) -> Pace:
    """The pace of this name, at its usual letter rate or at another one.

    Raises:
        UsageError: There is none.
    """
    if speed not in PACES:
        raise UsageError(
            ko=f"빠르기 '{speed}'은(는) 없습니다. 있는 것: {', '.join(PACES)}",
            en=f"There is no speed '{speed}'. There are: {', '.join(PACES)}",
        )
    pace = PACES[speed]
    return pace if letters_per_s is None else pace.at(letters_per_s)


class Hand(Protocol):
    """Whatever can hold a sign: recorded takes, or a synthetic signer."""

    @property
    def rate_hz(self) -> float:
        """How often the glove samples."""

    def hold(self, sign: str, n: int, rng: Generator) -> Array:
        """(n, 11) consecutive samples of a held sign: flex, acceleration, orientation."""

    def rest(self, n: int, rng: Generator) -> Array:
        """(n, 11) consecutive samples of the hand at rest."""


@dataclass(frozen=True, slots=True)
class SpelledSign:
    """A letter that was really held, and when."""

    sign: str
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class SpelledSession:
    """A continuous recording and the truth about it."""

    text: str
    frames: Frames
    signs: tuple[SpelledSign, ...]


@dataclass(frozen=True, slots=True)
class _Hold:
    """A pose kept for a while; `sign` is None at rest."""

    duration_s: float
    samples: Array
    sign: str | None


@dataclass(frozen=True, slots=True)
class _Move:
    """A movement, which lets go by a share of the way to rest at its middle."""

    duration_s: float
    release: float


def assemble(
    text: str, hand: Hand, alphabet: Alphabet, pace: Pace, rng: Generator
) -> SpelledSession:
    """Spell a text with a hand.

    Raises:
        UsageError: The text is empty or holds something that is not Hangul.
    """
    text = unicodedata.normalize("NFC", " ".join(text.split()))
    holds = _plan(spell_words(text, alphabet), hand, pace, rng)
    moves = [
        _Move(
            duration_s=rng.uniform(*pace.transition_s),
            release=rng.uniform(*RELEASE) if before.sign == after.sign is not None else 0.0,
        )
        for before, after in pairwise(holds)
    ]
    return _perform(text, holds, moves, hand, rng)


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


def _plan(words: list[tuple[str, ...]], hand: Hand, pace: Pace, rng: Generator) -> list[_Hold]:
    """The poses of a session in their order: rest, letters, rest, letters, …, rest."""

    def pose(range_s: tuple[float, float], sign: str | None) -> _Hold:
        duration_s = rng.uniform(*range_s)
        n = int(np.ceil(duration_s * hand.rate_hz)) + 1
        samples = hand.rest(n, rng) if sign is None else hand.hold(sign, n, rng)
        return _Hold(duration_s, samples, sign)

    holds = [pose(END_REST_S, None)]
    for i, word in enumerate(words):
        holds += [pose(pace.hold_s, sign) for sign in word]
        holds.append(pose(END_REST_S if i == len(words) - 1 else pace.rest_s, None))
    return holds


def _perform(
    text: str, holds: list[_Hold], moves: list[_Move], hand: Hand, rng: Generator
) -> SpelledSession:
    """Sample holds and the movements between them on the device's clock."""
    durations_s = np.empty(len(holds) + len(moves))
    durations_s[0::2] = [hold.duration_s for hold in holds]
    durations_s[1::2] = [move.duration_s for move in moves]
    edges_s = np.concatenate([[0.0], np.cumsum(durations_s)])
    ticks_s = np.arange(0, edges_s[-1], 1 / hand.rate_hz)
    jitter_s = rng.normal(0, JITTER_S, len(ticks_s))
    times_s = np.round(np.sort(np.maximum(ticks_s + jitter_s, 0)), 3)  # whole milliseconds
    times_s = times_s[times_s < edges_s[-1]]
    bounds = np.searchsorted(times_s, edges_s)
    signal = np.empty((len(times_s), N_CHANNELS))
    for i, hold in enumerate(holds):
        rows = slice(bounds[2 * i], bounds[2 * i + 1])
        since_s = times_s[rows] - times_s[rows][:1]
        at = np.rint(since_s * hand.rate_hz).astype(int)  # the nearest sample, whatever the jitter
        signal[rows] = hold.samples[np.minimum(at, len(hold.samples) - 1)]
    for i, move in enumerate(moves):
        rows = slice(bounds[2 * i + 1], bounds[2 * i + 2])
        phase = (times_s[rows] - edges_s[2 * i + 1]) / move.duration_s
        start, end = holds[i].samples[-1], holds[i + 1].samples[0]
        path = _blend(start, end, phase**3 * (10 - 15 * phase + 6 * phase**2))
        if move.release:
            away = hand.rest(1, rng)[0]
            path = _blend(path, away, move.release * np.sin(np.pi * phase) ** 2)
        signal[rows] = path + rng.normal(0, SENSOR_NOISE, path.shape)
    signal[:, _FLEX] = np.clip(np.round(signal[:, _FLEX]), 0, 1023)
    origin_s = times_s[0]
    signs = tuple(
        SpelledSign(hold.sign, start_s - origin_s, start_s - origin_s + hold.duration_s)
        for hold, start_s in zip(holds, edges_s[:-1:2].tolist(), strict=True)
        if hold.sign is not None
    )
    flex, accel, orientation = np.split(signal, [N_FINGERS, N_FINGERS + 3], axis=1)
    return SpelledSession(text, Frames(times_s - origin_s, flex, accel, orientation), signs)


def _blend(start: Array, end: Array, share: Array) -> Array:
    """Poses on the way from `start` to `end`.

    A movement's share of the way over its time is minimum jerk (Flash & Hogan 1985). Gravity
    turns without changing its length, angles take the short way round, and a dead sensor jumps.

    Args:
        start: (11,) or (n, 11) pose before.
        end: (11,) pose after.
        share: (n,) share of the way, 0-1.
    """
    share = share[:, None]  # (n, 1)
    step = end - start
    step[..., _ANGLES] = (step[..., _ANGLES] + 180) % 360 - 180
    path: Array = start + share * step
    length_g = np.linalg.norm(start[..., _ACCEL], axis=-1, keepdims=True)
    turned = path[:, _ACCEL]
    path[:, _ACCEL] = turned / np.linalg.norm(turned, axis=1, keepdims=True) * length_g
    broken = is_dead(start[..., _FLEX]) | is_dead(end[_FLEX])
    jump = np.where(share < 0.5, start[..., _FLEX], end[_FLEX])
    path[:, _FLEX] = np.where(broken, jump, path[:, _FLEX])
    return path
