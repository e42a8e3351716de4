"""Files to frames: the content tells the format, and every bad file says what is wrong with it."""

import os
import threading

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
    path = hdf5(sensor_data=np.full((4, 8), 780), arduino_timestamps=range(4)).path
    assert len(Recording(path.rename(path.with_suffix(".csv"))).frames()) == 4


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
@pytest.mark.parametrize("is_hdf5", [False, True])
def test_pipe_is_read_once_from_its_beginning(recording, hdf5, tmp_path, is_hdf5):
    written = (
        hdf5(sensor_data=np.full((4, 8), 780), arduino_timestamps=[100, 130, 160, 190])
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


@pytest.mark.parametrize("is_one", [True, False])
def test_archive_of_arrays_is_a_recording(tmp_path, is_one):
    times_ms, flex = 30 * np.arange(40), 780 + np.arange(200).reshape(40, 5)
    angles = np.tile([-13.4, -41.9, -14.8], (40, 1))
    arrays = {"t": times_ms, "flex": flex, "accel": np.tile([0.1, 0.2, 0.9], (40, 1)), "n": 40}
    if is_one:
        np.savez(tmp_path / "take.npz", np.column_stack([flex, angles]))
    else:
        np.savez_compressed(tmp_path / "take.npz", **arrays)
    frames = Recording(tmp_path / "take.npz").frames()
    assert frames.time_s == pytest.approx(times_ms / 1000)
    assert np.array_equal(frames.flex_adc, flex)
    assert np.isnan(frames.accel_g).all() == is_one


def test_archive_of_arrays_that_is_damaged_is_told_to_be(tmp_path):
    np.savez(tmp_path / "take.npz", a=np.arange(1000))
    content = (tmp_path / "take.npz").read_bytes()
    for bad in (content[:500], content.replace(b"NUMPY", b"NIMPY")):
        (tmp_path / "take.npz").write_bytes(bad)
        with pytest.raises(DataError, match="not a table"):
            Recording(tmp_path / "take.npz").frames()


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
