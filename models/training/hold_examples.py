"""What a hold network learns from: sessions assembled out of labelled takes, at any pace."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.random import Generator

from jihwa.data.alphabet import Alphabet
from jihwa.data.messages import UsageError
from jihwa.data.signal.frames import N_FINGERS, Array
from jihwa.data.signal.grid import EvenGrid
from jihwa.data.signal.monitor import SensorMonitor
from jihwa.data.synthesis.hands import HandStatistics, RecordedHand, SyntheticHand
from jihwa.data.synthesis.pace import PACES
from jihwa.data.synthesis.spelling import SpelledSession, assemble
from jihwa.data.takes.augment import rotations
from jihwa.data.takes.episodes import EpisodeSet
from jihwa.models.features import GRAVITY, N_FEATURES, FeatureExtractor
from jihwa.models.hold_network import BEGINS, HELD, MOVEMENT_SCALE, STEP_S, Floats, inputs

SHARES = {"slow": 0.08, "normal": 0.12, "fast": 0.15, "natural": 0.4, "stress": 0.25}
"""How often each pace is practised."""

RATES_HZ = (20.0, 100.0)
"""Gloves that are met."""

WITHOUT_ACCELERATION = 0.1
"""Share of the sessions with a glove that sends angles only."""

WORDS, SYLLABLES = (1, 4), (1, 4)
"""Words of a text and syllables of a word, least and most."""

BEGINNING_S = (-0.01, 0.05)
"""When a hold counts as just begun."""

FINGER_LOG_GAIN, ANOTHER_DEAD = 0.3, 0.15
"""How examples are varied: spans of the fingers, and how often one more of them is dead."""


@dataclass(frozen=True, slots=True)
class Example:
    """A session as the network sees it.

    Attributes:
        moved: (n, 8) movement of every channel in its scale; NaN where it is not known.
        target: (n, 2) whether the hand is held, whether a hold has just begun.
    """

    moved: Array
    target: Floats

    def __len__(self) -> int:
        return len(self.target)

    def window(self, begin: int, n: int) -> "Example":
        """At most n steps of it."""
        rows = slice(begin, begin + n)
        return Example(self.moved[rows], self.target[rows])

    def inputs(self, rng: Generator) -> Floats:
        """(n, 18) what the network might have seen of another hand.

        Fingers change places and spans, and gravity turns any way round: only movement counts.
        """
        gain = np.exp(rng.normal(0, FINGER_LOG_GAIN, N_FINGERS))
        (turn,) = rotations(rng.normal(0, 1.5, (1, 3)))
        flex = self.moved[:, rng.permutation(N_FINGERS)] * gain
        if rng.random() < ANOTHER_DEAD:
            flex[:, 0] = np.nan
        return inputs(np.hstack([flex, self.moved[:, GRAVITY] @ turn.T]))


def examples(
    episodes: EpisodeSet, alphabet: Alphabet, n: int, seed: int, extractor: FeatureExtractor
) -> Iterator[Example]:
    """Assemble n sessions of random texts, with the takes of every session of a data set in turn.

    Every third one is held by a synthetic hand, whose noise is another.

    Raises:
        UsageError: A sign has no take.
    """
    rng = np.random.default_rng(seed)
    statistics = _statistics(episodes)
    names = sorted(set(episodes.sessions.tolist()))
    of_session = [episodes[np.flatnonzero(episodes.sessions == name)] for name in names]
    paces, shares = list(SHARES), list(SHARES.values())
    for i in range(n):
        hand: RecordedHand | SyntheticHand
        if i % 3:
            hand = RecordedHand(of_session[i % len(names)], alphabet, rng)
        else:
            hand = SyntheticHand(statistics, alphabet, rng)
        if rng.random() < 0.5:
            hand.rate_hz = float(rng.uniform(*RATES_HZ))
        pace = PACES[str(rng.choice(paces, p=shares))]
        session = assemble(_text(rng), hand, alphabet, pace, rng)
        frames = SensorMonitor().feed(session.frames)
        if rng.random() < WITHOUT_ACCELERATION:
            frames = replace(frames, accel_g=np.full_like(frames.accel_g, np.nan))
        yield example(replace(session, frames=frames), extractor)


def _statistics(episodes: EpisodeSet) -> HandStatistics:
    """Those of the recorded hands, or where they leave a sign open, those that ship."""
    try:
        return HandStatistics.fit(episodes)
    except UsageError:
        return HandStatistics.load()


def example(session: SpelledSession, extractor: FeatureExtractor) -> Example:
    """What a session teaches: letters and pauses are holds."""
    frames = session.frames
    time_s, poses = EvenGrid(STEP_S).feed(frames.time_s, extractor.of_frames(frames))
    moved = np.diff(poses, axis=0, prepend=poses[:1]) / MOVEMENT_SCALE  # (n, 8)
    middle_s = time_s + 0.5 * STEP_S
    target = np.zeros((len(time_s), 2), np.float32)
    holds = [*((sign.start_s, sign.end_s) for sign in session.signs), *session.pauses]
    for start_s, end_s in holds:
        if end_s - start_s >= STEP_S:
            target[(middle_s >= start_s) & (middle_s <= end_s), HELD] = 1
            early_s, late_s = BEGINNING_S
            begun = (middle_s >= start_s + early_s) & (middle_s < start_s + late_s)
            target[begun, BEGINS] = 1
    return Example(moved.reshape(-1, N_FEATURES), target)


def _text(rng: Generator) -> str:
    """Random syllables: every letter follows every other."""
    words = rng.integers(SYLLABLES[0], SYLLABLES[1] + 1, rng.integers(*WORDS) + 1)
    return " ".join("".join(chr(0xAC00 + s) for s in rng.integers(11172, size=n)) for n in words)
