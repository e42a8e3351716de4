"""Who may read the captions, who may write, and that guessing does not help."""

import asyncio
import http.client
import json
import os
import time
from contextlib import AsyncExitStack, closing

import aiohttp
import pytest
from captions import opened, served
from live import until

from jihwa.io.web import routes
from jihwa.io.web.access import MOST_WRONG, RESTART_S, key_file, load_key


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


def test_reader_may_read_and_answer_but_not_write(shown):
    reader = entered(shown)
    shown.types("가")
    state = shown.ask("/v1/state", headers=reader)[1]
    assert state["committed"] == "가"
    assert "words" not in state
    assert shown.ask("/v1/answer", {"text": "네"}, headers=reader)[0] == 202
    for path in ("type", "accept", "choose", "undo", "clear"):
        assert shown.ask(f"/v1/{path}", {"text": "나"}, headers=reader)[0] == 403
    assert shown.state()["committed"] == "가"


def test_every_reader_has_a_cookie_and_a_measure_of_their_own(shown):
    one, other = entered(shown), entered(shown)
    assert one["Cookie"] != other["Cookie"]
    codes = [shown.ask("/v1/answer", {"text": "네"}, headers=one)[0] for _ in range(12)]
    assert codes == [202] * 10 + [429] * 2
    assert shown.ask("/v1/answer", {"text": "네"}, headers=other)[0] == 202
    assert shown.ask("/v1/answer", {"text": "네"})[0] == 202
    forged = one | {"Cookie": one["Cookie"].replace("=", "=x")}
    assert shown.ask("/v1/state", headers=forged)[0] == 401


def test_cookie_is_good_for_a_program_that_starts_again():
    with served() as first:
        reader, port = entered(first), first.server.port
    with served(port=port) as second:
        assert second.ask("/v1/state", headers=reader)[0] == 200


def test_one_reader_leaves_room_for_the_others(shown, monkeypatch):
    monkeypatch.setattr(routes, "MOST_OF_ONE", 3)
    greedy, other = entered(shown), entered(shown)

    async def read():
        async with aiohttp.ClientSession() as client, AsyncExitStack() as stack:

            async def come(reader):
                headers = {"Authorization": "", "Cookie": reader["Cookie"], "Origin": shown.origin}
                return await stack.enter_async_context(opened(client, shown, **headers))

            came = await asyncio.gather(*(come(greedy) for _ in range(8)), return_exceptions=True)
            first, *_ = pages = [each for each in came if not isinstance(each, Exception)]
            assert len(pages) == 3
            await come(other)
            await first.close()
            while shown.server._feed.n_readers > 3:
                await asyncio.sleep(0.01)
            await come(greedy)

    asyncio.run(asyncio.wait_for(read(), 20))


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
