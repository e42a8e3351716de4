"""The server of the captions: who is let in, what they are told, and that nobody can disturb it."""

import asyncio
import http.client
import json
import os
import socket
import sys
import time
from contextlib import ExitStack, closing, suppress

import aiohttp
import pytest
from captions import events, opened, served
from hypothesis import given
from hypothesis import strategies as st
from live import until

from jihwa.composer.text.transcript import Word
from jihwa.data.messages import UsageError
from jihwa.io.live.state import Answer, LiveState, Page
from jihwa.io.screen.drawing import Size, draw
from jihwa.io.screen.view import Place, View
from jihwa.io.speech.spoken import SpeechMode
from jihwa.io.web import requests, server
from jihwa.io.web.access import MOST_WRONG, RESTART_S, key_file, load_key
from jihwa.io.web.address import qr_rows
from jihwa.io.web.feed import MOST_WAITING, Feed
from jihwa.io.web.server import CaptionServer


@pytest.fixture
def shown():
    with served() as served_now:
        yield served_now


def entered(shown):
    """The cookie of a reader who came with a ticket, and what their browser says with it."""
    connection = http.client.HTTPConnection("127.0.0.1", shown.server.port, timeout=10)
    with closing(connection):
        ticket = shown.server.url.partition("#")[2]
        headers = {"Content-Type": "application/json", "Origin": shown.origin}
        connection.request("POST", "/v1/enter", json.dumps({"ticket": ticket}), headers)
        answer = connection.getresponse()
        assert answer.status == 204
        cookie = answer.headers["Set-Cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=Strict" in cookie
        return {"Authorization": None, "Cookie": cookie.partition(";")[0], "Origin": shown.origin}


def test_state_is_what_the_session_came_to(shown):
    shown.types("안녕하세요 저는")
    state = shown.state()
    assert state["committed"] == "안녕하세요 저는"
    assert [word["text"] for word in state["words"]] == ["안녕하세요", "저는"]
    assert (state["link"], state["ready"], state["paused"]) == ("live", True, False)


def test_events_tell_the_text_letter_by_letter(shown, line):
    """Whoever follows them has the same text as the session, without a hole in the numbers."""

    async def follow():
        async with aiohttp.ClientSession() as client, opened(client, shown) as stream:
            text = preedit = ""
            async for event in events(stream):
                match event["type"]:
                    case "state":
                        number, text = event["seq"], event["committed"]
                        spelling = asyncio.create_task(spell())
                    case "candidates" | "alive":
                        assert event["seq"] == number
                    case kind:
                        number += 1
                        assert event["seq"] == number
                        preedit = event.get("preedit", preedit)
                        if kind == "commit":
                            text = text[: len(text) - event["delete"]] + event["insert"]
                seen.append(text + preedit)
                if text + preedit == "안녕하세요":
                    await spelling
                    return

    async def spell():
        for sample in line("안녕하세요", "fast").splitlines(keepends=True):
            shown.wire.give(sample)
            await asyncio.sleep(0.005)

    seen = []
    asyncio.run(asyncio.wait_for(follow(), 20))
    assert len(set(seen)) > 5


def test_program_types_chooses_undoes_and_clears(shown):
    assert shown.ask("/v1/type", {"text": "갈이 가요"})[0] == 202
    until(lambda: shown.state()["committed"] == "갈이 가요")
    wish = {"word": 0, "was": "갈이", "text": "같이"}
    assert shown.ask("/v1/choose", wish)[0] == 202
    until(lambda: shown.state()["committed"] == "같이 가요")
    assert shown.ask("/v1/choose", wish)[0] == 409  # that is not the word any more
    assert shown.ask("/v1/undo", {})[0] == 202
    until(lambda: shown.state()["committed"] == "갈이 가요")
    assert shown.ask("/v1/speak", {})[0] == 202
    until(lambda: shown.voice.said == ["갈이 가요"])
    assert shown.ask("/v1/clear", {})[0] == 202
    until(lambda: shown.state()["committed"] == "")


@pytest.mark.parametrize("text", ["", "가" * 1001, "\ud800", 3, None, ["가"]])
def test_what_is_no_text_is_not_typed(shown, text):
    assert shown.ask("/v1/type", {"text": text})[0] == 400
    assert shown.live.failure is None


@pytest.mark.parametrize("body", [b"", b"{", b"[" * 15_000, b"\xff", b'{"text":"a","more":1}'])
def test_what_is_no_json_is_refused(shown, body):
    status, told = shown.ask("/v1/type", body)
    assert status == 400
    assert told["ko"] and told["en"]


def test_nothing_acts_in_the_signers_terminal(shown):
    shown.ask("/v1/type", {"text": "가\x1b[31m나\x07"})
    until(lambda: shown.state()["committed"] == "가[31m나")
    shown.ask("/v1/answer", {"text": "\x1b]0;evil\x07네"})
    until(lambda: shown.live.state.answer == Answer("]0;evil네", 1))


def test_answers_and_wishes_cannot_flood_the_signer(shown):
    codes = [shown.ask("/v1/answer", {"text": "네"})[0] for _ in range(12)]
    assert codes == [202] * 10 + [429] * 2


def test_speech_that_is_off_is_told(shown):
    shown.spoken.mode = SpeechMode.OFF
    status, told = shown.ask("/v1/speak", {})
    assert (status, told["en"]) == (409, "Speech is switched off on the signer's side.")


# ---- who is let in


def test_reader_may_read_and_answer_but_not_write(shown):
    reader = entered(shown)
    shown.types("가")
    state = shown.ask("/v1/state", headers=reader)[1]
    assert state["committed"] == "가"
    assert "words" not in state
    assert shown.ask("/v1/answer", {"text": "네"}, headers=reader)[0] == 202
    for path in ("type", "choose", "undo", "clear"):
        assert shown.ask(f"/v1/{path}", {"text": "나"}, headers=reader)[0] == 403
    assert shown.state()["committed"] == "가"


def test_ticket_is_good_once(shown):
    ticket = {"ticket": shown.server.url.partition("#")[2]}
    no_key = {"Authorization": None}
    assert shown.ask("/v1/enter", ticket, headers=no_key)[0] == 204
    assert shown.ask("/v1/enter", ticket, headers=no_key)[0] == 401
    assert shown.server.url.partition("#")[2] != ticket["ticket"]
    until(lambda: any(shown.server.url in told.en for told in shown.live.state.notices))


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Authorization": None}, 401),
        ({"Authorization": "Bearer wrong"}, 401),
        ({"Authorization": "Basic d3Jvbmc="}, 401),
        ({"Authorization": "Bearer \udcff".encode("latin-1", "replace").decode()}, 401),
        ({"Host": "evil.example"}, 421),
        ({"Host": "127.0.0.1"}, 421),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "https://127.0.0.1"}, 403),
    ],
)
def test_whoever_comes_from_elsewhere_is_refused(shown, headers, status):
    assert shown.ask("/v1/state", headers=headers)[0] == status
    assert shown.ask("/v1/undo", {}, headers=headers)[0] == status


