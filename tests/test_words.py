"""Word signs: classes with names, single, batch and live predictions, features by name."""

import json

import numpy as np
import pytest
from seen import camera_lines, hand, shown_words

from jihwa.data.alphabet import Alphabet
from jihwa.data.messages import UsageError
from jihwa.data.signal.landmarks import NO_HAND, WITH_ANGLES, as_features
from jihwa.data.takes.sequences import derive, load_sequences
from jihwa.models.bundle import LANDMARKS, Bundle

WORDS = ("무한", "미국", "수학", "월세", "일요일")
N_FRAMES, N_FEATURES = 12, 9
MEANS = np.random.default_rng(0).normal(0, 1, (len(WORDS), N_FEATURES))


def sequences(labels, seed=0, n=N_FRAMES):
    """(N, T, F + 1) sequences of these classes, the label behind."""
    rng = np.random.default_rng(seed)
    features = MEANS[labels][:, None] + rng.normal(0, 0.3, (len(labels), n, N_FEATURES))
    column = np.broadcast_to(np.array(labels)[:, None, None], (len(labels), n, 1))
    return np.concatenate([features, column], axis=2)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """A folder with words.toml and seen.npy."""
    folder = tmp_path_factory.mktemp("words")
    (folder / "words.toml").write_text(f'name = "words"\nwords = {json.dumps(WORDS)}\n')
    np.save(folder / "seen.npy", sequences(np.arange(60) % len(WORDS)))
    return folder


@pytest.fixture(scope="module")
def model(data):
    """A network that has learned the words."""
    pytest.importorskip("torch")
    from jihwa.io.cli import main

    path = data / "words.bundle"
    command = ["train", data / "seen.npy", "--alphabet", data / "words.toml", "--model", "gru"]
    assert main([*map(str, command), "--epochs", "25", "--no-augment", "--output", str(path)]) == 0
    return path


def test_classes_have_the_names_of_the_file(jihwa, data, model):
    bundle = Bundle.load(model)
    assert bundle.alphabet == Alphabet("words", WORDS)
    assert "--alphabet" in bundle.provenance["command"]
    assert bundle.provenance["frames"] == N_FRAMES
    np.save(data / "other.npy", sequences([0, 1, 4] * 5, seed=1))
    result = json.loads(jihwa("evaluate", data / "other.npy", "--model", model, "--json").out)
    assert list(result["per_sign"]) == ["무한", "미국", "일요일"]
    assert result["top1"] > 0.9


def test_a_label_without_a_name_is_the_users_mistake(data):
    takes = load_sequences([data / "seen.npy"])
    with pytest.raises(UsageError, match=r"no name for the label\(s\) 3 4: 3 names"):
        takes.called(WORDS[:3])


def words_of(jihwa, path, model):
    return json.loads(jihwa("transcribe", path, "--model", model, "--format", "json").out)


def test_many_sequences_are_a_word_each(jihwa, data, model):
    np.save(data / "batch.npy", sequences([4, 0, 2], seed=2))
    content = words_of(jihwa, data / "batch.npy", model)
    assert content["text"] == "일요일 무한 수학"
    assert [word["text"] for word in content["words"]] == ["일요일", "무한", "수학"]
    assert all(word["confidence"] > 0.5 for word in content["words"])
    assert [len(sign["candidates"]) for sign in content["signs"]] == [5] * 3
    ends = [(word["start_s"], word["end_s"]) for word in content["words"]]
    assert ends == sorted(ends)


def test_one_sequence_with_or_without_its_label(jihwa, data, model):
    (one,) = sequences([3], seed=3)
    for name, array in (("with", one), ("without", one[:, :-1])):
        np.save(data / f"{name}.npy", array)
        done = jihwa("transcribe", data / f"{name}.npy", "--model", model)
        assert (done.code, done.out) == (0, "월세\n")


def test_a_stream_of_words_is_read_by_the_vote(jihwa, data, model):
    stream = np.concatenate(sequences([1, 3, 0], seed=4, n=40)[:, :, :-1])
    np.save(data / "stream.npy", stream)
    command = ("transcribe", data / "stream.npy", "--model", model, "--stream-by", "vote")
    content = json.loads(jihwa(*command, "--format", "json").out)
    assert content["text"] == "미국 월세 무한"
    starts_s = [word["start_s"] for word in content["words"]]
    assert starts_s == pytest.approx([0, 40 * 0.03, 80 * 0.03], abs=N_FRAMES * 0.03)


