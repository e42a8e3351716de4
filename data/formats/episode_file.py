"""HDF5 episodes, read chunk by chunk; nothing outside the file is ever opened."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from jihwa.data.formats.compressed import is_bomb
from jihwa.data.formats.layout import Layout
from jihwa.data.formats.names import ACCEL, FLEX, ORIENTATION
from jihwa.data.formats.tables import Columns
from jihwa.data.messages import DataError

HDF5_MAGIC = b"\x89HDF\r\n\x1a\n"
CHUNK_SAMPLES = 4096
MOST_CHUNK_BYTES = 1 << 26
"""HDF5 inflates each chunk of its own as a whole."""

_DAMAGES = (OSError, KeyError, TypeError, ValueError, AttributeError, RuntimeError)
_SENSOR, _TIMES, _ACCEL = "sensor_data", "arduino_timestamps", "sensors/acceleration"
_NAMES = {_SENSOR: (*FLEX, *ORIENTATION), _ACCEL: ACCEL}
"""What stands in the columns of the public episodes; others are called as their data set."""


class EpisodeFile(AbstractContextManager["EpisodeFile"]):
    """An episode, open as long as its context is: the public ones, or data sets of one length.

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
                self._datasets = self._found(h5py)
                self._check_sizes(stored_bytes)
            except _DAMAGES as error:
                raise self._no_episode(error) from error
            self._opened = opened.pop_all()

    def __exit__(self, *error: object) -> None:
        # HDF5 closes what is still open when the program ends, and asks Python for it, which by
        # then is gone.
        self._opened.close()

    def chunks(self) -> Iterator[Columns]:
        """The samples as columns by name, in chunks of bounded size.

        Raises:
            DataError: They cannot be read.
        """
        n = min(len(each) for each in self._datasets.values())
        for start in range(0, n, CHUNK_SAMPLES):
            columns: dict[str, Any] = {}
            try:
                for name, dataset in self._datasets.items():
                    values = np.asarray(dataset[start : start + CHUNK_SAMPLES], dtype=np.float64)
                    table = values.reshape(len(values), -1)
                    columns |= zip(_names(name, dataset.shape), table.T, strict=False)
            except (OSError, TypeError, ValueError) as error:
                raise self._no_episode(error) from error
            yield columns

    def _found(self, h5py: Any) -> dict[str, Any]:  # noqa: ANN401  # a module
        """The data sets that hold the samples, by name.

        Raises:
            ValueError: There are none, or they do not fit together.
        """
        found: dict[str, Any] = {}

        def look(name: str, each: object) -> None:
            if isinstance(each, h5py.Dataset) and each.ndim in (1, 2) and each.dtype.kind in "iuf":
                found[name] = each

        self._file.visititems(look)
        if _SENSOR in self._file or _TIMES in self._file:
            found = {name: self._file[name] for name in (_TIMES, _SENSOR, _ACCEL)
                     if name in (_SENSOR, _TIMES) or name in self._file}  # fmt: skip
            n = len(found[_TIMES])
            shapes = [each.shape for each in found.values()]
            least = [(n,), (n, len(FLEX) + len(ORIENTATION)), (n, len(ACCEL))]
            fits = all(
                len(shape) == len(few) and shape[0] == n and shape[1:] >= few[1:]
                for shape, few in zip(shapes, least, strict=False)
            )
            if not fits:
                raise ValueError(f"shapes {shapes}")
        lengths = [len(each) for each in found.values()]
        n = max(lengths, key=lengths.count, default=0)
        found = {name: each for name, each in found.items() if len(each) == n}
        names = [each for name, dataset in found.items() for each in _names(name, dataset.shape)]
        if not Layout.of_names(names):
            raise ValueError(f"data sets: {', '.join(names)}")
        return found

    def _check_links(self, h5py: Any) -> None:  # noqa: ANN401  # a module
        """Raise DataError where something lies in another file."""

        def look(name: str, link: object) -> str | None:
            return name if isinstance(link, h5py.ExternalLink) else None

        def look_into(name: str, each: object) -> str | None:
            lies_there = isinstance(each, h5py.Dataset) and (each.external or each.is_virtual)
            return name if lies_there else None

        elsewhere = self._file.visititems_links(look) or self._file.visititems(look_into)
        if elsewhere:
            raise DataError(
                ko=f"{self._path}: {elsewhere}이(가) 다른 파일에 있다고 합니다. 안전을 위해 다른 "
                "파일은 열지 않습니다. 데이터를 한 파일에 담아 주세요.",
                en=f"{self._path}: {elsewhere} is said to lie in another file. Other files are "
                "not opened, for safety. Put the data into one file.",
            )

    def _check_sizes(self, stored_bytes: int) -> None:
        """Raise ValueError where the data sets are too large to be true."""
        for dataset in self._datasets.values():
            chunk_bytes = int(np.prod(dataset.chunks or (0,))) * dataset.dtype.itemsize
            if is_bomb(dataset.nbytes, stored_bytes) or chunk_bytes > MOST_CHUNK_BYTES:
                raise ValueError(f"{dataset.nbytes} bytes in a file of {stored_bytes}")

    def _no_episode(self, error: Exception) -> DataError:
        return DataError(
            ko=f"{self._path}: 장갑 녹화가 아닌 HDF5 파일입니다 ({error}). sensor_data (n, 8)와 "
            "arduino_timestamps, 또는 timestamp, flex1…flex5와 같은 이름의 값이 있어야 합니다.",
            en=f"{self._path}: not an HDF5 recording of the glove ({error}). It needs "
            "sensor_data (n, 8) and arduino_timestamps, or data sets called timestamp, flex1…flex5 "
            "or the like.",
        )


def _names(name: str, shape: tuple[int, ...]) -> Sequence[str]:
    """What the columns of a data set (n,) or (n, k) are called."""
    called = name.rpartition("/")[2]
    if len(shape) == 1:
        return [called]
    return _NAMES.get(name) or [f"{called}{at + 1}" for at in range(shape[1])]
