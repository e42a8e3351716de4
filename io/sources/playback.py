"""Recordings played back at the pace of the hand, and the standard input as it comes."""

import io
import json
import os
import select
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import TypeVar

import numpy as np

from jihwa.data.formats.layout import Layout
from jihwa.data.formats.lines import LineParser
from jihwa.data.formats.readers import BEGINNING_BYTES, Opened, Recording, is_lines, open_recording
from jihwa.data.formats.refusals import check_kind
from jihwa.data.formats.writers import write_recording
from jihwa.data.messages import Message
from jihwa.data.signal.frames import Array
from jihwa.io.sources.source import Connection, Link, Source

BLOCK_BYTES = 1 << 16
POLL_S = 0.1

T = TypeVar("T")


def paced(
    items: Iterable[tuple[float, T]],
    speed: float = 1.0,
    wait: Callable[[float], object] = time.sleep,
) -> Iterator[T]:
    """Hand on every item no sooner than its time.

    Args:
        items: Times in seconds, never decreasing, and what is due then.
        speed: How many times faster; `math.inf` does not wait at all.
        wait: Waits for so many seconds.
    """
    began_s = time.monotonic()
    for time_s, item in items:
        early_s = began_s + time_s / speed - time.monotonic()
        if early_s > 0:
            wait(early_s)
        yield item


class PlaybackSource(Source):
    """A recording, as the glove would send it again.

    Lines are passed on byte by byte as they were recorded, anything else as the firmware's lines,
    or as those of a camera.
    """

    def __init__(self, path: Path, speed: float = 1.0, layout: Layout | None = None) -> None:
        """Opens nothing yet, but makes sure that it can be opened.

        Args:
            path: Any recording that `Recording` reads.
            speed: How many times faster than the hand; `math.inf` for as fast as can be.
            layout: What lines without a header mean.

        Raises:
            UsageError: There is no such file.
            DataError: It cannot be read, or is no recording.
        """
        super().__init__(str(path))
        self._path, self._speed, self._layout = path, speed, layout
        with open_recording(path) as file:
            check_kind(path, file.read(BEGINNING_BYTES))

    def run(self) -> None:
        """Pass on every line when it is due, to the end of the recording."""
        with open_recording(self._path) as file:
            has_lines = is_lines(file.read(BEGINNING_BYTES))
            file.seek(0)
            lines, lost = (_lines(file), None) if has_lines else self._as_lines()
            self.tell(Connection(Link.LIVE, self.device, lost))
            timed, began_s = ((each[0], each) for each in self._timed(lines)), time.monotonic()
            for time_s, line in paced(timed, self._speed, self.closing.wait):
                if self.closing.is_set():
                    return
                self.pass_on(line, began_s + time_s)  # of a recording without times, that is all
        self.tell(Connection(Link.ENDED, self.device))

    def _as_lines(self) -> tuple[list[bytes], Message | None]:
        """What is no lines as lines, and what was lost of it: nobody else sees that."""
        text, pictures = io.StringIO(), list[Array]()
        recording = Recording(self._path, self._layout)
        recording.see = pictures.append
        frames, losses = recording.frames(), [*recording.report.losses()]
        joined = Message(*(" · ".join(loss.text(each) for loss in losses) for each in ("ko", "en")))
        lost = joined if losses else None
        if pictures:
            return _as_seen(np.concatenate(pictures), frames.time_s), lost
        write_recording(text, frames)
        return text.getvalue().encode().splitlines(keepends=True), lost

    def _timed(self, lines: Iterable[bytes]) -> Iterator[tuple[float, bytes]]:
        """Every line with the time of the last sample so far."""
        parser, time_s = LineParser(self._layout), 0.0
        due: list[bytes] = []  # whose time is not known yet
        for line in chain(lines, [b""]):
            frames = parser.feed(line) if line else parser.flush()
            due.append(line)
            if line and parser.waits:
                continue
            times_s = [time_s] * max(len(due) - len(frames), 0) + frames.time_s.tolist()
            yield from zip(times_s, due, strict=False)
            time_s, due = times_s[-1], []


def _lines(file: Opened) -> Iterator[bytes]:
    """The lines of a file, whatever ends them."""
    for line in file:
        yield from line.splitlines(keepends=True)


def _as_seen(points: Array, time_s: Array) -> list[bytes]:
    """Lines of JSON of (n, 21, 3) points; every picture that shows a hand has a time."""
    due = iter(time_s.tolist())
    entries = (
        {"landmarks": []}
        if np.isnan(hand).any()
        else {"timestamp": next(due, None), "landmarks": hand.ravel().tolist()}
        for hand in points
    )
    return [f"{json.dumps(entry)}\n".encode() for entry in entries]


class StdinSource(Source):
    """What another program sends.

    Args:
        descriptor: Where it comes from; the standard input.
    """

    def __init__(self, descriptor: int = 0) -> None:
        super().__init__("-")
        self._descriptor = descriptor

    def run(self) -> None:
        """Pass everything on until the other program has ended."""
        self.tell(Connection(Link.LIVE, self.device))
        while not self.closing.is_set():
            if self._is_ready():
                data = os.read(self._descriptor, BLOCK_BYTES)
                if not data:
                    self.tell(Connection(Link.ENDED, self.device))
                    return
                self.pass_on(data)

    def _is_ready(self) -> bool:
        if sys.platform == "win32":
            return True  # only sockets can be asked there, so that reading blocks
        return bool(select.select([self._descriptor], [], [], POLL_S)[0])
