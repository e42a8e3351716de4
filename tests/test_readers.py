"""Files to frames: the content tells the format, and every bad file says what is wrong with it."""

import gzip
import os
import threading

import h5py
import numpy as np
import pytest

from jihwa.data.formats.readers import Recording, read_sequences
from jihwa.data.formats.writers import HEADER, write_recording
from jihwa.data.messages import DataError, UsageError

LINE = "{},-13.41,-41.93,-14.85,0.27,-0.666,0.724,781,792,803,814,825"


def lines(*times_ms: int) -> str:
    return "\n".join([HEADER, *(LINE.format(t) for t in times_ms)]) + "\n"


@pytest.fixture
def recording(tmp_path):
    """Writes a recording and opens it."""

    def write(content: str | bytes, name: str = "take.csv") -> Recording:
        (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        return Recording(tmp_path / name)

    return write


@pytest.fixture
def hdf5(tmp_path):
    """Writes an HDF5 episode out of datasets and attributes, and opens it."""

    def write(*, label="ㄱ", **datasets) -> Recording:
        path = tmp_path / "take.h5"
        with h5py.File(path, "w") as file:
            for name, values in datasets.items():
                file[name.replace("__", "/")] = values
            if label is not None:
                file.attrs["label"] = label
        return Recording(path)

    return write


SENSOR = np.arange(32.0).reshape(4, 8) + 700
SENSOR[:, 5:] = [[-13.4, -41.9, -14.8]]
TIMES_MS = np.array([100, 130, 160, 190])


def test_recording_comes_in_chunks_that_join_to_the_whole(recording, spell, table, tmp_path):
    frames = spell("서울특별시 마포구에 사는 김지우", "slow").frames
    write_recording(tmp_path / "long.csv", frames)
    chunks = list(Recording(tmp_path / "long.csv").chunks())
    assert sum(len(chunk) > 0 for chunk in chunks) > 1
    whole = Recording(tmp_path / "long.csv").frames()
    assert np.array_equal(np.concatenate([table(c) for c in chunks]), table(whole))
    assert table(whole) == pytest.approx(table(frames), abs=0.01)


def test_content_tells_the_format_whatever_the_name(recording, hdf5):
    assert len(recording(lines(10, 40), "take.h5").frames()) == 2
    assert len(recording('{"timestamp": 1, "flex1": 781}\n', "take.csv").frames()) == 1
    path = hdf5(sensor_data=SENSOR, arduino_timestamps=TIMES_MS).path
    assert len(Recording(path.rename(path.with_suffix(".csv"))).frames()) == 4


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
@pytest.mark.parametrize("is_hdf5", [False, True])
def test_pipe_is_read_once_from_its_beginning(recording, hdf5, tmp_path, is_hdf5):
    written = (
        hdf5(sensor_data=SENSOR, arduino_timestamps=TIMES_MS)
        if is_hdf5
        else recording(lines(100, 130, 160, 190))
    )
    os.mkfifo(tmp_path / "pipe")
    content = written.path.read_bytes()
    writer = threading.Thread(target=(tmp_path / "pipe").write_bytes, args=[content])
    writer.start()
    assert Recording(tmp_path / "pipe").frames().time_s == pytest.approx([0, 0.03, 0.06, 0.09])
    writer.join()


def test_gap_stays_a_gap(recording):
    frames = recording(lines(10, 40, 15_040, 15_070)).frames()
    assert frames.time_s == pytest.approx([0, 0.03, 15.03, 15.06])


def test_single_sample_is_read(recording):
    frames = recording(lines(10)).frames()
    assert (len(frames), frames.duration_s) == (1, 0.0)


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


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (HEADER + "\n", "nothing was recorded after it"),
        (HEADER + "\n\n# ready", "nothing was recorded after it"),
        (HEADER + "\n1,2,3\nx\n", "no readable sample .2 damaged lines"),
        (LINE.format(10) + "\n", "no header of the glove"),
        ("a,b,c\n1,2,3\n", "no header of the glove in 2 line"),
        (bytes(range(256)) * 40, "no header of the glove"),
        (b"\xff\xd8\xff\xe0" + bytes(range(256)) * 40, "a picture, not a recording"),
        (b"RIFF\x24\x10\0\0WAVEfmt " + bytes(99), "a sound file, not a recording"),
        (b"PK\x03\x04" + bytes(99), "an archive .* Unpack it"),
        (b"%PDF-1.7\n1 0 obj\n", "a document, not a recording"),
        (b"\0\0\0\x18ftypmp42" + bytes(99), "a video, .* camera:FILE"),
        ("timestamp,pitch\n1,2\n".encode("utf-16"), "no header of the glove"),
    ],
)
def test_file_without_a_sample_says_what_it_holds_instead(recording, content, told):
    take = recording(content)
    with pytest.raises(DataError, match=told) as caught:
        take.frames()
    assert str(take.path) in caught.value.message.ko


