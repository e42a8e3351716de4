"""Sequences of many lengths in one batch."""

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Padded:
    """A batch of sequences, each filled up behind its end to the longest.

    Attributes:
        values: (B, T, C, …) channels of every frame, in a grid where there are more axes.
        length: (B,) int64, 1 … T, how many frames are the sequence's own; None: all of them are.
    """

    values: Tensor
    length: Tensor | None = None

    @property
    def mask(self) -> Tensor | None:
        """(B, T) true for a sequence's own frames; None: all of them are."""
        if self.length is None:
            return None
        time = torch.arange(self.values.shape[1], device=self.values.device)  # (T,)
        return time < self.length[:, None]  # (B, T)

    def filled(self, value: float) -> "Padded":
        """The same sequences with this value behind their ends."""
        mask = self.mask
        if mask is None:
            return self
        own = mask.reshape(*mask.shape, *[1] * (self.values.ndim - 2))  # (B, T, 1, …)
        return Padded(self.values.masked_fill(~own, value), self.length)

    def reversed(self) -> "Padded":
        """Each sequence from its end to its beginning; the padding stays behind."""
        n_frames = self.values.shape[1]
        if self.length is None:
            return Padded(self.values.flip(1))
        time = torch.arange(n_frames, device=self.values.device)  # (T,)
        order = (self.length[:, None] - 1 - time) % n_frames  # (B, T)
        row = torch.arange(len(order), device=self.values.device)[:, None]  # (B, 1)
        return Padded(self.values[row, order], self.length)
