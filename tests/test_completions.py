"""What a word that is begun may become, and the next one; taken by key, by sign, by a long hold.

Stories are written as in `emissions`.
"""

import math
import re
from dataclasses import replace

import numpy as np
import pytest
from emissions import BASIC, OWN, emission, shown
from hypothesis import given, settings
from hypothesis import strategies as st
from live import session, signal_of, stranger, until
from stories import Reader, model, read

from jihwa.composer.composer import Composer
from jihwa.composer.language.files import read_lexicon
from jihwa.composer.language.jamo import BOUNDARY, SPACE, decode, encode
from jihwa.composer.language.mixture import Mixture
from jihwa.composer.language.profanity import Profanity
from jihwa.composer.language.token_model import Mode
from jihwa.composer.language.word_search import Beginning, likeliest_words
from jihwa.composer.text.transcript import Completion
from jihwa.data.alphabet import Control
from jihwa.io.sources.source import Link
from jihwa.io.user import vocabulary

SHORT = {"ㄱㅅ": "정말 감사합니다", "감사": "도와주셔서 감사합니다."}


def composer_of(story, mode=Mode.FREE, language_model=None, **own):
    composer = Composer(BASIC, language_model or model(), mode=mode, **own)
    for each in shown(story, BASIC):
        composer.feed(each)
    return composer


def offered(story, *args, **own):
    return [each.text for each in composer_of(story, *args, **own).completions()]


# --- what is offered


@pytest.mark.parametrize(
    ("story", "begins", "among"),
    [
        ("ㄱㅏㅁㅅㅏ", "감사", "감사합니다"),
        ("ㄱㅏㅁㅅㅏㅎ", "감사", "감사합니다"),
        ("ㄴㅏㄴㅡㄴ-ㅎㅏㄱㄱㅛ", "학교", "학교에"),
        ("ㅇㅗㄴㅡㄹ-ㅈㅓㄴㅕㄱ", "저녁", "저녁에"),
    ],
)
def test_a_word_that_is_begun_is_completed(story, begins, among):
    composer = composer_of(story)
    completions = composer.completions()
    texts = [each.text for each in completions]
    assert among in texts
    assert texts[0].startswith(begins)
    assert len(texts) == len(set(texts)) <= 5
    assert {each.word for each in completions} == {len(composer.words()) - 1}
    log_probs = [each.log_prob for each in completions]
    assert log_probs == sorted(log_probs, reverse=True)
    assert sum(map(math.exp, log_probs)) <= 1 + 1e-6


def test_behind_a_word_that_is_over_the_next_one_is_offered():
    composer = composer_of("ㄷㅗㅇㅘㅈㅜㅅㅕㅅㅓ".replace("ㅘ", "ㅗㅏ") + "-")
    composer.type(" ")
    first = composer.completions()[0]
    assert (first.word, first.text) == (1, "감사합니다")


def test_a_hand_that_rests_has_finished_the_word_or_looks_for_how_it_goes_on():
    completions = composer_of("ㅎㅏㄱㄱㅛ-").completions()
    assert {each.word for each in completions} == {0, 1}
    assert completions[0].text == "학교에서"
    composer = composer_of("ㄱㅏㅁㅅㅏ-")
    composer.accept()
    assert {each.word for each in composer.completions()} == {1}


def test_an_older_text_says_what_may_follow_it():
    composer = Composer(BASIC, model())
    composer.reset("도와주셔서")
    assert composer.completions()[0].text == "감사합니다"
    assert composer.accept().edit.insert == " 감사합니다"


def test_what_is_held_counts_as_if_it_were_over():
    composer = composer_of("ㄱㅏㅁㅅ")
    held = shown("ㄱㅏㅁㅅㅏ", BASIC)[-1]
    assert composer.completions([held]) == composer_of("ㄱㅏㅁㅅㅏ").completions()
    assert composer.preedit == "감ㅅ"


def test_every_reading_of_a_doubtful_sign_is_gone_on_with():
    composer = composer_of("ㅎㅏㄱㄱ")
    composer.feed(replace(emission({"ㅛ": 0.0, "ㅏ": -0.2}, 2.8, BASIC)))
    texts = [each.text for each in composer.completions()]
    assert any(text.startswith("학교") for text in texts)
    assert (
        any(text.startswith(("학가", "하까", "한가", "하가")) for text in texts) or len(texts) == 5
    )


def test_words_of_the_wearers_own_are_completed():
    own = Mixture.load(lexicon=read_lexicon().with_words("personal", {"김민서네": 30.0, "": 100.0}))
    assert "김민서네" in offered("ㄱㅣㅁㅁㅣㄴㅅㅓ", Mode.FREE, own)
    assert "김민서네" not in offered("ㄱㅣㅁㅁㅣㄴㅅㅓ")


