"""`jihwa train --model segmenter`: a network that finds holds, trained for a moment only."""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from jihwa.data.messages import DataError, UsageError
from jihwa.data.signal.frames import Frames
from jihwa.data.synthesis.spelling import SpelledSession
from jihwa.data.takes.episodes import EpisodeSet, load_episodes
from jihwa.models.features import FeatureExtractor
from jihwa.models.hold_network import FORMAT_VERSION, HoldNetwork, movement

hold_training = pytest.importorskip("jihwa.models.training.hold_training", reason="needs torch")
FEW = {"sessions": 6, "steps": 12}
POSES = np.random.default_rng(0).normal(0, 1, (40, 8)).cumsum(axis=0)


@pytest.fixture(scope="module")
def takes(tree, alphabet):
    return load_episodes(tree / "one", alphabet)


@pytest.fixture(scope="module")
def network(takes, alphabet):
    return hold_training.train_holds(takes, alphabet, seed=1, **FEW)


def test_a_seed_gives_the_same_network_and_another_one_another(takes, alphabet, network):
    again = hold_training.train_holds(takes, alphabet, seed=1, **FEW)
    assert again.to_bytes() == network.to_bytes()
    other = hold_training.train_holds(takes, alphabet, seed=2, **FEW)
    assert other.to_bytes() != network.to_bytes()


def test_more_updates_leave_less_to_learn(takes, alphabet, network):
    longer = hold_training.train_holds(takes, alphabet, seed=1, sessions=6, steps=60)
    assert longer.metrics["loss"] < 0.9 * network.metrics["loss"]


def test_takes_of_every_session_are_practised(takes, alphabet, monkeypatch):
    practised, hand = set(), hold_training.RecordedHand

    def recorded(episodes, *rest):
        practised.update(episodes.sessions.tolist())
        return hand(episodes, *rest)

    monkeypatch.setattr(hold_training, "RecordedHand", recorded)
    three = EpisodeSet(tuple(replace(e, session=name) for name in "abc" for e in takes), ())
    assert len([*hold_training.examples(three, alphabet, 9, 0, FeatureExtractor())]) == 9
    assert practised == {"a", "b", "c"}


def test_what_smooths_takes_single_samples_out_and_leaves_the_rest_where_it_is():
    time_s, after = np.arange(60) / 30, np.arange(60) >= 30
    flex_adc = np.where(after[:, None], 900.0, 800.0) * np.ones(5)
    accel_g = np.where(after[:, None], [0.0, 0, 1], [1.0, 0, 0])
    rough = Frames(time_s, flex_adc.copy(), accel_g.copy(), np.full((60, 3), np.nan))
    rough.flex_adc[[10, 40, 42]], rough.accel_g[20] = 600.0, [0, -1, 0]
    frames = hold_training.smoothed(SpelledSession("", rough, ())).frames
    n = len(frames)
    assert n > 55
    np.testing.assert_array_equal(frames.time_s, time_s[:n])
    np.testing.assert_array_equal(frames.flex_adc, flex_adc[:n])
    np.testing.assert_array_equal(frames.accel_g, accel_g[:n])


def test_it_says_the_same_outside_torch(network):
    torch = pytest.importorskip("torch")
    module = hold_training.HoldModule()
    ours = replace(network, weights=module.weights())
    said = ours.stream().feed(POSES)  # (n, K, 2)
    seen = movement(np.vstack([POSES[:1], POSES]))  # the first pose follows itself
    with torch.no_grad():
        logits = module(torch.from_numpy(seen.T[None]))  # (1, K, 2, n)
    np.testing.assert_allclose(said, logits.sigmoid()[0].numpy().transpose(2, 0, 1), atol=1e-5)


def test_it_is_saved_and_loaded_whole(network, tmp_path):
    network.save(tmp_path / "holds.bundle")
    loaded = HoldNetwork.load(tmp_path / "holds.bundle")
    assert loaded.to_bytes() == network.to_bytes()
    assert (loaded.look_ahead, loaded.dilations) == (network.look_ahead, network.dilations)
    assert loaded.provenance["assembled"] == FEW["sessions"]
    np.testing.assert_array_equal(loaded.stream().feed(POSES), network.stream().feed(POSES))


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (lambda content: content[: len(content) // 2], "cut short or was changed"),
        (lambda content: content.replace(b"look_ahead", b"look_behind"[:10]), "was changed"),
        (lambda content: b"nothing of the kind", "not a segmenter's network"),
        (lambda content: b"", "not a segmenter's network"),
    ],
)
def test_a_damaged_file_says_what_to_do(network, damage, told, tmp_path):
    path = tmp_path / "holds.bundle"
    path.write_bytes(damage(network.to_bytes()))
    with pytest.raises(DataError, match=told) as error:
        HoldNetwork.load(path)
    assert "holds.bundle" in error.value.message.ko


def test_a_classifier_is_no_segmenter(trained):
    with pytest.raises(DataError, match=rf"reads {FORMAT_VERSION}|not a segmenter's network"):
        HoldNetwork.load(trained)


def test_a_file_that_is_not_there_is_the_users_mistake(tmp_path):
    with pytest.raises(UsageError, match=r"none\.bundle"):
        HoldNetwork.load(tmp_path / "none.bundle")


def test_the_command_trains_and_tells_what_of(jihwa, tree, tmp_path, monkeypatch):
    monkeypatch.setattr(
        hold_training, "train_holds", partial(hold_training.train_holds, sessions=3, steps=3)
    )
    command = ("train", tree / "one", "--model", "segmenter", "--seed", "4", "--output")
    done = jihwa(*command, tmp_path / "mine.bundle")
    assert done.code == 0
    assert "mine.bundle: fitted to" in done.out
    provenance = HoldNetwork.load(tmp_path / "mine.bundle").provenance
    assert provenance["command"] == (
        "jihwa train one --model segmenter --seed 4 --output mine.bundle"
    )
    assert (provenance["sessions"], provenance["seed"]) == (["one"], 4)
    (tmp_path / "again").mkdir()
    jihwa(*command, tmp_path / "again" / "mine.bundle")
    again = (tmp_path / "again" / "mine.bundle").read_bytes()
    assert again == (tmp_path / "mine.bundle").read_bytes()


def test_the_command_needs_every_sign(jihwa, tree, tmp_path):
    done = jihwa("train", tree / "one" / "ㄱ", "--model", "segmenter", "--output", tmp_path / "a")
    assert (done.code, done.out) == (2, "")
    assert not (tmp_path / "a").exists()
