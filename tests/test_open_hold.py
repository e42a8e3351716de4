"""The hold that goes on: what it may be so far, and how far it is from its end."""

from itertools import chain

import numpy as np
import pytest

from jihwa.composer.text.transcript import DOUBTFUL
from jihwa.recognizer.classifier import Classifier
from jihwa.recognizer.events import likeliest
from jihwa.recognizer.recognizer import Recognizer
from jihwa.recognizer.segmenter import Segmenter


@pytest.fixture
def followed(spell, bundle):
    """Every frame of a session with the hold after it, and the emission that it brought."""
    session = spell("학교", "slow", wearer=7, seed=3)
    recognizer = Recognizer(Segmenter(), Classifier(bundle))
    steps = []
    for i in range(len(session.frames)):
        emissions = [likeliest(ways) for ways in recognizer.feed(session.frames[i : i + 1])]
        hold = recognizer.hold
        steps.append(
            (session.frames.time_s[i], hold, recognizer.read(hold.segment)[0] if hold else None)
        )
        if emissions:
            steps.append((session.frames.time_s[i], emissions[0], None))
    return session, steps


def test_a_hold_is_open_until_its_emission_comes(followed):
    _, steps = followed
    for (_, before, _), (_, ended, _) in zip(steps, steps[2:], strict=False):
        if hasattr(ended, "log_likelihood") and before is not None:
            assert before.segment.start_s == pytest.approx(ended.segment.start_s, abs=0.04)


def test_an_open_hold_is_read_like_the_emission_that_it_becomes(followed):
    session, steps = followed
    for sign in session.signs:
        middle_s = (sign.start_s + sign.end_s) / 2
        _, hold, emission = min(
            (step for step in steps if step[2]), key=lambda step: abs(step[0] - middle_s)
        )
        later = next(e for t, e, _ in steps if hasattr(e, "log_likelihood") and t > middle_s)
        assert hold.segment.start_s == pytest.approx(later.segment.start_s, abs=0.04)
        assert emission.log_likelihood.argmax() == later.log_likelihood.argmax()


def test_acceptance_rises_while_the_hand_moves_on(followed):
    session, steps = followed
    holds = [(t, hold) for t, hold, emission in steps if emission]
    assert all(0 <= hold.acceptance <= 1 for _, hold in holds)
    inside = [
        hold.acceptance
        for t, hold in holds
        for sign in session.signs
        if sign.start_s + 0.2 < t < sign.end_s - 0.05
    ]
    assert np.mean(inside) < 0.2
    assert max(hold.acceptance for _, hold in holds) > 0.3


def test_asking_for_the_hold_changes_nothing(spell, bundle):
    frames = spell("가", "slow").frames
    asked, left_alone = (Recognizer(Segmenter(), Classifier(bundle)) for _ in range(2))
    ends = []
    for i in range(len(frames)):
        for emission in chain.from_iterable(asked.feed(frames[i : i + 1])):
            ends.append((emission.segment.end_s, emission.rest))
        if asked.hold:
            asked.read(asked.hold.segment)
    told = chain.from_iterable(left_alone.feed(frames))
    expected = [(e.segment.end_s, e.rest) for e in told]
    assert ends == expected


@pytest.mark.parametrize(
    ("text", "pace", "wearer"),
    [("부산 역", "normal", 3), ("오늘 뭐 해요", "normal", 2), ("저녁에 같이", "fast", 5)],
)
@pytest.mark.parametrize("late_s", [-0.02, 0.15])
def test_what_was_shown_when_the_signal_ended_is_in_the_text_or_doubted(
    spell, engine, text, pace, wearer, late_s
):
    session = spell(text, pace, wearer=wearer, seed=wearer)
    frames, alphabet = session.frames, engine.recognizer.alphabet
    for sign in session.signs:
        cut = frames[frames.time_s - frames.time_s[0] <= sign.end_s + late_s]
        engine.reset()
        for _ in chain(engine.feed(cut), engine.flush()):
            pass
        shown = engine.composer.text + engine.composer.preedit
        transcript = engine.finish()
        n_shown, n_written = (
            len(alphabet.spell(each.replace(" ", ""))) for each in (shown, transcript.text)
        )
        assert n_written >= n_shown or transcript.words[-1].confidence < DOUBTFUL


@pytest.mark.parametrize("text", ["ㅋㅋㅋ", "ㅠㅠ", "ㅇㅇ", "ㅎㅎ", "ㄱㅅ", "ㅇㅋ", "ㅊㅋ", "ㅂㅇ"])
@pytest.mark.parametrize(("wearer", "pace"), [(1, "normal"), (5, "natural")])
def test_chat_letters_come_out_as_they_are_spelled(spell, engine, text, wearer, pace):
    session = spell(text, pace, wearer=wearer, seed=wearer)
    transcript = engine.run([session.frames])
    assert transcript.text == text or transcript.words[0].confidence < DOUBTFUL
