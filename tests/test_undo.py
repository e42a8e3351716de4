"""Undo and redo, backspace by words, and letting go of what lies far back.

Stories are written as in `emissions`.
"""

from dataclasses import replace
from unittest.mock import patch

import numpy as np
import pytest
from emissions import BASIC, emission, shown
from hypothesis import assume, event, given, settings
from hypothesis import strategies as st
from stories import Reader, model

from jihwa.composer.decoding.options import DecoderOptions
from jihwa.composer.language.token_model import Mode
from jihwa.composer.text.undo import EXACT_STEPS, MOST_STEPS
from jihwa.recognizer.events import readings

SMALL = DecoderOptions(beam=24)
HELLO = "ㅇㅏㄴㄴㅕㅇㅎㅏㅅㅓㅣㅇㅛ"

actions = st.lists(st.sampled_from([*"ㄱㄴㄹㅅㅇㅎㅏㅓㅗㅣ-t<w!cxeur"]), max_size=30).map("".join)


def undo(reader):
    update = reader.composer.undo()
    return update is not None and bool(reader.follow(update))


def redo(reader):
    update = reader.composer.redo()
    return update is not None and bool(reader.follow(update))


def act(reader, steps, seed, after=lambda: None):
    """`t` types, `<` and `w` take back a sign and a word, `!` chooses, `c` completes, `x` clears,
    `e` expects something else, `u` undoes, `r` redoes; anything else is shown."""
    rng = np.random.default_rng(seed)
    composer = reader.composer
    for at, step in enumerate(steps):
        if step == "t":
            reader.follow(composer.type(str(rng.choice(["3", " ", "층, ", "KTX", "ㄱ", "\n"]))))
        elif step == "!" and composer.words():
            word = int(rng.integers(len(composer.words())))
            candidates = [each.text for each in composer.candidates(word)]
            reader.follow(composer.choose(word, str(rng.choice(candidates))))
        elif step == "e":
            reader.follow(composer.expect(model(), Mode(rng.choice(["free", "exact", "word"]))))
        elif step in "<wcx":
            calls = composer.backspace, composer.backspace_word, composer.complete, composer.clear
            reader.follow(calls["<wcx".index(step)]())
        elif step in "ur":
            undo(reader) if step == "u" else redo(reader)
        elif step != "!":
            noise = rng.normal(scale=6, size=len(readings(BASIC)))
            label = "rest" if step == "-" else step
            reader.feed([emission({label: 0.0}, 0.7 * at, BASIC, noise)])
        assert (composer.text, composer.preedit) == (reader.committed, reader.preedit)
        assert reader.text.split() == [word.text for word in composer.words()]
        after()


# --- undo and redo


def test_undo_and_redo_walk_through_everything_that_changed_the_text():
    reader = Reader(BASIC).feed(shown("ㄴㅏ", BASIC))
    composer = reader.composer
    reader.follow(composer.type(" 3"))
    reader.follow(composer.choose(0, "너"))
    reader.follow(composer.backspace())
    reader.follow(composer.backspace_word())
    texts = ["", "ㄴ", "나", "나 3", "너 3", "너", ""]
    for text in reversed(texts[:-1]):
        assert undo(reader)
        assert reader.text == text
    assert not undo(reader)
    for text in texts[1:]:
        assert redo(reader)
        assert reader.text == text
    assert not redo(reader)


def test_what_an_undo_brings_back_is_as_open_as_it_was():
    reader = Reader(BASIC).feed(shown("ㄴㅏㄴㅡ", BASIC))
    reader.follow(reader.composer.complete())
    assert reader.preedit == ""
    assert undo(reader)
    assert (reader.committed, reader.preedit) == ("", "나느")
    assert reader.feed(shown("ㄴ", BASIC)).flush().text == "나는"


def test_a_cleared_text_comes_back():
    reader = Reader().feed(shown("ㄴㅏㄴㅡㄴ-×"))
    assert reader.text == ""
    assert undo(reader)
    assert reader.feed(shown("ㄴㅏ")).flush().text == "나는 나"


