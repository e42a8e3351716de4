"""Trains a hold network on assembled sessions, of wearers other than those who will be read.

Labelled takes are assembled into continuous sessions at any pace, of which it is known when the
hand was held; the network learns from windows of them, varied anew each time.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import cycle
from typing import Any

import numpy as np
import torch
from numpy.random import Generator
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits, pad

from jihwa.data.alphabet import Alphabet
from jihwa.data.messages import UsageError
from jihwa.data.signal import landmarks
from jihwa.data.signal.clock import EvenGrid
from jihwa.data.signal.frames import N_FINGERS, Array, Floats
from jihwa.data.signal.monitor import SensorMonitor
from jihwa.data.synthesis.hands import HandStatistics, RecordedHand, SyntheticHand
from jihwa.data.synthesis.pace import PACES, Pace
from jihwa.data.synthesis.spelling import SpelledSession, assemble
from jihwa.data.takes.augment import rotations
from jihwa.data.takes.episodes import EpisodeSet
from jihwa.data.takes.sequences import marks
from jihwa.models.features import GRAVITY, N_FEATURES, FeatureExtractor
from jihwa.models.hold_network import (
    BEGINS,
    HELD,
    MOVEMENT_SCALE,
    N_INPUTS,
    N_TAPS,
    STEP_S,
    HoldNetwork,
    inputs,
)

SHARES = {
    "slow": 0.06,
    "normal": 0.08,
    "fast": 0.1,
    "natural": 0.24,
    "stress": 0.16,
    "fluent": 0.24,
    "mixed": 0.12,
}
"""How often each pace is practised; the quicker a text is spelled, the shorter it lasts."""

ANY_RATE, LETTERS_PER_S = 0.3, (0.5, 6.0)
"""Share of the sessions at another letter rate than their pace's, and which that may be."""

WOBBLY, WOBBLES = 0.1, 0.3
"""Share of the sessions in which the hand wobbles on arriving, and how often it does."""

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

LOOK_AHEAD = (2, 3, 4, 6)
"""Steps by which the heads lag behind."""
DILATIONS = (1, 2, 4, 8, 16)
WIDTH = 40

