"""A data set on disk that grows: where a take goes, which there are, and what is wrong with them.

It is a folder with a folder for each sign, and in that one for each style.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from jihwa.data.alphabet import Alphabet
from jihwa.data.formats.layout import Layout
from jihwa.data.messages import Message
from jihwa.data.signal.frames import Frames
from jihwa.data.takes.episodes import Episode, read_episodes, recordings_below

STYLE_NAMES = {
    1: Message(ko="아주 곧게", en="very straight"),
    2: Message(ko="조금 곧게", en="a little straight"),
    3: Message(ko="보통으로", en="as usual"),
    4: Message(ko="조금 굽혀", en="a little bent"),
    5: Message(ko="많이 굽혀", en="very bent"),
}
"""How bent the fingers are."""
STYLES = tuple(STYLE_NAMES)
DEFAULT_STYLE = 3

SignStyle = tuple[str, int]
"""A sign and a style; 0 where the style is unknown."""

UNUSABLE, DUPLICATE = "unusable", "duplicate"
"""What can be wrong with a file beside the `Defect`s of episodes that are still of use."""


def take_path(root: Path, sign: str, style: int, when: datetime) -> Path:
    """Where a take goes: ``<sign>/<style>/episode_<date>_<time>_<sign>_<style>.csv``."""
    return root / sign / str(style) / f"episode_{when:%Y%m%d_%H%M%S}_{sign}_{style}.csv"


def count_takes(root: Path, alphabet: Alphabet) -> Counter[SignStyle]:
    """How many takes there are of every sign and style, by their folders; none are read."""
    counts: Counter[SignStyle] = Counter()
    for path in recordings_below(root):
        sign, style = (unicodedata.normalize("NFC", part) for part in path.parts[-3:-1])
        if sign in alphabet.index and re.fullmatch("[1-5]", style):
            counts[sign, int(style)] += 1
    return counts


def missing(
    counts: Mapping[SignStyle, int], signs: Iterable[str], styles: Sequence[int], takes: int
) -> list[tuple[SignStyle, int]]:
    """What is missing to so many takes each, style by style, and how many.

    Style by style the wearer changes it seldom.
    """
    signs = tuple(signs)
    wanted = ((sign, style) for style in styles for sign in signs)
    lacking = ((each, takes - counts.get(each, 0)) for each in wanted)
    return [(each, n) for each, n in lacking if n > 0]


def progress(
    counts: Mapping[SignStyle, int], signs: Iterable[str], styles: Sequence[int], takes: int
) -> tuple[int, int]:
    """How many of the takes are there, those beyond what is asked for not counted, of how many."""
    wanted = [(sign, style) for sign in signs for style in styles]
    return sum(min(counts.get(each, 0), takes) for each in wanted), takes * len(wanted)


@dataclass(frozen=True, slots=True)
class Inspected:
    """What was found in one file.

    Attributes:
        path: The file.
        shows: Sign and style of an episode; None if it is unusable.
        kinds: Names of what is wrong: values of `Defect`, `UNUSABLE` or `DUPLICATE`.
        notes: The same in words.
        hold: The samples that show the sign; none of an unusable file.
    """

    path: Path
    shows: SignStyle | None
    kinds: tuple[str, ...]
    notes: tuple[Message, ...]
    hold: Frames = field(default_factory=Frames.empty)


def inspect(root: Path, alphabet: Alphabet, layout: Layout | None = None) -> Iterator[Inspected]:
    """Look at every recording of a data set, one by one.

    A file is a duplicate if another one before it holds the same samples at the same times, in
    whatever format. `layout` is for lines without a header.

    Raises:
        UsageError: The folder does not exist.
    """
    seen: dict[bytes, Path] = {}
    for path, found in read_episodes(root, alphabet, layout):
        if not isinstance(found, Episode):
            yield Inspected(path, None, (UNUSABLE,), (found.message,))
            continue
        kinds, notes = sorted(map(str, found.defects)), found.notes
        first = seen.setdefault(found.frames.digest(), path)
        if first != path:
            same = Message(
                ko=f"{first}와(과) 같은 신호입니다. 하나를 지우세요.",
                en=f"It holds the same signal as {first}. Delete one of them.",
            )
            kinds, notes = [*kinds, DUPLICATE], (*notes, same)
        yield Inspected(path, (found.sign, found.style or 0), tuple(kinds), notes, found.hold)
