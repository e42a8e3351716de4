"""The zoo: sizes as published, any features and classes, and padding that nobody sees."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from zoo import trained

from jihwa.data.messages import UsageError
from jihwa.models.network import Channels, Inputs
from jihwa.models.training.architectures import ARCHITECTURES, build
from jihwa.models.training.layers import (
    BatchNorm,
    Bidirectional,
    Convolution,
    MaxPool,
    Padded,
    Recurrent,
)

every_architecture = pytest.mark.parametrize("name", ARCHITECTURES)


def padded(sequences, n_frames, garbage):
    """Sequences in one batch with this garbage behind their ends, and their lengths."""
    batch = torch.full((len(sequences), n_frames, *sequences[0].shape[1:]), garbage)
    for row, sequence in zip(batch, sequences, strict=True):
        row[: len(sequence)] = sequence
    return batch, torch.tensor([len(sequence) for sequence in sequences])


def n_parameters(name, n_features, n_classes):
    network = ARCHITECTURES[name](n_features, n_classes)
    return sum(parameter.numel() for parameter in network.parameters())


@pytest.mark.parametrize(
    ("name", "published"),
    [
        ("gru", 49_816),
        ("stacked-gru", 50_584),
        ("projected-stacked-gru", 74_776),
        ("ms3d-gru", 58_840),
        ("ms3d-stacked-gru", 167_032),
    ],
)
def test_networks_for_the_glove_have_the_published_size(name, published):
    assert n_parameters(name, 8, 24) == published


def test_the_network_for_landmarks_has_the_published_size_and_torch_s_second_biases():
    second_biases = 2 * 4 * (128 + 64)  # directions × gates × units
    assert n_parameters("bilstm-attention", 114, 5) == 438_277 + second_biases


@every_architecture
def test_sizes_are_the_users_choice_and_the_published_ones_else(name):
    from inspect import signature

    published = {
        size: parameter.default
        for size, parameter in signature(ARCHITECTURES[name]).parameters.items()
        if size.startswith("n_") and size not in ("n_features", "n_classes")
    }
    assert published
    of_publication = n_parameters(name, 8, 24)
    same = build(name, 8, 24, published, None)
    assert sum(p.numel() for p in same.parameters()) == of_publication
    for size, n in published.items():
        larger = build(name, 8, 24, {size: n + 3}, None)
        assert sum(p.numel() for p in larger.parameters()) > of_publication
        logits = larger.eval()(torch.randn(2, 5, 8), torch.tensor([5, 2]))
        assert logits.shape == (2, 24)


def test_dropout_is_every_rate():
    network = build("cnn-stacked-gru", 8, 24, {}, 0.55)
    rates = [m.p for m in network.modules() if isinstance(m, torch.nn.Dropout)]
    between = [m.dropout for m in network.modules() if isinstance(m, torch.nn.GRU)]
    assert (rates, between) == ([0.55] * 3, [0.55])


@pytest.mark.parametrize(
    ("name", "rates", "between"),
    [
        ("cnn-gru", [0.3, 0.3, 0.3], 0.0),
        ("cnn-stacked-gru", [0.3, 0.3, 0.3], 0.3),
        ("ms-gru", [0.3, 0.3, 0.3], 0.0),
        ("ms-stacked-gru", [0.3, 0.3], 0.3),
        ("stacked-gru", [], 0.2),
    ],
)
def test_dropout_is_as_published_where_nobody_says_otherwise(name, rates, between):
    modules = list(build(name, 8, 24, {}, None).modules())
    assert [m.p for m in modules if isinstance(m, torch.nn.Dropout)] == rates
    assert [m.dropout for m in modules if isinstance(m, torch.nn.GRU)] == [between]


@pytest.mark.parametrize(
    ("name", "sizes", "dropout", "flag"),
    [("lstm", {"n_filters": 8}, None, "--filters"), ("lstm", {}, 0.1, "--dropout"),
     ("pose-mlp", {"n_layers": 2}, None, "--layers")],
)  # fmt: skip
def test_what_an_architecture_lacks_is_no_choice(name, sizes, dropout, flag):
    with pytest.raises(UsageError, match=flag):
        build(name, 8, 24, sizes, dropout)


@every_architecture
@pytest.mark.parametrize(("n_features", "n_classes"), [(8, 24), (11, 31), (99, 40), (114, 5)])
def test_any_features_and_classes(name, n_features, n_classes):
    x, length = padded([torch.randn(n, n_features) for n in (5, 1)], 5, 0.0)
    logits = ARCHITECTURES[name](n_features, n_classes).eval()(x, length)
    assert logits.shape == (2, n_classes)
    assert torch.isfinite(logits).all()


@every_architecture
def test_every_feature_counts(name):
    x = torch.randn(8, 20, 11, requires_grad=True)
    ARCHITECTURES[name](11, 5)(x).square().sum().backward()
    assert (x.grad.abs().amax(dim=(0, 1)) > 0).all()


@every_architecture
@settings(max_examples=12)
@given(
    lengths=st.lists(st.integers(1, 9), min_size=1, max_size=4),
    behind=st.integers(0, 5),
    garbage=st.sampled_from([0.0, 1e4, -1e4, float("nan")]),
    seed=st.integers(0, 99),
)
def test_padding_does_not_change_a_prediction(name, lengths, behind, garbage, seed):
    network = trained(name, 8)
    generator = torch.Generator().manual_seed(seed)
    sequences = [torch.randn(n, 8, generator=generator) for n in lengths]
    with torch.no_grad():
        together = network(*padded(sequences, max(lengths) + behind, garbage))
        alone = torch.cat([network(sequence[None]) for sequence in sequences])
    torch.testing.assert_close(together, alone, atol=1e-4, rtol=1e-4)  # sums in another order


@pytest.mark.parametrize(
    ("layer", "channels"),
    [
        (Convolution(nn.Conv1d(8, 6, 5, padding=2)), (8,)),
        (Convolution(nn.Conv3d(2, 6, 3, padding=1)), (2, 4, 2)),
        (BatchNorm(nn.BatchNorm1d(8)), (8,)),
        (BatchNorm(nn.BatchNorm2d(2)), (2, 4, 2)),
        (MaxPool(2), (8,)),
        (MaxPool(2, 4, 2), (2, 4, 2)),
        (Recurrent(nn.GRU(8, 6, batch_first=True)), (8,)),
        (
            Bidirectional(*[Recurrent(nn.LSTM(8, 6, batch_first=True)) for _ in range(2)]),
            (8,),
        ),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_layer_sees_only_a_sequence_s_own_frames(layer, channels):
    layer.eval()
    sequences = [torch.rand(n, *channels) - 2 for n in (5, 1, 4)]
    batch, length = padded(sequences, 8, 1e3)
    together = layer(Padded(batch, length))
    for i, sequence in enumerate(sequences):
        alone = layer(Padded(sequence[None])).values[0]
        assert together.length[i] == len(alone)
        torch.testing.assert_close(together.values[i, : len(alone)], alone)


@every_architecture
def test_padding_does_not_change_training(name):
    sequences = [torch.randn(n, 8) for n in (7, 1, 2, 3)]
    results = []
    for n_frames, garbage in ((7, 0.0), (12, 1e4), (8, float("nan"))):
        network = trained(name, 8).train()
        for module in network.modules():  # its draws depend on the shape of the batch
            if isinstance(module, nn.Dropout):
                module.p = 0.0
            elif isinstance(module, nn.RNNBase):
                module.dropout = 0.0
        logits = network(*padded(sequences, n_frames, garbage))
        logits.logsumexp(dim=1).sum().backward()
        gradients = {f"gradient of {n}": p.grad for n, p in network.named_parameters()}
        results.append({"logits": logits} | dict(network.named_buffers()) | gradients)
    for other in results[1:]:
        torch.testing.assert_close(other, results[0], atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("name", ["cnn-gru", "ms-gru", "ms3d-gru"])
def test_a_last_odd_frame_survives_pooling(name):
    network = trained(name, 8)
    x = torch.randn(1, 5, 8)
    changed = x.clone()
    changed[:, -1] += 3
    assert not torch.allclose(network(x), network(changed), atol=1e-3)


def test_a_channel_that_varies_by_rounding_alone_is_not_blown_up():
    rng = np.random.default_rng(0)
    sequence = rng.normal(0, [1.0, 30.0, 0.0, 0.1], (50, 4)) + np.array([0, 0, 5, 0])
    sequence[::2, 2] += 1e-15
    inputs = Inputs.fit(Channels.GIVEN, [sequence])
    assert np.abs(inputs.scale(sequence + np.array([0, 0, 1e-9, 0]))).max() < 5