def test_cookie_alone_is_not_enough_for_what_a_page_of_others_could_send(shown):
    reader = entered(shown) | {"Origin": None}
    assert shown.ask("/v1/answer", {"text": "네"}, headers=reader)[0] == 401
    form = entered(shown) | {"Content-Type": "application/x-www-form-urlencoded"}
    assert shown.ask("/v1/answer", b"text=1", headers=form)[0] == 415

    async def listen():
        async with aiohttp.ClientSession() as client:
            headers = {"Authorization": "", "Cookie": reader["Cookie"]}
            with pytest.raises(aiohttp.WSServerHandshakeError, match="401"):
                await opened(client, shown, **headers)
            with pytest.raises(aiohttp.WSServerHandshakeError, match="403"):
                await opened(client, shown, **headers, Origin="http://evil.example")

    asyncio.run(listen())


def test_wrong_tokens_by_the_thousand_cost_little_and_keep_nobody_out(shown):
    began_s = time.process_time()
    connection = http.client.HTTPConnection("127.0.0.1", shown.server.port, timeout=10)
    codes = []
    with closing(connection):
        for i in range(2000):
            connection.request("GET", "/v1/state", headers={"Authorization": f"Bearer {i:032x}"})
            answer = connection.getresponse()
            answer.read()
            codes.append(answer.status)
    assert codes == [401] * MOST_WRONG + [429] * (2000 - MOST_WRONG)
    assert (time.process_time() - began_s) / 2000 < 5e-3  # asking included
    assert shown.ask("/v1/state")[0] == 200
    assert shown.ask("/v1/answer", {"text": "네"}, headers=entered(shown))[0] == 202


