"""What became of a recording beside the truth: figures, differences, and a picture."""

import json
import subprocess
import sys

import jsonschema
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jihwa.composer.text.transcript import Sign, Word
from jihwa.data.alphabet import Alphabet
from jihwa.data.synthesis.sessions import write_session
from jihwa.data.synthesis.spelling import SpelledSign
from jihwa.io.evaluation.comparison import differences
from jihwa.io.evaluation.errors import Letters, TextErrors, match
from jihwa.io.writers.plain import schema
from jihwa.models.training import canvas

BASIC = Alphabet.load()
TEXTS = st.lists(st.sampled_from(["가", "나다", "라", "마바사", "2호선"]), max_size=6).map(" ".join)


@pytest.fixture
def spelled(tmp_path, spell):
    """Writes a recording and its truth: `spelled("a.csv", "가")`."""

    def write(name="take.csv", text="안녕하세요 지우"):
        path = tmp_path / "takes" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        write_session(path, spell(text, "slow", wearer=7, seed=3))
        return path

    return write


def held(*signs):
    return [SpelledSign(sign, i, i + 0.5) for i, sign in enumerate(signs)]


def read(*signs, late_s=0.0):
    return [
        Sign(i + late_s, i + 0.5 + late_s, sign, ((sign, 1.0),))
        for i, sign in enumerate(signs)
        if sign
    ]


def test_errors_count_characters_jamo_and_spaces():
    errors = TextErrors.of("오늘 밥 먹자", "오늘 법먹자", BASIC)
    assert (errors.tight_errors, errors.tight_chars) == (1, 5)
    assert (errors.errors, errors.chars) == (2, 7)
    assert (errors.jamo_errors, errors.jamo) == (1, 13)
    assert errors.cer == pytest.approx(20)


def test_what_cannot_be_spelled_counts_as_one_jamo():
    errors = TextErrors.of("2호선", "호선", BASIC)
    assert (errors.jamo_errors, errors.jamo) == (1, 6)


def test_empty_truth_has_no_rate():
    assert np.isnan(TextErrors.of("", "가", BASIC).cer)


def test_letters_are_matched_with_segments_that_overlap_them():
    letters = Letters.of(held("ㄱ", "ㅏ", "ㅏ"), read("ㄱ", "", "ㅓ", "ㄴ", late_s=0.1))
    assert (letters.true, letters.found, letters.spurious, letters.right) == (3, 2, 1, 1)
    assert (letters.repeated, letters.repeated_found) == (1, 1)
    assert letters.recall == pytest.approx(100 * 2 / 3)
    assert letters.precision == pytest.approx(100 * 2 / 3)
    assert letters.timing_s == pytest.approx((0.1, 0.1))
    assert [
        (m.held and m.held.sign, m.found and m.found.sign)
        for m in match(held("ㄱ", "ㅏ"), read("", "ㅏ", "ㄴ"))
    ] == [("ㄱ", None), ("ㅏ", "ㅏ"), (None, "ㄴ")]


def test_letters_add_up():
    one, other = Letters.of(held("ㄱ"), read("ㄱ")), Letters.of(held("ㄴ"), read("ㄷ", late_s=0.2))
    both = one + other
    assert (both.true, both.right, both.timing_s[0]) == (2, 1, pytest.approx(0.1))


def test_differences_are_whole_words_with_their_time():
    words = [
        Word(text, i, i + 0.5, 1.0) for i, text in enumerate(("오늘", "저녀에", "같이밥", "먹자"))
    ]
    found = differences("오늘 저녁에 같이 밥 먹자", "오늘 저녀에 같이밥 먹자", words)
    assert [(d.truth, d.text, d.start_s, d.end_s) for d in found] == [
        ("저녁에", "저녀에", 1, 1.5),
        ("같이 밥", "같이밥", 2, 2.5),
    ]


def test_missing_words_lie_between_those_around_them():
    words = [Word("오늘", 0, 1, 1.0), Word("먹자", 3, 4, 1.0)]
    (gone,) = differences("오늘 밥 먹자", "오늘 먹자", words)
    assert "밥" in gone.truth
    assert gone.start_s >= 0
    assert gone.end_s <= 4


