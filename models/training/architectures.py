"""The architectures by name: published ones as they were published, then our own.

Counts of parameters that were published are kept, and tested. Where a publication is silent about
a dropout rate or an activation, the same system's sister network gave it.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from inspect import signature

import torch
from torch import Tensor, nn

from jihwa.data.messages import UsageError
from jihwa.models.training import layers
from jihwa.models.training.runs import FLAGS

_FILTERS = 32
_UNITS = 64
_DENSE = 128
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


def lstm(n_features: int, n_classes: int, n_hidden: int = _UNITS) -> nn.Module:
    """LSTM 64, dense 32."""
    return SequenceClassifier(
        _lstm(n_features, n_hidden),
        layers.LastFrame(),
        *_dense(n_hidden, 32),
        nn.Linear(32, n_classes),
    )


def gru_dropout(n_features: int, n_classes: int, n_hidden: int = _UNITS) -> nn.Module:
    """GRU 64, GRU of half as many, each with dropout."""
    half = -(-n_hidden // 2)
    return SequenceClassifier(
        _gru(n_features, n_hidden),
        layers.TimeDistributed(nn.Dropout(0.3)),
        _gru(n_hidden, half),
        layers.LastFrame(),
        nn.Dropout(0.3),
        nn.Linear(half, n_classes),
    )


def gru_dense(n_features: int, n_classes: int, n_hidden: int = _UNITS) -> nn.Module:
    """GRU 64, dense 128, 64, 32."""
    return SequenceClassifier(
        _gru(n_features, n_hidden),
        layers.LastFrame(),
        *_dense(n_hidden, 128),
        *_dense(128, 64),
        *_dense(64, 32),
        nn.Linear(32, n_classes),
    )


def bilstm_attention(n_features: int, n_classes: int, n_hidden: int = 128) -> nn.Module:
    """Bidirectional LSTMs of 128 units a direction and of half as many, attention, dense 64."""
    half = -(-n_hidden // 2)
    return SequenceClassifier(
        layers.Bidirectional(_lstm(n_features, n_hidden), _lstm(n_features, n_hidden)),
        layers.TimeDistributed(nn.Dropout(0.3)),
        layers.Bidirectional(_lstm(2 * n_hidden, half), _lstm(2 * n_hidden, half)),
        layers.TimeDistributed(nn.Dropout(0.3)),
        layers.AdditiveAttention(2 * half),
        *_dense(2 * half, 64),
        nn.Linear(64, n_classes),
    )


def gru(n_features: int, n_classes: int, n_hidden: int = _UNITS, n_layers: int = 1) -> nn.Module:
    """A projection of every frame to twice the units, GRUs of 64, dense of twice as many."""
    return SequenceClassifier(
        layers.TimeDistributed(nn.Linear(n_features, 2 * n_hidden)),
        _gru(2 * n_hidden, n_hidden, n_layers),
        layers.LastFrame(),
        *_dense(n_hidden, 2 * n_hidden, nn.Tanh()),
        nn.Dropout(0.2),
        nn.Linear(2 * n_hidden, n_classes),
    )


def stacked_gru(
    n_features: int, n_classes: int, n_hidden: int = _UNITS, n_layers: int = 2
) -> nn.Module:
    """Two GRUs of 64, dense of twice as many."""
    return SequenceClassifier(
        _gru(n_features, n_hidden, n_layers),
        layers.LastFrame(),
        *_dense(n_hidden, 2 * n_hidden, nn.Tanh()),
        nn.Linear(2 * n_hidden, n_classes),
    )


def cnn_gru(
    n_features: int,
    n_classes: int,
    n_hidden: int = _UNITS,
    n_layers: int = 1,
    n_filters: int = _FILTERS,
) -> nn.Module:
    """A convolution over time, then GRUs."""
    return SequenceClassifier(
        _convolved(n_features, n_filters, 3),
        layers.MaxPool(2),
        layers.TimeDistributed(nn.Dropout(0.3)),
        _gru(n_filters, n_hidden, n_layers, between=0.3),
        layers.LastFrame(),
        nn.Dropout(0.3),
        *_dense_after_convolution(n_hidden, n_classes),
    )


def ms_gru(
    n_features: int,
    n_classes: int,
    n_hidden: int = _UNITS,
    n_layers: int = 1,
    n_filters: int = _FILTERS,
) -> nn.Module:
    """Convolutions over time at several scales side by side, then GRUs."""
    n_channels = len(_KERNELS) * n_filters
    of_last = nn.Dropout(0.3) if n_layers == 1 else nn.Identity()  # as it was published
    return SequenceClassifier(
        layers.Parallel(*[_convolved(n_features, n_filters, kernel) for kernel in _KERNELS]),
        layers.BatchNorm(nn.BatchNorm1d(n_channels)),
        layers.TimeDistributed(nn.ReLU()),
        layers.MaxPool(2),
        layers.TimeDistributed(nn.Dropout(0.3)),
        _gru(n_channels, n_hidden, n_layers, between=0.3),
        layers.LastFrame(),
        of_last,
        *_dense_after_convolution(n_hidden, n_classes),
    )


def ms3d_gru(
    n_features: int,
    n_classes: int,
    n_hidden: int = _UNITS,
    n_layers: int = 1,
    n_filters: int = _FILTERS,
) -> nn.Module:
    """Convolutions over time and a grid of the features at several scales, then GRUs."""
    towers = [_convolved(1, n_filters, kernel, grid=True) for kernel in _KERNELS]
    after = partial(_gru_and_dense, n_classes=n_classes, n_hidden=n_hidden, n_layers=n_layers)
    return _ms3d(n_features, n_filters, towers, (2, 4, 2), after)


def ms3d_stacked_gru(
    n_features: int,
    n_classes: int,
    n_hidden: int = _UNITS,
    n_layers: int = 2,
    n_filters: int = _FILTERS,
) -> nn.Module:
    """`ms3d_gru` with two convolutions a tower, time not pooled, and two GRUs."""
    towers = [
        nn.Sequential(
            _convolved(1, n_filters, kernel, grid=True),
            _convolved(n_filters, n_filters, 3, grid=True),
        )
        for kernel in _KERNELS
    ]
    after = partial(_gru_and_dense, n_classes=n_classes, n_hidden=n_hidden, n_layers=n_layers)
    return _ms3d(n_features, n_filters, towers, (1, 4, 2), after)


def pose_mlp(n_features: int, n_classes: int, n_hidden: int = _DENSE) -> nn.Module:
    """Ours: two perceptrons on the mean over time, for holds that hardly move."""
    members = [
        nn.Sequential(
            layers.TimeMean(),
            *_dense(n_features, n_hidden),
            nn.Dropout(0.2),
            *_dense(n_hidden, n_hidden),
            nn.Dropout(0.2),
            nn.Linear(n_hidden, n_classes),
        )
        for _ in range(2)
    ]
    return SequenceClassifier(Averaged(*members))


def pose_gru(
    n_features: int, n_classes: int, n_hidden: int = _UNITS, n_layers: int = 1
) -> nn.Module:
    """Ours: GRU 64, of which the mean over time counts and not the end."""
    return SequenceClassifier(
        _gru(n_features, n_hidden, n_layers),
        layers.TimeMean(),
        *_dense(n_hidden, _DENSE),
        nn.Dropout(0.2),
        nn.Linear(_DENSE, n_classes),
    )


def _gru(n_features: int, units: int, n_layers: int = 1, between: float = 0.2) -> layers.Recurrent:
    dropout = between if n_layers > 1 else 0.0
    return layers.Recurrent(nn.GRU(n_features, units, n_layers, batch_first=True, dropout=dropout))


def _lstm(n_features: int, units: int) -> layers.Recurrent:
    return layers.Recurrent(nn.LSTM(n_features, units, batch_first=True))


def _dense(n_inputs: int, units: int, activation: nn.Module | None = None) -> list[nn.Module]:
    return [nn.Linear(n_inputs, units), activation or nn.ReLU()]


def _convolved(n_channels: int, n_filters: int, kernel: int, *, grid: bool = False) -> nn.Module:
    convolution, norm = (nn.Conv3d, nn.BatchNorm2d) if grid else (nn.Conv1d, nn.BatchNorm1d)
    return nn.Sequential(
        layers.Convolution(convolution(n_channels, n_filters, kernel, padding=kernel // 2)),
        layers.BatchNorm(norm(n_filters)),
        layers.TimeDistributed(nn.ReLU()),
    )


def _dense_after_convolution(n_hidden: int, n_classes: int) -> list[nn.Module]:
    dense = _dense(n_hidden, _DENSE)
    return [*dense, nn.Dropout(0.3), nn.Linear(_DENSE, n_classes)]


def _gru_and_dense(
    n_channels: int, n_classes: int, n_hidden: int, n_layers: int
) -> list[nn.Module]:
    return [
        _gru(n_channels, n_hidden, n_layers),
        layers.LastFrame(),
        *_dense(n_hidden, _DENSE),
        nn.Linear(_DENSE, n_classes),
    ]


def _ms3d(
    n_features: int,
    n_filters: int,
    towers: Sequence[nn.Module],
    pool: tuple[int, int, int],
    after: Callable[[int], list[nn.Module]],
) -> nn.Module:
    n_channels = len(towers) * n_filters
    n_blocks = -(-n_features // (pool[1] * pool[2]))  # 1 for the glove's eight channels
    return SequenceClassifier(
        layers.Grid(n_features),
        layers.Parallel(*towers),
        layers.BatchNorm(nn.BatchNorm2d(n_channels)),
        layers.TimeDistributed(nn.ReLU()),
        layers.MaxPool(*pool),
        layers.TimeDistributed(nn.Flatten(2)),
        layers.TimeDistributed(nn.Dropout(0.1)),
        *after(n_channels * n_blocks),
    )


ARCHITECTURES: Mapping[str, Callable[..., nn.Module]] = {
    "lstm": lstm,
    "gru-dropout": gru_dropout,
    "gru-dense": gru_dense,
    "bilstm-attention": bilstm_attention,
    "gru": gru,
    "stacked-gru": stacked_gru,
    "projected-stacked-gru": partial(gru, n_layers=2),
    "cnn-gru": cnn_gru,
    "cnn-stacked-gru": partial(cnn_gru, n_layers=2),
    "ms-gru": ms_gru,
    "ms-stacked-gru": partial(ms_gru, n_layers=2),
    "ms3d-gru": ms3d_gru,
    "ms3d-stacked-gru": ms3d_stacked_gru,
    "pose-mlp": pose_mlp,
    "pose-gru": pose_gru,
}
"""Builders by name: (number of features F, number of classes S) -> an untrained module. What else
they take are sizes, and their defaults those that were published."""


def build(
    name: str, n_features: int, n_classes: int, sizes: Mapping[str, int], dropout: float | None
) -> nn.Module:
    """An untrained network.

    Args:
        name: One of `ARCHITECTURES`.
        n_features: F.
        n_classes: S.
        sizes: Those that are not as published: `n_hidden`, units of the first recurrent layer (or
            of every dense one, where there is none), `n_layers`, how many there are, `n_filters`.
        dropout: Every rate of dropout, 0 to below 1; None: as published.

    Raises:
        UsageError: It has no such size, or no dropout.
    """
    builder = ARCHITECTURES[name]
    taken = signature(builder).parameters
    network = builder(n_features, n_classes, **{k: n for k, n in sizes.items() if k in taken})
    lacking = [size for size in sizes if size not in taken]
    if dropout is not None:
        among = list(network.modules())
        rates = [module for module in among if isinstance(module, nn.Dropout)]
        stacked = [m for m in among if isinstance(m, nn.GRU | nn.LSTM) and m.num_layers > 1]
        for rate in rates:
            rate.p = dropout
        for cells in stacked:
            cells.dropout = dropout
        lacking += [] if rates or stacked else ["dropout"]
    if lacking:
        told = ", ".join(map(FLAGS.__getitem__, lacking))
        raise UsageError(
            ko=f"신경망 {name}에는 {told}이(가) 바꿀 것이 없습니다. 빼거나 다른 신경망을 고르세요.",
            en=f"The network {name} has nothing that {told} would change. Leave it out, or choose "
            "another network.",
        )
    return network
