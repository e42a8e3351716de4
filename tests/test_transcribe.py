"""`jihwa transcribe`: any recording becomes text, or says what is wrong with it."""

import json
import os
import subprocess
import sys

import h5py
import numpy as np
import pytest

from jihwa.io.batch import transcribing

TEXT = "오늘은 친구랑 같이 저녁을 먹기로 했어요"


def test_spelled_text_comes_out(jihwa, take):
    done = jihwa("transcribe", take(text=TEXT))
    assert (done.code, done.out, done.err) == (0, TEXT + "\n", "")


def test_json_keeps_the_contract(jihwa, take):
    path = take(text="안녕하세요 지우")
    done = jihwa("transcribe", path, "--format", "json")
    assert (done.code, done.err) == (0, "")
    document = json.loads(done.out, parse_constant=pytest.fail)  # NaN and Infinity are no JSON
    assert list(document) == [
        "source",
        "duration_s",
        "text",
        "candidates",
        "words",
        "signs",
        "unread",
        "warnings",
    ]
    assert document["source"] == str(path)
    assert document["warnings"] == []
    assert document["text"] == " ".join(word["text"] for word in document["words"])
    assert document["candidates"][0]["text"] == document["text"]
    for candidate in document["candidates"]:
        assert set(candidate) == {"text", "log_prob"}
        assert isinstance(candidate["text"], str)
        assert candidate["log_prob"] <= 0
    for word in document["words"]:
        assert set(word) == {"text", "start_s", "end_s", "confidence"}
        assert 0 <= word["start_s"] < word["end_s"] <= document["duration_s"]
        assert 0 <= word["confidence"] <= 1
    for sign in document["signs"]:
        assert set(sign) == {"start_s", "end_s", "sign", "candidates"}
        assert 0 <= sign["start_s"] < sign["end_s"] <= document["duration_s"]
        labels, shares = zip(*sign["candidates"], strict=True)
        assert sign["sign"] in labels
        assert list(shares) == sorted(shares, reverse=True)
        assert sum(shares) <= 1.01
    spelled = "".join(sign["sign"] for sign in document["signs"])
    assert spelled == "ㅇㅏㄴㄴㅕㅇㅎㅏㅅㅓㅣㅇㅛㅈㅣㅇㅜ"


def test_times_count_from_the_first_sample(jihwa, take):
    def timed(path):
        document = json.loads(jihwa("transcribe", path, "--format", "json").out)
        return document["duration_s"], document["signs"][0]["start_s"]

    late = take("late.csv", time_s=lambda t: t + 86_400)
    assert timed(late) == timed(take("early.csv"))


def test_recording_may_begin_in_a_hold(jihwa, take, spell):
    start_s = spell("안녕하세요", "slow", wearer=7, seed=3).signs[0].start_s
    path = take()
    header, *lines = path.read_text().splitlines()
    lines = [line for line in lines if float(line.split(",")[0]) / 1000 > start_s + 0.1]
    path.write_text("\n".join([header, *lines]))
    document = json.loads(jihwa("transcribe", path, "--format", "json").out)
    assert document["text"] == "안녕하세요"
    assert document["signs"][0]["start_s"] == 0
    assert document["words"][0]["start_s"] == 0


def test_json_of_several_recordings_is_one_object_a_line(jihwa, take):
    done = jihwa("transcribe", take("a.csv"), take("b.csv", "고마워요"), "--format", "json")
    assert [json.loads(line)["text"] for line in done.out.splitlines()] == [
        "안녕하세요",
        "고마워요",
    ]


def test_folder_gets_a_result_for_every_recording(jihwa, take, tmp_path):
    output = tmp_path / "new" / "folder"
    done = jihwa("transcribe", take("a.csv"), take("b.csv", "고마워요"), "--output", output)
    assert (done.code, done.out) == (0, "")
    assert {f.name: f.read_text() for f in output.iterdir()} == {
        "a.txt": "안녕하세요\n",
        "b.txt": "고마워요\n",
    }


def test_single_result_may_be_a_file(jihwa, take, tmp_path):
    output = tmp_path / "result.json"
    assert jihwa("transcribe", take(), "--format", "json", "--output", output).code == 0
    assert json.loads(output.read_text(encoding="utf-8"))["text"] == "안녕하세요"


def test_minus_is_stdout(jihwa, take):
    assert jihwa("transcribe", take(), "--output", "-").out == "안녕하세요\n"


def test_bad_recording_does_not_stop_the_others(jihwa, take, bad, tmp_path):
    output = tmp_path / "out"
    paths = (take("a.csv"), tmp_path / "none.csv", bad(), take("b.csv", "고마워요"))
    done = jihwa("transcribe", *paths, "--output", output)
    assert done.code == 1
    assert sorted(f.name for f in output.iterdir()) == ["a.txt", "b.txt"]
    assert len(done.err.splitlines()) == 2
    assert "none.csv" in done.err
    assert "bad.csv" in done.err


@pytest.mark.parametrize("names", [("a.txt", "x/a.txt"), ("a.txt", "a.csv")])
def test_results_that_would_overwrite_each_other_are_refused(jihwa, take, tmp_path, names):
    paths = [tmp_path / "takes" / name for name in names]
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        take("one.csv").rename(path)
    done = jihwa("transcribe", *paths, "--output", tmp_path / "out")
    assert done.code == 2
    assert "overwrite" in done.err
    assert not (tmp_path / "out").exists()


