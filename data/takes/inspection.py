"""What is wrong with a labelled data set, file by file, and what is missing in it."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from jihwa.data.alphabet import Alphabet
from jihwa.data.messages import Message
from jihwa.data.signal.frames import Frames
from jihwa.data.takes.episodes import Episode, read_episodes

UNUSABLE, DUPLICATE = "unusable", "duplicate"
"""What can be wrong with a file beside the `Defect`s of episodes that are still of use."""


@dataclass(frozen=True, slots=True)
class Inspected:
    """What was found in one file.

    Attributes:
        path: The file.
        cell: Sign and style of an episode (0 where the style is unknown); None if it is unusable.
        kinds: Names of what is wrong: values of `Defect`, `UNUSABLE` or `DUPLICATE`.
        notes: The same in words.
    """

    path: Path
    cell: tuple[str, int] | None
    kinds: tuple[str, ...]
    notes: tuple[Message, ...]


def inspect(root: Path, alphabet: Alphabet) -> Iterator[Inspected]:
    """Look at every recording of a data set, one by one.

    A file is a duplicate if another one before it holds the same samples at the same times, in
    whatever format.

    Raises:
        UsageError: The folder does not exist.
    """
    seen: dict[bytes, Path] = {}
    for path, found in read_episodes(root, alphabet):
        if isinstance(found, Message):
            yield Inspected(path, None, (UNUSABLE,), (found,))
            continue
        kinds, notes = sorted(map(str, found.defects)), found.notes
        first = seen.setdefault(_digest(found.frames), path)
        if first != path:
            kinds, notes = [*kinds, DUPLICATE], (*notes, _same_as(first))
        yield Inspected(path, _cell(found), tuple(kinds), notes)


def _cell(episode: Episode) -> tuple[str, int]:
    return episode.sign, episode.style or 0


def _digest(frames: Frames) -> bytes:
    """Tells signals apart, to the digits that every format has."""
    channels = np.column_stack(
        [1000 * frames.time_s, frames.flex_adc, 100 * frames.orientation_deg]
    )  # (n, 9)
    whole = np.round(np.nan_to_num(channels, nan=-1e6)).astype("<i8")
    return hashlib.sha256(whole.tobytes()).digest()


def _same_as(first: Path) -> Message:
    return Message(
        ko=f"{first}와(과) 같은 신호입니다. 하나를 지우세요.",
        en=f"It holds the same signal as {first}. Delete one of them.",
    )
