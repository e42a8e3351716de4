"""Word signs: classes with names, single and batch predictions, and the vote in a stream."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jihwa.data.alphabet import Alphabet
from jihwa.data.messages import UsageError
from jihwa.data.takes.sequences import load_sequences
from jihwa.models.bundle import Bundle
from jihwa.recognizer.words import AGREEING, FRAMES, Vote

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
    content = words_of(jihwa, data / "stream.npy", model)
    assert content["text"] == "미국 월세 무한"
    starts_s = [word["start_s"] for word in content["words"]]
    assert starts_s == pytest.approx([0, 40 * 0.03, 80 * 0.03], abs=N_FRAMES * 0.03)


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
    assert "this model reads .npy arrays" in done.err


class TestVote:
    """Frames that say themselves which word they are, and how surely."""

    @staticmethod
    def answer(windows):
        last = np.array([window[-1] for window in windows])
        sure = np.full((len(windows), 3), (1 - last[:, 1:]) / 2)
        sure[np.arange(len(windows)), last[:, 0].astype(int)] = last[:, 1]
        return np.log(sure)

    @staticmethod
    def frames(*told):
        return np.repeat([word for word, _ in told], [n for _, n in told], axis=0).astype(float)

    def words(self, frames, n_frames=FRAMES):
        vote = Vote(self.answer, n_frames)
        return [(w.word, w.start, w.end) for w in vote.feed(frames) + vote.flush()]

    def test_three_sure_answers_that_agree_are_a_word(self):
        enough = FRAMES + AGREEING - 1
        assert self.words(self.frames(((1, 0.95), enough))) == [(1, 0, enough - 1)]
        assert self.words(self.frames(((1, 0.95), enough - 1))) == []
        assert self.words(self.frames(((1, 0.85), 100))) == []

    def test_another_word_ends_the_one_before(self):
        told = self.words(self.frames(((1, 0.95), 40), ((2, 0.95), 10), ((0, 0.95), 2)))
        assert told == [(1, 0, 39), (2, 40 - FRAMES + 1, 49)]

    def test_unsure_answers_count_neither_way(self):
        one, unsure = ((1, 0.95), 1), ((2, 0.5), 5)
        before = ((1, 0.5), FRAMES)
        assert self.words(self.frames(before, one, unsure, one, unsure, one))[0][0] == 1

    @given(st.lists(st.tuples(st.integers(0, 2), st.integers(1, 9)), max_size=12), st.data())
    def test_cuts_change_nothing(self, told, data):
        frames = self.frames(*(((word, 0.95), n) for word, n in told), ((0, 0.5), 1))
        cuts = data.draw(st.lists(st.integers(0, len(frames)), max_size=4).map(sorted))
        vote = Vote(self.answer, 4)
        parts = [word for part in np.split(frames, cuts) for word in vote.feed(part)]
        parts += vote.flush()
        assert [(w.word, w.start, w.end) for w in parts] == self.words(frames, 4)
