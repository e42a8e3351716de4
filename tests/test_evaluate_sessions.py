"""`jihwa evaluate --sessions`: continuous sessions with their truth, speed by speed."""

import json
import re
import shutil
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jihwa.composer.language.mixture import Mixture
from jihwa.composer.text.transcript import Sign, Word
from jihwa.data.alphabet import Alphabet
from jihwa.data.synthesis.sessions import Truth, read_session, read_truth, write_session
from jihwa.data.synthesis.spelling import SpelledSign
from jihwa.data.takes.episodes import load_episodes
from jihwa.data.takes.sequences import marks
from jihwa.io.engine import assemble_engine
from jihwa.io.evaluation.comparison import TextComparison
from jihwa.io.evaluation.errors import ONSET_S, Letters
from jihwa.io.evaluation.sessions import costs, read_perfectly, true_segments
from jihwa.models.hold_network import HoldNetwork

BASIC = Alphabet.load()
SCORES = [
    *("sessions", "letters", "found", "inserted", "read_right", "boundary_f1"),
    *("start_error_s", "end_error_s", "start_deviation_s", "end_deviation_s"),
    *("jamo_error_rate", "cer", "cer_with_spaces", "with_perfect_boundaries"),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory, spell):
    """Sessions at two speeds, one of which is told a wrong truth; to read only."""
    root = tmp_path_factory.mktemp("sessions")
    for speed, texts in {"slow": ["안녕하세요", "나무 아래"], "fast": ["학교에 가자"]}.items():
        (root / speed).mkdir()
        for i, text in enumerate(texts):
            session = spell(text, speed, wearer=7, seed=i)
            write_session(root / speed / f"{i}.csv", session, speed=speed)
    path = root / "slow" / "1.json"
    path.write_text(path.read_text(encoding="utf-8").replace("나무 아래", "나모 아래"), "utf-8")
    edited = json.loads(path.read_text(encoding="utf-8"))
    edited["signs"][3]["sign"] = "ㅗ"
    path.write_text(json.dumps(edited), encoding="utf-8")
    return root


@pytest.fixture
def mine(folder, tmp_path):
    """A copy to damage."""
    return shutil.copytree(folder, tmp_path / "mine")


def measured(jihwa, *arguments):
    done = jihwa("evaluate", *arguments, "--json")
    assert done.code == 0
    return json.loads(done.out, parse_constant=pytest.fail)


def test_json_keeps_the_contract(jihwa, folder):
    done = jihwa("evaluate", "--sessions", folder, "--json")
    assert (done.code, done.err) == (0, "")
    result = json.loads(done.out, parse_constant=pytest.fail)
    assert list(result) == ["sessions", "speeds", "all", "errors", "skipped", "warnings"]
    assert result["sessions"] == 3
    assert list(result["speeds"]) == ["slow", "fast"]
    for figures in (*result["speeds"].values(), result["all"]):
        assert list(figures) == SCORES
        assert list(figures["with_perfect_boundaries"]) == SCORES[10:13]
    slow, fast = result["speeds"].values()
    assert (slow["sessions"], slow["letters"]) == (2, 22)
    assert slow["found"] == slow["boundary_f1"] == fast["found"] == 1.0
    assert slow["inserted"] == 0.0
    assert slow["read_right"] == slow["letters"] - 1
    assert slow["cer"] == slow["with_perfect_boundaries"]["cer"] == pytest.approx(1 / 9, abs=1e-4)
    assert abs(slow["start_error_s"]) <= slow["start_deviation_s"] < 0.03
    (error,) = result["errors"]
    assert error.pop("start_s") < error["faults"][0].pop("start_s") < error.pop("end_s")
    assert error == {
        "source": "slow/1.csv",
        "speed": "slow",
        "truth": "나모",
        "text": "나무",
        "edits": 1,
        "with_perfect_boundaries": {"text": "나무", "edits": 1},
        "faults": [{"truth": "ㅗ", "read": "ㅜ"}],
        "picture": None,
    }
    assert result["skipped"] == result["warnings"] == []


