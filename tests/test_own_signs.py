"""The wearer's own signs: letters, a space, and commands that are obeyed as soon as they are shown.

Stories are written sign by sign: `_` space, `<` backspace, `!` speak, `↵` enter, `×` clear, `-` the
hand at rest.
"""

import functools
import io
import json
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jihwa.composer.arcs import SegmentationRates
from jihwa.composer.composer import UNDOABLE, Composer
from jihwa.composer.decoder import Decoder
from jihwa.composer.edits import TextEdit
from jihwa.composer.language_model import LanguageModel
from jihwa.composer.options import DecoderOptions
from jihwa.data.alphabet import CONTROLS, Alphabet, Control
from jihwa.data.frames import Frames
from jihwa.data.messages import UsageError
from jihwa.io.plain import PlainScreen
from jihwa.io.writers import Document, as_json
from jihwa.recognizer.events import NO_SIGN, REST, Emission, Segment, readings

BASIC = Alphabet.load()
OWN = BASIC.with_signs(["ㅐ", *CONTROLS])
NAMES = {"_": "space", "<": "backspace", "!": "speak", "↵": "enter", "×": "clear", "-": REST}
SMALL = DecoderOptions(beam=24)
UNSPLIT = replace(SMALL, rates=SegmentationRates(split=0.0))


@functools.cache
def model():
    return LanguageModel.load()


def emission(weights, at_s=0.0, alphabet=OWN, noise=0.0):
    """An emission whose readings have these log-likelihoods; all others are far below."""
    labels = readings(alphabet)
    row = np.full(len(labels), -18.0) + noise
    for label, weight in weights.items():
        row[labels.index(label)] = weight
    gap_s = 0.3 if at_s else math.inf
    segment = Segment(start_s=at_s, end_s=at_s + 0.4, gap_s=gap_s, frames=Frames.empty())
    return Emission(segment, row[:-2], rest=row[-1], no_sign=row[-2])


def shown(story, alphabet=OWN):
    names = [NAMES.get(step, step) for step in story]
    return [emission({name: 0.0}, 0.7 * i, alphabet) for i, name in enumerate(names)]


class Reader:
    """Follows a composer as a screen does: by its edits alone."""

    def __init__(self, alphabet=OWN, options=None):
        self.composer = Composer(alphabet, model(), options)
        self.text = self.committed = self.preedit = ""
        self.decided, self.commands = [], []

    def follow(self, update):
        self.text = update.edit.apply(self.text)
        self.committed = TextEdit(update.withdrawn, update.committed).apply(self.committed)
        self.preedit = update.preedit
        assert self.text == self.committed + self.preedit
        self.decided += update.decided
        self.commands += [update.command] if update.command else []
        return update

    def feed(self, emissions):
        for each in emissions:
            self.follow(self.composer.feed(each))
        return self

    def flush(self):
        transcript = self.composer.flush()
        self.text = transcript.edit.apply(self.text)
        assert self.text == transcript.text
        assert " ".join(word.text for word in transcript.words) == transcript.text
        self.decided += transcript.decided
        return transcript


def read(story, alphabet=OWN):
    reader = Reader(alphabet).feed(shown(story, alphabet))
    return reader.flush()


# --- letters


@pytest.mark.parametrize(
    ("inventory", "own", "story", "text"),
    [
        ("basic24", "ㅐ", "ㅎㅐㅇㅂㅗㄱ", "행복"),
        ("basic24", "ㅐ", "ㅎㅏㅣㅇㅂㅗㄱ", "행복"),
        ("basic24", "ㅐ", "ㅇㅗㅐㄱㅏㅈㅣ", "왜가지"),
        ("basic24", "ㅐ", "ㄷㅗㅏㅣㅈㅣ", "돼지"),
        ("basic24", "ㄲㅆ", "ㅇㅏㄲㅏ", "아까"),
        ("basic24", "ㄲㅆ", "ㅇㅏㄱㄱㅏ", "아까"),
        ("basic24", "ㄲㅆ", "ㅇㅣㅆㅇㅓㅇㅛ", "있어요"),
        ("extended31", "", "ㄷㅗㅐㅈㅣ", "돼지"),
        ("extended31", "", "ㄷㅗㅏㅣㅈㅣ", "돼지"),
        ("extended31", "", "ㅅㅡㅜㅔㅌㅓ", "스웨터"),
        ("extended31", "", "ㅅㅡㅇㅜㅔㅌㅓ", "스웨터"),
        ("extended31", "ㄲ", "ㄲㅗㅊ", "꽃"),
        ("full40", "", "ㄲㅗㅊ", "꽃"),
        ("full40", "", "ㄷㅙㅈㅣ", "돼지"),
        ("full40", "", "ㅇㅏㄲㅏ", "아까"),
    ],
)
def test_a_letter_is_read_however_it_is_spelled(inventory, own, story, text):
    assert read(story, Alphabet.load(inventory).with_signs(own)).text.replace(" ", "") == text


