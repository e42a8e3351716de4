"""The command line: help, languages, mistakes and interrupts, whatever the command."""

import errno
import re
import subprocess
import sys

import pytest

from jihwa.data.sessions import read_session
from jihwa.io import cli
from jihwa.io.cli import COMMANDS, main
from jihwa.io.language import preferred


def help_of(capsys, *words) -> str:
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("language", ["ko", "en"])
def test_help_lists_every_command_in_the_users_language(capsys, language):
    text = help_of(capsys, "--lang", language, "--help")
    for name, summary in COMMANDS.items():
        assert name in text
        assert summary.text(language)[:20] in text


def test_version_is_told(capsys):
    assert help_of(capsys, "--version").startswith("jihwa ")


@pytest.mark.parametrize("name", ["transcribe", "compose", "simulate", "evaluate", "train"])
@pytest.mark.parametrize("language", ["ko", "en"])
def test_every_command_has_help(capsys, name, language):
    text = help_of(capsys, name, "--help", "--lang", language)
    assert name in text
    assert COMMANDS[name].text(language)[:20] in text


MISTAKES = [
    [],
    ["fly"],
    ["transcribe"],
    ["transcribe", "x.csv", "--fly"],
    ["transcribe", "x.csv", "--format", "docx"],
    ["simulate", "가", "--seed", "many"],
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
    assert not re.search("argument|choice|value|expected|required", korean.err)


@pytest.mark.parametrize("words", [["--lang", "fr", "compose", "ㄱㅏ"], ["--lang"]])
def test_language_that_is_not_spoken_is_refused_in_korean(jihwa, words):
    done = jihwa(*words)
    assert done.code == 2
    assert "--lang" in done.err
    assert "명령을 이해하지 못했습니다" in done.err


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "ko"),
        ({"LANG": "C.UTF-8"}, "ko"),
        ({"LANG": "POSIX"}, "ko"),
        ({"LANG": "ko_KR.UTF-8"}, "ko"),
        ({"LANG": "en_US.UTF-8"}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LC_ALL": "ko_KR.UTF-8", "LANG": "en_US.UTF-8"}, "ko"),
        ({"LC_ALL": "", "LANG": "en_US.UTF-8"}, "en"),
    ],
)
def test_language_is_that_of_the_locale_and_korean_without_one(environment, language):
    assert preferred(environment) == language


def test_locale_decides_and_an_option_overrules_it(capsys, monkeypatch):
    def complaint(*words):
        assert main(["transcribe", "none.csv", *words]) == 2
        return capsys.readouterr().err

    monkeypatch.setenv("LC_ALL", "C")
    assert "없습니다" in complaint()
    assert "no such file" in complaint("--lang", "en")
    assert "no such file" in complaint("--lang=en")
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
    assert "no such file" in complaint()
    assert "없습니다" in complaint("--lang", "ko")


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


def test_full_disk_is_a_failure_with_one_line(jihwa, monkeypatch):
    error = OSError(errno.ENOSPC, "No space left on device", "out.txt")
    monkeypatch.setattr(cli, "import_module", _raising(error))
    done = jihwa("compose", "ㄱㅏ")
    assert done.code == 1
    assert done.err.startswith("jihwa: out.txt: No space left on device")


def _raising(error: BaseException):
    def raise_it(name):
        raise error

    return raise_it


def test_reader_that_stops_listening_is_no_error(tmp_path):
    command = [sys.executable, "-m", "jihwa.io", "simulate", "안녕하세요 만나서 반갑습니다"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as run:
        run.stdout.readline()
        run.stdout.close()
        assert run.stderr.read() == b""
    assert run.returncode == 0


def test_compose_turns_letters_into_text(jihwa):
    assert jihwa("compose", "ㅎㅏㄱㄱㅛ").out == "학교\n"


def test_compose_reads_a_sequence_a_line(jihwa, monkeypatch):
    monkeypatch.setattr(sys, "stdin", iter(["ㅎㅏㄱㄱㅛ\n", "\n", "ㅇㅏㄱㄱㅏ\n"]))
    assert jihwa("compose").out == "학교\n\n아까\n"


@pytest.mark.parametrize("letters", ["abc", "漢字", "ᄀ"])
def test_compose_refuses_what_is_no_letter(jihwa, letters):
    done = jihwa("compose", letters)
    assert (done.code, done.out) == (2, "")
    assert letters[0] in done.err


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


@pytest.mark.parametrize("command", ["evaluate", "train"])
def test_missing_data_set_is_the_users_mistake(jihwa, tmp_path, command):
    output = ["--output", tmp_path / "model"] if command == "train" else []
    done = jihwa(command, tmp_path / "none", *output)
    assert done.code == 2
    assert "no such folder" in done.err


@pytest.mark.parametrize("option", ["--model", "--lm"])
def test_model_that_is_none_is_named(jihwa, tmp_path, option):
    path = tmp_path / "model"
    assert jihwa("transcribe", "take.csv", option, path).code in (1, 2)
    path.write_bytes(b"no model")
    done = jihwa("transcribe", "take.csv", option, path)
    assert done.code == 1
    assert str(path) in done.err
