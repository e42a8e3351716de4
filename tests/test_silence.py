"""Hands that do not spell write nothing; those that do are read whatever they did before."""

import json
from dataclasses import replace

import numpy as np
import pytest
from benchmarks.idle import DOINGS, IdleHand

from jihwa.composer.language.mixture import Mixture
from jihwa.data.formats.readers import Recording
from jihwa.data.formats.writers import write_recording
from jihwa.data.signal.frames import Frames
from jihwa.io.engine import assemble_engine, tell
from jihwa.recognizer.events import Segment
from jihwa.recognizer.personal import Adaptation
from jihwa.recognizer.spelling import SILENT, Spelling


@pytest.fixture(scope="module")
def gestures() -> Frames:
    return IdleHand("gestures", np.random.default_rng(2)).session(40.0)


def behind(first: Frames, second: Frames) -> Frames:
    """One signal after the other."""
    later_s = second.time_s - second.time_s[0] + first.time_s[-1] + 0.03
    return Frames.concatenate([first, replace(second, time_s=later_s)])


@pytest.mark.parametrize("doing", DOINGS)
def test_a_hand_that_does_something_else_writes_next_to_nothing(engine, doing):
    n_letters = 0
    for seed in range(2):
        text = engine.run([IdleHand(doing, np.random.default_rng(seed)).session()]).text
        n_letters += len(text.replace(" ", ""))
    assert n_letters <= 2
    assert not engine.recognizer.fit.spelling.goes_on


def test_what_an_idle_hand_has_written_goes_but_for_what_a_key_has_made_final(engine):
    frames = IdleHand("fingers", np.random.default_rng(4)).session()
    engine.reset()
    tell([], engine.feed(frames[:200]))
    engine.learn(engine.composer.complete())
    assert (kept := engine.composer.text)
    tell([], engine.feed(frames[200:]))
    assert not engine.recognizer.fit.spelling.goes_on
    assert engine.finish().text == kept
    assert engine.run([frames]).text == ""


def test_what_was_left_out_is_told_and_listed(jihwa, gestures, tmp_path):
    write_recording(tmp_path / "gestures.csv", gestures)
    done = jihwa("transcribe", tmp_path / "gestures.csv", "--format", "json")
    content = json.loads(done.out)
    (left_out,) = [told for told in content["warnings"] if "do not look like" in told]
    total_s = sum(span["end_s"] - span["start_s"] for span in content["unread"])
    assert left_out.startswith(f"{total_s:.0f} s do not look like fingerspelling")
    assert total_s > 0.7 * content["duration_s"]


def test_who_spells_after_gestures_is_read(engine, spell, gestures):
    text = "오늘 저녁에 같이 밥 먹을래"
    session = spell(text, wearer=3, seed=1)
    heard = engine.run([behind(gestures, session.frames)]).text
    assert text in heard
    assert engine.recognizer.fit.spelling.goes_on
    ends_s = [end_s for _, end_s in engine.recognizer.fit.spelling.unread]
    assert max(ends_s) < gestures.time_s[-1] + session.signs[0].end_s


@pytest.mark.parametrize("pace", ["slow", "normal", "natural", "fluent"])
def test_who_spells_from_the_first_letter_on_is_never_left_out(engine, spell, pace):
    for wearer in (1, 2, 3):
        session = spell("제 이름은 김민수예요", pace, wearer=wearer, seed=wearer)
        engine.run([session.frames])
        assert engine.recognizer.fit.spelling.unread == []


@pytest.mark.parametrize("wearer", range(1, 7))
def test_a_laugh_is_spelled(engine, spell, wearer):
    session = spell("ㅋㅋㅋ", wearer=wearer, seed=wearer)
    assert engine.run([session.frames]).text == "ㅋㅋㅋ"
    long = engine.run([spell("ㅋ" * 8, wearer=wearer, seed=wearer).frames]).text
    assert set(long) == {"ㅋ"}
    assert 7 <= len(long) <= 10


@pytest.mark.parametrize("text", ["아아아아아", "하하하하하", "네네네네네"])
def test_a_word_that_is_said_again_and_again_is_spelled(engine, spell, text):
    for wearer in (1, 2, 3):
        assert engine.run([spell(text, wearer=wearer, seed=wearer).frames]).text.count(text[0]) == 5


