"""Training of networks: what they see, what a run leaves behind, and that it can go on."""

import csv
import subprocess
import sys
import time
from collections import Counter

import numpy as np
import pytest
import torch
from pytorch_lightning import Callback
from takes import LABELS, sequences

from jihwa.data.alphabet import Alphabet
from jihwa.data.messages import UsageError
from jihwa.data.takes.augment import Augmentation, Variation
from jihwa.data.takes.sequences import SequenceSet
from jihwa.data.takes.splits import hold_out
from jihwa.models.bundle import Bundle
from jihwa.models.network import LONGEST_SEQUENCE, Channels, Inputs
from jihwa.models.training.architectures import ARCHITECTURES
from jihwa.models.training.fitting import LEARNERS, NETWORKS
from jihwa.models.training.lightning import Batches, HistoryKeeper, balanced_loss
from jihwa.models.training.runs import TrainingLog, TrainingOptions
from jihwa.models.training.takes import likelihoods

FEW = TrainingOptions(epochs=6, batch_size=16)


class TestBatches:
    TAKES = sequences()
    SIGN = np.array([LABELS.index[sign] for sign in TAKES.signs])
    INPUTS = Inputs.fit(Channels.GIVEN, TAKES.sequences)

    def epoch(self, number, kinds=frozenset(Variation)):
        augmentation = Augmentation(kinds, 770.0, 3.0, 0.25, 9.0, 10.0)
        return list(
            Batches(self.TAKES, self.SIGN, self.INPUTS, augmentation, 16, seed=1, epoch=number)
        )

    def test_an_epoch_is_every_take_once_padded_with_zeros(self):
        seen = Counter()
        for x, length, sign in self.epoch(0, frozenset()):
            for row, n, s in zip(x.numpy(), length, sign, strict=True):
                assert (row[n:] == 0).all()
                seen[row[:n].tobytes(), int(s)] += 1
        expected = zip(map(self.INPUTS.scale, self.TAKES.sequences), self.SIGN, strict=True)
        assert seen == Counter((x.tobytes(), s) for x, s in expected)

    def test_an_epoch_can_be_had_again_and_the_next_is_another(self):
        first, again, other = (self.epoch(number)[0] for number in (3, 3, 4))
        assert all(one.equal(two) for one, two in zip(first, again, strict=True))
        assert not first[2].equal(other[2])
        assert first[0].shape != other[0].shape or not first[0].equal(other[0])

    def test_long_sequences_are_thinned_out_evenly(self):
        scaled = self.INPUTS.scale(np.tile(np.arange(1000.0)[:, None], 6))
        assert len(scaled) == LONGEST_SEQUENCE
        steps = np.diff(scaled[:, 0]) * self.INPUTS.sd[0]
        assert steps.min() >= 6 - 1e-3
        assert steps.max() <= 7 + 1e-3


@pytest.fixture(scope="module")
def fitted() -> Bundle:
    return LEARNERS["gru"].fit(sequences(), LABELS, 0, FEW)


def test_a_network_reads_takes_that_it_has_not_seen(fitted):
    takes = sequences(("new",), seed=1)
    answers = likelihoods(fitted, takes).argmax(axis=1)
    assert (answers == takes.signs.astype(int)).mean() > 0.9


def test_the_bundle_knows_how_its_network_came_to_be(fitted, tmp_path):
    fitted.save(tmp_path / "gru.bundle")
    bundle = Bundle.load(tmp_path / "gru.bundle")
    assert bundle.gaussian is None
    assert bundle.network.architecture == "gru"
    assert bundle.network.inputs.channels == Channels.GIVEN
    assert bundle.network.n_parameters > 10_000
    assert bundle.provenance["episodes"] == {"a": 36, "b": 36}
    assert bundle.provenance["seed"] == 0
    assert bundle.provenance["options"]["epochs"] == FEW.epochs
    assert set(bundle.provenance["options"]["augment"]) == set(Variation)
    assert set(bundle.provenance["versions"]) == {"torch", "pytorch-lightning"}
    validation, history = bundle.metrics["validation"], bundle.metrics["history"]
    assert (validation["held_out"], validation["episodes"]) == ("session a", 36)
    best = min(history, key=lambda epoch: epoch["validation_loss"])
    assert validation["epoch"] == best["epoch"]
    assert validation["top1"] == best["validation_accuracy"]
    assert [epoch["epoch"] for epoch in history] == list(range(FEW.epochs))


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(fitted):
    again = LEARNERS["gru"].fit(sequences(), LABELS, 0, FEW)
    assert again.to_bytes() == fitted.to_bytes()
    other = LEARNERS["gru"].fit(sequences(), LABELS, 1, FEW)
    assert other.network.graph != fitted.network.graph


