"""Decisions: how every emission of a final text was read, told once.

Stories are written as in `emissions`.
"""

import pytest
from emissions import OWN, emission, shown
from stories import Reader

from jihwa.composer.text.undo import EXACT_STEPS
from jihwa.recognizer.events import readings


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
    assert len(shown_signs) - EXACT_STEPS - 20 < before_the_end < len(shown_signs)


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
