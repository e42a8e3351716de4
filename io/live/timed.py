"""What a stored session was written as, with the times: a journal read from its beginning."""

import json
import math
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from jihwa.composer.text.transcript import TextEdit, Word
from jihwa.data.formats.lines import LineParser
from jihwa.io.live.archive import read_header


@dataclass(frozen=True, slots=True)
class TimedText:
    """The final text of a session.

    Attributes:
        text: The text.
        times_s: By character, about when it was written, in seconds since the first sample; what
            became final at once is spread over the time since the last change. NaN where no sample
            had come.
        duration_s: From the first sample to the last one.
    """

    text: str = ""
    times_s: tuple[float, ...] = ()
    duration_s: float = 0.0

    def words(self) -> tuple[Word, ...]:
        """Its words, each from the end of the one before it: the hand spelled it meanwhile.

        They are what the user left standing, so nothing doubts them.
        """
        words: list[Word] = []
        for found in re.finditer(r"\S+", self.text):
            before_s = max((word.end_s for word in words[-1:]), default=0.0)
            end_s = self.times_s[found.end() - 1]
            words.append(Word(found.group(), min(before_s, end_s), end_s, 1.0))
        return tuple(words)


def read_timed(parts: Sequence[Path]) -> TimedText:
    """Read all parts of a session; an entry that was cut off or is damaged does not count.

    Raises:
        DataError: One is no journal.
        OSError: One cannot be read.
    """
    parser, first_s, now_s, written_s = LineParser(), math.nan, math.nan, 0.0
    text, times_s = "", list[float]()
    known, known_s = text, times_s  # what stood there before; what stands there again is as old
    for path in parts:
        own = f"#{read_header(path).token} ".encode()
        raw: list[bytes] = []
        with path.open("rb") as file:
            for line in file:
                if not (line.startswith(own) and line.endswith(b"\n")):
                    raw.append(line)
                    continue
                seen_s = parser.feed(b"".join(raw)).time_s
                raw.clear()
                if len(seen_s):
                    first_s = float(seen_s[0]) if math.isnan(first_s) else first_s
                    now_s = float(seen_s[-1]) - first_s
                kind, _, value = line.removeprefix(own).strip().partition(b" ")
                if kind == b"text":
                    known, known_s, text, times_s = text, times_s, "", []
                elif kind == b"edit":
                    with suppress(ValueError, TypeError):
                        edit = TextEdit(*json.loads(value))
                        if edit.delete:
                            known, known_s = text, times_s
                        kept, text = len(text) - edit.delete, edit.apply(text)
                        stands = kept + _shared(known[kept:], text[kept:])
                        new = np.linspace(written_s, now_s, len(text) - stands + 1)[1:].tolist()
                        times_s = [*times_s[:kept], *known_s[kept:stands], *new]
                        written_s = now_s if new and not math.isnan(now_s) else written_s
    return TimedText(text, tuple(times_s), 0.0 if math.isnan(now_s) else now_s)


def _shared(one: str, other: str) -> int:
    """How many characters two texts begin with alike."""
    pairs = zip(one, other, strict=False)
    return next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))
