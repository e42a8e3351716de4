"""Self-adaptation: which decided letters are believed, what they teach, and the way back."""

import itertools
import json

import numpy as np
import pytest
from emissions import of_likelihoods, segment
from hypothesis import given, settings
from hypothesis import strategies as st
from wearers import hold

from jihwa.composer.language.mixture import Mixture
from jihwa.data.formats.writers import write_recording
from jihwa.io.engine import assemble_engine
from jihwa.io.user import profiles
from jihwa.recognizer.classifier import Classifier
from jihwa.recognizer.events import Decision
from jihwa.recognizer.personal import LEAST_CONFIDENCE, Adaptation
from jihwa.recognizer.profile import KEPT_HOLDS, Observation, Profile, Step, StepKind

TEXT = "오늘 저녁에 같이 밥을 먹고 나서 공원에서 산책할 사람을 찾아요"


@pytest.fixture(scope="module")
def language_model():
    return Mixture.load()


@pytest.fixture
def decide(bundle):
    """How a hold of a sign was read: as which sign, and how surely."""

    def decide(sign, read_as=None, probability=0.99, style=3, take=0):
        frames = hold(sign, style, take=take)
        (emission,) = Classifier(bundle).feed(segment(lasts_s=0.9, frames=frames))
        posterior = np.full(len(bundle.alphabet.signs) + 2, 0.0)
        posterior[-1] = 1 - probability
        posterior[bundle.alphabet.index[read_as or sign]] = probability
        return Decision(emission, posterior)

    return decide


def likelihood(model, bundle, sign, **of):
    return model.log_likelihood([hold(sign, **of)])[0, bundle.alphabet.index[sign]]


def test_believed_letter_makes_its_like_more_likely(bundle, decide):
    adaptation = Adaptation(bundle)
    before = likelihood(adaptation.model(), bundle, "ㄱ", style=3, take=1)
    assert adaptation.learn([decide("ㄱ")])
    assert likelihood(adaptation.model(), bundle, "ㄱ", style=3, take=1) > before + 1


@pytest.mark.parametrize("probability", [0.4, LEAST_CONFIDENCE - 0.01])
def test_doubtful_letter_teaches_nothing(bundle, decide, probability):
    adaptation = Adaptation(bundle)
    assert not adaptation.learn([decide("ㄱ", probability=probability)])
    assert adaptation.step().observations == ()


def test_rest_and_no_sign_teach_nothing(bundle, decide):
    decision = decide("ㄱ", probability=0.0)  # rest has all of the posterior
    assert not Adaptation(bundle).learn([decision])


def test_typed_letter_teaches_nothing(bundle):
    n = len(bundle.alphabet.signs)
    emission = of_likelihoods(
        np.zeros(n), rest=0.0, no_sign=0.0, held=segment(frames=hold("ㄱ", 3))
    )
    posterior = np.eye(n + 2)[0]
    assert not Adaptation(bundle).learn([Decision(emission, posterior)])


def test_letter_counts_for_less_than_a_calibrated_one_and_less_the_less_sure(bundle, decide):
    adaptation = Adaptation(bundle)
    adaptation.learn([decide("ㄱ", probability=0.92), decide("ㄴ")])
    unsure, sure = (each.weight for each in adaptation.step().observations)
    assert 0 < unsure < sure < 1


def test_sign_takes_in_its_last_few_holds_only(bundle, decide):
    adaptation = Adaptation(bundle)
    adaptation.learn([decide("ㄱ", take=take) for take in range(KEPT_HOLDS + 3)])
    last = Observation.of_pose(
        decide("ㄱ", take=KEPT_HOLDS + 2).emission.pose,
        bundle.extractor,
        "ㄱ",
        weight=0.5 * 0.99,
    )
    seen = adaptation.step().observations
    assert len(seen) == KEPT_HOLDS
    assert seen[-1] == last


def test_few_wrong_labels_do_not_outweigh_calibrated_ones(bundle, decide):
    """ㄷ, ㄹ and ㅌ are taken for each other; that must not teach that they are the same."""
    calibrated = tuple(
        Observation.of_pose(
            bundle.extractor.of_hold(hold(sign, style)), bundle.extractor, sign, style
        )
        for sign in "ㄷㄹㅌ"
        for style in (1, 3, 5)
    )
    profile = Profile.empty(bundle.alphabet).with_step(Step(StepKind.CALIBRATION, "", calibrated))
    adaptation = Adaptation(bundle, profile)
    adaptation.learn([decide("ㄹ", read_as="ㅌ", style=2), decide("ㄷ", read_as="ㄹ", style=4)])
    holds = [hold(sign, style, take=5) for sign in "ㄷㄹㅌ" for style in (1, 3, 5)]
    read = adaptation.model().log_likelihood(holds).argmax(axis=1)
    right = [
        bundle.alphabet.signs[i] == sign for i, sign in zip(read, "ㄷㄷㄷㄹㄹㄹㅌㅌㅌ", strict=True)
    ]
    assert sum(right) >= 8