@pytest.mark.parametrize("nothing", ["", "\n", " \r\n\t\n", "\ufeff", "\0" * 99])
def test_empty_file_is_refused(recording, nothing):
    with pytest.raises(DataError, match="the file is empty"):
        recording(nothing).frames()


@pytest.mark.parametrize(
    ("name", "what"), [("a.mp4", "a video"), ("a.WAV", "a sound file"), ("a.jpeg", "a picture")]
)
def test_file_that_is_not_what_its_name_says_is_called_damaged(tmp_path, name, what):
    (tmp_path / name).write_bytes(b"\0\0\0\x18")
    with pytest.raises(DataError, match=f"by its name {what}, .* Get it again"):
        Recording(tmp_path / name).frames()


def test_missing_file_is_the_users_mistake(tmp_path):
    with pytest.raises(UsageError, match="no such file"):
        Recording(tmp_path / "none.csv").frames()


def test_folder_is_the_users_mistake(tmp_path):
    with pytest.raises(UsageError, match="a folder, not a file"):
        Recording(tmp_path).frames()


def test_array_of_sequences_is_no_recording(tmp_path):
    np.save(tmp_path / "sequences.npy", np.zeros((2, 3, 4)))
    with pytest.raises(UsageError, match="without times"):
        Recording(tmp_path / "sequences.npy").frames()


@pytest.fixture
def sequences(tmp_path):
    """Writes an array, and reads it as sequences."""

    def read(array: np.ndarray):
        np.save(tmp_path / "sequences.npy", array)
        return read_sequences(tmp_path / "sequences.npy")

    return read


def labelled(*labels: float) -> np.ndarray:
    """(N, 3, 3): two features and the label."""
    array = np.arange(9.0 * len(labels)).reshape(len(labels), 3, 3)
    array[:, :, -1] = np.array(labels)[:, None]
    return array


def test_last_column_of_a_sequence_is_its_label(sequences):
    array = labelled(4, 0, 23)
    read = sequences(array)
    assert np.array_equal(read.features, array[:, :, :-1])
    assert read.labels.tolist() == [4, 0, 23]
    assert read.labels.dtype == np.int64


@pytest.mark.parametrize(
    "array",
    [
        np.zeros(3),
        np.zeros((3, 2)),
        np.zeros((3, 2, 1)),
        np.zeros((3, 0, 2)),
        np.zeros((0, 3, 2)),
        labelled(0.5),
        labelled(np.nan),
        labelled(1e300),
        np.arange(12.0).reshape(2, 3, 2),
        np.full((2, 3, 4), "ㄱ"),
    ],
)
def test_other_arrays_are_refused(sequences, array):
    with pytest.raises(DataError, match="not an array of sequences"):
        sequences(array)


def test_objects_are_never_unpickled(tmp_path):
    np.save(tmp_path / "objects.npy", np.array([[[{}, 1]]], dtype=object), allow_pickle=True)
    with pytest.raises(DataError):
        read_sequences(tmp_path / "objects.npy")


@pytest.mark.parametrize("content", [b"", b"text", b"PK\x03\x04", b"\x93NUMPY\x01\x00"])
def test_files_that_are_no_arrays_are_refused(tmp_path, content):
    path = tmp_path / "sequences.npy"
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"sequences\.npy"):
        read_sequences(path)


def test_archive_of_arrays_is_no_array(tmp_path):
    np.savez(tmp_path / "many.npz", a=labelled(1))
    with pytest.raises(DataError):
        read_sequences(tmp_path / "many.npz")


def test_missing_array_is_the_users_mistake(tmp_path):
    with pytest.raises(UsageError):
        read_sequences(tmp_path / "none.npy")
