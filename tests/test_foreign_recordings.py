"""What commands make of foreign recordings: errors, warnings, and `--layout` everywhere."""

import io
import json
import re
import shutil
import sys
from pathlib import Path

import pytest
from foreign import FINGERS, NAMES, Glove
from takes import record_session

UNFIT = {
    "another resistor": lambda adc: adc - 450,
    "bend from 0 to 1": lambda adc: (adc - 700) / 300,
    "degrees of bend": lambda adc: (adc - 700) / 4,
    "all zero": lambda _: 0,
}


@pytest.mark.parametrize("change", UNFIT.values(), ids=UNFIT)
def test_no_text_is_made_up_of_flex_in_a_range_that_is_not_known(glove, bad, jihwa, change):
    done = jihwa("transcribe", bad(glove.text(rows=glove.changed(FINGERS, change))))
    assert done.out == "\n"
    assert done.err.count("No finger can be believed") == 1
    assert "--layout" in done.err
    assert "wiring" not in done.err


@pytest.fixture(scope="module")
def sentence(spell):
    """What a glove sends that spells a whole sentence."""
    return Glove(spell("만나서 반갑습니다", wearer=7, seed=3).frames)


def with_resistor(glove, straight, bent):
    """Its lines if straight and bent fingers read so."""
    rows = glove.changed(FINGERS, lambda adc: straight + (adc - 780) * (bent - straight) / 140)
    return glove.text(rows=rows)


@pytest.mark.parametrize(
    ("straight", "bent"),
    [(300, 700), (700, 300), (900, 100), (680, 820), (900, 1000), (1200, 2800), (0.3, 0.7)],
)
def test_another_resistor_is_told_with_a_layout_that_reads_it(sentence, bad, jihwa, straight, bent):
    path = bad(with_resistor(sentence, straight, bent))
    done = jihwa("transcribe", path)
    assert "Flex moves between" in done.err
    assert "wiring" not in done.err
    one, other = re.findall(r"flex1(\[\S+:\S+\])", done.err)[:2]
    fingers = [f"{name}{one if straight < bent else other}" for name in NAMES[FINGERS]]
    done = jihwa("transcribe", path, "--layout", ",".join((*NAMES[: FINGERS.start], *fingers)))
    assert done.out == "만나서 반갑습니다\n"
    assert done.err == ""


@pytest.mark.parametrize("reading", [0, 1023])
def test_a_plug_that_was_out_for_a_while_is_no_other_resistor(sentence, bad, jihwa, reading):
    rows = [
        [*row[:7], *5 * [reading]] if 100 < at < 0.4 * len(sentence.rows) else row
        for at, row in enumerate(sentence.rows)
    ]
    done = jihwa("transcribe", bad(sentence.text(rows=rows)))
    assert "Flex moves between" not in done.err
    assert "index finger (flex2) sensor is" in done.err


def test_a_wrong_layout_is_told_not_to_fit(sentence, bad, jihwa):
    fingers = [f"{name}[300:500]" for name in NAMES[FINGERS]]
    path = bad(with_resistor(sentence, 300, 700))
    done = jihwa("transcribe", path, "--layout", ",".join((*NAMES[: FINGERS.start], *fingers)))
    assert "By what --layout tells, flex moves between" in done.err


@pytest.mark.parametrize(
    ("names", "unit", "told"),
    [
        ("timestamp", "s", "Times are in seconds by --layout, but milliseconds"),
        ("flex.", "adc12", "Flex is in 12-bit ADC counts by --layout, but 10-bit ADC counts"),
        ("accel_.", "mg", "Acceleration is in mg by --layout, but g"),
        ("accel_.", "m/s2", "Acceleration is in m/s² by --layout, but g"),
        ("pitch|roll|yaw", "rad", "Angles are in radians by --layout, but degrees"),
    ],
)
def test_a_unit_that_layout_tells_wrongly_is_doubted(sentence, bad, jihwa, names, unit, told):
    path = bad("\n".join(sentence.lines))
    layout = re.sub(f"({names})(?=,|$)", rf"\1[{unit}]", ",".join(NAMES))
    done = jihwa("transcribe", path, "--layout", layout)
    assert done.err.count(f"{told} would fit. Correct the unit") == 1
    assert "Write into --layout what a straight" not in done.err
    assert not re.search("sensor (is|jumps)", done.err)


def test_units_that_layout_tells_rightly_are_not_doubted(sentence, bad, jihwa):
    usual = {"timestamp": "ms", "flex": "adc10", "accel": "g"}
    units = [
        next((f"[{u}]" for k, u in usual.items() if name.startswith(k)), "[deg]") for name in NAMES
    ]
    layout = ",".join(map("".join, zip(NAMES, units, strict=True)))
    assert jihwa("transcribe", bad("\n".join(sentence.lines)), "--layout", layout).err == ""


