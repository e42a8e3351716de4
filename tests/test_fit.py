"""How the glove fits who wears it, found while they spell."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jihwa.data.signal.frames import Frames, gravity_of_angles
from jihwa.data.synthesis.fits import MIRROR, Fit
from jihwa.models.features import GRAVITY
from jihwa.models.mount import Mounts, rotation, turn_deg, unturned
from jihwa.models.wearer import ShownHolds, ShownPoses
from jihwa.recognizer.events import Decision, Emission, Segment, Slip
from jihwa.recognizer.glove_fit import GloveFit
from jihwa.recognizer.personal import Adaptation, PersonalModel
from jihwa.recognizer.profile import Observation, Profile, Step, StepKind, mount_rows
from jihwa.recognizer.profile_format import from_json, to_json

SOME_HOLD = Segment(0.0, 0.3, 0.2, Frames.empty())


def turned(degrees, *, left=False):
    """A board that is turned about its normal."""
    about_normal = rotation(np.array([0.0, 0.0, np.radians(degrees)]))
    return about_normal @ MIRROR if left else about_normal


def spell(fit, bundle, mount, n=24, seed=0, text=None):
    """Show a fit so many signs, as a board of this mount reads them."""
    gaussian, rng = bundle.of_glove(), np.random.default_rng(seed)
    for sign in rng.permutation(np.tile(np.arange(24), 4))[:n]:
        x = gaussian.mean[sign] + rng.normal(0, [0.6] * 5 + [0.08] * 3)
        x[GRAVITY] = mount @ (x[GRAVITY] / np.linalg.norm(x[GRAVITY]))
        (log_likelihood,) = fit.log_likelihood(x[None])
        (rest,), (no_sign,) = (
            of(x[None]) for of in (gaussian.rest_log_likelihood, gaussian.no_sign_log_likelihood)
        )
        seen = Emission(SOME_HOLD, log_likelihood, rest, no_sign, x)
        fit.see(seen)
        if text:
            fit.learn([Decision(seen, np.append(np.eye(24)[sign], [0.0, 0.0]))])
    return fit


@pytest.mark.parametrize(
    "mount",
    [turned(50), turned(-120), turned(180), turned(30, left=True), np.diag([1.0, -1.0, -1.0])],
    ids=["50", "-120", "180", "left", "palm"],
)
def test_any_mount_is_found_and_told(bundle, mount):
    fit = spell(GloveFit(PersonalModel(bundle)), bundle, mount)
    assert turn_deg(fit.mount, mount) < 25
    assert np.linalg.det(fit.mount) == pytest.approx(np.linalg.det(mount))
    assert fit.certainty > 0.9
    assert fit.message


def test_usual_mount_stays_and_nothing_is_told(bundle):
    fit = spell(GloveFit(PersonalModel(bundle)), bundle, turned(8))
    assert turn_deg(fit.mount, np.eye(3)) < 25
    assert fit.message is None


def test_glove_that_slips_is_found_again(bundle):
    fit = spell(GloveFit(PersonalModel(bundle)), bundle, np.eye(3), n=40)
    assert fit.take_messages() == ()
    spell(fit, bundle, turned(60), n=40, seed=1)
    assert turn_deg(fit.mount, turned(60)) < 25
    (told,) = fit.take_messages()
    assert "has slipped: the board sits turned by about 60°" in told.en
    assert fit.take_messages() == ()
    assert turn_deg(fit.slip.rotation, turned(60)) < 25
    spell(fit, bundle, np.eye(3), n=40, seed=2)
    (back,) = fit.take_messages()
    assert "has slipped" in back.en


def test_slip_is_believed_when_it_is_certain(bundle):
    fit = spell(GloveFit(PersonalModel(bundle)), bundle, np.eye(3), n=40)
    for seed in range(20):
        spell(fit, bundle, turned(60), n=1, seed=seed)
        if fit.slip:
            break
    assert fit.slip
    assert fit.certainty >= 0.95


def test_stops_between_letters_do_not_make_the_mount_doubtful(bundle):
    fit = spell(GloveFit(PersonalModel(bundle)), bundle, turned(60))
    rng, mean = np.random.default_rng(0), bundle.of_glove().mean.copy()
    mean[:, GRAVITY] @= turned(60).T
    for seed in range(12):
        spell(fit, bundle, turned(60), n=2, seed=seed)
        x = np.concatenate([rng.uniform(0, 8, 5), rng.normal(size=3)])
        x[GRAVITY] /= np.linalg.norm(x[GRAVITY])
        fit.see(Emission(SOME_HOLD, fit.log_likelihood(x[None])[0], -40.0, -11.0, x))
        read = fit.log_likelihood(mean).argmax(axis=1)
        assert (read == np.arange(24)).mean() > 0.8


def test_mount_that_is_found_at_the_beginning_is_no_slip(bundle):
    fit = spell(GloveFit(PersonalModel(bundle)), bundle, turned(60), n=40)
    assert fit.slip is None


def test_what_was_believed_before_a_slip_is_kept_as_the_board_reads_it_now(bundle):
    mean, slip = bundle.of_glove().mean[0], Slip(5.0, turned(60))

    def decision(at_s):
        emission = Emission(replace(SOME_HOLD, start_s=at_s), np.zeros(24), 0.0, 0.0, mean)
        return Decision(emission, np.eye(26)[0])

    adaptation = Adaptation(bundle)
    adaptation.learn([decision(1.0), decision(6.0)])
    assert adaptation.learn([decision(2.0)], slip=slip)  # decided late
    kept = adaptation.step().observations
    assert [each.gravity_g for each in kept] == [
        pytest.approx(turned(60) @ mean[GRAVITY], abs=1e-3)
    ] * 2


def test_what_the_text_expects_makes_the_mount_surer(bundle):
    alone, told = (
        spell(GloveFit(PersonalModel(bundle)), bundle, turned(45), n=4, text=text)
        for text in (False, True)
    )
    assert turn_deg(told.mount, turned(45)) < 25
    assert told.certainty > alone.certainty


def test_turned_signs_are_read_once_the_mount_is_known(bundle):
    mount = turned(75)
    fit = spell(GloveFit(PersonalModel(bundle)), bundle, mount)
    mean = bundle.of_glove().mean
    worn = unturned(mean, mount.T)

    def right(fit):
        return (fit.log_likelihood(worn).argmax(axis=1) == np.arange(24)).mean()

    assert right(fit) > 0.9 > right(GloveFit(PersonalModel(bundle)))


def test_hold_without_any_sensor_says_nothing(bundle):
    fit = GloveFit(PersonalModel(bundle))
    nothing = np.full(8, np.nan)
    (before,) = fit.log_likelihood(nothing[None])
    fit.see(Emission(SOME_HOLD, before, 0.0, 0.0, nothing))
    assert np.isfinite(before).all()
    assert fit.certainty == pytest.approx(GloveFit(PersonalModel(bundle)).certainty, abs=1e-6)


@given(st.integers(0, 383), st.integers(0, 23))
def test_a_hold_by_a_mount_is_the_hold_that_is_unturned(bundle, place, sign):
    signs, mount = bundle.of_glove().signs, Mounts.around(np.eye(3)).mount[place]
    x = bundle.of_glove().mean[sign]
    by_mount = signs.turned_log_density(x, mount[None])
    assert by_mount[0] == pytest.approx(signs.log_density(unturned(x[None], mount))[0])


def test_a_hold_by_a_mount_is_so_too_where_holds_were_shown(bundle):
    gaussian, mounts = bundle.of_glove(), Mounts.around(np.eye(3)).mount
    sign = np.array([0, 0, 3, 5])
    bent = gaussian.mean[sign] + np.linspace(-1, 1, 4)[:, None] * ([0.5] * 5 + [0.0] * 3)
    density = ShownPoses(gaussian, ShownHolds(bent, sign, np.arange(4), np.ones(4))).density()
    hold = unturned(bent[3:], turned(7))
    expected = [density.log_density(unturned(hold, mount))[0] for mount in mounts]
    assert density.turned_log_density(hold[0], mounts) == pytest.approx(np.array(expected))
    opposite = density.turned_log_density(bent[3], -np.eye(3)[None])  # which no plane has
    assert np.isfinite(opposite).all()


@pytest.mark.parametrize(("degrees", "found"), [(60, 60), (12, 0)])
def test_signs_that_are_known_show_a_mount_unless_it_is_near_to_the_usual(bundle, degrees, found):
    gaussian, sign = bundle.of_glove(), np.arange(10)
    worn = unturned(gaussian.mean[sign], turned(degrees).T)
    mount = Mounts.around(np.eye(3)).of_labelled(gaussian.signs, worn, sign)
    assert turn_deg(mount, turned(found)) < 1


def test_mount_is_kept_in_the_profile_and_expected_next_time(bundle):
    mount = turned(50)
    profile = Profile.empty(bundle.alphabet)
    step = Step(StepKind.ADAPTATION, "2026-01-01", (), mount_rows(mount))
    known = Profile(profile.alphabet, profile.signs, (step,))
    assert from_json(to_json(known), "test") == known
    fit = GloveFit(PersonalModel(bundle, known))
    assert turn_deg(fit.mount, mount) < 1
    assert spell(fit, bundle, mount).message is None  # it sits as it did


def test_glove_that_sits_otherwise_than_last_time_is_told_with_the_date(bundle):
    observation = Observation.of_pose(bundle.of_glove().mean[0], bundle.extractor, "ㄱ")
    step = Step(StepKind.CALIBRATION, "2026-01-01T12:00:00+09:00", (observation,))
    known = Profile.empty(bundle.alphabet).with_step(step)
    fit = spell(GloveFit(PersonalModel(bundle, known)), bundle, turned(60))
    (told,) = fit.take_messages()
    assert told.en.startswith("The glove sits otherwise than last time (2026-01-01): ")


def test_text_of_a_turned_board_is_read(engine, spell):
    session = spell("안녕하세요")
    worn = Fit(mount=turned(60)).worn(session.frames)
    assert engine.run([worn]).text == "안녕하세요"
    assert engine.recognizer.fit.message


def test_glove_worn_otherwise_turns_gravity_and_the_angles_that_follow_it(spell):
    frames, fit = spell("가").frames, Fit.draw(3)
    worn = fit.worn(frames)
    assert worn.accel_g == pytest.approx(frames.accel_g @ fit.mount.T)
    expected = gravity_of_angles(frames.orientation_deg) @ fit.mount.T
    assert gravity_of_angles(worn.orientation_deg) == pytest.approx(expected)
    assert Fit().worn(frames).channels[:, :8] == pytest.approx(frames.channels[:, :8])
