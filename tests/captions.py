"""A session that others read along: its server, and readers and programs that talk to it."""

import json
import urllib.error
import urllib.request
from contextlib import contextmanager

from live import session, until

from jihwa.io.speech.spoken import SpeechMode, SpokenText
from jihwa.io.web.access import key_file
from jihwa.io.web.server import CaptionServer


class SilentVoice:
    """Remembers what it was given to say."""

    def __init__(self):
        self.said = []

    def say(self, text):
        self.said.append(text)

    def stop(self):
        pass


class Served:
    """A session, its server, and a program of the user that knows the key."""

    def __init__(self, live, wire, server, spoken, voice):
        self.live, self.wire, self.server = live, wire, server
        self.spoken, self.voice = spoken, voice
        self.origin = f"http://127.0.0.1:{server.port}"
        self.key = key_file().read_text()

    def ask(self, path, content=None, *, headers=None, key=None):
        """Status and content of an answer; a content that is given is posted."""
        given = {"Authorization": f"Bearer {key or self.key}", **(headers or {})}
        if content is not None and not isinstance(content, bytes):
            content = json.dumps(content).encode()
        if content is not None:
            given.setdefault("Content-Type", "application/json")
        request = urllib.request.Request(
            self.origin + path, content, {n: v for n, v in given.items() if v is not None}
        )
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                status, body = answer.status, answer.read()
        except urllib.error.HTTPError as error:
            status, body = error.code, error.read()
        return status, json.loads(body) if body.startswith(b"{") else body

    def state(self):
        return self.ask("/v1/state")[1]

    def types(self, text):
        """Write a text, and wait until it is told."""
        whole = self.state()["committed"] + text
        self.live.writing.type(text)
        until(lambda: self.state()["committed"] == whole)


@contextmanager
def served(journal=None, *, port=0, lan=None, mode=SpeechMode.MANUAL):
    """A session with a server."""
    voice = SilentVoice()
    spoken = SpokenText(voice, mode)
    server = CaptionServer(lan, port)
    try:
        with session(journal, sinks=[spoken], follow=server.follow) as (live, wire):
            until(lambda: live.state.ready)
            with server.serving(live, spoken):
                yield Served(live, wire, server, spoken, voice)
    finally:
        server.close()


async def events(socket):
    """What a reader is told, one after the other."""
    async for message in socket:
        yield json.loads(message.data)


def opened(client, served_now, **headers):
    """A program's event stream, of a client of aiohttp."""
    known = {"Authorization": f"Bearer {served_now.key}", **headers}
    return client.ws_connect(served_now.origin + "/v1/events", headers=known)
