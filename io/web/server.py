"""The server: a thread and a loop beside the session, which it can neither block nor end."""

import asyncio
import logging
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from aiohttp import web

from jihwa.data.messages import Message
from jihwa.io.live.session import LiveSession
from jihwa.io.live.state import LiveState
from jihwa.io.screen.text import cleaned
from jihwa.io.speech.spoken import SpokenText
from jihwa.io.web.access import Access, keep_fresh, load_key
from jihwa.io.web.address import THIS_COMPUTER, open_sockets, qr_rows
from jihwa.io.web.feed import Feed
from jihwa.io.web.routes import Desk
from jihwa.io.web.transcription import Transcription

LOOK_EVERY_S = 0.05
"""What happens within so long is told together."""
ALIVE_EVERY_S = 10.0
"""How often readers are told that they are connected."""
MOST_CONNECTIONS = 512
"""More are hung up on: the files of the program have to be enough for its own."""
ACCEPTED_AT_ONCE = 64
"""By so many the connections may exceed that."""
IDLE_S = 20.0
"""So long a connection may ask for nothing."""
END_S, LINGER_S = 1.0, 0.2
"""How long requests that go on may take at the end, and how long what nobody reads is let come."""


class CaptionServer:
    """Serves the text of one session; the port is taken at once, or refused.

    Args:
        lan: This computer's address in the local network; None to serve this computer alone.
        port: Where; 0 for any that is free.
        options: Those of `jihwa transcribe` that recordings of other programs are read with.

    Raises:
        UsageError: Another program has the port, or the address is not this computer's.
        OSError: The key cannot be kept.
    """

    def __init__(self, lan: str | None, port: int, options: Sequence[str] = ()) -> None:
        self._options = options
        addresses = list(dict.fromkeys([THIS_COMPUTER, lan or THIS_COMPUTER]))
        self._sockets = open_sockets(addresses, port)
        self.port = self._sockets[0].getsockname()[1]
        hosts = [f"{name}:{self.port}" for name in (*addresses, "localhost")]
        self._access = Access(load_key(), hosts, cookie=f"jihwa-{self.port}")
        self._origin = f"http://{addresses[-1]}:{self.port}"
        self._loop: asyncio.AbstractEventLoop | None = None
        self._latest = LiveState()
        self._seen: tuple[object, ...] = ()  # what readers were told of it
        self._is_awake = False
        self._looked_s = 0.0

    @property
    def url(self) -> str:
        """The address for the next reader, with a ticket that is good once."""
        return f"{self._origin}/#{self._access.ticket}"

    @property
    def invitation(self) -> Sequence[str]:
        """The same as lines of text: the address, and its QR code."""
        return self.url, *qr_rows(self.url)

    def follow(self, state: LiveState) -> None:
        """The session is in this state now. Returns at once, in any thread."""
        self._latest = state
        if self._loop and not self._is_awake:
            self._is_awake = True
            with suppress(RuntimeError):  # the loop has ended just now
                self._loop.call_soon_threadsafe(self._look)

    def close(self) -> None:
        """Let go of the port."""
        for each in self._sockets:
            each.close()

    @contextmanager
    def serving(self, session: LiveSession, spoken: SpokenText) -> Iterator[None]:
        """Serve within this; whatever fails is told to the session and harms nothing else.

        Args:
            session: Whose state comes by `follow`, and which does what readers ask for.
            spoken: Says its text aloud.
        """
        for name in ("aiohttp", "asyncio"):  # what they log would spoil the screen
            logging.getLogger(name).addHandler(logging.NullHandler())
        begun, self._end = threading.Event(), asyncio.Event()
        self._latest = session.state
        self._feed = Feed(cleaned(self._latest))
        reads = Transcription(self._options)
        desk = Desk(session, spoken, self._feed, self._access, lambda: self.url, reads)

        def run() -> None:
            try:
                asyncio.run(self._serve(desk, begun))
            except Exception as error:  # an isolation boundary: the text goes on without readers
                session.notify(_failed(error))
            finally:
                begun.set()

        thread = threading.Thread(target=run, name="captions", daemon=True)
        thread.start()
        begun.wait()
        try:
            yield
        finally:
            if self._loop:
                with suppress(RuntimeError):
                    self._loop.call_soon_threadsafe(self._end.set)
            thread.join(END_S + 2)

    async def _serve(self, desk: Desk, begun: threading.Event) -> None:
        loop = asyncio.get_running_loop()

        def fail(_: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
            desk.fail(context.get("exception") or RuntimeError(context["message"]))

        loop.set_exception_handler(fail)
        runner = web.AppRunner(
            desk.application(),
            access_log=None,
            handler_cancellation=True,
            keepalive_timeout=IDLE_S,
            lingering_time=LINGER_S,
            shutdown_timeout=END_S,
        )
        await runner.setup()
        server = runner.server
        assert server is not None  # noqa: S101  # it is set up

        def answer() -> asyncio.Protocol:
            return server() if len(server.connections) < MOST_CONNECTIONS else _Refusal()

        # So many are accepted at once, before they count as connections.
        servers = [
            await loop.create_server(answer, sock=each, backlog=ACCEPTED_AT_ONCE)
            for each in self._sockets
        ]
        self._loop = loop
        self._look()
        begun.set()
        try:
            while not self._end.is_set():
                keep_fresh()
                self._feed.remind()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._end.wait(), ALIVE_EVERY_S)
        finally:
            self._loop = None
            self._tell()
            self._feed.end()
            for each in servers:
                each.close()
            await runner.cleanup()

    def _look(self) -> None:
        """Tell what is new, if some time has gone by since the last news, or else then."""
        loop = asyncio.get_running_loop()
        wait_s = self._looked_s + LOOK_EVERY_S - loop.time()
        if wait_s > 0:
            loop.call_later(wait_s, self._look)
            return
        self._looked_s, self._is_awake = loop.time(), False
        self._tell()

    def _tell(self) -> None:
        """Tell what readers see of the session, if it is not what they saw last."""
        state = self._latest
        seen = (state.text, state.connection, state.ready, state.paused)
        if seen != self._seen:
            self._seen = seen
            self._feed.follow(cleaned(state))


class _Refusal(asyncio.Protocol):
    """Of one connection too many."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Hang up."""
        transport.close()


def _failed(error: BaseException) -> Message:
    what = f"{type(error).__name__}: {error}"
    return Message(
        ko=f"글을 보여 주는 서버가 멈췄습니다 ({what}). 글은 그대로 쓸 수 있습니다. 다시 보여 "
        "주려면 프로그램을 다시 시작하세요.",
        en=f"The server of the captions has stopped ({what}). Typing goes on. Start the program "
        "again to show the text again.",
    )
