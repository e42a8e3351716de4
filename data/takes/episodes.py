"""Labelled data sets: a tree ``[<wearer>/]<session>/<sign>/<style>/<take>`` of single holds."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import combinations
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from jihwa.data.alphabet import Alphabet
from jihwa.data.files import is_hidden
from jihwa.data.formats.layout import Layout
from jihwa.data.formats.readers import Recording
from jihwa.data.formats.report import HoledError
from jihwa.data.messages import DataError, JihwaError, Message, UsageError
from jihwa.data.signal.clock import GAP_S
from jihwa.data.signal.frames import Frames
from jihwa.data.signal.monitor import believed, examined

_SUFFIXES = {".csv", ".h5", ".hdf5", ".jsonl", ".npy", ".parquet"}
_SHOWN = 3
"""So many names stand in a message at most."""
_TAKE_NAME = re.compile(r"_(?P<sign>[ㄱ-ㅣ])_(?P<style>[1-5])$")


_ODD_READINGS = Message(
    ko="센서가 낼 수 없는 값이 몇 개 있어 뺐습니다.",
    en="A few readings that no sensor can send were left out.",
)


class Defect(StrEnum):
    """What can be wrong with an episode that is still of use."""

    GAP = "gap"
    CLOCK = "clock"
    DAMAGED = "damaged-lines"
    SENSOR = "faulty-sensor"
    BURST = "burst"
    LABEL = "label-mismatch"
    STYLE = "style-mismatch"


@dataclass(frozen=True)
class Episode:
    """One take of one sign.

    Attributes:
        path: The file.
        sign: The label: its folder, else its file's name, else what the file says of itself.
        style: How bent the fingers are, 1 (very straight) to 5 (very bent); None if unknown.
        session: The folder above the signs, behind the wearer's where there is one.
        wearer: The folder above the session where the data set has one, else the session: each
            is then taken for a wearer of its own.
        frames: All samples.
        defects: What is wrong with it.
        notes: The same in words.
    """

    path: Path
    sign: str
    style: int | None
    session: str
    wearer: str
    frames: Frames
    defects: frozenset[Defect]
    notes: tuple[Message, ...] = ()

    @cached_property
    def hold(self) -> Frames:
        """What shows the sign: `after_gap` without what cannot be believed (NaN)."""
        return believed(self.after_gap)

    @property
    def after_gap(self) -> Frames:
        """The samples after the last gap: those before it are left over from another pose."""
        breaks = np.flatnonzero(np.diff(self.frames.time_s) > GAP_S)
        return self.frames[int(breaks[-1]) + 1 if len(breaks) else 0 :]


@dataclass(frozen=True)
class EpisodeSet:
    """Labelled episodes, and what was left out.

    Attributes:
        episodes: In the order of their paths.
        skipped: One message for every file that could not be used.
        n_holed: Of how many of these too much was damaged.
    """

    episodes: tuple[Episode, ...]
    skipped: tuple[Message, ...]
    n_holed: int = 0

    def __len__(self) -> int:
        return len(self.episodes)

    def __iter__(self) -> Iterator[Episode]:
        return iter(self.episodes)

    def __getitem__(self, rows: NDArray[np.int64]) -> "EpisodeSet":
        """The episodes at these places; what was skipped stays known."""
        episodes = tuple(self.episodes[row] for row in rows)
        return EpisodeSet(episodes, self.skipped, self.n_holed)

    @cached_property
    def signs(self) -> NDArray[np.str_]:
        """(n,) the sign of every episode."""
        return np.array([episode.sign for episode in self.episodes])

    @cached_property
    def sessions(self) -> NDArray[np.str_]:
        """(n,) the session of every episode."""
        return np.array([episode.session for episode in self.episodes])

    @cached_property
    def wearers(self) -> NDArray[np.str_]:
        """(n,) the wearer of every episode."""
        return np.array([episode.wearer for episode in self.episodes])

    @cached_property
    def styles(self) -> NDArray[np.int64]:
        """(n,) the style of every episode; 0 where it is unknown."""
        return np.array([episode.style or 0 for episode in self.episodes])

    @cached_property
    def digests(self) -> tuple[bytes, ...]:
        """What tells each episode's signal from others."""
        return tuple(episode.frames.digest() for episode in self.episodes)

    @property
    def names(self) -> tuple[str, ...]:
        """What to call each episode."""
        return tuple(str(episode.path) for episode in self.episodes)

    def defects(self) -> Counter[Defect]:
        """How many episodes have each defect."""
        return Counter(defect for episode in self.episodes for defect in episode.defects)

    @classmethod
    def join(cls, parts: Sequence["EpisodeSet"]) -> "EpisodeSet":
        """All episodes of several data sets.

        Raises:
            UsageError: Two of them share a session or a file, whose takes would count twice.
        """
        sessions = [{episode.session for episode in part} for part in parts]
        files = [{str(episode.path.resolve()) for episode in part} for part in parts]
        for one, other in combinations(range(len(parts)), 2):
            twice = sessions[one] & sessions[other] or files[one] & files[other]
            if twice:
                names = ", ".join(sorted(twice)[:_SHOWN])
                raise UsageError(
                    ko=f"데이터 둘에 같은 세션이나 파일이 있습니다: {names}. 한 번씩만 주고, 다른 "
                    "세션이면 폴더 이름을 바꾸세요.",
                    en=f"Two data sets hold the same session or file: {names}. Give each once; "
                    "if the sessions differ, rename a folder.",
                )
        return cls(
            tuple(episode for part in parts for episode in part),
            tuple(message for part in parts for message in part.skipped),
            sum(part.n_holed for part in parts),
        )


