"""`jihwa evaluate`: a model is measured on a labelled tree, or on labelled sequences."""

import csv
import json
import shutil
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from takes import N_STYLES

from jihwa.data.alphabet import Alphabet
from jihwa.models.bundle import Bundle
from jihwa.models.features import FeatureExtractor
from jihwa.models.network import Channels, Inputs, Network


def test_json_keeps_the_contract(jihwa, tree, trained, alphabet):
    done = jihwa("evaluate", tree / "two", "--model", trained, "--json")
    assert (done.code, done.err) == (0, "")
    result = json.loads(done.out, parse_constant=pytest.fail)
    assert list(result) == [
        "episodes",
        "top1",
        "top3",
        "top5",
        "nll",
        "ece",
        "f1",
        "precision",
        "recall",
        "confidence_right",
        "confidence_wrong",
        "per_sign",
        "confusion",
        "skipped",
        "warnings",
    ]
    assert result["episodes"] == N_STYLES * len(alphabet.signs)
    assert 0.5 < result["top1"] <= result["top3"] <= result["top5"] <= 1
    counts = np.array(result["confusion"]["counts"])
    assert result["confusion"]["signs"] == list(result["per_sign"]) == list(alphabet.signs)
    assert counts.sum(axis=1).tolist() == [N_STYLES] * len(alphabet.signs)
    assert np.diag(counts).sum() / counts.sum() == pytest.approx(result["top1"], abs=1e-4)
    assert list(result["per_sign"].values()) == pytest.approx(np.diag(counts) / N_STYLES)
    assert len(result["skipped"]) == 1
    assert result["warnings"] == []


def test_several_data_sets_count_together(jihwa, tree, trained, alphabet):
    one, two, both = (
        json.loads(jihwa("evaluate", *paths, "--model", trained, "--json").out)
        for paths in ([tree / "one"], [tree / "two"], [tree / "one", tree / "two"])
    )
    assert both["episodes"] == one["episodes"] + two["episodes"]
    assert both["top1"] == pytest.approx((one["top1"] + two["top1"]) / 2, abs=1e-4)


def test_every_take_and_the_most_confused_pairs_are_shown(jihwa, tree, trained, tmp_path):
    table = tmp_path / "takes.csv"
    command = ("evaluate", tree / "two", "--model", trained)
    result = json.loads(jihwa(*command, "--json").out)
    shown = jihwa(*command, "--takes", table).out
    rows = list(csv.DictReader(table.read_text(encoding="utf-8").splitlines()))
    assert len(rows) == result["episodes"]
    assert all(Path(row["take"]).parts[-3] == row["sign"] for row in rows)
    right = sum(row["sign"] == row["answer"] for row in rows)
    assert right / len(rows) == pytest.approx(result["top1"], abs=1e-4)
    wrong = Counter((r["sign"], r["answer"]) for r in rows if r["sign"] != r["answer"])
    (one, other), n = wrong.most_common(1)[0]
    assert f"{one}→{other} {n}" in shown.partition("most confused: ")[2]


def test_part_of_the_signs_leaves_the_others_out(jihwa, tree, trained):
    result = json.loads(jihwa("evaluate", tree / "two" / "ㄴ", "--model", trained, "--json").out)
    assert result["episodes"] == N_STYLES
    assert list(result["per_sign"]) == ["ㄴ"]
    assert result["recall"] == result["top1"] == result["per_sign"]["ㄴ"]


def test_people_see_the_same_figures(jihwa, tree, trained):
    command = ("evaluate", tree / "two", "--model", trained)
    result = json.loads(jihwa(*command, "--json").out)
    shown = jihwa(*command).out
    assert "120 episodes (sessions: two)" in shown
    for name in ("top1", "f1", "recall"):
        assert f"{name:9}  {result[name]:6.1%}" in shown
    assert f"nll        {result['nll']:6.3f}" in shown
    assert f"right {result['confidence_right']:.2f}" in shown
    hardest = min(result["per_sign"].items(), key=lambda item: item[1])
    assert f"hardest signs: {hardest[0]} {hardest[1]:.0%}" in shown


def test_skipped_files_are_named_on_stderr(jihwa, tree, trained):
    done = jihwa("evaluate", tree / "two", "--model", trained)
    (line,) = done.err.splitlines()
    assert line.startswith("jihwa: ")
    assert "cut.csv" in line
    assert "cut.csv" not in done.out


@pytest.mark.parametrize(("session", "leaks"), [("one", True), ("two", False), (".", True)])
def test_figures_of_a_session_that_was_fitted_are_told_to_leak(
    jihwa, tree, trained, session, leaks
):
    command = ("evaluate", tree / session, "--model", trained)
    warnings = json.loads(jihwa(*command, "--json").out)["warnings"]
    told = "fitted on takes of the session(s) one."
    assert [told in warning for warning in warnings] == [True] * leaks
    assert (told in jihwa(*command).err) == leaks
    korean = jihwa("--lang", "ko", *command).err
    assert ("모델이 배운 세션의 녹화로 쟀습니다: one." in korean) == leaks


def test_takes_are_known_by_what_they_hold_and_not_by_their_folder(jihwa, tree, trained, tmp_path):
    shutil.copytree(tree / "two", tmp_path / "one")
    shutil.copytree(tree / "one" / "ㄴ", tmp_path / "new" / "ㄴ")
    for session, warned in (("one", False), ("new", True)):
        done = jihwa("evaluate", tmp_path / session, "--model", trained, "--json")
        assert bool(json.loads(done.out)["warnings"]) == warned


