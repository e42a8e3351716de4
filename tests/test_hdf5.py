"""HDF5 episodes: what is read of them, and what is refused."""

import gzip

import h5py
import numpy as np
import pytest

from jihwa.data.formats.readers import Recording
from jihwa.data.messages import DataError

SENSOR = np.arange(32.0).reshape(4, 8) + 700
SENSOR[:, 5:] = [[-13.4, -41.9, -14.8]]
TIMES_MS = np.array([100, 130, 160, 190])


def test_hdf5_episode_holds_flex_angles_and_acceleration(hdf5):
    accel = np.tile([0.1, 0.2, 0.9], (4, 1))
    take = hdf5(sensor_data=SENSOR, arduino_timestamps=TIMES_MS, sensors__acceleration=accel)
    frames = take.frames()
    assert frames.time_s == pytest.approx([0, 0.03, 0.06, 0.09])
    assert np.array_equal(frames.flex_adc, SENSOR[:, :5])
    assert np.array_equal(frames.orientation_deg, SENSOR[:, 5:])
    assert np.array_equal(frames.accel_g, accel)
    assert take.label == "ㄱ"


@pytest.mark.parametrize("label", ["ㄹ", "ㄹ".encode()])
def test_hdf5_label_may_be_text_or_bytes(hdf5, label):
    label = np.bytes_(label) if isinstance(label, bytes) else label
    take = hdf5(label=label, sensor_data=SENSOR, arduino_timestamps=TIMES_MS)
    take.frames()
    assert take.label == "ㄹ"


def test_hdf5_without_acceleration_and_label_is_read(hdf5):
    take = hdf5(label=None, sensor_data=SENSOR, arduino_timestamps=TIMES_MS)
    assert np.isnan(take.frames().accel_g).all()
    assert take.label is None


def test_hdf5_clock_is_unwrapped_and_checked(hdf5):
    times_ms = np.array([2**32 - 30, np.nan, 0, 30])
    take = hdf5(sensor_data=SENSOR, arduino_timestamps=times_ms)
    assert take.frames().time_s == pytest.approx([0, 0.03, 0.06])
    assert (take.report.samples, take.report.damaged) == (3, 1)


def test_hdf5_of_data_sets_with_names_of_their_own_is_read(hdf5):
    times_s = np.arange(40) * 0.03
    fingers = {f"flex/{name}": np.full(40, 780 + at) for at, name in enumerate(("thumb", "index"))}
    take = hdf5(time=times_s, imu__accel=np.tile([0.1, 0.2, 0.9], (40, 1)), note="hello", **fingers)
    frames = take.frames()
    assert frames.time_s == pytest.approx(times_s)
    assert frames.flex_adc[0, :2].tolist() == [780, 781]
    assert frames.accel_g[0].tolist() == [0.1, 0.2, 0.9]
    assert "Times are in seconds" in take.report.said["time"].en


def test_hdf5_loses_no_sample_where_its_clock_starts_again(hdf5):
    times_ms = np.r_[90_000 + 30 * np.arange(20), 30 * np.arange(20)]
    take = hdf5(sensor_data=np.tile(SENSOR[0], (40, 1)), arduino_timestamps=times_ms)
    assert len(take.frames()) == 40
    assert (take.report.clock.resets, take.report.damaged) == (1, 0)


@pytest.mark.parametrize(
    "datasets",
    [
        {},
        {"sensor_data": SENSOR},
        {"arduino_timestamps": TIMES_MS},
        {"sensor_data": SENSOR[:, :7], "arduino_timestamps": TIMES_MS},
        {"sensor_data": SENSOR[0], "arduino_timestamps": TIMES_MS},
        {"sensor_data": SENSOR[:3], "arduino_timestamps": TIMES_MS},
        {"sensor_data__inner": SENSOR, "arduino_timestamps": TIMES_MS},
        {"sensor_data": "bent", "arduino_timestamps": TIMES_MS},
        {"sensor_data": SENSOR, "arduino_timestamps": 3},
        {
            "sensor_data": SENSOR,
            "arduino_timestamps": TIMES_MS,
            "sensors__acceleration": np.ones((3, 2)),
        },
    ],
)
def test_hdf5_that_is_no_recording_is_refused(hdf5, datasets):
    take = hdf5(**datasets)
    with pytest.raises(DataError, match="sensor_data"):
        take.frames()