def test_every_answer_forbids_what_a_page_does_not_need(shown):
    for path in ("/", "/captions.js", "/v1/state", "/nothing"):
        connection = http.client.HTTPConnection("127.0.0.1", shown.server.port, timeout=10)
        with closing(connection):
            connection.request("GET", path)
            headers = connection.getresponse().headers
        assert headers["Content-Security-Policy"].startswith("default-src 'none'; ")
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == "no-store"
        assert "Python" not in headers["Server"]


def test_key_outlives_a_restart_but_not_a_pause(data_home):
    key = load_key()
    assert load_key() == key
    assert key_file().stat().st_mode & 0o077 == 0
    long_ago_s = time.time() - RESTART_S - 1
    os.utime(key_file(), (long_ago_s, long_ago_s))
    assert load_key() != key


# ---- many readers, and bad ones


def test_reader_who_never_reads_gets_the_whole_state_in_the_end():
    async def read():
        feed = Feed(LiveState())
        with feed.reader(with_words=False) as mailbox:
            assert json.loads(await mailbox.take())["seq"] == 0
            for i in range(10 * MOST_WAITING):
                feed.follow(LiveState(page=Page(committed="가" * (i + 1))))
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
                feed.follow(LiveState(page=Page(committed, open_end, words)))
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
    assert set(texts) == {shown.live.state.page.committed}
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
        until(lambda: shown.live.state.page.committed == "가")

    def is_shown():
        with suppress(ConnectionError):  # as long as the crowd is leaving
            return shown.state()["committed"] == "가"

    until(is_shown)


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


def test_port_in_use_is_told_at_once(shown):
    with pytest.raises(UsageError, match="--port"):
        CaptionServer(None, shown.server.port)


def test_missing_library_is_named_with_what_to_do(jihwa, monkeypatch):
    monkeypatch.setitem(sys.modules, "aiohttp", None)
    for name in [name for name in sys.modules if name.startswith("jihwa.io.web.")]:
        monkeypatch.delitem(sys.modules, name)
    done = jihwa("captions")
    assert done.code == 2
    assert "pip install 'jihwa[web]'" in done.err


@pytest.mark.parametrize(("lan", "port"), [("192.0.2.1", 0), ("no such host", 0), (None, 99999)])
def test_what_cannot_be_opened_is_refused_with_what_to_do(lan, port):
    with pytest.raises(UsageError, match="--port"):
        CaptionServer(lan, port)


def test_end_comes_after_the_last_words(line):
    async def read(shown, client):
        async with opened(client, shown) as stream:
            await stream.receive()
            closing_now.set()
            told = [event async for event in events(stream)]
            return told, stream.close_code

    async def both():
        async with aiohttp.ClientSession() as client:
            with served() as shown:
                reading = asyncio.create_task(read(shown, client))
                await closing_now.wait()
                shown.live.writing.type("끝")
                until(lambda: shown.live.state.page.committed == "끝")
            return await reading

    closing_now = asyncio.Event()
    told, code = asyncio.run(both())
    assert code == 1001
    assert "".join(event.get("insert", "") for event in told) == "끝"


def test_lan_has_an_address_of_its_own():
    with served(lan="127.0.0.2") as shown:
        assert shown.server.url.startswith(f"http://127.0.0.2:{shown.server.port}/#")
        assert shown.ask("/v1/state")[0] == 200
        shown.origin = f"http://127.0.0.2:{shown.server.port}"
        assert shown.ask("/v1/state")[0] == 200


# ---- what the signer sees


def rows(state, view, columns=80, n=24):
    return ["".join(text for _, text in line) for line in draw(state, view, Size(columns, n))]


def test_answer_stands_above_the_keys():
    state = LiveState(answer=Answer("네, 알겠어요", 1))
    assert "  » 네, 알겠어요" in rows(state, View("ko"))


def test_invitation_is_an_address_and_a_code():
    url = "http://192.168.100.100:8517/#abcdefghijklmnop"
    view = View("ko", Place.INVITATION, invitation=(url, *qr_rows(url)))
    shown = rows(LiveState(), view)
    assert any(url in row for row in shown)
    assert sum("█" in row or "▀" in row for row in shown) >= 14
    assert all(url in "".join(rows(LiveState(), view, 60, n)) for n in range(4, 12))