def test_recording_is_never_overwritten(jihwa, take):
    path = take("take.json")
    before = path.read_bytes()
    done = jihwa("transcribe", path, "--format", "json", "--output", path.parent)
    assert done.code == 2
    assert path.read_bytes() == before


def test_several_results_in_one_file_are_the_users_mistake(jihwa, take, tmp_path):
    done = jihwa("transcribe", take("a.csv"), take("b.csv"), "--output", tmp_path / "all.txt")
    assert done.code == 2
    assert "there are 2 recordings: give a folder" in done.err
    assert not (tmp_path / "all.txt").exists()


def test_single_result_may_have_any_ending(jihwa, take, tmp_path):
    assert jihwa("transcribe", take(), "--output", tmp_path / "result.out").code == 0
    assert (tmp_path / "result.out").read_text(encoding="utf-8") == "안녕하세요\n"


@pytest.mark.parametrize("output", ["file", "file/x", "file/x.txt", "none/x.txt"])
def test_output_that_cannot_be_written_is_refused_before_the_work(jihwa, tmp_path, output):
    (tmp_path / "file").write_text("in the way")
    done = jihwa("transcribe", tmp_path / "none.csv", "--output", tmp_path / output)
    assert (done.code, done.out) == (2, "")
    assert "none.csv" not in done.err
    assert str((tmp_path / output).parent) in done.err


def test_doubtful_words_are_named(jihwa, take, monkeypatch):
    path = take(text="안녕하세요 지우")
    monkeypatch.setattr(transcribing, "DOUBTFUL", 1.1)
    told = "2 doubtful word(s): 안녕하세요, 지우. Check them."
    done = jihwa("transcribe", path)
    assert (done.code, done.err) == (0, f"jihwa: {path}: {told}\n")
    assert json.loads(jihwa("transcribe", path, "--format", "json").out)["warnings"] == [told]


def run_with_stdin(content: bytes, *arguments):
    command = [sys.executable, "-m", "jihwa.io", "transcribe", "-", *map(str, arguments)]
    return subprocess.run(command, input=content, capture_output=True, check=False)


def test_minus_is_stdin(take, tmp_path):
    content = take().read_bytes()
    done = run_with_stdin(content)
    assert (done.returncode, done.stdout.decode(), done.stderr) == (0, "안녕하세요\n", b"")
    assert run_with_stdin(content, "--output", tmp_path / "out").returncode == 0
    assert (tmp_path / "out" / "stdin.txt").read_text(encoding="utf-8") == "안녕하세요\n"
    nothing = run_with_stdin(b"", "--lang", "en")
    assert nothing.returncode == 1
    assert b"Check that the glove is plugged in" in nothing.stderr


def test_hdf5_and_json_lines_give_the_same_text(jihwa, take, tmp_path, spell):
    frames = spell("안녕하세요", "slow", wearer=7, seed=3).frames
    with h5py.File(tmp_path / "take.h5", "w") as file:
        file["sensor_data"] = np.hstack([frames.flex_adc, frames.orientation_deg])
        file["arduino_timestamps"] = np.round(frames.time_s * 1000)
        file["sensors/acceleration"] = frames.accel_g
    names = [f"flex{i}" for i in range(1, 6)] + ["pitch", "roll", "yaw"]
    with (tmp_path / "take.jsonl").open("w") as file:
        for t, flex, angles in zip(
            frames.time_s, frames.flex_adc, frames.orientation_deg, strict=True
        ):
            file.write(
                json.dumps({"timestamp": t, **dict(zip(names, [*flex, *angles], strict=True))})
            )
            file.write("\n")
    done = jihwa("transcribe", tmp_path / "take.h5", tmp_path / "take.jsonl")
    paths = (tmp_path / "take.h5", tmp_path / "take.jsonl")
    assert done.out == "".join(f"{path}: 안녕하세요\n" for path in paths)


@pytest.mark.skipif(os.name != "posix", reason="names are text elsewhere")
def test_name_of_any_bytes_is_no_obstacle(take, tmp_path):
    name = os.fsencode(tmp_path) + b"/\xff\xfe.csv"
    os.rename(take(text="가"), name)  # noqa: PTH104  # bytes are the point
    command = [sys.executable, "-m", "jihwa.io", "transcribe", name, "--format", "json"]
    for output in ([], ["--output", str(tmp_path / "out")]):
        done = subprocess.run([*command, *output], capture_output=True, check=False)
        assert (done.returncode, done.stderr) == (0, b"")
    (written,) = (tmp_path / "out").iterdir()
    assert json.loads(written.read_text(encoding="utf-8"))["text"]


def test_program_speaks_through_its_module_and_exit_code(take, bad, tmp_path):
    def run(*arguments, **environment):
        return subprocess.run(
            [sys.executable, "-m", "jihwa.io", "transcribe", *map(str, arguments)],
            capture_output=True,
            check=False,
            text=True,
            encoding="utf-8",
            env={**os.environ, "PYTHONUTF8": "1", **environment},
        )

    done = run(take(), LC_ALL="C.UTF-8")
    assert (done.returncode, done.stdout, done.stderr) == (0, "안녕하세요\n", "")
    done = run(tmp_path / "none.csv", LC_ALL="ko_KR.UTF-8")
    assert (done.returncode, done.stdout) == (2, "")
    assert "그런 파일이 없습니다" in done.stderr
    done = run(bad(), LC_ALL="en_US.UTF-8")
    assert done.returncode == 1
    assert "the file is empty" in done.stderr