def recordings_below(root: Path) -> list[Path]:
    """Every recording in a folder and the folders in it that is not hidden, by their paths."""
    return sorted(
        path
        for path in root.rglob("*")
        if path.suffix.lower() in _SUFFIXES
        and not any(map(is_hidden, path.relative_to(root).parts))
    )


def load_episodes(root: Path, alphabet: Alphabet, layout: Layout | None = None) -> EpisodeSet:
    """Read every recording below a data set's folder (a session, or a folder of sessions).

    A file whose label is no sign of the alphabet, that cannot be read or only in parts, that has a
    single frame or no working finger is left out and named in `skipped`. `layout` is for lines
    without a header.

    Raises:
        UsageError: The folder does not exist or holds no labelled recording.
        DataError: Hardly any of its recordings can be read.
    """
    episodes: list[Episode] = []
    skipped: list[JihwaError] = []
    for _, found in read_episodes(root, alphabet, layout):
        if isinstance(found, Episode):
            episodes.append(found)
        else:
            skipped.append(found)
    if not episodes:
        raise _nothing_in(root, skipped)
    n_holed = sum(isinstance(error, HoledError) for error in skipped)
    return EpisodeSet(tuple(episodes), tuple(error.message for error in skipped), n_holed)


def _nothing_in(root: Path, skipped: Sequence[JihwaError]) -> JihwaError:
    """That no file can be used, with the reason that most of them have."""
    n = len(skipped)
    unread = [error.message for error in skipped if not isinstance(error, UsageError)]
    if 2 * len(unread) > n:
        return DataError(
            ko=f"{root}: 녹화 {n}개 가운데 읽을 수 있는 것이 없습니다. {unread[0].ko}",
            en=f"{root}: none of its {n} recording(s) can be read. {unread[0].en}",
        )
    first = next((e.message for e in skipped if isinstance(e, UsageError)), Message(ko="", en=""))
    return UsageError(
        ko=f"{root}: 라벨이 있는 녹화가 없습니다 (건너뛴 파일 {n}개). "
        f"<지문자>/<스타일>/*.csv로 나누어 두세요. {first.ko}".rstrip(),
        en=f"{root}: no labelled recording ({n} files skipped). Arrange them as "
        f"<sign>/<style>/*.csv. {first.en}".rstrip(),
    )


def read_episodes(
    root: Path, alphabet: Alphabet, layout: Layout | None = None
) -> Iterator[tuple[Path, Episode | JihwaError]]:
    """Read every recording below a data set's folder, one by one; `layout` is as for a recording.

    Yields:
        A file, and its episode or why it cannot be used: a `UsageError` where it has no label.

    Raises:
        UsageError: The folder does not exist.
    """
    if root.is_file():
        raise UsageError(
            ko=f"{root}: 폴더가 아니라 파일입니다. <지문자>/<스타일>/*.csv가 든 폴더를 주세요.",
            en=f"{root}: a file, not a folder. Give a folder of <sign>/<style>/*.csv.",
        )
    if not root.is_dir():
        raise UsageError(
            ko=f"{root}: 그런 폴더가 없습니다. <지문자>/<스타일>/*.csv가 든 폴더를 주세요.",
            en=f"{root}: no such folder. Give a folder of <sign>/<style>/*.csv.",
        )
    for path in recordings_below(root):
        try:
            yield path, _load(Recording(path, layout), root, alphabet)
        except JihwaError as error:
            yield path, error