def test_layout_that_names_come_with_is_told_once_to_be_unused(sentence, bad, jihwa):
    others = ",".join(sorted(NAMES))
    objects = [json.dumps(dict(zip(NAMES, map(float, row), strict=True))) for row in sentence.rows]
    for content in (sentence.text(), "\n".join(objects)):
        done = jihwa("transcribe", bad(content), "--layout", others)
        assert done.out == "만나서 반갑습니다\n"
        assert done.err.count("by the names that came with them") == 1
    assert jihwa("transcribe", bad(sentence.text()), "--layout", ",".join(NAMES)).err == ""


@pytest.mark.parametrize("separator", [",", "\t", " "])
def test_layout_of_another_length_is_told_with_both(sentence, bad, jihwa, separator):
    path = bad("\n".join(separator.join(line.split(",")) for line in sentence.lines))
    done = jihwa("transcribe", path, "--layout", ",".join(NAMES[:-3]))
    assert done.code == 1
    assert f"--layout names {len(NAMES) - 3} field(s), but a line has {len(NAMES)}" in done.err
    assert "no header" not in done.err


def test_fingers_that_read_less_the_more_they_bend_are_told(sentence, bad, jihwa):
    done = jihwa("transcribe", bad(with_resistor(sentence, 900, 760)))
    assert "A bent finger seems to read less than a straight one" in done.err
    assert "other hand" not in done.err
    assert jihwa("transcribe", bad(with_resistor(sentence, 780, 920))).err == ""


def test_fingers_in_the_opposite_order_are_told_and_so_is_what_to_do(sentence, bad, jihwa):
    rows = [[*row[: FINGERS.start], *row[FINGERS][::-1]] for row in sentence.rows]
    done = jihwa("transcribe", bad(sentence.text(rows=rows)))
    assert "The fingers seem to come in the opposite order" in done.err
    names = [*NAMES[: FINGERS.start], *NAMES[FINGERS][::-1]]
    for content, layout in (
        (sentence.text(names, rows), []),
        ("\n".join(map(",".join, rows)), ["--layout", ",".join(names)]),
    ):
        assert jihwa("transcribe", bad(content), *layout).out == "만나서 반갑습니다\n"


def test_a_hand_that_never_opens_needs_no_other_resistor(sentence, bad, jihwa):
    done = jihwa("transcribe", bad(with_resistor(sentence, 860, 900)))
    assert "Flex moves between" not in done.err


@pytest.mark.parametrize(("straight", "bent"), [(0, 140), (10, 110)])
def test_readings_of_no_unit_are_told_as_such_alone(sentence, bad, jihwa, straight, bent):
    done = jihwa("transcribe", bad(with_resistor(sentence, straight, bent)))
    assert "Flex moves between" in done.err
    assert "Flex is in" not in done.err


