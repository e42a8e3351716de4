"""Signs in, text on the screen out."""

import functools
from dataclasses import replace

import emissions
import numpy as np
import pytest
from emissions import BASIC, N_SIGNS, cut_in_two, spelled
from hypothesis import given, settings
from hypothesis import strategies as st
from stories import model

from jihwa.composer.composer import Composer
from jihwa.composer.decoding.options import DecoderOptions
from jihwa.composer.language.mixture import Mixture
from jihwa.composer.letters import compose
from jihwa.composer.text.transcript import TextEdit
from jihwa.data.alphabet import Alphabet
from jihwa.data.messages import UsageError
from jihwa.recognizer.events import NO_SIGN, REST

emission = functools.partial(emissions.emission, alphabet=BASIC, gap_s=0.3)


def transcribe(emissions, options=None):
    composer = Composer(BASIC, model(), options)
    for each in emissions:
        composer.feed(each)
    return composer.flush()


# --- spelled with certainty


@pytest.mark.parametrize(
    ("letters", "text"),
    [
        ("ㅎㅏㄱㄱㅛ", "학교"),
        ("ㅇㅏㄱㄱㅏ", "아까"),
        ("ㅎㅐㅇㅂㅗㄱ", "행복"),
        ("ㄱㅏㅁㅅㅏㅎㅏㅂㄴㅣㄷㅏ", "감사합니다"),
        ("ㅇㅏㄴㄴㅕㅇㅎㅏㅅㅔㅇㅛㅂㅏㄴㄱㅏㅂㅅㅡㅂㄴㅣㄷㅏ", "안녕하세요 반갑습니다"),
        ("ㄴㅏㄴㅡㄴ ㅎㅏㄱㅅㅐㅇㅇㅣㄷㅏ", "나는 학생이다"),
        ("학교", "학교"),
        ("ㄱ", "ㄱ"),
        ("ㅏ", "ㅏ"),
        ("ㅋㅋㅋ", "ㅋㅋㅋ"),
        ("ㅠㅠ", "ㅠㅠ"),
        ("", ""),
        ("   ", ""),
    ],
)
def test_certain_letters_become_text(letters, text):
    transcript = compose(letters, BASIC, model())
    assert transcript.text == text
    assert transcript.candidates[0].text == text
    assert [word.text for word in transcript.words] == text.split()


def test_a_space_between_certain_letters_is_a_word_end():
    assert compose("ㅎㅏㄱ ㄱㅛ", BASIC, model()).text == "학 교"


@pytest.mark.parametrize("name", ["extended31", "full40"])
def test_every_alphabet_spells_the_same_text(name):
    assert compose("왜 학교에 갔어요", Alphabet.load(name), model()).text == "왜 학교에 갔어요"


@pytest.mark.parametrize("letters", ["ㅎㆍㄴ", "ㅎㅏ\x1b[2J", "ㆎ", "漢字", "ㅎㅏ☃", "abc", "3"])
def test_what_neither_hand_nor_keyboard_has_is_refused_and_so_is_a_text_without_letters(letters):
    with pytest.raises(UsageError, match="cannot be fingerspelled"):
        compose(letters, BASIC, model())


@pytest.mark.parametrize(
    ("letters", "text"),
    [
        ("3ㅊㅡㅇ", "3층"),
        ("ㅎㅏㄱㄱㅛ 3ㅊㅡㅇ", "학교 3층"),
        ("ㅂㅓㅅㅡ 7016ㅂㅓㄴ", "버스 7016번"),
        ("KTXㄹㅡㄹ ㅌㅏㅇㅛ!", "KTX를 타요!"),
        ("ㅈㅓㄴㅎㅘ 010-1234 5678", "전화 010-1234 5678"),
    ],
)
def test_digits_latin_letters_and_punctuation_stand_as_they_are(letters, text):
    transcript = compose(letters, BASIC, model())
    assert transcript.text == transcript.candidates[0].text == text
    assert [word.text for word in transcript.words] == text.split()


