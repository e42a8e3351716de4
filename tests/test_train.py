"""`jihwa train`: a model is fitted to a labelled tree."""

from pathlib import Path

import numpy as np
import pytest
from takes import N_STYLES

from jihwa.models.bundle import Bundle
from jihwa.models.training.fitting import COMBINED_WEIGHT


def test_bundle_knows_what_it_was_fitted_to(jihwa, tree, tmp_path, alphabet):
    path = tmp_path / "both.bundle"
    done = jihwa("train", tree / "one", tree / "two", "--output", path)
    n = N_STYLES * len(alphabet.signs)
    assert done.code == 0
    assert f"{path}: fitted to {2 * n} episodes (1 files skipped)" in done.out
    bundle = Bundle.load(path)
    assert bundle.provenance["episodes"] == {"one": n, "two": n}
    assert bundle.provenance["command"] == (
        "jihwa train one two --model gaussian --output both.bundle"
    )
    assert set(bundle.metrics["session"]) == {"session one", "session two"}


def test_same_data_give_the_same_bundle(jihwa, tree, trained, tmp_path):
    (tmp_path / "again").mkdir()
    again = tmp_path / "again" / trained.name
    assert jihwa("train", tree / "one", "--output", again).code == 0
    assert again.read_bytes() == trained.read_bytes()


def test_skipped_files_are_named_on_stderr(jihwa, tree, tmp_path):
    done = jihwa("train", tree / "two", "--output", tmp_path / "two.bundle")
    (line,) = done.err.splitlines()
    assert line.startswith("jihwa: ")
    assert "cut.csv" in line
    assert "cut.csv" not in done.out


def test_session_given_twice_is_the_users_mistake(jihwa, tree, tmp_path):
    done = jihwa("train", tree / "one", tree / "one", "--output", tmp_path / "model")
    assert (done.code, list(tmp_path.iterdir())) == (2, [])
    assert "same session or file: one" in done.err


def test_missing_signs_are_the_users_mistake(jihwa, tree, tmp_path):
    done = jihwa("train", tree / "one" / "ㄱ", "--output", tmp_path / "model")
    assert (done.code, list(tmp_path.iterdir())) == (2, [])
    assert "Signs without a recording: ㄴ" in done.err


@pytest.mark.parametrize(
    ("model", "architecture", "channels", "weight"),
    [("gru", "gru", "angles", 1.0), ("combined", "pose-mlp", "pose", COMBINED_WEIGHT)],
)
def test_networks_are_trained_by_name(jihwa, tree, tmp_path, model, architecture, channels, weight):
    path = tmp_path / "network.bundle"
    folders = (tree / "one", tree / "two")
    done = jihwa("train", *folders, "--model", model, "--epochs", 1, "--output", path)
    assert done.code == 0
    assert "48 held out (a style of every sign and session): top-1 " in done.out
    bundle = Bundle.load(path)
    assert bundle.gaussian is not None
    assert bundle.network_weight == weight
    assert bundle.network.architecture == architecture
    assert bundle.network.inputs.channels == channels
    assert bundle.provenance["command"] == (
        f"jihwa train one two --model {model} --epochs 1 --output network.bundle"
    )
    assert jihwa("evaluate", tree / "two", "--model", path).code == 0


def test_channels_and_variations_are_the_users_choice(jihwa, tree, tmp_path):
    path = tmp_path / "network.bundle"
    training = ("train", tree / "one", "--model", "pose-mlp", "--epochs", 1, "--output", path)
    assert jihwa(*training, "--channels", "all", "--without", "flex,time", "--seed", 3).code == 0
    bundle = Bundle.load(path)
    assert len(bundle.network.inputs.mean) == 11
    assert bundle.provenance["options"]["augment"] == [
        "noise",
        "rotation",
        "scale",
        "flip",
    ]
    assert bundle.provenance["command"] == (
        "jihwa train one --model pose-mlp --seed 3 --epochs 1 --channels all --without time,flex "
        "--output network.bundle"
    )
    assert jihwa(*training, "--no-augment").code == 0
    assert Bundle.load(path).provenance["options"]["augment"] == []


def test_how_a_network_is_trained_is_the_users_choice(jihwa, tree, tmp_path):
    path = tmp_path / "gru.bundle"
    sizes = "--patience 3 --batch-size 16 --lr 0.01 --weight-decay 0.0 --hidden-size 8 --layers 2"
    training = ("train", tree / "one", "--model", "gru", "--epochs", 1, "--output", path)
    assert jihwa(*training, *sizes.split(), "--dropout", "0.5").code == 0
    bundle = Bundle.load(path)
    assert bundle.provenance["command"] == (
        f"jihwa train one --model gru --epochs 1 {sizes} --dropout 0.5 --output gru.bundle"
    )
    assert bundle.provenance["options"]["sizes"] == {"n_hidden": 8, "n_layers": 2}
    assert bundle.provenance["options"]["learning_rate"] == 0.01
    assert bundle.network.n_parameters < 2000
    for wrong in (("--dropout", "1"), ("--lr", "-1"), ("--filters", "8")):
        done = jihwa(*training, *wrong)
        assert (done.code, wrong[0] in done.err) == (2, True)


