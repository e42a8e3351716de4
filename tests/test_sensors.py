"""Sensors: which readings can be believed, and which way is down."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jihwa.data import gravity
from jihwa.data.frames import Frames
from jihwa.data.sensors import SensorCheck, is_dead, usable


def frames(n=10, *, flex=(780.0,) * 5, accel=(0.0, 0.6, 0.8), angles=(0.0, 36.87, 0.0)) -> Frames:
    rows = [np.tile(np.array(channel, dtype=float), (n, 1)) for channel in (flex, accel, angles)]
    return Frames(np.arange(n) / 33, *rows)


NAN3 = (np.nan,) * 3


@pytest.mark.parametrize("adc", [700, 780, 950, 1000])
def test_working_sensor_reads_what_fingers_can_do(adc):
    assert not is_dead(np.array([adc] * 5)).any()


@pytest.mark.parametrize("adc", [0, 505, 510, 1023, 4095, np.nan, np.inf])
def test_broken_sensor_is_dead(adc):
    assert is_dead(np.full((2, 5), float(adc))).all()


def test_only_readings_of_working_sensors_are_usable():
    adc = np.array([[780.0, 0.0, 510.0, 950.0, np.nan]])
    np.testing.assert_array_equal(usable(adc), [[780.0, np.nan, np.nan, 950.0, np.nan]])
    assert adc[0, 1] == 0


def warnings(*chunks: Frames) -> list[str]:
    check = SensorCheck()
    for chunk in chunks:
        check.feed(chunk)
    return [message.en for message in check.warnings()]


def test_healthy_glove_gives_no_warning():
    assert warnings(frames(), Frames.empty(), frames()) == []
    assert warnings() == []


def test_dead_sensor_is_named_with_its_finger_and_share():
    (told,) = warnings(frames(5), frames(5, flex=(780, 0, 780, 780, 780)))
    assert "index finger" in told
    assert "flex2" in told
    assert "50%" in told


def test_single_bad_readings_are_no_dead_sensor():
    assert warnings(frames(9), frames(1, flex=(0,) * 5)) == []


def test_all_dead_sensors_are_told():
    assert len(warnings(frames(flex=(510,) * 5))) == 5


@pytest.mark.parametrize(
    ("accel", "angles", "n"),
    [
        (NAN3, (0, 0, 0), 0),
        ((0, 0, 1), NAN3, 0),
        (NAN3, NAN3, 1),
        (NAN3, (1, 2, np.nan), 0),
        ((0, 0, 0), NAN3, 1),
    ],
)
def test_hand_without_a_direction_is_told(accel, angles, n):
    assert len(warnings(frames(accel=accel, angles=angles))) == n


@pytest.mark.parametrize(
    "accel", [(0, 0, 0), (0.3, 0, 0), (4, 4, 4), (np.inf, 0, 0), (0, np.nan, 1)]
)
def test_acceleration_that_cannot_be_gravity_is_none(accel):
    assert not gravity.measured(np.array([accel], dtype=float))[0]
    down = gravity.of(frames(1, accel=accel, angles=(0.0, 36.87, 0.0)))[0]
    assert down == pytest.approx([0, 0.6, 0.8], abs=1e-4)


def test_gravity_is_the_acceleration_where_it_was_sent_else_from_the_angles():
    assert gravity.measured(frames(3).accel_g).all()
    assert gravity.of(frames(1))[0] == pytest.approx([0, 0.6, 0.8])
    assert gravity.of(frames(1, accel=NAN3))[0] == pytest.approx([0, 0.6, 0.8], abs=1e-4)
    assert np.isnan(gravity.of(frames(1, accel=NAN3, angles=NAN3))).all()


@given(st.floats(-89, 89), st.floats(-179, 179), st.floats(-180, 180))
def test_pitch_and_roll_survive_the_way_through_gravity(pitch, roll, yaw):
    down = gravity.from_orientation(np.array([[pitch, roll, yaw]]))
    assert np.linalg.norm(down) == pytest.approx(1)
    assert gravity.to_orientation(down)[0] == pytest.approx([pitch, roll, 0], abs=1e-6)


def test_channels_must_fit_the_times():
    with pytest.raises(ValueError, match="2 times"):
        Frames(np.zeros(2), np.zeros((3, 5)), np.zeros((2, 3)), np.zeros((2, 3)))
