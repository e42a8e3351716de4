"""Word signs of a hand that a camera sees: read, typed, and spelled letters between them."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest
from live import session, until
from seen import camera_lines, hand, points_of, seen_hand, shown_words

from jihwa.composer.language.mixture import Mixture
from jihwa.data.formats.lines import LineParser
from jihwa.data.signal.landmarks import WITH_ANGLES, as_features
from jihwa.data.synthesis.pace import PACES
from jihwa.data.synthesis.spelling import assemble
from jihwa.io.commands.live import begin_with_words
from jihwa.io.engine import assemble_engine
from jihwa.io.live.wearer import Wearer
from jihwa.io.sources.source import Link
from jihwa.models.bundle import LANDMARKS, Bundle, load_shipped
from jihwa.recognizer.word_signs import WordSignSpotter


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
    engine.word_signs = WordSignSpotter(Bundle.load(of_points))
    lines = camera_lines(mixed(letters)).encode()
    read = []
    for size in (len(lines), 1 << 14, 777):
        parser = LineParser(see=engine.word_signs.see)
        cut = (lines[at : at + size] for at in range(0, len(lines), size))
        transcript = engine.run(map(parser.feed, cut))
        read.append((transcript.text, transcript.words, transcript.signs))
    assert read[0][0] == MIXED
    assert read[0] == read[1] == read[2]


def test_while_letters_are_paused_words_are_read_alone(of_points, letters):
    wearer = Wearer(lambda: load_shipped(LANDMARKS), Mixture.load, adapts=False)
    with session(wearer=wearer, word_signs=WordSignSpotter(Bundle.load(of_points))) as (live, wire):
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


def test_what_a_network_lacks_is_told_before_the_first_word(
    jihwa, tmp_path, of_points, monkeypatch
):
    (tmp_path / "hand.jsonl").write_text(camera_lines(shown_words(1)))
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    source = ("--source", f"replay:{tmp_path / 'hand.jsonl'}?speed=0")
    done = jihwa("type", "--plain", "--model", of_points, "--letters", LANDMARKS, *source)
    assert (done.code, done.out) == (2, "")
    assert "needs onnxruntime" in done.err


def test_letters_go_with_a_model_of_words_of_a_hand(jihwa, tmp_path, of_points):
    path = tmp_path / "hand.jsonl"
    path.write_text(camera_lines(shown_words(1)))
    glove = tmp_path / "glove.csv"
    glove.write_bytes(Path("data/samples/name.csv").read_bytes())
    for recording, words, more, told in (
        (path, LANDMARKS, [], "--letters goes with a model of words"),
        (path, of_points, ["--stream-by", "vote"], "With --letters words are told by pauses"),
        (glove, of_points, [], "No hand that a camera saw"),
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


def test_words_and_letters_of_another_signal_are_not_read_in_silence(jihwa, tmp_path, of_points):
    glove, path = "data/samples/name.csv", tmp_path / "hand.jsonl"
    path.write_text(camera_lines(shown_words(1, 0)))
    for options, source, told in (
        ((), glove, "so no words can be read"),
        (("--letters", LANDMARKS), glove, "so no words can be read"),
        (("--letters", "gaussian24"), path, f"Read it with --letters {LANDMARKS}"),
        ((), path, None),
    ):
        options = (*options, "--model", of_points, "--lang", "en")
        live = jihwa("type", "--plain", "--new", *options, "--source", f"replay:{source}?speed=0")
        offline = jihwa("transcribe", source, *options)
        assert "saw" not in live.out + offline.err if told is None else told in live.out
        if "--letters" in options:
            assert told in offline.err
