"""Settings: one table for the command line and the file; the command line goes first."""

import argparse
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jihwa.data.messages import UsageError
from jihwa.io.settings import configuration
from jihwa.io.settings.arguments import Arguments
from jihwa.io.settings.configuration import Configuration, Origin, parse, resolve
from jihwa.io.settings.table import SETTINGS

FILE = Path("/home/somebody/.config/jihwa/config.toml")


def parse_text(text: str) -> Configuration:
    return parse(text.encode(), FILE)


def typed(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    Arguments(parser, "en").settings(*SETTINGS)
    return parser.parse_args(words)


def test_unset_settings_are_their_defaults_under_the_names_of_their_options():
    options = typed()
    resolve(options, Configuration())
    assert options.source == "auto:"
    assert (options.speak, options.rate, options.volume, options.voice) == ("off", 160, 1.0, None)
    assert (options.history, options.say_again) == (True, False)
    assert (options.keep_days, options.keep_mb) == (30, 500)


def test_command_line_goes_before_the_file_and_the_file_before_the_default():
    configured = parse_text('speak = "word"\nvoice.rate_wpm = 200\nhistory = false\n')
    options = typed("--rate", "120", "--history")
    resolved = resolve(options, configured)
    assert (options.speak, options.rate, options.history) == ("word", 120, True)
    assert resolved["speak"] == ("word", Origin.FILE)
    assert resolved["voice.rate_wpm"] == (120, Origin.COMMAND_LINE)
    assert resolved["pause_s"] == (5.0, Origin.DEFAULT)


OF_PROFILES = """
voice.rate_wpm = 200
[profiles.me]
voice.rate_wpm = 120
[profiles."유나 2".voice]
name = "유나"
"""


def test_voice_of_a_profile_goes_before_the_voice_of_everybody():
    configured = parse_text(OF_PROFILES)
    assert configured.faults == ()

    def voice(*words):
        options = typed(*words)
        options.resolved = resolve(options, configured)
        return options.rate, options.voice

    assert voice() == (200, None)
    assert voice("--profile", "me") == (120, None)
    assert voice("--profile", "there/유나 2.json") == (200, "유나")
    assert voice("--profile", "me", "--rate", "90") == (90, None)


def test_another_profile_keeps_what_the_command_line_says(monkeypatch):
    options = typed("--profile", "me", "--volume", "0.5")
    options.resolved = resolve(options, parse_text(OF_PROFILES))
    monkeypatch.setattr(configuration, "read", lambda: parse_text(OF_PROFILES))
    other = configuration.for_profile(options, "유나 2")
    assert (other.profile, other.voice, other.rate, other.volume) == ("유나 2", "유나", 200, 0.5)
    assert (options.profile, options.voice, options.rate) == ("me", None, 120)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[profiles.me]\nspeak = 'word'", ":2: unknown setting profiles.me.speak"),
        ("[profiles.me]\nvoice.rate_wpm = 9", ":2: profiles.me.voice.rate_wpm is 9"),
        ("profiles = 3", ":1: unknown setting profiles."),
        ("[profiles]\nme = 3", ":2: unknown setting profiles.me."),
    ],
)
def test_what_no_profile_has_is_told(text, told):
    (fault,) = parse_text(text).faults
    assert told in fault.en


def test_option_of_a_command_with_the_name_of_a_setting_is_left_alone():
    options = argparse.Namespace(model="gaussian")
    resolve(options, parse_text('model = "own.bundle"'))
    assert options.model == "gaussian"


SAME = [
    ("speak", '"word"', "word"),
    ("source", '"sim:가"', "sim:가"),
    ("layout", '["timestamp", "flex1"]', "timestamp,flex1"),
    ("pause_s", "2", "2"),
    ("pause_s", "2.5", "2.5"),
    ("voice.rate_wpm", "80", "80"),
    ("voice.name", '""', ""),
    ("layout", "[]", ""),
    ("model", '""', ""),
    ("profile", '"minsu"', "minsu"),
    ("model", '"/m/a.bundle"', "/m/a.bundle"),
]


@pytest.mark.parametrize(("key", "toml", "text"), SAME)
def test_value_means_the_same_in_the_file_and_on_the_command_line(key, toml, text):
    setting = SETTINGS[key]
    (value,) = parse_text(f"{key} = {toml}").values.values()
    assert value == getattr(typed(setting.flag, text), setting.dest)