def test_a_log_is_kept_where_it_is_asked_for(jihwa, tree, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    training = ("train", tree / "one", "--model", "lstm", "--epochs", 1, "--output", "lstm.bundle")
    assert jihwa(*training).code == 0
    assert [path.name for path in tmp_path.iterdir()] == ["lstm.bundle"]
    done = jihwa(*training, "--log", "run")
    assert (done.code, done.err) == (0, "")
    assert Path("run/learning_curves.png").is_file()
    Path("file").touch()
    refused = jihwa(*training, "--log", "file")
    assert refused.code == 2
    assert "--log" in refused.err


@pytest.fixture
def landmarks(tmp_path) -> Path:
    """Twenty sequences of two features, of the classes 3 and 11."""
    label = np.repeat([3.0, 11.0], 10)[:, None, None] * np.ones((1, 8, 1))
    features = label + np.random.default_rng(0).normal(0, 1, (20, 8, 2))
    np.save(tmp_path / "landmarks.npy", np.concatenate([features, label], axis=2))
    return tmp_path / "landmarks.npy"


def test_arrays_of_any_features_are_learned_too(jihwa, landmarks, tmp_path):
    path = tmp_path / "landmarks.bundle"
    done = jihwa("train", landmarks, "--model", "cnn-gru", "--epochs", 2, "--output", path)
    assert (done.code, done.err) == (0, "")
    assert "held out (random (leaks))" in done.out
    bundle = Bundle.load(path)
    assert bundle.alphabet.signs == ("3", "11")
    assert bundle.of_sequences([np.zeros((9, 2))]).shape == (1, 2)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--model", "gaussian"], "The Gaussian cannot read .npy data"),
        (["--model", "hand"], "takes recordings of the glove"),
        (["--model", "gru", "--channels", "pose"], "no channels of the glove"),
        (["--model", "gru", "--without", "colour"], "no variation 'colour'. There are: time,"),
        (["--model", "gru", "--epochs", "0"], "--epochs"),
        (["--model", "transformer"], "--model"),
    ],
)
def test_what_cannot_be_trained_is_the_users_mistake(jihwa, landmarks, arguments, told):
    output = landmarks.with_name("out.bundle")
    done = jihwa("train", landmarks, *arguments, "--output", output)
    assert done.code == 2
    assert told in done.err
    assert not output.exists()


def test_one_class_is_nothing_to_tell_apart(jihwa, landmarks, tmp_path):
    takes = np.load(landmarks)
    np.save(tmp_path / "one.npy", takes[takes[:, 0, -1] == takes[0, 0, -1]])
    done = jihwa("train", tmp_path / "one.npy", "--model", "gru", "--output", tmp_path / "x")
    assert done.code == 2
    assert "There is one class only: " in done.err
    assert not (tmp_path / "x").exists()


def test_folders_and_arrays_do_not_mix(jihwa, tree, landmarks, tmp_path):
    mixed = (tree / "one", landmarks)
    done = jihwa("train", *mixed, "--model", "gru", "--output", tmp_path / "out.bundle")
    assert done.code == 2
    assert "do not go together" in done.err


def test_hand_of_the_simulator_can_be_fitted(jihwa, tree, tmp_path, alphabet):
    done = jihwa("train", tree / "one", "--model", "hand", "--output", tmp_path / "hand")
    assert done.code == 0
    with np.load(tmp_path / "hand", allow_pickle=False) as arrays:
        assert arrays["mean"].shape == (len(alphabet.signs), N_STYLES, 8)


def test_validation_and_test_are_shares_of_every_sign_in_one_command(jihwa, tree, tmp_path):
    path = tmp_path / "gru.bundle"
    shares = ("--test-share", "0.2", "--validation-share", "0.25")
    done = jihwa(
        "train", tree / "one", "--model", "gru", "--epochs", "1", *shares, "--output", path
    )
    bundle = Bundle.load(path)
    n_signs = len(bundle.alphabet.signs)
    assert bundle.metrics["test"]["episodes"] == n_signs  # one of five
    assert bundle.metrics["validation"]["episodes"] == n_signs  # one of four
    assert sum(bundle.provenance["episodes"].values()) == (N_STYLES - 1) * n_signs
    assert f"{n_signs} held out to test (random (leaks)): top-1" in done.out
    assert "--test-share 0.2 --validation-share 0.25" in bundle.provenance["command"]


def test_only_a_classifier_can_be_tested_on_a_share(jihwa, tree, tmp_path):
    command = ("train", tree / "one", "--model", "hand", "--test-share", "0.2")
    done = jihwa(*command, "--output", tmp_path / "hand.npz")
    assert (done.code, list(tmp_path.iterdir())) == (2, [])
    assert "--test-share is for classifiers" in done.err