def test_hdf5_of_hours_comes_in_pieces(hdf5):
    n = 10_000
    times_ms = np.arange(n) * 21
    chunks = list(hdf5(sensor_data=np.full((n, 8), 700), arduino_timestamps=times_ms).chunks())
    assert len(chunks) > 2
    assert np.concatenate([chunk.time_s for chunk in chunks]) == pytest.approx(times_ms / 1000)


@pytest.mark.parametrize("names", [("sensor_data",), ("sensor_data", "arduino_timestamps")])
def test_an_episode_is_closed_whatever_is_wrong_with_it(tmp_path, names):
    # HDF5 would close it when Python is gone, and end the whole program with a fault.
    with h5py.File(tmp_path / "take.h5", "w") as file:
        for name in names:
            file[name] = SENSOR
    with pytest.raises(DataError) as kept:
        list(Recording(tmp_path / "take.h5").chunks())
    assert kept.value.__traceback__
    assert h5py.h5f.get_obj_count(h5py.h5f.OBJ_ALL, h5py.h5f.OBJ_FILE) == 0


@pytest.mark.parametrize("is_compressed", [False, True])
@pytest.mark.parametrize("name", ["sensor_data", "elsewhere/anything"])
def test_hdf5_that_points_to_other_files_is_refused(hdf5, tmp_path, name, is_compressed):
    secret = hdf5(sensor_data=SENSOR, arduino_timestamps=TIMES_MS).path.rename(tmp_path / "x.h5")
    with h5py.File(tmp_path / "take.h5", "w") as file:
        file["arduino_timestamps"] = TIMES_MS
        file[name] = h5py.ExternalLink(str(secret), "sensor_data")
    if is_compressed:
        content = (tmp_path / "take.h5").read_bytes()
        (tmp_path / "take.h5").write_bytes(gzip.compress(content))
    with pytest.raises(DataError, match=f"{name} is said to lie in another file"):
        Recording(tmp_path / "take.h5").frames()


def test_hdf5_whose_samples_lie_in_another_file_is_refused(tmp_path):
    (tmp_path / "secret").write_bytes(SENSOR.tobytes())
    with h5py.File(tmp_path / "take.h5", "w") as file:
        file["arduino_timestamps"] = TIMES_MS
        places = [(str(tmp_path / "secret"), 0, SENSOR.nbytes)]
        file.create_dataset("sensor_data", SENSOR.shape, "f8", external=places)
    with pytest.raises(DataError, match="another file"):
        Recording(tmp_path / "take.h5").frames()


def test_virtual_hdf5_is_refused(tmp_path):
    with h5py.File(tmp_path / "other.h5", "w") as file:
        file["sensor_data"] = SENSOR
    layout = h5py.VirtualLayout(SENSOR.shape, "f8")
    layout[:] = h5py.VirtualSource(tmp_path / "other.h5", "sensor_data", SENSOR.shape)
    with h5py.File(tmp_path / "take.h5", "w") as file:
        file["arduino_timestamps"] = TIMES_MS
        file.create_virtual_dataset("sensor_data", layout)
    with pytest.raises(DataError, match="another file"):
        Recording(tmp_path / "take.h5").frames()


def test_hdf5_that_claims_more_than_it_can_hold_is_refused(tmp_path):
    with h5py.File(tmp_path / "take.h5", "w") as file:
        for name, shape in (("sensor_data", (10**9, 8)), ("arduino_timestamps", (10**9,))):
            file.create_dataset(name, shape, "f8", chunks=True, compression="gzip")
    with pytest.raises(DataError, match="not an HDF5 recording"):
        Recording(tmp_path / "take.h5").frames()


@pytest.mark.parametrize("share", [0.01, 0.5, 0.95])
def test_hdf5_cut_short_is_refused(hdf5, share):
    path = hdf5(sensor_data=SENSOR, arduino_timestamps=TIMES_MS).path
    content = path.read_bytes()
    path.write_bytes(content[: max(int(share * len(content)), 8)])
    with pytest.raises(DataError):
        Recording(path).frames()
