"""Takes as batches of padded sequences."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.random import Generator
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from jihwa.data.signal.frames import Array
from jihwa.data.takes.augment import Augmentation
from jihwa.data.takes.episodes import EpisodeSet
from jihwa.data.takes.sequences import TakeSet
from jihwa.models.inputs import Inputs

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
