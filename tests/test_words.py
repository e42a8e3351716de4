"""Word signs: classes with names, single, batch and live predictions, features by name."""

import json
from pathlib import Path

import numpy as np
import pytest
from live import session, until
from seen import points, points_of, seen_hand

from jihwa.composer.language.mixture import Mixture
from jihwa.data.alphabet import Alphabet
from jihwa.data.formats.lines import LineParser
from jihwa.data.messages import UsageError
from jihwa.data.signal.landmarks import NO_HAND, WITH_ANGLES, as_features
from jihwa.data.synthesis.pace import PACES
from jihwa.data.synthesis.spelling import assemble
from jihwa.data.takes.sequences import derive, load_sequences
from jihwa.io.commands.live import begin_with_words
from jihwa.io.engine import assemble_engine
from jihwa.io.live.wearer import Wearer
from jihwa.io.sources.source import Link
from jihwa.models.bundle import LANDMARKS, Bundle, load_shipped
from jihwa.recognizer.word_signs import WordSignSpotter

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


@pytest.fixture(scope="module")
def of_points(tmp_path_factory):
    """A model of two words of 99 features: a fist that opens, and a hand that closes."""
    pytest.importorskip("torch")
    from jihwa.io.cli import main

    folder = tmp_path_factory.mktemp("points")
    (folder / "words.toml").write_text('name = "two"\nwords = ["펴다", "쥐다"]\n')
    rng = np.random.default_rng(0)
    takes = [as_features(hand(at % 2, rng), WITH_ANGLES) for at in range(40)]
    labels = np.arange(40) % 2
    column = np.broadcast_to(labels[:, None, None], (40, len(takes[0]), 1))
    np.save(folder / "seen.npy", np.concatenate([np.array(takes), column], axis=2))
    command = ["train", folder / "seen.npy", "--alphabet", folder / "words.toml", "--model", "gru"]
    path = folder / "two.bundle"
    assert main([*map(str, command), "--epochs", "30", "--no-augment", "--output", str(path)]) == 0
    return path


def hand(closes, rng):
    """(20, 21, 3) points of a hand that opens or closes."""
    bend = np.linspace(0.2, 2.2, 20)[:: 1 if closes else -1, None] + rng.normal(0, 0.02, (20, 5))
    return points(bend, np.tile([-1.0, 0.0, 0.3], (20, 1)), at=rng.uniform(0.3, 0.6, 2))


def camera_lines(hands, start_s=0.0):
    """The lines of a camera of (n, 21, 3) shares of a picture; zeros are no hand."""
    rows = (hands * (640, 360, 640)).round(3).reshape(-1, 63).tolist()
    return "".join(
        json.dumps(
            {
                "timestamp": round(start_s + 0.03 * at, 3),
                "picture": [640, 360],
                "landmarks": row if any(row) else [],
            }
        )
        + "\n"
        for at, row in enumerate(rows)
    )


def shown_words(*closes):
    rng = np.random.default_rng(1)
    parts = [part for each in closes for part in (np.zeros((10, 21, 3)), hand(each, rng))]
    return np.concatenate([*parts, np.zeros((10, 21, 3))])


def test_words_are_typed_while_they_are_shown(jihwa, tmp_path, of_points):
    path = tmp_path / "hand.jsonl"
    path.write_text(camera_lines(shown_words(1, 0, 0)[:-8]))  # it ends before the last is known
    source = ("--source", f"replay:{path}?speed=0")
    done = jihwa("type", "--plain", "--model", of_points, *source)
    assert done.code == 0
    assert [line for line in done.out.splitlines() if line.startswith("= ")] == [
        "= 쥐다",
        "= 펴다",
        "= 펴다",
    ]


def test_words_of_other_features_cannot_be_typed(jihwa, model):
    done = jihwa("type", "--plain", "--model", model, "--source", "sim:가")
    assert done.code == 2
    assert "reads 9 features, and points of a hand make 63, 84, 99" in done.err


