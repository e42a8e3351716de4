"""Many readers of the captions, and bad ones: nobody disturbs the signer."""

import asyncio
import json
import socket
import time
from contextlib import ExitStack, suppress

import aiohttp
import pytest
from captions import events, opened, served
from hypothesis import given
from hypothesis import strategies as st
from live import until

from jihwa.composer.text.transcript import Word
from jihwa.io.live.state import LiveState, TextState
from jihwa.io.web import requests, server
from jihwa.io.web.feed import MOST_WAITING, Feed


def test_reader_who_never_reads_gets_the_whole_state_in_the_end():
    async def read():
        feed = Feed(LiveState())
        with feed.reader(with_words=False) as mailbox:
            assert json.loads(await mailbox.take())["seq"] == 0
            for i in range(10 * MOST_WAITING):
                feed.follow(LiveState(text=TextState(committed="가" * (i + 1))))
                assert len(mailbox._waiting) <= MOST_WAITING
            feed.end()
            event = json.loads(await mailbox.take())
            assert (event["type"], event["seq"]) == ("state", 10 * MOST_WAITING)
            assert event["committed"] == "가" * 10 * MOST_WAITING
            assert await mailbox.take() == ""

    asyncio.run(read())


@given(st.lists(st.tuples(st.text("가나 😀", max_size=4), st.text("ㄱ나", max_size=2))), st.data())
def test_whoever_reads_now_and_then_has_the_same_text(pages, data):
    async def read():
        feed = Feed(LiveState())
        text = preedit = ""
        number = -1
        with feed.reader(with_words=False) as mailbox:
            for committed, open_end in pages:
                words = (Word(committed, 0.0, float("nan"), 1.0),) if committed else ()
                feed.follow(LiveState(text=TextState(committed, open_end, words)))
                while (mailbox._waiting or mailbox._is_behind) and data.draw(st.booleans()):
                    text, preedit, number = applied(await mailbox.take(), text, preedit, number)
            while mailbox._waiting or mailbox._is_behind:
                text, preedit, number = applied(await mailbox.take(), text, preedit, number)
        assert (text, preedit) == (pages[-1] if pages else ("", ""))

    asyncio.run(read())


def applied(message, text, preedit, number):
    event = json.loads(message)
    if event["type"] == "state":
        return event["committed"], event["preedit"], event["seq"]
    assert event["seq"] == number + 1
    if event["type"] == "commit":
        text = text[: len(text) - event["delete"]] + event["insert"]
    return text, event["preedit"], event["seq"]


@pytest.mark.slow
def test_two_hundred_readers_and_one_who_never_reads_do_not_slow_the_signer(shown, line):
    """All get the whole text; the session takes as long for a line of the glove as without them."""
    lines = line("안녕하세요 저는 학생이에요", "fast").splitlines(keepends=True)
    header, samples = lines[0], lines[1:]

    def delays_s(n=400):
        """From a line of the glove to the state that has its sample, one after the other."""
        found = []
        for sample in samples[:n]:
            seen = shown.live.state.signal.samples
            began_s = time.perf_counter()
            shown.wire.give(sample)
            while shown.live.state.signal.samples == seen and time.perf_counter() < began_s + 1:
                time.sleep(0.001)
            found.append(time.perf_counter() - began_s)
        return sorted(found)

    shown.wire.give(header)
    alone = delays_s()

    async def read(client):
        async with opened(client, shown) as stream:
            text = ""
            async for event in events(stream):
                text = event.get("committed", text)
                if event["type"] == "commit":
                    text = text[: len(text) - event["delete"]] + event["insert"]
                if text.endswith("끝"):
                    break
            return text

    async def crowd():
        connector = aiohttp.TCPConnector(limit=0)
        async with aiohttp.ClientSession(connector=connector) as client:
            readers = [asyncio.create_task(read(client)) for _ in range(200)]
            while shown.server._feed.n_readers < 201:
                await asyncio.sleep(0.05)
            together = await asyncio.to_thread(delays_s)
            shown.live.writing.type("끝")
            return together, await asyncio.wait_for(asyncio.gather(*readers), 30)

    with socket.create_connection(("127.0.0.1", shown.server.port)) as mute:
        mute.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        mute.sendall(
            f"GET /v1/events HTTP/1.1\r\nHost: 127.0.0.1:{shown.server.port}\r\n"
            f"Authorization: Bearer {shown.key}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {'A' * 22}==\r\n\r\n".encode()
        )
        together, texts = asyncio.run(crowd())
    assert set(texts) == {shown.live.state.text.committed}
    median_s, late_s = together[len(together) // 2], together[len(together) * 9 // 10]
    print(f"median {1e3 * alone[200]:.1f} → {1e3 * median_s:.1f} ms, nine in ten {late_s:.3f} s")
    assert median_s < alone[len(alone) // 2] + 0.02
    assert late_s < alone[len(alone) * 9 // 10] + 0.05


def test_idle_connections_neither_use_up_the_files_nor_keep_the_session_from_anything(
    shown, monkeypatch
):
    monkeypatch.setattr(server, "MOST_CONNECTIONS", 60)  # both ends count as files here
    address = ("127.0.0.1", shown.server.port)
    with ExitStack() as stack:
        crowd = [stack.enter_context(socket.create_connection(address)) for _ in range(200)]
        for last in crowd[-20:]:
            last.settimeout(10)
            assert last.recv(1) == b""  # hung up
        shown.live.writing.type("가")
        until(lambda: shown.live.state.text.committed == "가")

    def is_shown():
        with suppress(ConnectionError):  # as long as the crowd is leaving
            return shown.state()["committed"] == "가"

    until(is_shown)


@pytest.mark.parametrize("sent", [b"", b"GET / HTT", b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"])
def test_connection_that_asks_for_nothing_is_hung_up(monkeypatch, sent):
    monkeypatch.setattr(server, "IDLE_S", 0.5)
    with served() as shown, socket.create_connection(("127.0.0.1", shown.server.port)) as client:
        client.settimeout(10)
        client.sendall(sent)
        while client.recv(4096):
            pass


@pytest.mark.parametrize("sent", [b"no chunk\r\n", b"1\r\n{"])
def test_what_never_ends_is_refused_and_not_told_to_the_signer(shown, monkeypatch, sent):
    monkeypatch.setattr(requests, "BODY_S", 0.3)
    with socket.create_connection(("127.0.0.1", shown.server.port)) as client:
        client.sendall(
            f"POST /v1/enter HTTP/1.1\r\nHost: 127.0.0.1:{shown.server.port}\r\n"
            "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
        )
        client.sendall(sent)
        client.settimeout(10)
        assert client.recv(1000)[8:11] == b" 40"
    assert shown.live.state.notices == ()
