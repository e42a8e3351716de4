"""Labelled sequences of any features, such as hand landmarks, and what can be derived of them.

Takes of every kind are known again by what they hold, whatever folder they lie in.
"""

import hashlib
from base64 import b64decode, b64encode
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from jihwa.data.formats.readers import read_sequences
from jihwa.data.messages import Message, UsageError
from jihwa.data.signal.frames import Array
from jihwa.data.signal.landmarks import FEATURES, N_POINTS, WITH_ANGLES, are_points, as_features
from jihwa.data.takes.episodes import EpisodeSet


class Feature(StrEnum):
    """What can be derived of the points of a hand: kinds of features, and of which fingers."""

    POINTS = "points"
    """x, y and z of the points of the fingers from the wrist, in lengths of the palm."""
    ANGLES = "angles"
    """Of three joints of every finger, in degrees."""
    VELOCITIES = "velocities"
    """How much all others change from picture to picture."""
    THUMB = "thumb"
    INDEX = "index"
    MIDDLE = "middle"
    RING = "ring"
    LITTLE = "little"


_FINGERS = (Feature.THUMB, Feature.INDEX, Feature.MIDDLE, Feature.RING, Feature.LITTLE)
_MIDDLE_BASE = 9


def derive(features: Array, names: Sequence[str]) -> Array:
    """(T, F') what is asked for of (T, F) features of a hand's points; zeros where there is none.

    Args:
        features: A sequence of one of `FEATURES`.
        names: Of `Feature`; all fingers where none is named, points where no kind is.

    Raises:
        UsageError: They are no points of a hand.
    """
    if not are_points(features):
        raise UsageError(
            ko=f"특징 {features.shape[1]}개짜리 데이터는 손의 좌표({FEATURES[0]}, {FEATURES[1]} "
            f"또는 {FEATURES[2]}개)가 아닙니다. --features를 빼세요.",
            en=f"Data of {features.shape[1]} features are no points of a hand ({FEATURES[0]}, "
            f"{FEATURES[1]} or {FEATURES[2]}). Leave --features out.",
        )
    each = 3 if features.shape[1] == FEATURES[0] else 4
    points = features[:, : each * N_POINTS].reshape(len(features), N_POINTS, each)[:, :, :3]
    seen = (points != 0).any(axis=(1, 2))
    fingers = [at for at, name in enumerate(_FINGERS) if name in names] or list(range(5))
    parts = []
    if Feature.POINTS in names or Feature.ANGLES not in names:
        hand = points - points[:, :1]
        palm = np.linalg.norm(hand[:, _MIDDLE_BASE], axis=1)[:, None, None]
        chosen = [1 + 4 * finger + joint for finger in fingers for joint in range(4)]
        shape = hand[:, chosen] / np.where(palm > 0, palm, 1.0)
        parts.append(shape.reshape(len(points), -1))
    if Feature.ANGLES in names:
        angles_deg = as_features(points, WITH_ANGLES)[:, -15:].reshape(-1, 5, 3)
        parts.append(angles_deg[:, fingers].reshape(len(points), -1))
    told = np.where(seen[:, None], np.hstack(parts), 0.0)
    if Feature.VELOCITIES not in names:
        return told
    steps = np.diff(told, axis=0, prepend=told[:1])
    there = seen & np.append(False, seen[:-1])
    return np.hstack([told, np.where(there[:, None], steps, 0.0)])


