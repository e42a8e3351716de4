"""Layers that see the frames of a sequence and never the padding behind its end.

Each takes and gives `Padded` sequences, so that `nn.Sequential` chains them; `LastFrame`,
`TimeMean` and `AdditiveAttention` end such a chain with one vector a sequence. What lies behind
the end may hold anything: a layer that looks across frames first covers it. Without lengths
nothing is covered, which leaves exported graphs as bare as the published ones.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn


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


class TimeDistributed(nn.Module):
    """A layer applied to every frame by itself: a projection, an activation, dropout."""

    def __init__(self, layer: nn.Module) -> None:
        super().__init__()
        self.layer = layer

    def forward(self, sequences: Padded) -> Padded:
        """(B, T, C, …) -> (B, T, C', …)."""
        return Padded(self.layer(sequences.values), sequences.length)


class Convolution(nn.Module):
    """A convolution that finds zeros behind the end, as it does before the beginning."""

    def __init__(self, convolution: nn.Conv1d | nn.Conv3d) -> None:
        super().__init__()
        self.convolution = convolution

    def forward(self, sequences: Padded) -> Padded:
        """(B, T, C, …) -> (B, T, C', …): the convolution's padding has to keep T."""
        channels_first = sequences.filled(0).values.transpose(1, 2)  # (B, C, T, …)
        return Padded(self.convolution(channels_first).transpose(1, 2), sequences.length)


class BatchNorm(nn.Module):
    """Batch normalisation with the statistics of the sequences' own frames."""

    def __init__(self, norm: nn.BatchNorm1d | nn.BatchNorm2d) -> None:
        super().__init__()
        self.norm = norm

    def forward(self, sequences: Padded) -> Padded:
        """(B, T, C, …) -> the same shape."""
        values, mask = sequences.values, sequences.mask
        if mask is None:
            return Padded(self.norm(values.flatten(0, 1)).view_as(values))
        normalised = torch.zeros_like(values)
        normalised[mask] = self.norm(values[mask])  # (all frames, C, …)
        return Padded(normalised, sequences.length)


class MaxPool(nn.Module):
    """Max pooling over blocks of frames (and of the grid); a last, incomplete block counts too."""

    def __init__(self, *block: int) -> None:
        super().__init__()
        self.n_frames = block[0]
        pool = {1: nn.MaxPool1d, 3: nn.MaxPool3d}[len(block)]
        self.pool = pool(block, ceil_mode=True)

    def forward(self, sequences: Padded) -> Padded:
        """(B, T, C, …) -> (B, ⌈T / block⌉, C, …)."""
        channels_first = sequences.filled(-math.inf).values.transpose(1, 2)  # (B, C, T, …)
        pooled = self.pool(channels_first).transpose(1, 2)
        if sequences.length is None:
            return Padded(pooled)
        return Padded(pooled, (sequences.length + self.n_frames - 1) // self.n_frames).filled(0)


class Recurrent(nn.Module):
    """A recurrent layer; what stands behind the end cannot reach back."""

    def __init__(self, cells: nn.GRU | nn.LSTM) -> None:
        super().__init__()
        self.cells = cells

    def forward(self, sequences: Padded) -> Padded:
        """(B, T, C) -> (B, T, units)."""
        return Padded(self.cells(sequences.values)[0], sequences.length)


class Bidirectional(nn.Module):
    """Two recurrent layers, of which one starts at the true end."""

    def __init__(self, onward: Recurrent, backward: Recurrent) -> None:
        super().__init__()
        self.onward, self.backward = onward, backward

    def forward(self, sequences: Padded) -> Padded:
        """(B, T, C) -> (B, T, units of both)."""
        outputs = self.onward(sequences), self.backward(sequences.reversed()).reversed()
        return Padded(torch.cat([o.values for o in outputs], dim=2), sequences.length)


class Parallel(nn.Module):
    """Towers that see the same sequences; their channels are concatenated."""

    def __init__(self, *towers: nn.Module) -> None:
        super().__init__()
        self.towers = nn.ModuleList(towers)

    def forward(self, sequences: Padded) -> Padded:
        """(B, T, C, …) -> (B, T, sum of the towers' C, …)."""
        values = [tower(sequences).values for tower in self.towers]
        return Padded(torch.cat(values, dim=2), sequences.length)


class Grid(nn.Module):
    """Features as one channel of a grid two columns wide, filled up with a zero."""

    def __init__(self, n_features: int) -> None:
        super().__init__()
        self.n_rows, self.n_missing = -(-n_features // 2), n_features % 2

    def forward(self, sequences: Padded) -> Padded:
        """(B, T, F) -> (B, T, 1, ⌈F / 2⌉, 2)."""
        values = sequences.values
        if self.n_missing:
            values = torch.cat([values, torch.zeros_like(values[..., :1])], dim=-1)
        return Padded(values.reshape(*values.shape[:2], 1, self.n_rows, 2), sequences.length)


class LastFrame(nn.Module):
    """Where a recurrent layer stands at the end of each sequence."""

    def forward(self, sequences: Padded) -> Tensor:
        """(B, T, C) -> (B, C)."""
        values, length = sequences.values, sequences.length
        if length is None:
            return values[:, -1]
        return values[torch.arange(len(values), device=values.device), length - 1]


class TimeMean(nn.Module):
    """The mean of each sequence over time."""

    def forward(self, sequences: Padded) -> Tensor:
        """(B, T, C) -> (B, C)."""
        if sequences.length is None:
            return sequences.values.mean(dim=1)
        return sequences.filled(0).values.sum(dim=1) / sequences.length[:, None]


class AdditiveAttention(nn.Module):
    """The mean of each sequence, weighted by softmax(v · tanh(W h)) (Bahdanau et al., 2015)."""

    def __init__(self, n_channels: int) -> None:
        super().__init__()
        self.score = nn.Sequential(
            nn.Linear(n_channels, n_channels, bias=False),
            nn.Tanh(),
            nn.Linear(n_channels, 1, bias=False),
        )

    def forward(self, sequences: Padded) -> Tensor:
        """(B, T, C) -> (B, C)."""
        scores = Padded(self.score(sequences.values), sequences.length)
        weights = scores.filled(-math.inf).values.softmax(dim=1)  # (B, T, 1)
        return (weights * sequences.filled(0).values).sum(dim=1)
