"""The command line: languages, mistakes and interrupts, whatever the command."""

import errno
import re
import subprocess
import sys

import pytest

from jihwa.data.synthesis.sessions import read_session
from jihwa.io import cli
from jihwa.io.cli import main
from jihwa.io.commands import compose
from jihwa.io.settings.language import preferred

MISTAKES = [
    ["lm"],
    ["fly"],
    ["transcribe"],
    ["transcribe", "x.csv", "--fly"],
    ["transcribe", "x.csv", "--format", "docx"],
    ["simulate", "가", "--output"],
]


@pytest.mark.parametrize("words", MISTAKES)
def test_command_that_cannot_be_understood_is_the_users_mistake(jihwa, words):
    korean, english = (jihwa("--lang", language, *words) for language in ("ko", "en"))
    for done, told in ((korean, "명령을 이해하지 못했습니다"), (english, "cannot understand")):
        assert (done.code, done.out) == (2, "")
        (line,) = done.err.splitlines()
        assert told in line
        assert "--help" in line
    assert not re.search("argument|choice|value|expected|required|less", korean.err)


def test_value_that_begins_with_a_dash_is_told_to_be_joined_to_its_option(jihwa):
    told = {
        "en": "(--option=VALUE if it begins with -).",
        "ko": "(-로 시작하는 값은 --이름=값으로).",
    }
    for language, how in told.items():
        done = jihwa("--lang", language, "transcribe", "a.csv", "--layout", "-,flex1")
        assert (done.code, done.out) == (2, "")
        assert how in done.err


@pytest.mark.parametrize("words", [["--lang", "fr", "compose", "ㄱㅏ"], ["--lang"]])
def test_language_that_is_not_spoken_is_refused_in_that_of_the_locale(jihwa, monkeypatch, words):
    monkeypatch.setenv("LC_ALL", "ko_KR.UTF-8")
    done = jihwa(*words)
    assert done.code == 2
    assert "--lang" in done.err
    assert "명령을 이해하지 못했습니다" in done.err


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, None),
        ({"LANG": "C.UTF-8"}, None),
        ({"LANG": "POSIX"}, None),
        ({"LANG": "ko_KR.UTF-8"}, "ko"),
        ({"LANG": "en_US.UTF-8"}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LC_ALL": "ko_KR.UTF-8", "LANG": "en_US.UTF-8"}, "ko"),
        ({"LC_ALL": "", "LANG": "en_US.UTF-8"}, "en"),
    ],
)
def test_language_is_that_of_the_locale(environment, language):
    assert preferred(environment) == language


def test_locale_decides_and_an_option_overrules_it(capsys, monkeypatch):
    def complaint(*words):
        assert main(["transcribe", "none.csv", *words]) == 2
        return capsys.readouterr().err

    monkeypatch.setenv("LC_ALL", "ko_KR.UTF-8")
    assert "없습니다" in complaint()
    assert "no such file" in complaint("--lang", "en")
    assert "no such file" in complaint("--lang=en")
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
    assert "no such file" in complaint()
    assert "없습니다" in complaint("--lang", "ko")