def test_every_estimate_starts_from_the_source(bundle, decide):
    """Two updates and one are the same, so that nothing can build up."""
    decisions = [decide(sign, take=take) for sign in "ㄱㄴㄷ" for take in range(2)]
    stepwise, at_once = Adaptation(bundle), Adaptation(bundle)
    for decision in decisions:
        stepwise.learn([decision])
        stepwise.model()
    at_once.learn(decisions)
    holds = [hold(sign, 2) for sign in "ㄱㄴㄷㄹ"]
    one, other = (each.model().log_likelihood(holds) for each in (stepwise, at_once))
    assert np.array_equal(one, other)


def test_reset_forgets_what_was_decided(bundle, decide):
    adaptation = Adaptation(bundle)
    adaptation.learn([decide("ㄱ")])
    adaptation.reset()
    assert adaptation.step().observations == ()


@pytest.fixture(scope="module")
def read(bundle, language_model):
    """Runs an adaptive engine, which is the same every time, over chunks: text and lessons."""
    adaptation = Adaptation(bundle)
    engine = assemble_engine(bundle, language_model, adaptation=adaptation)
    return lambda chunks: (engine.run(chunks).candidates, adaptation.step())


@pytest.fixture(scope="module")
def frames(spell):
    return spell(TEXT, wearer=11, seed=2).frames


@pytest.fixture(scope="module")
def read_at_once(read, frames):
    return read([frames])


def test_every_run_begins_anew(read, frames, read_at_once):
    assert read([frames]) == read_at_once


@settings(max_examples=5)
@given(cuts=st.lists(st.floats(0, 1), max_size=8))
def test_any_chunking_gives_the_same_text_and_the_same_lessons(read, frames, read_at_once, cuts):
    edges = [0, *sorted(round(cut * len(frames)) for cut in cuts), len(frames)]
    assert read([frames[a:b] for a, b in itertools.pairwise(edges)]) == read_at_once
    assert read_at_once[1].observations


def test_engine_reads_a_wearer_better_the_more_they_write(bundle, language_model, spell):
    """Later letters of a text get a larger share of the likelihood than without adaptation."""
    gained = []
    for wearer in range(3):
        session = spell(f"{TEXT} {TEXT}", wearer=20 + wearer, seed=wearer)
        shares = []
        for adaptation in (None, Adaptation(bundle)):
            seen = Seen()
            engine = assemble_engine(bundle, language_model, adaptation=adaptation)
            engine.run([session.frames], [seen])
            shares.append(seen.share_of_truth(session, bundle.alphabet))
        gained.append(shares[1] - shares[0])
    assert np.mean(gained) > 0.03


class Seen:
    """A sink that keeps the emissions."""

    def __init__(self):
        self.emissions = []

    def update(self, _, emission):
        if emission is not None:
            self.emissions.append(emission)

    def finish(self, _):
        pass

    def share_of_truth(self, session, alphabet):
        """Mean probability of the true letters in the second half of a session."""
        shares = []
        for sign in session.signs[len(session.signs) // 2 :]:
            for e in self.emissions:
                if e.segment.start_s < sign.end_s and e.segment.end_s > sign.start_s:
                    log = e.log_likelihood - np.logaddexp.reduce(e.log_likelihood)
                    shares.append(np.exp(log[alphabet.index[sign.sign]]))
                    break
        return np.mean(shares)


@pytest.fixture
def recording(tmp_path, frames):
    write_recording(tmp_path / "a.csv", frames)
    return tmp_path / "a.csv"


def test_learning_is_stored_only_when_asked_for_and_can_be_taken_back(
    jihwa, bundle, tmp_path, recording
):
    path = tmp_path / "me.json"
    profiles.save(str(path), Profile.empty(bundle.alphabet))
    before = path.read_text()
    assert jihwa("transcribe", recording, "--profile", path).code == 0
    assert path.read_text() == before
    assert jihwa("transcribe", recording, "--profile", path, "--learn").code == 0
    assert "learned from text" in jihwa("profile", "show", path).out
    assert jihwa("profile", "undo", path).code == 0
    assert json.loads(path.read_text()) == json.loads(before)


@pytest.mark.parametrize("arguments", [("--learn",), ("--profile", "me", "--learn", "--no-adapt")])
def test_learning_without_a_profile_or_without_adapting_is_a_mistake(jihwa, recording, arguments):
    assert jihwa("transcribe", recording, *arguments).code == 2


def test_adaptation_can_be_switched_off(jihwa, recording, engine):
    def candidates(*arguments):
        done = jihwa("transcribe", recording, "--format", "json", *arguments)
        return json.loads(done.out)["candidates"]

    assert candidates("--no-adapt") != candidates()