@pytest.mark.parametrize("rest", ["", "-"])
def test_initials_find_words(rest):
    assert "감사합니다" in offered("ㄱㅅㅎ" + rest)
    story = "ㄷㅗㅗㅏㅈㅜㅅㅕㅅㅓ".replace("ㅗㅗㅏ", "ㅗㅇㅗㅏ")
    assert offered(f"{story}-ㄱㅅ{rest}")[0] == "감사합니다"


def test_initials_find_phrases():
    phrases = ["물 좀 주세요.", "안녕하세요"]
    assert offered("ㅁㅈㅈ", phrases=phrases)[0] == "물 좀 주세요."
    assert "물 좀 주세요." not in offered("ㅁㅜㄹ", phrases=phrases)


def test_two_consonants_that_spell_one_are_no_initials():
    assert offered("ㄱㄱ")[0].startswith(tuple("까꺼께꼬꼭꽃꼼꽤꾸꿈끄끝끼끊깨깔"))


@pytest.mark.parametrize("rest", ["", "-"])
def test_what_is_abbreviated_comes_first(rest):
    phrases = list(SHORT.values())
    assert offered("ㄱㅅ" + rest, abbreviations=SHORT, phrases=phrases)[0] == "정말 감사합니다"
    assert offered("ㄱㅏㅁㅅㅏ" + rest, abbreviations=SHORT)[0] == "도와주셔서 감사합니다."
    assert offered("ㄱㅏㅁㅅㅏㅎㅏ", abbreviations=SHORT)[0] == "감사합니다"


@pytest.mark.parametrize("mode", [Mode.EXACT, Mode.WORD])
def test_modes_that_leave_nothing_to_guess_offer_nothing(mode):
    composer = composer_of("ㄱㅏㅁㅅㅏ", mode)
    assert bool(composer.completions()) == (mode is Mode.WORD)
    composer.accept()
    assert composer.completions() == ()


@pytest.mark.parametrize("typed", [{}, {"병신": 300.0, "시발": 300.0, "지랄": 300.0, "": 100.0}])
@pytest.mark.parametrize(
    "story",
    ["ㅅㅣㅂㅏㄹ", "ㅅㅣㅂㅏ", "ㅂㅕㅇㅅㅣ", "ㅅㅅㅣㅂㅏ", "ㅈㅣㄹㅏ", "ㄱㅐㅅㅐ", "ㅂㅅ", "ㅅㅂ"],
)
def test_profane_words_are_never_offered(story, typed):
    lexicon = read_lexicon()
    profanity = Profanity(lexicon)
    own = Mixture.load(lexicon=lexicon.with_words("personal", typed) if typed else lexicon)
    for text in offered(story.replace("ㅐ", "ㅏㅣ"), Mode.FREE, own):
        (word,) = re.findall("[가-힣]+", text)
        assert not any(profanity.is_in(word[:n]) for n in range(1, len(word) + 1))


def test_words_are_found_in_the_order_of_their_probability():
    state = model().start()
    few = likeliest_words(model(), [Beginning((), 0.0, state)], 5)
    assert few == likeliest_words(model(), [Beginning((), 0.0, state)], 20)[:5]
    for word, log_prob in few:
        behind, total = state, 0.0
        for token in word:
            total += behind.row()[token]
            behind = behind.after(token)
        ends = np.logaddexp(behind.row()[SPACE], behind.row()[BOUNDARY])
        assert log_prob == pytest.approx(total + ends, abs=1e-5)
        assert encode(decode(word)).tolist() == list(word)


# --- what is taken


def test_a_completion_is_written_and_undone_in_one_step_and_its_word_is_over():
    reader = Reader(BASIC).feed(shown("ㄱㅏㅁㅅㅏㅎ", BASIC))
    reader.follow(reader.composer.accept())
    assert (reader.text, reader.preedit) == ("감사합니다", "")
    assert [BASIC.signs[int(d.posterior.argmax())] for d in reader.decided] == list("ㄱㅏㅁㅅㅏㅎ")
    reader.feed(shown("ㄱㅗ", BASIC))
    assert reader.text == "감사합니다 고"
    for text in ("감사합니다 ㄱ", "감사합니다", "감사ㅎ", "감사"):
        reader.follow(reader.composer.undo())
        assert reader.text == text


def test_the_word_is_sure_and_knows_when_it_was_signed():
    composer = composer_of("ㄴㅏㄴㅡㄴ-ㄱㅏㅁㅅㅏ")
    composer.accept()
    word = composer.words()[-1]
    assert (word.text, word.confidence, word.start_s) == ("감사합니다", 1.0, pytest.approx(4.2))
    assert [each.text for each in composer.candidates(1)] == ["감사합니다"]


