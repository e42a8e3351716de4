"""Labelled sequences of any features: what a `.npy` file of landmarks becomes."""

import numpy as np
import pytest

from jihwa.data.messages import DataError, UsageError
from jihwa.data.takes.sequences import load_sequences
from jihwa.data.takes.splits import by_session


@pytest.fixture
def stored(tmp_path):
    """Writes sequences with a label column: `stored("a.npy", features, labels)`."""

    def write(name, features, labels):
        n, length, _ = features.shape
        column = np.broadcast_to(np.asarray(labels, float)[:, None, None], (n, length, 1))
        np.save(tmp_path / name, np.concatenate([features, column], axis=2))
        return tmp_path / name

    return write


def test_features_and_labels_come_back(stored):
    features = np.random.default_rng(0).normal(size=(3, 5, 114))
    takes = load_sequences([stored("a.npy", features, [10, 2, 10])])
    assert takes.signs.tolist() == ["10", "2", "10"]
    assert takes.labels == ("2", "10")
    for sequence, expected in zip(takes.sequences, features, strict=True):
        assert (sequence == expected).all()


def test_padding_at_the_end_is_left_out_but_a_frame_stays(stored):
    features = np.ones((3, 6, 2))
    features[0, 4:] = 0
    features[1, 2:] = np.nan
    features[2] = 0
    takes = load_sequences([stored("a.npy", features, [0, 1, 2])])
    assert [len(s) for s in takes.sequences] == [4, 2, 1]


def test_every_file_is_a_session(stored):
    files = [stored(f"{name}.npy", np.ones((2, 3, 4)), [0, 1]) for name in ("mon", "tue")]
    takes = load_sequences(files)
    assert takes.sessions.tolist() == takes.wearers.tolist() == ["mon", "mon", "tue", "tue"]
    assert [split.test.tolist() for split in by_session(takes)] == [[0, 1], [2, 3]]
    assert takes[np.array([3])].signs.tolist() == ["1"]


def test_files_that_do_not_go_together_are_the_users_mistake(stored, tmp_path):
    one = stored("a.npy", np.ones((2, 3, 4)), [0, 1])
    with pytest.raises(UsageError, match="number of features"):
        load_sequences([one, stored("b.npy", np.ones((2, 3, 5)), [0, 1])])
    (tmp_path / "other").mkdir()
    with pytest.raises(UsageError, match="share a name"):
        load_sequences([one, stored("other/a.npy", np.ones((2, 3, 4)), [0, 1])])
    with pytest.raises(DataError, match=r"not an array of sequences"):
        load_sequences([stored("flat.npy", np.ones((2, 3, 4)), [0, 0.5])])
