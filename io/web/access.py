"""Who may read, and who may write: keys, tickets, and where a request comes from.

A person is let in by a ticket, which is good once, and then has a cookie; a program of the user
reads the key from a file that nobody else can read.
"""

import hashlib
import hmac
import math
import os
import secrets
import time
from collections import OrderedDict, deque
from collections.abc import Iterable
from contextlib import suppress
from enum import IntEnum
from pathlib import Path

from aiohttp import web

from jihwa.io.user import storage

RESTART_S = 600.0
"""Whoever was let in may come back for so long after the program has ended."""
MOST_WRONG, FORGIVEN_S = 20, 60.0
"""So many wrong keys from one address within so long; then they are refused unseen."""
MOST_WISHES, WITHIN_S = 10, 10.0
"""So many answers and wishes to hear the text are passed on of one reader within so long."""
REMEMBERED = 1000
"""Addresses whose wrong keys are counted, and readers whose wishes are."""
_NAME_BYTES = 9


class Role(IntEnum):
    """What somebody may do; each may also do what the ones before it may."""

    ANYBODY = 0
    READER = 1
    """Read the text, answer, have it spoken."""
    PROGRAM = 2
    """Write the text."""


class Access:
    """Tells who asks; all comparisons take the same time.

    Args:
        key: What programs show.
        hosts: Names of the server, with its port, by which it may be called.
        cookie: Name of the readers' cookie.
    """

    def __init__(self, key: str, hosts: Iterable[str], cookie: str) -> None:
        self.cookie, self._hosts = cookie, frozenset(hosts)
        self._program = _digest(key)
        self._key = key.encode()
        self._wishes: OrderedDict[str, deque[float]] = OrderedDict()
        self._wrong: OrderedDict[str, tuple[int, float]] = OrderedDict()
        self.ticket = secrets.token_urlsafe(12)

    def redeem(self, ticket: str) -> str | None:
        """The cookie of a new reader, if this is the ticket; there is another one then."""
        if not hmac.compare_digest(_digest(ticket), _digest(self.ticket)):
            return None
        self.ticket = secrets.token_urlsafe(12)
        return self._signed(secrets.token_urlsafe(_NAME_BYTES))

    def check_origin(self, request: web.Request) -> None:
        """Refuse what pages of others ask for, and names that others gave this address.

        Raises:
            HTTPMisdirectedRequest: The server is not called so.
            HTTPForbidden: Another page asks.
        """
        if request.headers.get("Host", "").lower() not in self._hosts:
            raise web.HTTPMisdirectedRequest
        origin = request.headers.get("Origin")
        if origin is not None and origin.lower() != f"http://{request.headers['Host'].lower()}":
            raise web.HTTPForbidden

    def role(self, request: web.Request) -> Role:
        """Who asks.

        Raises:
            HTTPTooManyRequests: Too many wrong keys came from there of late.
        """
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "bearer" and hmac.compare_digest(_digest(given), self._program):
            return Role.PROGRAM
        cookie = request.cookies.get(self.cookie, "")
        signed = self._signed(_name_in(cookie))
        if hmac.compare_digest(_digest(cookie), _digest(signed)) and _is_of_own_page(request):
            return Role.READER
        if scheme or cookie:
            self.count_wrong(request)
        return Role.ANYBODY

    def name(self, request: web.Request) -> str:
        """Which reader asks; empty for a program."""
        return _name_in(request.cookies.get(self.cookie, ""))

    def count_wish(self, request: web.Request) -> None:
        """Remember that whoever asks wishes the signer to be disturbed.

        Raises:
            HTTPTooManyRequests: They do so too often.
        """
        name = self.name(request)
        wishes = self._wishes.setdefault(name, deque(maxlen=MOST_WISHES))
        self._wishes.move_to_end(name)
        if len(self._wishes) > REMEMBERED:
            self._wishes.popitem(last=False)
        now_s = time.monotonic()
        if len(wishes) == MOST_WISHES and now_s - wishes[0] < WITHIN_S:
            wait_s = math.ceil(wishes[0] + WITHIN_S - now_s)
            raise web.HTTPTooManyRequests(headers={"Retry-After": str(max(wait_s, 1))})
        wishes.append(now_s)

    def count_wrong(self, request: web.Request) -> None:
        """Remember that a wrong key came from there.

        Raises:
            HTTPTooManyRequests: Too many did of late.
        """
        address, now_s = request.remote or "", time.monotonic()
        count, since_s = self._wrong.pop(address, (0, now_s))
        if now_s - since_s > FORGIVEN_S:
            count, since_s = 0, now_s
        self._wrong[address] = count + 1, since_s
        if len(self._wrong) > REMEMBERED:
            self._wrong.popitem(last=False)
        if count >= MOST_WRONG:
            wait_s = math.ceil(since_s + FORGIVEN_S - now_s)
            raise web.HTTPTooManyRequests(headers={"Retry-After": str(max(wait_s, 1))})

    def _signed(self, name: str) -> str:
        """The cookie of a reader; it is as good for a program that starts again with the key."""
        said = f"reader {name}".encode(errors="replace")
        return f"{name}.{hmac.digest(self._key, said, 'sha256').hex()}"


def key_file() -> Path:
    """Where programs of the user find the key."""
    return storage.folder() / "captions.key"


def load_key() -> str:
    """The key of a program that ran just now, so that its readers come back, or else a new one.

    Raises:
        OSError: It cannot be kept.
    """
    path = key_file()
    key = storage.content(path).decode(errors="replace").strip()
    if len(key) < 32 or time.time() - path.stat().st_mtime > RESTART_S:
        key = secrets.token_urlsafe(32)
        storage.make_folder(path.parent)
    storage.keep(path, key.encode())
    return key


def keep_fresh() -> None:
    """Mark the key as in use."""
    with suppress(OSError):  # it will do until the next start
        os.utime(key_file())


def _name_in(cookie: str) -> str:
    return cookie.partition(".")[0]


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.encode(errors="replace")).digest()


def _is_of_own_page(request: web.Request) -> bool:
    """Whether a browser would say so; what changes nothing may be asked for without saying it."""
    opens_socket = "upgrade" in request.headers.get("Connection", "").lower()
    return "Origin" in request.headers or (request.method in ("GET", "HEAD") and not opens_socket)