@given(TEXTS, TEXTS)
def test_differences_lose_nothing(truth, text):
    found = differences(truth, text)
    assert bool(found) == (truth != text)
    for each in found:
        assert each.truth in truth
        assert each.text in text
        assert each.truth != each.text


def test_comparison_is_told_beside_the_text(jihwa, spelled):
    path = spelled()
    done = jihwa("transcribe", path, "--compare", path.with_suffix(".json"))
    assert (done.code, done.out) == (0, "안녕하세요 지우\n")
    assert "character error rate 0.0 % (with spaces 0.0 %)" in done.err
    assert "17 of 17 letters found (recall 100.0 %, precision 100.0 %)" in done.err


def test_text_alone_is_a_truth_and_what_differs_is_listed(jihwa, spelled, tmp_path):
    (tmp_path / "right.txt").write_text("\ufeff안녕 하세요\n지훈\n", encoding="utf-8")
    done = jihwa("transcribe", spelled(), "--compare", tmp_path / "right.txt")
    assert done.code == 0
    assert "안녕 하세요 → 안녕하세요" in done.err
    assert "지훈 → 지우" in done.err
    assert "segments" not in done.err


def test_json_has_the_comparison(jihwa, spelled, tmp_path):
    path = spelled()
    truth = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    truth["text"] = "안녕하세요 지훈"
    truth["signs"][0]["sign"] = "ㄱ"
    truth["signs"].append({"sign": "ㄴ", "start_s": 100, "end_s": 101})
    (tmp_path / "other.json").write_text(json.dumps(truth), encoding="utf-8")
    done = jihwa("transcribe", path, "--format", "json", "--compare", tmp_path / "other.json")
    content = json.loads(done.out, parse_constant=pytest.fail)
    jsonschema.validate(content, schema())
    found = content["comparison"]
    assert found["cer"] == pytest.approx(1 / 7, abs=1e-4)
    assert [(d["truth"], d["text"]) for d in found["differences"]] == [("지훈", "지우")]
    segments = found["segments"]
    assert segments["recall"] == pytest.approx(17 / 18, abs=1e-4)
    assert [(f["truth"], f["read"]) for f in segments["faults"]] == [("ㄱ", "ㅇ"), ("ㄴ", None)]
    assert "ㄱ read as ㅇ" in done.err
    assert "ㄴ missed" in done.err


def test_folder_of_truths_follows_the_folders_of_the_recordings(jihwa, spelled, tmp_path):
    paths = [spelled("x/a.csv", "가"), spelled("y/a.csv", "나")]
    for path in paths:
        target = tmp_path / "truth" / path.parent.name / "a.json"
        target.parent.mkdir(parents=True)
        path.with_suffix(".json").rename(target)
    done = jihwa("transcribe", *paths, "--compare", tmp_path / "truth")
    assert done.code == 0
    assert "all 2 recordings" in done.err
    assert done.err.count("character error rate 0.0 %") == 3


def test_recording_without_a_truth_is_named_and_the_text_written(jihwa, spelled, take, tmp_path):
    path, other = spelled("a.csv", "가"), spelled("b.csv", "나")
    other.with_suffix(".json").unlink()
    done = jihwa("transcribe", path, other, "--compare", path.parent)
    assert (done.code, done.out) == (1, f"{path}: 가\n{other}: 나\n")
    assert "no truth b.json or .txt" in done.err


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe\x00", b"[1]", b'{"text": 3}', b'{"signs": []}']
)
def test_truth_that_cannot_be_read_is_named_and_the_text_written(jihwa, spelled, content):
    path = spelled("a.csv", "가")
    path.with_suffix(".json").write_bytes(content)
    done = jihwa("transcribe", path, "--compare", path.parent)
    assert (done.code, done.out) == (1, "가\n")
    assert "a.json" in done.err