@pytest.fixture(scope="module")
def letters():
    """(n, 21, 3) points of a hand that spells 고양이 slowly enough, and rests around it."""
    bundle = load_shipped(LANDMARKS)
    hand = seen_hand(bundle, 1)
    hand.rate_hz = 1 / 0.03
    spelled = assemble("고양이", hand, bundle.alphabet, PACES["normal"], np.random.default_rng(1))
    return points_of(spelled.frames)


def mixed(letters):
    """Words, letters and words again, with nobody to be seen between them."""
    nobody = np.zeros((12, 21, 3))
    return np.concatenate([shown_words(1), letters, shown_words(0, 1), letters, nobody])


MIXED = "쥐다 고양이 펴다 쥐다 고양이"


@pytest.mark.parametrize("kind", ["jsonl", "npy"])
def test_words_and_letters_of_one_recording(jihwa, tmp_path, of_points, letters, kind):
    hands, path = mixed(letters), tmp_path / f"hand.{kind}"
    if kind == "npy":
        np.save(path, hands.reshape(len(hands), -1))
    else:
        path.write_text(camera_lines(hands))
    command = ("transcribe", path, "--model", of_points, "--letters", LANDMARKS)
    content = json.loads(jihwa(*command, "--format", "json").out)
    assert content["text"] == MIXED
    assert [word["text"] for word in content["words"]] == MIXED.split()
    times_s = [time_s for word in content["words"] for time_s in (word["start_s"], word["end_s"])]
    assert times_s == sorted(times_s)
    first = content["signs"][0]
    assert (first["sign"], first["start_s"]) == ("쥐다", content["words"][0]["start_s"])
    assert {name for name, _ in first["candidates"]} == {"펴다", "쥐다"}
    assert first["candidates"][0][1] == content["words"][0]["confidence"]


@pytest.mark.parametrize("kind", ["jsonl", "npy"])
def test_words_and_letters_of_one_stream(jihwa, tmp_path, of_points, letters, kind):
    path, hands = tmp_path / f"hand.{kind}", mixed(letters)
    if kind == "npy":
        np.save(path, hands.reshape(len(hands), -1))
    else:
        path.write_text(camera_lines(hands))
    source = ("--source", f"replay:{path}?speed=0")
    done = jihwa("type", "--plain", "--model", of_points, "--letters", LANDMARKS, *source)
    assert done.code == 0
    written = [line[2:] for line in done.out.splitlines() if line.startswith("= ")]
    assert " ".join(written) == MIXED


def test_how_a_recording_is_cut_changes_no_word_and_no_letter(of_points, letters):
    engine = assemble_engine(load_shipped(LANDMARKS), Mixture.load())
    engine.words = WordSignSpotter(Bundle.load(of_points))
    lines = camera_lines(mixed(letters)).encode()
    read = []
    for size in (len(lines), 1 << 14, 777):
        parser = LineParser(see=engine.words.see)
        cut = (lines[at : at + size] for at in range(0, len(lines), size))
        transcript = engine.run(map(parser.feed, cut))
        read.append((transcript.text, transcript.words, transcript.signs))
    assert read[0][0] == MIXED
    assert read[0] == read[1] == read[2]


def test_while_letters_are_paused_words_are_read_alone(of_points, letters):
    wearer = Wearer(lambda: load_shipped(LANDMARKS), Mixture.load, adapts=False)
    with session(wearer=wearer, words=WordSignSpotter(Bundle.load(of_points))) as (live, wire):
        begin_with_words(live, letters=False)
        wire.give(camera_lines(shown_words(1)).encode())
        until(lambda: "쥐다" in live.state.text.committed)
        assert live.state.text.committed == "쥐다"
        live.pause(False)
        until(lambda: not live.state.paused)
        second = np.concatenate([letters, shown_words(0)])
        wire.give(camera_lines(second, start_s=5.0).encode())
        until(lambda: "펴다" in live.state.text.committed)
        live.writing.backspace()  # a word sign is taken back whole
        wire.connect(Link.ENDED)
        until(lambda: live.state.text.committed == "쥐다 고양이")


