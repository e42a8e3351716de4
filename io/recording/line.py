"""What happens while a glove is recorded: events of its source and of the keyboard, in order."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from queue import Empty, SimpleQueue

from jihwa.data.messages import Message
from jihwa.io.sources.source import Source, SourceEvent

SILENCE_S = 5.0
"""After so long without a sample the user is told."""

NOTHING_COMES = Message(
    ko="아무것도 오지 않습니다. 장갑이 꽂혀 있고 켜져 있는지 확인하세요 (jihwa devices).",
    en="Nothing comes. Check that the glove is plugged in and switched on (jihwa devices).",
)

Event = SourceEvent | str | None
"""What the source delivers, a line of the keyboard, or None: nothing for a while."""


@contextmanager
def listening(source: Source, *, keyboard: bool) -> Iterator[Iterator[Event]]:
    """Events without end, as they come; the source is closed at the end.

    Args:
        source: Is started.
        keyboard: Whether lines of the standard input are events too.
    """
    events: SimpleQueue[SourceEvent | str] = SimpleQueue()
    source.start(events.put)
    if keyboard:
        threading.Thread(target=_read_keys, args=(events,), daemon=True).start()
    try:
        yield _each(events)
    finally:
        source.close()


def _each(events: SimpleQueue[SourceEvent | str]) -> Iterator[Event]:
    while True:
        try:
            yield events.get(timeout=SILENCE_S)
        except Empty:
            yield None


def _read_keys(events: SimpleQueue[SourceEvent | str]) -> None:
    # of its own: a thread that waits in sys.stdin would hold up the end of the program
    with open(0, "rb", buffering=0, closefd=False) as stdin:
        for raw in stdin:
            events.put(raw.decode("utf-8-sig", errors="replace").strip().lower())