def test_a_profile_makes_a_stranger_known(jihwa, tree, trained, tmp_path):
    profile = tmp_path / "two.json"
    calibrate = ("calibrate", "--from", tree / "two", "--profile", profile, "--styles", "1")
    assert jihwa(*calibrate, "--model", trained).code == 0
    command = ("evaluate", tree / "two", "--model", trained, "--json")
    stranger, known = (
        json.loads(jihwa(*command, *more).out) for more in ((), ("--profile", profile))
    )
    assert known["top1"] >= stranger["top1"]
    assert known["nll"] < stranger["nll"]


def test_a_profile_that_is_not_there_is_the_users_mistake(jihwa, tree, tmp_path):
    done = jihwa("evaluate", tree / "two", "--profile", tmp_path / "none.json")
    assert (done.code, done.out) == (2, "")
    assert "none.json" in done.err


def test_figures_are_drawn_beside_the_scores(jihwa, tree, trained, tmp_path):
    pytest.importorskip("matplotlib")
    command = ("evaluate", tree / "two", "--model", trained)
    done = jihwa(*command, "--figures", tmp_path / "new" / "figures")
    assert done.code == 0
    assert done.out == jihwa(*command).out
    assert {path.name for path in (tmp_path / "new" / "figures").iterdir()} == {
        "accuracy_per_sign.png",
        "confidence_per_sign.png",
        "confidence_right_wrong.png",
        "confidence_scatter.png",
        "confusion.png",
        "confusion_normalised.png",
        "reliability.png",
    }


def test_scores_need_nothing_that_only_training_installs(jihwa, tree, trained, monkeypatch):
    for name in ("torch", "sklearn", "pytorch_lightning", "matplotlib", "scipy", "onnx"):
        monkeypatch.setitem(sys.modules, name, None)  # cannot be imported
    done = jihwa("evaluate", tree / "two", "--model", trained, "--json")
    assert (done.code, json.loads(done.out)["episodes"]) == (0, 120)


def test_without_matplotlib_figures_are_refused_before_the_work(
    jihwa, tree, trained, tmp_path, monkeypatch
):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    done = jihwa("evaluate", tree / "two", "--model", trained, "--figures", tmp_path / "figures")
    assert (done.code, done.out) == (2, "")
    assert "pip install 'jihwa[train]'" in done.err
    assert not (tmp_path / "figures").exists()


def test_folder_for_figures_is_checked_before_the_work(jihwa, tree, trained):
    done = jihwa("evaluate", tree / "two", "--model", trained, "--figures", trained)
    assert (done.code, done.out) == (2, "")
    assert "--figures" in done.err


def test_glove_and_sequences_do_not_go_together(jihwa, tree, trained, tmp_path):
    np.save(tmp_path / "some.npy", np.zeros((2, 3, 9)))
    done = jihwa("evaluate", tree / "two", tmp_path / "some.npy", "--model", trained)
    assert (done.code, done.out) == (2, "")
    assert "Give one kind" in done.err


@pytest.fixture
def reads_sequences(tmp_path) -> Path:
    """A network of nine features and the classes 0 to 4, not trained."""
    torch = pytest.importorskip("torch")
    from jihwa.models.training.architectures import ARCHITECTURES
    from jihwa.models.training.network_training import to_onnx

    torch.manual_seed(0)
    graph = to_onnx(ARCHITECTURES["gru"](9, 5).eval(), 9)
    inputs = Inputs(Channels.GIVEN, np.zeros(9), np.ones(9))
    epoch = {"epoch": 0, "train_loss": 1.0, "validation_loss": 1.0}
    history = [{**epoch, "validation_accuracy": 0.5, "learning_rate": 1e-3}]
    bundle = Bundle(
        alphabet=Alphabet("npy", tuple("01234")),
        extractor=FeatureExtractor(),
        gaussian=None,
        network=Network("gru", inputs, graph, 1),
        network_weight=1.0,
        provenance={},
        metrics={"history": history},
    )
    bundle.save(tmp_path / "gru.bundle")
    return tmp_path / "gru.bundle"


def test_sequences_are_measured_by_their_numbers(jihwa, reads_sequences, tmp_path):
    features = np.random.default_rng(0).normal(size=(20, 6, 9))
    labels = np.broadcast_to(np.arange(20)[:, None, None] % 5, (20, 6, 1))
    path = tmp_path / "seen.npy"
    np.save(path, np.concatenate([features, labels], axis=2))
    command = ("evaluate", path, "--model", reads_sequences)
    result = json.loads(jihwa(*command, "--json").out)
    counts = np.array(result["confusion"]["counts"])
    assert result["confusion"]["signs"] == list("01234")
    assert counts.sum(axis=1).tolist() == [4] * 5
    bundle = Bundle.load(reads_sequences)
    expected = bundle.of_sequences(list(features)).argmax(axis=1)
    assert counts.sum(axis=0).tolist() == np.bincount(expected, minlength=5).tolist()
    assert result["skipped"] == []
    assert result["warnings"] == []
    done = jihwa(*command, "--figures", tmp_path / "figures")
    assert "20 episodes (sessions: seen)" in done.out
    assert (tmp_path / "figures" / "learning_curves.png").is_file()


def test_sequences_need_a_model_that_reads_them(jihwa, trained, tmp_path):
    np.save(tmp_path / "some.npy", np.zeros((2, 3, 9)))
    done = jihwa("evaluate", tmp_path / "some.npy", "--model", trained)
    assert (done.code, done.out) == (2, "")
    assert "does not know the label(s) 0" in done.err
