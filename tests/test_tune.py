"""`jihwa tune`: settings are searched on unseen sessions, and a study goes on where it was."""

import json
import sys

import numpy as np
import pytest
from takes import LABELS, sequences

from jihwa.data.messages import DataError, Message, UsageError
from jihwa.io.user import storage
from jihwa.models.bundle import Bundle
from jihwa.models.training.evaluation import score
from jihwa.models.training.tuning import Objective, Study, Tried

pytest.importorskip("optuna")


@pytest.fixture
def objective():
    return Objective("pose-mlp", sequences(n=4), LABELS, epochs=1, seed=0)


@pytest.fixture
def files(tmp_path):
    """Two `.npy` sessions."""
    paths = []
    for name in ("a", "b"):
        takes = sequences(sessions=(name,), n=6, seed=ord(name))
        table = np.zeros((len(takes), 15, 7))
        for row, (sequence, sign) in enumerate(zip(takes.sequences, takes.signs, strict=True)):
            table[row, : len(sequence), :6] = sequence
            table[row, :, 6] = int(sign)
        paths.append(tmp_path / f"{name}.npy")
        np.save(paths[-1], table, allow_pickle=False)
    return paths


def worth(asked, nll):
    """What a trial would come to whose every answer has this negative log-likelihood."""
    right = np.exp(-nll)
    told = score(np.log([[right, 1 - right]]), np.array([0]))
    return Tried(asked, {"session a": told})


def by_learning_rate(asked):
    return [worth(each, abs(np.log10(each.settings["learning_rate"]) + 3) + 0.1) for each in asked]


def run(study, n, work=by_learning_rate, at_once=2):
    return list(study.run(n, at_once, work))


def test_best_settings_come_first_and_search_gets_nearer(objective, tmp_path):
    study = Study(tmp_path / "a.db", objective)
    assert len(run(study, 20)) == 20
    found = [trial["nll"] for trial in study.done]
    assert found == sorted(found)
    in_order = [trial["nll"] for trial in sorted(study.done, key=lambda trial: trial["number"])]
    assert np.mean(in_order[14:]) < np.mean(in_order[:10])


def test_study_goes_on_where_it_was(objective, tmp_path):
    run(Study(tmp_path / "a.db", objective), 3)

    def cut_short(asked):
        yield worth(asked[0], 1.0)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(Study(tmp_path / "a.db", objective), 6, cut_short)
    again = Study(tmp_path / "a.db", objective)
    assert len(again.done) == 4
    assert len(run(again, 6)) == 2
    assert len(again.done) == 6
    assert run(again, 6) == []


def test_failed_trials_do_not_count_and_do_not_go_on_for_ever(objective, tmp_path):
    def every_second_fails(asked):
        reason = Message(ko="", en="out of memory")
        return [Tried(each, {}, reason) if each.number % 2 else worth(each, 1.0) for each in asked]

    study = Study(tmp_path / "a.db", objective)
    tried = run(study, 3, every_second_fails)
    assert sum(each.failure is None for each in tried) == len(study.done) == 3
    none = Study(tmp_path / "b.db", objective)
    reason = Message(ko="", en="no")
    assert len(run(none, 4, lambda asked: [Tried(each, {}, reason) for each in asked])) == 4
    assert none.done == []


@pytest.mark.parametrize("change", ["model", "epochs", "takes"])
def test_study_of_something_else_is_refused(objective, tmp_path, change):
    Study(tmp_path / "a.db", objective)
    others = {"model": "gru", "epochs": 2, "takes": sequences(n=5)}
    other = Objective(**{**vars(objective), change: others[change]})
    with pytest.raises(UsageError, match=change):
        Study(tmp_path / "a.db", other)


def test_file_that_is_no_study_is_refused(objective, tmp_path):
    (tmp_path / "a.db").write_text("no database, but long enough to be taken for one" * 30)
    with pytest.raises(DataError, match=r"a\.db"):
        Study(tmp_path / "a.db", objective)


def test_without_optuna_it_says_what_to_install(objective, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(UsageError, match=r"jihwa\[train\]"):
        Study(tmp_path / "a.db", objective)


def test_settings_become_what_a_learner_is_trained_with(objective):
    settings = {
        "learning_rate": 0.01,
        "weight_decay": 1e-5,
        "batch_size": 32,
        "channels": "all",
        "augment_time": True,
        "augment_noise": False,
        "network_weight": 0.4,
    }
    learner, options = objective.learner(settings)
    assert learner.network_weight == pytest.approx(0.4)
    assert (options.channels, options.augment, options.batch_size) == ("all", ("time",), 32)
    assert (options.learning_rate, options.epochs) == (0.01, 1)


def test_command_searches_resumes_and_fits_the_best(jihwa, files, tmp_path):
    pytest.importorskip("pytorch_lightning")
    tune = ("tune", *files, "--model", "pose-mlp", "--study", tmp_path / "a.db", "--epochs", "1")
    first = jihwa(*tune, "--trials", "1")
    assert first.code == 0
    assert "1/1 #0: NLL" in first.err
    bundle = tmp_path / "best.bundle"
    more = jihwa(*tune, "--trials", "2", "--output", bundle)
    assert more.code == 0
    assert "goes on after 1" in more.err
    assert more.out.count("#") == 2
    told = json.loads(jihwa(*tune, "--trials", "2", "--json").out, parse_constant=pytest.fail)
    assert len(told["trials"]) == 2
    best = told["trials"][0]
    provenance = Bundle.load(bundle).provenance
    assert provenance["tuned"]["trial"] == best["number"]
    assert provenance["options"]["learning_rate"] == best["settings"]["learning_rate"]


def test_one_session_or_a_busy_study_is_refused(jihwa, files, tmp_path):
    study = tmp_path / "a.db"
    alone = jihwa("tune", files[0], "--study", study)
    assert (alone.code, "only one session" in alone.err) == (2, True)
    lock = storage.occupy(study)
    busy = jihwa("tune", *files, "--model", "gru", "--study", study)
    assert (busy.code, "another program uses it" in busy.err) == (2, True)
    assert lock is not None
    assert not study.exists()
