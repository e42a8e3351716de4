"""Variations of training takes: each kind changes what it says, and nothing else."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from seen import points

from jihwa.data.signal.frames import Frames, angles_of_gravity, gravity_of_angles
from jihwa.data.signal.landmarks import FEATURES, as_features
from jihwa.data.signal.sensors import USABLE_FLEX_ADC
from jihwa.data.takes.augment import Augmentation, Variation, rotations

SPREADS = {
    "straight_adc": 770.0,
    "offset_adc": 3.0,
    "log_gain": 0.25,
    "rotation_deg": 9.0,
    "angle_error_deg": 10.0,
}
seeds = st.integers(0, 2**32 - 1)


def only(*kinds, **spreads) -> Augmentation:
    return Augmentation(frozenset(kinds), **(SPREADS | spreads))


def hold(n=30, seed=0) -> Frames:
    """A still hand whose angles have no error; the ring finger is dead."""
    rng = np.random.default_rng(seed)
    flex_adc = rng.uniform(760, 900, 5) + rng.normal(0, 3, (n, 5))
    flex_adc[:, 3] = np.nan
    accel_g = np.tile(rng.normal(0, 1, 3), (n, 1))
    accel_g /= np.linalg.norm(accel_g[0])
    orientation_deg = angles_of_gravity(accel_g)
    return Frames(np.arange(n) / 33, flex_adc, accel_g, orientation_deg)


HOLDS = [hold(n, seed) for seed, n in enumerate((30, 1, 80))]


def vary(augmentation, holds=HOLDS, seed=0):
    return augmentation.of_holds(holds, np.random.default_rng(seed))


def changed(before: Frames, after: Frames) -> set[str]:
    return {
        name
        for name in Frames.__dataclass_fields__
        if not np.array_equal(getattr(before, name), getattr(after, name), equal_nan=True)
    }


@pytest.mark.parametrize(
    ("kind", "channels"),
    [
        (Variation.FLEX, {"flex_adc"}),
        (Variation.ROTATION, {"accel_g", "orientation_deg"}),
        (Variation.NOISE, {"flex_adc", "accel_g", "orientation_deg"}),
        (Variation.SCALE, set()),
    ],
)
def test_each_kind_changes_its_own_channels(kind, channels):
    assert [changed(*pair) for pair in zip(HOLDS, vary(only(kind)), strict=True)] == [channels] * 3


def test_without_kinds_nothing_changes():
    assert [changed(*pair) for pair in zip(HOLDS, vary(only()), strict=True)] == [set()] * 3


def test_recordings_themselves_are_left_alone(table):
    before = [table(take).copy() for take in HOLDS]
    vary(only(*Variation))
    for was, take in zip(before, HOLDS, strict=True):
        np.testing.assert_array_equal(table(take), was)


def test_the_same_draws_give_the_same_variation_and_others_another(table):
    first, again, other = (vary(only(*Variation), seed=seed)[0] for seed in (1, 1, 2))
    np.testing.assert_array_equal(table(first), table(again))
    assert changed(first, other) >= {"flex_adc", "accel_g", "orientation_deg"}


@given(seeds)
def test_time_scaling_repeats_or_leaves_out_frames_in_their_order(seed):
    for take, varied in zip(HOLDS, vary(only(Variation.TIME), seed=seed), strict=True):
        assert 0.25 * len(take) - 1 <= len(varied) <= 1.25 * len(take) + 1
        assert np.all(np.diff(varied.time_s) >= 0)
        assert set(varied.flex_adc[:, 0]) <= set(take.flex_adc[:, 0])
        assert varied.time_s[0] == take.time_s[0]
        if len(varied) > 1:
            assert varied.time_s[-1] == take.time_s[-1]


@given(seeds)
def test_another_hand_bends_in_proportion_all_through_a_take(seed):
    for take, varied in zip(HOLDS, vary(only(Variation.FLEX), seed=seed), strict=True):
        inside = (varied.flex_adc > USABLE_FLEX_ADC[0]) & (varied.flex_adc < USABLE_FLEX_ADC[1])
        for finger in np.flatnonzero(inside.all(axis=0)):
            before, after = take.flex_adc[:, finger], varied.flex_adc[:, finger]
            if len(take) > 1:
                gain, offset = np.polyfit(before - 770, after - 770, 1)
                np.testing.assert_allclose(gain * (before - 770) + offset, after - 770, atol=1e-6)
                assert 0.25 < gain < 4
                assert abs(offset) < 20


def test_a_straight_finger_stays_straight_but_for_its_offset():
    take = Frames(np.arange(3.0), np.full((3, 5), 770.0), np.zeros((3, 3)), np.zeros((3, 3)))
    (varied,) = vary(only(Variation.FLEX, offset_adc=0.0), [take])
    np.testing.assert_allclose(varied.flex_adc, 770.0)


def test_dead_and_absent_sensors_stay_so_and_none_dies():
    absent = np.full((30, 3), np.nan)
    take = Frames(HOLDS[0].time_s, HOLDS[0].flex_adc, absent, absent)
    for seed in range(20):
        (varied,) = vary(only(*Variation, log_gain=1.0), [take], seed)
        assert np.isnan(varied.flex_adc[:, 3]).all()
        assert np.isnan(varied.accel_g).all()
        assert np.isnan(varied.orientation_deg).all()
        alive = varied.flex_adc[:, [0, 1, 2, 4]]
        assert alive.min() >= USABLE_FLEX_ADC[0]
        assert alive.max() <= USABLE_FLEX_ADC[1]


@given(seeds)
def test_mount_rotation_turns_gravity_and_the_angles_with_it(seed):
    turned = vary(only(Variation.ROTATION, angle_error_deg=0.0, heading_deg=0.0), seed=seed)
    for take, varied in zip(HOLDS, turned, strict=True):
        np.testing.assert_allclose(np.linalg.norm(varied.accel_g, axis=1), 1)
        computed = gravity_of_angles(varied.orientation_deg)
        np.testing.assert_allclose(computed, varied.accel_g, atol=1e-9)
        np.testing.assert_allclose(varied.accel_g - varied.accel_g[0], 0, atol=1e-9)
        assert take.accel_g[0] @ varied.accel_g[0] > np.cos(np.radians(9 * 6))


def test_angles_get_an_error_that_stays_for_the_take():
    (varied,) = vary(only(Variation.ROTATION, rotation_deg=0.0), HOLDS[:1])
    np.testing.assert_allclose(varied.accel_g, HOLDS[0].accel_g)
    error_deg = varied.orientation_deg - HOLDS[0].orientation_deg
    np.testing.assert_allclose(error_deg - error_deg[0], 0, atol=1e-9)
    assert (error_deg[0] != 0).all()


def test_spreads_are_those_asked_for():
    holds = [hold(1, 5)] * 4000
    rotated = vary(only(Variation.ROTATION, rotation_deg=9.0), holds)
    tilt = np.array([take.accel_g[0] for take in rotated]) - holds[0].accel_g[0]
    assert np.degrees(np.sqrt((tilt**2).sum(axis=1).mean() / 2)) == pytest.approx(9, rel=0.05)
    bent = vary(only(Variation.FLEX), holds)
    bend = np.array([take.flex_adc[0, 0] for take in bent]) - 770
    expected = np.hypot(0.25 * (holds[0].flex_adc[0, 0] - 770), 3)
    assert bend.std() == pytest.approx(expected, rel=0.1)


@given(st.lists(st.floats(-6, 6), min_size=3, max_size=3))
def test_rotations_keep_lengths_and_their_axis(axis):
    (rotation,) = rotations(np.array([axis]))
    np.testing.assert_allclose(rotation @ rotation.T, np.eye(3), atol=1e-9)
    np.testing.assert_allclose(rotation @ axis, axis, atol=1e-9)
    assert np.trace(rotation) == pytest.approx(1 + 2 * np.cos(np.linalg.norm(axis)))


def test_a_quarter_turn_about_z_takes_x_to_y():
    (rotation,) = rotations(np.array([[0, 0, np.pi / 2]]))
    np.testing.assert_allclose(rotation @ [1, 0, 0], [0, 1, 0], atol=1e-12)


class TestSequences:
    """Of any features, such as landmarks."""

    SEQUENCES = tuple(np.random.default_rng(n).normal(n, 2, (n, 4)) for n in (20, 1, 7))
    SD = np.array([1.0, 2.0, 0.0, 4.0])

    def vary(self, *kinds, seed=0):
        return only(*kinds).of_sequences(self.SEQUENCES, self.SD, np.random.default_rng(seed))

    def test_without_kinds_and_with_those_of_the_glove_nothing_changes(self):
        for kinds in ((), (Variation.FLEX, Variation.ROTATION)):
            for before, after in zip(self.SEQUENCES, self.vary(*kinds), strict=True):
                np.testing.assert_array_equal(before, after)

    def test_scale_is_one_for_a_sequence_and_the_offset_one_for_a_feature(self):
        for before, after in zip(self.SEQUENCES, self.vary(Variation.SCALE), strict=True):
            scale = after[:, 2] / before[:, 2]  # a constant feature gets no offset
            np.testing.assert_allclose(scale, scale[0])
            offset = after - scale[0] * before
            np.testing.assert_allclose(offset - offset[0], 0, atol=1e-9)
            assert (np.abs(offset[0, [0, 1, 3]]) > 0).all()

    def test_noise_is_new_in_every_reading_and_follows_the_feature(self):
        noise = self.vary(Variation.NOISE)[0] - self.SEQUENCES[0]
        assert (noise[:, 2] == 0).all()
        assert noise[:, 3].std() == pytest.approx(0.05 * 4, rel=0.5)

    def test_time_scaling_changes_the_number_of_frames(self):
        lengths = {len(self.vary(Variation.TIME, seed=seed)[0]) for seed in range(20)}
        assert len(lengths) > 5
        assert {len(self.vary(Variation.TIME, seed=seed)[1]) for seed in range(20)} == {1}


class TestFlip:
    """Left and right of a hand's points."""

    RIGHT = points(np.tile([0.3, 0.1, 0.4, 1.6, 1.2], (9, 1)), np.tile([-0.8, -0.36, 0.48], (9, 1)))

    @pytest.mark.parametrize("n_features", FEATURES)
    def test_every_other_take_is_that_of_the_other_hand(self, n_features):
        features = as_features(self.RIGHT, n_features)
        features[4] = 0  # a picture without a hand
        width = 3 if n_features == 63 else 4
        rng = np.random.default_rng(0)
        varied = only(Variation.FLIP).of_sequences([features] * 20, np.ones(n_features), rng)
        changed = [not np.array_equal(each, features) for each in varied]
        assert 5 < sum(changed) < 15
        flipped = varied[changed.index(True)]
        assert not flipped[4].any()
        x, before = flipped[0, : 21 * width : width], features[0, : 21 * width : width]
        assert x - x.mean() == pytest.approx(before.mean() - before)
        others = [at for at in range(n_features) if at % width or at >= 21 * width]
        assert np.array_equal(flipped[:, others], features[:, others])

    def test_columns_that_are_no_hand_stay(self):
        values = np.random.default_rng(0).normal(size=(9, 99))  # such as 33 points of a body
        (varied,) = only(Variation.FLIP).of_sequences(
            [values], np.ones(99), np.random.default_rng(1)
        )
        assert np.array_equal(varied, values)
