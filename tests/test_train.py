"""`jihwa train` and `jihwa evaluate`: a model is fitted to a labelled tree, and measured on one."""

import json
from pathlib import Path

import numpy as np
import pytest

from jihwa.data.frames import Frames
from jihwa.data.sessions import HEADER, write_recording
from jihwa.data.simulator import HandStatistics, SyntheticHand
from jihwa.models.bundle import Bundle

N_STYLES = 5


def record_session(folder: Path, alphabet, wearer: int, n: int = 20) -> None:
    """One take of every sign and style, by a simulated wearer."""
    rng = np.random.default_rng(wearer)
    hand = SyntheticHand(HandStatistics.load(), alphabet, rng)
    time_s = np.arange(n) / hand.rate_hz
    for sign in alphabet.signs:
        for style in range(1, N_STYLES + 1):
            channels = np.split(hand.hold(sign, n, rng), [5, 8], axis=1)
            (folder / sign / str(style)).mkdir(parents=True)
            write_recording(folder / sign / str(style) / "take.csv", Frames(time_s, *channels))


@pytest.fixture(scope="module")
def tree(tmp_path_factory, alphabet) -> Path:
    """Two sessions, `one` and `two`; `two` has a file that cannot be used."""
    root = tmp_path_factory.mktemp("tree")
    record_session(root / "one", alphabet, wearer=1)
    record_session(root / "two", alphabet, wearer=2)
    (root / "two" / "ㄱ" / "1" / "cut.csv").write_text(HEADER)
    return root


@pytest.fixture
def trained(jihwa, tree, tmp_path) -> Path:
    """A bundle that was fitted to session `one`."""
    assert jihwa("train", tree / "one", "--output", tmp_path / "one.bundle").code == 0
    return tmp_path / "one.bundle"


def test_bundle_knows_what_it_was_fitted_to(jihwa, tree, tmp_path, alphabet):
    path = tmp_path / "both.bundle"
    done = jihwa("train", tree / "one", tree / "two", "--output", path)
    n = N_STYLES * len(alphabet.signs)
    assert done.code == 0
    assert f"{path}: fitted to {2 * n} episodes (1 files skipped)" in done.out
    bundle = Bundle.load(path)
    assert bundle.provenance["episodes"] == {"one": n, "two": n}
    assert bundle.provenance["command"] == (
        "jihwa train one two --model gaussian --output both.bundle"
    )
    assert set(bundle.metrics["session"]) == {"session one", "session two"}


def test_same_data_give_the_same_bundle(jihwa, tree, trained, tmp_path):
    (tmp_path / "again").mkdir()
    again = tmp_path / "again" / trained.name
    assert jihwa("train", tree / "one", "--output", again).code == 0
    assert again.read_bytes() == trained.read_bytes()


def test_skipped_files_are_named_on_stderr(jihwa, tree, trained):
    for done in (
        jihwa("train", tree / "two", "--output", trained.with_name("two.bundle")),
        jihwa("evaluate", tree / "two", "--model", trained),
    ):
        (line,) = done.err.splitlines()
        assert line.startswith("jihwa: ")
        assert "cut.csv" in line
        assert "cut.csv" not in done.out


def test_session_given_twice_is_the_users_mistake(jihwa, tree, tmp_path):
    done = jihwa("train", tree / "one", tree / "one", "--output", tmp_path / "model")
    assert (done.code, list(tmp_path.iterdir())) == (2, [])
    assert "same session or file: one" in done.err


def test_missing_signs_are_the_users_mistake(jihwa, tree, tmp_path):
    done = jihwa("train", tree / "one" / "ㄱ", "--output", tmp_path / "model")
    assert (done.code, list(tmp_path.iterdir())) == (2, [])
    assert "Signs without a recording: ㄴ" in done.err


def test_hand_of_the_simulator_can_be_fitted(jihwa, tree, tmp_path, alphabet):
    done = jihwa("train", tree / "one", "--model", "hand", "--output", tmp_path / "hand")
    assert done.code == 0
    with np.load(tmp_path / "hand", allow_pickle=False) as arrays:
        assert arrays["mean"].shape == (len(alphabet.signs), N_STYLES, 8)


def test_evaluation_as_json_keeps_the_contract(jihwa, tree, trained, alphabet):
    done = jihwa("evaluate", tree / "two", "--model", trained, "--json")
    assert (done.code, done.err) == (0, "")
    result = json.loads(done.out, parse_constant=pytest.fail)
    assert list(result) == [
        "episodes",
        "top1",
        "top3",
        "top5",
        "nll",
        "ece",
        "per_sign",
        "confusion",
        "skipped",
        "warnings",
    ]
    assert result["episodes"] == N_STYLES * len(alphabet.signs)
    assert 0.5 < result["top1"] <= result["top3"] <= result["top5"] <= 1
    counts = np.array(result["confusion"]["counts"])
    assert result["confusion"]["signs"] == list(result["per_sign"]) == list(alphabet.signs)
    assert counts.sum(axis=1).tolist() == [N_STYLES] * len(alphabet.signs)
    assert np.diag(counts).sum() / counts.sum() == pytest.approx(result["top1"], abs=1e-4)
    assert list(result["per_sign"].values()) == pytest.approx(np.diag(counts) / N_STYLES)
    assert len(result["skipped"]) == 1
    assert result["warnings"] == []


def test_evaluation_on_part_of_the_signs_leaves_the_others_out(jihwa, tree, trained):
    result = json.loads(jihwa("evaluate", tree / "two" / "ㄴ", "--model", trained, "--json").out)
    assert result["episodes"] == N_STYLES
    assert list(result["per_sign"]) == ["ㄴ"]


def test_evaluation_for_people_shows_the_same_figures(jihwa, tree, trained):
    command = ("evaluate", tree / "two", "--model", trained)
    result = json.loads(jihwa(*command, "--json").out)
    shown = jihwa(*command).out
    assert "120 episodes (sessions: two)" in shown
    assert f"top1  {result['top1']:6.1%}" in shown
    assert f"nll   {result['nll']:6.3f}" in shown
    hardest = min(result["per_sign"].items(), key=lambda item: item[1])
    assert f"hardest signs: {hardest[0]} {hardest[1]:.0%}" in shown


@pytest.mark.parametrize(("session", "leaks"), [("one", True), ("two", False), (".", True)])
def test_figures_of_a_session_that_was_fitted_are_told_to_leak(
    jihwa, tree, trained, session, leaks
):
    command = ("evaluate", tree / session, "--model", trained)
    warnings = json.loads(jihwa(*command, "--json").out)["warnings"]
    told = "fitted on the session(s) one."
    assert [told in warning for warning in warnings] == [True] * leaks
    assert (told in jihwa(*command).err) == leaks
    korean = jihwa("--lang", "ko", *command).err
    assert ("모델이 배운 세션으로 쟀습니다: one." in korean) == leaks
