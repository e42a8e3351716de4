"""A live session to play with: a source that a test holds in its hand, and a way to wait."""

import io
import time
from contextlib import contextmanager

from jihwa.composer.language.mixture import Mixture
from jihwa.data.formats.writers import write_recording
from jihwa.io.live.journal import SessionLog
from jihwa.io.live.session import LiveOptions, LiveSession
from jihwa.io.live.wearer import Wearer
from jihwa.io.sources.source import Connection, Link, Received
from jihwa.models.bundle import load_shipped


def signal_of(frames):
    """The bytes that a glove sends of these frames."""
    written = io.StringIO()
    write_recording(written, frames)
    return written.getvalue().encode()


class Wire:
    """A source that delivers what a test gives it."""

    def __init__(self):
        self.sent, self.closed = [], False

    def start(self, deliver):
        self._deliver = deliver
        self.connect(Link.LIVE)

    def send(self, command):
        self.sent.append(command)

    def close(self):
        self.closed = True

    def connect(self, link):
        self._deliver(Connection(link, "/dev/ttyTEST"))

    def give(self, data, size=4096):
        for start in range(0, len(data), size):
            self._deliver(Received(data[start : start + size], time.monotonic()))


class Follower:
    """A sink that remembers."""

    def __init__(self):
        self.updates, self.transcript, self.committed = [], None, ""

    def update(self, update, emission):
        self.updates.append(update)
        kept = len(self.committed) - update.withdrawn
        self.committed = self.committed[:kept] + update.committed

    def finish(self, transcript):
        self.transcript = transcript


def stranger(**changes):
    return Wearer(load_shipped, Mixture.load, **{"adapts": False, **changes})


@contextmanager
def session(journal=None, *, wearer=None, sinks=(), follow=lambda state: None, **options):
    """A session that runs, and the wire that it hangs on; its states can be followed."""
    wire, wearer = Wire(), wearer or stranger()
    options = LiveOptions(wearer=wearer, **options)
    changed = lambda: follow(live.state)  # noqa: E731
    live = LiveSession(wire, wearer.engine, journal or SessionLog(), options, sinks, changed)
    live.start()
    try:
        yield live, wire
    finally:
        live.close()


def until(condition, timeout_s=10.0):
    """Wait for something to become true, and return it."""
    deadline_s = time.monotonic() + timeout_s
    while not (result := condition()):
        assert time.monotonic() < deadline_s, "waited in vain"
        time.sleep(0.01)
    return result


def signals(live, n):
    return lambda: live.state.signal.samples >= n
