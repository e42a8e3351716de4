"""References on channel means: what they make of clear takes, of absent channels and of chance."""

from pathlib import Path

import numpy as np
import pytest

from jihwa.data.alphabet import Alphabet
from jihwa.data.signal.frames import Frames
from jihwa.data.takes.episodes import Episode, EpisodeSet
from jihwa.data.takes.sequences import SequenceSet
from jihwa.models.training.references import REFERENCES, channel_means, nearest_neighbour

NAMES = sorted(REFERENCES)
ALPHABET = Alphabet("three", ("0", "1", "2"))


def takes(means, signs, length=4) -> SequenceSet:
    """Sequences that stay at these (n, F) values."""
    sequences = tuple(np.tile(row, (length, 1)) for row in np.asarray(means, float))
    return SequenceSet(sequences, np.array([str(s) for s in signs]), np.array(["a"] * len(signs)))


def clouds(seed, n=30) -> SequenceSet:
    """Three signs that lie far apart."""
    signs = np.arange(n) % 3
    centre = np.array([[0.0, 0, 5], [8, 0, 5], [0, 8, 5]])
    return takes(centre[signs] + np.random.default_rng(seed).normal(0, 0.3, (n, 3)), signs)


@pytest.fixture(params=NAMES)
def reference(request):
    if request.param == "extra-trees":
        pytest.importorskip("sklearn")
    return REFERENCES[request.param]


def test_clear_takes_are_read(reference):
    test = clouds(seed=2)
    log_likelihood = reference(clouds(seed=1), ALPHABET, 0)(test)
    assert log_likelihood.shape == (len(test), 3)
    assert log_likelihood.argmax(axis=1).tolist() == [int(sign) for sign in test.signs]


def test_absent_channels_do_no_harm(reference):
    test = clouds(seed=2)
    for sequence in test.sequences:
        sequence[:, 2] = np.nan  # the channel that is the same for all signs
    log_likelihood = reference(clouds(seed=1), ALPHABET, 0)(test)
    assert np.isfinite(log_likelihood).all()
    assert log_likelihood.argmax(axis=1).tolist() == [int(sign) for sign in test.signs]


def test_a_channel_that_is_never_there_is_left_out(reference):
    train, test = clouds(seed=1), clouds(seed=2)
    for sequence in (*train.sequences, *test.sequences):
        sequence[:, 2] = np.nan
    log_likelihood = reference(train, ALPHABET, 0)(test)
    assert log_likelihood.argmax(axis=1).tolist() == [int(sign) for sign in test.signs]


def test_a_sign_never_seen_is_never_answered(reference):
    train = clouds(seed=1)
    train = train[np.flatnonzero(train.signs != "2")]
    assert set(reference(train, ALPHABET, 0)(clouds(seed=2)).argmax(axis=1)) == {0, 1}


def test_trees_follow_their_seed():
    pytest.importorskip("sklearn")
    rng = np.random.default_rng(3)
    train, test = (takes(rng.normal(size=(40, 3)), np.arange(40) % 3) for _ in range(2))
    one, same, other = (REFERENCES["extra-trees"](train, ALPHABET, s)(test) for s in (1, 1, 2))
    assert (one == same).all()
    assert (one != other).any()


def test_nearest_neighbour_scales_up_for_channels_that_one_side_lacks():
    train = takes([[800, 800, 0], [900, 900, 1]], [0, 1])
    test = takes([[900, 900, 1], [890, 890, 0.9]], [1, 1])
    whole = nearest_neighbour(train, ALPHABET, 0)(test)
    test.sequences[1][:, 1] = np.nan
    part = nearest_neighbour(train, ALPHABET, 0)(test)
    assert part[:, :2] == pytest.approx(whole[:, :2])  # all channels are equally far


def test_glove_means_leave_out_angles_and_dead_sensors():
    n = 5
    frames = Frames(
        time_s=np.arange(n) / 33,
        flex_adc=np.tile([800.0, 0, 850, 900, 780], (n, 1)),
        accel_g=np.tile([0.0, 0.6, 0.8], (n, 1)),
        orientation_deg=np.full((n, 3), 40.0),
    )
    episode = Episode(Path("take.csv"), "ㄱ", 1, "a", "a", frames, frozenset())
    (means,) = channel_means(EpisodeSet((episode,), ()))
    assert means == pytest.approx([800, np.nan, 850, 900, 780, 0, 0.6, 0.8], nan_ok=True)
