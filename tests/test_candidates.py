"""Other readings of a word: offered, chosen, learned; what stands behind it stays.

Stories are written as in `emissions`.
"""

import math
from dataclasses import replace

import numpy as np
import pytest
from emissions import BASIC, emission, shown
from hypothesis import given, settings
from hypothesis import strategies as st
from stories import Reader, model

from jihwa.composer.decoding.options import DecoderOptions
from jihwa.composer.language.token_model import Mode
from jihwa.data.messages import UsageError
from jihwa.recognizer.events import readings

SMALL = DecoderOptions(beam=24)
STORY = "ㄴㅏㄴㅡㄴ-ㅅㅏㄹㅏㅁ-ㅇㅣㄷㅏ"


def doubtful(story, place, weights):
    """A story in which one sign may be several."""
    emissions = shown(story, BASIC)
    emissions[place] = replace(emission(weights, 0.0, BASIC), segment=emissions[place].segment)
    return emissions


def reader_of(emissions, options=None):
    return Reader(BASIC, options).feed(emissions)


def texts(reader, word):
    return [candidate.text for candidate in reader.composer.candidates(word)]


def test_the_words_of_the_screen_are_told_while_they_are_spelled():
    reader = reader_of(shown(STORY, BASIC))
    words = reader.composer.words()
    assert [word.text for word in words] == reader.text.split() == ["나는", "사람", "이다"]
    assert words[1].start_s == pytest.approx(0.7 * 6)
    assert all(0 <= word.confidence <= 1 for word in words)


def test_the_first_candidate_is_the_word_itself_and_the_second_its_rival():
    reader = reader_of(doubtful(STORY, 10, {"ㅁ": 0.0, "ㅇ": 0.0}))
    assert texts(reader, 1)[:2] == ["사람", "사랑"]
    probabilities = [math.exp(each.log_prob) for each in reader.composer.candidates(1)]
    assert sum(probabilities) <= 1 + 1e-6
    assert probabilities[1:] == sorted(probabilities[1:], reverse=True)


def test_no_candidate_is_empty_however_doubtful_the_hand_is():
    reader = reader_of([replace(each, no_sign=0.0) for each in shown("ㄱㅏ", BASIC)])
    assert len(texts(reader, 0)) > 1
    assert all(texts(reader, 0))


@pytest.mark.parametrize("committed", [False, True])
def test_choosing_the_second_candidate_rewrites_exactly_that_word(committed):
    reader = reader_of(doubtful(STORY, 10, {"ㅁ": 0.0, "ㅇ": 0.0}))
    if committed:
        reader.follow(reader.composer.complete())
    update = reader.follow(reader.composer.choose(1, "사랑"))
    assert reader.text == "나는 사랑 이다"
    assert update.edit.insert == "랑 이다"  # one edit; the text behind the word comes back
    transcript = reader.flush()
    assert transcript.text == "나는 사랑 이다"
    assert transcript.words[1].confidence == 1.0
    assert [sign.sign for sign in transcript.signs][6:11] == list("ㅅㅏㄹㅏㅇ")


def test_spelling_goes_on_behind_a_choice():
    reader = reader_of(doubtful("ㅅㅏㄹㅏㅁ-", 4, {"ㅁ": 0.0, "ㅇ": 0.0}))
    reader.follow(reader.composer.choose(0, "사랑"))
    reader.feed(shown("-ㅎㅐㅇㅛ".replace("ㅐ", "ㅏㅣ"), BASIC))
    assert reader.flush().text == "사랑 해요"


def test_a_choice_in_what_is_final_leaves_the_open_syllable_open():
    reader = reader_of(doubtful(STORY, 10, {"ㅁ": 0.0, "ㅇ": 0.0}))
    reader.follow(reader.composer.complete())
    reader.feed(shown("-ㄱㅏ", BASIC))
    reader.follow(reader.composer.choose(1, "사랑"))
    assert reader.text == "나는 사랑 이다 가"
    assert reader.feed(shown("ㅁ", BASIC)).flush().text == "나는 사랑 이다 감"


def test_backspace_goes_on_working_behind_a_choice():
    reader = reader_of(doubtful(STORY, 10, {"ㅁ": 0.0, "ㅇ": 0.0}))
    reader.follow(reader.composer.complete())
    reader.feed(shown("-ㄱㅏㅁ", BASIC))
    reader.follow(reader.composer.choose(1, "사랑"))
    for text in ("가", "ㄱ"):
        reader.follow(reader.composer.backspace())
        assert reader.text == "나는 사랑 이다 " + text
    while reader.text:
        before = reader.text
        reader.follow(reader.composer.backspace())
        assert len(reader.text) < len(before)


def test_a_choice_tells_how_the_hand_spelled_the_word_for_certain():
    emissions = doubtful("ㅅㅏㄹㅏㅁ", 4, {"ㅁ": 0.0, "ㅇ": -1.0})
    reader = reader_of(emissions)
    reader.follow(reader.composer.choose(0, "사랑"))
    reader.flush()
    assert [d.emission for d in reader.decided] == emissions
    labels = [readings(BASIC)[int(d.posterior.argmax())] for d in reader.decided]
    assert labels == list("ㅅㅏㄹㅏㅇ")
    assert all(d.posterior.max() == 1.0 for d in reader.decided)


