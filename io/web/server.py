"""The server: a thread and a loop beside the session, which it can neither block nor end."""

import asyncio
import logging
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from functools import lru_cache
from typing import Any

import segno
from aiohttp import web

from jihwa.data.messages import Message, UsageError
from jihwa.io.live.session import LiveSession
from jihwa.io.live.state import LiveState
from jihwa.io.screen.cells import cleaned
from jihwa.io.speech.spoken import SpokenText
from jihwa.io.web.access import Access, keep_fresh, load_key
from jihwa.io.web.feed import Feed
from jihwa.io.web.routes import Routes
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
THIS_COMPUTER = "127.0.0.1"
QUIET_MODULES = 2
"""Light ones around a QR code, so that a camera finds it."""
_HALVES = {(0, 0): " ", (1, 0): "▀", (0, 1): "▄", (1, 1): "█"}


def open_sockets(addresses: list[str], port: int) -> list[socket.socket]:
    """Sockets that listen, all on the same port.

    Args:
        addresses: Of this computer.
        port: 0 for any that is free.

    Raises:
        UsageError: Another program has the port, or there is no such address here.
    """
    with ExitStack() as stack:
        sockets: list[socket.socket] = []
        for address in addresses:
            each = stack.enter_context(socket.socket())
            if hasattr(socket, "SO_EXCLUSIVEADDRUSE"):  # Windows would let two programs have it
                each.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
            else:
                each.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                each.bind((address, port))
                each.listen(128)
            except (OSError, OverflowError) as error:  # the latter for a port beyond 65535
                raise _refused(address, port, error) from error
            port = each.getsockname()[1]
            sockets.append(each)
        stack.pop_all()
        return sockets


def lan_address() -> str:
    """This computer's address in the local network; nothing is sent to find it.

    Raises:
        UsageError: There is no network.
    """
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.connect(("192.0.2.1", 9))  # an address that nobody has (RFC 5737)
            address = str(probe.getsockname()[0])
    except OSError:
        address = THIS_COMPUTER
    if address.startswith("127."):
        raise UsageError(
            ko="이 컴퓨터가 연결된 망이 없습니다. 와이파이를 켜거나 --lan 주소로 이 컴퓨터의 "
            "주소를 알려 주세요.",
            en="This computer is in no network. Switch its Wi-Fi on, or say with --lan ADDRESS "
            "which address it has.",
        )
    return address


@lru_cache(maxsize=1)
def qr_rows(url: str) -> tuple[str, ...]:
    """A QR code as lines of text, two modules a character; dark is what is drawn."""
    matrix = [*segno.make(url, error="l", micro=False).matrix_iter(border=QUIET_MODULES)]
    if len(matrix) % 2:
        matrix.append([0] * len(matrix))
    pairs = zip(matrix[::2], matrix[1::2], strict=True)
    return tuple("".join(map(_HALVES.__getitem__, zip(*pair, strict=True))) for pair in pairs)


def _refused(address: str, port: int, error: OSError | OverflowError) -> UsageError:
    why = getattr(error, "strerror", None) or str(error)
    return UsageError(
        ko=f"{address}:{port}을(를) 열 수 없습니다 ({why}). 다른 jihwa나 프로그램이 쓰고 있으면 "
        "끝내거나, --port로 다른 번호를 주세요.",
        en=f"Cannot open {address}:{port} ({why}). If another jihwa or program uses it, end that, "
        "or give another number with --port.",
    )


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
        """What the next reader needs, as lines of text: the address, and its QR code."""
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
        routes = Routes(session, spoken, self._feed, self._access, lambda: self.url, reads)

        def run() -> None:
            try:
                asyncio.run(self._serve(routes, begun))
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

    async def _serve(self, routes: Routes, begun: threading.Event) -> None:
        loop = asyncio.get_running_loop()

        def fail(_: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
            routes.fail(context.get("exception") or RuntimeError(context["message"]))

        loop.set_exception_handler(fail)
        runner = web.AppRunner(
            routes.application(),
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
