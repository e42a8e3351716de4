"""How networks are trained, and where a training run reports."""

from dataclasses import dataclass
from pathlib import Path

from jihwa.data.takes.augment import Kind
from jihwa.models.inputs import Channels


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
        threads: Of torch. Another number may give other last digits.
    """

    channels: Channels | None = None
    augment: tuple[Kind, ...] = tuple(Kind)
    epochs: int = 40
    patience: int = 8
    batch_size: int = 64
    learning_rate: float = 3e-3
    weight_decay: float = 1e-4
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