def test_any_word_can_be_put_there_and_teaches_nothing_of_the_hand():
    reader = reader_of(shown(STORY, BASIC))
    reader.follow(reader.composer.choose(1, "학생 3명"))
    assert reader.text == "나는 학생 3명 이다"
    transcript = reader.flush()
    assert [word.text for word in transcript.words] == ["나는", "학생", "3명", "이다"]
    assert len(reader.decided) == len("ㄴㅏㄴㅡㄴㅇㅣㄷㅏ")


def test_a_word_that_is_not_there_and_an_empty_one_are_refused():
    reader = reader_of(shown("ㄴㅏ", BASIC))
    for call in (lambda: reader.composer.choose(1, "너"), lambda: reader.composer.candidates(1)):
        with pytest.raises(IndexError):
            call()
    with pytest.raises(UsageError, match="empty"):
        reader.composer.choose(0, " ")
    assert reader.flush().text == "나"


def test_a_word_far_back_is_no_longer_read_again_but_can_be_rewritten():
    reader = reader_of(shown("ㄴㅏㄴㅡㄴ-" * 60, BASIC), SMALL)
    assert texts(reader, 0) == ["나는"]
    reader.follow(reader.composer.choose(0, "너는"))
    assert reader.text.startswith("너는 나는 나는")


def test_what_follows_a_word_counts_for_its_candidates():
    """사람 or 사랑: 해요 behind it speaks for the latter."""

    def log_prob(story):
        reader = reader_of(doubtful(story, 4, {"ㅁ": 0.0, "ㅇ": 0.0}))
        found = {each.text: each.log_prob for each in reader.composer.candidates(0)}
        return found["사랑"] - found["사람"]

    assert log_prob("ㅅㅏㄹㅏㅁ-ㅎㅏㅣㅇㅛ-") > log_prob("ㅅㅏㄹㅏㅁ-ㅇㅣㅅㅂㄴㅣㄷㅏ-") + 0.5


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.sampled_from([*"ㄱㄴㄹㅅㅇㅎㅏㅓㅗㅣ-t<!"]), max_size=30).map("".join),
    st.integers(0, 2**32 - 1),
)
def test_edits_reproduce_the_text_whatever_is_chosen_typed_or_taken_back(story, seed):
    """`t` types something, `<` takes a sign back, `!` chooses a candidate."""
    rng = np.random.default_rng(seed)
    reader = Reader(BASIC, SMALL)
    composer = reader.composer
    for at, step in enumerate(story):
        if step == "t":
            reader.follow(composer.type(str(rng.choice(["3", " ", "층, ", "KTX", "ㄱ"]))))
        elif step == "<":
            reader.follow(composer.backspace())
        elif step == "!" and composer.words():
            word = int(rng.integers(len(composer.words())))
            reader.follow(composer.choose(word, str(rng.choice(texts(reader, word)))))
        elif step != "!":
            noise = rng.normal(scale=6, size=len(readings(BASIC)))
            label = "rest" if step == "-" else step
            reader.feed([emission({label: 0.0}, 0.7 * at, BASIC, noise)])
        assert " ".join(reader.text.split()) == " ".join(w.text for w in composer.words())
    shown_words = reader.text.split()
    transcript = composer.flush()
    assert transcript.edit.apply(reader.text) == transcript.text
    assert len(transcript.text.split()) >= len(shown_words) - 1


@pytest.mark.parametrize("mode", [Mode.FREE, Mode.EXACT, Mode.WORD])
@pytest.mark.parametrize("final", ["choose", "commit", "complete"])
def test_a_vowel_behind_a_final_lone_consonant_is_shown_and_leaves_it_alone(mode, final):
    reader = Reader(BASIC)
    composer = reader.composer
    reader.follow(composer.expect(model(), mode))
    reader.feed(shown("ㄱㅊ", BASIC))
    finals = {
        "choose": lambda: composer.choose(0, "ㄱㅊ"),
        "commit": composer.commit,
        "complete": composer.complete,
    }
    reader.follow(finals[final]())
    assert (reader.committed, reader.preedit) == ("ㄱㅊ", "")
    assert reader.feed(shown("ㅡ", BASIC)).text == "ㄱㅊㅡ"
    assert [word.text for word in composer.words()] == ["ㄱㅊㅡ"]
    assert reader.flush().text == "ㄱㅊㅡ"


def test_a_choice_says_nothing_of_the_words_beside_it():
    story = "ㄱㅏ-ㄷㅏ"  # what was shown five signs ago is settled anyway
    reader = reader_of(doubtful(story, 0, {"ㄱ": 0.0, "ㄷ": 0.0, "ㅂ": 0.0}))
    before = reader.composer.words()[0].confidence
    reader.follow(reader.composer.choose(1, "나"))
    assert before < 0.98
    assert reader.composer.words()[0].confidence == pytest.approx(before, abs=0.03)