def test_people_see_the_same_figures(jihwa, folder):
    shown = jihwa("evaluate", "--sessions", folder).out
    rows = {line[:24].strip(): line[24:].split() for line in shown.splitlines() if line[:1] != " "}
    assert shown.splitlines()[0].split() == ["slow", "fast", "all"]
    assert rows["sessions"] == ["2", "1", "3"]
    assert rows["letters"] == ["22", "12", "34"]
    assert rows["character error rate"] == ["11.1", "%", "0.0", "%", "7.1", "%"]
    assert rows["cost of segmentation"] == ["1.00", "×", "–", "1.00", "×"]
    assert "slow/1.csv (slow)" in shown
    assert "1 edit(s)  나모 → 나무" in shown
    assert "ㅗ read as ㅜ" in shown
    korean = jihwa("--lang", "ko", "evaluate", "--sessions", folder).out
    assert "ㅗ을(를) ㅜ(으)로 읽음" in korean
    assert "경계가 완벽하면" in korean


def test_errors_are_drawn_with_a_page_of_all(jihwa, folder, tmp_path):
    imread = pytest.importorskip("matplotlib.image").imread
    figures = tmp_path / "new" / "figures"
    (error,) = measured(jihwa, "--sessions", folder, "--figures", figures)["errors"]
    assert error["picture"] == "01-slow-1.png"
    assert {path.name for path in figures.iterdir()} == {"01-slow-1.png", "index.html"}
    assert imread(figures / "01-slow-1.png").shape[0] > 700
    page = (figures / "index.html").read_text(encoding="utf-8")
    assert 'src="01-slow-1.png"' in page
    assert "나모 → 나무" in page
    assert not re.search("https?://", page)


def test_sessions_without_a_speed_are_counted_too(jihwa, mine):
    path = mine / "fast" / "0.json"
    truth = json.loads(path.read_text(encoding="utf-8"))
    for name in ("speed", "pauses"):  # as it used to be written
        del truth[name]
    path.write_text(json.dumps(truth), encoding="utf-8")
    result = measured(jihwa, "--sessions", mine)
    assert list(result["speeds"]) == ["slow", "unknown"]
    assert result["speeds"]["unknown"]["found"] == 1.0
    assert "unknown" in jihwa("evaluate", "--sessions", mine).out.splitlines()[0]


def spoil(name, change):
    """Changes the truth about a session of a folder."""

    def spoiled(root):
        truth = json.loads((root / name).read_text(encoding="utf-8"))
        change(truth)
        (root / name).write_text(json.dumps(truth), encoding="utf-8")

    return spoiled


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (lambda root: (root / "fast" / "0.json").unlink(), "no truth beside it"),
        (lambda root: (root / "fast" / "0.json").write_bytes(b"{"), "cannot read the truth"),
        (lambda root: (root / "fast" / "0.csv").write_bytes(b""), "fast/0.csv"),
        (spoil("fast/0.json", lambda t: t.pop("signs")), "does not say when letters were held"),
        (spoil("fast/0.json", lambda t: t["signs"].pop()), "do not spell its text"),
        (spoil("fast/0.json", lambda t: t.update(text="학교 3")), "do not spell its text"),
        (spoil("fast/0.json", lambda t: t["signs"][-1].update(end_s=999)), "beyond the recording"),
        (spoil("fast/0.json", lambda t: t["signs"][1].update(start_s=99)), "not in order"),
        (spoil("fast/0.json", lambda t: t.update(pauses=[3])), "cannot read the truth"),
        (spoil("fast/0.json", lambda t: t.update(takes={"a": "b"})), "cannot read the truth"),
    ],
)
def test_what_cannot_be_measured_is_left_out_and_told(jihwa, mine, damage, told):
    damage(mine)
    result = measured(jihwa, "--sessions", mine)
    assert result["sessions"] == 2
    (message,) = result["skipped"]
    assert told in message
    assert "fast/0" in message
    done = jihwa("evaluate", "--sessions", mine)
    assert done.code == 0
    assert told in done.err
    assert "1 session(s) could not be measured" in done.err


def test_a_folder_with_nothing_to_measure_is_refused(jihwa, mine, tmp_path):
    (tmp_path / "empty").mkdir()
    empty = jihwa("evaluate", "--sessions", tmp_path / "empty")
    assert (empty.code, empty.out, "a folder without a recording" in empty.err) == (2, "", True)
    missing = jihwa("evaluate", "--sessions", tmp_path / "none")
    assert (missing.code, missing.out, "none" in missing.err) == (1, "", True)
    for path in mine.rglob("*.json"):
        path.unlink()
    done = jihwa("evaluate", "--sessions", mine)
    assert (done.code, done.out) == (1, "")
    assert "no session can be measured" in done.err
    assert "data assemble" in done.err


