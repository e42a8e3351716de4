"""What is asked for: read with care, refused in words, and answered under strict headers."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from jihwa.data.messages import Message

MOST_BYTES = 16_000
"""Of what is asked for, but for a recording."""
MOST_CHARACTERS = 1000
"""Of a text that is typed."""
ANSWER_CHARACTERS = 200
"""Of an answer, or of a ticket."""
BODY_S = 5.0
"""What comes more slowly is given up."""
_KEPT = ("Allow", "Retry-After", "WWW-Authenticate")
"""Headers that explain a refusal."""

_HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Server": "jihwa",
}

_TOLD: Mapping[int, Message] = {
    400: Message(
        "요청을 이해할 수 없습니다. /v1/openapi.json을 보세요.",
        "The request is not understood. See /v1/openapi.json.",
    ),
    401: Message(
        "들어올 수 없습니다. 글 쓰는 화면에 있는 새 주소로 여세요.",
        "Not let in: open the new address that the signer's screen shows.",
    ),
    403: Message("여기서는 할 수 없는 일입니다.", "This may not be done from here."),
    404: Message(
        "그런 것은 없습니다. /v1/openapi.json을 보세요.",
        "There is no such thing. See /v1/openapi.json.",
    ),
    408: Message("너무 느리게 옵니다. 다시 하세요.", "It comes too slowly. Try again."),
    413: Message("너무 큽니다. 나누어 보내세요.", "Too large. Send it in parts."),
    429: Message("너무 잦습니다. 잠시 뒤에 다시 하세요.", "Too often. Try again in a while."),
}
"""What is told where nothing more is known."""


class RefusedError(Exception):
    """A request that is not fulfilled.

    Args:
        status: Of HTTP.
        message: Why; None where the status says it all.
        headers: That explain it.
    """

    def __init__(
        self,
        status: int,
        message: Message | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(status)
        self.status, self.message, self.headers = status, message, headers


async def object_of(request: web.Request, fields: Mapping[str, type]) -> Mapping[str, Any]:
    """What a request says: an object of these fields, all of them.

    Raises:
        RefusedError: It is no such object.
    """
    if request.content_type != "application/json":  # which no form of another page can send
        raise RefusedError(415)
    try:
        async with asyncio.timeout(BODY_S):
            asked = json.loads(await request.read())
    except TimeoutError as error:
        raise RefusedError(408) from error
    except (ValueError, RecursionError) as error:
        raise RefusedError(400) from error
    fits = isinstance(asked, dict) and asked.keys() == fields.keys()
    if not fits or any(type(asked[name]) is not kind for name, kind in fields.items()):
        raise RefusedError(400)
    for value in asked.values():
        if isinstance(value, str) and not _is_text(value):
            raise RefusedError(400)
    found: Mapping[str, Any] = asked
    return found


async def text_of(request: web.Request, name: str, most_characters: int) -> str:
    """The only field of what a request says: a text of one character at least.

    Raises:
        RefusedError: It is no such text.
    """
    text: str = (await object_of(request, {name: str}))[name]
    if not 0 < len(text) <= most_characters:
        raise RefusedError(400)
    return text


def _is_text(value: str) -> bool:
    """Whether it can be written down: JSON may hold halves of characters."""
    return not any("\ud800" <= char <= "\udfff" for char in value)


def refusal(
    status: int, message: Message | None, headers: Mapping[str, str] | None = None
) -> web.Response:
    """Say why something is refused.

    Args:
        status: Of HTTP.
        message: Why; None where the status says it all.
        headers: Of an answer; those that explain it are kept.
    """
    kept = {name: headers[name] for name in _KEPT if headers and name in headers}
    told = message or _TOLD.get(status, _TOLD[400])
    return web.json_response({"ko": told.ko, "en": told.en}, status=status, headers=kept)


async def secure(_: web.Request, response: web.StreamResponse) -> None:
    """Forbid a browser whatever the page does not need."""
    response.headers.update(_HEADERS)
