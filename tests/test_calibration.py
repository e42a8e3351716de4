"""Calibration: what is asked for, which holds will do, and what the wearer gains."""

from dataclasses import replace

import numpy as np
import pytest
from emissions import segment
from wearers import ALPHABET, UNUSUAL_MOUNT, hold

from jihwa.composer.composer import Composer
from jihwa.composer.language.mixture import Mixture
from jihwa.data.signal.frames import Frames
from jihwa.data.signal.monitor import believed
from jihwa.data.synthesis.fits import Fit
from jihwa.models.mount import rotation, turn_deg
from jihwa.recognizer.calibration import (
    MOUNT_SIGNS,
    QUICK_SIGNS,
    Calibration,
    Prompt,
    full_plan,
    mount_plan,
    own_sign_plan,
    quick_plan,
)
from jihwa.recognizer.classifier import Classifier
from jihwa.recognizer.personal import PersonalModel
from jihwa.recognizer.profile import Profile, StepKind

TODAY = "2026-01-02"
WEARERS = range(3)


def calibrated(bundle, plan, wearer):
    """The profile of a wearer who showed what the plan asks for."""
    calibration = Calibration(bundle, plan)
    while prompt := calibration.prompt:
        if calibration.answer(hold(prompt.sign, prompt.style, wearer=wearer)):
            calibration.skip()
    return Profile.empty(bundle.alphabet).with_step(calibration.step(TODAY))


def top1(bundle, profile, wearer, styles=(1, 2, 3, 4, 5)):
    model = PersonalModel(bundle, profile)
    holds = [hold(s, style, wearer=wearer, take=9) for s in ALPHABET.signs for style in styles]
    truth = np.repeat(np.arange(len(ALPHABET.signs)), len(styles))
    return (model.log_likelihood(holds).argmax(axis=1) == truth).mean()


def test_quick_plan_is_ten_signs_once_straight_and_once_bent(bundle):
    plan = quick_plan(bundle)
    assert len(plan) == len(set(plan)) == 2 * QUICK_SIGNS
    assert {prompt.style for prompt in plan[:QUICK_SIGNS]} == {1}
    assert [p.sign for p in plan[:QUICK_SIGNS]] == [p.sign for p in plan[QUICK_SIGNS:]]


def test_wearers_gain_from_quick_and_more_from_full_calibration(bundle):
    plans = {"none": (), "quick": quick_plan(bundle), "full": full_plan(bundle)}
    scores = {
        name: np.mean(
            [top1(bundle, calibrated(bundle, plan, w) if plan else None, w) for w in WEARERS]
        )
        for name, plan in plans.items()
    }
    assert scores["none"] + 0.02 < scores["quick"] < scores["full"]
    assert scores["full"] > 0.93


def test_styles_never_shown_gain_too(bundle):
    plan, others = full_plan(bundle, (1, 5)), (2, 3, 4)
    before = [top1(bundle, None, w, others) for w in WEARERS]
    after = [top1(bundle, calibrated(bundle, plan, w), w, others) for w in WEARERS]
    assert np.mean(after) > np.mean(before)


@pytest.fixture
def calibration(bundle):
    return Calibration(bundle, [Prompt("ㄱ", 1), Prompt("ㅂ", 1)])


def shortened(frames):
    return frames[:5]


def with_dead_fingers(frames):
    flex = frames.flex_adc.copy()
    flex[:, 1:4] = 0
    return replace(frames, flex_adc=flex)


def moving(frames):
    flex = frames.flex_adc.copy()
    flex[:, 3] += np.linspace(0, 80, len(frames))
    return replace(frames, flex_adc=flex)


def nothing(_):
    return Frames.empty()


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (shortened, "too short"),
        (nothing, "too short"),
        (moving, "moved: ring finger (flex4)"),
        (
            with_dead_fingers,
            "3 sensors are dead (index finger (flex2), middle finger (flex3), ring finger (flex4))",
        ),
        (lambda _: hold("ㅂ", 1), "more like ㅂ than ㄱ"),
    ],
)
def test_hold_that_will_not_do_is_refused_with_its_reason(calibration, spoil, reason):
    refused = calibration.answer(believed(spoil(hold("ㄱ", 1))))
    assert reason in refused.en
    assert calibration.prompt == Prompt("ㄱ", 1)
    assert calibration.step(TODAY) is None


