"""What the server answers: the page, and the API of which `openapi` says the form."""

import asyncio
import json
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import get_args

from aiohttp import WSCloseCode, web

from jihwa.data.messages import Language, Message
from jihwa.io.live.session import LiveSession
from jihwa.io.screen.cells import clean, clean_lines
from jihwa.io.speech.spoken import SpeechMode, SpokenText
from jihwa.io.web.access import Access, Role
from jihwa.io.web.feed import Feed, Mailbox
from jihwa.io.web.openapi import document
from jihwa.io.web.page import files, language_of
from jihwa.io.web.requests import (
    ANSWER_CHARACTERS,
    MOST_BYTES,
    MOST_CHARACTERS,
    RefusedError,
    object_of,
    refusal,
    secure,
    text_of,
)
from jihwa.io.web.transcription import MOST_RECORDING_BYTES, TOO_LARGE, Transcription

MOST_READERS, MOST_OF_ONE = 256, 16
"""Pages that are open at once, and those of one reader."""
HEARTBEAT_S, CLOSE_S = 20.0, 1.0
"""A reader who does not even answer a ping for so long is gone; a farewell waits no longer."""
_BEARER = {"WWW-Authenticate": "Bearer"}
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
RoleHandler = Callable[[web.Request, Role], Awaitable[web.StreamResponse]]
"""Does what somebody of that role asks for."""

SPEECH_IS_OFF = Message(
    "글 쓰는 쪽의 말하기가 꺼져 있습니다.", "Speech is switched off on the signer's side."
)
NOT_THE_WORD = Message(
    "그 자리의 낱말이 아닙니다. /v1/state를 다시 보세요.",
    "That is not the word there. Look at /v1/state again.",
)
NOT_OFFERED = Message(
    "지금 나와 있는 완성이 아닙니다. /v1/state를 다시 보세요.",
    "That completion is not offered now. Look at /v1/state again.",
)
NOTHING_READABLE = Message("읽을 글자가 없습니다.", "There is nothing to read in it.")
STOPPED = Message(
    "글 쓰는 쪽의 세션이 멈췄습니다.", "The session on the signer's side has stopped."
)
TOO_MANY_READERS = Message(
    f"이미 열린 쪽이 너무 많습니다 (모두 {MOST_READERS}, 한 사람 {MOST_OF_ONE}).",
    f"Too many pages are open already ({MOST_READERS} of all, {MOST_OF_ONE} of one reader).",
)


