"""The network that sees holds is one file, and says so when it is not."""

import numpy as np
import pytest

from jihwa.data.messages import DataError, UsageError
from jihwa.models.archive import Archive
from jihwa.models.bundle import load_shipped
from jihwa.models.hold_network import FORMAT_VERSION, HoldNetwork


@pytest.fixture(scope="module")
def shipped():
    return HoldNetwork.load()


def test_saved_and_loaded_it_says_the_same(shipped, tmp_path):
    path = tmp_path / "own.bundle"
    shipped.save(path)
    poses = np.random.default_rng(0).normal(2, 1, (100, 8))
    assert (HoldNetwork.load(path).stream().feed(poses) == shipped.stream().feed(poses)).all()


def test_a_file_that_is_missing(tmp_path):
    with pytest.raises(UsageError, match="cannot be opened"):
        HoldNetwork.load(tmp_path / "none.bundle")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"something else", "not a segmenter's network"),
        (load_shipped().to_bytes(), "version 3"),
        (Archive(FORMAT_VERSION, {"features": {}}).to_bytes(), "not a segmenter's network"),
        (HoldNetwork.load().to_bytes()[:-100], "cut short"),
    ],
    ids=["text", "a classifier", "without weights", "cut"],
)
def test_a_file_that_is_none(content, told, tmp_path):
    path = tmp_path / "odd.bundle"
    path.write_bytes(content)
    with pytest.raises(DataError, match=told):
        HoldNetwork.load(path)
