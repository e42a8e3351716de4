"""Labelled sequences of any features, such as hand landmarks, from `.npy` files."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from jihwa.data.formats.readers import read_sequences
from jihwa.data.messages import Message, UsageError
from jihwa.data.signal.frames import Array
from jihwa.data.takes.derived import derive
from jihwa.data.takes.episodes import EpisodeSet


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
        """The features that are asked for by name (`derived`) instead of these.

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
        """As many."""
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