@dataclass(frozen=True)
class SequenceSet:
    """Sequences and their labels; every file is a session, and taken for a wearer, of its own.

    Attributes:
        sequences: (T, F) features of each; T may differ.
        signs: (n,) labels, the numbers of the file as text.
        sessions: (n,) the name of the file without its ending.
    """

    sequences: tuple[Array, ...]
    signs: NDArray[np.str_]
    sessions: NDArray[np.str_]

    def __len__(self) -> int:
        return len(self.sequences)

    def __getitem__(self, rows: NDArray[np.int64]) -> "SequenceSet":
        """The sequences at these places."""
        chosen = tuple(self.sequences[row] for row in rows)
        return SequenceSet(chosen, self.signs[rows], self.sessions[rows])

    def called(self, names: Sequence[str]) -> "SequenceSet":
        """The same sequences, with the name at its place for every label.

        Raises:
            UsageError: A label has no place among them.
        """
        if beyond := [label for label in self.labels if not 0 <= int(label) < len(names)]:
            raise UsageError(
                ko=f"라벨 {' '.join(beyond)}의 이름이 없습니다: 이름이 {len(names)}개라 라벨은 "
                f"0부터 {len(names) - 1}까지입니다. --alphabet의 파일을 고치세요.",
                en=f"There is no name for the label(s) {' '.join(beyond)}: {len(names)} names are "
                f"for labels from 0 to {len(names) - 1}. Mend the file given to --alphabet.",
            )
        signs = np.array([names[int(sign)] for sign in self.signs.tolist()])
        return SequenceSet(self.sequences, signs, self.sessions)

    def derived(self, names: Sequence[str]) -> "SequenceSet":
        """The features that are asked for by name (`derive`) instead of these.

        Raises:
            UsageError: These are no points of a hand.
        """
        sequences = tuple(derive(sequence, names) for sequence in self.sequences)
        return SequenceSet(sequences, self.signs, self.sessions)

    @property
    def styles(self) -> NDArray[np.int64]:
        """(n,) zeros: nothing is known of styles."""
        return np.zeros(len(self), dtype=np.int64)

    @property
    def wearers(self) -> NDArray[np.str_]:
        """(n,) the same as `sessions`."""
        return self.sessions

    @property
    def digests(self) -> tuple[bytes, ...]:
        """What tells each sequence from others."""
        return tuple(hashlib.sha256(sequence.tobytes()).digest() for sequence in self.sequences)

    @property
    def names(self) -> tuple[str, ...]:
        """What to call each sequence: its file, and its place among those of it that are here."""
        n: Counter[str] = Counter()
        names = []
        for session in self.sessions.tolist():
            names.append(f"{session}[{n[session]}]")
            n[session] += 1
        return tuple(names)

    @property
    def skipped(self) -> tuple[Message, ...]:
        """Nothing: a file is used as a whole or refused."""
        return ()

    @property
    def n_holed(self) -> int:
        """How many were too damaged: none, since a file is used as a whole or refused."""
        return 0

    @property
    def labels(self) -> tuple[str, ...]:
        """Every label once, in the order of the numbers."""
        return tuple(sorted(set(self.signs.tolist()), key=int))


TakeSet = EpisodeSet | SequenceSet
"""Labelled takes, of the glove or of any features."""


def load_sequences(paths: Sequence[Path]) -> SequenceSet:
    """Read `.npy` files (sequences, frames, features + 1) with the label in the last column.

    Frames at the end of a sequence whose features are all NaN or all zero are padding and left
    out, but for the first frame.

    Raises:
        UsageError: There is no such file, two have one name, or their features differ in number.
        DataError: A file is no such array.
    """
    read = [read_sequences(path) for path in paths]
    widths = {part.features.shape[2] for part in read}
    names = [path.stem for path in paths]
    if len(widths) > 1 or len(set(names)) < len(names):
        shown = ", ".join(str(path) for path in paths)
        raise UsageError(
            ko=f"{shown}: 특징의 수가 서로 다르거나({sorted(widths)}) 이름이 같은 파일이 있습니다. "
            "특징이 같은, 이름이 다른 파일을 주세요.",
            en=f"{shown}: these differ in their number of features ({sorted(widths)}) or share a "
            "name. Give files of the same features with names of their own.",
        )
    return SequenceSet(
        sequences=tuple(without_padding(s) for part in read for s in part.features),
        signs=np.array([str(label) for part in read for label in part.labels]),
        sessions=np.repeat(names, [len(part.labels) for part in read]),
    )


def without_padding(sequence: Array) -> Array:
    """(T, F) without the empty frames at its end."""
    filled = np.flatnonzero((np.nan_to_num(sequence) != 0).any(axis=1))
    return sequence[: int(filled[-1]) + 1 if len(filled) else 1]


_MARK_BYTES = 4
"""Of a take: among a thousand known ones, a stranger's is taken for one once in 4 million."""


def marks(takes: TakeSet) -> dict[str, str]:
    """Of every session what tells its takes from others: short digests, in base64."""
    packed: dict[str, bytes] = defaultdict(bytes)
    for session, digest in zip(takes.sessions.tolist(), takes.digests, strict=True):
        packed[session] += digest[:_MARK_BYTES]
    return {session: b64encode(packed[session]).decode() for session in sorted(packed)}


def known_sessions(marked: Mapping[str, str], here: Iterable[str]) -> list[str]:
    """The sessions of these `marks` that share a take with any whose digests these are.

    Raises:
        ValueError: Something is none of `marks`.
    """
    digests = set().union(*map(unpacked, here))
    return [session for session, packed in marked.items() if digests & unpacked(packed)]


def unpacked(packed: str) -> set[int]:
    """The digests of a session's takes.

    Raises:
        ValueError: They are none.
    """
    return set(np.frombuffer(b64decode(packed, validate=True), f"<u{_MARK_BYTES}").tolist())