def test_letters_go_with_a_model_of_words_of_a_hand(jihwa, tmp_path, model, of_points):
    path = tmp_path / "hand.jsonl"
    path.write_text(camera_lines(shown_words(1)))
    glove = tmp_path / "glove.csv"
    glove.write_bytes(Path("data/samples/name.csv").read_bytes())
    for recording, words, more, told in (
        (path, LANDMARKS, [], "--letters goes with a model of words"),
        (path, model, [], "reads 9 features, and points of a hand make 63, 84, 99"),
        (path, of_points, ["--stream-by", "vote"], "With --letters words are told by pauses"),
        (glove, of_points, [], "no hand that a camera saw"),
    ):
        command = ("transcribe", recording, "--model", words, "--letters", LANDMARKS, *more)
        done = jihwa(*command)
        assert (done.code, done.out) == (2, "")
        assert told in done.err


@pytest.mark.parametrize("by", ["pauses", "vote"])
@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_words_of_a_hand_that_a_camera_saw(jihwa, tmp_path, of_points, kind, by):
    rng = np.random.default_rng(1)
    nobody = np.zeros((10, 21, 3))
    shown = [part for closes in (1, 0) for part in (nobody, hand(closes, rng))]
    rows = np.concatenate([*shown, nobody]).reshape(-1, 63)
    path = tmp_path / f"hand.{kind}"
    if kind == "csv":
        lines = [",".join(f"{axis}{at}" for at in range(21) for axis in "xyz")]
        lines += [",".join(map(str, row)) for row in rows.tolist()]
    else:
        lines = [json.dumps({"landmarks": row if any(row) else []}) for row in rows.tolist()]
    path.write_text("\n".join(lines))
    done = jihwa("transcribe", path, "--model", of_points, "--stream-by", by)
    assert (done.code, done.out) == (0, "쥐다 펴다\n")


@pytest.fixture(scope="module")
def derived(of_points):
    """The same words by angles and velocities of three fingers."""
    from jihwa.io.cli import main

    folder, path = of_points.parent, of_points.with_name("derived.bundle")
    command = ["train", folder / "seen.npy", "--alphabet", folder / "words.toml", "--model", "gru"]
    named = ["--features", "angles,velocities,index,middle,ring", "--epochs", "30", "--no-augment"]
    assert main([*map(str, command), *named, "--output", str(path)]) == 0
    return path


def test_features_by_name_are_made_of_whatever_is_read(jihwa, tmp_path, derived):
    bundle = Bundle.load(derived)
    assert len(bundle.network.inputs.mean) == 2 * 9
    assert "--features angles,velocities,index,middle,ring" in bundle.provenance["command"]
    done = jihwa("evaluate", derived.with_name("seen.npy"), "--model", derived, "--json")
    assert json.loads(done.out)["top1"] == 1
    assert json.loads(done.out)["warnings"]  # it knows these takes
    shown = shown_words(1, 0, 0)
    np.save(tmp_path / "stream.npy", as_features(shown, 63))
    np.save(tmp_path / "one.npy", as_features(shown[10:30], 84))
    (tmp_path / "hand.jsonl").write_text(camera_lines(shown))
    for name, told in (("stream.npy", "쥐다 펴다 펴다"), ("one.npy", "쥐다")):
        done = jihwa("transcribe", tmp_path / name, "--model", derived)
        assert (done.code, done.out) == (0, f"{told}\n")
    source = ("--source", f"replay:{tmp_path / 'hand.jsonl'}?speed=0")
    done = jihwa("type", "--plain", "--model", derived, *source)
    assert [line for line in done.out.splitlines() if line.startswith("= ")] == [
        "= 쥐다",
        "= 펴다",
        "= 펴다",
    ]


def test_an_exported_model_says_which_features_it_wants(jihwa, tmp_path, derived):
    pytest.importorskip("onnx")
    done = jihwa("export", derived, "--output", tmp_path / "words.onnx")
    assert "(--features angles,velocities,index,middle,ring)" in done.out


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