def test_locale_without_a_language_gets_english_and_how_to_change_it(capsys, monkeypatch):
    monkeypatch.setenv("LC_ALL", "C")
    assert main(["transcribe", "none.csv"]) == 2
    told, how = capsys.readouterr().err.splitlines()
    assert "no such file" in told
    assert "한국어" in how
    assert main(["--lang", "en", "transcribe", "none.csv"]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1
    with pytest.raises(SystemExit):
        main(["say", "--help"])
    assert "한국어" in capsys.readouterr().out


def test_traceback_only_with_debug(jihwa):
    assert "Traceback" not in jihwa("transcribe", "none.csv").err
    for words in (("--debug", "transcribe", "none.csv"), ("transcribe", "none.csv", "--debug")):
        done = jihwa(*words)
        assert done.code == 2
        assert "Traceback" in done.err
        assert done.err.splitlines()[-1].startswith("jihwa: none.csv")


def test_interrupt_ends_quietly_with_130(jihwa, monkeypatch):
    monkeypatch.setattr(cli, "import_module", _raising(KeyboardInterrupt()))
    done = jihwa("compose", "ㄱㅏ")
    assert (done.code, done.out, done.err) == (130, "", "")


def test_word_that_is_also_a_command_is_an_argument_behind_one(jihwa, monkeypatch):
    imported = []
    monkeypatch.setattr(cli, "import_module", lambda name: imported.append(name) or compose)
    jihwa("compose", "train", "demo")
    assert imported == ["jihwa.io.commands.compose"]


@pytest.mark.parametrize(
    ("number", "told"),
    [
        (errno.ENOSPC, {"ko": "디스크가 가득", "en": "the disk is full"}),
        (errno.EACCES, {"ko": "권한이 없습니다", "en": "permission denied"}),
        (errno.ENOENT, {"ko": "그런 파일이나 폴더가 없습니다", "en": "no such file"}),
        (errno.EMLINK, {"ko": "raw words", "en": "raw words"}),
    ],
)
@pytest.mark.parametrize("language", ["ko", "en"])
def test_what_the_system_refuses_is_one_line(jihwa, monkeypatch, number, told, language):
    monkeypatch.setattr(cli, "import_module", _raising(OSError(number, "raw words", "out.txt")))
    done = jihwa("compose", "ㄱㅏ", "--lang", language)
    assert (done.code, len(done.err.splitlines())) == (1, 1)
    assert done.err.startswith(f"jihwa: out.txt: {told[language]}")


def _raising(error: BaseException):
    def raise_it(name):
        raise error

    return raise_it


def test_demo_shows_every_hold_and_rest_and_no_sign_as_one(jihwa):
    done = jihwa("demo", "--fast")
    assert (done.code, done.err) == (0, "")
    holds = [line for line in done.out.splitlines() if re.match(r" *[\d.]+ s  ", line)]
    assert sum("·" in line for line in holds) > 0
    assert all(line.count("·") <= 1 for line in holds)
    shares = [int(share) for share in re.findall(r"(\d+)%", "".join(holds))]
    assert len(shares) == len(holds)
    assert all(0 < share <= 100 for share in shares)


def test_simulated_session_is_read_again(jihwa, tmp_path):
    path = tmp_path / "take.csv"
    assert jihwa("simulate", "학교에 가요", "--output", path, "--seed", "3").code == 0
    session = read_session(path)
    assert session.text == "학교에 가요"
    first = path.read_bytes()
    jihwa("simulate", "학교에 가요", "--output", path, "--seed", "3")
    assert path.read_bytes() == first
    jihwa("simulate", "학교에 가요", "--output", path, "--seed", "3", "--wearer", "1")
    assert path.read_bytes() != first


def test_simulation_without_a_file_goes_to_stdout(jihwa):
    done = jihwa("simulate", "가", "--speed", "fast")
    header, *lines = done.out.splitlines()
    assert header.startswith("timestamp,")
    assert len(lines) > 50


@pytest.mark.parametrize("text", ["", "hello"])
def test_simulating_what_is_not_hangul_is_the_users_mistake(jihwa, tmp_path, text):
    done = jihwa("simulate", text, "--output", tmp_path / "take.csv")
    assert (done.code, list(tmp_path.iterdir())) == (2, [])


@pytest.mark.parametrize("command", ["evaluate", "compare", "train"])
def test_missing_data_set_is_the_users_mistake(jihwa, tmp_path, command):
    output = ["--output", tmp_path / "model"] if command == "train" else []
    done = jihwa(command, tmp_path / "none", *output)
    assert done.code == 2
    assert "no such folder" in done.err


@pytest.mark.parametrize("option", ["--model", "--lm"])
def test_model_that_is_none_is_named(jihwa, tmp_path, option):
    path = tmp_path / "model"
    for content, code in ((None, 2), (b"", 1), (b"no model", 1)):
        if content is not None:
            path.write_bytes(content)
        done = jihwa("transcribe", "take.csv", option, path)
        assert done.code == code
        assert str(path) in done.err


def test_simulating_makes_the_folders_of_its_output(jihwa, tmp_path):
    assert jihwa("simulate", "가", "--output", tmp_path / "a" / "b" / "take.csv").code == 0
    assert (tmp_path / "a" / "b" / "take.json").is_file()
    (tmp_path / "file").touch()
    done = jihwa("simulate", "가", "--output", tmp_path / "file" / "take.csv")
    assert (done.code, "a file, not a folder" in done.err) == (2, True)


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (["transcrbe", "x.csv"], "Did you mean transcribe?"),
        (["lm", "ad", "x"], "Did you mean add?"),
        (["--lang", "ko", "typ"], "혹시 type?"),
    ],
)
def test_what_was_meant_is_told(jihwa, words, meant):
    done = jihwa(*words)
    assert (done.code, meant in done.err) == (2, True), done.err
    assert "Did you mean" not in jihwa("xyzzy").err


