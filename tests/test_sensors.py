"""Sensors: what they can read, how they fail, and which way is down."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jihwa.data.signal.faults import impossible
from jihwa.data.signal.frames import Frames, angles_of_gravity, gravity_of_angles
from jihwa.data.signal.sensors import (
    ACCELERATION,
    IN_SIGHT,
    NO_NUMBER,
    SENSORS,
    Fault,
    FaultKind,
    is_dead,
)

NAN3 = (np.nan,) * 3


def frames(n=10, *, flex=(780.0,) * 5, accel=(0.0, 0.6, 0.8), angles=(0.0, 36.87, 0.0)) -> Frames:
    rows = [np.tile(np.array(channel, dtype=float), (n, 1)) for channel in (flex, accel, angles)]
    return Frames(np.arange(n) / 33, *rows)


@pytest.mark.parametrize("adc", [700, 780, 950, 1000])
def test_working_sensor_reads_what_fingers_can_do(adc):
    assert not is_dead(np.array([adc] * 5)).any()


@pytest.mark.parametrize("adc", [0, 505, 510, 1023, 4095, np.nan, np.inf])
def test_broken_sensor_is_dead(adc):
    assert is_dead(np.full((2, 5), float(adc))).all()


@pytest.mark.parametrize(
    ("changes", "sensor", "kind"),
    [
        ({"flex": (780, 0, 780, 780, 780)}, 1, FaultKind.DEAD),
        ({"flex": (780, 780, 780, 780, 1023)}, 4, FaultKind.SATURATED),
        ({"accel": (0, 0, 0)}, ACCELERATION, FaultKind.DEAD),
        ({"accel": (0.3, 0, 0)}, ACCELERATION, FaultKind.DEAD),
        ({"accel": (-16, 16, 16)}, ACCELERATION, FaultKind.SATURATED),
        ({"accel": (np.inf, 0, 0)}, ACCELERATION, FaultKind.SATURATED),
    ],
)
def test_what_no_working_sensor_reads_is_impossible(changes, sensor, kind):
    expected = np.zeros(len(SENSORS))
    expected[sensor] = kind
    np.testing.assert_array_equal(impossible(frames(2, **changes)), [expected] * 2)


@pytest.mark.parametrize("changes", [{}, {"accel": NAN3}, {"angles": NAN3}])
def test_working_and_absent_sensors_are_possible(changes):
    assert not impossible(frames(**changes)).any()


@pytest.mark.parametrize("sensor", range(len(SENSORS)))
@pytest.mark.parametrize("kind", FaultKind)
def test_fault_tells_which_sensor_what_since_when_and_what_to_do(sensor, kind):
    told = Fault(sensor, kind, since_s=3.25).message()
    name, remedy = SENSORS[sensor].name, SENSORS[sensor].remedy
    remedy = NO_NUMBER if kind == FaultKind.ABSENT else remedy
    for message, parts in (
        (told.ko, (name.ko, "3.2초", remedy.ko)),
        (told.en, (name.en, "3.2 s", remedy.en)),
    ):
        assert all(part in message for part in parts)


@pytest.mark.parametrize("kind", FaultKind)
def test_fault_that_a_camera_sees_is_told_with_what_helps_a_camera(kind):
    told = Fault(0, kind, since_s=3.25, is_seen=True).message(0.5)
    assert (IN_SIGHT.ko in told.ko, IN_SIGHT.en in told.en) == (True, True)
    assert not re.search("sensor|wiring|column|센서|배선|칸", told.en + told.ko)


def test_gravity_is_the_acceleration_where_it_was_sent_else_from_the_angles():
    assert np.isfinite(frames(3).accel_g).all()
    assert frames(1).gravity_g[0] == pytest.approx([0, 0.6, 0.8])
    assert frames(1, accel=NAN3).gravity_g[0] == pytest.approx([0, 0.6, 0.8], abs=1e-4)
    assert np.isnan(frames(1, accel=NAN3, angles=NAN3).gravity_g).all()


@given(st.floats(-89, 89), st.floats(-179, 179), st.floats(-180, 180))
def test_pitch_and_roll_survive_the_way_through_gravity(pitch, roll, yaw):
    down = gravity_of_angles(np.array([[pitch, roll, yaw]]))
    assert np.linalg.norm(down) == pytest.approx(1)
    assert angles_of_gravity(down)[0] == pytest.approx([pitch, roll, 0], abs=1e-6)


def test_channels_must_fit_the_times():
    with pytest.raises(ValueError, match="2 times"):
        Frames(np.zeros(2), np.zeros((3, 5)), np.zeros((2, 3)), np.zeros((2, 3)))