def test_readings_of_no_unit_are_told_live_as_they_came(sentence, bad, jihwa, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    path = bad(with_resistor(sentence, 0, 140))
    done = jihwa("type", "--plain", "--new", "--source", f"replay:{path}?speed=0")
    low, high = map(float, re.search(r"flex reads (\S+) to (\S+),", done.out).groups())
    assert -50 < low < high < 250
    assert "Flex is in" not in done.out


def test_another_resistor_is_told_live_once(sentence, bad, jihwa, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    path = bad(with_resistor(sentence, 300, 700))
    done = jihwa("type", "--plain", "--new", "--source", f"replay:{path}?speed=0")
    assert done.out.count("! Flex moves between") == 1


def test_a_tenth_that_is_skipped_is_an_error(glove, bad, jihwa):
    for each, code in ((20, 0), (8, 1)):
        lines = [line[: 30 if i % each == 0 else None] for i, line in enumerate(glove.lines)]
        done = jihwa("transcribe", bad("\n".join([glove.header, *lines])))
        assert done.code == code
        assert ("of the recording could not be read" in done.err) == bool(code)


@pytest.fixture
def torn(tmp_path, alphabet, monkeypatch):
    """A session, in the working folder, of which every fifth line of one take is damaged."""
    monkeypatch.chdir(tmp_path)
    record_session(tmp_path / "mine", alphabet, wearer=2, n_styles=2)
    damage(Path("mine/ㄱ/1/take.csv"))
    Path("text.txt").write_text("나비\n바다\n")
    return Path("mine")


def damage(path):
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(f"?{line}" if i % 5 == 4 else line for i, line in enumerate(lines)))


@pytest.mark.parametrize(
    "command",
    [
        "train mine --output a.bundle",
        "evaluate mine --json",
        "data assemble mine --text text.txt --output sessions",
        "data check mine",
    ],
)
def test_take_of_which_a_tenth_was_skipped_is_left_out_and_an_error(torn, command, jihwa):
    for code in (1, 0):
        done = jihwa(*command.split())
        assert done.code == code
        assert ("20% of the recording could not be read" in done.out + done.err) == code
        (torn / "ㄱ" / "1" / "take.csv").unlink(missing_ok=True)
        shutil.rmtree("sessions", ignore_errors=True)


def test_sign_of_ones_own_is_not_learned_from_a_damaged_take(torn, jihwa):
    command = ("calibrate", "--yes", "--add", "ㅐ", "--profile", "a.json", "--from")
    done = jihwa(*command, torn / "ㄱ" / "1", torn / "ㄴ" / "1")
    assert (done.code, "learned from 1 take" in done.out) == (1, True)
    assert "20% of the recording could not be read" in done.err
    assert jihwa(*command, torn / "ㄴ" / "2").code == 0


def test_calibrating_with_a_damaged_take_is_an_error(torn, jihwa):
    command = ("calibrate", "--from", torn, "--styles", "1", "2", "--profile")
    done = jihwa(*command, "a.json")
    assert (done.code, "Calibrated with 47 of 48" in done.out) == (1, True)
    (torn / "ㄱ" / "1" / "take.csv").unlink()
    assert jihwa(*command, "b.json").code == 0


def test_session_too_damaged_to_be_measured_is_an_error(torn, jihwa):
    (torn / "ㄱ" / "1" / "take.csv").unlink()
    assert jihwa("data", "assemble", torn, "--text", "text.txt", "--output", "sessions").code == 0
    assert jihwa("evaluate", "--sessions", "sessions").code == 0
    for spoil in (damage, lambda path: path.write_bytes(b"\xff\x00")):
        spoil(Path("sessions/1.csv"))
        done = jihwa("evaluate", "--sessions", "sessions")
        assert (done.code, "1 session(s) could not be measured" in done.err) == (1, True)


@pytest.mark.parametrize("kind", ["csv", "h5", "npy"])
def test_convert_tells_what_it_leaves_out(glove, tmp_path, jihwa, kind):
    cases = {
        "whole.csv": (glove.text(), 0, ""),
        "line.csv": (glove.text().replace(glove.lines[9], glove.lines[9][:20]), 1, "1 unreadable"),
        "value.csv": (glove.text(rows=[[*r[:3], "ovf", *r[4:]] for r in glove.rows]), 1, "yaw: "),
        "column.csv": (glove.text([*NAMES, "volt"], [[*r, "3"] for r in glove.rows]), 1, "volt"),
    }
    for name, (content, code, told) in cases.items():
        (tmp_path / name).write_text(content)
        output = tmp_path / "out" / name
        done = jihwa("data", "convert", tmp_path / name, "--format", kind, "--output", output)
        assert done.code == code
        assert told in done.err
        assert "1 converted" in done.out


@pytest.fixture(scope="module")
def headless(tree, tmp_path_factory):
    """A labelled session without headers, its times in seconds, and the layout that reads it."""
    root = tmp_path_factory.mktemp("headless") / "one"
    for path in (tree / "one").rglob("*.csv"):
        _, *lines = path.read_text().splitlines()
        rows = [line.split(",") for line in lines]
        target = root / path.relative_to(tree / "one")
        target.parent.mkdir(parents=True, exist_ok=True)
        told = [[*r[7:], "x", f"{int(r[0]) / 1000:.3f}", *r[4:7]] for r in rows]
        target.write_text("".join(";".join(row) + "\n" for row in told))
    return root, "flex1,flex2,flex3,flex4,flex5,-,timestamp[s],accel_x,accel_y,accel_z"


@pytest.mark.parametrize(
    "command",
    [
        ("train", "{data}", "--output", "{out}/a.bundle"),
        ("evaluate", "{data}"),
        ("data", "check", "{data}"),
        ("data", "convert", "{data}", "--format", "npy", "--output", "{out}/converted"),
    ],
    ids=lambda command: " ".join(command[: 1 + (command[0] == "data")]),
)
def test_layout_is_for_every_command_that_reads_recordings(headless, tmp_path, jihwa, command):
    root, layout = headless
    words = [word.format(data=root, out=tmp_path) for word in command]
    without, done = jihwa(*words), jihwa(*words, "--layout", layout)
    assert without.code in (1, 2)
    assert "--layout" in without.err + without.out
    assert done.code == 0, done.err


@pytest.fixture
def no_keyboard(monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO())


def test_layout_reads_what_is_played_back(glove, bad, jihwa, no_keyboard):
    path = bad("\n".join(glove.lines))
    source = ("--source", f"replay:{path}?speed=0")
    assert "none can be read" in jihwa("type", "--plain", "--new", *source).out
    done = jihwa("type", "--plain", "--new", *source, "--layout", ",".join(NAMES))
    assert "= 부산" in done.out


@pytest.mark.parametrize("speed", [0, 9])
@pytest.mark.parametrize("clock", ["counter", "none"])
def test_recording_without_times_is_played_back_as_it_is_transcribed(
    sentence, bad, jihwa, no_keyboard, clock, speed
):
    rows = [[at, *row[1:]] for at, row in enumerate(sentence.rows)]
    path = bad(
        sentence.text(rows=rows)
        if clock == "counter"
        else sentence.text(NAMES[1:], [row[1:] for row in rows])
    )
    done = jihwa("type", "--plain", "--new", "--source", f"replay:{path}?speed={speed}")
    typed = [line[2:] for line in done.out.splitlines() if line.startswith("= ")]
    assert " ".join(typed) == jihwa("transcribe", path).out.strip() == "만나서 반갑습니다"
