"""A training run without torch: how a network is trained, where that is told, what it came to."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from math import nan
from pathlib import Path
from typing import Any

from jihwa.data.takes.augment import Variation
from jihwa.models.network import Channels, Network

FLAGS: Mapping[str, str] = {
    "n_hidden": "--hidden-size",
    "n_layers": "--layers",
    "n_filters": "--filters",
    "dropout": "--dropout",
}
"""What a user calls the sizes of a network."""


@dataclass(frozen=True)
class TrainingOptions:
    """How a network is trained.

    Attributes:
        channels: What it sees of the glove; None: angles, as published networks, and gravity for
            our own.
        augment: Which variations of the training takes it sees.
        epochs: Passes over the training takes at most.
        patience: So many epochs without a better validation loss end the training.
        batch_size: Takes in a step.
        learning_rate: At the start; halved after half the patience without a better loss.
        weight_decay: Of AdamW.
        sizes: Those of the network that are not as published, see `architectures.build`.
        dropout: Every rate of dropout; None: as published.
        validation_share: So much of every sign, at random, is held out to end the training; None:
            what was not recorded back to back with the rest.
        threads: Of torch. Another number may give other last digits.
    """

    channels: Channels | None = None
    augment: tuple[Variation, ...] = tuple(Variation)
    epochs: int = 40
    patience: int = 8
    batch_size: int = 64
    learning_rate: float = 3e-3
    weight_decay: float = 1e-4
    sizes: Mapping[str, int] = field(default_factory=dict)
    dropout: float | None = None
    validation_share: float | None = None
    threads: int = 1


@dataclass(frozen=True)
class TrainingLog:
    """Where a training run reports.

    Attributes:
        folder: Gets checkpoints, the history as CSV, TensorBoard's events and learning curves; a
            run that was cut short goes on from there. None: nothing is kept.
        progress: Whether a progress bar is shown.
    """

    folder: Path | None = None
    progress: bool = False


@dataclass(frozen=True, slots=True)
class Epoch:
    """One pass over the training takes.

    Attributes:
        epoch: Its number, from 0.
        train_loss: Mean cross-entropy of the training takes while they were learned, nats; they
            are varied and their labels smoothed.
        validation_loss: The same of the takes held out, afterwards and as they are.
        validation_accuracy: Share of them whose sign comes first.
        learning_rate: What it was in this epoch.
        train_accuracy: Share of the training takes whose sign came first while they were learned,
            varied as they were; NaN where an older run did not count it.
    """

    epoch: int
    train_loss: float
    validation_loss: float
    validation_accuracy: float
    learning_rate: float
    train_accuracy: float = nan


@dataclass(frozen=True)
class Trained:
    """What a training run came to.

    Attributes:
        network: The network of the best epoch.
        held_out: What the validation takes were.
        n_held_out: How many they were.
        best: The epoch of least validation loss.
        history: All epochs.
        versions: Of the libraries that the last digits depend on.
    """

    network: Network
    held_out: str
    n_held_out: int
    best: int
    history: Sequence[Epoch]
    versions: Mapping[str, str]

    def metrics(self) -> dict[str, Any]:
        """What a bundle keeps of it."""
        best = self.history[self.best]
        return {
            "validation": {
                "held_out": self.held_out,
                "episodes": self.n_held_out,
                "epoch": best.epoch,
                "top1": best.validation_accuracy,
                "loss": best.validation_loss,
            },
            "history": [asdict(epoch) for epoch in self.history],
        }