def test_accepted_hold_moves_on_and_skipped_ones_are_left_out(calibration):
    assert calibration.answer(hold("ㄱ", 1)) is None
    assert (calibration.prompt, calibration.progress) == (Prompt("ㅂ", 1), (1, 2))
    calibration.skip()
    assert calibration.prompt is None
    (seen,) = calibration.step(TODAY).observations
    assert (seen.sign, seen.style) == ("ㄱ", 1)


def test_two_dead_sensors_are_no_reason_to_stop(calibration):
    frames = hold("ㄱ", 1)
    flex = frames.flex_adc.copy()
    flex[:, [1, 3]] = 0
    assert calibration.answer(believed(replace(frames, flex_adc=flex))) is None


def turned(degrees):
    """A board that is turned about its normal."""
    return Fit(mount=rotation(np.array([0.0, 0.0, np.radians(degrees)])))


@pytest.mark.parametrize("degrees", [-100, 50, 120, 180])
def test_three_signs_show_how_the_board_sits(bundle, degrees):
    calibration = Calibration(bundle, mount_plan(bundle), kind=StepKind.MOUNT)
    for prompt in mount_plan(bundle):
        assert calibration.answer(turned(degrees).worn(hold(prompt.sign, 3))) is None
    step = calibration.step(TODAY)
    assert step.kind == StepKind.MOUNT
    assert turn_deg(step.rotation, turned(degrees).mount @ UNUSUAL_MOUNT) < 30
    assert "turned by about" in calibration.sits.en


def test_board_that_sits_as_usual_is_told_so(bundle):
    calibration = Calibration(bundle, mount_plan(bundle))
    for prompt in mount_plan(bundle):
        assert calibration.answer(hold(prompt.sign, 3)) is None
    assert calibration.step(TODAY).mount is None
    assert "as usual" in calibration.sits.en


def test_board_that_sits_otherwise_than_last_time_is_told_with_the_date(bundle):
    profile = calibrated(bundle, quick_plan(bundle), 0)
    calibration = Calibration(bundle, mount_plan(bundle), profile)
    for prompt in mount_plan(bundle):
        assert calibration.answer(turned(60).worn(hold(prompt.sign, 3))) is None
    assert f"otherwise than last time ({TODAY})" in calibration.sits.en


def test_glove_that_slips_meanwhile_is_told_and_what_came_before_turned_along(bundle):
    plan, slipped = quick_plan(bundle), turned(60)
    meanwhile, before = (Calibration(bundle, plan) for _ in range(2))
    for number, prompt in enumerate(plan):
        shown = hold(prompt.sign, prompt.style)
        assert meanwhile.answer(shown if number < QUICK_SIGNS else slipped.worn(shown)) is None
        assert before.answer(slipped.worn(shown)) is None
    assert "has slipped: the board sits turned by about" in meanwhile.sits.en
    assert "has slipped" not in before.sits.en
    for one, other in zip(
        *(each.step(TODAY).observations for each in (meanwhile, before)), strict=True
    ):
        assert np.dot(one.gravity_g, other.gravity_g) > np.cos(np.radians(25))


def test_every_plan_begins_with_signs_that_show_how_the_board_sits(bundle):
    mount = [prompt.sign for prompt in mount_plan(bundle)]
    assert [prompt.sign for prompt in full_plan(bundle)[: len(mount)]] == mount
    calibration = Calibration(bundle, quick_plan(bundle)[:MOUNT_SIGNS])
    while prompt := calibration.prompt:
        assert calibration.answer(turned(60).worn(hold(prompt.sign, prompt.style))) is None
    mount = calibration.step(TODAY).rotation
    assert turn_deg(mount, turned(60).mount @ UNUSUAL_MOUNT) < 30


def test_sign_that_a_wearer_shows_otherwise_is_taken_when_they_say_so(calibration):
    assert calibration.answer(hold("ㅂ", 1))
    assert calibration.may_be_own_form
    calibration.accept()
    (seen,) = calibration.step(TODAY).observations
    assert seen.sign == "ㄱ"
    assert calibration.prompt == Prompt("ㅂ", 1)


