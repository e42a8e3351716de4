"""`jihwa compare`: every model on every fold, kept when done, and told in one table."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from takes import record_session

from jihwa.data.takes.sequences import load_sequences
from jihwa.models.training.comparison import CONTENDERS, Fitted, Result, Trial, plan
from jihwa.models.training.summary import as_markdown, summarise

FAST = ("--models", "gaussian,1-nn")


@pytest.fixture(scope="module")
def tree(tmp_path_factory, alphabet) -> Path:
    """Two sessions of two styles."""
    root = tmp_path_factory.mktemp("tree")
    for wearer, session in enumerate(("one", "two")):
        record_session(root / session, alphabet, wearer, n_styles=2, n=8)
    return root


@pytest.fixture
def compare(jihwa, tree):
    return lambda *arguments: jihwa("compare", tree / "one", tree / "two", *arguments)


@pytest.fixture
def fits(monkeypatch):
    """Counts the fits of `gaussian`, and lets one of them end otherwise: `fits.at(2, error)`."""

    class Fits:
        n, ends = 0, {}

        def at(self, number, error):
            self.n, self.ends = 0, {number: error}

        def __call__(self, takes, alphabet, seed):
            self.n += 1
            if self.n in self.ends:
                raise self.ends[self.n]
            return learn(takes, alphabet, seed)

    learn, counted = CONTENDERS["gaussian"], Fits()
    monkeypatch.setitem(CONTENDERS, "gaussian", counted)
    return counted


def scores_of(content):
    """The rows without what a clock measured."""
    return [
        {name: value for name, value in row.items() if name not in ("latency_ms", "fit_s")}
        for row in content["rows"]
    ]


def test_unseen_sessions_come_first_and_the_leak_is_named_everywhere(compare, tmp_path):
    pytest.importorskip("matplotlib")
    protocols = ("--protocol", "random,block,session")
    done = compare(*FAST, *protocols, "--output", tmp_path)
    assert done.code == 0
    rows = [line.split(" | ") for line in done.out.splitlines() if line.startswith("| ")][2:]
    assert [row[0].strip("| ") for row in rows] == ["session"] * 2 + ["block"] * 2 + [
        "random (leaks)"
    ] * 2
    assert done.out == (tmp_path / "comparison.md").read_text(encoding="utf-8")
    text = (tmp_path / "comparison.json").read_text(encoding="utf-8")
    content = json.loads(text, parse_constant=pytest.fail)
    assert [(row["protocol"], row["leaks"]) for row in content["rows"]] == [
        *[("session", False)] * 2,
        *[("block", False)] * 2,
        *[("random (leaks)", True)] * 2,
    ]
    assert content["takes"] == {"one": 48, "two": 48}
    assert len(done.err.splitlines()) == 2 * (2 + 2 + 5)  # a line for each fit
    assert (tmp_path / "comparison.png").stat().st_size > 1000


def test_figures_of_a_row_are_the_means_of_its_folds(compare):
    done = compare(*FAST, "--json")
    for row in json.loads(done.out)["rows"]:
        assert list(row["folds"]) == ["session one", "session two"]
        for name in ("top1", "top5", "f1", "nll", "ece"):
            of_folds = [scores[name] for scores in row["folds"].values()]
            assert row[name]["mean"] == pytest.approx(np.mean(of_folds))
        assert row["top1"]["sd"] is None  # a single seed
        assert 0.4 < row["top1"]["mean"] <= row["top3"]["mean"] <= row["top5"]["mean"] <= 1
        assert row["latency_ms"]["mean"] > 0
    gaussian = next(row for row in json.loads(done.out)["rows"] if row["model"] == "gaussian")
    assert gaussian["size_kb"]["mean"] > 10
    assert gaussian["n_parameters"]["mean"] > 24 * 8


def test_a_killed_comparison_goes_on_where_it_was(compare, fits, tmp_path):
    pytest.importorskip("matplotlib")
    command = ("--models", "gaussian", "--protocol", "block", "--seeds", "2", "--output")
    fits.at(3, KeyboardInterrupt())
    assert compare(*command, tmp_path / "killed").code == 130
    assert len(list((tmp_path / "killed" / "fits").iterdir())) == 2
    fits.at(0, None)
    done = compare(*command, tmp_path / "killed")
    assert (done.code, fits.n) == (0, 2)
    assert "2 fits were done before and are kept" in done.err
    assert compare(*command, tmp_path / "whole").code == 0
    killed, whole = (
        json.loads((tmp_path / name / "comparison.json").read_bytes())
        for name in ("killed", "whole")
    )
    assert scores_of(killed) == scores_of(whole)


@pytest.mark.parametrize("change", ["data", "damage"])
def test_results_of_other_data_and_damaged_ones_are_not_kept(
    compare, jihwa, tree, fits, tmp_path, change
):
    pytest.importorskip("matplotlib")
    command = ("--models", "gaussian", "--output", tmp_path)
    compare(*command)
    fits.at(0, None)
    if change == "damage":
        path = sorted((tmp_path / "fits").iterdir())[0]
        path.write_bytes(path.read_bytes()[:50])
        assert compare(*command).code == 0
        assert fits.n == 1
    else:
        done = jihwa("compare", tree / "one", tree / "two" / "ㄱ", *command)
        assert fits.n == 2
        assert done.code == 1  # nobody can learn 24 signs from one


def test_a_fit_that_fails_does_not_stop_the_others(compare, fits, tmp_path):
    pytest.importorskip("matplotlib")
    command = (*FAST, "--protocol", "session,block", "--output", tmp_path)
    fits.at(1, RuntimeError("out of luck"))
    done = compare(*command)
    assert done.code == 1
    assert done.err.splitlines()[-1] == (
        "jihwa: session one · gaussian · seed 0: failed. RuntimeError: out of luck"
    )
    content = json.loads((tmp_path / "comparison.json").read_bytes())
    assert len(content["failed"]) == 1
    assert [(row["protocol"], row["model"]) for row in content["rows"]].count(
        ("session", "gaussian")
    ) == 0
    assert len(content["rows"]) == 3
    fits.at(0, None)
    assert compare(*command).code == 0
    assert fits.n == 1  # only what had failed


def test_two_processes_find_the_same_as_one(compare, tmp_path):
    one, two = (json.loads(compare(*FAST, "--json", "--jobs", n).out) for n in (1, 2))
    assert scores_of(one) == scores_of(two)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--models", "gaussian,perceptron"), "There is no model 'perceptron'"),
        (("--protocol", "moon"), "There is no protocol 'moon'"),
        (("--seeds", "0"), "number from 1 to"),
    ],
)
def test_what_cannot_be_compared_is_the_users_mistake(compare, arguments, told):
    done = compare(*arguments)
    assert (done.code, done.out) == (2, "")
    assert told in done.err


def test_a_loss_that_runs_away_is_a_result_like_any_other(compare, monkeypatch, tmp_path):
    pytest.importorskip("matplotlib")
    epochs = [
        {
            "epoch": i,
            "train_loss": loss,
            "validation_loss": loss,
            "validation_accuracy": 0.1,
            "learning_rate": 1e-3,
        }
        for i, loss in enumerate((3.0, float("nan")))
    ]

    def diverging(takes, alphabet, seed):
        return Fitted(lambda takes: np.zeros((len(takes), 24)), history=epochs)

    monkeypatch.setitem(CONTENDERS, "gaussian", diverging)
    command = ("--models", "gaussian", "--output", tmp_path)
    assert compare(*command).code == 0
    assert compare(*command).code == 0  # read again
    curves = {path.name for path in (tmp_path / "learning_curves").iterdir()}
    assert curves == {"session-1-gaussian-0.png", "session-2-gaussian-0.png"}


def test_one_session_cannot_be_left_out(jihwa, tree):
    done = jihwa("compare", tree / "one", *FAST)
    assert (done.code, done.out) == (2, "")
    assert "only one session" in done.err


def test_folder_is_checked_before_the_work(compare, fits, tmp_path):
    (tmp_path / "file").write_text("")
    assert compare(*FAST, "--output", tmp_path / "file").code == 2
    assert fits.n == 0


def test_sequences_are_compared_too(jihwa, tmp_path):
    rng = np.random.default_rng(0)
    label = np.arange(30) % 3
    for name in ("a", "b"):
        features = 5 * np.eye(3)[label][:, None] + rng.normal(size=(30, 4, 3))
        column = np.broadcast_to(label[:, None, None], (30, 4, 1))
        np.save(tmp_path / f"{name}.npy", np.concatenate([features, column], axis=2))
    done = jihwa("compare", tmp_path / "a.npy", tmp_path / "b.npy", "--models", "1-nn", "--json")
    (row,) = json.loads(done.out)["rows"]
    assert row["top1"]["mean"] > 0.9
    assert list(row["folds"]) == ["session a", "session b"]
    assert json.loads(done.out)["signs"] == ["0", "1", "2"]


def test_a_copy_of_a_take_is_refused(jihwa, tree, tmp_path):
    shutil.copytree(tree / "one", tmp_path / "one")
    copied = tmp_path / "one" / "ㄴ" / "2" / "again.csv"
    shutil.copy(tmp_path / "one" / "ㄱ" / "1" / "take.csv", copied)
    for command in (("compare",), ("train", "--output", tmp_path / "model")):
        done = jihwa(command[0], tmp_path / "one", tree / "two", *command[1:])
        assert (done.code, done.out) == (2, "")
        assert f"{copied} is the same take as" in done.err


def test_classes_of_one_file_alone_are_named_and_not_tested(jihwa, tmp_path):
    rng = np.random.default_rng(0)

    def store(name, labels):
        label = np.array(labels * 10)
        features = 5 * np.eye(3)[label][:, None] + rng.normal(0, 0.1, (len(label), 4, 3))
        column = np.broadcast_to(label[:, None, None], (len(label), 4, 1))
        np.save(tmp_path / name, np.concatenate([features, column], axis=2))
        return tmp_path / name

    both, other = store("a.npy", [0, 1, 2]), store("b.npy", [0, 1])
    done = jihwa("compare", both, other, "--models", "1-nn", "--json")
    content = json.loads(done.out)
    assert content["rows"][0]["top1"]["mean"] == 1
    assert ["group alone" in warning for warning in content["warnings"]] == [True]
    assert content["warnings"][0] in done.err
    done = jihwa("compare", store("c.npy", [0]), store("d.npy", [1]), "--models", "1-nn")
    assert (done.code, done.out) == (2, "")
    assert "signs of its own" in done.err


def test_what_was_learned_is_never_what_is_tested(compare, monkeypatch):
    seen = []

    def spy(takes, alphabet, seed):
        learned = {episode.path for episode in takes}

        def read(takes):
            seen.append(learned & {episode.path for episode in takes})
            return np.zeros((len(takes), len(alphabet.signs)))

        return Fitted(read)

    monkeypatch.setitem(CONTENDERS, "1-nn", spy)
    compare("--models", "1-nn", "--protocol", "session,signer,block,random")
    assert len(seen) > 100
    assert not any(seen)


def test_plan_begins_with_the_most_honest_protocol_and_has_all_models_before_a_second_seed(
    tmp_path,
):
    for name in "ab":
        np.save(tmp_path / f"{name}.npy", np.ones((10, 2, 3)))
    takes = load_sequences([tmp_path / "a.npy", tmp_path / "b.npy"])
    trials = plan(takes, ["random", "session"], ["x", "y"], n_seeds=2)
    assert [(t.protocol, t.seed, t.model) for t in trials[:8:2]] == [
        ("session", 0, "x"),
        ("session", 0, "y"),
        ("session", 1, "x"),
        ("session", 1, "y"),
    ]
    assert len({t.name for t in trials}) == len(trials) == 2 * 2 * (2 + 5)
    random = [t for t in trials if t.protocol == "random" and t.model == "x" and t.number == 1]
    assert random[0].split.test.tolist() != random[1].split.test.tolist()


def test_mean_and_standard_deviation_are_those_of_the_seeds():
    top1 = {(0, 1): 0.5, (0, 2): 0.7, (1, 1): 0.6, (1, 2): 0.8, (2, 1): 0.1}
    trials = [Trial("session", "x", seed, fold, None) for seed in range(3) for fold in (1, 2)]
    results = [
        Result("session", "x", seed, f"session {fold}", "", {"top1": value}, seed, 7, 1.5, fold, ())
        for (seed, fold), value in top1.items()
    ]
    (row,) = summarise(trials, results)
    assert row.n_seeds == 2  # the third has a fold that failed
    assert row.mean["top1"] == pytest.approx(0.65)  # of 0.6 and 0.7
    assert row.sd["top1"] == pytest.approx(0.1 / np.sqrt(2))
    assert row.mean["fit_s"] == pytest.approx(1.5)
    assert row.folds == {
        "session 1": {"top1": pytest.approx(0.55)},
        "session 2": {"top1": pytest.approx(0.75)},
    }


def test_table_shows_the_spread_and_leaves_out_what_is_not_known():
    scores = dict.fromkeys(("top3", "top5", "f1", "ece", "nll"), 0.5)
    results = [
        Result(
            "session", "x", seed, "session 1", "", {"top1": top1, **scores}, 0.25, None, None, 2, ()
        )
        for seed, top1 in enumerate((0.5, 0.6))
    ]
    trials = [Trial("session", "x", seed, 1, None) for seed in range(2)]
    table = as_markdown(summarise(trials, results), "en").splitlines()
    assert table[2] == (
        "| session | x | 55.0 ± 7.1 | 50.0 | 50.0 | 50.0 | 0.500 | 0.500 | 0.25 | – | – | 2.0 |"
    )
    assert as_markdown([], "ko").startswith("| 프로토콜 | 모델 |")