def test_a_new_change_ends_what_can_be_redone():
    reader = Reader(BASIC).feed(shown("ㄴㅏ", BASIC))
    assert undo(reader)
    reader.feed(shown("ㅓ", BASIC))
    assert not redo(reader)
    assert reader.text == "너"


def test_a_hold_that_changes_nothing_is_no_step():
    reader = Reader(BASIC).feed(shown("ㄴㅏ--", BASIC))
    assert undo(reader)
    assert reader.text == "ㄴ"


def test_far_back_the_text_comes_back_and_is_final():
    reader = Reader(BASIC, SMALL)
    texts = [""]
    for each in shown((HELLO + "-") * 3, BASIC):
        if reader.feed([each]).text != texts[-1]:
            texts.append(reader.text)
    n_steps = len(texts) - 1
    for steps_back, text in enumerate(reversed(texts[:-1]), start=1):
        assert undo(reader)
        assert reader.text == text
        assert steps_back <= EXACT_STEPS or reader.preedit == ""
    assert n_steps > EXACT_STEPS
    assert not undo(reader)


def test_steps_are_bounded():
    reader = Reader(BASIC)
    for digit in range(MOST_STEPS + 10):
        reader.follow(reader.composer.type(str(digit % 10)))
    assert sum(iter(lambda: undo(reader), False)) == MOST_STEPS
    assert reader.text == "0123456789"


def test_another_mode_leaves_the_text_of_what_came_before():
    reader = Reader(BASIC).feed(shown("ㄴㅏㄴ", BASIC))
    reader.follow(reader.composer.expect(model(), Mode.EXACT))
    reader.feed(shown("ㄱ", BASIC))
    for text in ("난", "나", "ㄴ", ""):
        assert undo(reader)
        assert (reader.committed, reader.preedit) == (text, "")
    assert not undo(reader)


def test_decisions_are_told_once_however_often_a_text_is_undone():
    emissions = shown(HELLO, BASIC)
    reader = Reader(BASIC).feed(emissions)
    for _ in range(3):
        reader.follow(reader.composer.complete())
        assert undo(reader)
    reader.flush()
    assert [decision.emission for decision in reader.decided] == emissions


@settings(max_examples=25, deadline=None)
@given(actions, st.integers(0, 2**32 - 1))
def test_whatever_happened_undoing_all_of_it_leaves_nothing_and_redoing_it_brings_it_back(
    steps, seed
):
    reader = Reader(BASIC, SMALL)
    act(reader, steps, seed)
    while redo(reader):
        pass
    end = reader.text
    passed = []
    while undo(reader):
        passed.append((reader.text, reader.committed, reader.preedit))
    assert reader.text == ""
    for text, *_ in reversed(passed[:-1]):
        assert redo(reader)
        assert reader.text == text
    assert bool(passed) == redo(reader)
    assert reader.text == end
    assert not redo(reader)


@settings(max_examples=25, deadline=None)
@given(actions, st.integers(0, 2**32 - 1))
def test_undo_and_redo_together_change_nothing(steps, seed):
    """Not even what is final of the text."""
    reader = Reader(BASIC, SMALL)

    def there_and_back():
        before = reader.committed, reader.preedit
        if undo(reader):
            assert redo(reader)
        assert (reader.committed, reader.preedit) == before

    act(reader, steps, seed, there_and_back)


# --- words


@pytest.mark.parametrize(
    ("story", "typed", "texts"),
    [
        ("ㄴㅏㄴㅡㄴ-ㅎㅏㄱㄱㅛ", "", ["나는", "", ""]),
        ("ㄴㅏㄴㅡㄴ-", "", [""]),
        ("ㄴㅏ", " 3층, ", ["나", ""]),
        ("ㄴㅏ", "\n", [""]),
    ],
)
def test_backspace_by_words_takes_the_last_word_and_the_space_before_it(story, typed, texts):
    reader = Reader(BASIC).feed(shown(story, BASIC))
    if typed:
        reader.follow(reader.composer.type(typed))
    for text in texts:
        reader.follow(reader.composer.backspace_word())
        assert (reader.committed, reader.preedit) == (text, "")


