"""A bad signal costs little: broken sensors are read around, the rate hardly matters."""

import numpy as np
import pytest
from benchmarks.signals import FLEX_FAULTS, IMU_FAULTS, broken

from jihwa.data.signal.frames import N_FINGERS, Frames
from jihwa.data.signal.monitor import SensorMonitor
from jihwa.data.signal.sensors import ACCELERATION
from jihwa.models.features import GRAVITY
from jihwa.recognizer.classifier import Classifier
from jihwa.recognizer.events import likeliest
from jihwa.recognizer.recognizer import Recognizer
from jihwa.recognizer.segmenter import Segmenter

TEXT = "다람쥐 헌 쳇바퀴에 타고파"
FAULTY_S = 1.5
"""A fault that began with the signal is known by then."""
REFERENCE_HZ = 33.0


@pytest.fixture
def recognize(bundle):
    def run(frames: Frames):
        recognizer = Recognizer(Segmenter(), Classifier(bundle))
        return [likeliest(ways) for ways in (*recognizer.feed(frames), *recognizer.flush())]

    return run


def emission_of(sign, emissions):
    """The emission of the segment that holds the middle of a letter."""
    middle_s = (sign.start_s + sign.end_s) / 2
    within = (e for e in emissions if e.segment.start_s <= middle_s <= e.segment.end_s)
    return next(within, None)


@pytest.mark.parametrize("name", FLEX_FAULTS)
def test_broken_finger_is_missing_in_the_likelihood_and_letters_are_still_read(
    recognize, spell, alphabet, name
):
    ranks, left_out = [], []
    for seed in range(8):
        sensor, rng = seed % N_FINGERS, np.random.default_rng(seed)
        session = spell(TEXT, wearer=seed, seed=seed)
        emissions = recognize(broken(session.frames, sensor, FLEX_FAULTS[name][1], rng))
        for sign in session.signs:
            emission = emission_of(sign, emissions)
            if emission is not None and sign.start_s > FAULTY_S:
                missing = np.isnan(emission.pose)
                left_out.append(missing[sensor])
                assert missing.sum() == missing[sensor]
                order = np.argsort(-emission.log_likelihood).tolist()
                ranks.append(order.index(alphabet.index[sign.sign]))
    assert len(ranks) > 100
    assert np.mean(left_out) > 0.95
    assert np.mean(np.array(ranks) < 5) > 0.85


@pytest.mark.parametrize("name", IMU_FAULTS)
def test_broken_accelerometer_is_replaced_by_pitch_and_roll(recognize, spell, name):
    session = spell(TEXT, wearer=1)
    whole = recognize(session.frames)
    rng = np.random.default_rng(0)
    without = recognize(broken(session.frames, ACCELERATION, IMU_FAULTS[name][1], rng))
    for sign in session.signs:
        one, other = emission_of(sign, whole), emission_of(sign, without)
        if one is not None and other is not None and sign.start_s > FAULTY_S:
            down, computed = one.pose[GRAVITY], other.pose[GRAVITY]
            assert np.linalg.norm(computed) < 0.998  # and trusted less
            assert down @ computed / np.linalg.norm(computed) > 0.99


@pytest.mark.parametrize("rate_hz", [20.0, 47.0, 100.0])
def test_another_rate_gives_the_same_answers(recognize, spell, alphabet, rate_hz):
    same, change = [], []
    for seed in range(4):
        session = spell(TEXT, wearer=seed, seed=seed, rate_hz=200)
        sampled = {}
        for hz in (REFERENCE_HZ, rate_hz):
            ticks_s = np.arange(0, session.frames.duration_s, 1 / hz)
            rows = np.zeros(len(session.frames), dtype=bool)
            rows[np.searchsorted(session.frames.time_s, ticks_s)] = True
            sampled[hz] = recognize(session.frames[rows])
        for sign in session.signs:
            one, other = (emission_of(sign, emissions) for emissions in sampled.values())
            assert (one is None) + (other is None) <= 1
            if one is not None and other is not None:
                posteriors = [
                    e.log_likelihood - np.logaddexp.reduce(e.log_likelihood) for e in (one, other)
                ]
                place = alphabet.index[sign.sign]
                same.append(posteriors[0].argmax() == posteriors[1].argmax())
                change.append(abs(posteriors[0][place] - posteriors[1][place]))
    assert len(same) > 60
    assert np.mean(same) > 0.94
    assert np.median(change) < 0.1


def test_text_survives_a_broken_finger_and_the_wearer_is_told(jihwa, take):
    def stuck(flex):
        return np.where([0, 0, 0, 1, 0], flex[:1, 3:4], flex)

    done = jihwa("transcribe", take(text="안녕하세요", flex_adc=stuck))
    assert done.code == 0
    assert "ring finger (flex4) sensor is stuck at one value from" in done.err
    assert done.out.strip()


def test_letters_are_no_rest_behind_a_board_that_sent_zeros_while_it_started(recognize, spell):
    n_letters = n_rests = 0
    for seed in range(6):
        session = spell(TEXT, wearer=seed, seed=seed)
        frames, signs = session.frames, session.signs
        time_s = frames.time_s[0] - 0.03 * np.arange(10, 0, -1)
        zeros = Frames(time_s, *(np.zeros((10, k)) for k in (N_FINGERS, 3, 3)))
        for emission in recognize(SensorMonitor().feed(Frames.concatenate([zeros, frames]))):
            middle_s = (emission.segment.start_s + emission.segment.end_s) / 2
            if any(sign.start_s <= middle_s <= sign.end_s for sign in signs):
                n_letters += 1
                n_rests += emission.rest > emission.log_likelihood.max()
    assert n_rests <= 0.02 * n_letters, f"{n_rests} of {n_letters} letters"
