"""The recogniser: frames become emissions with every likelihood, rest is told from letters."""

import itertools
from itertools import chain

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jihwa.data.signal.frames import Frames
from jihwa.recognizer.classifier import Classifier
from jihwa.recognizer.events import likeliest
from jihwa.recognizer.recognizer import Recognizer
from jihwa.recognizer.segmenter import Segmenter


@pytest.fixture(scope="session")
def recognize(bundle):
    def run(*chunks: Frames):
        recognizer = Recognizer(Segmenter(), Classifier(bundle))
        fed = (ways for chunk in chunks for ways in recognizer.feed(chunk))
        ways = [likeliest(ways) for ways in chain(fed, recognizer.flush())]
        return [emission for emission in ways if emission.log_prob > np.log(0.5)]

    return run


def is_rest(emission) -> bool:
    return emission.rest > emission.log_likelihood.max()


def test_every_emission_weighs_every_sign_rest_and_no_sign(recognize, spell, alphabet):
    emissions = recognize(spell("한글").frames)
    for e in emissions:
        assert e.log_likelihood.shape == (len(alphabet.signs),)
        assert np.isfinite([*e.log_likelihood, e.rest, e.no_sign]).all()


def test_hand_at_rest_is_no_letter_and_letters_are_no_rest(recognize, spell):
    n_rest = n_resting = n_letter = n_letters = 0
    on_the_way = []
    for wearer in range(6):
        session = spell("한글 가나다", wearer=wearer, seed=wearer)
        for e in recognize(session.frames):
            middle_s = (e.segment.start_s + e.segment.end_s) / 2
            if any(s.start_s <= middle_s <= s.end_s for s in session.signs):
                n_letters += 1
                n_letter += not is_rest(e)
            elif any(start_s <= middle_s <= end_s for start_s, end_s in session.pauses):
                n_resting += 1
                n_rest += is_rest(e)
            else:
                on_the_way.append(e.no_sign > e.log_likelihood.max())
    assert all(on_the_way)
    assert len(on_the_way) <= 0.02 * n_letters
    assert n_rest >= 0.95 * n_resting, f"{n_rest} of {n_resting} rests"
    assert n_letter >= 0.98 * n_letters, f"{n_letter} of {n_letters} letters"


def test_letters_are_read_mostly_right_and_nearly_always_among_five(recognize, spell, alphabet):
    ranks = []
    for wearer in range(6):
        session = spell("다람쥐 헌 쳇바퀴에 타고파", wearer=wearer, seed=wearer)
        emissions = [e for e in recognize(session.frames) if not is_rest(e)]
        for sign in session.signs:
            e = next((e for e in emissions if e.segment.end_s > sign.start_s), None)
            if e is not None and e.segment.start_s < sign.end_s:
                order = np.argsort(-e.log_likelihood).tolist()
                ranks.append(order.index(alphabet.index[sign.sign]))
    top1, top5 = np.mean(np.array(ranks) == 0), np.mean(np.array(ranks) < 5)
    assert top1 > 0.6, f"top-1 {top1:.1%}"
    assert top5 > 0.95, f"top-5 {top5:.1%}"


def test_rest_is_learned_from_the_first_resting_hold_and_forgotten_by_reset(bundle, spell):
    recognizer = Recognizer(Segmenter(), Classifier(bundle))
    frames = spell("가", wearer=2).frames

    def rests():
        emissions = [*map(likeliest, chain(recognizer.feed(frames), recognizer.flush()))]
        return [e.rest for e in (emissions[0], emissions[-1])]

    first, last = rests()
    assert last > first  # the second rest is known
    recognizer.reset()
    assert rests() == [first, last]


def test_only_rest_gives_no_letter(recognize, spell):
    session = spell("가", "slow")
    resting = session.frames[session.frames.time_s < session.signs[0].start_s - 0.5]
    assert all(is_rest(e) for e in recognize(resting))


def test_nothing_gives_nothing(recognize):
    assert recognize() == recognize(Frames.empty()) == []


@settings(max_examples=20)
@given(seed=st.integers(0, 3), cuts=st.lists(st.floats(0, 1), max_size=20))
def test_any_chunking_gives_the_same(recognize, spell, seed, cuts):
    frames = spell("가나", seed=seed, wearer=seed).frames
    edges = [0, *sorted(round(cut * len(frames)) for cut in cuts), len(frames)]
    chunks = [frames[a:b] for a, b in itertools.pairwise(edges)]
    for one, other in zip(recognize(*chunks), recognize(frames), strict=True):
        assert one.segment.start_s == other.segment.start_s
        assert np.array_equal(one.log_likelihood, other.log_likelihood)
        assert (one.rest, one.no_sign) == (other.rest, other.no_sign)


@pytest.mark.parametrize("wearer", range(1, 6))
def test_two_poses_are_two_letters_although_one_would_be_the_commoner_word(engine, spell, wearer):
    session = spell("나비", wearer=wearer)
    assert engine.run([session.frames]).text == "나비"  # and not 내