def test_signs_bear_the_names_they_were_shown_by():
    assert [sign.sign for sign in read("ㅎㅐㅇㅂㅗㄱ").signs] == list("ㅎㅐㅇㅂㅗㄱ")


def test_an_alphabet_that_only_labels_cannot_be_decoded():
    with pytest.raises(UsageError, match="alphabet digits"):
        Decoder(Alphabet("digits", tuple("01234")), model())


# --- space


@pytest.mark.parametrize(
    ("story", "text"),
    [
        ("ㄴㅏㄴㅡㄴ_ㅎㅏㄱㅅㅐㅇㅇㅣㄷㅏ", "나는 학생이다"),
        ("ㅎㅏㄱ_ㄱㅛ", "학 교"),
        ("ㅎㅏㄱㄱㅛ", "학교"),
        ("ㅎㅏㄱ-_-ㄱㅛ", "학 교"),
        ("ㅎㅏㄱ__ㄱㅛ", "학 교"),
        ("_ㅎㅏㄱㄱㅛ_", "학교"),
        ("ㅋㅎ_ㄴㅏ", "ㅋㅎ 나"),
        ("ㄴㅏㄴㅡㄴ_!ㅈㅣㅂ", "나는 집"),
        ("_", ""),
    ],
)
def test_a_shown_space_is_written_between_words_and_only_there(story, text):
    assert read(story).text == text


def test_a_space_is_a_sign_with_a_name_and_a_decision():
    reader = Reader().feed(shown("ㅎㅏㄱ_ㄱㅛ"))
    transcript = reader.flush()
    assert [sign.sign for sign in transcript.signs] == [*"ㅎㅏㄱ", "space", *"ㄱㅛ"]
    assert [OWN.signs[int(d.posterior.argmax())] for d in reader.decided][3] == "space"


# --- commands


@pytest.mark.parametrize(
    ("story", "text"),
    [
        ("ㅎㅏㄱㄱㅗ<ㅛ", "학교"),
        ("ㅎㅏㄱㅅㅏ<<ㄱㅛ", "학교"),
        ("ㅎㅏㄱㄱㅗ-<ㅛ", "학교"),
        ("ㅎㅏㄱ_<ㄱㅛ", "학교"),
        ("ㅎㅏ<<<<ㄴㅏ", "나"),
        ("<ㄴㅏ", "나"),
        ("ㅎㅏㄱㄱㅛ×ㄴㅏ", "나"),
        ("ㅎㅏㄱㄱㅛ×", ""),
        ("×", ""),
        ("ㅎㅏㄱㄱㅛ!", "학교"),
        ("ㅎㅏㄱㄱㅛ↵", "학교"),
        ("ㅎㅏㄱㄱㅛ!<", "학"),
        ("ㅎㅏㄱㄱㅛ!<<", ""),
        ("ㅎㅏㄱㄱㅛ!<<<", ""),
        ("ㄴㅏㄴㅡㄴ_ㅈㅣㅂ!<ㄱㅏㅇ", "나는 강"),
        ("ㅋㅎ!<", "ㅋ"),
        ("ㅎㅏㄱㄱㅛ!<ㅅㅐㅇ", "학생"),
        ("!", ""),
        ("↵", ""),
    ],
)
def test_story(story, text):
    assert read(story).text == text


def test_a_command_is_told_to_those_who_follow_the_text():
    reader = Reader().feed(shown("ㄴㅏ<ㅏ!↵×"))
    assert reader.commands == [Control.BACKSPACE, Control.SPEAK, Control.ENTER, Control.CLEAR]


@pytest.mark.parametrize("sign", "!↵")
def test_speak_and_enter_make_everything_final_even_an_onset(sign):
    reader = Reader().feed(shown("ㅎㅏㄱㄱㅛㅇ" + sign))
    assert (reader.committed, reader.preedit) == ("학교ㅇ", "")


