"""`jihwa config`, and what the file changes in other commands."""

import sys
import tomllib

import pytest

from jihwa.io.settings import configuration
from jihwa.io.settings.table import SETTINGS


@pytest.fixture
def configure():
    """Writes the configuration file."""

    def write(text):
        configuration.path().parent.mkdir(parents=True, exist_ok=True)
        configuration.path().write_text(text, encoding="utf-8")

    return write


def lines_of(done):
    return {line.split(" =")[0].lstrip("#"): line for line in done.out.splitlines()[1:]}


def test_every_setting_is_shown_with_where_it_comes_from(jihwa, configure):
    configure('[voice]\nname = "유나"\nrate_wpm = 200\n')
    done = jihwa("config", "--rate", "120")
    lines = lines_of(done)
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines()[0] == f"# {configuration.path()}"
    assert list(lines) == list(SETTINGS)
    assert lines["voice.rate_wpm"].split() == ["voice.rate_wpm", "=", "120", "#", "command", "line"]
    assert lines["voice.name"].split() == ["voice.name", "=", '"유나"', "#", "file"]
    assert lines["speak"].endswith("# default")
    assert lines["language"].endswith("# command line")


def test_what_is_shown_is_toml_that_says_the_same(jihwa, configure):
    done = jihwa("config", "--layout", "timestamp,flex1", "--profile", 'a"b')
    shown = tomllib.loads(done.out)
    assert shown["layout"] == ["timestamp", "flex1"]
    assert shown["profile"] == 'a"b'
    assert shown["voice"] == {"rate_wpm": 160, "volume": 1.0, "say_again": False}
    configure(done.out)
    assert lines_of(jihwa("config"))["profile"].endswith("# file")


def test_path_is_told_before_there_is_a_file(jihwa):
    first = jihwa("config").out.splitlines()[0]
    assert str(configuration.path()) in first
    assert "does not exist" in first


def test_all_that_is_wrong_in_the_file_is_told_beside_the_rest(jihwa, configure):
    configure('speek = "word"\npause_s = "long"\nmode = "name"\n')
    done = jihwa("config")
    assert done.code == 2
    assert [line.split(":")[2] for line in done.err.splitlines()] == ["1", "2"]
    assert lines_of(done)["mode"].endswith("# file")


def test_other_commands_refuse_a_file_with_a_mistake(jihwa, configure):
    configure('speek = "word"\n')
    done = jihwa("compose", "ㄱㅏ")
    assert (done.code, done.out) == (2, "")
    (line,) = done.err.splitlines()
    assert "config.toml:1: unknown setting speek" in line


def test_file_changes_what_commands_do_and_an_option_changes_it_back(jihwa, configure):
    configure('mode = "exact"\n')
    assert jihwa("compose", "ㅎㅏㄱㄱㅛㅇㅔㄱㅏㅛ").out == "학교에가ㅛ\n"
    free = jihwa("compose", "ㅎㅏㄱㄱㅛㅇㅔㄱㅏㅛ", "--mode", "free").out
    assert free != "학교에가ㅛ\n"


def test_file_chooses_the_language_of_messages_and_help(capsys, configure, jihwa):
    configure('language = "en"\n')
    from jihwa.io.cli import main

    assert main(["transcribe", "none.csv"]) == 2
    assert "no such file" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["--help"])
    assert "turn recordings into text" in capsys.readouterr().out
    assert "없습니다" in jihwa("--lang", "ko", "transcribe", "none.csv").err


def test_help_is_shown_whatever_the_file_holds(capsys, configure):
    from jihwa.io.cli import main

    configure("][")
    with pytest.raises(SystemExit) as ended:
        main(["config", "--help", "--lang", "en"])
    assert ended.value.code == 0
    text = " ".join(capsys.readouterr().out.split())
    assert all(setting.flag in text for setting in SETTINGS.values())
    assert "words a minute (default: 160)" in text


@pytest.mark.parametrize("language", ["ko", "en"])
def test_editing_begins_with_a_file_that_explains_and_sets_nothing(jihwa, monkeypatch, language):
    monkeypatch.setenv("VISUAL", f'"{sys.executable}" -c "import sys; print(sys.argv[1])"')
    assert jihwa("config", "--edit", "--lang", language).code == 0
    text = configuration.path().read_text(encoding="utf-8")
    assert tomllib.loads(text) == {}
    for setting in SETTINGS.values():
        assert f"\n#{setting.key} =" in text
        assert setting.described(language) in text
    uncommented = [
        line[1:] for line in text.splitlines() if line.startswith("#") and line[1:2].isalpha()
    ]
    set_ones = "\n".join(line for line in uncommented if not line.endswith("="))
    values = configuration.parse(set_ones.encode(), configuration.path()).values
    assert values == {k: s.default for k, s in SETTINGS.items() if s.default is not None}


def test_editing_keeps_what_is_there_and_tells_mistakes(jihwa, configure, monkeypatch):
    configure("speak = 'word'\n")
    change = "import sys, pathlib; pathlib.Path(sys.argv[1]).write_text('spek = 1')"
    monkeypatch.setenv("VISUAL", f'"{sys.executable}" -c "{change}"')
    done = jihwa("config", "--edit")
    assert done.code == 2
    assert "The nearest known one: speak" in done.err


def test_without_editor_or_terminal_the_file_is_made_and_named(jihwa, monkeypatch):
    for name in ("VISUAL", "EDITOR"):
        monkeypatch.delenv(name, raising=False)
    done = jihwa("config", "--edit")  # no terminal here
    assert (done.code, str(configuration.path()) in done.err) == (2, True)
    assert configuration.path().is_file()
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("PATH", "")
    assert "there is no editor" in jihwa("config", "--edit").err


def test_editor_that_is_none_is_told_with_the_file(jihwa, monkeypatch):
    monkeypatch.setenv("VISUAL", "no-such-editor-anywhere")
    done = jihwa("config", "--edit")
    assert done.code == 2
    assert str(configuration.path()) in done.err
    assert "EDITOR" in done.err


def test_learning_goes_before_a_file_that_says_not_to_adapt(jihwa, configure, take):
    configure("adapt = false\n")
    recording = take()
    from jihwa.data.alphabet import Alphabet
    from jihwa.io.user import profiles
    from jihwa.recognizer.profile import Profile

    profiles.save("minsu", Profile.empty(Alphabet.load()))
    assert jihwa("transcribe", recording, "--profile", "minsu", "--learn").code == 0
    assert profiles.load("minsu").steps
