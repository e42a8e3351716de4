"""A training run as Lightning sees it; everything that it needs to go on is in its checkpoints."""

import csv
import io
import logging
import signal
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.random import Generator
from numpy.typing import NDArray
from pytorch_lightning import (
    Callback,
    LightningDataModule,
    LightningModule,
    Trainer,
    seed_everything,
)
from pytorch_lightning.callbacks import EarlyStopping, ModelCheckpoint, TQDMProgressBar
from pytorch_lightning.loggers import TensorBoardLogger
from torch import Tensor, nn
from torch.nn.functional import cross_entropy
from torch.nn.utils.rnn import pad_sequence
from torch.optim import AdamW, Optimizer
from torch.optim.lr_scheduler import ReduceLROnPlateau
from torch.utils.data import DataLoader

from jihwa.data.files import write_whole
from jihwa.data.signal.frames import Array
from jihwa.data.takes.augment import Augmentation
from jihwa.data.takes.episodes import EpisodeSet
from jihwa.data.takes.sequences import TakeSet
from jihwa.models.network import Inputs
from jihwa.models.training.runs import Epoch, TrainingLog, TrainingOptions

LABEL_SMOOTHING = 0.1
"""Share of a label that is spread over all signs: a stranger's sign is never as sure as that of a
session which was seen."""

BEST, LAST, HISTORY = "best.ckpt", "last.ckpt", "history.csv"
"""Files of a run."""

_LOSS = "validation_loss"
_METRICS = ("train_loss", _LOSS, "validation_accuracy", "learning_rate", "train_accuracy")

Batch = tuple[Tensor, Tensor, Tensor]
"""(B, T, F) float32 standardised channels, (B,) int64 lengths, (B,) int64 signs."""


def batch(sequences: Sequence[Array], sign: NDArray[np.int64], inputs: Inputs) -> Batch:
    """One batch of (T, F) channels and their (n,) signs."""
    scaled = [torch.from_numpy(inputs.scale(sequence)) for sequence in sequences]
    length = torch.tensor([len(sequence) for sequence in scaled])
    return pad_sequence(scaled, batch_first=True), length, torch.from_numpy(sign)