@pytest.mark.parametrize("command", ["train none", "lm build none"])
@pytest.mark.parametrize(("output", "told"), [("none/x", "no such folder"), (".", "a folder")])
def test_output_is_checked_before_the_work(jihwa, tmp_path, command, output, told):
    done = jihwa(*command.split(), "--output", tmp_path / output)
    assert (done.code, list(tmp_path.iterdir())) == (2, [])
    assert told in done.err


def test_score_leaves_out_what_is_not_hangul_and_tells(jihwa, tmp_path):
    text, pure = tmp_path / "text.txt", tmp_path / "pure.txt"
    text.write_text("학교에 가요\n\nabc\n1 학교\n", encoding="utf-8")
    pure.write_text("학교에 가요\n", encoding="utf-8")
    mixed, only = (jihwa("lm", "score", path) for path in (text, pure))
    assert "1 lines, 11 jamo; 2 lines that are not Hangul left out" in mixed.out
    assert mixed.out.split()[1] == only.out.split()[1]
    text.write_text("abc\n", encoding="utf-8")
    done = jihwa("lm", "score", text)
    assert (done.code, done.out) == (2, "")
    assert "1 lines that are not Hangul" in done.err


@pytest.mark.parametrize(
    ("words", "allowed"),
    [
        (("captions", "--port", "99999"), "a whole number from 0 to 65535"),
        (("captions", "--port", "-1"), "a whole number from 0 to 65535"),
        (("transcribe", "a.csv", "--jobs", "0"), "a whole number from 1 to "),
        (("transcribe", "a.csv", "--jobs", "100000"), "a whole number from 1 to "),
        (("record", "a.csv", "--seconds", "-3"), "a number from 0.3 to 86400.0"),
        (("record", "a.csv", "--label", "ㄱ", "--takes", "0"), "a whole number from 1 to "),
        (("simulate", "가", "--rate-hz", "0"), "a number from 1.0 to 500.0"),
        (("simulate", "가", "--letters-per-s", "nan"), "a number from 0.1 to 20.0"),
        (("simulate", "가", "--wearer", "-1"), "a whole number from 0 to "),
        (("simulate", "가", "--seed", "many"), "a whole number from 0 to "),
        (("lm", "build", "a.txt", "--output", "a.lm", "--ngrams", "0"), "a whole number from 1 "),
        (("lm", "build", "a.txt", "--output", "a.lm", "--order", "1"), "from 2 to 9"),
        (("train", "a", "--output", "a.bundle", "--lr", "-1"), "a number from 0.0 to "),
    ],
)
def test_numbers_that_cannot_be_are_refused_with_their_range(jihwa, words, allowed):
    *_, option, value = words
    done = jihwa(*words, "--lang", "en")
    assert (done.code, done.out) == (2, "")
    assert f"{option}: '{value}' will not do. Allowed: " in done.err
    assert allowed in done.err
    assert f"{option}: '{value}'은(는) 쓸 수 없습니다" in jihwa(*words, "--lang", "ko").err


def test_interrupt_while_the_program_is_imported_ends_it_without_a_word():
    program = (
        "import os, signal, sys\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # ignored in the background
        "class Interrupts:\n"
        "    def find_spec(self, name, *_):\n"
        "        if name == 'jihwa.io.cli':\n"
        "            os.kill(os.getpid(), signal.SIGINT)\n"
        "sys.meta_path.insert(0, Interrupts())\n"
        "from jihwa.io.__main__ import main\n"
        "sys.exit(main())\n"
    )
    done = subprocess.run([sys.executable, "-c", program, "--help"], capture_output=True)
    assert (done.returncode, done.stdout, done.stderr) == (130, b"", b"")