def test_commands_are_signs_with_a_name_and_what_they_took_back_is_none():
    transcript = read("ㅎㅏㄱㄱㅗ<ㅛ!")
    names = [sign.sign for sign in transcript.signs]
    assert names == [*"ㅎㅏㄱㄱ", "backspace", "ㅛ", "speak"]
    starts = [sign.start_s for sign in transcript.signs]
    assert starts == sorted(starts)


@pytest.mark.parametrize(("rival", "text"), [(0.0, "가나"), (-1.0, "가나"), (-6.0, "ㄱ나")])
def test_a_command_that_is_not_clear_is_weighed_against_letters(rival, text):
    reader = Reader().feed(shown("ㄱ"))
    reader.feed([emission({"ㅏ": rival, "backspace": 0.0}, 0.7)])
    assert bool(reader.commands) == (text != "가나")
    reader.feed(shown("ㄴㅏ"))
    assert reader.flush().text == text.removeprefix("ㄱ")


def test_an_unclear_command_among_letters_writes_nothing():
    emissions = shown("ㅎㅏㄱㄱㅛ")
    emissions.insert(2, emission({"clear": 0.0, NO_SIGN: -0.5, "ㅍ": -2.0}, 1.0))
    reader = Reader().feed(emissions)
    assert reader.commands == []
    assert reader.flush().text == "학교"


def test_without_own_signs_nothing_is_a_command():
    reader = Reader(BASIC).feed(shown("ㅎㅏㄱㄱㅛ", BASIC))
    assert reader.commands == []
    assert reader.flush().text == "학교"


def test_an_emission_of_another_alphabet_is_refused_before_it_can_be_a_command():
    reader = Reader()
    with pytest.raises(UsageError, match="24 likelihoods"):
        reader.feed(shown("ㄱ", BASIC))
    assert reader.feed(shown("ㄴㅏ")).flush().text == "나"


# --- backspace


letters = st.sampled_from([*BASIC.signs, "ㅐ", "space"])
texts = st.lists(st.sampled_from([*"ㄱㄴㄹㅅㅇㅎㅏㅓㅗㅣㅐ-_"]), max_size=14).map("".join)


def noisy(story, seed):
    """A story as a doubtful classifier sees it; commands stay clear."""
    rng = np.random.default_rng(seed)
    noise = rng.normal(scale=6, size=(len(story), len(readings(OWN))))
    noise[:, [OWN.index[name] for name in ("backspace", "enter", "speak", "clear")]] = -60
    return [
        emission({NAMES.get(step, step): 0.0}, 0.7 * i, noise=noise[i])
        for i, step in enumerate(story)
    ]


def test_a_hold_that_was_cut_in_two_is_taken_back_as_one_sign():
    reader = Reader(options=SMALL).feed(shown("ㅎㅎ"))
    assert reader.text == "ㅎ"
    assert reader.feed([emission({"backspace": 0.0}, 1.4)]).text == ""


@settings(max_examples=40, deadline=None)
@given(texts, letters, texts, st.integers(0, 2**32 - 1), st.booleans())
def test_a_sign_and_a_backspace_are_as_if_neither_had_been_shown(before, sign, after, seed, pause):
    first, rest = noisy(before, seed), noisy(after, seed + 1)
    at_s = 0.7 * len(before)
    with_it, without = Reader(options=UNSPLIT), Reader(options=UNSPLIT)
    for reader in (with_it, without):
        reader.feed(first)
        if pause:
            reader.follow(reader.composer.commit())
    with_it.feed([emission({sign: 0.0}, at_s)])
    with_it.feed([emission({"backspace": 0.0}, at_s)])
    assert (with_it.text, with_it.committed) == (without.text, without.committed)
    for each in rest:
        assert with_it.feed([each]).text == without.feed([each]).text
    once, never = with_it.flush(), without.flush()
    assert (once.text, once.candidates, once.words) == (never.text, never.candidates, never.words)
    assert [sign for sign in once.signs if sign.sign != "backspace"] == list(never.signs)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.sampled_from("ㄱㄴㅅㅇㅎㅏㅓㅗㅣㅐ-_<<<!↵×c"), max_size=40).map("".join),
    st.integers(0, 2**32 - 1),
)
def test_edits_reproduce_the_text_whatever_is_shown(story, seed):
    """`c` is a commit on demand."""
    reader = Reader(options=SMALL)
    clear = set("<!↵×")
    for step, doubtful in zip(story, noisy(story.replace("c", "ㄱ"), seed), strict=True):
        if step == "c":
            reader.follow(reader.composer.commit())
        else:
            sure = replace(shown(step)[0], segment=doubtful.segment)
            reader.feed([sure if step in clear else doubtful])
    transcript = reader.flush()
    assert transcript.candidates[0].text == transcript.text
    assert reader.composer.flush().text == ""


