"""The sensor monitor: what is left out, how soon, and when it is believed again."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from benchmarks.signals import FLEX_FAULTS, IMU_FAULTS, broken
from hypothesis import given, settings
from hypothesis import strategies as st

from jihwa.data.formats.writers import write_recording
from jihwa.data.signal.frames import Frames
from jihwa.data.signal.monitor import SensorMonitor, believed
from jihwa.data.signal.sensors import ACCELERATION, ANGLES, SENSORS, FaultKind

RATES_HZ = (15.0, 20.0, 33.0, 47.0, 100.0, 120.0)
BROKEN = [
    *((sensor, name) for sensor in (0, 3) for name in FLEX_FAULTS),
    *((ACCELERATION, name) for name in IMU_FAULTS),
    (ANGLES, "stuck"),
]


def fault_of(sensor, name):
    return (FLEX_FAULTS if sensor < ACCELERATION else IMU_FAULTS)[name]


def left_out(frames: Frames):
    """(n, 7) which sensors were left out."""
    flex, accel, angles = (
        np.isnan(channel) for channel in (frames.flex_adc, frames.accel_g, frames.orientation_deg)
    )
    return np.column_stack([flex, accel[:, 0], angles[:, 0]])


def hold(n=100, *, rate_hz=33.0, seed=0, flex_noise=4.0, accel_noise=0.005, angle_noise=0.1):
    """A hand that holds one pose, read by sensors with noise."""
    rng = np.random.default_rng(seed)
    return Frames(
        np.arange(n) / rate_hz,
        np.round(rng.normal(800, flex_noise, (n, 5))),
        np.round(rng.normal([0, 0.6, 0.8], accel_noise, (n, 3)), 3),
        np.round(rng.normal([0, 37, 10], angle_noise, (n, 3)), 2),
    )


@pytest.mark.parametrize("rate_hz", RATES_HZ)
@pytest.mark.parametrize("pace", ["slow", "normal", "fast"])
def test_working_sensors_are_believed_at_any_rate_and_pace(spell, table, rate_hz, pace):
    for wearer in range(3):
        frames = spell("아까 학교에서 만났어요", pace, wearer=wearer, rate_hz=rate_hz).frames
        monitor = SensorMonitor()
        np.testing.assert_array_equal(table(monitor.feed(frames)), table(frames))
        assert (monitor.faults, monitor.warnings()) == ((), [])


@pytest.mark.parametrize("rate_hz", [20.0, 33.0, 120.0])
@pytest.mark.parametrize(("sensor", "name"), BROKEN)
def test_broken_sensor_is_left_out_within_a_second_and_named(spell, rate_hz, sensor, name):
    kind, readings = fault_of(sensor, name)
    for seed in range(3):
        rng = np.random.default_rng(seed)
        frames = spell("안녕하세요", wearer=seed, seed=seed, rate_hz=rate_hz).frames
        monitor = SensorMonitor()
        told = monitor.feed(broken(frames, sensor, readings, rng, since_s=1.5))
        time_s, out = frames.time_s, left_out(told)
        assert not out[time_s < 1.5].any()
        assert out[time_s > 2.5, sensor].mean() > 0.95
        assert not np.delete(out, sensor, axis=1).any()
        fault = monitor.faults[-1]
        assert (fault.sensor, fault.kind) == (sensor, kind)
        assert monitor.faults[0].since_s == pytest.approx(1.5, abs=0.7)
        assert any(SENSORS[sensor].name.en in message.en for message in monitor.warnings())


@pytest.mark.parametrize(("sensor", "name"), BROKEN)
def test_sensor_that_works_again_is_believed_again(spell, sensor, name):
    _, readings = fault_of(sensor, name)
    frames = spell("안녕하세요").frames
    monitor = SensorMonitor()
    rng = np.random.default_rng(0)
    told = monitor.feed(broken(frames, sensor, readings, rng, since_s=1.0, until_s=3.0))
    assert not left_out(told)[frames.time_s > 4.5].any()
    assert all(fault.until_s == pytest.approx(3.0, abs=1.5) for fault in monitor.faults)


@pytest.mark.parametrize(("sensor", "name"), BROKEN)
def test_sensor_that_never_worked_is_found(spell, sensor, name):
    _, readings = fault_of(sensor, name)
    frames = spell("안녕하세요").frames
    monitor = SensorMonitor()
    told = monitor.feed(broken(frames, sensor, readings, np.random.default_rng(0)))
    assert left_out(told)[frames.time_s > 1, sensor].mean() > 0.95
    assert monitor.faults[0].since_s == pytest.approx(0, abs=0.5)


@pytest.mark.parametrize(
    ("readings", "told"),
    [
        (lambda adc, _: np.full_like(adc, adc[0]), "stuck at one value"),
        (lambda adc, _: np.full_like(adc, np.nan), "send no number"),
        (lambda adc, _: np.full_like(adc, 0), "flex reads 0 to 0"),
    ],
)
def test_five_fingers_that_never_worked_are_told_at_once(spell, readings, told):
    frames = spell("안녕하세요").frames
    for finger in range(5):
        frames = broken(frames, finger, readings, np.random.default_rng(0))
    monitor = SensorMonitor()
    monitor.feed(frames)
    assert monitor.is_blind
    assert monitor.never_worked
    assert monitor.now() == []
    (warning,) = monitor.warnings()
    assert warning == monitor.blindness
    assert told in warning.en


def test_nothing_is_written_by_five_fingers_that_are_stuck(spell, jihwa, tmp_path):
    frames = spell("안녕하세요", "slow").frames
    flex_adc = np.repeat(frames.flex_adc[:1], len(frames), axis=0)
    write_recording(tmp_path / "stuck.csv", replace(frames, flex_adc=flex_adc))
    done = jihwa("transcribe", tmp_path / "stuck.csv")
    assert (done.code, done.out) == (0, "\n")
    (line,) = done.err.splitlines()
    assert "No finger can be believed" in line


@pytest.mark.parametrize("pace", ["fluent", "mixed"])
def test_nobody_is_blamed_for_spelling_fast(spell, pace):
    for wearer in range(12):
        monitor = SensorMonitor()
        monitor.feed(spell("안녕하세요 반갑습니다", pace, wearer=wearer, seed=wearer).frames)
        assert monitor.warnings() == []


def test_single_impossible_readings_are_left_out_without_a_word():
    frames = hold()
    frames.flex_adc[[20, 50], 1] = 0
    frames.accel_g[70] = 0
    monitor = SensorMonitor()
    out = left_out(monitor.feed(frames))
    assert np.argwhere(out).tolist() == [[20, 1], [50, 1]]
    assert monitor.faults == ()


def test_gravity_does_not_jump_to_that_of_angles_where_acceleration_is_missing_for_a_moment():
    frames = hold()
    before_g = frames.gravity_g.copy()
    frames.orientation_deg[:, 0] += 40  # as far off as the filter of a board may be
    frames.accel_g[[10, 30, 31, 50], 1] = np.nan
    frames.accel_g[70:] = np.nan
    after_g = SensorMonitor().feed(frames).gravity_g
    np.testing.assert_allclose(after_g[:70], before_g[:70], atol=0.05)
    assert np.linalg.norm(after_g[85:] - before_g[85:], axis=1).min() > 0.3


@pytest.mark.parametrize("has_accel", [True, False])
def test_angles_in_whole_degrees_are_not_stuck_but_those_at_zero_are(spell, has_accel):
    frames = spell("안녕하세요", "slow").frames
    if not has_accel:
        frames.accel_g[:] = np.nan
    for orientation_deg, is_stuck in ((np.rint(frames.orientation_deg), False), (0, True)):
        monitor = SensorMonitor()
        monitor.feed(replace(frames, orientation_deg=0 * frames.orientation_deg + orientation_deg))
        assert any(fault.sensor == ANGLES for fault in monitor.faults) == is_stuck


def test_glove_without_noise_has_no_stuck_sensors(table):
    frames = hold(flex_noise=0, accel_noise=0, angle_noise=0)
    assert SensorMonitor().feed(frames).flex_adc.tolist() == frames.flex_adc.tolist()


def test_a_still_finger_that_is_measured_finely_is_not_stuck():
    frames = hold()
    drift = np.arange(100) / 33.0  # a count a second
    frames.flex_adc[:, 0] = 850.3 + drift
    assert not left_out(SensorMonitor().feed(frames)).any()


@pytest.mark.parametrize("n_stuck", [1, 2, 3])
def test_several_sensors_may_be_stuck_at_once(n_stuck):
    frames = hold()
    frames.flex_adc[:, :n_stuck] = 850
    out = left_out(SensorMonitor().feed(frames))
    assert out[frames.time_s > 1, :n_stuck].all()
    assert not out[:, n_stuck:].any()


@pytest.mark.parametrize("has_acceleration", [True, False])
@pytest.mark.parametrize("n_stuck", [4, 5])
def test_fingers_that_stay_as_they_are_while_the_hand_turns_are_stuck(
    spell, n_stuck, has_acceleration
):
    frames = spell("안녕하세요", "slow").frames
    if not has_acceleration:
        frames.accel_g[:] = np.nan
    for finger in range(n_stuck):
        stuck = FLEX_FAULTS["stuck"][1]
        frames = broken(frames, finger, stuck, np.random.default_rng(0), since_s=2.0)
    monitor = SensorMonitor()
    out = left_out(monitor.feed(frames))
    assert not out[frames.time_s < 2, :5].any()
    assert out[frames.time_s > 5, :n_stuck].all()
    assert {(fault.sensor, fault.kind) for fault in monitor.faults} == {
        (finger, FaultKind.STUCK) for finger in range(n_stuck)
    }


def test_fingers_without_noise_of_a_hand_that_lies_still_are_not_stuck():
    frames = hold(1000, flex_noise=0)
    monitor = SensorMonitor()
    assert not left_out(monitor.feed(frames)).any()
    assert monitor.faults == ()


def test_absent_acceleration_is_no_fault_but_no_direction_at_all_is_told():
    frames, absent = hold(), np.full((100, 3), np.nan)
    monitor = SensorMonitor()
    monitor.feed(Frames(frames.time_s, frames.flex_adc, absent, frames.orientation_deg))
    assert monitor.warnings() == []
    monitor.reset()
    monitor.feed(Frames(frames.time_s, frames.flex_adc, absent, absent))
    (told,) = monitor.warnings()
    assert "neither acceleration nor angles" in told.en


def test_warning_tells_the_share_of_the_time():
    frames = hold(200)
    frames.flex_adc[100:, 1] = 0
    monitor = SensorMonitor()
    monitor.feed(frames)
    (told,) = monitor.warnings()
    assert "index finger (flex2) sensor is dead from 3.0 s on" in told.en
    assert "(50% of the time)" in told.en


def test_nothing_is_nothing():
    monitor = SensorMonitor()
    assert len(monitor.feed(Frames.empty())) == 0
    assert monitor.warnings() == []


def test_reset_forgets_faults_and_signal(table):
    frames = broken(hold(), 2, FLEX_FAULTS["stuck"][1], np.random.default_rng(0))
    monitor = SensorMonitor()
    first = monitor.feed(frames)
    monitor.reset()
    assert monitor.faults == ()
    np.testing.assert_array_equal(table(monitor.feed(frames)), table(first))


@settings(max_examples=30)
@given(
    seed=st.integers(0, 3),
    rate_hz=st.sampled_from([8.0, 15.0, 33.0, 120.0]),
    which=st.lists(st.sampled_from(BROKEN), max_size=3),
    gap_s=st.sampled_from([0.0, 0.3, 5.0]),
    cuts=st.lists(st.floats(0, 1)) | st.just([i / 400 for i in range(400)]),
)
def test_any_chunking_gives_the_same(spell, table, seed, rate_hz, which, gap_s, cuts):
    rng = np.random.default_rng(seed)
    frames = spell("가나", seed=seed, wearer=seed, rate_hz=rate_hz).frames
    for sensor, name in which:
        begin_s = rng.uniform(0, 3)
        _, readings = fault_of(sensor, name)
        frames = broken(frames, sensor, readings, rng, begin_s, begin_s + rng.uniform(0.5, 3))
    time_s = frames.time_s + gap_s * (frames.time_s > 2)
    frames = Frames(time_s, frames.flex_adc, frames.accel_g, frames.orientation_deg)
    edges = [0, *sorted(round(cut * len(frames)) for cut in cuts), len(frames)]
    whole, pieces = SensorMonitor(), SensorMonitor()
    told = Frames.concatenate([pieces.feed(frames[a:b]) for a, b in pairwise(edges)])
    np.testing.assert_array_equal(table(told), table(whole.feed(frames)))
    assert pieces.faults == whole.faults
    assert pieces.warnings() == whole.warnings()


def test_in_hindsight_the_beginning_of_a_fault_is_left_out_too():
    frames = broken(hold(), 2, FLEX_FAULTS["stuck"][1], np.random.default_rng(0))
    assert np.isnan(believed(frames).flex_adc[:, 2]).all()
    assert not np.isnan(SensorMonitor().feed(frames).flex_adc[:10, 2]).any()
    assert np.isfinite(believed(hold()).flex_adc).all()


@pytest.mark.parametrize("session", ["hb", "v2"])
def test_hardly_a_sensor_of_the_recordings_is_doubted(request, session):
    """But for the second finger, which was really loose in both sessions."""
    n = n_doubted = n_stuck = 0
    for episode in request.getfixturevalue(session):
        monitor = SensorMonitor()
        monitor.feed(episode.frames)
        n += len(SENSORS) - 1
        n_doubted += len({fault.sensor for fault in monitor.faults} - {1})
        n_stuck += sum(fault.kind == FaultKind.STUCK for fault in monitor.faults)
    assert n_stuck == 0
    assert n_doubted < 0.003 * n, f"{n_doubted} of {n}"