def test_a_word_that_replaces_one_taken_back_is_a_word_of_its_own():
    reader = Reader(BASIC).feed(shown("ㄴㅏㄴㅡㄴ-ㅎㅏㄱㄱㅛ", BASIC))
    reader.follow(reader.composer.backspace_word())
    assert reader.feed(shown("ㄴㅏ", BASIC)).flush().text == "나는 나"


def test_lines_are_told_apart_like_words():
    reader = Reader(BASIC).feed(shown("ㄴㅏ", BASIC))
    reader.follow(reader.composer.type("\n"))
    reader.feed(shown("ㄴㅓ", BASIC))
    assert reader.text == "나\n너"
    assert [word.text for word in reader.composer.words()] == ["나", "너"]
    reader.follow(reader.composer.backspace_word())
    assert reader.text == "나\n"


# --- complete


@pytest.mark.parametrize("story", ["ㄴㅏ↵", "ㄴㅏ!"])
def test_a_command_that_ends_a_text_for_now_says_so(story):
    reader = Reader()
    updates = [reader.follow(reader.composer.feed(each)) for each in shown(story)]
    assert [update.complete for update in updates] == [False, False, True]


def test_completing_says_so_and_so_does_expecting_something_else():
    reader = Reader(BASIC).feed(shown("ㄴㅏ", BASIC))
    assert reader.follow(reader.composer.complete()).complete
    assert reader.follow(reader.composer.expect(model(), Mode.FREE)).complete
    assert not reader.follow(reader.composer.type("3")).complete


# --- release


def test_what_is_released_is_still_what_stands_before_the_cursor():
    story = [*shown((HELLO + "-") * 24, BASIC), *shown("ㅎㅏㄱㄱㅛ-ㅇㅡㄴ", BASIC)]
    story[-3] = replace(story[-3], log_likelihood=story[0].log_likelihood)
    all_of_it, parts = Reader(BASIC, SMALL), Reader(BASIC, SMALL)
    released = ""
    for each in story:
        all_of_it.feed([each])
        parts.follow(parts.composer.feed(each))
        gone = parts.composer.release(3)
        released += gone
        parts.text = parts.text.removeprefix(gone)
        parts.committed = parts.committed.removeprefix(gone)
        assert released + parts.text == all_of_it.text
    assert len(released) > 20
    assert released + parts.flush().text == all_of_it.flush().text


def test_a_long_session_stays_small():
    reader = Reader(BASIC, SMALL)
    longest = 0
    for each in shown((HELLO + "-") * 40, BASIC):
        reader.composer.feed(each)
        reader.composer.release(5)
        longest = max(longest, len(reader.composer.text))
    assert len(reader.composer.words()) < 30
    assert longest < MOST_STEPS


def test_nothing_is_released_that_can_be_undone():
    reader = Reader(BASIC).feed(shown("ㄴㅏㄴㅡㄴ-ㅎㅏㄱㄱㅛ-" * 2, BASIC))
    reader.follow(reader.composer.complete())
    assert reader.composer.release(1) == ""
    assert sum(iter(lambda: undo(reader), False)) == 4 * 5 + 1
    assert reader.text == ""


@settings(max_examples=12, deadline=None)
@given(actions, st.integers(0, 2**32 - 1), st.integers(1, 3))
def test_releasing_changes_nothing_that_is_shown(steps, seed, keep):
    """As long as nothing of it is taken back. Fewer steps can be undone than usual, so that a short
    text is released too; nothing is chosen, since words are chosen by number."""
    steps = "ttt" + (HELLO + "-") * 2 + "c" + "".join(s for s in steps if s not in "!xw")
    whole, parts = Reader(BASIC, SMALL), Reader(BASIC, SMALL)
    whole_texts, released = [], []

    def release():
        gone = parts.composer.release(keep)
        parts.text, parts.committed = parts.text[len(gone) :], parts.committed[len(gone) :]
        released.append(gone)
        assume(len(whole_texts[0]) > len("".join(released)))
        assert "".join(released) + parts.text == whole_texts.pop(0)

    with patch("jihwa.composer.text.undo.MOST_STEPS", 5):
        act(whole, steps, seed, lambda: whole_texts.append(whole.text))
        act(parts, steps, seed, release)
        event(f"released: {bool(''.join(released))}")
