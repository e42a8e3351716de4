"""`jihwa transcribe` on what is no good recording: told, counted, never a traceback."""

import io
import json
import os
import sys

import numpy as np
import pytest

from jihwa.data.formats.writers import HEADER


def saved(array):
    file = io.BytesIO()
    np.save(file, array, allow_pickle=False)
    return file.getvalue()


BAD = {
    "empty": ("", 1, "empty"),
    "header only": (HEADER + "\n", 1, "nothing was recorded"),
    "wrong header": ("time,toe\n1,2\n", 1, "--layout"),
    "prose": ("A glove has five fingers,\nand a sensor on each.\n", 1, "not seem to be a glove"),
    "no header": ("1,2,3,4,5,6,7,8,9\n", 1, "no header"),
    "fewer fields": (HEADER + "\n1,2,3\n2,3,4\n", 1, "2 damaged lines"),
    "text for numbers": (HEADER + "\n" + ",".join("abcdefghijkl") + "\n", 1, "1 damaged line"),
    "undecodable": (b"\xff\xfe\xfd" * 2000, 1, "no header"),
    "damaged HDF5": (b"\x89HDF\r\n\x1a\n\0\0", 1, "HDF5"),
    "sequences": (saved(np.zeros((2, 3, 4))), 2, "without times"),
    "torn array": (b"\x93NUMPY\x01\0", 1, "not a table"),
}


@pytest.mark.parametrize(("content", "code", "told"), BAD.values(), ids=BAD)
@pytest.mark.parametrize("format_", ["txt", "json"])
def test_bad_file_is_one_clear_line(jihwa, bad, content, code, told, format_):
    done = jihwa("transcribe", bad(content), "--format", format_)
    assert (done.code, done.out) == (code, "")
    (line,) = done.err.splitlines()
    assert line.startswith("jihwa: ")
    assert "bad.csv" in line
    assert told in line


def test_header_alone_is_told_live_to_be_all_that_came(jihwa, bad, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    done = jihwa("type", "--plain", "--source", f"replay:{bad(HEADER + chr(10))}?speed=0")
    told = done.out + done.err
    assert "No row of numbers came behind the header" in told
    assert "none can be read" not in told


@pytest.mark.parametrize(("name", "told"), [("none.csv", "no such file"), (".", "a folder")])
@pytest.mark.parametrize("output", [[], ["--output", "out"]])
def test_missing_file_and_folder_are_the_users_mistake(
    jihwa, tmp_path, monkeypatch, name, told, output
):
    monkeypatch.chdir(tmp_path)
    done = jihwa("transcribe", name, *output)
    assert (done.code, done.out) == (2, "")
    assert told in done.err


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="needs file permissions")
def test_unreadable_file_is_a_failure(jihwa, take):
    path = take()
    path.chmod(0)
    assert jihwa("transcribe", path).code == 1


def test_warnings_go_to_stderr_and_the_text_stays_clean(jihwa, take):
    path = take()
    lines = path.read_text().splitlines()
    lines[5:5] = ["# ready", HEADER, "1,2", "x" * 20, lines[4].replace(",", ";")]
    path.write_text("\n".join(lines))
    done = jihwa("transcribe", path)
    assert (done.code, done.out) == (0, "안녕하세요\n")
    assert all(line.startswith(f"jihwa: {path}: ") for line in done.err.splitlines())
    assert "header appears 2 times" in done.err
    assert "3 unreadable line(s). The first is line 8: 1,2" in done.err


def test_layouts_may_change_within_a_file(jihwa, take):
    path = take()
    header, *lines = path.read_text().splitlines()
    half = len(lines) // 2
    short = "timestamp,flex1,flex2,flex3,flex4,flex5,pitch,roll,yaw"
    fields = [line.split(",") for line in lines[half:]]
    rest = [",".join([f[0], *f[7:], *f[1:4]]) for f in fields]
    path.write_text("\n".join([header, *lines[:half], short, *rest]))
    done = jihwa("transcribe", path)
    assert (done.code, done.out) == (0, "안녕하세요\n")
    assert "header appears 2 times" in done.err


def test_samples_of_another_layout_without_its_header_are_counted(jihwa, take):
    path = take()
    lines = path.read_text().splitlines()
    lines[10:10] = [",".join(line.split(",")[:9]) for line in lines[5:8]]
    path.write_text("\n".join(lines))
    done = jihwa("transcribe", path)
    assert (done.code, done.out) == (0, "안녕하세요\n")
    assert "3 unreadable line(s). The first is line 11" in done.err


def test_bytes_that_are_no_text_are_counted(jihwa, take):
    path = take()
    lines = path.read_bytes().splitlines()
    lines[10:10] = [b"\xff\xfe\x80", b"\xc7\xd1\xb1\xdb,1"]
    path.write_bytes(b"\n".join(lines))
    done = jihwa("transcribe", path)
    assert (done.code, done.out) == (0, "안녕하세요\n")
    assert "2 unreadable line(s). The first is line 11: ���" in done.err


def test_recording_cut_in_a_line_is_read_to_there(jihwa, take):
    path = take()
    content = path.read_bytes().rstrip()
    path.write_bytes(content[: content.rindex(b",") - 20])
    done = jihwa("transcribe", path)
    assert (done.code, done.out) == (0, "안녕하세요\n")
    assert "1 unreadable line(s)" in done.err


def test_warnings_of_json_stand_in_it(jihwa, take):
    path = take(flex_adc=lambda flex: np.where([0, 1, 0, 0, 0], 0, flex))
    done = jihwa("transcribe", path, "--format", "json")
    (warning,) = json.loads(done.out)["warnings"]
    assert "index finger" in warning
    assert done.err == ""


def test_all_sensors_dead_is_told(jihwa, take):
    done = jihwa("transcribe", take(flex_adc=lambda flex: np.zeros_like(flex)))
    assert (done.code, done.out) == (0, "\n")
    assert done.err.count("No finger can be believed, so no text is made: flex reads 0 to 0") == 1


def test_hand_that_only_rests_writes_no_letter(engine, spell):
    texts = []
    for wearer in range(12):
        session = spell("가", wearer=wearer)
        before_s = session.signs[0].start_s - 0.5
        texts.append(engine.run([session.frames[session.frames.time_s < before_s]]).text)
    assert texts.count("") >= 10, f"hands at rest were read as {texts}"


@pytest.mark.parametrize("n_samples", [1, 2])
def test_recording_without_a_letter_says_so(jihwa, take, n_samples):
    path = take()  # begins at rest
    path.write_text("\n".join(path.read_text().splitlines()[: 1 + n_samples]))
    done = jihwa("transcribe", path)
    assert (done.code, done.out) == (0, "\n")
    assert "No letter was found" in done.err
    document = json.loads(jihwa("transcribe", path, "--format", "json").out)
    assert (document["text"], document["words"], document["signs"]) == ("", [], [])
    assert len(document["warnings"]) == 1


@pytest.mark.parametrize(("jump_s", "told"), [(15, "longest 15.0 s"), (-2, "restarted 1 time")])
def test_clock_that_jumps_costs_no_letter_elsewhere(jihwa, take, jump_s, told):
    def jump(time_s):
        return np.where(time_s > 4, time_s + jump_s, time_s)

    document = json.loads(jihwa("transcribe", take(time_s=jump), "--format", "json").out)
    assert told in " ".join(document["warnings"])
    assert len(document["signs"]) >= 11
    assert document["text"]