def test_holds_and_sessions_are_measured_apart(jihwa, folder, tree):
    both = jihwa("evaluate", tree / "one", "--sessions", folder)
    assert (both.code, "not allowed with" in both.err) == (2, True)
    neither = jihwa("evaluate")
    assert (neither.code, "is required" in neither.err) == (2, True)
    assert "가운데 하나가 빠짐" in jihwa("--lang", "ko", "evaluate").err


@pytest.mark.parametrize("option", ["--profile", "--model", "--lm"])
def test_what_to_read_with_is_checked_before_the_work(jihwa, folder, option):
    done = jihwa("evaluate", "--sessions", folder, option, folder / "none.json")
    assert (done.code, done.out, "none.json" in done.err) == (2, "", True)


def test_a_mode_says_what_the_texts_may_be(jihwa, folder):
    free, exact = (measured(jihwa, "--sessions", folder, "--mode", m) for m in ("free", "exact"))
    assert exact["all"]["cer"] > free["all"]["cer"]


def test_assembled_sessions_tell_their_speed_and_whose_takes_they_are_of(jihwa, tree, tmp_path):
    (tmp_path / "texts.txt").write_text("가나\n", encoding="utf-8")
    for speed in ("slow", "natural"):
        command = ("data", "assemble", tree, "--text", tmp_path / "texts.txt", "--speed", speed)
        assert jihwa(*command, "--output", tmp_path / "out" / speed).code == 0
    truth = read_truth(tmp_path / "out" / "natural" / "1.json")
    assert (truth.speed, [*truth.takes]) == ("natural", ["one"])
    assert len(truth.pauses) >= 2
    assert read_session(tmp_path / "out" / "natural" / "1.csv").pauses == truth.pauses
    path = tmp_path / "one.bundle"
    assert jihwa("train", tree / "one", "--output", path).code == 0
    result = measured(jihwa, "--sessions", tmp_path / "out", "--model", path)
    assert list(result["speeds"]) == ["slow", "natural"]
    (warning,) = result["warnings"]
    assert "The model was fitted on takes" in warning


def test_models_know_takes_by_what_they_hold_and_not_by_their_folder(
    jihwa, tree, trained, alphabet, tmp_path, monkeypatch
):
    seen = replace(
        HoldNetwork.load(),
        provenance={"marks": marks(load_episodes(tree / "one", alphabet))},
    )
    monkeypatch.setattr(HoldNetwork, "load", lambda: seen)
    (tmp_path / "texts.txt").write_text("가\n", encoding="utf-8")
    for session, folder, n_warned in (("one", "new", 2), ("two", "one", 0)):
        shutil.copytree(tree / session, tmp_path / folder)
        out = tmp_path / "out" / folder
        command = ("data", "assemble", tmp_path / folder, "--text", tmp_path / "texts.txt")
        jihwa(*command, "--output", out)
        warnings = measured(jihwa, "--sessions", out, "--model", trained)["warnings"]
        assert len(warnings) == n_warned
        for warning, what in zip(warnings, ("model", "segmenter"), strict=False):
            assert f"The {what} was fitted on takes that these sessions are assembled of: one." in (
                warning
            )


def test_perfect_boundaries_are_letters_and_the_rests_around_words(spell):
    session = spell("가 나", "slow", wearer=7)
    truth = Truth(session.text, session.signs, session.pauses)
    segments = true_segments(session.frames, truth, [2, 2])
    assert len(segments) == 4 + 3
    starts_s = [segment.start_s for segment in segments]
    assert starts_s == sorted([*(s.start_s for s in session.signs), *(p[0] for p in truth.pauses)])
    for segment in segments:
        assert segment.start_s <= segment.frames.time_s[0]
        assert segment.frames.time_s[-1] <= segment.end_s
        assert segment.tempo.hold_s == pytest.approx(0.75, abs=0.2)
    stop = (session.signs[0].end_s + 0.02, session.signs[1].start_s - 0.02)  # a hesitation
    hesitant = Truth(session.text, session.signs, (*session.pauses, stop))
    assert len(true_segments(session.frames, hesitant, [2, 2])) == len(segments)