def test_the_message_says_what_to_do():
    assert "calibrate" in SILENT.en
    assert "calibrate" in SILENT.ko


def test_fingers_that_are_tested_write_nothing(engine, shared):
    for path in sorted((shared / "continuous").glob("*.csv")):
        assert engine.run(Recording(path).chunks()).text == ""


def test_fingers_that_are_tested_between_texts_leave_both_as_they_are(engine, spell, shared):
    text, n_more = "저녁에 같이 밥 먹을래", 0
    for path in sorted((shared / "continuous").glob("*.csv")):
        session = spell(text, wearer=3, seed=1).frames
        tried = Frames.concatenate(list(Recording(path).chunks()))
        heard = engine.run([behind(behind(session, tried), session)]).text
        assert heard.startswith(text[:-1])  # some holds are needed to tell that nobody spells
        assert heard.endswith(f" {text}")
        n_more += len(heard) - 2 * len(text) - 1
        assert engine.recognizer.fit.slip is None
    assert n_more <= 5  # in one of them a hand holds nine poses in half a minute, too few to tell


def test_a_mount_that_stays_explains_more_than_one_of_many():
    """Strangers' holds with the board turned get about that, in random order."""

    def goes_on(stays: bool) -> bool:
        spelling, nothing = Spelling(), np.full(8, np.nan)
        for n in range(60):
            segment = Segment(n, n + 0.3, 0.2, Frames.empty())
            spelling.see(segment, np.array([-0.5, 1.5]), nothing, n if stays else 0)
        return spelling.goes_on

    assert goes_on(stays=True)
    assert not goes_on(stays=False)


def test_a_hold_that_wobbles_speaks_once():
    """Its parts end where it wobbles; without the last one they are no letters of their own."""

    def goes_on(parts: int) -> bool:
        spelling, nothing = Spelling(), np.full(8, np.nan)
        for n in range(60):
            for part in range(parts if n % 2 else 1):
                segment = Segment(n, n + 0.1 * (part + 1), 0.2, Frames.empty(), spans=1 + part)
                spelling.see(segment, np.full(2, -1.5 if n % 2 else 3.0), nothing, n)
        return spelling.unread == []

    assert goes_on(parts=1)
    assert goes_on(parts=4)


def test_what_was_spelled_before_the_hand_did_something_else_stays():
    spelling, nothing = Spelling(), np.full(8, np.nan)
    for n in range(60):
        segment = Segment(n, n + 0.3, 0.2, Frames.empty())
        spelling.see(segment, np.full(2, 4.0 if n < 30 else -4.0), nothing, n)
    ((begin_s, end_s),) = spelling.unread
    assert 30 <= begin_s <= 37
    assert end_s == 59.3


def test_what_a_hand_did_before_it_spelled_stays_unread():
    spelling, nothing = Spelling(), np.full(8, np.nan)
    segments = [Segment(n, n + 0.3, 0.2, Frames.empty()) for n in range(60)]
    for n, segment in enumerate(segments):
        spelling.see(segment, np.full(2, 4.0 if n >= 30 else -4.0), nothing, n)
    assert [spelling.is_spelled(segment) for segment in segments] == [n >= 30 for n in range(60)]
    part = replace(segments[20], end_s=20.2)
    assert not spelling.is_spelled(part)


def test_what_was_learned_stays_though_the_hand_does_something_else_meanwhile(bundle, spell):
    """A slip that only an idle hand has made is taken back, and with it what was turned by it."""
    text = "오늘 날씨가 좋네요"
    first = spell(text, wearer=1, seed=2).frames
    for doing in ("gestures", "scratching"):
        idle = IdleHand(doing, np.random.default_rng(1)).session(30.0)
        engine = assemble_engine(bundle, Mixture.load(), adaptation=Adaptation(bundle))
        heard = engine.run([behind(behind(first, idle), first)]).text
        assert heard.startswith(text[:-1])
        assert heard.endswith(f" {text}")
        assert engine.recognizer.fit.slip is None