# --- spelled by hand


@pytest.mark.parametrize("letter", BASIC.signs)
def test_one_letter_shown_to_try_the_glove_is_that_letter(letter):
    assert transcribe(spelled(letter)).text == letter
    assert transcribe(spelled(f"-{letter}-")).text == letter


@pytest.mark.parametrize(
    ("story", "text"),
    [
        ("ㅎㅏㄱㄱㅛ", "학교"),
        ("-ㅎㅏㄱㄱㅛ-", "학교"),
        ("-ㄴㅏㄴㅡㄴ-ㅎㅏㄱㅅㅏㅣㅇㅇㅣㄷㅏ-", "나는 학생이다"),
        ("ㄴㅏㄴㅡㄴ ㅎㅏㄱㅅㅏㅣㅇㅇㅣㄷㅏ", "나는 학생이다"),
        ("ㄴㅏㄴㅡㄴㅎㅏㄱㅅㅏㅣㅇㅇㅣㄷㅏ", "나는 학생이다"),
        ("--", ""),
    ],
)
def test_story(story, text):
    assert transcribe(spelled(story)).text == text


def test_a_word_is_read_although_its_likeliest_letters_are_no_word():
    emissions = spelled("ㄱㅏㅁㅅㅏㅎㅏㅂㄴㅣㄷㅏ")
    emissions[2] = emission({"ㅁ": -2.0, "ㅍ": 0.0})
    emissions[8] = emission({"ㄴ": -2.0, "ㅋ": 0.0})
    assert transcribe(emissions).text == "감사합니다"


def test_a_missed_and_a_spurious_letter_are_mended():
    assert transcribe(spelled("ㄱㅏㅁㅅㅏㅎㅏㅂㄴㄷㅏ")).text == "감사합니다"
    emissions = spelled("ㄱㅏㅁㅅㅏㅎㅏㅂㄴㅣㄷㅏ")
    emissions.insert(5, emission({"ㅍ": 0.0, NO_SIGN: -1.0}))
    transcript = transcribe(emissions)
    assert transcript.text == "감사합니다"
    assert [sign.sign for sign in transcript.signs][5] == NO_SIGN


def test_words_and_signs_know_when_they_were_signed():
    transcript = transcribe(spelled("-ㄴㅏㄴㅡㄴ-ㅎㅏㄱㄱㅛ"))
    assert transcript.text == "나는 학교"
    first, second = transcript.words
    at_s = [sign.start_s for sign in transcript.signs]
    assert [sign.sign for sign in transcript.signs] == [
        REST if s == "-" else s for s in "-ㄴㅏㄴㅡㄴ-ㅎㅏㄱㄱㅛ"
    ]
    assert (first.start_s, first.end_s) == (at_s[1], at_s[5] + 0.4)
    assert (second.start_s, second.end_s) == (at_s[7], at_s[11] + 0.4)
    assert first.confidence > 0.9
    assert second.confidence > 0.9


def test_a_doubtful_letter_makes_a_doubtful_word_and_names_its_rival():
    emissions = spelled("ㅅㅏㄹㅏㅁ")
    emissions[4] = emission({"ㅁ": 0.0, "ㅇ": 0.0})
    clear, doubtful = transcribe(spelled("ㅅㅏㄹㅏㅁ")), transcribe(emissions)
    assert doubtful.words[0].confidence < clear.words[0].confidence
    assert {sign for sign, _ in doubtful.signs[4].candidates[:2]} == {"ㅁ", "ㅇ"}
    assert {c.text for c in doubtful.candidates} >= {"사람", "사랑"}


# --- edits


@given(st.text("가나다ㄱ "), st.text("가나다ㄱ "))
def test_an_edit_turns_one_text_into_the_other(old, new):
    assert TextEdit.between(old, new).apply(old) == new


