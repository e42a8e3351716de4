"""What a command line tells of itself: help, versions, the manual page, how it goes on."""

import os
import re
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest

from jihwa.data.alphabet import Alphabet
from jihwa.io.cli import COMMANDS, main
from jihwa.io.user import profiles
from jihwa.recognizer.profile import Profile


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


def test_version_is_told_with_the_models_that_ship(capsys):
    first, *models = help_of(capsys, "--version").splitlines()
    assert re.fullmatch(r"jihwa \S+ \((compiled|plain Python)\)", first)
    names = (
        "gaussian24.bundle",
        "landmarks31.bundle",
        "segmenter.bundle",
        "landmarks_segmenter.bundle",
        "korean.lm",
        "korean.lexicon",
    )
    for line, name in zip(models, names, strict=True):
        (path,) = Path(__file__).parents[1].glob(f"*/*/{name}")
        assert line.split() == [name, "sha256", sha256(path.read_bytes()).hexdigest()[:12]]


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_manual_page_has_every_command_and_man_understands_it(capsys, language):
    page = help_of(capsys, "--man", "--lang", language)
    for name, summary in COMMANDS.items():
        assert f".SS jihwa {name}" in page
        assert summary.text(language) in page.replace("\\-", "-")
    assert ".SS jihwa sessions export" in page
    if shutil.which("groff") is None:
        pytest.skip("needs the system package groff")
    command = ["groff", "-man", "-ww", "-Kutf8", "-Tutf8"]
    done = subprocess.run(command, input=page.encode(), capture_output=True, check=True)
    assert (done.stderr, "jihwa" in done.stdout.decode()) == (b"", True)


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("jihwa ty", ["type "]),
        ("jihwa type --sp", ["--speak "]),
        ("jihwa --lang ko sessions ex", ["export "]),
        ("jihwa sessions export x --format ", ["txt", "json", "srt"]),
        ("jihwa type --profile m", ["minsu", "mina"]),
        ("jihwa type --profile minsu --nonsense --spe", ["--speak "]),
    ],
)
def test_a_shell_is_told_how_a_command_line_goes_on(line, offered, tmp_path):
    pytest.importorskip("argcomplete")
    for name in ("minsu", "mina", "jia"):
        profiles.save(name, Profile.empty(Alphabet.load()))
    asked = {
        **{"_ARGCOMPLETE": "1", "COMP_LINE": line, "COMP_POINT": str(len(line))},
        **{"COMP_TYPE": "9", "_ARGCOMPLETE_IFS": "\n"},
        "_ARGCOMPLETE_STDOUT_FILENAME": str(tmp_path / "answer"),
    }
    command = [sys.executable, "-m", "jihwa.io"]
    done = subprocess.run(command, env={**os.environ, **asked}, capture_output=True, check=True)
    answer = (tmp_path / "answer").read_text("utf-8").split("\n")
    assert sorted(answer) == sorted(offered)
    assert (done.stdout, done.stderr) == (b"", b"")


@pytest.mark.parametrize("name", [name for name in COMMANDS if name != "lm"])
@pytest.mark.parametrize("language", ["ko", "en"])
def test_every_command_has_help(capsys, name, language):
    text = help_of(capsys, name, "--help", "--lang", language)
    assert name in text
    assert COMMANDS[name].text(language)[:20] in text


def test_without_a_command_help_is_shown(jihwa):
    done = jihwa()
    assert (done.code, done.out) == (2, "")
    assert all(name in done.err for name in COMMANDS)


@pytest.mark.parametrize("words", [[], ["train"], ["lm"], ["lm", "build"], ["lm", "score"]])
def test_korean_help_is_all_korean_and_lists_the_common_options(capsys, words):
    text = help_of(capsys, *words, "--help", "--lang", "ko")
    assert "--lang" in text
    assert "--debug" in text
    assert "사용법: jihwa" in text
    assert not re.search(r"usage|options|arguments|show|default", text)


def test_help_tells_defaults_and_alphabets(capsys):
    text = help_of(capsys, "train", "--help", "--lang", "en")
    for told in ("default: gaussian", "default: basic24", "extended31", "full40"):
        assert told in " ".join(text.split())
    assert "default: 9" in help_of(capsys, "lm", "build", "--help", "--lang", "en")
    assert "default: normal" in help_of(capsys, "simulate", "--help", "--lang", "en")


@pytest.mark.parametrize(
    ("extra", "commands"), [("web", ["captions"]), ("train", ["compare", "export", "plot", "tune"])]
)
def test_help_of_a_command_that_needs_an_extra_tells_how_to_get_it(capsys, extra, commands):
    for command in commands:
        for language in ("ko", "en"):
            assert f"pip install 'jihwa[{extra}]'" in help_of(
                capsys, command, "--help", "--lang", language
            )