def test_hand_at_rest_is_no_sign(calibration, spell):
    frames = spell("가").frames
    assert "seems to rest" in calibration.answer(frames[frames.time_s < 0.8]).en


def test_hold_that_moved_is_no_form_of_the_sign(calibration):
    assert calibration.answer(moving(hold("ㄱ", 1)))
    assert not calibration.may_be_own_form
    calibration.accept()
    assert calibration.step(TODAY) is None


def test_own_sign_is_learned_from_one_take(bundle):
    """A made-up pose for ㅐ: a wearer's ㅂ upside down."""

    def upside_down(take):
        frames = hold("ㅂ", 3, take=take)
        return replace(frames, accel_g=-frames.accel_g)

    calibration = Calibration(bundle, own_sign_plan("ㅐ", 1))
    assert calibration.answer(upside_down(0)) is None
    step = calibration.step(TODAY)
    assert step.kind == StepKind.OWN_SIGN
    model = PersonalModel(bundle, Profile.empty(bundle.alphabet).with_step(step))
    assert model.alphabet.signs[-1] == "ㅐ"
    likely = model.log_likelihood([upside_down(1), hold("ㅂ", 3, take=1)]).argmax(axis=1)
    assert [model.alphabet.signs[i] for i in likely] == ["ㅐ", "ㅂ"]


def test_rest_is_a_pose_and_no_sign(bundle):
    calibration = Calibration(bundle, own_sign_plan("rest", 2))
    for take in range(2):
        assert calibration.answer(hold("ㅁ", 3, take=take)) is None
    profile = Profile.empty(bundle.alphabet).with_step(calibration.step(TODAY))
    model = PersonalModel(bundle, profile)
    assert model.alphabet.signs == bundle.alphabet.signs
    assert model.rest == pytest.approx(bundle.extractor.of_hold(hold("ㅁ", 3)), abs=1.5)


def test_own_space_writes_a_space(bundle):
    """Shown between 가 and 나 without a pause; the pose is ㅂ upside down."""

    def upside_down(take):
        frames = hold("ㅂ", 3, take=take)
        return replace(frames, accel_g=-frames.accel_g)

    profile = calibrated(bundle, full_plan(bundle), 0)
    adding = Calibration(bundle, own_sign_plan("space", 2), profile)
    for take in range(2):
        assert adding.answer(upside_down(take)) is None
    personal = PersonalModel(bundle, profile.with_step(adding.step(TODAY)))
    classifier, composer = (
        Classifier(bundle, personal),
        Composer(personal.alphabet, Mixture.load()),
    )
    shown = [*(hold(s, 3, take=8) for s in "ㄱㅏ"), upside_down(8)]
    shown += [hold(s, 3, take=8) for s in "ㄴㅏ"]
    for place, frames in enumerate(shown):
        composer.feed(*classifier.feed(segment(place, 0.9, 0.25, frames)))
    assert composer.flush().text == "가 나"


class AlwaysFirst:
    """A network that takes everything for the first sign."""

    class inputs:  # noqa: N801
        @staticmethod
        def of_hold(frames):
            return frames.flex_adc

    def log_posterior(self, sequences):
        return np.tile(
            np.where(np.arange(len(ALPHABET.signs)) == 0, 0.0, -20.0), (len(sequences), 1)
        )


def test_network_leaves_the_say_to_the_wearer_as_they_show_more(bundle):
    combined = replace(bundle, network=AlwaysFirst(), network_weight=0.9)
    frames, half = hold("ㅂ", 3, take=7), full_plan(bundle, (3,))[::2]
    shares = []
    for plan in ((), half, full_plan(bundle, (3,))):
        profile = calibrated(bundle, plan, 0) if plan else None
        model, gaussian = PersonalModel(combined, profile), PersonalModel(bundle, profile)
        gap = model.log_likelihood([frames]) - gaussian.log_likelihood([frames])
        shares.append(float(np.ptp(gap)))
    assert shares[0] > shares[1] > shares[2] == 0