UNFIT = [
    ("speak", '"loud"', '"off", "word", "sentence", "manual"'),
    ("speak", "1", '"off", "word"'),
    ("history", '"no"', "true, false"),
    ("history", "0", "true, false"),
    ("voice.rate_wpm", "79", "a whole number from 80 to 450"),
    ("voice.rate_wpm", "451", "80 to 450"),
    ("voice.rate_wpm", "100.5", "80 to 450"),
    ("voice.rate_wpm", "true", "80 to 450"),
    ("voice.volume", "nan", "a number from 0.0 to 1.0"),
    ("voice.volume", '"1"', "0.0 to 1.0"),
    ("layout", '"flex1"', '["name"'),
    ("layout", "[1]", '["name"'),
    ("lm", "3", "a path"),
    ("model", "3", "path.bundle"),
    ("source", "{ port = 1 }", "a text"),
    ("profile", '"~nobody-of-this-name/a.json"', "path.json"),
]


@pytest.mark.parametrize(("key", "toml", "allowed"), UNFIT)
def test_value_that_will_not_do_is_told_with_what_will(key, toml, allowed):
    configured = parse_text(f"# first\nlanguage = 'en'\n{key} = {toml}")
    (fault,) = configured.faults
    assert fault.en.startswith(f"{FILE}:3: {key} is ")
    assert allowed in fault.en
    assert key not in configured.values
    assert configured.language == "en"
    with pytest.raises(UsageError, match="Allowed"):
        configured.check()


@pytest.mark.parametrize(
    ("flag", "text"), [("--rate", "fast"), ("--rate", "9"), ("--volume", "nan"), ("--pause", "-1")]
)
def test_value_on_the_command_line_that_will_not_do_is_told_too(flag, text):
    with pytest.raises(UsageError, match="number from"):
        typed(f"{flag}={text}")


def test_files_count_from_the_folder_of_the_configuration(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    values = parse_text('model = "a.bundle"\nlm = "~/b.lm"\nprofile = "c.json"').values
    assert values["model"] == str(FILE.parent / "a.bundle")
    assert values["lm"] == tmp_path / "b.lm"
    assert values["profile"] == str(FILE.parent / "c.json")


@pytest.mark.parametrize(
    ("text", "line", "nearest"),
    [
        ("speek = 'word'", 1, "speak"),
        ("\n[voice]\nrate = 3", 3, "voice.rate_wpm"),
        ("voice = 'Yuna'", 1, "voice.name"),
        ("[journal]\n\n'keep_day' = 3", 3, "journal.keep_days"),
        ("voice.volum = 1", 1, "voice.volume"),
        ("journal = { keep_days = 1, keep_gb = 2 }", 1, "journal.keep_mb"),
    ],
)
def test_unknown_key_is_told_with_its_line_and_the_nearest_known_one(text, line, nearest):
    (fault,) = parse_text(text).faults
    assert fault.en.startswith(f"{FILE}:{line}: unknown setting")
    assert f"The nearest known one: {nearest}." in fault.en
    assert nearest in fault.ko


@pytest.mark.parametrize(
    ("content", "place"),
    [
        (b"speak = word", "1:9"),
        (b"a = 1\na = 2", "2:6"),
        (b"\n[voice", "2:7"),
        (b'speak = "\xff"', "1"),
    ],
)
def test_what_is_no_toml_is_told_with_its_place(content, place):
    (fault,) = parse(content, FILE).faults
    assert fault.en.startswith(f"{FILE}:{place}: the configuration is no TOML")


def test_mark_at_the_beginning_of_the_file_is_no_fault():
    assert parse("\ufeffspeak = 'word'".encode(), FILE).values == {"speak": "word"}


@given(st.binary(max_size=60))
def test_no_content_makes_it_fail(content):
    configured = parse(content, FILE)
    assert all(str(FILE) in fault.ko for fault in configured.faults)


def test_file_that_cannot_be_read_is_a_fault():
    configuration.path().mkdir(parents=True)
    (fault,) = configuration.read().faults
    assert str(configuration.path()) in fault.en


def test_file_is_where_the_platform_keeps_configurations(tmp_path):
    if os.name == "posix":
        assert configuration.path() == tmp_path / "config" / "jihwa" / "config.toml"
    assert configuration.read() == Configuration()