def _load(recording: Recording, root: Path, alphabet: Alphabet) -> Episode:
    path, frames = recording.path, recording.whole()
    names = [unicodedata.normalize("NFC", part) for part in path.resolve().parts]
    named = _TAKE_NAME.search(unicodedata.normalize("NFC", path.stem))
    labelled = next((i for i in range(len(names) - 2, 0, -1) if names[i] in alphabet.index), None)
    said = (
        names[labelled] if labelled is not None else None,
        named["sign"] if named else None,
        recording.label,
    )
    labels = [label for label in said if label]  # people mend folders and names, hardly attributes
    sign = labels[0] if labels else _folder_of_styles(path).name
    if sign not in alphabet.index:
        raise UsageError(
            ko=f"{path}: 라벨 '{sign}'은(는) 글자표 {alphabet.name}에 없는 "
            "지문자라 건너뛰었습니다.",
            en=f"{path}: skipped, its label '{sign}' is no sign of the alphabet {alphabet.name}.",
        )
    report = recording.report
    if len(frames) < 2:
        raise DataError(
            ko=f"{path}: 표본이 하나뿐이라 건너뛰었습니다 (손상된 줄: {report.damaged}).",
            en=f"{path}: skipped, it holds a single sample (damaged lines: {report.damaged}).",
        )
    told, faults = examined(frames)
    if not np.isfinite(told.flex_adc).any():
        raise DataError(
            ko=" ".join(
                [f"{path}: 쓸 손가락이 없어 건너뛰었습니다.", *(each.ko for each in faults)]
            ),
            en=" ".join([f"{path}: skipped, no finger is of use.", *(each.en for each in faults)]),
        )
    in_folder = names[labelled + 1] if labelled is not None else ""
    styles = [in_folder] if re.fullmatch("[1-5]", in_folder) else []
    no_style = not styles and re.fullmatch(r"\d{1,2}", in_folder) is not None
    styles += [named["style"]] if named else []
    session = names[labelled - 1] if labelled is not None else root.resolve().name
    wearer = session
    if labelled is not None and labelled - 2 >= len(root.resolve().parts):
        wearer = names[labelled - 2]
        session = f"{wearer}/{session}"
    found = {
        Defect.GAP: report.clock.gaps > 0,
        Defect.CLOCK: report.clock.resets > 0,
        Defect.DAMAGED: report.damaged > 0 or bool(report.refused),
        Defect.SENSOR: any(
            not np.array_equal(getattr(told, name), getattr(frames, name), equal_nan=True)
            for name in ("flex_adc", "accel_g")
        ),
        Defect.BURST: report.burst,
        Defect.LABEL: len(set(labels)) > 1,
        Defect.STYLE: len(set(styles)) > 1 or no_style,
    }
    notes = [*report.warnings(), *faults]
    notes += [_ODD_READINGS] if found[Defect.SENSOR] and not faults else []
    notes += [_mismatch(kind) for kind in (labels, styles) if len(set(kind)) > 1]
    notes += [_no_style(in_folder)] if no_style else []
    return Episode(
        path=path,
        sign=sign,
        style=int(styles[0]) if styles else None,
        session=session,
        wearer=wearer,
        frames=frames,
        defects=frozenset(defect for defect, is_so in found.items() if is_so),
        notes=tuple(notes),
    )


def _mismatch(said: Sequence[str]) -> Message:
    """That folder, name and file do not say the same of a take."""
    others = ", ".join(dict.fromkeys(each for each in said if each != said[0]))
    return Message(
        ko=f"'{said[0]}'에 놓여 있지만 이름이나 내용은 '{others}'이라고 합니다. 옮기거나 이름을 "
        "고치세요.",
        en=f"It lies under '{said[0]}', but its name or content says '{others}'. Move or rename "
        "it.",
    )


def _no_style(folder: str) -> Message:
    """That a folder is called like a style that there is not."""
    return Message(
        ko=f"'{folder}'에 놓여 있지만 스타일은 1~5입니다. 옮기거나 폴더 이름을 고치세요.",
        en=f"It lies under '{folder}', but styles are 1 to 5. Move it or rename the folder.",
    )


def _folder_of_styles(path: Path) -> Path:
    """The folder that should be called like a sign: above the take, or above its style."""
    return path.parents[1] if re.fullmatch("[1-5]", path.parent.name) else path.parent
