"""Exported networks say what the trained ones say."""

import numpy as np
import pytest
import torch
from onnxruntime import InferenceSession
from zoo import trained

from jihwa.models.training.network_training import to_onnx
from jihwa.models.training.networks import ARCHITECTURES

every_architecture = pytest.mark.parametrize("name", ARCHITECTURES)


@every_architecture
@pytest.mark.parametrize("n_features", [8, 11, 114])
def test_onnx_and_torch_agree(name, n_features):
    network = trained(name, n_features)
    session = InferenceSession(to_onnx(network, n_features))
    for n_frames in (1, 2, 3, 8, 41):
        x = torch.randn(1, n_frames, n_features)
        with torch.no_grad():
            expected = network(x).numpy()
        (logits,) = session.run(["logits"], {"sequence": x.numpy()})
        np.testing.assert_allclose(logits, expected, atol=1e-4, rtol=1e-4)


@every_architecture
def test_the_same_network_gives_the_same_bytes(name):
    network = trained(name, 8)
    assert to_onnx(network, 8) == to_onnx(network, 8)


def test_a_network_in_training_is_exported_for_use_and_trains_on():
    network = trained("cnn-gru", 8)
    expected = to_onnx(network, 8)
    assert to_onnx(network.train(), 8) == expected
    assert all(module.training for module in network.modules())


@every_architecture
def test_export_is_quiet(name, capfd):
    to_onnx(trained(name, 8), 8)
    assert capfd.readouterr() == ("", "")
