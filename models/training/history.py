"""How a training run went, epoch by epoch."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from jihwa.data.files import write_whole
from jihwa.models.network import Network


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
    """

    epoch: int
    train_loss: float
    validation_loss: float
    validation_accuracy: float
    learning_rate: float


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


def write_history(history: Sequence[Epoch], path: Path) -> None:
    """Write one line an epoch as CSV, under the names of `Epoch`."""
    text = io.StringIO()
    table = csv.DictWriter(text, [f.name for f in fields(Epoch)], lineterminator="\n")
    table.writeheader()
    table.writerows(asdict(epoch) for epoch in history)
    write_whole(path, text.getvalue().encode())
