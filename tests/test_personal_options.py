"""Options on the user's own words: what is read, what is left out, when nothing is learned."""

import argparse

import pytest

from jihwa.composer.language.jamo import encode
from jihwa.composer.language.token_model import Mode
from jihwa.io.settings import options as shared
from jihwa.io.settings.arguments import Arguments
from jihwa.io.settings.configuration import Configuration, resolve
from jihwa.io.user import vocabulary


@pytest.fixture
def parse():
    parser = argparse.ArgumentParser()
    Arguments(parser, "en").settings("lm", "personal", "history", "mode", "profile")

    def parse(*words):
        options = parser.parse_args(words)
        resolve(options, Configuration())
        return options

    return parse


def log_prob(options, text):
    """What the user's model makes of a text."""
    model = shared.token_model(options, "en")
    state, total = model.start(), 0.0
    for token in encode(text).tolist():
        total += state.row()[token]
        state = state.after(token)
    return total


@pytest.mark.parametrize(
    ("words", "mode", "learns"),
    [
        ((), Mode.FREE, True),
        (("--mode", "name"), Mode.NAME, True),
        (("--mode", "exact"), Mode.EXACT, False),
        (("--no-history",), Mode.FREE, False),
        (("--no-personal",), Mode.FREE, False),
    ],
)
def test_history_learns_unless_it_is_off_or_the_text_may_be_a_password(parse, words, mode, learns):
    options = parse(*words)
    assert Mode(options.mode) is mode
    assert shared.learns(options) is learns


def test_own_words_and_typed_words_are_expected_unless_they_are_left_out(parse):
    listed, typed = "빛가온솔", "늘봄찬슬"
    before = [log_prob(parse(), text) for text in (listed, typed)]
    vocabulary.add([listed])
    vocabulary.learn(typed)
    with_all, without_history, without_any = (
        [log_prob(parse(*words), text) for text in (listed, typed)]
        for words in ((), ("--no-history",), ("--no-personal",))
    )
    assert with_all[0] > before[0] + 5
    assert with_all[1] > before[1] + 5
    assert without_history[0] > before[0] + 5
    assert without_history[1] == pytest.approx(before[1], abs=0.2)
    assert without_any == before


def test_words_of_the_profile_that_is_worn_and_of_everybody_are_expected(parse):
    vocabulary.add(["빛가온솔"], "me")
    vocabulary.learn("늘봄찬슬", "me")
    vocabulary.learn("늘봄찬슬 해운대")

    def expected(*words):
        return shared.personal_words(parse(*words), "en")

    assert set(expected()) == {"", "늘봄찬슬", "해운대"}
    assert set(expected("--profile", "me")) == {"", "늘봄찬슬", "해운대", "빛가온솔"}
    assert expected("--profile", "me")["늘봄찬슬"] > expected()["늘봄찬슬"]
    assert set(expected("--profile", "you")) == {"", "늘봄찬슬", "해운대"}
    assert set(expected("--profile", "me", "--no-history")) == {"", "빛가온솔"}
    assert not expected("--profile", "me", "--no-personal")


def test_a_few_own_words_are_not_expected_everywhere(parse):
    texts = ["오늘 저녁에", "김민수", "해운대구"]
    before = [log_prob(parse(), text) for text in texts]
    vocabulary.add(["김민주"])
    after = [log_prob(parse(), text) for text in texts]
    assert all(now > then - 0.1 for now, then in zip(after, before, strict=True))


def test_words_that_cannot_be_used_are_told_where_they_are_read(parse, capsys):
    vocabulary.add(["민수"])
    vocabulary.learn("지아")
    with vocabulary.list_path().open("a") as file:
        file.write("John\n")
    vocabulary.history_path().write_text("# jihwa history 9\n")
    shared.token_model(parse(), "en")
    told = capsys.readouterr().err
    assert "words.txt:2 'John'" in told
    assert "no history of version 1" in told
    shared.token_model(parse("--no-history"), "en")
    assert "history" not in capsys.readouterr().err
    shared.token_model(parse("--no-personal"), "en")
    assert capsys.readouterr().err == ""