def test_a_stream_is_read_between_its_pauses_the_same_word_twice_too(jihwa, data, model):
    words = sequences([1, 1, 3], seed=4, n=N_FRAMES)[:, :, :-1]
    nothing = np.zeros((9, N_FEATURES))
    np.save(data / "stream.npy", np.concatenate([part for w in words for part in (nothing, w)]))
    content = words_of(jihwa, data / "stream.npy", model)
    assert content["text"] == "미국 미국 월세"
    starts_s = [word["start_s"] for word in content["words"]]
    assert starts_s == pytest.approx([9 * 0.03, 30 * 0.03, 51 * 0.03])


def test_words_of_other_features_go_with_no_hand(jihwa, tmp_path, model):
    done = jihwa("type", "--plain", "--model", model, "--source", "sim:가")
    assert done.code == 2
    assert "reads 9 features, and points of a hand make 63, 84, 99" in done.err
    path = tmp_path / "hand.jsonl"
    path.write_text(camera_lines(shown_words(1)))
    done = jihwa("transcribe", path, "--model", model, "--letters", LANDMARKS)
    assert (done.code, done.out) == (2, "")
    assert "reads 9 features, and points of a hand make 63, 84, 99" in done.err


def test_features_by_name_are_of_the_points_of_a_hand(jihwa, data, tmp_path, tree):
    command = ("train", "--model", "gru", "--features", "angles", "--output", tmp_path / "x")
    assert "are no points of a hand" in jihwa(*command, data / "seen.npy").err
    assert "For the glove there is --channels" in jihwa(*command, tree / "one").err


def test_derived_features():
    opened = as_features(hand(0, np.random.default_rng(0)), WITH_ANGLES)
    opened[5] = 0  # a picture without a hand
    told = derive(opened, ["points", "angles", "velocities", "index"])
    assert told.shape == (20, 2 * (12 + 3))
    assert told[:, 12:15] == pytest.approx(opened[:, 84 + 3 : 84 + 6])
    steps = told[7:, :15] - told[6:-1, :15]
    assert told[7:, 15:] == pytest.approx(steps)
    assert not told[5].any()
    assert not told[[0, 6], 15:].any()  # nothing is known of the picture before
    moved = opened.copy()
    moved[opened.any(axis=1), 0:84:4] += 0.1
    assert derive(moved, ["index"]) == pytest.approx(derive(opened, ["points", "index"]))


def test_features_of_points_are_those_of_published_data_sets():
    opened = hand(0, np.random.default_rng(0))
    features = as_features(opened, WITH_ANGLES)
    assert features[:, :84].reshape(-1, 21, 4)[:, :, :3] == pytest.approx(opened)
    angles_deg = features[:, 84:].reshape(-1, 5, 3)
    assert angles_deg[0, :, 1].mean() > 50 > 20 > angles_deg[-1, :, 1].mean()
    assert not as_features(NO_HAND, 63).any()
    with pytest.raises(ValueError, match="114 features"):
        as_features(opened, 114)


@pytest.mark.parametrize(
    ("array", "told"),
    [
        (np.zeros((20, 4)), "reads 9 channels but the data have 4"),
        (np.zeros(20), "shape"),
        (np.array([[{}]]), "Object arrays"),
        (np.full((20, 9), "a"), "could not convert"),
    ],
)
def test_other_arrays_are_refused(jihwa, data, model, array, told):
    np.save(data / "odd.npy", array, allow_pickle=True)
    done = jihwa("transcribe", data / "odd.npy", "--model", model)
    assert (done.code != 0, done.out) == (True, "")
    assert told in done.err


def test_what_words_cannot_do_is_told(jihwa, data, model, tmp_path):
    np.save(data / "batch.npy", sequences([4], seed=2))
    done = jihwa("transcribe", data / "batch.npy", "--model", model, "--html")
    assert done.code != 0
    assert "draws no signal" in done.err
    (tmp_path / "glove.csv").write_text("timestamp,pitch,roll,yaw\n1,2,3,4\n")
    done = jihwa("transcribe", tmp_path / "glove.csv", "--model", model)
    assert "this model of words reads .npy arrays" in done.err