SESSIONS = 2400
"""Sessions to assemble; about fourteen hours of signal."""
STEPS, BATCH, WINDOW = 8000, 16, 400
"""Updates, windows in each, steps of time in a window."""
LEARNING_RATE, WEIGHT_DECAY = 6e-3, 1e-3


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

    Every third one is held by a synthetic hand, whose noise is another. What a camera saw is
    smoothed as a whole, as it is before it is read.

    Raises:
        UsageError: A sign has no take.
    """
    rng = np.random.default_rng(seed)
    statistics = _statistics(episodes)
    names = sorted(set(episodes.sessions.tolist()))
    of_session = [episodes[np.flatnonzero(episodes.sessions == name)] for name in names]
    in_turn = cycle([*reversed(of_session), *of_session])
    paces, shares = list(SHARES), list(SHARES.values())
    for i in range(n):
        hand: RecordedHand | SyntheticHand
        is_seen = False
        if i % 3:
            takes = next(in_turn)
            is_seen = landmarks.is_seen(takes.episodes[0].frames)
            hand = RecordedHand(takes, alphabet, rng)
        else:
            hand = SyntheticHand(statistics, alphabet, rng)
        if rng.random() < 0.5:
            hand.rate_hz = float(rng.uniform(*RATES_HZ))
        pace = _varied(PACES[str(rng.choice(paces, p=shares))], rng)
        session = assemble(_text(rng), hand, alphabet, pace, rng)
        session = smoothed(session) if is_seen else session
        frames = SensorMonitor().feed(session.frames)
        if rng.random() < WITHOUT_ACCELERATION:
            frames = replace(frames, accel_g=np.full_like(frames.accel_g, np.nan))
        yield example(replace(session, frames=frames), extractor)


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


def smoothed(session: SpelledSession) -> SpelledSession:
    """A session as if a camera had seen it: smoothed as a whole, and what is late moved back."""
    frames, late = session.frames, landmarks.SMOOTHED // 2
    poses = landmarks.Smoothing().feed(np.hstack([frames.flex_adc, frames.accel_g]))
    flex_adc, accel_g = np.split(poses[late:], [N_FINGERS], axis=1)
    rest = frames[: len(frames) - late]
    return replace(session, frames=replace(rest, flex_adc=flex_adc, accel_g=accel_g))


class HoldModule(nn.Module):
    """The network of `HoldNetwork`, to be trained."""

    def __init__(self) -> None:
        super().__init__()
        self.input = nn.Conv1d(N_INPUTS, WIDTH, 1)
        self.layers = nn.ModuleList(nn.Conv1d(WIDTH, WIDTH, N_TAPS, dilation=d) for d in DILATIONS)
        self.heads = nn.Conv1d(WIDTH, 2 * len(LOOK_AHEAD), 1)

    def forward(self, x: Tensor) -> Tensor:
        """Logits (B, K, 2, T) of inputs (B, 18, T)."""
        h = self.input(x).relu()  # (B, C, T)
        for layer, dilation in zip(self.layers, DILATIONS, strict=True):
            h = h + layer(pad(h, ((N_TAPS - 1) * dilation, 0))).relu()
        logits: Tensor = self.heads(h)
        return logits.reshape(len(x), len(LOOK_AHEAD), 2, -1)

    def weights(self) -> dict[str, Floats]:
        """As `HoldNetwork` takes them."""
        names = {"input": "input", "heads": "heads"} | {
            f"layer{i}": f"layers.{i}" for i in range(len(DILATIONS))
        }
        given: dict[str, Floats] = {k: v.numpy() for k, v in self.state_dict().items()}
        arrays: dict[str, Floats] = {}
        for name, module in names.items():
            kernel = given[f"{module}.weight"]  # (out, in, taps)
            arrays[name] = np.ascontiguousarray(
                kernel.transpose(2, 1, 0).reshape(-1, kernel.shape[0])
            )
            arrays[f"{name}_bias"] = given[f"{module}.bias"]
        return arrays


def train_holds(
    episodes: EpisodeSet,
    alphabet: Alphabet,
    seed: int = 0,
    *,
    sessions: int = SESSIONS,
    steps: int = STEPS,
) -> HoldNetwork:
    """Assemble sessions and train a network on them; the same seed gives the same network.

    Args:
        episodes: Labelled takes of one or more sessions.
        alphabet: Their signs.
        seed: Of all that is random.
        sessions: How many to assemble.
        steps: How many updates.

    Raises:
        UsageError: A sign has no take.
    """
    extractor = FeatureExtractor()
    practice = [*examples(episodes, alphabet, sessions, seed, extractor)]
    torch.manual_seed(seed)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # another number of them would sum in another order
    module = HoldModule()
    loss = _fit(module, practice, np.random.default_rng(seed), steps)
    torch.set_num_threads(threads)
    provenance: dict[str, Any] = {
        "sessions": sorted(set(episodes.sessions.tolist())),
        "seed": seed,
        "assembled": sessions,
        "updates": steps,
        "marks": marks(episodes),
        "versions": {"torch": torch.__version__.split("+")[0], "numpy": np.__version__},
    }
    return HoldNetwork(
        extractor, LOOK_AHEAD, DILATIONS, module.weights(), provenance, {"loss": round(loss, 4)}
    )


def _fit(
    module: HoldModule, practice: Sequence[Example], rng: np.random.Generator, steps: int
) -> float:
    """Update for a number of steps; returns the mean loss of the last tenth of them."""
    optimizer = torch.optim.AdamW(module.parameters(), weight_decay=WEIGHT_DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, LEARNING_RATE, total_steps=steps)
    losses: list[float] = []
    for x, target, weight in _batches(practice, rng, steps):
        logits = module(x)  # (B, K, 2, T)
        of_heads = torch.stack([pad(target, (lag, 0))[..., : x.shape[-1]] for lag in LOOK_AHEAD], 1)
        counts = torch.stack([pad(weight, (lag, 0))[..., : x.shape[-1]] for lag in LOOK_AHEAD], 1)
        each = binary_cross_entropy_with_logits(logits, of_heads, reduction="none")
        loss = (each * counts[:, :, None]).sum() / counts.sum()
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        schedule.step()
        losses.append(float(loss.detach()))
    return float(np.mean(losses[-max(1, steps // 10) :]))


def _batches(
    practice: Sequence[Example], rng: np.random.Generator, steps: int
) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
    """Random windows of examples: (B, 18, T) inputs, (B, 2, T) targets, (B, T) what counts."""
    length = np.array([len(example) for example in practice])
    for _ in range(steps):
        x = np.zeros((BATCH, WINDOW, N_INPUTS), np.float32)
        target = np.zeros((BATCH, WINDOW, 2), np.float32)
        weight = np.zeros((BATCH, WINDOW), np.float32)
        for row, chosen in enumerate(rng.choice(len(practice), BATCH, p=length / length.sum())):
            begin = int(rng.integers(max(length[chosen] - WINDOW, 0) + 1))
            seen = practice[chosen].window(begin, WINDOW)
            x[row, : len(seen)] = seen.inputs(rng)
            target[row, : len(seen)] = seen.target
            weight[row, : len(seen)] = 1
        yield (
            torch.from_numpy(x).transpose(1, 2),
            torch.from_numpy(target).transpose(1, 2),
            torch.from_numpy(weight),
        )


def _statistics(episodes: EpisodeSet) -> HandStatistics:
    """Those of the recorded hands, or where they leave a sign open, those that ship."""
    try:
        return HandStatistics.fit(episodes)
    except UsageError:
        return HandStatistics.load()


def _varied(pace: Pace, rng: Generator) -> Pace:
    """A pace, or the same at another letter rate, or with a hand that wobbles."""
    if rng.random() < ANY_RATE:
        least, most = LETTERS_PER_S
        pace = pace.at(least * (most / least) ** rng.random())
    if rng.random() < WOBBLY:
        pace = replace(pace, manner=replace(pace.manner, wobbles=WOBBLES))
    return pace


def _text(rng: Generator) -> str:
    """Random syllables: every letter follows every other."""
    words = rng.integers(SYLLABLES[0], SYLLABLES[1] + 1, rng.integers(*WORDS) + 1)
    return " ".join("".join(chr(0xAC00 + s) for s in rng.integers(11172, size=n)) for n in words)