def test_perfect_boundaries_need_no_segmenter(bundle, spell):
    session = spell("안녕하세요 지우", "slow", wearer=7, seed=3)
    engine = assemble_engine(bundle, Mixture.load())
    signs = session.signs[:6] + session.signs[13:]  # 하세요 is held, but nobody told
    truth = Truth("안녕 지우", signs, session.pauses)
    assert read_perfectly(engine, session.frames, truth).text == "안녕 지우"


def held(*times_s):
    return [SpelledSign("ㄱ", time_s, time_s + 0.2) for time_s in times_s]


def found(*times_s):
    return [Sign(time_s, time_s + 0.2, "ㄱ", ()) for time_s in times_s]


def test_boundaries_are_found_within_60_ms_and_each_once():
    letters = Letters.of(held(1, 2, 3), found(1.05, 2.07, 2.97, 3.02, 4))
    assert letters.onsets == 2
    assert letters.boundary_f1 == pytest.approx(100 * 2 * 2 / (3 + 5))
    assert (letters.found, letters.spurious) == (3, 2)
    assert letters.inserted == pytest.approx(200 / 3)
    assert letters.timing_s[0] == pytest.approx(0.05)
    assert letters.deviation_s[0] == pytest.approx(0.05)


@given(
    st.lists(st.floats(0, 3), max_size=8).map(sorted),
    st.lists(st.floats(0, 3), max_size=8).map(sorted),
)
def test_no_other_pairs_would_find_more_boundaries(true_s, found_s):
    n = Letters.of(held(*true_s), found(*found_s)).onsets
    best = np.zeros((len(true_s) + 1, len(found_s) + 1), int)
    for i, t in enumerate(true_s):
        for j, f in enumerate(found_s):
            pair = best[i, j] + (t - ONSET_S <= f <= t + ONSET_S)
            best[i + 1, j + 1] = max(best[i, j + 1], best[i + 1, j], pair)
    assert n == best[-1, -1]


def spelled(text):
    signs = [sign for word in text.split() for sign in BASIC.spell(word)]
    return tuple(SpelledSign(sign, i, i + 0.5) for i, sign in enumerate(signs))


def compared(truth, text):
    words = [Word(word, i, i + 1, 1.0) for i, word in enumerate(text.split())]
    return TextComparison.of(text, words, (), Truth(truth, spelled(truth)), BASIC)


def test_a_stretch_costs_its_edits_and_lies_where_its_letters_were_held():
    first, second = costs(compared("나무 아래 가자", "나모 아래 자자"), "나무 아래 차자", BASIC)
    assert (first.edits, first.difference.truth, first.difference.text) == (1, "나무", "나모")
    assert (first.perfect_text, first.perfect_edits) == ("나무", 0)
    assert (first.start_s, first.end_s) == (0, 3.5)
    assert (second.perfect_text, second.perfect_edits) == ("차자", 1)
    assert second.end_s == 12.5
    assert {fault.held.start_s for fault in first.faults} == {0, 1, 2, 3}


def test_what_perfect_boundaries_give_is_shown_as_whole_words():
    (cost,) = costs(compared("나무 아래 가자", "나모래 가자"), "나무 오래 가자", BASIC)
    assert (cost.difference.truth, cost.difference.text) == ("나무 아래", "나모래")
    assert (cost.perfect_text, cost.perfect_edits) == ("나무 오래", 1)


def test_words_that_are_none_lie_where_they_were_read():
    (cost,) = costs(compared("나무 가자", "나무 아래 가자"), "나무 가자", BASIC)
    assert cost.edits == 2 or "아래" in cost.difference.text
    assert cost.start_s < cost.end_s


@given(*2 * [st.lists(st.sampled_from(["가", "나다", "라"]), max_size=4).map(" ".join)])
def test_every_difference_has_its_cost_and_its_time(truth, text):
    for perfect in (truth, text):
        found = costs(compared(truth, text), perfect, BASIC)
        assert bool(found) == (truth != text)
        for cost in found:
            assert cost.edits > 0
            assert 0 <= cost.start_s <= cost.end_s
            assert cost.perfect_edits == 0 or perfect == text