def test_what_is_held_out_is_neither_learned_from_nor_varied(monkeypatch):
    takes = sequences()
    before = [take.copy() for take in takes.sequences]
    split = hold_out(takes, 0)
    learned_from = set()
    original = Augmentation.of_sequences

    def spy(self, sequences, sd, rng):
        learned_from.update(map(id, sequences))
        return original(self, sequences, sd, rng)

    monkeypatch.setattr(Augmentation, "of_sequences", spy)
    bundle = LEARNERS["gru"].fit(takes, LABELS, 0, FEW)
    assert learned_from == {id(takes.sequences[row]) for row in split.train}
    for was, take in zip(before, takes.sequences, strict=True):
        np.testing.assert_array_equal(take, was)
    answers = likelihoods(bundle, takes[split.test]).argmax(axis=1)  # of what is as recorded
    right = (answers == takes.signs[split.test].astype(int)).mean()
    assert bundle.metrics["validation"]["top1"] == pytest.approx(right, abs=1e-4)


def test_variations_can_be_left_out(monkeypatch):
    lengths = []
    original = Augmentation.of_sequences

    def spy(self, sequences, sd, rng):
        varied = original(self, sequences, sd, rng)
        lengths.extend((len(one), len(other)) for one, other in zip(sequences, varied, strict=True))
        return varied

    monkeypatch.setattr(Augmentation, "of_sequences", spy)
    kinds = tuple(kind for kind in Variation if kind != Variation.TIME)
    LEARNERS["gru"].fit(sequences(n=5), LABELS, 0, TrainingOptions(epochs=1, augment=kinds))
    assert lengths
    assert all(one == other for one, other in lengths)


def test_a_rare_class_does_not_win_what_is_not_its_own():
    means = 2 * np.eye(5)
    counts = [60, 60, 60, 60, 1]
    rng = np.random.default_rng(0)
    signs = np.repeat([str(label) for label in range(5)], counts)
    takes = SequenceSet(
        tuple(means[int(sign)] + rng.normal(0, 0.3, (6, 5)) for sign in signs),
        signs,
        np.full(len(signs), "a"),
    )
    labels = Alphabet("five", tuple("01234"))
    bundle = LEARNERS["gru"].fit(takes, labels, 0, TrainingOptions(epochs=15, augment=()))
    answers = likelihoods(bundle, takes).argmax(axis=1)
    assert (answers == signs.astype(int)).mean() > 0.99


def test_weights_count_takes_and_leave_smoothed_labels_alone():
    logits = torch.tensor([[4.0, 0.0, 0.0], [0.0, 4.0, 0.0]], requires_grad=True)
    balanced_loss(logits, torch.tensor([0, 1]), torch.tensor([1.0, 1.0, 60.0])).backward()
    assert logits.grad[:, 2].abs().max() < 0.1


def test_early_stopping_and_lower_rates_where_nothing_more_is_learned():
    takes = sequences(noise=0)
    labels = np.random.default_rng(0).permutation(takes.signs)
    noise = SequenceSet(takes.sequences, labels, takes.sessions)
    options = TrainingOptions(epochs=60, patience=4, learning_rate=0.02)
    bundle = LEARNERS["lstm"].fit(noise, LABELS, 0, options)
    history, best = bundle.metrics["history"], bundle.metrics["validation"]["epoch"]
    assert len(history) == best + 1 + 4 < 60
    assert history[-1]["learning_rate"] < 0.02