class Routes:
    """Answers requests.

    Args:
        session: Does what is asked for.
        spoken: Says its text aloud.
        feed: What is read.
        access: Who may do what.
        next_url: The address for the next reader.
        transcription: Reads recordings.
    """

    def __init__(
        self,
        session: LiveSession,
        spoken: SpokenText,
        feed: Feed,
        access: Access,
        next_url: Callable[[], str],
        transcription: Transcription,
    ) -> None:
        self._session, self._spoken, self._feed, self._access = session, spoken, feed, access
        self._next_url, self._transcription = next_url, transcription
        self._open = Counter[str]()  # pages, by reader

    def application(self) -> web.Application:
        """The application with all its routes."""
        app = web.Application(middlewares=[self._guard], client_max_size=MOST_BYTES)
        app.on_response_prepare.append(secure)
        form = dict.fromkeys(get_args(Language), json.dumps(document()).encode())
        form_file = {"/v1/openapi.json": (form, "application/json")}
        for path, (content, kind) in {**files(), **form_file}.items():
            app.router.add_get(path, _static(content, kind))
        for method, path, needed, handle in (
            ("POST", "/v1/enter", Role.ANYBODY, self._enter),
            ("GET", "/v1/state", Role.READER, self._state),
            ("GET", "/v1/events", Role.READER, self._events),
            ("POST", "/v1/answer", Role.READER, self._answer),
            ("POST", "/v1/speak", Role.READER, self._speak),
            ("POST", "/v1/type", Role.PROGRAM, self._type),
            ("POST", "/v1/accept", Role.PROGRAM, self._accept),
            ("POST", "/v1/choose", Role.PROGRAM, self._choose),
            ("POST", "/v1/undo", Role.PROGRAM, self._undo),
            ("POST", "/v1/clear", Role.PROGRAM, self._clear),
            ("POST", "/v1/transcribe", Role.PROGRAM, self._transcribe),
        ):
            checked = self._only(needed, handle)
            app.router.add_route(method, path, checked, expect_handler=_expect)
        return app

    def fail(self, error: BaseException) -> None:
        """Tell the signer that something went wrong here."""
        what = f"{type(error).__name__}: {error}"
        self._session.notify(
            Message(
                ko=f"글을 보여 주다가 뜻하지 않은 오류가 났습니다 ({what}). 글은 그대로입니다.",
                en=f"Unexpected error while the text was shown ({what}). The text is safe.",
            )
        )

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Refuse what comes from elsewhere; say in words why something is refused."""
        try:
            self._access.check_origin(request)
            return await handler(request)
        except RefusedError as refused:
            return refusal(refused.status, refused.message, refused.headers)
        except web.HTTPException as refused:
            if refused.status < 400:
                raise
            return refusal(refused.status, None, refused.headers)
        except web.RequestPayloadError:  # what came cannot be taken apart
            return refusal(400, None)
        except ConnectionError:  # the reader has left
            raise
        except Exception as error:  # an isolation boundary: one request costs no other
            self.fail(error)
            return refusal(500, None)

    def _only(self, needed: Role, handle: RoleHandler) -> Handler:
        """Do this only for those who may."""

        async def checked(request: web.Request) -> web.StreamResponse:
            role = self._access.role(request) if needed is not Role.ANYBODY else needed
            if role < needed:
                raise web.HTTPForbidden if role else web.HTTPUnauthorized(headers=_BEARER)
            if request.method == "POST" and self._session.failure:
                raise RefusedError(503, STOPPED)
            return await handle(request, role)

        return checked

    async def _enter(self, request: web.Request, _: Role) -> web.Response:
        cookie = self._access.redeem(await text_of(request, "ticket", ANSWER_CHARACTERS))
        if cookie is None:
            self._access.count_wrong(request)
            raise RefusedError(401)
        url = self._next_url()
        self._session.notify(
            Message(
                ko=f"글을 읽을 사람이 들어왔습니다. 다음 사람의 주소: {url}",
                en=f"A reader has come in. The address for the next one: {url}",
            )
        )
        response = web.Response(status=204)
        response.set_cookie(self._access.cookie, cookie, httponly=True, samesite="Strict")
        return response

    async def _state(self, _: web.Request, role: Role) -> web.Response:
        return web.json_response(self._feed.whole(with_words=role is Role.PROGRAM))

    async def _events(self, request: web.Request, role: Role) -> web.StreamResponse:
        if "websocket" not in request.headers.get("Upgrade", "").lower():
            raise web.HTTPUpgradeRequired(headers={"Upgrade": "websocket"})
        name = self._access.name(request) if role is Role.READER else ""
        if self._feed.n_readers >= MOST_READERS or (name and self._open[name] >= MOST_OF_ONE):
            raise RefusedError(503, TOO_MANY_READERS)
        reader = web.WebSocketResponse(
            timeout=CLOSE_S, heartbeat=HEARTBEAT_S, compress=False, max_msg_size=MOST_BYTES
        )
        with self._feed.reader(with_words=role is Role.PROGRAM) as mailbox, self._counted(name):
            await reader.prepare(request)
            telling = asyncio.create_task(_tell(reader, mailbox))
            receiving = asyncio.create_task(
                reader.receive()
            )  # readers only listen: it is their end
            try:
                await asyncio.wait([telling, receiving], return_when=asyncio.FIRST_COMPLETED)
            finally:
                telling.cancel()
                receiving.cancel()
                await asyncio.gather(telling, receiving, return_exceptions=True)
        await reader.close(code=WSCloseCode.GOING_AWAY)
        return reader

    @contextmanager
    def _counted(self, name: str) -> Iterator[None]:
        """Within this, a reader has one page more open."""
        self._open[name] += 1
        try:
            yield
        finally:
            self._open[name] -= 1
            if not self._open[name]:
                del self._open[name]

    async def _answer(self, request: web.Request, _: Role) -> web.Response:
        text = _readable(await text_of(request, "text", ANSWER_CHARACTERS))
        self._access.count_wish(request)
        self._session.answer(text)
        return _accepted()

    async def _speak(self, request: web.Request, _: Role) -> web.Response:
        if self._spoken.mode is SpeechMode.OFF:
            raise RefusedError(409, SPEECH_IS_OFF)
        self._access.count_wish(request)
        self._session.then(self._spoken.say_again)
        return _accepted()

    async def _type(self, request: web.Request, _: Role) -> web.Response:
        text = await text_of(request, "text", MOST_CHARACTERS)
        self._session.writing.type(clean_lines(text))
        return _accepted()

    async def _accept(self, request: web.Request, _: Role) -> web.Response:
        asked = await object_of(request, {"word": int, "text": str})
        wanted = asked["word"], asked["text"]
        for each in self._session.state.text.completions:
            if (each.word, clean(each.text)) == wanted:
                self._session.writing.accept(each)
                return _accepted()
        raise RefusedError(409, NOT_OFFERED)

    async def _choose(self, request: web.Request, _: Role) -> web.Response:
        asked = await object_of(request, {"word": int, "was": str, "text": str})
        words = self._session.state.text.words
        word, was = asked["word"], asked["was"]
        if not 0 < len(asked["text"]) <= MOST_CHARACTERS:
            raise RefusedError(400)
        text = _readable(asked["text"])
        if not 0 <= word < len(words) or clean(words[word].text) != was:
            raise RefusedError(409, NOT_THE_WORD)
        self._session.writing.choose(word, text)
        return _accepted()

    async def _undo(self, _: web.Request, __: Role) -> web.Response:
        self._session.writing.undo()
        return _accepted()

    async def _clear(self, _: web.Request, __: Role) -> web.Response:
        self._session.writing.clear()
        return _accepted()

    async def _transcribe(self, request: web.Request, _: Role) -> web.Response:
        language = language_of(request.headers.get("Accept-Language", ""))
        transcript = await self._transcription.read(request, language)
        return web.json_response(body=transcript)


async def _tell(reader: web.WebSocketResponse, mailbox: Mailbox) -> None:
    """Send a reader all events until the last."""
    while message := await mailbox.take():
        await reader.send_str(message)


async def _expect(request: web.Request) -> web.StreamResponse | None:
    """Let a client that asks first send what it has, unless that is too much."""
    if (request.content_length or 0) > MOST_RECORDING_BYTES:
        return refusal(413, TOO_LARGE)
    await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    request.writer.output_size = 0  # of the answer nothing is written yet
    return None


def _readable(text: str) -> str:
    """What of a text can be shown in a terminal, on one line."""
    if not (shown := clean(text).strip()):
        raise RefusedError(422, NOTHING_READABLE)
    return shown


def _accepted() -> web.Response:
    """It will be done; the session does one thing after the other."""
    return web.json_response({}, status=202)


def _static(contents: Mapping[Language, bytes], kind: str) -> Handler:
    """Gives a file, in the reader's language where it has one."""

    async def give(request: web.Request) -> web.Response:
        language = language_of(request.headers.get("Accept-Language", ""))
        return web.Response(body=contents[language], content_type=kind, charset="utf-8")

    return give