def test_an_edit_that_changes_nothing_is_false():
    assert not TextEdit.between("가", "가")
    assert TextEdit.between("가", "가나")


def test_an_edit_cannot_delete_more_than_there_is():
    with pytest.raises(ValueError, match="cannot delete 3"):
        TextEdit(3, "").apply("가나")


@settings(max_examples=25, deadline=None)
@given(
    st.text(alphabet="ㄱㄴㄷㅅㅇㅎㅏㅓㅗㅣ-", max_size=25),
    st.integers(0, 2**32 - 1),
    st.sets(st.integers(0, 24), max_size=2),
)
def test_edits_reproduce_the_text_and_commits_stay(story, seed, commits):
    noise = np.random.default_rng(seed)
    composer = Composer(BASIC, model(), DecoderOptions(beam=24))
    shown = committed = ""
    n_signs = 0
    for place, each in enumerate(spelled(story)):
        likelihoods = each.log_likelihood + noise.normal(scale=6, size=N_SIGNS)
        updates = [composer.feed(replace(each, log_likelihood=likelihoods))]
        n_signs += 1
        if place in commits:
            updates.append(composer.commit())
        for update in updates:
            shown = update.edit.apply(shown)
            committed += update.committed
            assert shown == committed + update.preedit
    transcript = composer.flush()
    assert transcript.edit.apply(shown) == transcript.text
    assert transcript.text.startswith(committed)
    assert transcript.candidates[0].text == transcript.text
    assert len(transcript.signs) <= n_signs  # two segments may be one sign
    assert " ".join(word.text for word in transcript.words) == transcript.text


def test_a_hold_that_was_cut_in_two_is_one_letter():
    composer = Composer(BASIC, model())
    emissions = cut_in_two(spelled("ㅎㅏㄱㄱㅛ"), 1)
    for each in emissions:
        composer.feed(*(each if isinstance(each, tuple) else (each,)))
    transcript = composer.flush()
    assert transcript.text == "학교"
    assert [sign.sign for sign in transcript.signs] == list("ㅎㅏㄱㄱㅛ")
    assert transcript.signs[1].start_s == emissions[1].segment.start_s
    assert transcript.signs[1].end_s == emissions[2][0].segment.end_s


def test_a_flushed_composer_begins_a_new_text():
    composer = Composer(BASIC, model())
    for story in ("ㅎㅏㄱㄱㅛ", "ㄴㅏ"):
        for each in spelled(story):
            composer.feed(each)
        transcript = composer.flush()
        assert len(transcript.signs) == len(story)
    assert transcript.text == "나"
    assert composer.flush().text == ""


@pytest.mark.parametrize("typed", ["가\n", "가 ", "\n"])
def test_a_hand_that_rests_behind_a_space_that_was_typed_writes_nothing(typed):
    composer = Composer(BASIC, Mixture.load())
    composer.type(typed)
    composer.feed(emission({REST: 9.0, "ㅜ": -4.0}))
    composer.complete()
    assert composer.text == typed
    composer.feed(emission({REST: 9.0, "ㅜ": -4.0}, 0.7))
    assert composer.flush().text == typed


def test_reset_forgets_what_was_shown():
    composer = Composer(BASIC, model())
    for each in spelled("ㅎㅏㄱ"):
        composer.feed(each)
    composer.reset()
    assert composer.feed(spelled("ㄴ")[0]).edit == TextEdit(0, "ㄴ")


def test_long_text_is_committed_while_it_is_spelled():
    composer = Composer(BASIC, model())
    committed = ""
    longest = 0
    for each in spelled("ㅇㅏㄴㄴㅕㅇㅎㅏㅅㅓㅣㅇㅛ-" * 12):
        update = composer.feed(each)
        committed += update.committed
        longest = max(longest, len(update.preedit))
    assert longest < 30
    assert composer.flush().text == " ".join(["안녕하세요"] * 12)
    assert len(committed) > 50