@dataclass(frozen=True)
class Batches:
    """An epoch of training: all takes once, in another order and other variations every time.

    Attributes:
        takes: What to learn from.
        sign: (n,) their signs.
        inputs: What the network sees of them.
        augmentation: How they are varied.
        batch_size: Takes in a batch, or a few less.
        seed: All that is random in an epoch depends on this and the epoch's number alone.
        epoch: Its number.
    """

    takes: TakeSet
    sign: NDArray[np.int64]
    inputs: Inputs
    augmentation: Augmentation
    batch_size: int
    seed: int
    epoch: int

    def __len__(self) -> int:
        return -(-len(self.takes) // self.batch_size)

    def __iter__(self) -> Iterator[Batch]:
        rng = np.random.default_rng([self.seed, self.epoch])
        for rows in np.array_split(rng.permutation(len(self.takes)), len(self)):
            yield batch(self._varied(rows, rng), self.sign[rows], self.inputs)

    def _varied(self, rows: NDArray[np.int64], rng: Generator) -> list[Array]:
        """(T, F) channels of variations of these takes."""
        takes = self.takes[rows]
        if isinstance(takes, EpisodeSet):
            holds = self.augmentation.of_holds([episode.hold for episode in takes], rng)
            return [self.inputs.of_hold(hold) for hold in holds]
        return self.augmentation.of_sequences(takes.sequences, self.inputs.sd, rng)


def balanced_loss(logits: Tensor, sign: Tensor, weight: Tensor) -> Tensor:
    """Mean cross-entropy of smoothed labels, nats, in which a take counts what its sign does.

    torch's own weights multiply the smoothed part of every label as well: a rare sign would win
    wherever another one is the answer.

    Args:
        logits: (B, S) of a batch.
        sign: (B,) the true signs.
        weight: (S,) what a take of every sign counts.
    """
    of_take = cross_entropy(logits, sign, label_smoothing=LABEL_SMOOTHING, reduction="none")
    counts = weight[sign]  # (B,)
    return (counts * of_take).sum() / counts.sum()


class Fitting(LightningModule):
    """Fits a network with AdamW to the cross-entropy of balanced signs.

    Args:
        network: (B, T, F) channels and (B,) lengths to (B, S) logits.
        weight: (S,) what a take of every sign counts.
        options: Rates and patience.
        seed: Of the dropout.
    """

    def __init__(
        self, network: nn.Module, weight: Tensor, options: TrainingOptions, seed: int
    ) -> None:
        super().__init__()
        self.network = network
        self._weight, self._seed = weight, seed
        self._optimizer = AdamW(
            network.parameters(), options.learning_rate, weight_decay=options.weight_decay
        )
        self._plateau = ReduceLROnPlateau(
            self._optimizer, factor=0.5, patience=options.patience // 2
        )

    def configure_optimizers(self) -> Optimizer:
        """The optimizer alone: Lightning would step a plateau scheduler after it has saved it."""
        return self._optimizer

    def on_train_epoch_start(self) -> None:
        """Draw dropout from the epoch's number, so that a run that goes on repeats it."""
        epoch_seed = np.random.SeedSequence([self._seed, self.current_epoch]).generate_state(1)
        torch.manual_seed(int(epoch_seed[0]))

    def training_step(self, batch: Batch) -> Tensor:
        """The loss of a batch."""
        channels, length, sign = batch
        logits = self.network(channels, length)  # (B, S)
        loss = balanced_loss(logits, sign, self._weight)
        rate = self._optimizer.param_groups[0]["lr"]
        accuracy = (logits.argmax(dim=1) == sign).float().mean()
        metrics = {"train_loss": loss, "learning_rate": rate, "train_accuracy": accuracy}
        self.log_dict(metrics, on_step=False, on_epoch=True, batch_size=len(sign))
        return loss

    def validation_step(self, batch: Batch) -> None:
        """Loss and accuracy of a batch that was held out."""
        channels, length, sign = batch
        logits = self.network(channels, length)  # (B, S)
        accuracy = (logits.argmax(dim=1) == sign).float().mean()
        metrics = {_LOSS: cross_entropy(logits, sign), "validation_accuracy": accuracy}
        self.log_dict(metrics, prog_bar=True, batch_size=len(sign))

    def on_validation_end(self) -> None:
        """Lower the learning rate where the loss no longer falls."""
        self._plateau.step(self.trainer.callback_metrics[_LOSS].item())

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Keep what the plateau scheduler knows."""
        checkpoint["plateau"] = self._plateau.state_dict()

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Take up what the plateau scheduler knew."""
        self._plateau.load_state_dict(checkpoint["plateau"])


class TrainingData(LightningDataModule):
    """Training takes, varied anew in every epoch, and those held out, as they are."""

    def __init__(self, first: Batches, held_out: list[Batch]) -> None:
        super().__init__()
        self._first, self._held_out = first, held_out

    def train_dataloader(self) -> Batches:
        """The batches of the present epoch."""
        return replace(self._first, epoch=self.trainer.current_epoch if self.trainer else 0)

    def val_dataloader(self) -> DataLoader[Batch]:
        """The same batches every time."""
        return DataLoader(self._held_out, batch_size=None)  # type: ignore[arg-type]  # lists will do


class HistoryKeeper(Callback):
    """Keeps the history of a run, and after every epoch writes it as CSV, one line an epoch."""

    def __init__(self, path: Path) -> None:
        self.epochs: list[Epoch] = []
        self._path = path

    def on_train_epoch_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Add an epoch."""
        values = {name: trainer.callback_metrics[name].item() for name in _METRICS}
        rounded = {name: float(f"{value:.5g}") for name, value in values.items()}
        self.epochs.append(Epoch(trainer.current_epoch, **rounded))
        text = io.StringIO()
        table = csv.DictWriter(text, [f.name for f in fields(Epoch)], lineterminator="\n")
        table.writeheader()
        table.writerows(asdict(epoch) for epoch in self.epochs)
        write_whole(self._path, text.getvalue().encode())

    def state_dict(self) -> dict[str, Any]:
        """The history, for the checkpoint."""
        return {"epochs": [asdict(epoch) for epoch in self.epochs]}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Go on with the history of a checkpoint."""
        self.epochs = [Epoch(**epoch) for epoch in state_dict["epochs"]]


def run(
    module: Fitting, data: TrainingData, folder: Path, options: TrainingOptions, log: TrainingLog
) -> list[Epoch]:
    """Train, or go on from the folder's last checkpoint; leaves the best one in the folder.

    Raises:
        KeyboardInterrupt: The user had enough.
    """
    keeper = HistoryKeeper(folder / HISTORY)
    kept: dict[str, Any] = {"save_on_train_epoch_end": True, "enable_version_counter": False}
    callbacks: list[Callback] = [
        keeper,
        EarlyStopping(_LOSS, patience=options.patience),
        ModelCheckpoint(folder, Path(BEST).stem, monitor=_LOSS, **kept),
        ModelCheckpoint(folder, Path(LAST).stem, **kept),
    ]
    if log.progress:
        callbacks.append(TQDMProgressBar(leave=False))
    trainer = Trainer(
        accelerator="cpu",
        devices=1,
        max_epochs=options.epochs,
        callbacks=callbacks,
        logger=TensorBoardLogger(folder.parent, folder.name, version="") if log.folder else False,
        default_root_dir=folder,
        deterministic=True,
        enable_model_summary=False,
        enable_progress_bar=log.progress,
        num_sanity_val_steps=0,
        log_every_n_steps=1,
        reload_dataloaders_every_n_epochs=1,
    )
    last = folder / LAST
    try:
        trainer.fit(
            module, datamodule=data, ckpt_path=last if last.exists() else None, weights_only=True
        )
    except SystemExit as error:  # what Lightning makes of Ctrl-C, which it ignores from then on
        signal.signal(signal.SIGINT, signal.default_int_handler)
        raise KeyboardInterrupt from error
    return keeper.epochs


@contextmanager
def undisturbed(seed: int, threads: int) -> Iterator[None]:
    """Seeds, determinism and threads for one training, and none of Lightning's chatter."""
    loggers = [logging.getLogger(name) for name in ("pytorch_lightning", "lightning_fabric")]
    levels = [logger.level for logger in loggers]
    n_threads, deterministic = torch.get_num_threads(), torch.are_deterministic_algorithms_enabled()
    try:
        for logger in loggers:
            logger.setLevel(logging.ERROR)
        torch.set_num_threads(threads)
        with warnings.catch_warnings(), torch.random.fork_rng():
            warnings.simplefilter("ignore")
            seed_everything(seed, workers=True, verbose=False)
            yield
    finally:
        torch.use_deterministic_algorithms(deterministic)
        torch.set_num_threads(n_threads)
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