def test_impossible_truths_are_refused_before_the_work(jihwa, spelled, tmp_path):
    none = jihwa("transcribe", tmp_path / "x.csv", "--compare", tmp_path / "none")
    assert (none.code, "no such truth" in none.err) == (2, True)
    path = spelled("a.csv", "가")
    other = spelled("b.csv", "나")
    several = jihwa("transcribe", path, other, "--compare", path.with_suffix(".json"))
    assert (several.code, "folder of truths" in several.err) == (2, True)


@pytest.mark.parametrize("has_font", [True, False])
def test_session_is_drawn(jihwa, spelled, tmp_path, monkeypatch, has_font):
    imread = pytest.importorskip("matplotlib.image").imread
    if not has_font:
        monkeypatch.setattr(canvas, "hangul_font", lambda: None)
    elif canvas.font_hint():
        pytest.skip("needs an installed font with Hangul (fonts-nanum)")
    path, target = spelled(), tmp_path / "a.png"
    done = jihwa("plot", path, "--compare", path.parent, "--output", target)
    assert done.code == 0
    assert "drawn" in done.out
    assert ("fonts-nanum" in done.err) is not has_font
    pixels = imread(target)[:, :, :3]
    assert pixels.shape[0] > 1400  # two rows
    assert 900 < pixels.shape[1] < 1800
    assert (pixels.min(axis=2) < 0.97).mean() > 0.05


def test_svg_is_the_same_every_time_and_needs_no_font(jihwa, spelled, tmp_path):
    pytest.importorskip("matplotlib")
    path = spelled(text="가")
    for name in ("a.svg", "b.svg"):
        assert jihwa("plot", path, "--output", tmp_path / name).code == 0
    content = (tmp_path / "a.svg").read_text(encoding="utf-8")
    assert content == (tmp_path / "b.svg").read_text(encoding="utf-8")
    assert "<svg" in content
    assert "<text" not in content


def test_broken_signal_can_be_drawn(jihwa, take, tmp_path):
    pytest.importorskip("matplotlib")

    def with_gap(time_s):
        return np.where(time_s > 3, time_s + 5, time_s)

    def dead(flex):
        flex[:, 1] = 0
        return flex

    path = take(time_s=with_gap, flex_adc=dead, accel_g=lambda a: np.full_like(a, np.nan))
    assert jihwa("plot", path, "--output", tmp_path / "a.png").code == 0


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--output", "x.pdf"], ".png or .svg"),
        (["--from", "5", "--to", "3"], "Mend --from and --to"),
        (["--from", "1000"], "Mend --from and --to"),
        (["--from", "-1"], "Mend --from and --to"),
    ],
)
def test_what_cannot_be_drawn_is_refused(jihwa, take, monkeypatch, tmp_path, arguments, told):
    pytest.importorskip("matplotlib")
    monkeypatch.chdir(tmp_path)
    done = jihwa("plot", take(text="가"), *arguments)
    assert (done.code, told in done.err) == (2, True)
    assert not list(tmp_path.glob("*.p*"))


def test_transcribing_needs_no_matplotlib(take, tmp_path):
    program = (
        "import sys\nfrom jihwa.io.cli import main\ncode = main(sys.argv[1:])\n"
        "assert 'matplotlib' not in sys.modules\nsys.exit(code)"
    )
    page = [str(take(text="가")), "--html", "--output", str(tmp_path)]
    done = subprocess.run([sys.executable, "-c", program, "transcribe", *page], check=False)
    assert done.returncode == 0


def test_other_processes_compare_too(jihwa, spelled, tmp_path):
    paths = [spelled("a.csv", "가"), spelled("b.csv", "나")]
    where = ("--compare", paths[0].parent, "--jobs", "2", "--output", tmp_path / "out")
    done = jihwa("transcribe", *paths, "--format", "json", "--html", *where)
    assert done.code == 0
    assert "all 2 recordings" in done.err
    assert json.loads((tmp_path / "out" / "b.json").read_text(encoding="utf-8"))["comparison"]
    assert (tmp_path / "out" / "b.html").is_file()