def test_initials_and_abbreviations_are_replaced_and_teach_nothing_of_the_hand():
    reader = Reader(BASIC, abbreviations=SHORT).feed(shown("ㄴㅏ-ㄱㅅ", BASIC))
    reader.follow(reader.composer.accept())
    assert reader.text == "나 정말 감사합니다"
    assert {BASIC.signs[int(d.posterior.argmax())] for d in reader.decided} <= set("ㄴㅏ")
    assert reader.composer.completions()[0].word == 3
    reader.follow(reader.composer.undo())
    assert len(reader.text) < 6


def test_the_next_word_is_written_behind_a_space():
    reader = Reader(BASIC).feed(shown("ㄱㅏㅁㅅㅏㅎㅏㅂㄴㅣㄷㅏ-", BASIC))
    following = [each for each in reader.composer.completions() if each.word == 1]
    reader.follow(reader.composer.accept(following[0]))
    assert reader.text == f"감사합니다 {following[0].text}"
    reader.follow(reader.composer.type(" "))
    reader.follow(reader.composer.accept(Completion(2, "또", 0.0)))
    assert reader.text == f"감사합니다 {following[0].text} 또"


def test_completions_of_a_word_that_is_not_at_the_end_are_refused():
    composer = composer_of("ㄴㅏㄴㅡㄴ-ㅈㅣㅂㅇㅓㅣ")
    for word in (0, 3):
        with pytest.raises(IndexError):
            composer.accept(Completion(word, "나도", 0.0))


def test_a_sign_of_the_wearer_takes_the_first_one():
    assert read("ㄱㅏㅁㅅㅏ✓").text == "감사합니다"
    transcript = read("ㄱㅏㅁㅅㅏ✓ㄱㅗ")
    assert transcript.text == "감사합니다 고"
    assert [sign.sign for sign in transcript.signs] == [*"ㄱㅏㅁㅅㅏ", "accept", *"ㄱㅗ"]
    reader = Reader().feed(shown("ㄱㅏㅁㅅㅏ✓<"))
    assert (reader.text, reader.commands[0]) == ("감사합니", Control.ACCEPT)


@settings(max_examples=40, deadline=None)
@given(st.text("ㄱㅅㅎㅏㅣㅗ-✓✓<×", max_size=14), st.lists(st.sampled_from("zyxc"), max_size=4))
def test_whatever_is_taken_the_edits_give_the_text(story, then):
    reader = Reader(OWN, abbreviations=SHORT).feed(shown(story))
    for key in then:
        composer = reader.composer
        acts = {"z": composer.undo, "y": composer.redo, "x": composer.accept}
        if update := acts.get(key, composer.complete)():
            reader.follow(update)
    reader.flush()


# --- in a live session


def test_the_page_shows_completions_and_what_was_seen_is_taken(line):
    with session() as (live, wire):
        until(lambda: live.state.text.completions)
        wire.give(line("감사"))
        seen = until(
            lambda: (
                [c for c in live.state.text.completions if c.text == "감사합니다"]
                and live.state.text.preedit == "감사"
                and live.state.text.completions
            )
        )
        wanted = next(each for each in seen if each.text == "감사합니다")
        live.writing.accept(wanted)
        until(lambda: live.state.text.committed == "감사합니다")
        live.writing.accept(replace(wanted, word=7))
        live.writing.undo()
        until(lambda: live.state.text.committed + live.state.text.preedit == "감사")


@pytest.mark.parametrize("accept_s", [1.2, math.inf])
@pytest.mark.parametrize("size", [300, 100_000])
def test_holding_the_last_sign_takes_the_first_one_if_that_is_wanted(spell, accept_s, size):
    spelled = spell("감사", "normal", wearer=7, seed=3)
    frames, last = spelled.frames, spelled.signs[-1]
    middle = int(np.searchsorted(frames.time_s, (last.start_s + last.end_s) / 2))
    held = signal_of(frames[:middle])
    *_, sample = held.strip().split(b"\n")
    began_ms, *fields = sample.split(b",")
    for i in range(1, 80):
        moved = b"%d" % (int(fields[-1]) + i % 2)
        held += b",".join([b"%d" % (int(began_ms) + 30 * i), *fields[:-1], moved]) + b"\n"
    with session(accept_s=accept_s) as (live, wire):
        wire.give(held, size)
        until(lambda: live.state.signal.samples >= held.count(b"\n") - 1)
        page = until(
            lambda: live.state.text.preedit + live.state.text.committed and live.state.text
        )
        assert page.committed + page.preedit == ("감사합니다" if accept_s < math.inf else "감사")


def test_what_was_completed_is_remembered_like_what_was_typed(line):
    with session(wearer=stranger(remembers=True)) as (live, wire):
        wire.give(line("감사"))
        until(lambda: live.state.text.preedit == "감사")
        live.writing.accept(Completion(0, "감사합니다", 0.0))
        until(lambda: live.state.text.committed == "감사합니다")
        wire.connect(Link.ENDED)
    counts = vocabulary.history()[0].counts
    assert counts["감사합니다"] == pytest.approx(1.0, abs=0.01)
