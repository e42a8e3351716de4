"""Frames to features: the warp, gravity, and what is left out."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jihwa.data.signal.frames import Frames
from jihwa.models.features import FLEX, GRAVITY, FeatureExtractor

EXTRACTOR = FeatureExtractor()
FLEX_ADC = [800.0, 780.0, 850.0, 900.0, 820.0]
UP = [-0.6, 0.0, 0.8]
UP_ANGLES = [np.degrees(np.arcsin(0.6)), 0.0, 123.0]

counts = st.floats(600, 1020)


def hold(n=20, flex=FLEX_ADC, accel=UP, angles=(np.nan,) * 3):
    rows = [np.tile(np.asarray(channel, dtype=float), (n, 1)) for channel in (flex, accel, angles)]
    return Frames(np.arange(n) / 33, *rows)


@given(counts, counts)
def test_warp_keeps_the_order_of_bends(a, b):
    warped = EXTRACTOR.warp(np.array([a, b]))
    assert (a < b) <= (warped[0] <= warped[1])


@given(counts)
def test_unwarp_undoes_the_warp(adc):
    assert EXTRACTOR.unwarp(EXTRACTOR.warp(np.array(adc))) == pytest.approx(adc)


@given(counts)
def test_warp_slope_is_its_derivative(adc):
    near = EXTRACTOR.warp(np.array([adc - 1e-4, adc + 1e-4]))
    slope = EXTRACTOR.warp_slope(EXTRACTOR.warp(np.array(adc)))
    assert np.diff(near)[0] / 2e-4 == pytest.approx(float(slope), rel=1e-2)


def test_hold_is_the_centre_of_its_frames_whatever_a_few_of_them_say():
    frames = hold(21)
    frames.flex_adc[:3] = 650.0
    frames.accel_g[18:] = [0.0, 1.0, 0.0]
    assert EXTRACTOR.of_hold(frames) == pytest.approx(EXTRACTOR.of_hold(hold(5)))


def test_gravity_has_length_1_whatever_the_accelerometer_scale():
    assert EXTRACTOR.of_hold(hold(accel=np.array(UP) * 1.04))[GRAVITY] == pytest.approx(UP)


def test_without_acceleration_gravity_comes_from_pitch_and_roll_and_is_trusted_less():
    x = EXTRACTOR.of_hold(hold(accel=[np.nan] * 3, angles=UP_ANGLES))[GRAVITY]
    assert x / np.linalg.norm(x) == pytest.approx(UP)
    assert 0.9 < np.linalg.norm(x) < 0.999


def test_without_acceleration_and_angles_gravity_is_left_out():
    x = EXTRACTOR.of_hold(hold(accel=[np.nan] * 3))
    assert np.isnan(x[GRAVITY]).all()
    assert np.isfinite(x[FLEX]).all()


def test_sensor_that_is_not_believed_is_left_out_and_the_others_stay():
    x = EXTRACTOR.of_hold(hold(flex=[*FLEX_ADC[:1], np.nan, *FLEX_ADC[2:]]))
    assert np.isnan(x[1])
    assert np.delete(x, 1) == pytest.approx(np.delete(EXTRACTOR.of_hold(hold()), 1))


def test_sensor_that_dies_in_the_middle_is_read_while_it_lives():
    frames = hold(20)
    frames.flex_adc[10:, 1] = np.nan
    assert EXTRACTOR.of_hold(frames) == pytest.approx(EXTRACTOR.of_hold(hold()))
    frames.flex_adc[2:, 1] = np.nan
    assert np.isnan(EXTRACTOR.of_hold(frames)[1])


@pytest.mark.parametrize("n", [0, 1, 2])
def test_short_holds_are_no_error(n):
    x = EXTRACTOR.of_hold(hold(n))
    assert x.shape == (8,)
    assert np.isfinite(x).all() == (n > 0)


def test_a_steady_hold_and_each_of_its_frames_are_one_and_the_same():
    frames = hold(7)
    assert EXTRACTOR.of_frames(frames) == pytest.approx(np.tile(EXTRACTOR.of_hold(frames), (7, 1)))


def test_pitch_and_roll_agree_with_acceleration_on_recordings():
    folder = Path(__file__).parents[2] / "shared/data/signglove/v2/ㄱ/3"
    if not folder.is_dir():
        pytest.skip("the public recordings are not beside the project")
    from jihwa.data.formats.readers import Recording

    for path in sorted(folder.glob("*.csv")):
        frames = Recording(path).frames()
        absent = np.full_like(frames.accel_g, np.nan)
        fallback = Frames(frames.time_s, frames.flex_adc, absent, frames.orientation_deg)
        measured, computed = EXTRACTOR.of_hold(frames), EXTRACTOR.of_hold(fallback)
        assert measured[FLEX] == pytest.approx(computed[FLEX], nan_ok=True)
        cosine = measured[GRAVITY] @ computed[GRAVITY] / np.linalg.norm(computed[GRAVITY])
        assert np.degrees(np.arccos(min(cosine, 1.0))) < 5
