"""Exported networks say what the trained ones say."""

import json
import sys

import numpy as np
import pytest
import torch
from onnxruntime import InferenceSession
from zoo import trained

from jihwa.data.alphabet import Alphabet
from jihwa.models.bundle import Bundle, load_shipped
from jihwa.models.features import FeatureExtractor
from jihwa.models.network import Channels, Inputs, Network, channels_of
from jihwa.models.training.architectures import ARCHITECTURES
from jihwa.models.training.network_training import to_onnx

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


def bundle_of(channels, n_features):
    rng = np.random.default_rng(0)
    graph = to_onnx(trained("cnn-gru", n_features), n_features)
    return Bundle(
        alphabet=Alphabet("five", tuple("ㄱㄴㄷㄹㅁ")),
        extractor=FeatureExtractor(),
        gaussian=load_shipped().gaussian if channels != Channels.GIVEN else None,
        network=Network(
            "cnn-gru",
            Inputs(channels, rng.normal(0, 1, n_features), rng.uniform(1, 3, n_features)),
            graph,
            1,
            temperature=1.7,
        ),
        network_weight=1.0,
        provenance={},
        metrics={},
    )


@pytest.mark.parametrize("n_frames", [1, 2, 19, 20, 21, 87, 163, 321])
@pytest.mark.parametrize("channels", Channels)
def test_an_exported_file_reads_the_signal_itself(jihwa, tmp_path, spell, channels, n_frames):
    frames = spell("안녕하세요 여러분", "slow").frames[:n_frames]
    frames.flex_adc[:, 1] = np.nan
    if channels == Channels.GIVEN:
        signal = seen = np.random.default_rng(1).normal(0, 3, (n_frames, 9))
    else:
        seen = channels_of(frames, channels)
        raw = np.hstack([frames.flex_adc, frames.accel_g])
        signal = raw if channels == Channels.POSE else seen
    bundle = bundle_of(channels, signal.shape[1])
    bundle.save(tmp_path / "network.bundle")
    done = jihwa("export", tmp_path / "network.bundle", "--output", tmp_path / "network.onnx")
    assert (done.code, done.err) == (0, "")
    session = InferenceSession(tmp_path / "network.onnx")
    (told,) = session.run(["probability"], {"channels": signal[None].astype(np.float32)})
    expected = np.exp(bundle.network.log_posterior([seen]))
    np.testing.assert_allclose(told, expected, atol=1e-4)
    metadata = session.get_modelmeta().custom_metadata_map
    assert json.loads(metadata["signs"]) == list("ㄱㄴㄷㄹㅁ")
    assert metadata["channels"] in done.out


def test_what_has_no_network_is_not_exported(jihwa, tmp_path):
    done = jihwa("export", "gaussian24", "--output", tmp_path / "gaussian.onnx")
    assert (done.code, list(tmp_path.iterdir())) == (2, [])
    assert "no network" in done.err


def test_without_onnx_the_way_to_export_is_told(jihwa, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "jihwa.models.training.export", None)
    done = jihwa("export", "gaussian24", "--output", tmp_path / "a.onnx", "--lang", "en")
    assert done.code == 2
    assert "Exporting the network gaussian24 needs" in done.err
    assert "pip install 'jihwa[train]'" in done.err
