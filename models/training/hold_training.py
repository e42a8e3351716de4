"""Trains a hold network on assembled sessions, of wearers other than those who will be read."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits, pad

from jihwa.data.alphabet import Alphabet
from jihwa.data.takes.episodes import EpisodeSet
from jihwa.models.features import FeatureExtractor
from jihwa.models.hold_network import N_INPUTS, N_TAPS, Floats, HoldNetwork
from jihwa.models.training.hold_examples import Example, examples

LOOK_AHEAD = (2, 3, 4, 6)
"""Steps by which the heads lag behind."""
DILATIONS = (1, 2, 4, 8)
WIDTH = 40

SESSIONS = 2400
"""Sessions to assemble; about seven hours of signal."""
STEPS, BATCH, WINDOW = 8000, 16, 400
"""Updates, windows in each, steps of time in a window."""
LEARNING_RATE, WEIGHT_DECAY = 6e-3, 1e-3


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
