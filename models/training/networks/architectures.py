"""The architectures by name: published ones as they were published, then our own.

Counts of parameters that were published are kept, and tested. Where a publication is silent about
a dropout rate or an activation, the same system's sister network gave it.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import torch
from torch import Tensor, nn

from jihwa.models.training.networks import layers

_FILTERS = 32
_UNITS = 64
_KERNELS = (3, 5, 7)


class SequenceClassifier(nn.Module):
    """Layers from padded sequences to logits."""

    def __init__(self, *parts: nn.Module) -> None:
        super().__init__()
        self.layers = nn.Sequential(*parts)

    def forward(self, x: Tensor, length: Tensor | None = None) -> Tensor:
        """(B, S) logits; neither the content nor the amount of padding changes them.

        Args:
            x: (B, T, F) float32 standardised features, anything behind a sequence's end.
            length: (B,) int64, 1 … T, each sequence's frames; None: T for all of them.
        """
        logits: Tensor = self.layers(layers.Padded(x, length).filled(0))
        return logits


class Averaged(nn.Module):
    """The mean of its members' logits."""

    def __init__(self, *members: nn.Module) -> None:
        super().__init__()
        self.members = nn.ModuleList(members)

    def forward(self, sequences: layers.Padded) -> Tensor:
        """(B, T, F) -> (B, S)."""
        return torch.stack([member(sequences) for member in self.members]).mean(dim=0)


def lstm(n_features: int, n_classes: int) -> nn.Module:
    """LSTM 64, dense 32."""
    return SequenceClassifier(
        _lstm(n_features, 64), layers.LastFrame(), *_dense(64, 32), nn.Linear(32, n_classes)
    )


def gru_dropout(n_features: int, n_classes: int) -> nn.Module:
    """GRU 64, GRU 32, each with dropout."""
    return SequenceClassifier(
        _gru(n_features, 64),
        layers.TimeDistributed(nn.Dropout(0.3)),
        _gru(64, 32),
        layers.LastFrame(),
        nn.Dropout(0.3),
        nn.Linear(32, n_classes),
    )


def gru_dense(n_features: int, n_classes: int) -> nn.Module:
    """GRU 64, dense 128, 64, 32."""
    return SequenceClassifier(
        _gru(n_features, 64),
        layers.LastFrame(),
        *_dense(64, 128),
        *_dense(128, 64),
        *_dense(64, 32),
        nn.Linear(32, n_classes),
    )


def bilstm_attention(n_features: int, n_classes: int) -> nn.Module:
    """Two bidirectional LSTMs of 128 and 64 units a direction, additive attention, dense 64."""
    return SequenceClassifier(
        layers.Bidirectional(_lstm(n_features, 128), _lstm(n_features, 128)),
        layers.TimeDistributed(nn.Dropout(0.3)),
        layers.Bidirectional(_lstm(256, 64), _lstm(256, 64)),
        layers.TimeDistributed(nn.Dropout(0.3)),
        layers.AdditiveAttention(128),
        *_dense(128, 64),
        nn.Linear(64, n_classes),
    )


def gru(n_features: int, n_classes: int) -> nn.Module:
    """A projection of every frame, GRU 64, dense 128."""
    return SequenceClassifier(
        layers.TimeDistributed(nn.Linear(n_features, 128)),
        _gru(128),
        layers.LastFrame(),
        *_dense(_UNITS, 128, nn.Tanh()),
        nn.Dropout(0.2),
        nn.Linear(128, n_classes),
    )


def stacked_gru(n_features: int, n_classes: int) -> nn.Module:
    """Two GRUs of 64, dense 128."""
    return SequenceClassifier(
        _gru(n_features, n_layers=2),
        layers.LastFrame(),
        *_dense(_UNITS, 128, nn.Tanh()),
        nn.Linear(128, n_classes),
    )


def cnn_gru(n_features: int, n_classes: int, n_layers: int = 1) -> nn.Module:
    """A convolution over time, then GRUs."""
    return SequenceClassifier(
        _convolved(n_features, 3),
        layers.MaxPool(2),
        layers.TimeDistributed(nn.Dropout(0.3)),
        *_gru_and_dense(_FILTERS, n_classes, n_layers),
    )


def ms_gru(n_features: int, n_classes: int, n_layers: int = 1) -> nn.Module:
    """Convolutions over time at several scales side by side, then GRUs."""
    n_channels = len(_KERNELS) * _FILTERS
    return SequenceClassifier(
        layers.Parallel(*[_convolved(n_features, kernel) for kernel in _KERNELS]),
        layers.BatchNorm(nn.BatchNorm1d(n_channels)),
        layers.TimeDistributed(nn.ReLU()),
        layers.MaxPool(2),
        layers.TimeDistributed(nn.Dropout(0.3)),
        *_gru_and_dense(n_channels, n_classes, n_layers),
    )