def test_a_run_tells_nobody_and_leaves_nothing_behind(tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    LEARNERS["lstm"].fit(sequences(n=5), LABELS, 0, FEW)
    assert list(tmp_path.iterdir()) == []
    assert capfd.readouterr() == ("", "")


def test_a_log_holds_checkpoints_history_events_and_curves(tmp_path, fitted):
    folder = tmp_path / "deep" / "log"
    bundle = LEARNERS["gru"].fit(sequences(), LABELS, 0, FEW, TrainingLog(folder))
    assert bundle.to_bytes() == fitted.to_bytes()
    with (folder / "history.csv").open() as file:
        rows = [{k: float(v) for k, v in row.items()} for row in csv.DictReader(file)]
    assert rows == bundle.metrics["history"]
    names = {path.name.split(".")[0] for path in folder.iterdir()}
    assert names >= {"best", "last", "events", "history", "learning_curves"}
    assert (folder / "learning_curves.png").read_bytes().startswith(b"\x89PNG")


class PowerFailureError(Exception):
    """What cuts a run short."""


@pytest.mark.parametrize("n_epochs", [0, 1, 4])
def test_a_run_that_was_cut_short_goes_on_as_if_nothing_had_been(
    tmp_path, fitted, monkeypatch, n_epochs
):
    def fail(keeper, trainer, _):
        if trainer.current_epoch == n_epochs:
            raise PowerFailureError

    with monkeypatch.context() as patch:
        patch.setattr(HistoryKeeper, "on_train_batch_end", lambda *a: fail(*a[:3]), raising=False)
        with pytest.raises(PowerFailureError):
            LEARNERS["gru"].fit(sequences(), LABELS, 0, FEW, TrainingLog(tmp_path))
    bundle = LEARNERS["gru"].fit(sequences(), LABELS, 0, FEW, TrainingLog(tmp_path))
    assert bundle.to_bytes() == fitted.to_bytes()


def test_a_run_that_has_ended_is_not_run_again(tmp_path, fitted, monkeypatch):
    LEARNERS["gru"].fit(sequences(), LABELS, 0, FEW, TrainingLog(tmp_path))
    monkeypatch.setattr(Callback, "on_train_batch_end", lambda *_: pytest.fail("trained again"))
    bundle = LEARNERS["gru"].fit(sequences(), LABELS, 0, FEW, TrainingLog(tmp_path))
    assert bundle.to_bytes() == fitted.to_bytes()


@pytest.mark.parametrize(
    ("name", "takes", "seed", "options"),
    [
        ("lstm", sequences(), 0, FEW),
        ("gru", sequences(seed=1), 0, FEW),
        ("gru", sequences(), 1, FEW),
        ("gru", sequences(), 0, TrainingOptions(epochs=2)),
    ],
    ids=["model", "data", "seed", "options"],
)
def test_the_log_of_another_run_is_not_mixed_up(tmp_path, name, takes, seed, options):
    log = TrainingLog(tmp_path)
    LEARNERS["gru"].fit(sequences(), LABELS, 0, TrainingOptions(epochs=1), log)
    content = {path: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(UsageError, match="other data or options"):
        LEARNERS[name].fit(takes, LABELS, seed, options, log)
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == content


def test_an_interrupt_stays_one(monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(HistoryKeeper, "on_train_epoch_end", interrupt)
    with pytest.raises(KeyboardInterrupt):
        LEARNERS["gru"].fit(sequences(n=5), LABELS, 0, FEW)


@pytest.mark.slow
def test_a_killed_command_goes_on_when_it_is_typed_again(jihwa, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    takes = sequences()
    for session in ("a", "b"):
        chosen = takes[np.flatnonzero(takes.sessions == session)]
        array = np.full((len(chosen), 15, 7), np.nan)
        for row, (take, sign) in enumerate(zip(chosen.sequences, chosen.signs, strict=True)):
            array[row, : len(take), :-1] = take
            array[row, :, -1] = int(sign)
        np.save(f"{session}.npy", array)

    path = tmp_path / "lstm.bundle"
    words = ["train", "a.npy", "b.npy", "--model", "lstm", "--epochs", "40", "--output", path.name]
    assert jihwa(*words, "--log", "whole").code == 0
    expected = path.read_bytes()
    path.unlink()
    words += ["--log", "killed"]
    killed = subprocess.Popen([sys.executable, "-m", "jihwa.io", *words])
    history = tmp_path / "killed" / "history.csv"
    while not history.exists() or len(history.read_text().splitlines()) < 4:
        assert killed.poll() is None
        time.sleep(0.01)
    killed.kill()
    killed.wait()
    assert not path.exists()
    assert jihwa(*words).code == 0
    assert path.read_bytes() == expected


def test_every_architecture_can_be_learned_by_name():
    assert set(NETWORKS) == set(ARCHITECTURES)
    assert set(LEARNERS) == {"gaussian", "combined", *ARCHITECTURES}


def test_learners_are_listed_without_torch():
    program = "import sys, jihwa.models.training.fitting; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_without_torch_the_way_to_install_it_is_told(monkeypatch):
    monkeypatch.setitem(sys.modules, "jihwa.models.training.network_training", None)
    with pytest.raises(UsageError, match=r"pip install 'jihwa\[train\]'"):
        LEARNERS["gru"].fit(sequences(), LABELS)


@pytest.mark.parametrize("name", ["gaussian", "combined"])
def test_the_gaussian_reads_only_the_glove(name):
    with pytest.raises(UsageError, match="cannot read"):
        LEARNERS[name].fit(sequences(), LABELS)


def test_sequences_have_no_channels_of_the_glove():
    with pytest.raises(UsageError, match="--channels"):
        LEARNERS["gru"].fit(sequences(), LABELS, 0, TrainingOptions(channels=Channels.POSE))