def test_backspaces_take_everything_back_however_long_the_text():
    reader = Reader().feed(shown("ㅇㅏㄴㄴㅕㅇㅎㅏㅅㅔㅇㅛ".replace("ㅔ", "ㅓㅣ") * 6))
    assert len(reader.text) >= 30
    lengths = [len(reader.text)]
    while reader.text:
        reader.feed(shown("<"))
        lengths.append(len(reader.text))
        assert len(lengths) < 100
    assert lengths == sorted(lengths, reverse=True)
    assert reader.feed(shown("ㄴㅏ")).flush().text == "나"


def test_a_hold_that_was_cut_in_two_is_taken_back_at_once():
    reader = Reader().feed(shown("ㅎㅏㅏ"))
    assert reader.text == "하"
    assert reader.feed(shown("<")).text == "ㅎ"


def test_what_was_committed_because_of_a_sign_is_open_again_without_it():
    reader = Reader().feed(shown("ㄴㅏㄴㅡㄴ"))
    reader.follow(reader.composer.commit())
    assert reader.committed == "나는"
    reader.feed(shown("_ㅈㅣㅂ"))
    for text in ("나는 지", "나는 ㅈ", "나는", "나는", "나느", "난", "나", "ㄴ", ""):
        assert reader.feed(shown("<")).text == text
    assert reader.committed == ""


# --- decisions


def names(decisions):
    return [readings(OWN)[int(decision.posterior.argmax())] for decision in decisions]


def test_every_sign_of_the_text_is_decided_once_with_its_emission():
    story = "ㄴㅏㄴㅡㄴ-ㅎㅏㄱㅅㅐㅇㅇㅣㄷㅏ-" * 4
    emissions = shown(story)
    reader = Reader().feed(emissions)
    before_the_end = len(reader.decided)
    reader.flush()
    assert names(reader.decided) == [step for step in story if step != "-"]
    shown_signs = [e for e, step in zip(emissions, story, strict=True) if step != "-"]
    for decision, each in zip(reader.decided, shown_signs, strict=True):
        assert decision.emission is each
        assert decision.posterior.shape == (len(OWN.signs) + 2,)
        assert decision.posterior.sum() == pytest.approx(1)
    assert len(shown_signs) - UNDOABLE - 20 < before_the_end < len(shown_signs)


def test_the_text_around_a_doubtful_sign_decides_it():
    emissions = shown("ㄱㅏㅁㅅㅏㅎㅏㅂㄴㅣㄷㅏ")
    emissions[2] = emission({"ㅁ": -1.0, "ㅍ": 0.0}, 1.4)
    reader = Reader().feed(emissions)
    assert reader.flush().text == "감사합니다"
    assert names(reader.decided)[2] == "ㅁ"


@pytest.mark.parametrize(
    ("story", "decided"),
    [
        ("ㅎㅏㄱㄱㅗ<ㅛ", "ㅎㅏㄱㄱㅛ"),
        ("ㅎㅏㄱㄱㅛ×ㄴㅏ", "ㄴㅏ"),
        ("ㅎㅏㄱㄱㅛ!ㄴㅏ", "ㅎㅏㄱㄱㅛㄴㅏ"),
        ("--", ""),
    ],
)
def test_what_was_taken_back_is_never_decided(story, decided):
    reader = Reader().feed(shown(story))
    reader.flush()
    assert names(reader.decided) == list(decided)


# --- who iterates readings


def test_the_plain_screen_shows_commands_and_the_text_they_leave():
    stream = io.StringIO()
    screen, composer = PlainScreen(stream, OWN), Composer(OWN, model())
    for each in shown("ㄴㅏㄴ<"):
        screen.update(each, composer.feed(each))
    screen.finish(composer.flush())
    lines = stream.getvalue().splitlines()
    assert [line.split()[-1] for line in lines[:4]] == ["ㄴ", "나", "난", "나"]
    assert "backspace 100%" in lines[3]


def test_json_names_commands_among_the_signs():
    document = Document("x.csv", 3.0, read("ㅎㅏㄱ_<ㄱㅛ!"), ())
    signs = [sign["sign"] for sign in json.loads(as_json(document))["signs"]]
    assert signs == [*"ㅎㅏㄱ", "backspace", *"ㄱㅛ", "speak"]