def ms3d_gru(n_features: int, n_classes: int) -> nn.Module:
    """Convolutions over time and a grid of the features at several scales, then a GRU."""
    towers = [_convolved(1, kernel, grid=True) for kernel in _KERNELS]
    return _ms3d(n_features, n_classes, towers, pool=(2, 4, 2), n_layers=1)


def ms3d_stacked_gru(n_features: int, n_classes: int) -> nn.Module:
    """`ms3d_gru` with two convolutions a tower, time not pooled, and two GRUs."""
    towers = [
        nn.Sequential(_convolved(1, kernel, grid=True), _convolved(_FILTERS, 3, grid=True))
        for kernel in _KERNELS
    ]
    return _ms3d(n_features, n_classes, towers, pool=(1, 4, 2), n_layers=2)


def pose_mlp(n_features: int, n_classes: int) -> nn.Module:
    """Ours: two perceptrons on the mean over time, for holds that hardly move."""
    members = [
        nn.Sequential(
            layers.TimeMean(),
            *_dense(n_features, 128),
            nn.Dropout(0.2),
            *_dense(128, 128),
            nn.Dropout(0.2),
            nn.Linear(128, n_classes),
        )
        for _ in range(2)
    ]
    return SequenceClassifier(Averaged(*members))


def pose_gru(n_features: int, n_classes: int) -> nn.Module:
    """Ours: GRU 64, of which the mean over time counts and not the end."""
    return SequenceClassifier(
        _gru(n_features),
        layers.TimeMean(),
        *_dense(_UNITS, 128),
        nn.Dropout(0.2),
        nn.Linear(128, n_classes),
    )


def _gru(n_features: int, units: int = _UNITS, n_layers: int = 1) -> layers.Recurrent:
    dropout = 0.2 if n_layers > 1 else 0.0  # between the layers
    return layers.Recurrent(nn.GRU(n_features, units, n_layers, batch_first=True, dropout=dropout))


def _lstm(n_features: int, units: int) -> layers.Recurrent:
    return layers.Recurrent(nn.LSTM(n_features, units, batch_first=True))


def _dense(n_inputs: int, units: int, activation: nn.Module | None = None) -> list[nn.Module]:
    return [nn.Linear(n_inputs, units), activation or nn.ReLU()]


def _convolved(n_channels: int, kernel: int, *, grid: bool = False) -> nn.Module:
    convolution, norm = (nn.Conv3d, nn.BatchNorm2d) if grid else (nn.Conv1d, nn.BatchNorm1d)
    return nn.Sequential(
        layers.Convolution(convolution(n_channels, _FILTERS, kernel, padding=kernel // 2)),
        layers.BatchNorm(norm(_FILTERS)),
        layers.TimeDistributed(nn.ReLU()),
    )


def _gru_and_dense(n_channels: int, n_classes: int, n_layers: int) -> list[nn.Module]:
    return [
        _gru(n_channels, n_layers=n_layers),
        layers.LastFrame(),
        *_dense(_UNITS, 128),
        nn.Linear(128, n_classes),
    ]


def _ms3d(
    n_features: int,
    n_classes: int,
    towers: Sequence[nn.Module],
    pool: tuple[int, int, int],
    n_layers: int,
) -> nn.Module:
    n_channels = len(towers) * _FILTERS
    n_blocks = -(-n_features // (pool[1] * pool[2]))  # 1 for the glove's eight channels
    return SequenceClassifier(
        layers.Grid(n_features),
        layers.Parallel(*towers),
        layers.BatchNorm(nn.BatchNorm2d(n_channels)),
        layers.TimeDistributed(nn.ReLU()),
        layers.MaxPool(*pool),
        layers.TimeDistributed(nn.Flatten(2)),
        layers.TimeDistributed(nn.Dropout(0.1)),
        *_gru_and_dense(n_channels * n_blocks, n_classes, n_layers),
    )


ARCHITECTURES: Mapping[str, Callable[[int, int], nn.Module]] = {
    "lstm": lstm,
    "gru-dropout": gru_dropout,
    "gru-dense": gru_dense,
    "bilstm-attention": bilstm_attention,
    "gru": gru,
    "stacked-gru": stacked_gru,
    "cnn-gru": cnn_gru,
    "cnn-stacked-gru": partial(cnn_gru, n_layers=2),
    "ms-gru": ms_gru,
    "ms-stacked-gru": partial(ms_gru, n_layers=2),
    "ms3d-gru": ms3d_gru,
    "ms3d-stacked-gru": ms3d_stacked_gru,
    "pose-mlp": pose_mlp,
    "pose-gru": pose_gru,
}
"""Builders by name: (number of features F, number of classes S) -> an untrained module."""
