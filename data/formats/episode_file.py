"""HDF5 episodes, read chunk by chunk; nothing outside the file is ever opened."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from jihwa.data.formats.encoding import is_bomb
from jihwa.data.messages import DataError
from jihwa.data.signal.frames import Frames

HDF5_MAGIC = b"\x89HDF\r\n\x1a\n"
CHUNK_SAMPLES = 4096
MOST_CHUNK_BYTES = 1 << 26
"""HDF5 inflates each chunk of its own as a whole."""

_DAMAGES = (OSError, KeyError, TypeError, ValueError, AttributeError, RuntimeError)
_SENSOR, _TIMES, _ACCEL = "sensor_data", "arduino_timestamps", "sensors/acceleration"


class EpisodeFile(AbstractContextManager["EpisodeFile"]):
    """An episode, open as long as its context is.

    Args:
        file: A seekable file that holds it.
        path: What messages call it.

    Attributes:
        label: The sign that it names; None if there is none.

    Raises:
        DataError: It is no episode, or refers to other files.
    """

    def __init__(self, file: BinaryIO, path: Path) -> None:
        import h5py  # slow to import, and most recordings are lines

        self._path = path
        stored_bytes = file.seek(0, 2)
        with ExitStack() as opened:
            try:
                self._file: Any = opened.enter_context(h5py.File(file, "r"))
                self._check_links(h5py)
                label = self._file.attrs.get("label")
                self.label: str | None = label.decode() if isinstance(label, bytes) else label
                self._sensor, self._times = self._file[_SENSOR], self._file[_TIMES]
                self._accel = self._file.get(_ACCEL)
                self._check_shapes(stored_bytes)
            except _DAMAGES as error:
                raise self._no_episode(error) from error
            self._opened = opened.pop_all()

    def __exit__(self, *error: object) -> None:
        # HDF5 closes what is still open when the program ends, and asks Python for it, which by
        # then is gone.
        self._opened.close()

    def chunks(self) -> Iterator[Frames]:
        """The samples, timed by the device's own clock, in chunks of bounded size.

        Raises:
            DataError: They cannot be read.
        """
        for start in range(0, len(self._times), CHUNK_SAMPLES):
            rows = slice(start, start + CHUNK_SAMPLES)
            try:
                sensor = np.asarray(self._sensor[rows], dtype=np.float64)  # (n, 8)
                raw_s = np.asarray(self._times[rows], dtype=np.float64) / 1000
                accel = np.full((len(sensor), 3), np.nan)
                if self._accel is not None:
                    accel[:] = self._accel[rows]
            except (OSError, TypeError, ValueError) as error:
                raise self._no_episode(error) from error
            yield Frames(raw_s, sensor[:, :5], accel, sensor[:, 5:8])

    def _check_links(self, h5py: Any) -> None:  # noqa: ANN401  # a module
        """Raise DataError where something lies in another file."""

        def look(name: str, link: object) -> str | None:
            return name if isinstance(link, h5py.ExternalLink) else None

        elsewhere = self._file.visititems_links(look)
        for name in (_SENSOR, _TIMES, _ACCEL):
            dataset = None if elsewhere else self._file.get(name)
            if isinstance(dataset, h5py.Dataset) and (dataset.external or dataset.is_virtual):
                elsewhere = name
        if elsewhere:
            raise DataError(
                ko=f"{self._path}: {elsewhere}이(가) 다른 파일에 있다고 합니다. 안전을 위해 다른 "
                "파일은 열지 않습니다. 데이터를 한 파일에 담아 주세요.",
                en=f"{self._path}: {elsewhere} is said to lie in another file. Other files are "
                "not opened, for safety. Put the data into one file.",
            )

    def _check_shapes(self, stored_bytes: int) -> None:
        """Raise ValueError where the data sets do not fit together, or are too large to be true."""
        n = len(self._times)
        found = [self._sensor.shape, self._times.shape]
        fits = found == [(n, *self._sensor.shape[1:]), (n,)] and len(self._sensor.shape) == 2
        if not fits or self._sensor.shape[1] < 8:
            raise ValueError(f"shapes {found[0]}, {found[1]}")
        datasets = [self._sensor, self._times]
        if self._accel is not None:
            datasets.append(self._accel)
            if self._accel.shape != (n, 3):
                raise ValueError(f"shape {self._accel.shape}")
        for dataset in datasets:
            chunk_bytes = int(np.prod(dataset.chunks or (0,))) * dataset.dtype.itemsize
            if is_bomb(dataset.nbytes, stored_bytes) or chunk_bytes > MOST_CHUNK_BYTES:
                raise ValueError(f"{dataset.nbytes} bytes in a file of {stored_bytes}")

    def _no_episode(self, error: Exception) -> DataError:
        return DataError(
            ko=f"{self._path}: 장갑 녹화가 아닌 HDF5 파일입니다 ({error}). sensor_data (n, 8)와 "
            "arduino_timestamps가 있어야 합니다.",
            en=f"{self._path}: not an HDF5 recording of the glove ({error}). It needs "
            "sensor_data (n, 8) and arduino_timestamps.",
        )
